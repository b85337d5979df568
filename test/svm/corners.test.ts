// Corners that random sequences reach too rarely, in LiteSVM and in the model.

import { beforeAll, describe, expect, it } from 'vitest';

import { Arena } from './arena';
import { runInLockstep } from './properties/lockstep';
import { type SlotPick, type Step } from './properties/scenario';
import { call, sequenceOf, slot, token, transaction } from './properties/script';
import { Tally } from './properties/tally';
import { Universe, type MintName } from './properties/universe';
import { REVISIONS } from './revisions';

const clock = (to: Extract<Step, { type: 'clock' }>['to']): Step => ({ slot: 0, to, type: 'clock' });
const donate = (what: Extract<Step, { type: 'donate' }>['what'], amount: number): Step => ({
    amount,
    slot: 0,
    type: 'donate',
    what,
});

const TO_FINALIZED = [
    transaction(call('open')),
    transaction(call('settle')),
    transaction(call('settleAndFinalize', [], false)),
];
const missing = (count: number): Step[] =>
    Array.from({ length: count }, (_, index) => ({ ...token('recipient', 'missing'), index }) as Step);
const planOf = (count: number, start = 0): SlotPick['plan'] => ({ count, shape: 'even', start });

describe.each(REVISIONS)('corners of the $name program', facts => {
    const isDated = facts.openSlotWindow !== undefined;
    let arena: Arena;
    let universe: Universe;
    beforeAll(async () => {
        arena = new Arena(facts);
        universe = await Universe.create(facts);
    });

    async function run(mint: MintName, steps: readonly Step[], plan?: SlotPick['plan']): Promise<Tally> {
        const tally = new Tally();
        await runInLockstep(arena, universe, sequenceOf(mint, steps, plan), tally);
        return tally;
    }

    const MINTS = ['spl', 't22'] as const;

    it('closes a channel with the 64th instruction of the trace, and not with the 65th', async () => {
        const closing = transaction(call('distribute'));
        const steps = [...TO_FINALIZED, ...missing(30)];
        const plan = planOf(30);
        // One instruction, 30 events, 30 transfers for them, one each for payee, payer and sweep, and the close: 65.
        const full = await run('t22', [...steps, closing], plan);
        expect(full.count('distribute', TOO_LONG)).toBe(1);
        // Of a payer who has withdrawn there is one transfer fewer.
        const withdrawn = await run('t22', [...steps, transaction(call('withdrawPayer')), closing], plan);
        expect(withdrawn.count('effects', 'channel closed')).toBe(1);
    });

    it.each(MINTS)('pays 32 recipients, the parties among them, and closes (%s)', async mint => {
        const steps = [
            transaction(call('open')),
            transaction(call('settle')),
            transaction(call('distribute')),
            transaction(call('settle')),
            transaction(call('requestClose')),
            clock('deadline'),
            transaction(call('finalize')),
            transaction(call('distribute')),
        ];
        const tally = await run(mint, steps, planOf(32, 10));
        expect(tally.count('distribute', 'ok')).toBe(2);
        expect(tally.count('effects', 'channel closed')).toBe(1);
    });

    it.each(MINTS)('refunds a second and a third time what was withdrawn at the time 0 (%s)', async mint => {
        const steps = [
            ...TO_FINALIZED,
            clock('zero'),
            donate('escrow tokens', 5_000_000),
            donate('escrow tokens', 5_000_000),
            transaction(call('withdrawPayer')),
            transaction(call('withdrawPayer')),
            transaction(call('distribute')),
        ];
        const tally = await run(mint, steps);
        expect(tally.count('withdrawPayer', 'ok')).toBe(2);
        expect(tally.count('effects', 'channel closed')).toBe(1);
    });

    it.each(MINTS)('gives donated lamports to the payer when it closes (%s)', async mint => {
        const steps = [
            donate('escrow lamports', 1_000),
            ...TO_FINALIZED,
            donate('channel lamports', 12_345),
            donate('escrow lamports', 54_321),
            transaction(call('distribute')),
        ];
        expect((await run(mint, steps)).count('effects', 'channel closed')).toBe(1);
    });

    it.each(MINTS)('redirects every share for every reason (%s)', async mint => {
        const broken = ['missing', 'frozen', 'reassigned', 'unsupported extension'] as const;
        const effects = new Set<string>();
        for (const condition of broken) {
            const steps = [
                ...TO_FINALIZED,
                { ...token('recipient', condition), index: 1 } as Step,
                token('payee', condition),
                token('payer', condition),
                transaction(call('distribute')),
            ];
            const tally = await run(mint, steps);
            expect(tally.count('effects', 'channel closed')).toBe(1);
            for (const line of tally.toString().split(/[,:] /)) {
                const redirect = /redirect of \w+ for \w+/.exec(line)?.[0];
                if (redirect) effects.add(redirect);
            }
        }
        // SPL Token has no extensions that could be unsupported.
        expect(effects.size).toBe(mint === 'spl' ? 9 : 12);
    });

    it.each(MINTS)('leaves an address that can never be opened again (%s)', async mint => {
        const steps = [
            ...TO_FINALIZED,
            transaction(call('distribute')),
            transaction(call('open')),
            transaction(call('settle')),
            transaction(call('distribute')),
        ];
        const tally = await run(mint, steps);
        expect(tally.count('open', 'C0 of system program')).toBe(1);
        expect(tally.count('settle', isDated ? 'C2' : 'InvalidAccountData')).toBe(1);
        expect(tally.count('distribute', isDated ? 'C2400' : 'InvalidAccountData')).toBe(1);
    });

    describe.runIf(isDated)('the open-slot window', () => {
        it.each(MINTS)('frees a channel with the first slot behind it, for whoever paid its rent (%s)', async mint => {
            const steps = [
                ...TO_FINALIZED,
                transaction(call('distribute')),
                donate('channel lamports', 1_000),
                slot('window'),
                transaction(call('reclaim')),
                slot('window+1'),
                transaction(call('reclaim'), call('reclaim')),
                transaction(call('reclaim')),
                transaction(call('open')),
                transaction(call('settle')),
            ];
            const tally = await run(mint, steps);
            expect(tally.count('reclaim', 'C2414')).toBe(1);
            // Twice in one transaction: the second finds nothing, and neither happens.
            expect(tally.count('reclaim', 'InvalidAccountOwner')).toBe(1);
            expect(tally.count('reclaim', 'ok')).toBe(1);
            // Nobody can open it again, and a voucher of then is worth nothing.
            expect(tally.count('open', 'C2003')).toBe(1);
            expect(tally.count('settle', 'InvalidAccountOwner')).toBe(1);
        });

        it.each(MINTS)('lets the last distribution free the channel at once (%s)', async mint => {
            const steps = [
                ...TO_FINALIZED,
                slot('window+1'),
                transaction(call('distribute')),
                transaction(call('reclaim')),
            ];
            const tally = await run(mint, steps);
            expect(tally.count('effects', 'channel closed')).toBe(1);
            expect(tally.count('reclaim', 'InvalidAccountOwner')).toBe(1);
        });

        it('opens in its first and in its last slot, and in none around them', async () => {
            const open = transaction(call('open'));
            for (const [to, outcome] of [
                ['before', 'C2003'],
                ['window+1', 'C2003'],
                ['start', 'ok'],
                ['window', 'ok'],
            ] as const) {
                expect((await run('spl', [slot(to), open])).count('open', outcome)).toBe(1);
            }
        });

        it.each([1, 2_672_639, 2_672_640, 10_000_000])('opens over %i lamports at its address', async lamports => {
            const steps = [donate('channel lamports', lamports), transaction(call('open'))];
            expect((await run('spl', steps)).count('open', 'ok')).toBe(1);
        });

        it.each(MINTS)('opens over an escrow that is there, and sweeps what was in it (%s)', async mint => {
            const steps = [
                token('escrow', 'fine'),
                donate('escrow tokens', 1_000),
                transaction(call('open')),
                transaction(call('settleAndFinalize', [], false)),
                transaction(call('distribute')),
            ];
            const tally = await run(mint, steps);
            expect(tally.count('open', 'ok')).toBe(1);
            expect(tally.count('effects', 'channel closed')).toBe(1);
        });
    });
});

const TOO_LONG = 'MaxInstructionTraceLengthExceeded';
