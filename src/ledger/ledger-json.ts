import type { Address, Signature } from '@solana/kit';

import { getInvalidDefinition, JSON_FIELD_MISTYPED, LEDGER_RECORD_INVALID } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../core/errors';
import { readDeeply, refuseInput, toOneOf } from '../core/input';
import { toResult } from '../core/json-form';
import { fromJsonText } from '../core/strict-json';
import { findBrokenInvariants } from './invariants';
import {
    address,
    base58,
    count,
    flag,
    list,
    object,
    oneOf,
    orNull,
    text,
    time,
    u64,
    withUnknown,
    type Shape,
    type UnknownMembers,
} from './json-shape';
import type {
    ChainView,
    ChannelEnding,
    ChannelIdentity,
    ChannelRecord,
    DueWork,
    PendingDelivery,
    Reservation,
    SettledMark,
    StoredVoucher,
    WorkError,
} from './record';
import type { RowKind, RowValues } from './rows';

// The text that a store keeps of a record and of its rows.

/** Version of the form of records and rows. What is written by a higher one can be read here, and not be written. */
export const LEDGER_SCHEMA = 1;

/** Longest text of a record or a row: no more than what fits the bounds of their lists and of a kept response. */
const MAX_TEXT_LENGTH = 1_048_576;
const MAX_SPLITS = 64;
const MAX_LIST = 1_024;

const name = text(256);
const signature = base58<Signature>(64);

const identityMembers = {
    authorizedSigner: address,
    channel: address,
    createdAt: time,
    gracePeriodSeconds: count,
    lookupTable: orNull(address),
    mint: address,
    network: name,
    openFingerprint: name,
    openSignature: signature,
    openSlot: orNull(u64),
    openingChallengeId: orNull(text(1_024)),
    payee: address,
    payer: address,
    profile: name,
    programAddress: address,
    rentPayer: orNull(address),
    revision: name,
    salt: u64,
    splits: list(object<{ recipient: Address; bps: number }>({ bps: count, recipient: address }), MAX_SPLITS),
    tokenProgram: address,
    voucherSigner: oneOf('client', 'operator'),
} as const;

const voucher = object<StoredVoucher>({ cumulativeAmount: u64, expiresAt: time, signature });

const RECORD: Shape<ChannelRecord> = object<ChannelRecord>({
    accepted: u64,
    attempts: count,
    chain: object<ChainView>({
        closureStartedAt: orNull(time),
        commitment: oneOf('confirmed', 'finalized'),
        deposit: u64,
        observedAt: time,
        observedSlot: u64,
        paidOut: u64,
        payerWithdrawn: u64,
        reclaimableFromSlot: orNull(u64),
        settled: u64,
        status: oneOf('absent', 'closing', 'distributed', 'open', 'sealed'),
    }),
    deliveries: object<ChannelRecord['deliveries']>({
        lastSequence: count,
        pending: list(object<PendingDelivery>({ amount: u64, expiresAt: time, id: name, sequence: count }), MAX_LIST),
    }),
    due: orNull(
        object<DueWork>({
            at: time,
            deadline: orNull(time),
            reason: oneOf('close', 'deadline', 'distribute', 'reclaim', 'seal', 'settle', 'verify', 'voucherExpiry'),
        }),
    ),
    ending: orNull(
        object<ChannelEnding>({ amount: u64, at: time, reason: oneOf('client', 'fault', 'idle', 'operator', 'payer') }),
    ),
    endingVoucher: orNull(voucher),
    identity: object<ChannelIdentity>({ ...identityMembers, openedSlot: u64 }),
    idleTimeoutSeconds: orNull(count),
    lastActivityAt: time,
    lastError: orNull(object<WorkError>({ at: time, code: name, isTransient: flag })),
    quarantine: orNull(object<{ at: bigint; reason: string }>({ at: time, reason: name })),
    reservations: list(object<Reservation>({ amount: u64, key: name, owner: name, until: time }), MAX_LIST),
    settledMark: object<SettledMark>({ amount: u64, at: time, units: u64 }),
    spent: u64,
    units: u64,
    voucher: orNull(voucher),
});

function readHeader(field: string, value: unknown): readonly [name: string, value: string] {
    const [title, content] = list(text(65_536), 2).read(field, value);
    if (title !== undefined && content !== undefined) return [title, content];
    throw new PaymentChannelsError(JSON_FIELD_MISTYPED, { expected: 'a name and a value', field, value: 'fewer' });
}

const header: Shape<readonly [name: string, value: string]> = {
    read: readHeader,
    write: (field, value) => [...readHeader(field, value)],
};

