import { LEDGER_SCHEMA } from '../../ledger/ledger-json';
import type { ChannelRecord } from '../../ledger/record';
import type { RowChange } from '../../ledger/rows';
import type { StoreChange } from '../../store/store';
import { expectEqual } from './expect';
import {
    changeOf,
    channelOf,
    chargeOf,
    readRow,
    recordOf,
    transactionRowOf,
    withoutTime,
    writeOf,
} from './store-samples';
import type { StoreContext, StoreTests } from './store-subject';

const A = channelOf(1);

/** Where a record or a row stands before a change, and what the change expects of it. */
type Stand = Readonly<{ version: number | undefined; expected: number | 'absent' | 'any' }>;
const RECORDS: readonly Stand[] = [
    { expected: 'absent', version: undefined },
    { expected: 1, version: undefined },
    { expected: 'absent', version: 2 },
    { expected: 1, version: 2 },
    { expected: 2, version: 2 },
    { expected: 3, version: 2 },
];
const ROWS: readonly Stand[] = [undefined, 2].flatMap(version =>
    (['absent', 1, 2, 'any'] as const).map(expected => ({ expected, version })),
);

const holds = ({ expected, version }: Stand) => expected === 'any' || (version ?? 'absent') === expected;
const showStand = ({ expected, version }: Stand) =>
    `${version === undefined ? 'that is absent' : `of version ${version}`}, expected ${expected}`;

/** One change after another, until a record or a row is at a version. */
async function prepare({ store }: StoreContext, index: number, record: Stand, row: Stand, key: string): Promise<void> {
    for (let version = 1; version <= (record.version ?? 0); version++) {
        await store.commit(writeOf(recordOf(index, { attempts: version }), version === 1 ? 'absent' : version - 1));
    }
    const expected = record.version ?? 'absent';
    for (let version = 1; version <= (row.version ?? 0); version++) {
        const change: RowChange = { expected: 'any', key, kind: 'charge', value: chargeOf(version) };
        await store.commit(changeOf(channelOf(index), expected, { rows: [change] }));
    }
}

/** Every combination of what a record and a row are and what a change expects of them. */
async function tryConflicts(context: StoreContext, stand: Stand, isDelete: boolean, hasRecord: boolean): Promise<void> {
    const { other, store } = context;
    for (const [index, row] of ROWS.entries()) {
        const channel = channelOf(index + 1);
        const key = `${channel}/key`;
        await prepare(context, index + 1, stand, row, key);
        const record = hasRecord ? recordOf(index + 1, { attempts: 77 }) : undefined;
        const change = changeOf(channel, stand.expected as number | 'absent', {
            record,
            rows: [{ expected: row.expected, key, kind: 'charge', value: isDelete ? 'delete' : chargeOf(77) }],
        });
        const what = `commit of a record ${showStand(stand)} and a row ${showStand(row)}`;
        const isCommitted = holds(stand) && holds(row);
        expectEqual(what, await store.commit(change), isCommitted ? 'committed' : 'conflict');
        const before = stand.version;
        const after = isCommitted && hasRecord ? (before ?? 0) + 1 : before;
        const stored = await other.get(channel);
        const attempts = isCommitted && hasRecord ? 77 : before;
        expectEqual(
            `the record after a ${what}`,
            stored && { attempts: stored.record.attempts, version: stored.version },
            after === undefined ? undefined : { attempts, version: after },
        );
        const rowAfter = isCommitted ? (isDelete ? undefined : (row.version ?? 0) + 1) : row.version;
        const value = isCommitted ? chargeOf(77) : chargeOf(row.version ?? 0);
        const expectedRow = rowAfter === undefined ? undefined : { key, kind: 'charge', value, version: rowAfter };
        expectEqual(`the row after a ${what}`, await readRow(other, 'charge', key), expectedRow);
    }
}

const CONFLICT_TESTS: StoreTests = Object.fromEntries(
    RECORDS.flatMap(stand =>
        [true, false].flatMap(hasRecord =>
            [true, false].map((isDelete): [string, StoreTests[string]] => [
                `is made only where all is as expected: a record ${showStand(stand)}, ` +
                    `${hasRecord ? 'with' : 'without'} a new one, and rows to ${isDelete ? 'delete' : 'write'}`,
                context => tryConflicts(context, stand, isDelete, hasRecord),
            ]),
        ),
    ),
);

/** Some changes at once, by both objects, of which one may be made. */
async function race({ other, store }: StoreContext, getChange: (index: number) => StoreChange) {
    const changes = Array.from({ length: 12 }, (_, index) => getChange(index));
    const answers = await Promise.all(changes.map((change, index) => (index % 2 === 0 ? store : other).commit(change)));
    const made = changes.filter((_, index) => answers[index] === 'committed');
    expectEqual('twelve changes at once', [...answers].sort(), [
        'committed',
        ...Array.from({ length: 11 }, () => 'conflict'),
    ]);
    return made[0]!;
}

