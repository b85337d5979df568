import type { PaymentChannelsErrorCode } from '../../core/errors';
import type { BatchJournal } from '../../journal/journal';
import type { ChannelStore } from '../../store/store';
import { expectEqual, expectRefusal } from './expect';
import { transactionOf } from './journal-samples';
import { changeOf, channelOf, chargeOf, recordOf, writeOf } from './store-samples';
import type { StoreTests } from './store-subject';

type Row = readonly [field: string, call: (store: ChannelStore) => Promise<unknown>, code: PaymentChannelsErrorCode];

const A = channelOf(1);
const CLAIM = { leaseMs: 60_000, limit: 10, owner: 'one' };
const ROW = { expected: 'absent', key: 'k', kind: 'charge', value: chargeOf(1) } as const;
const CHANGE = writeOf(recordOf(1), 'absent');

const claimWith = (fields: object) => (store: ChannelStore) => store.claimDue({ ...CLAIM, ...fields });
const changeWith = (fields: object) => (store: ChannelStore) => store.commit({ ...CHANGE, ...fields });
const rowWith = (fields: object) => changeWith({ rows: [{ ...ROW, ...fields }] });
const listWith = (fields: object) => (store: ChannelStore) => store.list({ limit: 1, ...fields });

const ROWS: readonly Row[] = [
    ['channel', store => store.get('x' as never), 'ADDRESS_INVALID'],
    ['channels', store => store.getMany('all' as never), 'INPUT_INVALID'],
    ['channels[1]', store => store.getMany([A, 1 as never]), 'ADDRESS_INVALID'],
    ['channels', store => store.getMany(Array.from({ length: 1_001 }, () => A)), 'INPUT_INVALID'],
    ['kind', store => store.getRow('lease' as never, 'k'), 'INPUT_INVALID'],
    ['key', store => store.getRow('charge', ''), 'INPUT_INVALID'],
    ['key', store => store.getRow('charge', 'x'.repeat(1_025)), 'INPUT_INVALID'],
    ['key', store => store.getRow('charge', 'a\0'), 'INPUT_INVALID'],
    ['key', store => store.getRow('charge', 'a\ud800'), 'INPUT_INVALID'],
    ['change', store => store.commit(null as never), 'INPUT_INVALID'],
    ['change.channel', changeWith({ channel: 'x' }), 'ADDRESS_INVALID'],
    ['change.changeId', changeWith({ changeId: '' }), 'INPUT_INVALID'],
    ['change.expected', changeWith({ expected: 0 }), 'INTEGER_OUT_OF_RANGE'],
    ['change.expected', changeWith({ expected: 1.5 }), 'INTEGER_NOT_EXACT'],
    ['change.expected', changeWith({ expected: undefined }), 'INTEGER_NOT_EXACT'],
    ['change.expected', changeWith({ expected: 'any' }), 'INTEGER_NOT_EXACT'],
    ['change.expectedChangeId', changeWith({ expected: 1, expectedChangeId: '' }), 'INPUT_INVALID'],
    ['change.expectedChangeId', changeWith({ expected: 'absent', expectedChangeId: 'a' }), 'INPUT_INVALID'],
    ['change.record', changeWith({ record: null }), 'INPUT_INVALID'],
    ['change.record.identity.channel', changeWith({ record: {} }), 'INPUT_INVALID'],
    ['change.record.identity.channel', changeWith({ record: recordOf(2) }), 'INPUT_INVALID'],
    [
        'change.record.identity.network',
        changeWith({ record: recordOf(1, { identity: { network: 'x' } }) }),
        'INPUT_INVALID',
    ],
    ['change.rows', changeWith({ rows: undefined }), 'INPUT_INVALID'],
    ['change.rows[0].kind', rowWith({ kind: 'sent' }), 'INPUT_INVALID'],
    ['change.rows[0].key', rowWith({ key: 7 }), 'INPUT_INVALID'],
    ['change.rows[0].expected', rowWith({ expected: -1 }), 'INTEGER_OUT_OF_RANGE'],
    ['change.rows[1].key', changeWith({ rows: [ROW, ROW] }), 'INPUT_INVALID'],
    ['query.limit', listWith({ limit: 0 }), 'INTEGER_OUT_OF_RANGE'],
    ['query.limit', listWith({ limit: 1_001 }), 'INTEGER_OUT_OF_RANGE'],
    ['query.limit', store => store.list({} as never), 'INTEGER_NOT_EXACT'],
    ['query.payees', listWith({ payees: A }), 'INPUT_INVALID'],
    ['query.payee', listWith({ payee: 'x' }), 'ADDRESS_INVALID'],
    ['query.after', listWith({ after: '' }), 'ADDRESS_INVALID'],
    ['query.status', listWith({ status: 'finalized' }), 'INPUT_INVALID'],
    ['query.dueBefore', listWith({ dueBefore: 0.5 }), 'INTEGER_NOT_EXACT'],
    ['query.isQuarantined', listWith({ isQuarantined: 'no' }), 'INPUT_INVALID'],
    ['limit', store => store.listPending(NaN), 'INTEGER_NOT_EXACT'],
    // A lease that ends before it can be renewed, or never (Store 9).
    ['claim.leaseMs', claimWith({ leaseMs: 0 }), 'INTEGER_OUT_OF_RANGE'],
    ['claim.leaseMs', claimWith({ leaseMs: 999 }), 'INTEGER_OUT_OF_RANGE'],
    ['claim.leaseMs', claimWith({ leaseMs: NaN }), 'INTEGER_NOT_EXACT'],
    ['claim.leaseMs', claimWith({ leaseMs: Infinity }), 'INTEGER_NOT_EXACT'],
    ['claim.leaseMs', claimWith({ leaseMs: 86_400_001 }), 'INTEGER_OUT_OF_RANGE'],
    ['claim.limit', claimWith({ limit: 0 }), 'INTEGER_OUT_OF_RANGE'],
    ['claim.owner', claimWith({ owner: '' }), 'INPUT_INVALID'],
    ['claim.reasons', claimWith({ reasons: 'settle' }), 'INPUT_INVALID'],
    ['claim.reasons[0]', claimWith({ reasons: ['pay'] }), 'INPUT_INVALID'],
    ['claim.reason', claimWith({ reason: ['settle'] }), 'INPUT_INVALID'],
    ['limits.charges', store => store.purge({ charges: 0.5 as never, closed: 0n }), 'INTEGER_NOT_EXACT'],
    ['limits.closed', store => store.purge({ charges: 0n } as never), 'INTEGER_NOT_EXACT'],
    ['limits.close', store => store.purge({ charges: 0n, close: 0n, closed: 0n } as never), 'INPUT_INVALID'],
];

