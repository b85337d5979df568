import { createClient, lamports, type Signature } from '@solana/kit';

import * as toolkit from '../../fixtures/toolkit';
import { createNodeVoucherVerifier } from '../../../src/node/index';
import { createSimulator, readProgramElf, simulated } from '../../../src/testing/index';
import { createRequestHandler } from '../../../src/testing/rpc';
import { addressOf, SPL_TOKEN, TOKEN_2022 } from '../../fixtures/parties';
import { createPlace } from '../../fixtures/sqlite';
import { createGoodValues } from './good-values';
import type { Call, MakeArguments } from './harness';
import { createStoreObject, STORE_METHODS } from './store-rows';

// A call with good arguments for every method of the objects that the package makes, by its name. What is missing here
// fails the test.

/** The methods of an object, each bound to it. */
type Methods = Readonly<Record<string, Call>>;

export type ObjectRows = Readonly<{
    /** Makes the object; what has to be closed is closed by `dispose`. */
    create: () => Promise<Readonly<{ dispose?: () => Promise<unknown>; object: object }>>;
    rows: Readonly<Record<string, MakeArguments>>;
}>;

/** The methods of an object, be they its own or those of its class. */
export function getMethods(object: object): Methods {
    const names = Object.keys(object);
    const getPrototype = (of: object) => Object.getPrototypeOf(of) as object | null;
    for (let of = getPrototype(object); of !== null && of !== Object.prototype; of = getPrototype(of)) {
        names.push(...Object.getOwnPropertyNames(of));
    }
    const methods: Record<string, Call> = {};
    for (const name of names) {
        const member = (object as Record<string, unknown>)[name];
        if (name === 'constructor' || typeof member !== 'function') continue;
        methods[name] = (...args) => (member as Call).apply(object, args);
    }
    return methods;
}

const SIGNATURE = '5'.repeat(86) as Signature;

