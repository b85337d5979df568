import type { Address, Signature } from '@solana/kit';

import type { Split } from '../channel/splits';
import { readDeeply, refuseInput } from '../core/input';

// What a payee's server knows of one channel. Amounts are token base units (u64), times are unix seconds, slots are
// slots; `null` means "none", and nothing is ever compared with it.

/** What is agreed when a channel is opened. It never changes. */
export type ChannelIdentity = Readonly<{
    /** Address of the channel, as it is: base58 tells case apart. */
    channel: Address;
    /** Name of the cluster, as the wire writes it: `mainnet`, `devnet`, `localnet`. */
    network: string;
    /** The payment-channels program that the channel belongs to. */
    programAddress: Address;
    /** Name of the program's revision. */
    revision: string;
    /** Form of the protocol that the channel was opened by, such as `cap`, `draft` or `x402`. */
    profile: string;
    payer: Address;
    payee: Address;
    mint: Address;
    tokenProgram: Address;
    authorizedSigner: Address;
    salt: bigint;
    /** The slot that the channel was opened for, where the revision has one. */
    openSlot: bigint | null;
    gracePeriodSeconds: number;
    /** Wallet that the rent comes back to, where the revision has one. */
    rentPayer: Address | null;
    /** The shares of others, in their order: the splits themselves, since nothing can be distributed by their hash. */
    splits: readonly Split[];
    /** Lookup table that the distribution needs. */
    lookupTable: Address | null;
    /** Who signs the vouchers: the client, or this server with a key of its own. */
    voucherSigner: 'client' | 'operator';
    /** Signature of the transaction that opened the channel. */
    openSignature: Signature;
    /** What a repeated open is known by: a hash of what the client sent. */
    openFingerprint: string;
    /** Slot in which the open was executed. */
    openedSlot: bigint;
    /** Challenge that the open answered. */
    openingChallengeId: string | null;
    createdAt: bigint;
}>;

/** Status of a channel on chain. `absent`: there was an account, and it is proven that there is none any more. */
export type ChainStatus = 'absent' | 'closing' | 'distributed' | 'open' | 'sealed';

/** What was seen of a channel on chain at one slot. */
export type ChainView = Readonly<{
    status: ChainStatus;
    deposit: bigint;
    settled: bigint;
    paidOut: bigint;
    /** When the payer began to close the channel. */
    closureStartedAt: bigint | null;
    payerWithdrawn: bigint;
    /** The first slot at which the rent can be reclaimed; `null` where it never can, or while that is not known. */
    reclaimableFromSlot: bigint | null;
    observedSlot: bigint;
    commitment: 'confirmed' | 'finalized';
    observedAt: bigint;
}>;

/** A voucher of the channel, whole, as it can be settled. The signature is in base58. */
export type StoredVoucher = Readonly<{ cumulativeAmount: bigint; expiresAt: bigint; signature: Signature }>;

/** Credit that is set aside for a request that runs, until it is charged, taken back, or `until` is over. */
export type Reservation = Readonly<{ key: string; amount: bigint; owner: string; until: bigint }>;

/** A delivery that was reserved over the side channel and not committed yet. */
export type PendingDelivery = Readonly<{ id: string; amount: bigint; sequence: number; expiresAt: bigint }>;

/** Why nothing is accepted for a channel any more. */
export type EndingReason = 'client' | 'fault' | 'idle' | 'operator' | 'payer';

/** The end of a channel's service, set once. */
export type ChannelEnding = Readonly<{
    reason: EndingReason;
    at: bigint;
    /** What the channel is settled at: the amount accepted at that moment, or that of the voucher to end with. */
    amount: bigint;
}>;

/** What the worker is to do for a channel. */
export type DueReason =
    'close' | 'deadline' | 'distribute' | 'reclaim' | 'seal' | 'settle' | 'verify' | 'voucherExpiry';

/** When the worker should look at the channel next, why, and when it is too late. */
export type DueWork = Readonly<{ at: bigint; reason: DueReason; deadline: bigint | null }>;

/** Where the schedule of settlements counts from: the last one that landed. */
export type SettledMark = Readonly<{ at: bigint; amount: bigint; units: bigint }>;

/** The last thing that went wrong with the work for a channel. */
export type WorkError = Readonly<{ code: string; at: bigint; isTransient: boolean }>;