export const COMMIT_TESTS: StoreTests = {
    'is there for everybody once it has resolved, to the last unit': async ({ now, other, store }) => {
        expectEqual('get of a channel that is not there', await store.get(A), undefined);
        const before = now();
        const change = writeOf(recordOf(1, { accepted: 2n ** 64n - 1n }), 'absent');
        expectEqual('commit', await store.commit(change), 'committed');
        const expected = {
            changeId: change.changeId,
            record: change.record,
            schema: LEDGER_SCHEMA,
            unknown: undefined,
            version: 1,
        };
        expectEqual('get', withoutTime(await store.get(A)), expected);
        expectEqual('get of the other one', withoutTime(await other.get(A)), expected);
        const { updatedAt } = (await other.get(A))!;
        expectEqual(
            'updatedAt, within a second of the clock',
            updatedAt >= before - 1n && updatedAt <= now() + 1n,
            true,
        );
    },
    'raises the version by one each time, and leaves its id': async ({ other, store }) => {
        for (let version = 1; version <= 5; version++) {
            const change = writeOf(recordOf(1, { attempts: version }), version === 1 ? 'absent' : version - 1);
            expectEqual('commit', await (version % 2 === 0 ? other : store).commit(change), 'committed');
            const stored = await store.get(A);
            expectEqual('version and id', [stored?.version, stored?.changeId], [version, change.changeId]);
        }
    },
    'binds a change to the commit before it, where its id is given': async ({ other, store }) => {
        const first = writeOf(recordOf(1), 'absent');
        await store.commit(first);
        const second = { ...writeOf(recordOf(1, { attempts: 1 }), 1), expectedChangeId: 'the id of another commit' };
        expectEqual('commit on another commit', await other.commit(second), 'conflict');
        const row: RowChange = { expected: 'absent', key: 'k', kind: 'charge', value: chargeOf(1) };
        const rowsOnly = { ...changeOf(A, 1, { rows: [row] }), expectedChangeId: second.changeId };
        expectEqual('commit of a row on another commit', await other.commit(rowsOnly), 'conflict');
        expectEqual(
            'what a conflict leaves',
            [(await store.get(A))?.changeId, await readRow(store, 'charge', row.key)],
            [first.changeId, undefined],
        );
        const withId = { ...second, expectedChangeId: first.changeId };
        expectEqual('commit on that very commit', await other.commit(withId), 'committed');
        expectEqual('commit of a row on it', await store.commit({ ...rowsOnly, expected: 2 }), 'committed');
    },
    ...CONFLICT_TESTS,
    'makes nothing of many rows when the last one is not as expected': async ({ other, store }) => {
        await store.commit(writeOf(recordOf(1), 'absent'));
        const rows = Array.from({ length: 10 }, (_, index): RowChange => ({
            expected: index === 9 ? 7 : 'absent',
            key: `${A}/${index}`,
            kind: 'charge',
            value: chargeOf(index),
        }));
        const change = writeOf(recordOf(1, { attempts: 5 }), 1, rows);
        expectEqual('commit', await store.commit(change), 'conflict');
        expectEqual('the record', (await other.get(A))?.record.attempts, 0);
        for (const { key } of rows) expectEqual('a row', await other.getRow('charge', key), undefined);
        const good = changeOf(A, 1, { rows: rows.map(row => ({ ...row, expected: 'absent' as const })) });
        expectEqual('commit of rows that are as expected', await store.commit(good), 'committed');
        expectEqual('the last row', await readRow(other, 'charge', `${A}/9`), {
            key: `${A}/9`,
            kind: 'charge',
            value: chargeOf(9),
            version: 1,
        });
    },
    'of rows alone uses no version, and makes no record': async ({ other, store }) => {
        const row: RowChange = { expected: 'absent', key: 'open', kind: 'transaction', value: transactionRowOf(1) };
        expectEqual('commit', await store.commit(changeOf(A, 'absent', { rows: [row] })), 'committed');
        expectEqual('get', await other.get(A), undefined);
        await store.commit(writeOf(recordOf(1), 'absent'));
        const again: RowChange = { ...row, expected: 1 };
        expectEqual('commit', await store.commit(changeOf(A, 1, { rows: [again] })), 'committed');
        expectEqual('the version', (await other.get(A))?.version, 1);
    },
    'is made by one of many that make the same channel at once': async context => {
        const { changeId } = await race(context, index => writeOf(recordOf(1, { attempts: index }), 'absent'));
        expectEqual('the change that is there', (await context.store.get(A))?.changeId, changeId);
    },
    'is made by one of many that replace the same version at once': async context => {
        await context.store.commit(writeOf(recordOf(1), 'absent'));
        const { changeId } = await race(context, index => writeOf(recordOf(1, { attempts: index }), 1));
        const { changeId: stored, version } = (await context.other.get(A))!;
        expectEqual('the change that is there', [stored, version], [changeId, 2]);
    },
    'is made by one of many that write the same new row at once': async context => {
        const key = `${A}/key`;
        const { rows } = await race(context, index =>
            changeOf(A, 'absent', {
                rows: [{ expected: 'absent', key, kind: 'charge', value: chargeOf(index) }],
            }),
        );
        expectEqual('the row that is there', (await context.store.getRow('charge', key))?.value, rows[0]!.value);
    },
    'of a record with rows is made by one of many at once, with its own rows': async context => {
        await context.store.commit(writeOf(recordOf(1), 'absent'));
        const keyOf = (index: number) => `${A}/${index}`;
        const made = await race(context, index =>
            writeOf(recordOf(1, { attempts: index }), 1, [
                { expected: 'absent', key: keyOf(index), kind: 'charge', value: chargeOf(index) },
            ]),
        );
        for (let index = 0; index < 12; index++) {
            const isMade = index === made.record!.attempts;
            const row = await context.other.getRow('charge', keyOf(index));
            expectEqual(`row ${index}`, row?.value, isMade ? chargeOf(index) : undefined);
        }
    },
    'of different channels at once makes all of them': async ({ other, store }) => {
        const answers = await Promise.all(
            Array.from({ length: 20 }, (_, index) =>
                (index % 2 === 0 ? store : other).commit(writeOf(recordOf(index), 'absent')),
            ),
        );
        expectEqual('twenty changes of twenty channels', [...new Set(answers)], ['committed']);
        const all = await other.getMany(Array.from({ length: 20 }, (_, index) => channelOf(index)));
        expectEqual('the channels that are there', all.length, 20);
    },
    'keeps what it was given, and gives what nobody else can change': async ({ store }) => {
        const record = recordOf(1, { accepted: 5n });
        const chain = { ...record.chain };
        await store.commit(writeOf({ ...record, chain }, 'absent'));
        chain.settled = 4n;
        const read = (await store.get(A))!;
        try {
            (read.record as { accepted: bigint }).accepted = 9n;
            (read.record.chain as { deposit: bigint }).deposit = 9n;
            (read.record.identity.splits as unknown[]).pop();
        } catch {
            // What is frozen is as good.
        }
        expectEqual('get', (await store.get(A))?.record, record);
    },
    'keeps unknown members that it was given, and hands them out': async ({ other, store }) => {
        const unknown = { chain: { leader: { rank: 3 } }, proofs: [{ a: 'ü' }] };
        await store.commit(changeOf(A, 'absent', { record: recordOf(1), unknown }));
        expectEqual('unknown members', (await other.get(A))?.unknown, unknown);
        const row: RowChange = {
            expected: 'absent',
            key: 'k',
            kind: 'charge',
            unknown: { b: [1] },
            value: chargeOf(1),
        };
        await store.commit(changeOf(A, 1, { rows: [row] }));
        expectEqual('unknown members of a row', (await other.getRow('charge', 'k'))?.unknown, { b: [1] });
    },
};

