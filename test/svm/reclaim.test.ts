import {
    createNoopSigner,
    lamports,
    setTransactionMessageLifetimeUsingBlockhash,
    signTransactionMessageWithSigners,
    type Address,
    type Blockhash,
} from '@solana/kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { ChannelStatus, getChannelEncoder, type ChannelArgs } from '../../generated/epoch';
import { getTransactionLimits, EPOCH_LOCALNET } from '../../src';
import { getBatchTransactionMessage } from '../../src/settlement';
import { getRentRecovery } from '../../src/channel/rent-recovery';
import { decodeChannelState, type LiveChannelState } from '../../src/channel/channel-state';
import { planBatchReclaim } from '../../src/settlement/plan/plan-batch-reclaim';
import { assertSucceeded, createSimulator, type Simulator } from '../../src/testing';
import { nameToAddress } from '../fixtures/batch';

const OPEN_SLOT = 350_000_000n;
/** docs/program.md, section 1: a channel's rent, all of which comes back. */
const CHANNEL_RENT = 2_672_640n;
const SPONSORS = ['a sponsor', 'another sponsor'].map(nameToAddress) as [Address, Address];

/** A channel with any fields; what none of these tests looks at is the same for all. */
function encodeChannel(fields: Partial<ChannelArgs>): Uint8Array {
    const party = nameToAddress('a party');
    return new Uint8Array(
        getChannelEncoder().encode({
            authorizedSigner: party,
            bump: 255,
            closureStartedAt: 0n,
            deposit: 1_000n,
            distributionHash: new Uint8Array(32),
            gracePeriod: 600,
            mint: party,
            openSlot: OPEN_SLOT,
            payee: party,
            payer: party,
            payerWithdrawnAt: 0n,
            rentPayer: SPONSORS[0],
            salt: 0n,
            settlement: { payoutWatermark: 0n, settled: 0n },
            status: ChannelStatus.Distributed,
            version: 1,
            ...fields,
        }),
    );
}

function toState(name: string, fields: Partial<ChannelArgs> = {}) {
    const data = encodeChannel(fields);
    return decodeChannelState<'epoch'>(
        {
            address: nameToAddress(name),
            data,
            executable: false,
            exists: true,
            lamports: lamports(CHANNEL_RENT),
            programAddress: EPOCH_LOCALNET.programAddress,
            space: BigInt(data.length),
        },
        EPOCH_LOCALNET,
    ) as LiveChannelState<'epoch'>;
}

const PAYER = createNoopSigner(nameToAddress('who pays the fees'));

describe('getRentRecovery', () => {
    const FROM = OPEN_SLOT + 1_501n;
    const now = { slot: OPEN_SLOT, unixTimestamp: 1_000n };
    const closing = { closureStartedAt: 400n, gracePeriod: 600, status: ChannelStatus.Closing };
    it.each([
        [
            'open: nobody but its parties can end it',
            { status: ChannelStatus.Open },
            now,
            { isDue: false, step: undefined },
        ],
        [
            'closing, its deadline one second off',
            closing,
            { ...now, unixTimestamp: 999n },
            { dueAt: 1_000n, isDue: false, step: 'finalize' },
        ],
        ['closing, at its deadline', closing, now, { dueAt: 1_000n, isDue: true, step: 'finalize' }],
        [
            'closing without an end',
            { ...closing, closureStartedAt: 2n ** 63n - 1n },
            now,
            { isDue: false, step: undefined },
        ],
        ['sealed', { status: ChannelStatus.Sealed }, now, { isDue: true, step: 'distribute' }],
        [
            'distributed, one slot too early',
            {},
            { ...now, slot: FROM - 1n },
            { dueFromSlot: FROM, isDue: false, step: 'reclaim' },
        ],
        ['distributed, at the slot', {}, { ...now, slot: FROM }, { dueFromSlot: FROM, isDue: true, step: 'reclaim' }],
        [
            'distributed, of an open slot without an end',
            { openSlot: 2n ** 64n - 1n },
            now,
            { isDue: false, step: undefined },
        ],
    ] as const)('%s', (_, fields, at, expected) => {
        const state = toState('a channel', fields);
        const recovery = getRentRecovery(state, at, EPOCH_LOCALNET);
        expect(recovery).toMatchObject({ address: state.address, state, ...expected });
        if (!('openSlot' in fields)) expect(recovery.reclaimableFromSlot).toBe(FROM);
    });

    it.each(['slot', 'unixTimestamp'])('refuses a %s that is none', field => {
        expect(() => getRentRecovery(toState('a channel'), { ...now, [field]: 0.5 }, EPOCH_LOCALNET)).toThrow(
            expect.objectContaining({
                code: 'INTEGER_NOT_EXACT',
                context: expect.objectContaining({ field }) as unknown,
            }),
        );
    });
});

