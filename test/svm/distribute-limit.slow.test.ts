import {
    address,
    appendTransactionMessageInstructions,
    compressTransactionMessageUsingAddressLookupTables,
    createTransactionMessage,
    getAddressEncoder,
    getArrayEncoder,
    getStructEncoder,
    getU16Encoder,
    getU32Encoder,
    getU64Encoder,
    getU8Encoder,
    lamports,
    pipe,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageFeePayerSigner,
    signTransactionMessageWithSigners,
    type Address,
} from '@solana/kit';
import {
    AccountState,
    getTokenDecoder,
    getTokenEncoder,
    getTokenSize,
    TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { beforeAll, describe, expect, it } from 'vitest';

import {
    getDistributeInstructionAsync,
    getDistributeRequirements,
    getSettleAndFinalizeInstructions,
    isPaymentChannelsError,
    TOKEN_2022_PROGRAM_ADDRESS,
    type DistributeInstructionWithRecipients,
    type DistributionMethod,
    type Split,
} from '../../src';
import { type Simulator, type TransactionResult } from '../../src/testing';
import { createCast, FUNDS, TestChannel } from './fixtures/channel';
import { DEPLOYMENT } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';
import { rendered } from '../fixtures/rendered';

const { MAX_RECIPIENTS } = rendered;

// What open promises when it accepts a plan: that it can be distributed in the way that was said. So each plan here is
// opened, settled, finalized and distributed, with a refund for the payer and a donation that is swept to the treasury.

const LOOKUP_TABLE_PROGRAM = address('AddressLookupTab1e1111111111111111111111111');
const SETTLED = 640_000n;
const DONATED = 7n;
const BPS = 300;

let simulator: Simulator;
beforeAll(async () => {
    simulator = await createTestSimulator({ seed: 'distribute-limit' });
});

type Plan = { channel: TestChannel; distribute: DistributeInstructionWithRecipients; tokenAccounts: Address[] };

/** A finalized channel with a plan of so many recipients, everyone's token account, and what distributes it. */
async function createPlan(recipientCount: number, tokenProgram: Address): Promise<Plan> {
    const cast = await createCast(simulator, tokenProgram);
    const { mint } = cast;
    const splits: Split[] = [];
    const tokenAccounts: Address[] = [];
    for (let index = 0; index < recipientCount; index++) {
        const { address: recipient } = await simulator.createSigner();
        tokenAccounts.push(await simulator.createTokenAccount({ mint, owner: recipient, tokenProgram }));
        splits.push({ bps: BPS, recipient });
    }
    const channel = await TestChannel.plan(simulator, cast, { deposit: FUNDS, distribution: { version: 1 }, splits });
    const voucher = await channel.sign(SETTLED);
    // An open with so many recipients only has room in a version 1 transaction itself.
    await simulator.sendOrThrow([await channel.getOpenInstruction()], { version: 1 });
    await simulator.sendOrThrow(
        getSettleAndFinalizeInstructions({ channel: channel.address, payee: cast.payee, voucher }, DEPLOYMENT),
    );
    await simulator.mintTokens({ amount: DONATED, mint, owner: channel.address, tokenProgram });
    const distribute = await getDistributeInstructionAsync(
        { ...channel.account, ...channel.token, splits },
        DEPLOYMENT,
    );
    return { channel, distribute, tokenAccounts };
}

/** Distributes a plan in some way; `undefined` when the transaction is too large for a cluster. */
async function distribute(plan: Plan, method: DistributionMethod): Promise<TransactionResult | undefined> {
    const { computeUnitLimit, usesLookupTable, version = 0 } = method;
    try {
        if (!usesLookupTable) return await simulator.send([plan.distribute], { computeUnitLimit, version });
        const addresses = plan.distribute.accounts.map(account => account.address);
        const table = await createLookupTable(addresses);
        const message = pipe(
            createTransactionMessage({ version: 0 }),
            m => setTransactionMessageFeePayerSigner(simulator.faucet, m),
            m => appendTransactionMessageInstructions([plan.distribute], m),
            m => (computeUnitLimit === undefined ? m : setTransactionMessageComputeUnitLimit(computeUnitLimit, m)),
            m => simulator.svm.setTransactionMessageLifetimeUsingLatestBlockhash(m),
            m => compressTransactionMessageUsingAddressLookupTables(m, { [table]: addresses }),
        );
        return simulator.sendTransaction(await signTransactionMessageWithSigners(message));
    } catch (error) {
        if (isPaymentChannelsError(error, 'TRANSACTION_TOO_LARGE')) return undefined;
        throw error;
    }
}

function expectSuccess(result: TransactionResult | undefined): asserts result is TransactionResult {
    expect(result?.failure?.message).toBeUndefined();
    expect(result?.ok).toBe(true);
}

/** Puts a lookup table into the SVM, as a cluster would hold it a while after it was created. */
async function createLookupTable(addresses: readonly Address[]): Promise<Address> {
    const { address: table } = await simulator.createSigner();
    const data = getStructEncoder([
        ['kind', getU32Encoder()],
        ['deactivationSlot', getU64Encoder()],
        ['lastExtendedSlot', getU64Encoder()],
        ['lastExtendedStartIndex', getU8Encoder()],
        ['hasAuthority', getU8Encoder()],
        ['authority', getAddressEncoder()],
        ['padding', getU16Encoder()],
        ['addresses', getArrayEncoder(getAddressEncoder(), { size: 'remainder' })],
    ]).encode({
        addresses: [...addresses],
        authority: simulator.faucet.address,
        deactivationSlot: 2n ** 64n - 1n,
        hasAuthority: 1,
        kind: 1,
        lastExtendedSlot: 1n,
        lastExtendedStartIndex: 0,
        padding: 0,
    });
    simulator.svm.setAccount({
        address: table,
        data: new Uint8Array(data),
        executable: false,
        lamports: lamports(1_000_000_000n),
        programAddress: LOOKUP_TABLE_PROGRAM,
        space: BigInt(data.length),
    });
    return table;
}

/** Freezes or thaws a token account: what a frozen one should receive goes to the treasury. */
function setState(tokenAccount: Address, state: AccountState): void {
    const account = simulator.svm.getAccount(tokenAccount);
    if (!account.exists) throw new Error(`there is no token account ${tokenAccount}`);
    const decoded = getTokenDecoder().decode(account.data);
    const data = new Uint8Array(account.data);
    // The token programs append their extensions to the layout that both share.
    data.set(getTokenEncoder().encode({ ...decoded, state }));
    simulator.svm.setAccount({ ...account, data });
}

/** Gives a mint the metadata, group and group-member extensions of Token-2022 and their pointers, with any content. */
function addExtensions(mint: Address): void {
    const account = simulator.svm.getAccount(mint);
    if (!account.exists) throw new Error(`there is no mint ${mint}`);
    const lengths: readonly (readonly [type: number, length: number])[] = [
        [18, 64],
        [19, 200],
        [20, 64],
        [21, 80],
        [22, 64],
        [23, 72], // prettier-ignore
    ];
    // Extensions start behind the length of a token account and the byte that says it is a mint.
    const padding = new Uint8Array(getTokenSize() - account.data.length);
    const extensions = lengths.flatMap(([type, length]) => [
        ...getU16Encoder().encode(type),
        ...getU16Encoder().encode(length),
        ...new Uint8Array(length).fill(7),
    ]);
    const data = Uint8Array.from([...account.data, ...padding, 1, ...extensions]);
    simulator.svm.setAccount({ ...account, data, lamports: lamports(1_000_000_000n), space: BigInt(data.length) });
}

const TOKEN_PROGRAMS = [
    ['SPL Token', TOKEN_PROGRAM_ADDRESS],
    ['Token-2022', TOKEN_2022_PROGRAM_ADDRESS],
] as const;

const METHODS: readonly (readonly [title: string, max: number, method: DistributionMethod])[] = [
    ['in a plain transaction', 11, {}],
    ['in a legacy transaction', 11, { version: 'legacy' }],
    ['with a compute-unit limit', 10, { computeUnitLimit: 400_000 }],
    ['through a lookup table and with a compute-unit limit', 26, { computeUnitLimit: 400_000, usesLookupTable: true }],
    ['through a lookup table', 27, { usesLookupTable: true }],
    ['in version 1', MAX_RECIPIENTS, { version: 1 }],
];

describe.each(TOKEN_PROGRAMS)('%s', (_, tokenProgram) => {
    // Without a limit Token-2022 has too few compute units before a lookup table has too little room.
    const methods = METHODS.filter(
        ([, , { computeUnitLimit, usesLookupTable }]) =>
            tokenProgram === TOKEN_PROGRAM_ADDRESS || !usesLookupTable || computeUnitLimit !== undefined,
    );
    it.each(methods)('distributes %s %s recipients, and has no room for one more', async (_, max, method) => {
        const plan = await createPlan(max, tokenProgram);
        const { channel } = plan;
        const { bytes, computeUnits, instructionTrace } = getDistributeRequirements(
            { ...channel.account, ...channel.token, splits: channel.splits },
            DEPLOYMENT,
            method,
        );
        const result = await distribute(plan, method);
        expectSuccess(result);
        expect(result.bytes).toBe(bytes.needed);
        expect(result.computeUnits).toBeLessThanOrEqual(computeUnits.needed);
        expect(instructionTrace.needed).toBeLessThanOrEqual(64);

        const share = (SETTLED * BigInt(BPS)) / 10_000n;
        for (const tokenAccount of plan.tokenAccounts) expect(simulator.getTokenAmount(tokenAccount)).toBe(share);
        const { payee, payer, treasury } = channel.cast.tokenAccounts;
        expect(simulator.getTokenAmount(payee)).toBe(SETTLED - share * BigInt(max));
        expect(simulator.getTokenAmount(payer)).toBe(FUNDS - SETTLED);
        expect(simulator.getTokenAmount(treasury)).toBe(DONATED);

        // The program itself takes no more than that.
        if (max === MAX_RECIPIENTS) return;
        expect(await distribute(await createPlan(max + 1, tokenProgram), method)).toBeUndefined();
    });
});

describe('redirects', () => {
    it('are as many as the trace has room for, and one more is too many', async () => {
        const plan = await createPlan(32, TOKEN_2022_PROGRAM_ADDRESS);
        const { channel, tokenAccounts } = plan;
        const { computeUnits, maxRedirects } = getDistributeRequirements(
            { ...channel.account, ...channel.token, splits: channel.splits },
            DEPLOYMENT,
            { version: 1 },
        );
        expect(maxRedirects).toBe(27);
        for (const tokenAccount of tokenAccounts.slice(0, maxRedirects + 1))
            setState(tokenAccount, AccountState.Frozen);
        expect(await distribute(plan, { version: 1 })).toMatchObject({
            failure: { name: 'MaxInstructionTraceLengthExceeded' },
        });
        setState(tokenAccounts[0]!, AccountState.Initialized);
        const result = await distribute(plan, { version: 1 });
        expectSuccess(result);
        expect(result.events.length).toBe(maxRedirects);
        expect(result.computeUnits).toBeLessThanOrEqual(computeUnits.needed);
    });
});

describe('a mint with all extensions that the program allows', () => {
    it('stays below the bound for compute units', async () => {
        const plan = await createPlan(32, TOKEN_2022_PROGRAM_ADDRESS);
        const { channel } = plan;
        addExtensions(channel.cast.mint);
        const { account, splits } = channel;
        const result = await distribute(plan, { version: 1 });
        expectSuccess(result);
        const { computeUnits } = getDistributeRequirements({ ...account, ...channel.token, splits }, DEPLOYMENT, {
            version: 1,
        });
        expect(result.computeUnits).toBeLessThanOrEqual(computeUnits.needed);
    });
});
