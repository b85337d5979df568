import { bytesToHex } from '@noble/hashes/utils.js';
import type { Address, ReadonlyUint8Array } from '@solana/kit';

import { getPart, type DeploymentParts } from '../revision/deployment';
import {
    SPLITS_DUPLICATE_RECIPIENT,
    SPLITS_HASH_MISMATCH,
    SPLITS_SUM_TOO_HIGH,
    SPLITS_TOO_MANY,
} from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import {
    getListLength,
    readMembers,
    refuseInput,
    toAddress,
    toBytes,
    toInteger,
    toList,
    toU64,
    U16_MAX,
} from '../core/input';
import { withJson } from '../core/json-form';

/** Basis points of the whole. */
export const BPS_DENOMINATOR = 10_000;

/** One recipient of a distribution and its share. */
export type Split = Readonly<{
    /** Wallet of the recipient; never a token account. */
    recipient: Address;
    /** Share in basis points (1/10,000), at least 1. */
    bps: number;
}>;

/**
 * Checks splits as the program does (docs/program.md, section 5.1) and returns them with nothing but their fields.
 *
 * An empty list is valid: the payee then receives everything. The order of the splits matters.
 *
 * @throws `SPLITS_TOO_MANY`, `SPLITS_DUPLICATE_RECIPIENT`, `SPLITS_SUM_TOO_HIGH`, or by field (`splits[1].bps`)
 * `SPLITS_INVALID`, `ADDRESS_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`.
 *
 * @example
 * ```ts
 * const splits = toSplits([{ bps: 300, recipient: platform }], MAINNET_DEPLOYMENT);
 * ```
 */
export function toSplits(splits: readonly Split[], deployment: DeploymentParts<'splits'>): Split[] {
    const { maxRecipients } = getPart(deployment, 'splits');
    const length = getListLength(splits);
    if (length === undefined) {
        return refuseInput('splits', 'an array of { recipient, bps }; [] for none', splits, 'SPLITS_INVALID');
    }
    if (length > maxRecipients) {
        throw new PaymentChannelsError(SPLITS_TOO_MANY, { count: length, max: maxRecipients });
    }
    const indexOf = new Map<Address, number>();
    let sumBps = 0;
    const toSplit = (split: unknown, field: string, index: number): Split => {
        if (typeof split !== 'object' || split === null) {
            return refuseInput(field, '{ recipient, bps }', split, 'SPLITS_INVALID');
        }
        const names = ['bps', 'recipient'] as const;
        const { bps: bpsInput, recipient: recipientInput } = readMembers(
            field,
            split as Split,
            names,
            'SPLITS_INVALID',
        );
        const recipient = toAddress(`${field}.recipient`, recipientInput);
        // Only the range of the type is checked here: a share above the whole is an error of the sum, as it is on
        // chain.
        const bps = Number(toInteger(`${field}.bps`, bpsInput, 1n, U16_MAX));
        const first = indexOf.get(recipient);
        if (first !== undefined) {
            throw new PaymentChannelsError(SPLITS_DUPLICATE_RECIPIENT, {
                field: `${field}.recipient`,
                firstField: `splits[${first}].recipient`,
                recipient,
            });
        }
        indexOf.set(recipient, index);
        sumBps += bps;
        return { bps, recipient };
    };
    const checked = toList('splits', splits, 'an array', toSplit, 'SPLITS_INVALID');
    if (sumBps > BPS_DENOMINATOR) {
        throw new PaymentChannelsError(SPLITS_SUM_TOO_HIGH, { maxBps: BPS_DENOMINATOR, sumBps });
    }
    return checked;
}

/**
 * The payee's share: what the recipients leave of the whole, in basis points.
 *
 * @example
 * ```ts
 * getPayeeBps([{ bps: 300, recipient: platform }], MAINNET_DEPLOYMENT); // 9,700
 * ```
 */
export function getPayeeBps(splits: readonly Split[], deployment: DeploymentParts<'splits'>): number {
    return BPS_DENOMINATOR - toSplits(splits, deployment).reduce((sum, { bps }) => sum + bps, 0);
}

/**
 * The bytes of splits that are hashed: those that `open` and `distribute` carry in their data after their other
 * arguments (docs/program.md, section 3.4).
 *
 * @throws As {@link toSplits}.
 *
 * @example
 * ```ts
 * // 4 bytes for the number of shares, then 34 for each.
 * const { length } = getDistributionPreimage([{ bps: 300, recipient: platform }], MAINNET_DEPLOYMENT);
 * ```
 */
export function getDistributionPreimage(
    splits: readonly Split[],
    deployment: DeploymentParts<'splits'>,
): ReadonlyUint8Array {
    return getPart(deployment, 'splits').encode(toSplits(splits, deployment));
}

