import {
    address,
    createClient,
    createKeyPairSignerFromPrivateKeyBytes,
    isSolanaError,
    sequentialTransactionPlan,
    SOLANA_ERROR__FAILED_TO_SEND_TRANSACTION,
    type Address,
    type KeyPairSigner,
} from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { beforeAll, describe, expect, it } from 'vitest';

import { getPayouts, getProgramFailure, isPaymentChannelsError, signVoucher, type Deployment } from '../../src';
import { payer, paymentChannels, rpc, transactionSending, type TransactionSendingConfig } from '../../src/plugin';
import { createSimulatorRpc, simulated, type Simulator } from '../../src/testing';
import { CHANNEL_RENT, REMAINS, SLOTS_UNTIL_FREE } from '../fixtures/revision';
import { TOKEN_PROGRAMS } from './fixtures/channel';
import { DEPLOYMENT } from '../fixtures/deployment';
import { createTestSimulator, openedNow } from '../fixtures/simulator';
import { interceptRpc } from './fixtures/intercepted-rpc';

const ELSEWHERE: Deployment = {
    ...DEPLOYMENT,
    programAddress: address('9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin'),
    treasuryOwner: address('Cs2zdfUNonRdRGsiZUQQLdTxzxVvJZmgiX2mpLYKuEqP'),
};

const createTestClient = (simulator: Simulator, signer: KeyPairSigner, config?: TransactionSendingConfig) =>
    createClient().use(payer(signer)).use(simulated(simulator)).use(transactionSending(config)).use(paymentChannels());

const codeOf = async (attempt: () => PromiseLike<unknown>) => {
    try {
        await attempt();
        return undefined;
    } catch (error) {
        return isPaymentChannelsError(error) ? error.code : error;
    }
};

describe.each([
    { deployment: DEPLOYMENT, name: 'the published deployment' },
    { deployment: ELSEWHERE, name: 'another one' },
])('client.paymentChannels, with $name', ({ deployment }) => {
    describe.each(TOKEN_PROGRAMS)('and $name', ({ tokenProgram }) => {
        let simulator: Simulator;
        let payerClient: ReturnType<typeof createTestClient>;
        let merchantClient: ReturnType<typeof createTestClient>;
        let merchant: KeyPairSigner;
        let mint: Address;
        let platform: Address;
        beforeAll(async () => {
            simulator = await createTestSimulator({ deployment });
            const payerSigner = await simulator.createFundedSigner();
            merchant = await simulator.createFundedSigner();
            platform = (await simulator.createSigner()).address;
            mint = await simulator.createMint({ tokenProgram });
            await simulator.mintTokens({ amount: 100_000n, mint, owner: payerSigner.address, tokenProgram });
            payerClient = createTestClient(simulator, payerSigner);
            merchantClient = createTestClient(simulator, merchant);
        });

        it('takes the deployment of the simulator', () => {
            expect(payerClient.paymentChannels.deployment).toEqual(deployment);
        });

        it('runs a whole life: what can be read is read, what can be defaulted is', async () => {
            const { instructions, pdas } = payerClient.paymentChannels;
            const splits = [{ bps: 300, recipient: platform }];
            const terms = { deposit: 1_000n, gracePeriodSeconds: 60, mint, payee: merchant.address, salt: 1n, splits };

            // Nobody but the payer has a token account yet: later payouts would go to the treasury, which has none.
            expect(await codeOf(() => instructions.open(terms).sendTransaction())).toBe('OPEN_UNREADY');
            await instructions.open({ ...terms, createTokenAccounts: true }).sendTransaction();
            const own = payerClient.payer.address;
            const [channel] = await pdas.channel({
                ...openedNow(simulator),
                ...terms,
                authorizedSigner: own,
                payer: own,
            });
            await instructions.topUp({ amount: 500n, channel }).sendTransaction();

            const merchantInstructions = merchantClient.paymentChannels.instructions;
            const sign = (cumulativeAmount: bigint) =>
                signVoucher({ channelId: channel, cumulativeAmount }, payerClient.payer as KeyPairSigner, DEPLOYMENT);
            const settled = await merchantInstructions.settle({ voucher: await sign(400n) }).sendTransaction();
            expect(settled.context.signature).toMatch(/^\w{80,90}$/);
            await merchantInstructions.distribute({ channel, splits }).sendTransaction();

            const state = await merchantClient.paymentChannels.accounts.channel.fetchState(channel);
            expect(state).toMatchObject({
                channel: { deposit: 1_500n, settlement: { payoutWatermark: 400n, settled: 400n } },
                kind: 'open',
            });
            await merchantInstructions.settleAndFinalize({ channel, voucher: await sign(1_001n) }).sendTransaction();
            await instructions.withdrawPayer({ channel }).sendTransaction();
            simulator.advanceClock({ slots: SLOTS_UNTIL_FREE });
            await merchantInstructions.distribute({ channel, splits }).sendTransaction();

            const { payee, recipients } = getPayouts({ payoutWatermark: 0n, settled: 1_001n, splits }, DEPLOYMENT);
            const token = { mint, tokenProgram };
            const amountOf = async (owner: Address) =>
                simulator.getTokenAmount(await simulator.createTokenAccount({ ...token, owner }));
            expect(await amountOf(merchant.address)).toBe(payee);
            expect(await amountOf(platform)).toBe(recipients[0]);
            expect(await merchantClient.paymentChannels.accounts.channel.fetchState(channel)).toMatchObject({
                kind: REMAINS.kind,
            });
        });

        it('finds the channels that a payer has begun to close, and finalizes them', async () => {
            const { accounts, instructions, pdas } = payerClient.paymentChannels;
            const terms = { deposit: 10n, gracePeriodSeconds: 60, mint, payee: merchant.address, salt: 2n, splits: [] };
            await instructions.open({ ...terms, createTokenAccounts: true }).sendTransaction();
            const own = payerClient.payer.address;
            const [channel] = await pdas.channel({
                ...openedNow(simulator),
                ...terms,
                authorizedSigner: own,
                payer: own,
            });
            await instructions.requestClose({ channel }).sendTransaction();
            const closing = await accounts.channel.findClosing({ payee: merchant.address });
            expect(closing.map(state => state.address)).toEqual([channel]);
            simulator.advanceClock({ seconds: 60 });
            await merchantClient.paymentChannels.instructions.finalize({ channel }).sendTransaction();
            expect((await accounts.channel.find({ status: 'finalized' })).map(state => state.address)).toEqual([
                channel,
            ]);
        });
    });
});

