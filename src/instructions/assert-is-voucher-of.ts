import type { Address } from '@solana/kit';

import { VOUCHER_CHANNEL_MISMATCH } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { toAddress } from '../core/input';
import type { Voucher } from '../voucher/voucher';

/** Throws `VOUCHER_CHANNEL_MISMATCH` for a voucher of another channel, `ADDRESS_INVALID` for a bad channel. */
export function assertIsVoucherOf({ channelId }: Voucher, channel: Address): void {
    const expected = toAddress('channel', channel);
    if (channelId !== expected) {
        throw new PaymentChannelsError(VOUCHER_CHANNEL_MISMATCH, { channel: expected, voucherChannelId: channelId });
    }
}
