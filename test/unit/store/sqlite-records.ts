import type { ChannelRecord, DueWork } from '../../../src/ledger/record';
import type { RowChange } from '../../../src/ledger/rows';
import type { StoreChange } from '../../../src/store/store';
import { channelOf } from '../../fixtures/journal';
import { IDENTITY, NOW, TestLedger, toSignature } from '../ledger/records';

const BASE = (() => {
    const ledger = new TestLedger();
    ledger.open({ deposit: 1_000_000n });
    return ledger.record;
})();

/** The record of a channel of a number, open and without work. */
export function recordOf(index: number, fields: Partial<ChannelRecord> = {}): ChannelRecord {
    return { ...BASE, due: null, identity: { ...BASE.identity, channel: channelOf(index) }, ...fields };
}

/** The record after a voucher for so much. */
export const withAccepted = (record: ChannelRecord, accepted: bigint): ChannelRecord => ({
    ...record,
    accepted,
    voucher: accepted === 0n ? null : { cumulativeAmount: accepted, expiresAt: 0n, signature: toSignature(3) },
});

/** A record with so much accepted and work that is due. */
export const dueOf = (index: number, accepted: bigint, due: Partial<DueWork> = {}): ChannelRecord =>
    withAccepted(recordOf(index, { due: { at: NOW, deadline: null, reason: 'settle', ...due } }), accepted);

/** The row of a charge of a channel. */
export const chargeOf = (index: number, key: string, expected: RowChange['expected'] = 'absent'): RowChange => ({
    expected,
    key: `${channelOf(index)}/${key}`,
    kind: 'charge',
    value: {
        endedAt: null,
        fingerprint: key,
        owner: 'one',
        price: 5n,
        receipt: null,
        response: null,
        stage: 'running',
        startedAt: NOW,
        units: 1n,
    },
});

let changes = 0;

/** A change that writes a record at a version. */
export const changeOf = (
    record: ChannelRecord,
    expected: number | 'absent' = 'absent',
    rest: Partial<StoreChange> = {},
): StoreChange => ({
    changeId: `change ${++changes}`,
    channel: record.identity.channel,
    expected,
    record,
    rows: [],
    ...rest,
});

export { IDENTITY, NOW };