/**
 * The 32-byte hash of the splits, which a channel's account holds (docs/program.md, section 5.1): SHA-256 on mainnet.
 *
 * @throws As {@link toSplits}.
 *
 * @example
 * ```ts
 * const hash = getDistributionHash([{ bps: 300, recipient: platform }], MAINNET_DEPLOYMENT);
 * ```
 */
export function getDistributionHash(
    splits: readonly Split[],
    deployment: DeploymentParts<'splits'>,
): ReadonlyUint8Array {
    return hashSplits(toSplits(splits, deployment), deployment);
}

/** {@link getDistributionHash} of splits that are checked already. */
export function hashSplits(splits: readonly Split[], deployment: DeploymentParts<'splits'>): ReadonlyUint8Array {
    const { encode, hash } = getPart(deployment, 'splits');
    return hash(encode(splits) as Uint8Array);
}

/**
 * Checks that splits are those that a channel was opened with.
 *
 * @param distributionHash The hash in the channel's account.
 * @throws `SPLITS_HASH_MISMATCH`, `BYTES_LENGTH_INVALID`, or as {@link toSplits}.
 *
 * @example
 * ```ts
 * const { data } = await fetchChannel(rpc, channel, MAINNET_DEPLOYMENT);
 * assertIsDistributionOf(splits, data.distributionHash, MAINNET_DEPLOYMENT);
 * ```
 */
export function assertIsDistributionOf(
    splits: readonly Split[],
    distributionHash: ReadonlyUint8Array,
    deployment: DeploymentParts<'splits'>,
): void {
    assertHaveHash(toSplits(splits, deployment), distributionHash, deployment);
}

/** {@link assertIsDistributionOf} for splits that are checked already. */
export function assertHaveHash(
    splits: readonly Split[],
    distributionHash: ReadonlyUint8Array,
    deployment: DeploymentParts<'splits'>,
): void {
    const actual = hashSplits(splits, deployment);
    const expectedHash = bytesToHex(toBytes('distributionHash', distributionHash, actual.length) as Uint8Array);
    const actualHash = bytesToHex(actual as Uint8Array);
    if (actualHash !== expectedHash) throw new PaymentChannelsError(SPLITS_HASH_MISMATCH, { actualHash, expectedHash });
}

/** The payouts of one `distribute`, in base units of the token. */
export type Payouts = Readonly<{
    /** One amount for each split, in their order. */
    recipients: readonly bigint[];
    /** Amount for the payee. */
    payee: bigint;
    /**
     * Remainder of rounding that stays in the escrow until a later distribution or the final sweep. Negative when this
     * distribution pays out more of earlier remainders than it leaves itself.
     */
    remainder: bigint;
}>;

/**
 * Computes what `distribute` pays to each recipient and to the payee for the settled amount above the payout watermark.
 *
 * Each share is the difference of two floors (docs/program.md, section 6.7), so that the sum of all distributions of a
 * channel does not depend on how often it was distributed.
 *
 * @param input `settled` and `payoutWatermark` of the channel, in base units.
 * @throws `INTEGER_OUT_OF_RANGE` when the watermark is above the settled amount, or as {@link toSplits}.
 *
 * @example
 * ```ts
 * const splits = [{ bps: 300, recipient: platform }];
 * const { payee, recipients } = getPayouts({ payoutWatermark: 0n, settled: 1_000n, splits }, MAINNET_DEPLOYMENT);
 * console.log(payee, recipients); // 970n [ 30n ]
 * ```
 */
export function getPayouts(
    input: Readonly<{ splits: readonly Split[]; settled: bigint | number; payoutWatermark: bigint | number }>,
    deployment: DeploymentParts<'splits'>,
): Payouts {
    const given = readMembers('input', input, ['payoutWatermark', 'settled', 'splits']);
    const splits = toSplits(given.splits, deployment);
    const settled = toU64('settled', given.settled);
    const payoutWatermark = toInteger('payoutWatermark', given.payoutWatermark, 0n, settled);
    return getPayoutsOf(splits, settled, payoutWatermark);
}

/** {@link getPayouts} of input that is checked already. */
export function getPayoutsOf(splits: readonly Split[], settled: bigint, payoutWatermark: bigint): Payouts {
    const denominator = BigInt(BPS_DENOMINATOR);
    const shareOf = (bps: number) =>
        (settled * BigInt(bps)) / denominator - (payoutWatermark * BigInt(bps)) / denominator;

    const recipients = splits.map(({ bps }) => shareOf(bps));
    const payee = shareOf(splits.reduce((rest, { bps }) => rest - bps, BPS_DENOMINATOR));
    const paid = recipients.reduce((sum, amount) => sum + amount, payee);
    return withJson({ payee, recipients: withJson(recipients), remainder: settled - payoutWatermark - paid });
}
