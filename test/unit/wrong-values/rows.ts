import {
    createNoopSigner,
    getBase64Decoder,
    getTransactionDecoder,
    getBase64Encoder,
    lamports,
    type Address,
} from '@solana/kit';
import { AccountState, getMintSize, getTokenEncoder } from '@solana-program/token';

import * as epoch from '../../../src/epoch/index';
import * as root from '../../../src/index';
import { addressOf } from '../../fixtures/parties';
import { refuseToAnswer, type MakeArguments } from './harness';

// A call with good arguments for every public function, by its name. What is missing here fails the test.

export type Rows = Readonly<Record<string, MakeArguments>>;

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

/** The rows for an entry point: those of the other are the same functions for another revision. */
export function createRows(entry: 'epoch' | 'root'): Rows {
    const isEpoch = entry === 'epoch';
    const toolkit = (isEpoch ? epoch : root) as unknown as typeof root;
    const deployment = toolkit.LOCALNET_DEPLOYMENT;
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
    const [channel] = toolkit.findChannelPdaSync(seeds);
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
        discriminator: toolkit.CHANNEL_DISCRIMINATOR,
        distributionHash: toolkit.getDistributionHash(SPLITS),
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
    const bytes = new Uint8Array(toolkit.getChannelEncoder().encode(data as never));
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
    const assessment = toolkit.assessDistribution(assessed as never);
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
    const mode = isEpoch ? 'settleAndSealAndDistribute' : 'settleAndFinalizeAndDistribute';
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
    const config = { ...deployment };
    const reading = { ...config, abortSignal: undefined, commitment: 'confirmed', minContextSlot: 1n };
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
    const now = { slot: 5_000n, unixTimestamp: NOW };
    const planFor = (): root.BatchPlan => toolkit.planBatchSettle([item] as never, untabled as never);

    const shared: Rows = {
        assembleOpenTransaction: () => [{ ...open, ...assembled }, config],
        assembleTopUpTransaction: () => [{ ...top, ...assembled }, config],
        assertIsDistributable: () => [{ ...parties, ...token, rentPayer: PAYER.address }, methods, config],
        assertIsDistributionOf: () => [SPLITS, data.distributionHash, config],
        assertIsLiveChannelState: () => [state],
        assertIsSafeToDistribute: () => [assessment, { allowForfeit: [PAYER.address], willCreate: [PAYEE.address] }],
        assertIsSafeToOpen: () => [toolkit.assessOpen(openAssessed as never), { allowUnready: true, willCreate: [] }],
        assessDistribution: () => [assessed, config],
        assessOpen: () => [openAssessed, config],
        batchSettlement: () => [{ commitment: 'confirmed', journal: JOURNAL, verifier: VERIFIER }],
        checkVoucher: () => [checked, async () => true, config],
        checkVoucherState: () => [checked, config],
        compareBatchOptions: () => [[item], planned, config],
        cosignTransaction: () => [{ operator: PAYER.address, transaction }, PAYER, config],
        createAddressCache: () => [{ maxEntries: 10 }],
        createMemoryJournal: () => [{ now: () => 1 }],
        createTransactionSizer: () => [sizer],
        createVoucherVerifier: () => [{ concurrency: 2, maxKeys: 10 }, config],
        decodeChannelAccount: () => [account, config],
        decodeChannelState: () => [account, config],
        decodeLookupTable: () => [accountOf(addressOf(40), toolkit.ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS, bytes)],
        decodeVoucher: () => [toolkit.encodeVoucher(voucher), config],
        decodeWireTransaction: () => [wire],
        encodeVoucher: () => [voucher, config],
        encodeWireTransaction: () => [transaction],
        executeBatchSettle: () => [RPC, [request], execution, config],
        fetchAllChannel: () => [RPC, [channel], reading],
        fetchAllMaybeChannel: () => [RPC, [channel], reading],
        fetchBatchItems: () => [RPC, [request], { ...reading, concurrency: 2 }],
        fetchChannel: () => [RPC, channel, reading],
        fetchChannelFromSeeds: () => [RPC, seeds, reading],
        fetchChannelState: () => [RPC, channel, reading],
        fetchChannelStates: () => [RPC, [channel], reading],
        fetchChannels: () => [RPC, { payee: PAYEE.address, status: 'open', ...slot }, searching],
        fetchClosingChannels: () => [RPC, { payee: PAYEE.address }, { ...searching, isStatusFilteredByRpc: true }],
        fetchDistributionAssessment: () => [RPC, { channel, splits: SPLITS }, reading],
        fetchLookupTables: () => [RPC, [addressOf(40)], { commitment: 'confirmed', minContextSlot: 1n }],
        fetchMaybeChannel: () => [RPC, channel, reading],
        fetchMaybeChannelFromSeeds: () => [RPC, seeds, reading],
        fetchOpenAssessment: () => [RPC, { ...open, payer: PAYER.address }, reading],
        fetchTokenProgram: () => [RPC, MINT, reading],
        findChannelPda: () => [seeds, config],
        findChannelPdaSync: () => [seeds, config],
        findCheapChannelSalt: () => [{ ...seeds, maxAttempts: 3, salt: undefined, startAt: 1n }, config],
        findDistributionAddresses: () => [{ ...parties, ...token }, config],
        findEscrowPda: () => [{ channel, ...token }],
        findEscrowPdaSync: () => [{ channel, ...token }],
        findEventAuthorityPdaSync: () => [config],
        findExceededLimit: () => [
            { accounts: 1, bytes: 2_000, instructions: 1, signers: 1 },
            { accounts: 64, bytes: 1_232, instructions: 64, signers: 12 },
        ],
        findLookupTablePdaSync: () => [{ authority: PAYER.address, recentSlot: 1n }],
        findTokenPdaSync: () => [{ ...token, owner: PAYER.address }],
        findTreasuryTokenPda: () => [token, config],
        findTreasuryTokenPdaSync: () => [token, config],
        getBatchTransactionMessage: () => [planFor().transactions[0], BLOCKHASH],
        getChannelFigures: () => [state, { acceptedAmount: 100n }],
        getChannelFilters: () => [{ payee: PAYEE.address, status: 'open', ...slot }, config],
        getCloseLookupTableInstruction: () => [{ ...tableInput, recipient: PAYER.address }],
        getCloseLookupTablesTransactions: () => [[addressOf(40)], { ...tableOptions, recipient: PAYER.address }],
        getCreateLookupTableInstruction: () => [{ ...tableInput, recentSlot: 1n }],
        getCreateTokenAccountsInstructionsAsync: () => [{ ...token, funder: PAYER, owners: [PAYEE.address] }],
        getDeactivateLookupTableInstruction: () => [tableInput],
        getDeactivateLookupTablesTransactions: () => [[addressOf(40)], tableOptions],
        getDistributeInstructionAsync: () => [{ ...parties, ...token, rentPayer: PAYER.address }, config],
        getDistributeInstructionsAsync: () => [
            {
                ...parties,
                ...token,
                createTokenAccounts: { funder: PAYER, owners: [PAYEE.address] },
                rentPayer: PAYER.address,
            },
            config,
        ],
        getDistributeRequirements: () => [{ ...parties, ...token, rentPayer: PAYER.address }, methods, config],
        getDistributionHash: () => [SPLITS, config],
        getDistributionPreimage: () => [SPLITS],
        getExtendLookupTableInstruction: () => [{ ...tableInput, addresses: [addressOf(41)] }],
        getLoggedEventCount: () => [['Program 11111111111111111111111111111111 invoke [1]'], config],
        getLookupTableStatus: () => [lookupTable],
        getLookupTableTransactions: () => [
            [{ addresses: [addressOf(41)], appendedCount: 1, reused: undefined }],
            tableOptions,
        ],
        getMaxDistributableRecipients: () => [{ ...methods, tokenProgram: TOKEN_PROGRAM }, config],
        getMemoInstruction: () => ['hello'],
        getOpenInstructionAsync: () => [{ ...open, ...current }, config],
        getOpenInstructionsAsync: () => [
            { ...open, ...current, createTokenAccounts: { funder: PAYER, owners: [PAYEE.address] } },
            config,
        ],
        getPayeeBps: () => [SPLITS],
        getPayouts: () => [{ payoutWatermark: 1n, settled: 5n, splits: SPLITS }],
        getProgramFailure: () => [
            { err: { InstructionError: [0, { Custom: 233 }] }, logs: ['Program log: a'] },
            { ...config, instructions: [{ programAddress: MINT }], logs: ['a'] },
        ],
        getRequestCloseInstruction: () => [{ channel, payer: PAYER }, config],
        getSettleInstructions: () => [{ channel, voucher: signedVoucher }, config],
        getTopUpInstructionAsync: () => [top, config],
        getTransactionLimits: () => [0],
        getUsableAddresses: () => [lookupTable, 5n],
        getVerifyVoucherInstruction: () => [signedVoucher, config],
        getWithdrawPayerInstructionAsync: () => [{ channel, payer: PAYER, ...token }, config],
        inspectOpenTransaction: () => [wire, openAgreement, config],
        inspectTopUpTransaction: () => [transaction, { ...agreement, amount: 1n, channel }, config],
        isLiveChannelState: () => [state],
        isPaymentChannelsError: () => [new Error('x'), 'INPUT_INVALID'],
        isReclaimable: () => [state, 5n],
        isSettleable: () => [closing, NOW],
        isVoucherAtLeastAsGood: () => [voucher, { cumulativeAmount: 400n, expiresAt: 0n }],
        measureTransaction: () => [{ ...sizer, instructions }],
        parseEvents: () => [[{ data: new Uint8Array(3), programAddress: MINT, stackHeight: 1 }], config],
        parseProgramLogs: () => [['Program 11111111111111111111111111111111 invoke [1]']],
        parseSignedVoucherJson: () => [toolkit.toSignedVoucherJson(signedVoucher as never)],
        parseTransactionEvents: () => [answered, config],
        parseVoucherJson: () => [toolkit.toVoucherJson(voucher)],
        payer: () => [PAYER],
        paymentChannels: () => [{ deployment, fetch: { commitment: 'confirmed' } }],
        planBatchSettle: () => [[item, item], planned, config],
        planBatchSettleAsync: () => [
            [item, { ...item, isSignatureValid: undefined }],
            { ...planned, verifier: VERIFIER },
            config,
        ],
        planLookupTables: () => [[item, item], { ...untabled, version: 0, authority: PAYER }, config],
        readMint: () => [accounts.mint, TOKEN_PROGRAM],
        readTokenAccount: () => [accounts.payer, { ...token, owner: PAYER.address }],
        rpc: () => [RPC],
        signVoucher: () => [voucher, { address: PAYER.address, signMessages: async () => refuseToAnswer() }, config],
        toSignedVoucher: () => [signedVoucher],
        toSignedVoucherJson: () => [signedVoucher],
        toSplits: () => [SPLITS],
        toVoucher: () => [voucher],
        toVoucherJson: () => [voucher],
        transactionSending: () => [
            {
                commitment: 'confirmed',
                computeUnitLimit: 100,
                computeUnitMarginPercent: 10,
                computeUnitPrice: 1n,
                loadedAccountsDataSizeLimit: 100,
                pollIntervalMs: 10,
                version: 0,
            },
        ],
        verifyVoucher: () => [signedVoucher, PAYER.address, config],
        watchClosingChannels: () => [{ rpc: RPC, rpcSubscriptions: RPC }, { payee: PAYEE.address }, searching],
    };
    if (!isEpoch) {
        return {
            ...shared,
            getFinalizeInstruction: () => [{ channel }, config],
            getSettleAndFinalizeInstructions: () => [{ channel, payee: PAYEE, voucher: signedVoucher }, config],
            isClosedChannelAccount: () => [
                { data: new Uint8Array([2]), programAddress: deployment.programAddress },
                config,
            ],
            isFinalizable: () => [closing, NOW],
        };
    }
    return {
        ...shared,
        assertIsOpenSlotInWindow: () => [{ currentSlot: 1_000n, landingSlots: 5, openSlot: 1_000n }],
        chooseOpenSlot: () => [{ currentSlot: 1_000n, landingSlots: 5 }],
        fetchOpenSlot: () => [RPC, { landingSlots: 5 }, { commitment: 'confirmed' }],
        getReclaimInstruction: () => [{ channel, rentPayer: PAYER.address }, config],
        getReclaimableFromSlot: () => [5n],
        getRentRecovery: () => [closing, now],
        getSealInstruction: () => [{ channel }, config],
        getSettleAndSealInstructions: () => [{ channel, payee: PAYEE, voucher: signedVoucher }, config],
        isSealable: () => [closing, NOW],
        planBatchReclaim: () => [
            [state, closing],
            { currentSlot: 5_000n, feePayer: PAYER, unixTimestamp: NOW, version: 0 },
            config,
        ],
    };
}