describe('a distribution that would forfeit a share', () => {
    it('is refused unless the forfeit is allowed or the token account is created', async () => {
        const simulator = await createTestSimulator();
        const own = await simulator.createFundedSigner();
        const [payee, stranger] = [await simulator.createSigner(), await simulator.createSigner()];
        const mint = await simulator.createMint();
        await simulator.mintTokens({ amount: 1_000n, mint, owner: own.address });
        await simulator.createTokenAccount({ mint, owner: payee.address });
        const treasury = await simulator.createTreasuryTokenAccount({ mint });
        const client = createTestClient(simulator, own);
        const { instructions, pdas } = client.paymentChannels;
        const splits = [{ bps: 1_000, recipient: stranger.address }];
        const openAndSettle = async (salt: bigint) => {
            const terms = { deposit: 100n, gracePeriodSeconds: 60, mint, payee: payee.address, salt, splits };
            await instructions.open({ ...terms, allowUnready: true }).sendTransaction();
            const [channel] = await pdas.channel({
                ...openedNow(simulator),
                ...terms,
                authorizedSigner: own.address,
                payer: own.address,
            });
            const voucher = await signVoucher({ channelId: channel, cumulativeAmount: 100n }, own, DEPLOYMENT);
            await instructions.settle({ voucher }).sendTransaction();
            return channel;
        };

        const first = await openAndSettle(1n);
        const distribute = (options: object) =>
            instructions.distribute({ channel: first, splits, ...options }).sendTransaction();
        expect(await codeOf(() => distribute({}))).toBe('DISTRIBUTION_FORFEITS');
        expect(await codeOf(() => distribute({ allowForfeit: [payee.address] }))).toBe('DISTRIBUTION_FORFEITS');
        await distribute({ allowForfeit: [stranger.address] });
        expect(simulator.getTokenAmount(treasury)).toBe(10n);
        expect(await codeOf(() => distribute({}))).toBe('DISTRIBUTION_BLOCKED');

        const second = await openAndSettle(2n);
        await instructions.distribute({ channel: second, createTokenAccounts: true, splits }).sendTransaction();
        expect(simulator.getTokenAmount(treasury)).toBe(10n);
        const tokens = await simulator.createTokenAccount({ mint, owner: stranger.address });
        expect(simulator.getTokenAmount(tokens)).toBe(10n);
    });
});

