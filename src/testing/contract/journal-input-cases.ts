import type { PaymentChannelsErrorCode } from '../../core/errors';
import type { BatchJournal } from '../../journal/journal';
import { expectEqual, expectRefusal } from './expect';
import { A, transactionOf } from './journal-samples';
import type { JournalTests } from './journal-subject';

type Row = readonly [field: string, call: (journal: BatchJournal) => Promise<unknown>, code: PaymentChannelsErrorCode];

const GOOD = transactionOf(1, [A]);
const CHANNEL = { actions: [], channel: A };

const WRONG_TRANSACTIONS = [
    ['signature', '', 'INPUT_INVALID'],
    ['wireTransaction', '***', 'INPUT_INVALID'],
    ['lastValidBlockHeight', -1n, 'INTEGER_OUT_OF_RANGE'],
    ['feeLamports', 2n ** 64n, 'INTEGER_OUT_OF_RANGE'],
    ['channels', {}, 'INPUT_INVALID'],
    ['channels[0]', [1], 'INPUT_INVALID'],
    ['channels[0].channel', [{ ...CHANNEL, channel: 1 }], 'ADDRESS_INVALID'],
    ['channels[0].actions[0]', [{ ...CHANNEL, actions: ['steal'] }], 'INPUT_INVALID'],
    ['channels[0].cumulativeAmount', [{ ...CHANNEL, cumulativeAmount: 0.5 }], 'INTEGER_NOT_EXACT'],
] as const;

const ROWS: readonly Row[] = [
    ['owner', journal => journal.acquire('', [A], 1), 'INPUT_INVALID'],
    ['owner', journal => journal.release('x'.repeat(257), [A]), 'INPUT_INVALID'],
    ['owner', journal => journal.recordSent(undefined as never, GOOD), 'INPUT_INVALID'],
    ['channels', journal => journal.acquire('one', 'all' as never, 1), 'INPUT_INVALID'],
    ['channels[1]', journal => journal.release('one', [A, 'x' as never]), 'ADDRESS_INVALID'],
    ['durationMs', journal => journal.acquire('one', [A], 0), 'INTEGER_OUT_OF_RANGE'],
    ['durationMs', journal => journal.acquire('one', [A], 0.5), 'INTEGER_NOT_EXACT'],
    ['durationMs', journal => journal.acquire('one', [A], 86_400_001), 'INTEGER_OUT_OF_RANGE'],
    ['channels', journal => journal.getUnresolved(undefined as never), 'INPUT_INVALID'],
    ['signature', journal => journal.recordOutcome(A as never, 'landed'), 'INPUT_INVALID'],
    ['outcome', journal => journal.recordOutcome(GOOD.signature, 'lost' as never), 'INPUT_INVALID'],
    ['transaction', journal => journal.recordSent('one', null as never), 'INPUT_INVALID'],
    ...WRONG_TRANSACTIONS.map(([field, value, code]): Row => {
        const transaction = { ...GOOD, [field.split('[')[0]!]: value } as never;
        return [`transaction.${field}`, journal => journal.recordSent('one', transaction), code];
    }),
];

/** A transaction whose members can be read once only: a second time they say something else. */
function createChanging(): typeof GOOD {
    const read = new Set<string>();
    return new Proxy(GOOD, {
        get: (target, name: keyof typeof GOOD) => {
            if (read.has(name)) return name === 'channels' ? [] : undefined;
            read.add(name);
            return target[name];
        },
    });
}

/** Input that is wrong: JavaScript, `as`, and values that came over a wire. */
export const INPUT_TESTS: JournalTests = {
    ...Object.fromEntries(
        ROWS.map(([field, call, code], index): [string, JournalTests[string]] => [
            `that is wrong is refused by its field, ${index + 1}: ${field}`,
            async ({ journal }) => {
                await journal.acquire('one', [A], 60_000);
                await expectRefusal(`a call with a wrong ${field}`, () => call(journal), code, { field });
                expectEqual('getUnresolved after it', await journal.getUnresolved([A]), []);
            },
        ]),
    ),
    'that is wrong is refused by getLeases as well': async ({ journal }) => {
        if (journal.getLeases === undefined) return;
        const ask = async () => await journal.getLeases!('all' as never);
        await expectRefusal('getLeases of what is no list', ask, 'INPUT_INVALID', { field: 'channels' });
    },
    'that changes while it is read is recorded as it was read first': async ({ journal, other }) => {
        await journal.acquire('one', [A], 60_000);
        await journal.recordSent('one', createChanging());
        expectEqual('getUnresolved', await other.getUnresolved([A]), [GOOD]);
    },
};
