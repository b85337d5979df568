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
import { describe, toAddress } from '../input';

/**
 * Decodes the account of a channel, checking what the program checks when it loads one (spec section 6.1) and that the
 * status is a known one.
 *
 * @throws `ACCOUNT_OWNER_MISMATCH` when another program owns the account, `ACCOUNT_MALFORMED` when it is the tombstone
 * of a closed channel, has another length, discriminator or version, or a status that nobody knows; `ADDRESS_INVALID`
 * when the address or the owner is none.
 */
export function decodeChannelAccount<TAddress extends string>(
    account: EncodedAccount<TAddress>,
    config: DeploymentConfig = {},
): Account<Channel, TAddress> {
    const { programAddress: expectedOwner } = getProgramConfig(config);
    const { address, data, owner } = toEncodedAccount(account);
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

/** What of an account is looked at here, for callers whose types promise more than they hold. */
function toEncodedAccount(account: EncodedAccount): { address: Address; data: Uint8Array; owner: Address } {
    if (typeof account !== 'object' || (account as unknown) === null) {
        throw new PaymentChannelsError('ACCOUNT_MALFORMED', { address: describe(account), reason: 'it is no account' });
    }
    const address = toAddress('account.address', account.address);
    const owner = toAddress('account.programAddress', account.programAddress);
    if (!(account.data instanceof Uint8Array)) {
        throw new PaymentChannelsError('ACCOUNT_MALFORMED', { address, reason: 'its data are no bytes' });
    }
    return { address, data: account.data, owner };
}

/** Whether an account is the tombstone that a closed channel leaves at its address (spec section 3.2). */
export function isClosedChannelAccount(
    account: Readonly<{ data: EncodedAccount['data']; programAddress: Address }>,
    config: DeploymentConfig = {},
): boolean {
    const { programAddress } = getProgramConfig(config);
    return (
        typeof account === 'object' &&
        (account as unknown) !== null &&
        account.programAddress === programAddress &&
        account.data instanceof Uint8Array &&
        account.data.length === getClosedChannelSize() &&
        account.data[0] === CLOSED_CHANNEL_DISCRIMINATOR
    );
}
