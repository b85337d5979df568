import { expectEqual, expectRefusal, show } from './expect';
import { A, B, C, FIRST, transactionOf } from './journal-samples';
import type { JournalContext, JournalTests } from './journal-subject';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

/** Leases, whatever the time. */
export const LEASE_TESTS: JournalTests = {
    'go to one of two owners, in the order that was asked for': async ({ journal, other }) => {
        expectEqual('acquire of free channels', await journal.acquire('one', [B, A], 60_000), [B, A]);
        const rest = await other.acquire('two', [C, A, B], 60_000);
        expectEqual('acquire of channels of which somebody else holds two', rest, [C]);
        const again = await journal.acquire('one', [A, B, C], 60_000);
        expectEqual('acquire of channels of which somebody else holds the last', again, [A, B]);
    },
    'go to one of many owners that ask at the same time': async ({ journal, other }) => {
        const owners = Array.from({ length: 12 }, (_, index) => `owner ${index}`);
        const answers = await Promise.all(
            owners.map((owner, index) =>
                (index % 2 === 0 ? journal : other).acquire(owner, index % 3 === 0 ? [B, A] : [A, B], 60_000),
            ),
        );
        const held = answers.flat().sort();
        expectEqual('twelve calls of acquire for the same two channels, together', held, [A, B].sort());
    },
    'name a channel once that is asked for twice': async ({ journal }) => {
        expectEqual('acquire of A, B and A', await journal.acquire('one', [A, B, A], 60_000), [A, B]);
    },
    'are released by their owner only': async ({ journal, other }) => {
        await journal.acquire('one', [A], 60_000);
        await other.release('two', [A, B]);
        expectEqual('acquire of what a stranger released', await other.acquire('two', [A], 60_000), []);
        await journal.release('one', [A, B]);
        expectEqual('acquire of what its owner released', await other.acquire('two', [A], 60_000), [A]);
        await journal.release('one', [A]);
        expectEqual('acquire of what a former owner released', await journal.acquire('one', [A], 60_000), []);
    },
    'are asked for by nobody when no channel is named': async ({ journal }) => {
        expectEqual('acquire of no channel', await journal.acquire('one', [], 60_000), []);
        await journal.release('one', []);
    },
};

/** Leases and the time: for a journal whose clock is given. */
export const LEASE_TIME_TESTS: JournalTests = {
    'end with their last millisecond, and not before': async ({ clock, journal, other }) => {
        await journal.acquire('one', [A], 1_000);
        clock.at += 999;
        expectEqual('acquire a millisecond before the end', await other.acquire('two', [A], 1_000), []);
        clock.at += 1;
        expectEqual('acquire at the end', await other.acquire('two', [A], 1_000), [A]);
        expectEqual('acquire of a lease that went to somebody else', await journal.acquire('one', [A], 1_000), []);
    },
    'are renewed by their owner, and never shortened': async ({ clock, journal, other }) => {
        await journal.acquire('one', [A], 1_000);
        clock.at += 900;
        expectEqual('acquire of its own lease', await journal.acquire('one', [A], 1_000), [A]);
        expectEqual('acquire of its own lease for less', await journal.acquire('one', [A], 1), [A]);
        clock.at += 999;
        expectEqual('acquire of a lease that was renewed', await other.acquire('two', [A], 1), []);
        clock.at += 1;
        expectEqual('acquire at the end of the longer lease', await other.acquire('two', [A], 1), [A]);
    },
    'are told with their owners and ends, where the journal tells them': async ({ clock, journal, other }) => {
        if (other.getLeases === undefined) return;
        await journal.acquire('one', [A], 1_000);
        await journal.acquire('two', [C], 500);
        const leases = [
            { channel: C, owner: 'two', until: clock.at + 500 },
            { channel: A, owner: 'one', until: clock.at + 1_000 },
        ];
        expectEqual('getLeases of C, B and A', await other.getLeases([C, B, A]), leases);
        clock.at += 500;
        expectEqual('getLeases at the end of that of C', await other.getLeases([C, B, A]), leases.slice(1));
        await journal.release('one', [A]);
        expectEqual('getLeases of what was released', await other.getLeases([A]), []);
    },
    'of a clock that was a year ahead are void, and their owner records nothing with them': async context => {
        const { clock, journal, other } = context;
        clock.at += YEAR;
        expectEqual('acquire', await journal.acquire('one', [A], 300_000), [A]);
        clock.at -= YEAR;
        expectEqual('getLeases', (await other.getLeases?.([A])) ?? [], []);
        expectEqual('acquire of a lease for another year', await other.acquire('two', [A], 300_000), [A]);
        clock.at += YEAR;
        await expectLeaseLost(context);
        expectEqual('getUnresolved after recordSent was refused', await other.getUnresolved([A]), []);
    },
    'of a clock that was hours ahead end once refused for as long as they were taken for': async context => {
        const { clock, journal, other } = context;
        clock.at += 12 * HOUR;
        await journal.acquire('one', [A], 300_000);
        clock.at -= 12 * HOUR;
        expectEqual('acquire of it', await other.acquire('two', [A], 300_000), []);
        const lease = { channel: A, owner: 'one', until: clock.at + 300_000 };
        expectEqual('getLeases of it', (await other.getLeases?.([A])) ?? [lease], [lease]);
        clock.at += 299_999;
        expectEqual('acquire just before it ends', await other.acquire('two', [A], 300_000), []);
        clock.at += 1;
        expectEqual('acquire at its end', await other.acquire('two', [A], 300_000), [A]);
        await expectLeaseLost(context);
    },
    'of a clock that is put back by an hour stay with an owner that renews them': context => renew(context, HOUR),
    'of a clock that is put back by a year stay with an owner that renews them': context => renew(context, YEAR),
    'begin again where the clock is put back while somebody waits for them': async ({ clock, journal, other }) => {
        clock.at += 12 * HOUR;
        await journal.acquire('one', [A], 300_000);
        expectEqual('acquire before', await other.acquire('two', [A], 300_000), []);
        clock.at -= 12 * HOUR;
        expectEqual('acquire after', await other.acquire('two', [A], 300_000), []);
        clock.at += 300_000;
        expectEqual('acquire once it was refused for so long', await other.acquire('two', [A], 300_000), [A]);
    },
    ...Object.fromEntries(
        (
            [
                [NaN, 'INTEGER_NOT_EXACT'],
                [Infinity, 'INTEGER_NOT_EXACT'],
                [undefined, 'INTEGER_NOT_EXACT'],
                ['1000000', 'INTEGER_NOT_EXACT'],
                [-1, 'INTEGER_OUT_OF_RANGE'],
                [Number.MAX_SAFE_INTEGER, 'INTEGER_OUT_OF_RANGE'],
            ] as const
        ).map(([wrong, code]) => [
            `of a clock that says ${show(wrong)} are neither taken nor used, and all goes on once it is right`,
            async ({ clock, journal, other }: JournalContext) => {
                await journal.acquire('one', [A], 1_000);
                const { at } = clock;
                clock.at = wrong as number;
                const field = { field: 'now' };
                await expectRefusal('acquire', () => journal.acquire('one', [B], 1_000), code, field);
                const record = () => journal.recordSent('one', transactionOf(1, [A]));
                await expectRefusal('recordSent', record, code, field);
                if (other.getLeases !== undefined) {
                    await expectRefusal('getLeases', () => other.getLeases!([A]), code, field);
                }
                clock.at = at + 0.5;
                expectEqual('acquire of both', await other.acquire('two', [A, B], 1_000), [B]);
                await journal.recordSent('one', transactionOf(1, [A]));
            },
        ]),
    ),
};

