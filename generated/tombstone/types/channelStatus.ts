/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    combineCodec,
    getEnumDecoder,
    getEnumEncoder,
    type FixedSizeCodec,
    type FixedSizeDecoder,
    type FixedSizeEncoder,
} from '@solana/kit';

/** Where a channel is in its life. */
export enum ChannelStatus {
    /** Vouchers can be settled and the deposit topped up. */
    Open = 0,
    /** The settled amount is final; the channel waits for distribute. */
    Finalized = 1,
    /** The payer asked to close; the grace period is running. */
    Closing = 2,
}

export type ChannelStatusArgs = ChannelStatus;

export function getChannelStatusEncoder(): FixedSizeEncoder<ChannelStatusArgs> {
    return getEnumEncoder(ChannelStatus);
}

export function getChannelStatusDecoder(): FixedSizeDecoder<ChannelStatus> {
    return getEnumDecoder(ChannelStatus);
}

export function getChannelStatusCodec(): FixedSizeCodec<ChannelStatusArgs, ChannelStatus> {
    return combineCodec(getChannelStatusEncoder(), getChannelStatusDecoder());
}
