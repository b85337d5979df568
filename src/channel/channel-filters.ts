import {
    getAddressDecoder,
    getBase58Decoder,
    type Address,
    type Base58EncodedBytes,
    type GetProgramAccountsDatasizeFilter,
    type GetProgramAccountsMemcmpFilter,
    type ReadonlyUint8Array,
} from '@solana/kit';

import { getPart, type Deployment } from '../revision/deployment';
import { findFieldRange, type FieldRange } from '../core/field-range';
import { readOnlyMembers, toAddress, U64_MAX, type OnlyMembers } from '../core/input';
import type { ChannelLayout } from '../revision/parts';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';
import type { AddressOrSigner } from './find-pdas';
import { getOwnMembers, toOwnFields, type OwnFields } from './own-fields';
import type { LiveChannelState } from './channel-state';
import { getStatusOf } from './channel-status';

/**
 * Which channels to look for: those with every one of the given fields. Whoever they are of is given or left out: a party,
 * a mint or a slot that is given as `undefined` is refused, since the channels of everybody would be found where a value is
 * missing by mistake.
 */
export type ChannelFilter<TRevision extends RevisionName = RevisionName> = Readonly<{
    payer?: AddressOrSigner;
    payee?: AddressOrSigner;
    authorizedSigner?: AddressOrSigner;
    mint?: Address;
    /**
     * Status of the channel. The RPC then omits channels of every other status, including one that this version of the
     * package does not know; without this filter such a status is reported.
     */
    status?: LiveChannelState<TRevision>['kind'] | undefined;
}> &
    RevisionTypes[TRevision]['filter'];

/** A filter of getProgramAccounts and programSubscribe. */
export type ProgramAccountsFilter = GetProgramAccountsDatasizeFilter | GetProgramAccountsMemcmpFilter;

/** A part of an account that has to have certain bytes. */
export type BytesAt = Readonly<{ bytes: ReadonlyUint8Array; offset: number }>;

type Fields = Readonly<Record<string, Address | bigint | number>>;

/** The most filters that an RPC takes. */
const MAX_FILTERS = 4;
/** The most bytes that one of them compares. */
const MAX_FILTER_BYTES = 128;

/**
 * The filters by which getProgramAccounts and programSubscribe find the accounts of channels.
 *
 * There are at most four, the most that an RPC takes: fields that stand next to each other make one, and where they make
 * four by themselves, the size of the account is left out.
 *
 * @throws By field: `ADDRESS_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`; `CHANNEL_STATUS_INVALID`;
 * `INPUT_INVALID` for a field that no channel of the revision has, or that is given as `undefined`.
 *
 * @example
 * ```ts
 * const filters = getChannelFilters({ payee, status: 'open' }, MAINNET_DEPLOYMENT);
 * const accounts = await rpc
 *     .getProgramAccounts(MAINNET_DEPLOYMENT.programAddress, { encoding: 'base64', filters: [...filters] })
 *     .send();
 * ```
 */
export function getChannelFilters<TRevision extends RevisionName>(
    filter: ChannelFilter<TRevision>,
    deployment: Deployment<TRevision>,
): readonly ProgramAccountsFilter[] {
    return toRpcFilters(getBytesToMatch(filter, deployment), deployment);
}

/** As {@link getChannelFilters}, for bytes that were looked up already. */
export function toRpcFilters(parts: readonly BytesAt[], deployment: Deployment): readonly ProgramAccountsFilter[] {
    const dataSize = BigInt(getLayout(deployment).getSize());
    return Object.freeze([
        ...(parts.length < MAX_FILTERS ? [{ dataSize }] : []),
        ...parts.map(({ bytes, offset }) => ({
            memcmp: {
                bytes: getBase58Decoder().decode(bytes) as Base58EncodedBytes,
                encoding: 'base58' as const,
                offset: BigInt(offset),
            },
        })),
    ]);
}

