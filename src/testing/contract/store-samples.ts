import type { Address } from '@solana/kit';

import type { ChainView, ChannelRecord } from '../../ledger/record';
import type { ChargeRow, PlannedIdentity, RowChange, RowKind, StoredRow, TransactionRow } from '../../ledger/rows';
import type { ChannelStore, StoreChange, StoredChannel } from '../../store/store';
import { channelOf, signatureOf } from './journal-samples';
import { NETWORK } from './store-subject';

// Records and rows for stores, which look at nothing in them but what lists and claims go by.

export { channelOf, signatureOf } from './journal-samples';

/** Wallets that are no channels of the tests. */
export const walletOf = (index: number): Address => channelOf(0x7000_0000 + index);

export const identityOf = (index: number, fields: Partial<PlannedIdentity> = {}): PlannedIdentity => ({
    authorizedSigner: walletOf(1),
    channel: channelOf(index),
    createdAt: 1_750_000_000n,
    gracePeriodSeconds: 900,
    lookupTable: null,
    mint: walletOf(2),
    network: NETWORK,
    openFingerprint: `open ${index}`,
    openSignature: signatureOf(index),
    openSlot: 350_000_000n,
    openingChallengeId: null,
    payee: walletOf(3),
    payer: walletOf(4),
    profile: 'draft',
    programAddress: walletOf(5),
    rentPayer: walletOf(6),
    revision: 'epoch',
    salt: 2n ** 64n - 1n,
    splits: [{ bps: 300, recipient: walletOf(7) }],
    tokenProgram: walletOf(8),
    voucherSigner: 'client',
    ...fields,
});

export const viewOf = (fields: Partial<ChainView> = {}): ChainView => ({
    closureStartedAt: null,
    commitment: 'confirmed',
    // More than a number, and than a signed integer of a database, can hold.
    deposit: 2n ** 64n - 1n,
    observedAt: 1_750_000_000n,
    observedSlot: 100n,
    paidOut: 0n,
    payerWithdrawn: 0n,
    reclaimableFromSlot: null,
    settled: 0n,
    status: 'open',
    ...fields,
});

/** What a record of a test has of its own. */
export type SampleFields = Readonly<{
    accepted?: bigint;
    chain?: Partial<ChainView>;
    due?: ChannelRecord['due'];
    identity?: Partial<PlannedIdentity>;
    attempts?: number;
    isQuarantined?: boolean;
}>;

export function recordOf(index: number, fields: SampleFields = {}): ChannelRecord {
    const { accepted = 0n, attempts = 0, due = null, isQuarantined = false } = fields;
    return {
        accepted,
        attempts,
        chain: viewOf(fields.chain),
        deliveries: { lastSequence: 0, pending: [] },
        due,
        ending: null,
        endingVoucher: null,
        identity: { ...identityOf(index, fields.identity), openedSlot: 99n },
        idleTimeoutSeconds: 600,
        lastActivityAt: 1_750_000_000n,
        lastError: null,
        quarantine: isQuarantined ? { at: 1_750_000_000n, reason: 'a test' } : null,
        reservations: [],
        settledMark: { amount: 0n, at: 1_750_000_000n, units: 0n },
        spent: 0n,
        units: 0n,
        voucher: accepted === 0n ? null : { cumulativeAmount: accepted, expiresAt: 0n, signature: signatureOf(index) },
    };
}

let lastChange = 0;
/** A change with an id of its own. */
export function changeOf(
    channel: Address,
    expected: number | 'absent',
    { record, rows = [], unknown }: Partial<Pick<StoreChange, 'record' | 'rows' | 'unknown'>> = {},
): StoreChange {
    return { changeId: `change ${++lastChange}`, channel, expected, record, rows, unknown };
}

/** A change that makes a record or replaces it. */
export const writeOf = (record: ChannelRecord, expected: number | 'absent', rows?: readonly RowChange[]) =>
    changeOf(record.identity.channel, expected, { record, ...(rows === undefined ? {} : { rows }) });

export const chargeOf = (number: number, fields: Partial<ChargeRow> = {}): ChargeRow => ({
    endedAt: null,
    fingerprint: `request ${number}`,
    owner: 'process 1',
    price: BigInt(number),
    receipt: null,
    response: null,
    stage: 'running',
    startedAt: 1_750_000_000n,
    units: 1n,
    ...fields,
});

export const transactionRowOf = (index: number, fields: Partial<TransactionRow> = {}): TransactionRow => ({
    channel: channelOf(index),
    kind: 'open',
    lastValidBlockHeight: 2n ** 60n,
    open: { identity: identityOf(index), idleTimeoutSeconds: 600 },
    outcome: 'pending',
    recordedAt: 1_750_000_000n,
    wire: 'AQ==',
    ...fields,
});

/** What is stored, without what depends on the moment of writing. */
export function withoutTime(stored: object | undefined): unknown {
    if (stored === undefined || 'error' in stored) return stored;
    const { changeId, record, schema, unknown, version } = stored as StoredChannel;
    return { changeId, record, schema, unknown, version };
}

/** What is read of a row, in the form that tests compare. */
export async function readRow<TKind extends RowKind>(store: ChannelStore, kind: TKind, key: string) {
    const row: StoredRow<TKind> | undefined = await store.getRow(kind, key);
    return row && { key: row.key, kind: row.kind, value: row.value, version: row.version };
}

/** Writes records that are not there yet. */
export async function fill(store: ChannelStore, records: readonly ChannelRecord[]): Promise<void> {
    for (const record of records) await store.commit(writeOf(record, 'absent'));
}

/** The order of addresses: that of their characters, whatever language a database has been set up for. */
export const inOrder = <T extends string>(texts: readonly T[]): T[] => [...texts].sort((a, b) => (a < b ? -1 : 1));
