import type { Address } from '@solana/kit';

import type { ChannelRecord } from '../../../src/ledger/record';
import type { ChannelStore, StoreChange, StoredChannel } from '../../../src/store/store';
import { channelOf } from '../../../src/testing/contract/journal-samples';
import { NOW, TestLedger } from '../ledger/records';

// Channels for the tests of a database, which looks at nothing but their form.

export { channelOf };

const SAMPLE = (() => {
    const ledger = new TestLedger();
    ledger.open();
    ledger.accept(100n);
    return ledger.record;
})();

type Fields = Partial<Omit<ChannelRecord, 'identity'>> & Readonly<{ identity?: Partial<ChannelRecord['identity']> }>;

/** The record of a channel with a voucher over 100 that is not settled. */
export const toRecord = (channel: Address, { identity, ...fields }: Fields = {}): ChannelRecord => ({
    ...SAMPLE,
    ...fields,
    identity: { ...SAMPLE.identity, channel, ...identity },
});

/** With so much at risk, due since a moment. */
export const toDue = (channel: Address, accepted: bigint, at: bigint, deadline: bigint | null = null): ChannelRecord =>
    toRecord(channel, {
        accepted,
        chain: { ...SAMPLE.chain, deposit: 10n ** 18n },
        due: { at, deadline, reason: deadline === null ? 'settle' : 'deadline' },
        voucher: { ...SAMPLE.voucher!, cumulativeAmount: accepted },
    });

export const toChange = (channel: Address, fields: Partial<StoreChange> = {}): StoreChange => ({
    changeId: crypto.randomUUID(),
    channel,
    expected: 'absent',
    rows: [],
    ...fields,
});

/** Writes records that are not there yet. */
export async function create(store: ChannelStore, ...records: readonly ChannelRecord[]): Promise<void> {
    for (const record of records) await store.commit(toChange(record.identity.channel, { record }));
}

export async function getStored(store: ChannelStore, channel: Address): Promise<StoredChannel> {
    const stored = await store.get(channel);
    if (stored === undefined) throw new Error(`There is no ${channel}`);
    return stored;
}

/** The next version of a record, with another voucher. */
export const toNext = ({ record }: StoredChannel, more = 1n): ChannelRecord => ({
    ...record,
    accepted: record.accepted + more,
    voucher: { ...record.voucher!, cumulativeAmount: record.accepted + more },
});

export const toUpdate = (stored: StoredChannel, fields: Partial<StoreChange> = {}): StoreChange =>
    toChange(stored.record.identity.channel, { expected: stored.version, record: toNext(stored), ...fields });

/** A row of a charge, to be written. */
export const toCharge = (channel: Address, name: string, fields: Partial<StoreChange['rows'][number]> = {}) =>
    ({
        expected: 'absent',
        key: `${channel}/${name}`,
        kind: 'charge',
        value: {
            endedAt: null,
            fingerprint: 'a request',
            owner: 'process 1',
            price: 5n,
            receipt: null,
            response: null,
            stage: 'running',
            startedAt: NOW,
            units: 1n,
        },
        ...fields,
    }) as StoreChange['rows'][number];
