import type { Account, Address, EncodedAccount } from '@solana/kit';

import {
    CHANNEL_DISCRIMINATOR,
    CHANNEL_VERSION,
    CLOSED_CHANNEL_DISCRIMINATOR,
    getChannelDecoder,
    getChannelSize,
    getClosedChannelSize,
    type Channel,
} from '../../generated/tombstone';
import { getProgramConfig, type DeploymentConfig } from '../deployment';
import { PaymentChannelsError } from '../errors';

/**
 * Decodes the account of a channel, checking what the program checks when it loads one (spec section 6.1) and that the
 * status is a known one.
 *
 * @throws `ACCOUNT_OWNER_MISMATCH` when another program owns the account, `ACCOUNT_MALFORMED` when it is the tombstone
 * of a closed channel, has another length, discriminator or version, or a status that nobody knows.
 */
export function decodeChannelAccount<TAddress extends string>(
    account: EncodedAccount<TAddress>,
    config: DeploymentConfig = {},
): Account<Channel, TAddress> {
    const { programAddress: expectedOwner } = getProgramConfig(config);
    const { address, data, programAddress: owner } = account;
    if (owner !== expectedOwner) {
        throw new PaymentChannelsError('ACCOUNT_OWNER_MISMATCH', { address, expectedOwner, owner });
    }
    const refuse = (reason: string): never => {
        throw new PaymentChannelsError('ACCOUNT_MALFORMED', { address, reason });
    };
    if (isClosedChannelAccount(account, config)) refuse('the channel was closed; this is the tombstone it left');
    if (data.length !== getChannelSize()) refuse(`it has ${data.length} bytes, a channel has ${getChannelSize()}`);
    const channel = tryDecode(data) ?? refuse('its status is not one that the program knows');
    if (channel.discriminator !== CHANNEL_DISCRIMINATOR) refuse(`its discriminator is ${channel.discriminator}`);
    if (channel.version !== CHANNEL_VERSION) refuse(`its layout version is ${channel.version}`);
    return Object.freeze({ ...account, data: channel });
}

/** The only part of 216 bytes that can fail to decode is the status, an enum. */
function tryDecode(data: EncodedAccount['data']): Channel | undefined {
    try {
        return getChannelDecoder().decode(data);
    } catch {
        return undefined;
    }
}

/** Whether an account is the tombstone that a closed channel leaves at its address (spec section 3.2). */
export function isClosedChannelAccount(
    account: Readonly<{ data: EncodedAccount['data']; programAddress: Address }>,
    config: DeploymentConfig = {},
): boolean {
    return (
        account.programAddress === getProgramConfig(config).programAddress &&
        account.data.length === getClosedChannelSize() &&
        account.data[0] === CLOSED_CHANNEL_DISCRIMINATOR
    );
}