describe('a single send', () => {
    let simulator: Simulator;
    let own: KeyPairSigner;
    let terms: Parameters<ReturnType<typeof createTestClient>['paymentChannels']['instructions']['open']>[0];
    beforeAll(async () => {
        simulator = await createTestSimulator();
        own = await simulator.createFundedSigner();
        const payee = (await simulator.createSigner()).address;
        const mint = await simulator.createMint();
        await simulator.mintTokens({ amount: 1_000_000n, mint, owner: own.address });
        terms = { allowUnready: true, deposit: 1n, gracePeriodSeconds: 60, mint, payee, salt: 0n, splits: [] };
    });

    it.each([
        { config: {}, fee: 5_000n, name: 'no price' },
        // 30,000 units at 0.1 lamports
        { config: { computeUnitLimit: 60_000, computeUnitPrice: 100_000n }, fee: 11_000n, name: 'a given limit' },
        { config: { computeUnitLimit: 60_001, computeUnitPrice: 1n, version: 1 }, fee: 5_001n, name: 'version 1' },
        { config: { version: 'legacy' }, fee: 5_000n, name: 'legacy' },
    ] as const)('sets what its version needs: $name', async ({ config, fee, name }) => {
        const client = createTestClient(simulator, own, config);
        const before = simulator.getLamports(own.address);
        const salt = BigInt(name.length * 1_000 + name.charCodeAt(0));
        const open = client.paymentChannels.instructions.open({ ...terms, salt });
        const { context } = await open.sendTransaction();
        const rents = CHANNEL_RENT + 2_039_280n;
        expect(before - simulator.getLamports(own.address)).toBe(fee + rents);
        expect(context.message?.version).toBe('version' in config ? config.version : 0);
    });

    it('takes the compute-unit limit of a simulation, with a margin', async () => {
        const price = 1_000_000n;
        const client = createTestClient(simulator, own, { computeUnitMarginPercent: 0, computeUnitPrice: price });
        const generous = createTestClient(simulator, own, { computeUnitMarginPercent: 100, computeUnitPrice: price });
        const cost = async (of: typeof client, salt: bigint) => {
            const before = simulator.getLamports(own.address);
            await of.paymentChannels.instructions.open({ ...terms, salt }).sendTransaction();
            return before - simulator.getLamports(own.address);
        };
        const [tight, wide] = [await cost(client, 1n), await cost(generous, 1_000_001n)];
        expect(wide).toBeGreaterThan(tight + 10_000n);
    });

    it('says in terms of the program why it failed, and which transaction it was', async () => {
        const client = createTestClient(simulator, own);
        const { instructions, pdas } = client.paymentChannels;
        await instructions.open({ ...terms, salt: 5n }).sendTransaction();
        const [channel] = await pdas.channel({
            ...openedNow(simulator),
            ...terms,
            authorizedSigner: own.address,
            payer: own.address,
            salt: 5n,
        });
        const stranger = await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(7));
        const voucher = await signVoucher({ channelId: channel, cumulativeAmount: 1n }, stranger, DEPLOYMENT);
        for (const config of [{}, { computeUnitLimit: 100_000 }]) {
            const sender = createTestClient(simulator, own, config);
            const error: unknown = await sender.paymentChannels.instructions
                .settle({ voucher })
                .sendTransaction()
                .catch((caught: unknown) => caught);
            expect(isSolanaError(error, SOLANA_ERROR__FAILED_TO_SEND_TRANSACTION)).toBe(true);
            expect(getProgramFailure(error, DEPLOYMENT)).toMatchObject({ code: 237, name: 'voucherSignerMismatch' });
        }
    });

    it('plans without sending, and sends several in order', async () => {
        const client = createTestClient(simulator, own);
        const { instructions } = client.paymentChannels;
        const message = await instructions.open({ ...terms, salt: 8n }).planTransaction();
        expect(message.feePayer.address).toBe(own.address);
        const { context } = await client.sendTransaction(message);
        expect(context.signature).toBeDefined();
        const salts = Array.from({ length: 8 }, (_, index) => 100n + BigInt(index));
        // Large enough that bytes are what limits a transaction: kit's planner knows of no other limit.
        const recipients = await Promise.all(Array.from({ length: 5 }, () => simulator.createSigner()));
        const splits = recipients.map(({ address }) => ({ bps: 1, recipient: address }));
        const plans = await Promise.all(salts.map(salt => instructions.open({ ...terms, salt, splits })));
        const result = await client.sendTransactions(plans);
        expect(result.kind).toBe('sequential');
        const found = await client.paymentChannels.accounts.channel.find({ payer: own.address });
        const opened = found.map(state => state.channel.salt);
        expect(salts.filter(salt => !opened.includes(salt))).toEqual([]);
    });

    it.each([
        [{ computeUnitLimit: 0 }, 'INTEGER_OUT_OF_RANGE'],
        [{ computeUnitLimit: 1.5 }, 'INTEGER_NOT_EXACT'],
        [{ computeUnitPrice: -1n }, 'INTEGER_OUT_OF_RANGE'],
        [{ loadedAccountsDataSizeLimit: 0 }, 'INTEGER_OUT_OF_RANGE'],
    ])('refuses %o', async (config, code) => {
        expect(await codeOf(async () => transactionSending(config as TransactionSendingConfig))).toBe(code);
    });

    it.each(['false', 'no', 1, 0, null, {}])('takes no other flags than true and false: %o', async flag => {
        const { instructions } = createTestClient(simulator, own).paymentChannels;
        const distribution = { channel: own.address, createTokenAccounts: flag as boolean, splits: [] };
        expect(await codeOf(() => instructions.distribute(distribution))).toBe('INPUT_INVALID');
        for (const name of ['createTokenAccounts', 'allowUnready']) {
            const input = { ...terms, [name]: flag, salt: 300n };
            expect(await codeOf(() => instructions.open(input))).toBe('INPUT_INVALID');
        }
    });

    it('is one transaction: a plan of several is refused before any of it is sent', async () => {
        const client = createTestClient(simulator, own);
        const salts = [200n, 201n];
        const messages = await Promise.all(
            salts.map(salt => client.paymentChannels.instructions.open({ ...terms, salt }).planTransaction()),
        );
        const several = sequentialTransactionPlan(messages);
        expect(await codeOf(() => client.sendTransaction(several as never))).toBe('INPUT_INVALID');
        const found = await client.paymentChannels.accounts.channel.find({ payer: own.address });
        expect(found.filter(({ channel }) => salts.includes(channel.salt))).toEqual([]);
    });

    it('refuses a payer that can not sign', async () => {
        expect(await codeOf(async () => payer({ address: TOKEN_PROGRAM_ADDRESS } as never))).toBe('SIGNER_INVALID');
    });

    it('stops when it is aborted', async () => {
        const client = createTestClient(simulator, own);
        const abort = AbortSignal.abort(new Error('enough'));
        const open = client.paymentChannels.instructions.open({ ...terms, salt: 12n });
        await expect(open.sendTransaction({ abortSignal: abort })).rejects.toThrow();
        expect(await client.paymentChannels.accounts.channel.find({ payer: own.address })).not.toContainEqual(
            expect.objectContaining({ channel: expect.objectContaining({ salt: 12n }) as unknown }),
        );
    });

    it('waits for what is read no longer than until it is aborted', async () => {
        const silent = interceptRpc(createSimulatorRpc(simulator), () => new Promise(() => undefined));
        const client = createClient()
            .use(payer(own))
            .use(rpc(silent))
            .use(transactionSending())
            .use(paymentChannels({ deployment: DEPLOYMENT }));
        const { instructions } = client.paymentChannels;
        for (const send of ['planTransaction', 'planTransactions', 'sendTransaction', 'sendTransactions'] as const) {
            const controller = new AbortController();
            const sending = instructions.open({ ...terms, salt: 13n })[send]({ abortSignal: controller.signal });
            controller.abort(new Error('enough'));
            await expect(sending).rejects.toThrow('enough');
        }
    });

    it('is the same code over any RPC', async () => {
        const client = createClient()
            .use(payer(own))
            .use(rpc(createSimulatorRpc(simulator)))
            .use(transactionSending())
            .use(paymentChannels({ deployment: DEPLOYMENT, fetch: { commitment: 'finalized' } }));
        await client.paymentChannels.instructions.open({ ...terms, salt: 20n }).sendTransaction();
        expect(client.paymentChannels.deployment).toBe(DEPLOYMENT);
    });
});