/** Everything that a payee's server keeps of one channel (docs/ledger.md). */
export type ChannelRecord = Readonly<{
    identity: ChannelIdentity;
    chain: ChainView;
    /** The amount authorized by the highest accepted voucher: the watermark. */
    accepted: bigint;
    /** The highest accepted voucher; `null` when nothing above what is settled can be brought on chain. */
    voucher: StoredVoucher | null;
    /** What was charged for delivered service. */
    spent: bigint;
    /** Credit that requests in progress have set aside. */
    reservations: readonly Reservation[];
    deliveries: Readonly<{ lastSequence: number; pending: readonly PendingDelivery[] }>;
    /** Units charged over the life of the channel. */
    units: bigint;
    lastActivityAt: bigint;
    idleTimeoutSeconds: number | null;
    ending: ChannelEnding | null;
    /** A voucher below `accepted` that the client and the server agreed to end the channel with. */
    endingVoucher: StoredVoucher | null;
    due: DueWork | null;
    settledMark: SettledMark;
    attempts: number;
    lastError: WorkError | null;
    quarantine: Readonly<{ at: bigint; reason: string }> | null;
}>;

/**
 * Credit that is set aside, in all.
 *
 * @example
 * ```ts
 * console.log(getReserved(record));
 * ```
 */
export function getReserved(record: Pick<ChannelRecord, 'reservations'>): bigint {
    return read(record, ({ reservations }) => {
        let sum = 0n;
        // A list with holes ends at the first.
        for (const { amount } of reservations) sum += toBigInt(amount);
        return sum;
    });
}

/**
 * Credit that the payer has authorized and nobody has used: what may be charged without another voucher.
 *
 * @example
 * ```ts
 * const isEnough = getAvailable(record) >= price;
 * ```
 */
export function getAvailable(record: Pick<ChannelRecord, 'accepted' | 'reservations' | 'spent'>): bigint {
    return read(record, ({ accepted, spent }) => toBigInt(accepted) - toBigInt(spent)) - getReserved(record);
}

/**
 * The voucher that ends the channel: the one agreed for it, or else the highest accepted.
 *
 * @example
 * ```ts
 * const voucher = getVoucherToEndWith(record);
 * ```
 */
export function getVoucherToEndWith(record: Pick<ChannelRecord, 'endingVoucher' | 'voucher'>): StoredVoucher | null {
    return read(record, ({ endingVoucher, voucher }) => toVoucherOrNull(endingVoucher) ?? toVoucherOrNull(voucher));
}

/**
 * What could be lost if the channel ended now without its voucher: accepted and not yet on chain.
 *
 * @example
 * ```ts
 * if (getAtRisk(record) > 1_000_000n) console.log(record.identity.channel);
 * ```
 */
export function getAtRisk(
    record: Readonly<{
        accepted: bigint;
        chain: Pick<ChainView, 'settled'>;
        ending: Pick<ChannelEnding, 'amount'> | null;
    }>,
): bigint {
    return read(record, ({ accepted, chain, ending }) => {
        const claim = toBigInt(ending === null ? accepted : ending.amount);
        const settled = toBigInt(chain.settled);
        return claim > settled ? claim - settled : 0n;
    });
}

/** What the keys of rows take of a record. */
export type ChannelNamed = Readonly<{ identity: Pick<ChannelIdentity, 'channel'> }>;

/** The key of a row that belongs to a channel, whatever its owner writes into it. */
export function toKeyOf(field: string, record: ChannelNamed, key: string): string {
    const channel = read(record, ({ identity }) => identity.channel);
    if (typeof channel !== 'string') refuseInput('record.identity.channel', 'an address', channel);
    if (typeof key !== 'string' || key === '') refuseInput(field, 'a text of at least one character', key);
    return `${channel}/${key}`;
}

/** Reads a record that may come from anywhere. */
function read<TRecord extends object, T>(record: TRecord, reader: (record: TRecord) => T): T {
    return readDeeply('record', 'the record of a channel', record, () => reader(record));
}

/** No number, of which a database or JSON has made another one, and nothing that is missing. */
function toBigInt(value: bigint): bigint {
    if (typeof value !== 'bigint') throw new TypeError('It is no bigint');
    return value;
}

function toVoucherOrNull(voucher: StoredVoucher | null): StoredVoucher | null {
    if (voucher === null) return null;
    const { cumulativeAmount, expiresAt, signature } = voucher;
    if (typeof signature !== 'string') throw new TypeError('It is neither a voucher nor null');
    return { cumulativeAmount: toBigInt(cumulativeAmount), expiresAt: toBigInt(expiresAt), signature };
}
