import type { PaymentChannelsErrorCode } from '../../core/errors';
import { isPaymentChannelsError } from '../../core/errors';
import { encodeChannelRecord, encodeRow, LEDGER_SCHEMA } from '../../ledger/ledger-json';
import { commitCommand } from '../../store/commit';
import { createLedgerPolicy } from '../../ledger/policy';
import { expectEqual, expectRefusal } from './expect';
import { changeOf, channelOf, chargeOf, fill, inOrder, recordOf, transactionRowOf, writeOf } from './store-samples';
import type { StoreContext, StoreTests } from './store-subject';

const [A, B, C] = [channelOf(1), channelOf(2), channelOf(3)];
const NEWER = LEDGER_SCHEMA + 1;

/** The channels of a list or a claim, and the errors of those that can't be read. */
function showAll(all: readonly object[]): unknown {
    return all.map(one => {
        if (!('error' in one)) return (one as { record: { identity: { channel: string } } }).record.identity.channel;
        const { channel, error, key } = one as { channel?: string; error: unknown; key?: string };
        return [channel ?? key, isPaymentChannelsError(error) ? error.code : String(error)];
    });
}

const DAMAGED: PaymentChannelsErrorCode = 'LEDGER_RECORD_INVALID';

async function fillDue({ now, store }: StoreContext): Promise<void> {
    const due = { at: now() - 5n, deadline: null, reason: 'settle' } as const;
    await fill(
        store,
        [1, 2, 3].map(index => recordOf(index, { due })),
    );
}

/** Records that are damaged, or of a newer version; for a subject that can make them. */
export const DAMAGE_TESTS: StoreTests = {
    'is told by its channel, and hides no other': async context => {
        const { other, overwrite, store } = context;
        if (overwrite === undefined) return;
        const texts = [
            '',
            '{',
            'null',
            '{"accepted":"1"}',
            encodeChannelRecord(recordOf(2, { accepted: 5n })).replace('"5"', '"6"'),
        ];
        await fillDue(context);
        for (const [index, text] of texts.entries()) {
            await overwrite(B, LEDGER_SCHEMA, text);
            await expectRefusal('get', () => other.get(B), DAMAGED, { key: B });
            const order = inOrder([A, B, C]).map(channel => (channel === B ? [B, DAMAGED] : channel));
            expectEqual('list', showAll((await other.list({ limit: 10 })).channels), order);
            expectEqual('getMany', showAll(await other.getMany([A, B, C])), [A, [B, DAMAGED], C]);
            const claimed = await store.claimDue({ leaseMs: 60_000, limit: 10, owner: `worker ${index}` });
            const shown = showAll(claimed) as unknown[];
            expectEqual('how many claimDue gives', shown.length, 3);
            expectEqual(
                'the damaged one',
                shown.find(one => typeof one !== 'string'),
                [B, DAMAGED],
            );
            await store.journal.release(`worker ${index}`, [A, B, C]);
        }
    },
    'stays as it is when it is written to by its version, or repaired': async ({ other, overwrite, store }) => {
        if (overwrite === undefined) return;
        await fill(store, [recordOf(1)]);
        await overwrite(A, LEDGER_SCHEMA, '{');
        expectEqual('commit for a new channel', await store.commit(writeOf(recordOf(1), 'absent')), 'conflict');
        await expectRefusal('get', () => store.get(A), DAMAGED, { key: A });
        // Whoever knows what belongs there puts it there.
        expectEqual('commit of the version', await store.commit(writeOf(recordOf(1), 1)), 'committed');
        expectEqual('get', (await other.get(A))?.version, 2);
    },
    'of a row is told by its key, and hides no other': async ({ other, overwriteRow, store }) => {
        if (overwriteRow === undefined) return;
        const rows = ['a', 'b', 'c'].map((key, index) => ({
            expected: 'absent' as const,
            key,
            kind: 'transaction' as const,
            value: transactionRowOf(index, { recordedAt: BigInt(index) }),
        }));
        await store.commit(changeOf(A, 'absent', { rows }));
        await overwriteRow('transaction', 'b', '{"kind":');
        await expectRefusal('getRow', () => other.getRow('transaction', 'b'), DAMAGED, { key: 'b' });
        const pending = await other.listPending(10);
        expectEqual('listPending', inOrder(pending.map(row => ('error' in row ? `! ${row.key}` : row.key))), [
            '! b',
            'a',
            'c',
        ]);
    },
    'of a newer version is read, and never written (Store 7)': async ({ other, overwrite, store }) => {
        if (overwrite === undefined) return;
        await fill(store, [recordOf(1), recordOf(2), recordOf(3)]);
        const newer = { ...(JSON.parse(encodeChannelRecord(recordOf(2, { accepted: 5n }))) as object), proof: 'x' };
        await overwrite(B, NEWER, JSON.stringify(newer));
        const read = (await other.get(B))!;
        expectEqual('get', [read.schema, read.record.accepted, read.unknown], [NEWER, 5n, { proof: 'x' }]);
        const list = await other.list({ limit: 10 });
        expectEqual('list', showAll(list.channels), inOrder([A, B, C]));
        const context = { key: B, schema: NEWER, supported: LEDGER_SCHEMA };
        const change = writeOf(recordOf(2, { attempts: 1 }), read.version);
        await expectRefusal('commit', () => store.commit(change), 'STORE_NEWER', context);
        const row = { expected: 'absent', key: 'k', kind: 'charge', value: chargeOf(1) } as const;
        const rows = changeOf(B, read.version, { rows: [row] });
        await expectRefusal('commit of rows', () => store.commit(rows), 'STORE_NEWER', context);
        expectEqual('the row', await store.getRow('charge', 'k'), undefined);
        expectEqual('the record', (await other.get(B))?.unknown, { proof: 'x' });
    },
    'with members of a newer version keeps them when it is written again (Store 8)': async context => {
        const { other, overwrite, overwriteRow, store } = context;
        if (overwrite === undefined) return;
        await fill(store, [recordOf(1)]);
        const text = JSON.parse(encodeChannelRecord(recordOf(1))) as { chain: object };
        const json = { ...text, chain: { ...text.chain, leader: { rank: 3 } }, proofs: [{ a: 'ü' }] };
        await overwrite(A, LEDGER_SCHEMA, JSON.stringify(json));
        const rules = { getContext: () => ({ now: context.now(), policy: createLedgerPolicy() }) };
        const error = { code: 'X', isTransient: true };
        await commitCommand(store, A, () => ({ error, kind: 'worked' }), rules);
        const stored = (await other.get(A))!;
        expectEqual(
            'attempts and unknown members',
            [stored.record.attempts, stored.unknown],
            [1, { chain: { leader: { rank: 3 } }, proofs: [{ a: 'ü' }] }],
        );
        if (overwriteRow === undefined) return;
        const value = transactionRowOf(1);
        const row = { expected: 'absent', key: 'k', kind: 'transaction', value } as const;
        await store.commit(changeOf(A, stored.version, { rows: [row] }));
        const newer = { ...(JSON.parse(encodeRow('transaction', value)) as object), proof: 'x' };
        await overwriteRow('transaction', 'k', JSON.stringify(newer));
        const read = (await store.getRow('transaction', 'k'))!;
        const seen = { ...stored.record.chain, observedSlot: stored.record.chain.observedSlot + 1n };
        await commitCommand(store, A, () => ({ chain: seen, kind: 'topUpSeen', row: read }), rules);
        const after = (await other.getRow('transaction', 'k'))!;
        expectEqual('outcome and unknown members', [after.value.outcome, after.unknown], ['landed', { proof: 'x' }]);
    },
};