/** The bytes that an account has in each of the runs of bytes that a filter says something about. */
export function getBytesToMatch<TRevision extends RevisionName>(
    filter: ChannelFilter<TRevision>,
    deployment: Deployment<TRevision>,
): readonly BytesAt[] {
    const layout = getLayout(deployment);
    const fields = toFields(layout, filter);
    const data = layout.encode({ ...getBlankChannel(), ...fields });
    const runs: FieldRange[] = [];
    for (const [start, end] of getRanges(layout, Object.keys(fields))) {
        const last = runs.at(-1);
        if (last?.[1] === start && end - last[0] <= MAX_FILTER_BYTES) runs[runs.length - 1] = [last[0], end];
        else runs.push([start, end]);
    }
    return runs.map(([start, end]) => ({ bytes: data.subarray(start, end), offset: start }));
}

function getLayout(deployment: Deployment): ChannelLayout {
    return getPart(deployment, 'channel');
}

const rangesOf = /* @__PURE__ */ new WeakMap<ChannelLayout, Map<string, FieldRange>>();

/** The bytes of fields in the account, in its order. */
function getRanges(layout: ChannelLayout, fields: readonly string[]): FieldRange[] {
    let ranges = rangesOf.get(layout);
    if (ranges === undefined) rangesOf.set(layout, (ranges = new Map()));
    const blank = fields.some(field => !ranges.has(field)) ? layout.encode(getBlankChannel()) : undefined;
    for (const field of fields) {
        if (!blank || ranges.has(field)) continue;
        const probe = layout.encode({ ...getBlankChannel(), [field]: getProbe()[field] });
        ranges.set(field, findFieldRange(blank, probe)!);
    }
    return fields.map(field => ranges.get(field)!).sort(([a], [b]) => a - b);
}

/** Whether an account has what a filter asks for. */
export function isMatch(data: ReadonlyUint8Array, parts: readonly BytesAt[], deployment: Deployment): boolean {
    return (
        data.length === getLayout(deployment).getSize() &&
        parts.every(({ bytes, offset }) => bytes.every((byte, index) => data[offset + index] === byte))
    );
}

type AnyFilter = ChannelFilter & OwnFields;

const FIELDS: OnlyMembers<ChannelFilter> = {
    authorizedSigner: 'given',
    mint: 'given',
    payee: 'given',
    payer: 'given',
    // Not whose channels they are: of any status.
    status: true,
};

function toFields<TRevision extends RevisionName>(layout: ChannelLayout, filter: ChannelFilter<TRevision>): Fields {
    const members = { ...FIELDS, ...getOwnMembers(layout) };
    const read = readOnlyMembers('filter', filter as AnyFilter, members as OnlyMembers<AnyFilter>);
    const { status, ...given } = read;
    const fields: Record<string, Address | bigint | number> = {};
    for (const name of ['authorizedSigner', 'mint', 'payee', 'payer'] as const) {
        if (given[name] !== undefined) fields[name] = toAddress(name, given[name]);
    }
    const ownFields = layout.ownFields.filter(name => given[name] !== undefined);
    Object.assign(fields, toOwnFields('input', ownFields, given));
    if (status !== undefined) fields['status'] = getStatusOf(status, { channel: layout });
    return fields;
}

/** A channel in which every field that can be asked for has no bit set. */
const getBlankChannel = (): Readonly<Record<string, unknown>> => ({
    authorizedSigner: addressOf(0),
    bump: 0,
    closureStartedAt: 0n,
    deposit: 0n,
    distributionHash: new Uint8Array(32),
    gracePeriod: 0,
    mint: addressOf(0),
    openSlot: 0n,
    payee: addressOf(0),
    payer: addressOf(0),
    payerWithdrawnAt: 0n,
    rentPayer: addressOf(0),
    salt: 0n,
    settlement: { payoutWatermark: 0n, settled: 0n },
    status: 0,
    version: 0,
});

/** Those fields with another value in every byte. */
const getProbe = (): Fields => ({
    authorizedSigner: addressOf(0xff),
    mint: addressOf(0xff),
    openSlot: U64_MAX,
    payee: addressOf(0xff),
    payer: addressOf(0xff),
    rentPayer: addressOf(0xff),
    status: 1,
});

function addressOf(byte: number): Address {
    return getAddressDecoder().decode(new Uint8Array(32).fill(byte));
}
