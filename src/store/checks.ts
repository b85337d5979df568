import type { Address } from '@solana/kit';

import { STORE_NEWER } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import {
    assertIsInput,
    readDeeply,
    readOnlyMembers,
    refuseInput,
    toAddress,
    toInteger,
    toList,
    toOneOf,
    toI64,
} from '../core/input';
import { toResult } from '../core/json-form';
import { LEDGER_SCHEMA } from '../ledger/ledger-json';
import type { ChainStatus, DueReason } from '../ledger/record';
import type { RowChange, RowKind } from '../ledger/rows';
import type { ChannelQuery, PurgeLimits, StoreChange, WorkClaim } from './store';

// What every store checks before it touches its database. The functions return frozen copies.

const MAX_PAGE = 1_000n;
const MAX_NAME_LENGTH = 256;
const MIN_LEASE_MS = 1_000n;
const MAX_LEASE_MS = 86_400_000n;
const MAX_KEY_LENGTH = 1_024;

const KINDS: readonly RowKind[] = ['challenge', 'charge', 'delivery', 'settlement', 'transaction'];
const STATUSES: readonly ChainStatus[] = ['absent', 'closing', 'distributed', 'open', 'sealed'];
const REASONS: readonly DueReason[] = [
    'close',
    'deadline',
    'distribute',
    'reclaim',
    'seal',
    'settle',
    'verify',
    'voucherExpiry',
];

export function toRowKind(value: unknown, field = 'kind'): RowKind {
    return toOneOf(field, value, KINDS);
}

export function toRowKey(field: string, value: unknown): string {
    const isLong = typeof value === 'string' && value.length > 0 && value.length <= MAX_KEY_LENGTH;
    // Half a character is written by databases as another one, and two keys would be the same.
    if (isLong && !/[\0\p{Surrogate}]/u.test(value)) return value;
    return refuseInput(field, `a key of 1 to ${MAX_KEY_LENGTH} whole characters, none of them zero`, value);
}

export function toName(field: string, value: unknown): string {
    if (typeof value === 'string' && /^[\x20-\x7e]+$/.test(value) && value.length <= MAX_NAME_LENGTH) return value;
    return refuseInput(field, `a name of 1 to ${MAX_NAME_LENGTH} printable characters`, value);
}

export function toQuery(query: ChannelQuery): ChannelQuery {
    const given = readOnlyMembers('query', query, {
        after: true,
        dueBefore: true,
        isQuarantined: true,
        limit: true,
        payee: true,
        payer: true,
        rentPayer: true,
        status: true,
    });
    const toOptional = <T>(field: string, value: unknown, read: (field: string, value: unknown) => T) =>
        value === undefined ? undefined : read(`query.${field}`, value);
    return toResult({
        after: toOptional('after', given.after, toAddress),
        dueBefore: toOptional('dueBefore', given.dueBefore, toI64),
        isQuarantined: toOptional('isQuarantined', given.isQuarantined, (field, value) =>
            typeof value === 'boolean' ? value : refuseInput(field, 'true or false', value),
        ),
        limit: toLimit('query.limit', given.limit),
        payee: toOptional('payee', given.payee, toAddress),
        payer: toOptional('payer', given.payer, toAddress),
        rentPayer: toOptional('rentPayer', given.rentPayer, toAddress),
        status: toOptional('status', given.status, (field, value) => toOneOf(field, value, STATUSES)),
    });
}

/** Each channel once, in the order in which they are named first. */
export function toChannels(value: unknown): readonly Address[] {
    const channels = toList('channels', value, 'an array of addresses', (one, path) => toAddress(path, one));
    if (channels.length > MAX_PAGE) refuseInput('channels', `an array of at most ${MAX_PAGE} addresses`, value);
    return Object.freeze([...new Set(channels)]);
}

export function toLimit(field: string, value: unknown): number {
    return Number(toInteger(field, value, 1n, MAX_PAGE));
}