const ROWS: { readonly [K in RowKind]: Shape<RowValues[K]> } = {
    challenge: object<RowValues['challenge']>({ channel: address, expiresAt: time }),
    charge: object<RowValues['charge']>({
        endedAt: orNull(time),
        fingerprint: name,
        owner: name,
        price: u64,
        receipt: orNull(text(65_536)),
        response: orNull(
            object<NonNullable<RowValues['charge']['response']>>({
                body: orNull(text(262_144)),
                headers: list(header, 64),
                status: count,
            }),
        ),
        stage: oneOf('committed', 'released', 'running'),
        startedAt: time,
        units: u64,
    }),
    delivery: object<RowValues['delivery']>({ amount: u64, committedAt: time, cumulative: u64, signature }),
    settlement: object<RowValues['settlement']>({
        action: name,
        amount: orNull(u64),
        at: time,
        channel: address,
        feeLamports: u64,
        outcome: oneOf('expired', 'failed', 'landed', 'refused'),
        slot: orNull(u64),
    }),
    transaction: object<RowValues['transaction']>({
        channel: address,
        kind: oneOf('open', 'topUp'),
        lastValidBlockHeight: orNull(u64),
        open: orNull(
            object<NonNullable<RowValues['transaction']['open']>>({
                identity: object(identityMembers),
                idleTimeoutSeconds: orNull(count),
            }),
        ),
        outcome: oneOf('expired', 'failed', 'landed', 'pending'),
        recordedAt: time,
        wire: orNull(text(16_384)),
    }),
};

/** A record or a row as it is read: the value, and the members that this version does not know. */
export type Decoded<T> = Readonly<{ value: T; unknown: UnknownMembers | undefined }>;

/**
 * The text of a record, as stores keep it.
 *
 * @param unknown The members that the version before had and this package does not know: they are written back.
 * @throws `INPUT_INVALID` by field for what could not be read again.
 *
 * @example
 * ```ts
 * const text = encodeChannelRecord(record, unknown);
 * ```
 */
export function encodeChannelRecord(record: ChannelRecord, unknown?: UnknownMembers): string {
    return encodeBy(RECORD, 'record', record, unknown);
}

/**
 * Reads the text of a record strictly: every member that this package knows has to be there and of its kind, and the
 * whole must not contradict itself.
 *
 * @throws `LEDGER_RECORD_INVALID` with the key and the reason, and what is wrong as its cause.
 *
 * @example
 * ```ts
 * const { unknown, value } = decodeChannelRecord(channel, text);
 * ```
 */
export function decodeChannelRecord(key: string, text: string): Decoded<ChannelRecord> {
    const decoded = decodeBy(RECORD, key, 'record', text);
    const problems = findBrokenInvariants(decoded.value);
    if (problems.length > 0) {
        throw new PaymentChannelsError(LEDGER_RECORD_INVALID, { key, reason: problems.join('; ') });
    }
    return decoded;
}

/**
 * The text of a row, as stores keep it.
 *
 * @throws `INPUT_INVALID` by field for what could not be read again.
 *
 * @example
 * ```ts
 * const text = encodeRow('challenge', { channel, expiresAt: now() + 300n });
 * ```
 */
export function encodeRow<TKind extends RowKind>(
    kind: TKind,
    value: RowValues[TKind],
    unknown?: UnknownMembers,
): string {
    return encodeBy(getRowShape(kind), 'value', value, unknown);
}

/**
 * Reads the text of a row strictly.
 *
 * @throws `LEDGER_RECORD_INVALID` with the key and the reason.
 *
 * @example
 * ```ts
 * const { value } = decodeRow('challenge', id, text);
 * ```
 */
export function decodeRow<TKind extends RowKind>(kind: TKind, key: string, text: string): Decoded<RowValues[TKind]> {
    return decodeBy(getRowShape(kind), key, kind, text);
}

const KINDS = Object.keys(ROWS) as readonly RowKind[];

function getRowShape<TKind extends RowKind>(kind: TKind): Shape<RowValues[TKind]> {
    return ROWS[toOneOf('kind', kind, KINDS) as TKind] as Shape<RowValues[TKind]>;
}

/** What could not be read again is not written. */
function encodeBy<T>(shape: Shape<T>, name: string, value: T, unknown: UnknownMembers | undefined): string {
    let json: string;
    try {
        json = readDeeply(name, 'what its type says', value, () =>
            JSON.stringify(withUnknown(shape.write('', value), unknown)),
        );
    } catch (cause) {
        if (!isPaymentChannelsError(cause, 'JSON_FIELD_MISTYPED')) throw cause;
        const { expected, field, value: given } = cause.context;
        const path = field === '' ? name : `${name}.${field}`;
        throw new PaymentChannelsError(getInvalidDefinition(), { expected, field: path, value: given }, { cause });
    }
    return json.length <= MAX_TEXT_LENGTH
        ? json
        : refuseInput(name, `of at most ${MAX_TEXT_LENGTH} characters in JSON`, `${json.length} characters`);
}

function decodeBy<T>(shape: Shape<T>, key: string, field: string, text: string): Decoded<T> {
    if (typeof key !== 'string') refuseInput('key', 'a string', key);
    try {
        const json = fromJsonText(field, text, MAX_TEXT_LENGTH);
        const value = shape.read('', json);
        return toResult<Decoded<T>>({ unknown: shape.getUnknown?.(json), value });
    } catch (cause) {
        if (!isPaymentChannelsError(cause)) throw cause;
        throw new PaymentChannelsError(LEDGER_RECORD_INVALID, { key, reason: cause.message }, { cause });
    }
}
