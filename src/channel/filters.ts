import {
    getAddressDecoder,
    getBase58Decoder,
    type Address,
    type Base58EncodedBytes,
    type GetProgramAccountsDatasizeFilter,
    type GetProgramAccountsMemcmpFilter,
    type ReadonlyUint8Array,
} from '@solana/kit';

import { ChannelStatus, getChannelEncoder, getChannelSize, type ChannelArgs } from '../../generated/tombstone';
import { PaymentChannelsError } from '../errors';
import { describe, toAddress } from '../input';
import type { LiveChannelState } from './state';

/** Which channels to look for: those with every one of the given fields. */
export type ChannelFilter = Readonly<{
    payer?: Address | undefined;
    payee?: Address | undefined;
    authorizedSigner?: Address | undefined;
    mint?: Address | undefined;
    /**
     * Where the channel is in its life. The RPC then leaves out everything else, a status that this version of the
     * package does not know included: leave it out yourself to be told of such a one.
     */
    status?: LiveChannelState['kind'] | undefined;
}>;

/** A filter of getProgramAccounts and programSubscribe. */
export type ProgramAccountsFilter = GetProgramAccountsDatasizeFilter | GetProgramAccountsMemcmpFilter;

/** A part of an account that has to have certain bytes. */
export type BytesAt = Readonly<{ bytes: ReadonlyUint8Array; offset: number }>;

type Fields = Partial<Pick<ChannelArgs, 'authorizedSigner' | 'mint' | 'payee' | 'payer' | 'status'>>;

const STATUS_OF_KIND = {
    closing: ChannelStatus.Closing,
    finalized: ChannelStatus.Finalized,
    open: ChannelStatus.Open,
} as const satisfies Record<LiveChannelState['kind'], ChannelStatus>;

/**
 * The filters by which getProgramAccounts and programSubscribe find the accounts of channels.
 *
 * There are at most four, the most that an RPC takes: fields that stand next to each other make one.
 *
 * @throws `ADDRESS_INVALID` by field, `CHANNEL_STATUS_INVALID`.
 */
export function getChannelFilters(filter: ChannelFilter): readonly ProgramAccountsFilter[] {
    return toRpcFilters(getBytesToMatch(filter));
}

/** As {@link getChannelFilters}, for bytes that were looked up already. */
export function toRpcFilters(parts: readonly BytesAt[]): readonly ProgramAccountsFilter[] {
    return Object.freeze([
        { dataSize: BigInt(getChannelSize()) },
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
export function getBytesToMatch(filter: ChannelFilter): readonly BytesAt[] {
    const fields = toFields(filter);
    const data = getChannelEncoder().encode({ ...getBlankChannel(), ...fields });
    const runs: Range[] = [];
    for (const [start, end] of getRanges(Object.keys(fields) as (keyof Fields)[])) {
        const last = runs.at(-1);
        if (last?.[1] === start) runs[runs.length - 1] = [last[0], end];
        else runs.push([start, end]);
    }
    return runs.map(([start, end]) => ({ bytes: data.subarray(start, end), offset: start }));
}

type Range = readonly [start: number, end: number];

const ranges = /* @__PURE__ */ new Map<keyof Fields, Range>();

/** Where fields are in the account, in its order. It follows from the codec: there the bytes change when a field does. */
function getRanges(fields: readonly (keyof Fields)[]): Range[] {
    const encoder = getChannelEncoder();
    const blank = fields.some(field => !ranges.has(field)) ? encoder.encode(getBlankChannel()) : undefined;
    for (const field of fields) {
        if (!blank || ranges.has(field)) continue;
        const probe = encoder.encode({ ...getBlankChannel(), [field]: getProbe()[field] });
        const changed = [...probe.keys()].filter(index => probe[index] !== blank[index]);
        ranges.set(field, [changed[0]!, changed.at(-1)! + 1]);
    }
    return fields.map(field => ranges.get(field)!).sort(([a], [b]) => a - b);
}

/** Whether an account has what a filter asks for. */
export function isMatch(data: ReadonlyUint8Array, parts: readonly BytesAt[]): boolean {
    return (
        data.length === getChannelSize() &&
        parts.every(({ bytes, offset }) => bytes.every((byte, index) => data[offset + index] === byte))
    );
}

function toFields({ authorizedSigner, mint, payee, payer, status }: ChannelFilter): Fields {
    return {
        ...(authorizedSigner === undefined
            ? {}
            : { authorizedSigner: toAddress('authorizedSigner', authorizedSigner) }),
        ...(mint === undefined ? {} : { mint: toAddress('mint', mint) }),
        ...(payee === undefined ? {} : { payee: toAddress('payee', payee) }),
        ...(payer === undefined ? {} : { payer: toAddress('payer', payer) }),
        ...(status === undefined ? {} : { status: toStatus(status) }),
    };
}

function toStatus(kind: LiveChannelState['kind']): ChannelStatus {
    if (!Object.hasOwn(STATUS_OF_KIND, kind)) {
        throw new PaymentChannelsError('CHANNEL_STATUS_INVALID', { value: describe(kind) });
    }
    return STATUS_OF_KIND[kind];
}

/** A channel in which every field that can be asked for has no bit set. */
const getBlankChannel = (): ChannelArgs => ({
    authorizedSigner: addressOf(0),
    bump: 0,
    closureStartedAt: 0n,
    deposit: 0n,
    distributionHash: new Uint8Array(32),
    gracePeriod: 0,
    mint: addressOf(0),
    payee: addressOf(0),
    payer: addressOf(0),
    payerWithdrawnAt: 0n,
    salt: 0n,
    settlement: { payoutWatermark: 0n, settled: 0n },
    status: ChannelStatus.Open,
    version: 0,
});

/** Those fields with another value in every byte. */
const getProbe = (): Required<Fields> => ({
    authorizedSigner: addressOf(0xff),
    mint: addressOf(0xff),
    payee: addressOf(0xff),
    payer: addressOf(0xff),
    status: ChannelStatus.Finalized,
});

function addressOf(byte: number): Address {
    return getAddressDecoder().decode(new Uint8Array(32).fill(byte));
}
