import type { Address } from '@solana/kit';

import { isPaymentChannelsError } from '../../core/errors';
import { expectEqual, expectRefusal } from './expect';
import { A, B, C, channelOf, FIRST, SECOND, signatureOf, transactionOf } from './journal-samples';
import type { JournalContext, JournalTests } from './journal-subject';

const LEASE_MS = 60_000;

/** What was sent, whatever the time. */
export const SENT_TESTS: JournalTests = {
    'is unresolved until it has an outcome': async ({ journal, other }) => {
        await journal.acquire('one', [A, B], LEASE_MS);
        await journal.recordSent('one', FIRST);
        expectEqual('getUnresolved of A', await journal.getUnresolved([A]), [FIRST]);
        expectEqual('getUnresolved of B by somebody else', await other.getUnresolved([B]), [FIRST]);
        await other.recordOutcome(FIRST.signature, 'landed');
        expectEqual('getUnresolved after recordOutcome', await journal.getUnresolved([A, B]), []);
    },
    'comes in the order of recording, once each, with any of the channels': async ({ journal, other }) => {
        await journal.acquire('one', [A, B, C], LEASE_MS);
        await journal.recordSent('one', SECOND);
        await journal.recordSent('one', FIRST);
        expectEqual('getUnresolved of A, B and C', await other.getUnresolved([A, B, C]), [SECOND, FIRST]);
        expectEqual('getUnresolved of C', await other.getUnresolved([C]), [SECOND]);
        expectEqual('getUnresolved of A and A', await other.getUnresolved([A, A]), [FIRST]);
        expectEqual('getUnresolved of another channel', await other.getUnresolved([channelOf(4)]), []);
        expectEqual('getUnresolved of no channel', await other.getUnresolved([]), []);
    },
    'is recorded without any channel': async ({ journal, other }) => {
        await journal.recordSent('one', transactionOf(1, []));
        expectEqual('getUnresolved of no channel', await other.getUnresolved([]), []);
    },
    'is recorded once when it is recorded again, at the place of the first record': async ({ journal }) => {
        await journal.acquire('one', [A, B, C], LEASE_MS);
        await journal.recordSent('one', FIRST);
        await journal.recordSent('one', SECOND);
        await journal.recordSent('one', FIRST);
        expectEqual('getUnresolved of A and B', await journal.getUnresolved([A, B]), [FIRST, SECOND]);
        await journal.recordOutcome(FIRST.signature, 'expired');
        expectEqual('getUnresolved after the outcome of one', await journal.getUnresolved([A, B]), [SECOND]);
    },
    'has an outcome from whoever finds out, and again; one that is unknown is passed over': async context => {
        const { journal, other } = context;
        await journal.acquire('one', [A, B], LEASE_MS);
        await journal.recordSent('one', FIRST);
        await other.recordOutcome(signatureOf(99), 'failed');
        expectEqual('getUnresolved after the outcome of another', await journal.getUnresolved([A]), [FIRST]);
        for (const outcome of ['refused', 'landed', 'expired', 'failed'] as const) {
            await other.recordOutcome(FIRST.signature, outcome);
            await journal.recordOutcome(FIRST.signature, outcome);
        }
        expectEqual('getUnresolved after its outcome', await journal.getUnresolved([A]), []);
    },
    'is a copy, which nobody changes afterwards': async ({ journal }) => {
        await journal.acquire('one', [A, B], LEASE_MS);
        const mine = { ...FIRST, channels: [...FIRST.channels] };
        const recording = journal.recordSent('one', mine);
        mine.channels.pop();
        mine.feeLamports = 0n;
        await recording;
        const [found] = await journal.getUnresolved([B]);
        expectEqual('getUnresolved after the caller has changed its object', found, FIRST);
        try {
            (found as { feeLamports: bigint }).feeLamports = 0n;
            (found!.channels as unknown[]).pop();
        } catch {
            // Frozen: even better.
        }
        expectEqual('getUnresolved after a change of its answer', await journal.getUnresolved([B]), [FIRST]);
    },
    'keeps what it was recorded as': async ({ journal, other }) => {
        await journal.acquire('one', [A, B, C], LEASE_MS);
        const transaction = {
            ...transactionOf(255, [A, B, C], 1_232),
            feeLamports: 2n ** 64n - 1n,
            lastValidBlockHeight: 0n,
        };
        await journal.recordSent('one', transaction);
        expectEqual('getUnresolved', await other.getUnresolved([C]), [transaction]);
    },
    'stands where several record at the same time': async ({ journal, other }) => {
        await journal.acquire('one', [A, B], LEASE_MS);
        await journal.acquire('two', [C], LEASE_MS);
        const indexes = Array.from({ length: 20 }, (_, index) => index + 1);
        await Promise.all(
            indexes.map(index =>
                index % 2 === 0
                    ? journal.recordSent('one', transactionOf(index, [A, B]))
                    : other.recordSent('two', transactionOf(index, [C])),
            ),
        );
        const recorded = (await journal.getUnresolved([A, C])).map(({ signature }) => signature).sort();
        expectEqual('getUnresolved after twenty records', recorded, indexes.map(signatureOf).sort());
    },
    'is seen by whoever takes the lease over while it is recorded, or refused': async ({ journal, other }) => {
        for (let index = 1; index <= 30; index++) {
            await journal.acquire('one', [A], LEASE_MS);
            const transaction = transactionOf(index, [A]);
            const recording = journal.recordSent('one', transaction).then(
                () => true,
                (error: unknown) => {
                    if (isPaymentChannelsError(error, 'JOURNAL_LEASE_LOST')) return false;
                    throw error;
                },
            );
            await Promise.all([
                recording.catch(() => undefined),
                (async () => {
                    for (let turn = 0; turn < index % 7; turn++) await Promise.resolve();
                    await other.release('one', [A]);
                    expectEqual('acquire of what was released', await other.acquire('two', [A], LEASE_MS), [A]);
                })(),
            ]);
            const seen = await other.getUnresolved([A]);
            const expected = (await recording) ? [transaction] : [];
            expectEqual('getUnresolved of the new holder', seen, expected);
            await other.recordOutcome(transaction.signature, 'expired');
            await other.release('two', [A]);
        }
    },
    ...Object.fromEntries(
        (
            [
                ['was never taken', () => Promise.resolve(), [A, B]],
                [
                    'was taken for one channel only',
                    async ({ journal }) => void (await journal.acquire('one', [A], LEASE_MS)),
                    [B],
                ],
                [
                    'is somebody else’s',
                    async ({ journal, other }) => {
                        await other.acquire('two', [A], LEASE_MS);
                        await journal.acquire('one', [A, B], LEASE_MS);
                    },
                    [A],
                ],
                [
                    'was released',
                    async ({ journal }) => {
                        await journal.acquire('one', [A, B], LEASE_MS);
                        await journal.release('one', [B]);
                    },
                    [B],
                ],
            ] satisfies [string, (context: JournalContext) => Promise<void>, Address[]][]
        ).map(([title, prepare, channels]) => [
            `is not recorded when the lease ${title}`,
            async (context: JournalContext) => {
                await prepare(context);
                await expectNotRecorded(context, channels);
            },
        ]),
    ),
};

/** The same for a journal whose clock is given. */
export const SENT_TIME_TESTS: JournalTests = {
    'is not recorded when the lease has ended': async context => {
        await context.journal.acquire('one', [A, B], 9);
        context.clock.at += 9;
        await expectNotRecorded(context, [A, B]);
    },
    'stays when the lease goes to somebody else': async ({ clock, journal, other }) => {
        await journal.acquire('one', [A, B], 10);
        await journal.recordSent('one', FIRST);
        clock.at += 10;
        expectEqual('acquire of a lease that is over', await other.acquire('two', [A], 10), [A]);
        expectEqual('getUnresolved of its new holder', await other.getUnresolved([A]), [FIRST]);
    },
};

async function expectNotRecorded({ journal }: JournalContext, channels: readonly Address[]): Promise<void> {
    const context = { channels, owner: 'one' };
    await expectRefusal('recordSent', () => journal.recordSent('one', FIRST), 'JOURNAL_LEASE_LOST', context);
    expectEqual('getUnresolved after recordSent was refused', await journal.getUnresolved([A, B]), []);
}
