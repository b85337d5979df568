import {
    createNoopSigner,
    getBase64Decoder,
    getTransactionDecoder,
    getBase64Encoder,
    lamports,
    type Address,
} from '@solana/kit';
import { AccountState, getMintSize, getTokenEncoder } from '@solana-program/token';

import * as toolkit from '../../fixtures/toolkit';
import { addressOf } from '../../fixtures/parties';
import { refuseToAnswer } from './harness';

// Good values of everything that the public functions take, for tests that put wrong ones in their place.

const NOW = 1_750_000_000n;
const PAYER = createNoopSigner(addressOf(1));
const PAYEE = createNoopSigner(addressOf(2));
const MINT = addressOf(3);
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address;
const BLOCKHASH = { blockhash: addressOf(0x61), lastValidBlockHeight: 1_000n };
const SPLITS = [
    { bps: 100, recipient: addressOf(0x11) },
    { bps: 200, recipient: addressOf(0x22) },
];
const SIGNATURE = new Uint8Array(64).fill(7);

/** An RPC that never answers with anything but an error of its own. */
const RPC = new Proxy(
    {},
    {
        get: (_, name) =>
            name === 'then'
                ? undefined
                : () => ({ send: async () => refuseToAnswer(), subscribe: async () => refuseToAnswer() }),
    },
);
const JOURNAL = Object.fromEntries(
    ['acquire', 'getUnresolved', 'recordOutcome', 'recordSent', 'release'].map(name => [name, refuseToAnswer]),
);
const VERIFIER = { close: () => undefined, verify: async () => true, verifyAll: async () => [true] };
const ABORTED = AbortSignal.abort(new Error('aborted before anything'));