/** Pairs of keys that a database may take for the same. */
const KEYS = [
    'key',
    'Key',
    'key ',
    ' key',
    'kéy',
    'ke\u0301y',
    'k%',
    'k_',
    "k'",
    'k"',
    'k\\',
    'k\n',
    '🔑',
    'x'.repeat(1_024),
];

export const ROW_TESTS: StoreTests = {
    'are apart by key to the last character, and by kind': async ({ other, store }) => {
        for (const [index, key] of KEYS.entries()) {
            const rows: RowChange[] = [
                { expected: 'absent', key, kind: 'charge', value: chargeOf(index) },
                { expected: 'absent', key, kind: 'challenge', value: { channel: A, expiresAt: BigInt(index) } },
            ];
            expectEqual(`commit of ${key}`, await store.commit(changeOf(A, 'absent', { rows })), 'committed');
        }
        for (const [index, key] of KEYS.entries()) {
            expectEqual(`charge ${key}`, (await other.getRow('charge', key))?.value, chargeOf(index));
            const challenge = await other.getRow('challenge', key);
            expectEqual(`challenge ${key}`, challenge?.value, { channel: A, expiresAt: BigInt(index) });
        }
        expectEqual('a kind that has no such key', await other.getRow('delivery', 'key'), undefined);
    },
    'keep text and amounts of every kind as they are': async ({ other, store }) => {
        const charge = chargeOf(1, {
            endedAt: 2n ** 40n,
            price: 2n ** 64n - 1n,
            receipt: '{"spent":"1","text":"\u0000 \ud800 🧾 \' \\ "}',
            response: { body: 'AQ==', headers: [['content-type', 'text/plain; ü']], status: 200 },
            stage: 'committed',
        });
        const delivery = {
            amount: 2n ** 64n - 1n,
            committedAt: -(2n ** 63n),
            cumulative: 0n,
            signature: recordOf(1).identity.openSignature,
        };
        const settlement = {
            action: 'settle',
            amount: null,
            at: 1n,
            channel: A,
            feeLamports: 5_000n,
            outcome: 'landed',
            slot: 2n ** 64n - 1n,
        } as const;
        const rows: RowChange[] = [
            { expected: 'absent', key: 'a', kind: 'charge', value: charge },
            { expected: 'absent', key: 'a', kind: 'delivery', value: delivery },
            { expected: 'any', key: 'a', kind: 'settlement', value: settlement },
            { expected: 'absent', key: 'a', kind: 'transaction', value: transactionRowOf(1) },
        ];
        await store.commit(changeOf(A, 'absent', { rows }));
        for (const { key, kind, value } of rows) {
            expectEqual(`a row of ${kind}`, await readRow(other, kind, key), { key, kind, value, version: 1 });
        }
    },
    'count their versions, and begin anew when they were deleted': async ({ other, store }) => {
        const write = (value: RowChange<'charge'>['value'], expected: RowChange['expected']) =>
            store.commit(changeOf(A, 'absent', { rows: [{ expected, key: 'k', kind: 'charge', value }] }));
        for (const [value, expected, version] of [
            [chargeOf(1), 'absent', 1],
            [chargeOf(2), 1, 2],
            [chargeOf(3), 'any', 3],
            ['delete', 3, undefined],
            ['delete', 'any', undefined],
            [chargeOf(4), 'any', 1],
        ] as const) {
            expectEqual('commit', await write(value, expected), 'committed');
            expectEqual('the version', (await other.getRow('charge', 'k'))?.version, version);
        }
    },
    'that are pending are listed, the oldest first': async ({ other, store }) => {
        const write = (key: string, recordedAt: bigint, outcome: 'landed' | 'pending', expected: number | 'absent') =>
            store.commit(
                changeOf(channelOf(Number(recordedAt)), 'absent', {
                    rows: [
                        {
                            expected,
                            key,
                            kind: 'transaction',
                            value: transactionRowOf(Number(recordedAt), { outcome, recordedAt }),
                        },
                    ],
                }),
            );
        expectEqual('listPending of nothing', await other.listPending(10), []);
        await write('c', 3n, 'pending', 'absent');
        await write('a', 10n, 'pending', 'absent');
        await write('b', 2n, 'pending', 'absent');
        await write('d', 1n, 'landed', 'absent');
        const keys = async (limit: number) => (await other.listPending(limit)).map(({ key }) => key);
        expectEqual('listPending', await keys(10), ['b', 'c', 'a']);
        expectEqual('listPending of two', await keys(2), ['b', 'c']);
        await write('b', 2n, 'landed', 1);
        expectEqual('listPending after the first has landed', await keys(10), ['c', 'a']);
        const [first] = await other.listPending(1);
        const value = transactionRowOf(3, { recordedAt: 3n });
        expectEqual('the row', first && withVersion(first), { key: 'c', kind: 'transaction', value, version: 1 });
    },
};

function withVersion(row: object): unknown {
    if ('error' in row) return row;
    const { key, kind, value, version } = row as unknown as Record<string, unknown>;
    return { key, kind, value, version };
}

/** Reads of several channels. */
export const READ_TESTS: StoreTests = {
    'gives those that there are, each once, in the order that was asked for': async ({ other, store }) => {
        const records: readonly ChannelRecord[] = [3, 1, 2].map(index => recordOf(index));
        for (const record of records) await store.commit(writeOf(record, 'absent'));
        const asked = [2, 9, 3, 2, 1, 3].map(channelOf);
        const found = await other.getMany(asked);
        const channels = found.map(one => ('error' in one ? one.channel : one.record.identity.channel));
        expectEqual('getMany', channels, [2, 3, 1].map(channelOf));
        expectEqual('the first', withoutTime(found[0]), withoutTime(await store.get(channelOf(2))));
        expectEqual('getMany of none', await other.getMany([]), []);
        expectEqual('getMany of what is not there', await other.getMany([channelOf(9)]), []);
    },
};