describe('planBatchReclaim', () => {
    const slot = OPEN_SLOT + 1_501n;

    it('skips what can not be reclaimed, or not yet, each with its reason', () => {
        const { skipped, transactions } = planBatchReclaim(
            [
                toState('ready'),
                toState('sealed', { status: ChannelStatus.Sealed }),
                toState('young', { openSlot: OPEN_SLOT + 1n }),
                { address: nameToAddress('gone'), kind: 'absent' },
                toState('ready'),
            ],
            { feePayer: PAYER, slot },
            EPOCH_LOCALNET,
        );
        expect(transactions.flatMap(({ channels }) => channels)).toMatchObject([
            { actions: ['reclaim'], channel: nameToAddress('ready'), index: 0 },
        ]);
        expect(skipped).toMatchObject([
            { index: 1, reason: { code: 'NOTHING_TO_DO', context: { status: 'finalized' } } },
            { index: 2, reason: { code: 'RECLAIM_TOO_EARLY', context: { dueFromSlot: slot + 1n, slot } } },
            { index: 3, reason: { code: 'NOTHING_TO_DO', context: { status: 'absent' } } },
            { index: 4, reason: { code: 'NOTHING_TO_DO' } },
        ]);
    });

    it.each([
        ['states', undefined, { slot }, 'BATCH_INVALID'],
        ['states[0]', [null], { slot }, 'BATCH_INVALID'],
        ['slot', [], { slot: -1 }, 'INTEGER_OUT_OF_RANGE'],
        ['version', [], { slot, version: 2 }, 'TRANSACTION_VERSION_UNSUPPORTED'],
    ])('refuses bad %s', (field, states, options, code) => {
        expect(() =>
            planBatchReclaim(states as never, { feePayer: PAYER, ...options } as never, EPOCH_LOCALNET),
        ).toThrow(expect.objectContaining({ code, context: expect.objectContaining({ field }) as unknown }));
    });

    // As many as the bytes allow, in version 1 the accounts: 64 with the fee payer, the rent payer and the program.
    it.each([
        ['legacy', 28, { rentPayer: PAYER.address, version: 'legacy' }],
        ['legacy', 27, { rentPayer: SPONSORS[0], version: 'legacy' }],
        [0, 28, { rentPayer: PAYER.address, version: 0 }],
        [1, 62, { rentPayer: PAYER.address, version: 1 }],
        [1, 61, { rentPayer: SPONSORS[0], version: 1 }],
    ] as const)('version %s: %i of them fill a transaction', (version, expected, { rentPayer }) => {
        const states = Array.from({ length: 130 }, (_, index) => toState(`channel ${index}`, { rentPayer }));
        const { skipped, transactions } = planBatchReclaim(states, { feePayer: PAYER, slot, version }, EPOCH_LOCALNET);
        expect(skipped).toEqual([]);
        expect(transactions[0]!.channels).toHaveLength(expected);
        expect(transactions).toHaveLength(Math.ceil(130 / expected));
        for (const { bytes } of transactions) expect(bytes).toBeLessThanOrEqual(getTransactionLimits(version).bytes);
    });
});

describe('reclaims in LiteSVM', () => {
    let simulator: Simulator<'epoch'>;
    beforeAll(async () => {
        simulator = await createSimulator({ deployment: EPOCH_LOCALNET, slot: OPEN_SLOT + 1_501n });
    });

    it.each(['legacy', 0, 1] as const)('version %s: every lamport goes back to who paid the rent', async version => {
        const feePayer = await simulator.createFundedSigner();
        const surplus = 5n;
        const states = Array.from({ length: 150 }, (_, index) => {
            const address = nameToAddress(`${version} ${index}`);
            const data = encodeChannel({ rentPayer: SPONSORS[index % 2]! });
            const account = {
                address,
                data,
                executable: false,
                lamports: lamports(CHANNEL_RENT + surplus),
                programAddress: EPOCH_LOCALNET.programAddress,
                space: BigInt(data.length),
            };
            simulator.svm.setAccount(account);
            return simulator.getChannel(address);
        });
        const before = SPONSORS.map(sponsor => simulator.getLamports(sponsor));
        const { feeLamports, skipped, transactions } = planBatchReclaim(
            states,
            { feePayer, slot: simulator.getClock().slot, version },
            EPOCH_LOCALNET,
        );
        expect(skipped).toEqual([]);
        let paid = 0n;
        for (const transaction of transactions) {
            const message = setTransactionMessageLifetimeUsingBlockhash(
                { blockhash: simulator.svm.latestBlockhash() as Blockhash, lastValidBlockHeight: 2n ** 63n },
                getBatchTransactionMessage(transaction),
            );
            const result = simulator.sendTransaction(await signTransactionMessageWithSigners(message));
            assertSucceeded(result);
            expect(result.bytes).toBe(transaction.bytes);
            expect(result.computeUnits).toBeLessThanOrEqual(transaction.computeUnits);
            paid += result.feeLamports;
        }
        expect(paid).toBe(feeLamports);
        for (const { address } of states) expect(simulator.getChannel(address).kind).toBe('absent');
        for (const [index, sponsor] of SPONSORS.entries()) {
            expect(simulator.getLamports(sponsor) - before[index]!).toBe(75n * (CHANNEL_RENT + surplus));
        }
    });
});