/** The good values for a deployment. */
export function createGoodValues(deployment: toolkit.Deployment) {
    const isEpoch = deployment.revision === 'epoch';
    const slot = isEpoch ? { openSlot: 1_000n } : {};
    const current = isEpoch ? { currentSlot: 1_000n } : {};
    const seeds = {
        authorizedSigner: PAYER.address,
        mint: MINT,
        payee: PAYEE.address,
        payer: PAYER.address,
        salt: 1n,
        ...slot,
    };
    const [channel] = toolkit.findChannelPdaSync(seeds, deployment);
    const token = { mint: MINT, tokenProgram: TOKEN_PROGRAM };
    const open = {
        ...seeds,
        ...token,
        authorizedSigner: PAYER.address,
        deposit: 1_000n,
        distribution: { usesLookupTable: true, version: 0 },
        gracePeriodSeconds: 600,
        payer: PAYER,
        splits: SPLITS,
    };
    const top = { ...token, amount: 1n, channel, payer: PAYER };
    const voucher = { channelId: channel, cumulativeAmount: 500n, expiresAt: 0n };
    const signedVoucher = { signature: SIGNATURE, signer: PAYER.address, voucher };
    const data = {
        ...(isEpoch ? { openSlot: 1_000n, rentPayer: PAYER.address } : {}),
        authorizedSigner: PAYER.address,
        bump: 255,
        closureStartedAt: 0n,
        deposit: 1_000n,
        discriminator: deployment.channel.discriminator,
        distributionHash: toolkit.getDistributionHash(SPLITS, deployment),
        gracePeriod: 600,
        mint: MINT,
        payee: PAYEE.address,
        payer: PAYER.address,
        payerWithdrawnAt: 0n,
        salt: 1n,
        settlement: { payoutWatermark: 0n, settled: 0n },
        status: 0,
        version: 1,
    };
    const state = { address: channel, channel: data, kind: 'open' };
    const closing = { ...state, channel: { ...data, status: 2 }, deadlineAt: NOW, kind: 'closing' };
    const bytes = new Uint8Array(deployment.channel.encode(data));
    const accountOf = (address: Address, owner: Address, content: Uint8Array) => ({
        address,
        data: content,
        executable: false,
        exists: true,
        lamports: lamports(1_000_000n),
        programAddress: owner,
        space: BigInt(content.length),
    });
    const tokenAccountOf = (owner: Address) => {
        const fields = { closeAuthority: null, delegate: null, delegatedAmount: 0n, isNative: null };
        const content = { ...fields, amount: 9_000n, mint: MINT, owner, state: AccountState.Initialized };
        return accountOf(addressOf(9), TOKEN_PROGRAM, new Uint8Array(getTokenEncoder().encode(content)));
    };
    const account = accountOf(channel, deployment.programAddress, bytes);
    const parties = { channel, mint: MINT, payee: PAYEE.address, payer: PAYER.address, splits: SPLITS };
    const addresses = {
        channel,
        escrow: addressOf(21),
        payee: addressOf(22),
        payer: addressOf(23),
        recipients: [addressOf(24), addressOf(25)],
        treasury: addressOf(26),
        treasuryOwner: deployment.treasuryOwner,
    };
    const accounts = {
        escrow: tokenAccountOf(channel),
        mint: accountOf(MINT, TOKEN_PROGRAM, new Uint8Array(getMintSize())),
        otherTreasuries: [{ account: tokenAccountOf(addressOf(30)), owner: addressOf(30) }],
        payee: tokenAccountOf(PAYEE.address),
        payer: tokenAccountOf(PAYER.address),
        recipients: SPLITS.map(({ recipient }) => tokenAccountOf(recipient)),
        treasury: tokenAccountOf(deployment.treasuryOwner),
    };
    const assessed = { accounts, addresses, channel: data, splits: SPLITS, tokenProgram: TOKEN_PROGRAM };
    const assessment = toolkit.assessDistribution(assessed as never, deployment);
    const openAssessed = {
        ...token,
        accounts: { ...accounts, channel: { address: channel, exists: false } },
        addresses,
        deposit: 1_000n,
        payee: PAYEE.address,
        payer: PAYER.address,
        splits: SPLITS,
        ...slot,
        ...current,
    };
    const mode = 'settleAndFinalizeAndDistribute';
    const item = {
        channel: state,
        distribution: { accounts, allowForfeit: [PAYER.address], splits: SPLITS },
        isSignatureValid: true,
        payee: PAYEE,
        tokenProgram: TOKEN_PROGRAM,
        voucher: signedVoucher,
    };
    const planned = {
        computeUnitLimit: true,
        computeUnitPrice: 1n,
        feePayer: PAYEE,
        funder: PAYEE,
        lookupTables: { [addressOf(40)]: [addressOf(41)] },
        marginSeconds: 60,
        missingTokenAccounts: 'create',
        mode,
        unixTimestamp: NOW,
        version: 0,
    };
    const { lookupTables: _, ...untabled } = planned;
    const { feePayer: __, unixTimestamp: ___, ...executed } = planned;
    const request = {
        allowForfeit: [PAYER.address],
        channel,
        isSignatureValid: true,
        payee: PAYEE,
        splits: SPLITS,
        voucher: signedVoucher,
    };
    const execution = {
        ...executed,
        abortSignal: ABORTED,
        commitment: 'confirmed',
        concurrency: 2,
        computeUnitPrice: 1n,
        feePayer: PAYEE,
        followTimeoutMs: 10,
        journal: JOURNAL,
        leaseMs: 60_000,
        maxAttempts: 2,
        onProgress: () => undefined,
        owner: 'me',
        patienceMs: 10,
        pollIntervalMs: 1,
        requestTimeoutMs: 10,
        resendIntervalMs: 1,
        roundMs: 10,
        signTimeoutMs: 10,
        verifier: VERIFIER,
    };
    const agreement = {
        ...token,
        blockhashes: [BLOCKHASH],
        computeUnitLimit: { max: 200_000, min: 1 },
        createTokenAccounts: { operatorPaysLamports: 1n, owners: [PAYEE.address] },
        durableNonce: {
            nonce: addressOf(0x62),
            nonceAccountAddress: addressOf(50),
            nonceAuthorityAddress: PAYER.address,
        },
        guardPrograms: [{ accounts: [{ address: PAYER.address, role: 3 }], programAddress: addressOf(51) }],
        lookupTables: { [addressOf(40)]: [addressOf(41)] },
        maxComputeUnitPriceMicroLamports: 5n,
        maxFeeLamports: 20_000n,
        memos: { allowed: ['a'], required: ['b'] },
        operator: addressOf(52),
        payer: PAYER.address,
        versions: [0],
    };
    const openAgreement = {
        ...agreement,
        ...(isEpoch
            ? { ...current, landingSlots: 100, openSlot: 1_000n, rentLamports: 1n, rentPayer: PAYER.address }
            : {}),
        authorizedSigner: PAYER.address,
        deposit: { max: 2n, min: 1n },
        gracePeriodSeconds: 600,
        payee: PAYEE.address,
        salt: 1n,
        splits: SPLITS,
    };
    const assembled = {
        blockhash: BLOCKHASH,
        computeUnitLimit: 100_000,
        extraInstructions: [toolkit.getMemoInstruction('hello')],
        lookupTables: { [addressOf(40)]: [addressOf(41)] },
        memo: 'hello',
        operator: addressOf(52),
        priorityFeeLamports: 5n,
        version: 0,
    };
    const wire = getBase64Decoder().decode(
        new Uint8Array([1, ...SIGNATURE, 1, 0, 0, 1, ...new Uint8Array(32).fill(1), ...new Uint8Array(32).fill(2), 0]),
    );
    const transaction = getTransactionDecoder().decode(getBase64Encoder().encode(wire));
    const instruction = toolkit.getMemoInstruction('hello');
    const instructions = [
        { accounts: [{ address: PAYER.address, role: 1 }], data: new Uint8Array(3), programAddress: MINT },
        instruction,
    ];
    const sizer = {
        computeBudget: { computeUnitLimit: true, computeUnitPrice: true },
        feePayer: PAYER.address,
        lookupTables: { [addressOf(40)]: [addressOf(41)] },
        omitsCostlyLookupTables: true,
        version: 0,
    };
    const lookupTable = {
        address: addressOf(40),
        addresses: [addressOf(41), addressOf(42)],
        authority: PAYER.address,
        deactivationSlot: undefined,
        lastExtendedSlot: 5n,
        lastExtendedStartIndex: 1,
    };
    const tableInput = { authority: PAYER, lookupTable: addressOf(40), payer: PAYER };
    const tableOptions = { authority: PAYER, computeUnitPrice: 1n, feePayer: PAYER, recentSlots: [7n] };
    const reading = { abortSignal: undefined, commitment: 'confirmed', minContextSlot: 1n };
    const searching = { ...reading, onUnreadable: () => undefined };
    const answered = {
        meta: {
            err: null,
            innerInstructions: [{ index: 0, instructions: [] }],
            loadedAddresses: null,
            logMessages: [],
        },
        transaction: {
            message: {
                accountKeys: [PAYER.address, deployment.programAddress],
                instructions: [{ accounts: [0], data: '', programIdIndex: 1, stackHeight: 1 }],
            },
        },
    };
    const methods = {
        computeUnitLimit: 200_000,
        computeUnitPrice: true,
        feePayer: PAYER.address,
        usesLookupTable: true,
        version: 0,
    };
    const checked = {
        accepted: { cumulativeAmount: 100n, expiresAt: 0n },
        channel: state,
        instruction: 'settle',
        marginSeconds: 60,
        minimumDelta: 1n,
        signedVoucher,
        unixTimestamp: NOW,
    };
    const [plannedTransaction] = toolkit.planBatchSettle([item] as never, untabled as never, deployment).transactions;
    const settled = { channel: state, isSignatureValid: true, payee: PAYEE, voucher: signedVoucher };
    const agreed = {
        authorizedSigner: PAYER,
        deposit: 1_000n,
        gracePeriodSeconds: 600,
        payee: PAYEE,
        payer: PAYER,
        salt: 1n,
        splits: SPLITS,
        ...token,
        ...(isEpoch ? { openSlot: 1_000n, rentPayer: PAYER } : {}),
    };
    const compared = { ...state, tokenProgram: TOKEN_PROGRAM };
    const waiting = { abortSignal: new AbortController().signal, signTimeoutMs: 5_000 };
    const toAccountJson = ({ data: content, programAddress }: ReturnType<typeof accountOf>) => ({
        data: getBase64Decoder().decode(content),
        owner: programAddress,
    });
    const dataJson = { address: channel, data: getBase64Decoder().decode(bytes), tokenProgram: TOKEN_PROGRAM };
    const fieldsJson = {
        accounts: {
            escrow: toAccountJson(accounts.escrow),
            mint: toAccountJson(accounts.mint),
            payee: toAccountJson(accounts.payee),
            payer: toAccountJson(accounts.payer),
            recipients: accounts.recipients.map(toAccountJson),
            treasury: toAccountJson(accounts.treasury),
        },
        address: channel,
        fields: {
            ...(isEpoch ? { openSlot: '1000', rentPayer: PAYER.address } : {}),
            authorizedSigner: PAYER.address,
            deposit: '1000',
            gracePeriod: '600',
            mint: MINT,
            payee: PAYEE.address,
            payer: PAYER.address,
            settled: '0',
            status: 'open',
        },
        splits: SPLITS,
    };
    const batchJson = (ofChannel: object) => ({
        channels: [ofChannel],
        lookupTables: { [addressOf(40)]: [addressOf(41)] },
        revision: deployment.revision,
        vouchers: [toolkit.toSignedVoucherJson(signedVoucher as never)],
    });
    const now = { slot: 5_000n, unixTimestamp: NOW };

    return {
        ABORTED,
        account,
        accountOf,
        accounts,
        addresses,
        agreement,
        answered,
        assembled,
        assessed,
        assessment,
        batchJson,
        BLOCKHASH,
        bytes,
        channel,
        checked,
        closing,
        current,
        data,
        dataJson,
        deployment,
        executed,
        execution,
        fieldsJson,
        instruction,
        instructions,
        isEpoch,
        item,
        JOURNAL,
        lookupTable,
        methods,
        MINT,
        mode,
        now,
        NOW,
        open,
        openAgreement,
        openAssessed,
        parties,
        PAYEE,
        PAYER,
        agreed,
        compared,
        plannedTransaction,
        settled,
        planned,
        reading,
        request,
        RPC,
        searching,
        seeds,
        SIGNATURE,
        signedVoucher,
        sizer,
        slot,
        SPLITS,
        state,
        tableInput,
        tableOptions,
        token,
        TOKEN_PROGRAM,
        tokenAccountOf,
        top,
        transaction,
        untabled,
        VERIFIER,
        voucher,
        waiting,
        wire,
    };
}
