import type { Address } from '@solana/kit';

import { PaymentChannelsError } from '../errors';
import { toAddress } from '../input';
import type { Voucher } from '../voucher/voucher';

/** Throws `VOUCHER_CHANNEL_MISMATCH` for a voucher of another channel, `ADDRESS_INVALID` for a bad channel. */
export function assertIsVoucherOf({ channelId }: Voucher, channel: Address): void {
    if (channelId !== toAddress('channel', channel)) {
        throw new PaymentChannelsError('VOUCHER_CHANNEL_MISMATCH', { channel, voucherChannelId: channelId });
    }
}