async function expectLeaseLost({ journal }: JournalContext): Promise<void> {
    const record = () => journal.recordSent('one', transactionOf(1, [A]));
    await expectRefusal('recordSent without the lease', record, 'JOURNAL_LEASE_LOST', { channels: [A], owner: 'one' });
}

async function renew({ clock, journal, other }: JournalContext, backMs: number): Promise<void> {
    clock.at += backMs;
    await journal.acquire('one', [A], 300_000);
    clock.at -= backMs;
    for (let round = 0; round < 5; round++) {
        expectEqual('acquire by its owner', await journal.acquire('one', [A], 300_000), [A]);
        expectEqual('acquire by somebody else', await other.acquire('two', [A], 300_000), []);
        clock.at += 200_000;
    }
    const transaction = transactionOf(1, [A]);
    await journal.recordSent('one', transaction);
    expectEqual('getUnresolved', await other.getUnresolved([A]), [transaction]);
    clock.at += 100_000;
    expectEqual('acquire once it was not renewed', await other.acquire('two', [A], 300_000), [A]);
}

const OWN_LEASE_MS = 1_000;
/** Clocks of other machines run a little faster or slower. */
const DRIFT_MS = 50;
const MAX_WAIT_MS = 60_000;

/** The same for a journal with a clock of its own, which can only be waited for. */
export const OWN_CLOCK_TESTS: JournalTests = {
    'end by the clock of the journal': async ({ journal, other }) => {
        const start = performance.now();
        expectEqual('acquire for a second', await journal.acquire('one', [A, B], OWN_LEASE_MS), [A, B]);
        expectEqual('acquire for longer', await journal.acquire('one', [C], 3_600_000), [C]);
        let held: readonly unknown[] = [];
        while (held.length === 0 && performance.now() - start < MAX_WAIT_MS) {
            await new Promise(resolve => setTimeout(resolve, 50));
            held = await other.acquire('two', [A, C], 3_600_000);
        }
        const waitedMs = performance.now() - start;
        expectEqual('acquire of a lease for a second, asked again until it was given', held, [A]);
        if (waitedMs < OWN_LEASE_MS - DRIFT_MS) expectEqual('the milliseconds that it lasted', waitedMs, OWN_LEASE_MS);
        const lost = { channels: [A, B], owner: 'one' };
        await expectRefusal('recordSent', () => journal.recordSent('one', FIRST), 'JOURNAL_LEASE_LOST', lost);
    },
};