/** The objects that are made for a deployment. */
export async function createObjectRows(deployment: toolkit.Deployment): Promise<Readonly<Record<string, ObjectRows>>> {
    const good = createGoodValues(deployment);
    const { isEpoch, PAYEE, PAYER, planned, sizer, SPLITS } = good;
    const limits = toolkit.getTransactionLimits(0);
    const journalRows = (): ObjectRows['rows'] => ({
        acquire: () => ['me', [channel], 60_000],
        getLeases: () => [[channel]],
        getUnresolved: () => [[channel]],
        recordOutcome: () => [SIGNATURE, 'landed'],
        recordSent: () => [
            'me',
            {
                channels: [{ actions: ['settle'], channel, cumulativeAmount: 5n }],
                feeLamports: 5_000n,
                lastValidBlockHeight: 100n,
                signature: SIGNATURE,
                wireTransaction: 'AAAA',
            },
        ],
        release: () => ['me', [channel]],
    });
    const verifierRows: ObjectRows['rows'] = {
        verify: () => [voucher, signer.address],
        verifyAll: () => [[{ authorizedSigner: signer.address, signedVoucher: voucher }]],
    };
    // A channel that is open, of a client who is its payer; what is wrong is told from what is missing on the chain.
    const simulator = await createSimulator({ deployment: deployment as never });
    const other = await createSimulator({ deployment: deployment as never });
    const made = await other.createChannel({ state: 'closing' });
    // What a signer has in it, and is for kit to look at, is in the rows of what is built with one.
    const making = { mint: made.mint, deposit: 5n, gracePeriodSeconds: 9, settled: 2n, topUp: 1n };
    const recipients = [{ bps: 1, recipient: addressOf(9) }];
    const snapshot = other.takeSnapshot();
    const elf = readProgramElf('tombstone');
    const signer = await simulator.createFundedSigner({ label: 'payer' });
    const client = createClient()
        .use(toolkit.payer(signer))
        .use(simulated(simulator))
        .use(toolkit.transactionSending({ followTimeoutMs: 1_000, pollIntervalMs: 1 }))
        .use(toolkit.paymentChannels())
        .use(toolkit.batchSettlement({ journal: toolkit.createMemoryJournal() }));
    const mint = await simulator.createMint();
    await simulator.mintTokens({ amount: 1_000_000n, mint, owner: signer.address });
    await simulator.createTreasuryTokenAccount({ mint });
    const slot = isEpoch ? { openSlot: simulator.getClock().slot } : {};
    const terms = {
        deposit: 1_000n,
        gracePeriodSeconds: 60,
        mint,
        payee: PAYEE.address,
        salt: 1n,
        splits: SPLITS,
        ...slot,
    };
    const { instructions, pdas } = client.paymentChannels;
    await instructions.open({ ...terms, createTokenAccounts: true }).sendTransaction();
    const [channel] = await pdas.channel({ ...terms, authorizedSigner: signer.address, payer: signer.address });
    const voucherTerms = { channelId: channel, cumulativeAmount: 500n };
    const voucher = await toolkit.signVoucher(voucherTerms, signer, deployment);
    const token = { mint, tokenProgram: good.TOKEN_PROGRAM };
    const seeds = { ...terms, authorizedSigner: signer.address, payer: signer.address };
    const request = { ...good.request, channel, voucher };
    const memo = toolkit.getMemoInstruction('hello');
    const settle = {
        accounts: [{ address: signer.address, role: 0 }],
        data: new Uint8Array(1),
        programAddress: memo.programAddress,
    };
    const { feePayer: _, lookupTables: __, unixTimestamp: ___, ...batch } = planned;
    const reading = { commitment: 'confirmed', minContextSlot: 1n };
    const existing =
        (object: object): ObjectRows['create'] =>
        async () => ({ object });
    const ending = { channel, payee: PAYEE, voucher };
    const sent = () => [[memo, { ...settle }], { abortSignal: new AbortController().signal }];
    const found = { payee: PAYEE.address, status: 'open', ...(isEpoch ? { openSlot: 1_000n } : {}) };

    return {
        'a store': { create: async () => ({ object: createStoreObject() }), rows: STORE_METHODS },
        'createAddressCache()': {
            create: async () => ({ object: toolkit.createAddressCache() }),
            rows: {
                findChannelPdaSync: () => [seeds, deployment],
                findEscrowPdaSync: () => [{ channel, ...token }],
                findEventAuthorityPdaSync: () => [deployment],
                findTokenPdaSync: () => [{ ...token, owner: PAYER.address }],
                findTreasuryTokenPdaSync: () => [token, deployment],
            },
        },
        'createMemoryJournal()': {
            create: async () => ({ object: toolkit.createMemoryJournal() }),
            rows: journalRows(),
        },
        'createNodeVoucherVerifier()': {
            create: async () => {
                const object = await createNodeVoucherVerifier(deployment, { backend: 'webcrypto' });
                return { dispose: () => object.close(), object };
            },
            // Closed it refuses everything, so that is not tried here.
            rows: { ...verifierRows, close: () => [] },
        },
        'createRequestHandler()': {
            create: async () => {
                const handle = createRequestHandler(await createSimulator({ deployment: deployment as never }));
                // Kit takes the answers with their bigints.
                const ask = (method: string) => (params: unknown) =>
                    void handle({ id: 1, jsonrpc: '2.0', method, params });
                const names = ['getAccountInfo', 'getMultipleAccounts', 'getProgramAccounts', 'getSignatureStatuses'];
                const others = ['getTransaction', 'isBlockhashValid', 'sendTransaction', 'simulateTransaction'];
                const asked = Object.fromEntries([...names, ...others].map(name => [name, ask(name)]));
                return { object: { ...asked, handle: (payload: unknown) => void handle(payload) } };
            },
            rows: {
                getAccountInfo: () => [[channel, { commitment: 'confirmed', encoding: 'base64' }]],
                getMultipleAccounts: () => [[[channel], { commitment: 'confirmed', encoding: 'base64' }]],
                getProgramAccounts: () => [
                    [
                        deployment.programAddress,
                        {
                            dataSlice: { length: 1, offset: 0 },
                            encoding: 'base64',
                            filters: [{ memcmp: { bytes: '2', encoding: 'base58', offset: 0 } }, { dataSize: 216 }],
                            withContext: true,
                        },
                    ],
                ],
                getSignatureStatuses: () => [[[SIGNATURE], { searchTransactionHistory: true }]],
                getTransaction: () => [[SIGNATURE, { encoding: 'json', maxSupportedTransactionVersion: 0 }]],
                handle: () => [{ id: 1, jsonrpc: '2.0', method: 'getSlot', params: [{ commitment: 'confirmed' }] }],
                isBlockhashValid: () => [[addressOf(0x61), { commitment: 'confirmed' }]],
                sendTransaction: () => [[good.wire, { encoding: 'base64', skipPreflight: true }]],
                simulateTransaction: () => [
                    [
                        good.wire,
                        {
                            accounts: { addresses: [channel], encoding: 'base64' },
                            encoding: 'base64',
                            innerInstructions: true,
                            replaceRecentBlockhash: true,
                            sigVerify: false,
                        },
                    ],
                ],
            },
        },
        'createTransactionSizer()': {
            create: async () => ({ object: toolkit.createTransactionSizer(sizer as never) }),
            rows: {
                append: () => [[memo]],
                fork: () => [],
                getLookupTables: () => [],
                getMeasure: () => [],
                measureWith: () => [good.instructions],
                tryAppend: () => [good.instructions, { ...limits }],
            },
        },
        'createVoucherVerifier()': {
            create: async () => ({ object: toolkit.createVoucherVerifier(deployment) }),
            rows: verifierRows,
        },
        'client.batchSettlement': {
            create: existing(client.batchSettlement),
            rows: {
                execute: () => [
                    [request],
                    { ...batch, abortSignal: good.ABORTED, owner: 'me', patienceMs: 10, version: 0 },
                ],
                plan: () => [[request], { ...batch, callbackTimeoutMs: 1_000 }],
            },
        },
        'client.paymentChannels': {
            create: existing(client.paymentChannels),
            rows: { assessDistribution: () => [{ channel, splits: SPLITS }] },
        },
        'client.paymentChannels.accounts.channel': {
            create: existing(client.paymentChannels.accounts.channel),
            rows: {
                fetch: () => [channel, reading],
                fetchAll: () => [[channel], reading],
                fetchAllMaybe: () => [[channel], reading],
                fetchMaybe: () => [channel, reading],
                fetchState: () => [channel, reading],
                find: () => [found, reading],
                findClosing: () => [{ payee: PAYEE.address }, reading],
            },
        },
        'client.paymentChannels.instructions': {
            // A plan that can be sent is a promise of instructions.
            create: existing(client.paymentChannels.instructions),
            rows: {
                distribute: () => [{ allowForfeit: [], channel, createTokenAccounts: true, splits: SPLITS }],
                open: () => [
                    {
                        ...terms,
                        ...(isEpoch ? { landingSlots: 100 } : {}),
                        allowUnready: true,
                        authorizedSigner: signer.address,
                        createTokenAccounts: true,
                        payer: signer,
                        salt: 2n,
                    },
                ],
                requestClose: () => [{ channel, payer: signer }],
                settle: () => [{ channel, voucher }],
                topUp: () => [{ amount: 5n, channel, payer: signer }],
                withdrawPayer: () => [{ channel, payer: signer }],
                finalize: () => [{ channel }],
                settleAndFinalize: () => [ending],
                ...(isEpoch ? { reclaim: () => [{ channel, rentPayer: PAYER.address }] } : {}),
            },
        },
        'client.paymentChannels.pdas': {
            create: existing(client.paymentChannels.pdas),
            rows: {
                channel: () => [seeds],
                escrow: () => [{ channel, ...token }],
                treasuryToken: () => [token],
            },
        },
        'openSqliteJournal()': {
            create: async () => {
                const place = await createPlace();
                return { dispose: async () => place.remove(), object: await place.openJournal() };
            },
            rows: journalRows(),
        },
        plugins: {
            create: async () => ({
                object: {
                    batchSettlement: toolkit.batchSettlement({ journal: toolkit.createMemoryJournal() }),
                    payer: toolkit.payer(PAYER),
                    paymentChannels: toolkit.paymentChannels(),
                    rpc: toolkit.rpc(good.RPC as never),
                    simulated: simulated(await createSimulator({ deployment: deployment as never })),
                    transactionSending: toolkit.transactionSending(),
                },
            }),
            rows: {
                batchSettlement: () => [{ deployment, payer: PAYER, rpc: good.RPC }],
                payer: () => [{}],
                paymentChannels: () => [{ deployment, payer: PAYER, rpc: good.RPC }],
                rpc: () => [{}],
                simulated: () => [{}],
                transactionSending: () => [{ payer: PAYER, rpc: good.RPC }],
            },
        },
        faults: {
            create: existing(other.faults),
            rows: {
                clear: () => [],
                inject: () => [
                    {
                        fault: 'lagReads',
                        method: 'getSlot',
                        nth: 1,
                        probability: 1,
                        seed: 'a',
                        skip: 0,
                        slots: 1n,
                        times: 1,
                    },
                ],
                intercept: () => [{ method: 'getBalance', params: [] }, () => 1],
            },
        },
        simulator: {
            create: existing(other),
            rows: {
                advanceClock: () => [{ seconds: 1n, slots: 1n }],
                closeTokenAccount: () => [made.escrow],
                createChannel: () => [
                    { ...making, salt: 1n, splits: recipients, state: 'open', tokenProgram: SPL_TOKEN },
                ],
                createChannels: () => [
                    { ...making, count: 1, splits: recipients, state: 'open', tokenProgram: SPL_TOKEN },
                ],
                createFundedSigner: () => [{ label: 'a', lamports: 5n }],
                createMint: () => [
                    {
                        decimals: 2,
                        extensions: {
                            closeAuthority: true,
                            defaultAccountState: 'frozen',
                            interestRate: 5,
                            metadata: { name: 'a', symbol: 'b', uri: 'c' },
                            transferFee: { basisPoints: 1, maximumFee: 2n },
                        },
                        isFreezable: true,
                        label: 'mint',
                        tokenProgram: TOKEN_2022,
                    },
                ],
                createSigner: () => ['label'],
                createStablecoin: () => ['USDC'],
                createTokenAccount: () => [{ ...token, owner: PAYER.address }],
                createTreasuryTokenAccount: () => [token],
                expireBlockhashes: () => [],
                getChannel: () => [channel],
                getClock: () => [],
                getExecutedTransaction: () => [SIGNATURE],
                getLamports: () => [PAYER.address],
                getLatestBlockhash: () => [],
                getTokenAmount: () => [addressOf(9)],
                loadProgram: () => [{ address: addressOf(78), elf: elf.bytes }],
                mintTokens: () => [{ ...token, amount: 1n, owner: PAYER.address }],
                passGracePeriod: () => [made.address],
                restoreSnapshot: () => [snapshot],
                send: () => [[memo], { computeUnitLimit: 10_000, feePayer: signer, version: 0 }],
                sendOrThrow: () => [[memo], { computeUnitLimit: 10_000, feePayer: signer, version: 0 }],
                sendTransaction: () => [good.transaction],
                setClock: () => [{ slot: 400_000_000n, unixTimestamp: 1_760_000_000n }],
                setFrozen: () => [made.escrow, true],
                setLamports: () => [addressOf(77), lamports(5n)],
                takeSnapshot: () => [],
            },
        },
        transactionSending: {
            create: existing(getSending(client as unknown as Methods)),
            rows: { planTransaction: sent, planTransactions: sent, sendTransaction: sent, sendTransactions: sent },
        },
    };
}

function getSending({ planTransaction, planTransactions, sendTransaction, sendTransactions }: Methods): Methods {
    // What is sent is told by a result of kit, in kit's own form.
    const send = async (...args: unknown[]) => void (await sendTransaction!(...args));
    const sendAll = async (...args: unknown[]) => void (await sendTransactions!(...args));
    return { planTransaction, planTransactions, sendTransaction: send, sendTransactions: sendAll } as Methods;
}