/** What can't be written, since it could not be read again: it is refused wherever its text is made. */
const UNREADABLE: readonly (readonly [title: string, call: (store: ChannelStore) => Promise<unknown>])[] = [
    ['an amount that is a number', changeWith({ record: { ...recordOf(1), spent: 5 } })],
    ['an amount that is negative', changeWith({ record: { ...recordOf(1), spent: -1n } })],
    ['a member that is missing', changeWith({ record: { ...recordOf(1), chain: { status: 'open' } } })],
    [
        'a key of a reservation that is too long',
        changeWith({
            record: { ...recordOf(1), reservations: [{ amount: 0n, key: 'x'.repeat(257), owner: 'a', until: 1n }] },
        }),
    ],
    ['a fingerprint that is too long', rowWith({ value: chargeOf(1, { fingerprint: 'x'.repeat(257) }) })],
    ['a row of another kind', rowWith({ kind: 'challenge' })],
    ['a row that is none', rowWith({ value: undefined })],
];

async function expectNothing(store: ChannelStore): Promise<void> {
    expectEqual('get after it', await store.get(A), undefined);
    expectEqual('getRow after it', await store.getRow('charge', 'k'), undefined);
}

export const STORE_INPUT_TESTS: StoreTests = {
    ...Object.fromEntries(
        ROWS.map(([field, call, code], index): [string, StoreTests[string]] => [
            `that is wrong is refused by its field, ${index + 1}: ${field}`,
            async ({ store }) => {
                await expectRefusal(`a call with a wrong ${field}`, () => call(store), code, { field });
                await expectNothing(store);
            },
        ]),
    ),
    ...Object.fromEntries(
        UNREADABLE.map(([title, call]): [string, StoreTests[string]] => [
            `that could not be read again is refused: ${title}`,
            async ({ store }) => {
                await expectRefusal('commit', () => call(store), 'INPUT_INVALID');
                await expectNothing(store);
            },
        ]),
    ),
};

const CLOSED: readonly (readonly [name: string, call: (store: ChannelStore) => Promise<unknown>])[] = [
    ['get', store => store.get(A)],
    ['getMany', store => store.getMany([A])],
    ['commit', store => store.commit(changeOf(A, 'absent'))],
    ['getRow', store => store.getRow('charge', 'k')],
    ['list', store => store.list({ limit: 1 })],
    ['listPending', store => store.listPending(1)],
    ['claimDue', store => store.claimDue(CLAIM)],
    ['purge', store => store.purge({ charges: 0n, closed: 0n })],
    ...(
        [
            ['acquire', journal => journal.acquire('one', [A], 1_000)],
            ['release', journal => journal.release('one', [A])],
            ['recordSent', journal => journal.recordSent('one', transactionOf(1, [A]))],
            ['recordOutcome', journal => journal.recordOutcome(transactionOf(1, [A]).signature, 'landed')],
            ['getUnresolved', journal => journal.getUnresolved([A])],
        ] satisfies [string, (journal: BatchJournal) => Promise<unknown>][]
    ).map(([name, call]) => [`journal.${name}`, (store: ChannelStore) => call(store.journal)] as const),
];

export const CLOSE_TESTS: StoreTests = {
    'answers nothing any more, and can be closed again': async ({ store }) => {
        await store.close();
        await store.close();
        for (const [name, call] of CLOSED) await expectRefusal(name, () => call(store), 'STORE_CLOSED');
    },
    'leaves the other one at work': async ({ other, store }) => {
        if (other === store) return;
        await store.commit(CHANGE);
        await store.close();
        expectEqual('get of the other one', (await other.get(A))?.version, 1);
        expectEqual('commit of the other one', await other.commit(writeOf(recordOf(1), 1)), 'committed');
    },
};