export function toClaim(claim: WorkClaim): WorkClaim {
    const given = readOnlyMembers('claim', claim, { leaseMs: true, limit: true, owner: true, reasons: true });
    return toResult({
        leaseMs: Number(toInteger('claim.leaseMs', given.leaseMs, MIN_LEASE_MS, MAX_LEASE_MS)),
        limit: toLimit('claim.limit', given.limit),
        owner: toName('claim.owner', given.owner),
        reasons:
            given.reasons === undefined
                ? undefined
                : Object.freeze(
                      toList('claim.reasons', given.reasons, 'an array of reasons', (reason, path) =>
                          toOneOf(path, reason, REASONS),
                      ),
                  ),
    });
}

export function toPurgeLimits(limits: PurgeLimits): PurgeLimits {
    const given = readOnlyMembers('limits', limits, { charges: true, closed: true });
    return toResult({
        charges: toI64('limits.charges', given.charges),
        closed: toI64('limits.closed', given.closed),
    });
}

/** Checks the frame of a change; whether the record and the rows can be written is checked where their text is made. */
export function toChange(change: StoreChange, network: string): StoreChange {
    const given = readOnlyMembers('change', change, {
        changeId: true,
        channel: true,
        expected: true,
        expectedChangeId: true,
        record: true,
        rows: true,
        unknown: true,
    });
    const { changeId, channel, expected, expectedChangeId, record, rows, unknown } = given;
    if (expected === 'absent' && expectedChangeId !== undefined) {
        refuseInput('change.expectedChangeId', 'none for a record that is expected to be absent', expectedChangeId);
    }
    const address = toAddress('change.channel', channel);
    if (record !== undefined) {
        const owner = readDeeply('change.record', 'the record of a channel', record, () => ({ ...record.identity }));
        if (owner.channel !== address) {
            refuseInput('change.record.identity.channel', `the channel of the change, ${address}`, owner.channel);
        }
        if (owner.network !== network) {
            refuseInput('change.record.identity.network', `the network of the store, ${network}`, owner.network);
        }
    }
    const ids = new Set<string>();
    return toResult({
        changeId: toName('change.changeId', changeId),
        channel: address,
        expected: expected === 'absent' ? expected : toVersion('change.expected', expected),
        expectedChangeId:
            expectedChangeId === undefined ? undefined : toName('change.expectedChangeId', expectedChangeId),
        record,
        rows: Object.freeze(
            toList('change.rows', rows, 'an array of rows', (row, path) => {
                const {
                    expected: version,
                    key,
                    kind,
                    unknown: others,
                    value,
                } = readOnlyMembers<RowChange>(path, row as RowChange, {
                    expected: true,
                    key: true,
                    kind: true,
                    unknown: true,
                    value: true,
                });
                toRowKind(kind, `${path}.kind`);
                toRowKey(`${path}.key`, key);
                if (value !== 'delete') assertIsInput(`${path}.value`, value);
                const id = `${kind} ${key}`;
                if (ids.has(id)) refuseInput(`${path}.key`, 'another one for each row of a kind', key);
                ids.add(id);
                if (version !== 'absent' && version !== 'any') toVersion(`${path}.expected`, version);
                return toResult({ expected: version, key, kind, unknown: others, value }) as (typeof rows)[number];
            }),
        ),
        unknown,
    });
}

function toVersion(field: string, value: unknown): number {
    return Number(toInteger(field, value, 1n, BigInt(Number.MAX_SAFE_INTEGER)));
}

/**
 * For a store, in the step that writes: whether the record that is there may be replaced by one of this version.
 *
 * @param key What the error calls the record: its channel.
 * @param schema What the record that is there was written in.
 * @throws `STORE_NEWER` for one that a newer version of this package has written: it would lose what it means.
 *
 * @example
 * ```ts
 * assertIsWritable(channel, stored.schema);
 * ```
 */
export function assertIsWritable(key: string, schema: number): void {
    if (typeof key !== 'string') refuseInput('key', 'a string', key);
    toInteger('schema', schema, 1n, BigInt(Number.MAX_SAFE_INTEGER));
    if (schema > LEDGER_SCHEMA) throw new PaymentChannelsError(STORE_NEWER, { key, schema, supported: LEDGER_SCHEMA });
}
