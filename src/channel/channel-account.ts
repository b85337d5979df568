import type { Account, Address, EncodedAccount } from '@solana/kit';

import { toResult, withJson } from '../core/json-form';
import { isBytes } from '../core/bytes';
import { getProgramConfig, getRevisionName, getPart, type Deployment } from '../revision/deployment';
import { ACCOUNT_MALFORMED, ACCOUNT_OWNER_MISMATCH } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { describe } from '../core/describe';
import { readDeeply, readMembers, toAddress } from '../core/input';
import { assertIsNoChannelOfOther, assertIsNoProgramOfOther } from '../revision/detect-other-revision';
import type { ChannelLayout } from '../revision/parts';
import type { ChannelOf, RevisionName } from '../revision/revision-types';

/**
 * Decodes the account of a channel, checking what the program checks when it loads one (docs/program.md, section 6.1)
 * and that the status is a known one.
 *
 * @throws `ACCOUNT_OWNER_MISMATCH` when another program owns the account, `ACCOUNT_MALFORMED` when it is the tombstone
 * of a closed channel, has another length, discriminator or version, or an unknown status; `REVISION_MISMATCH` when it
 * is a channel of another revision of the program; `ADDRESS_INVALID` when the address or the owner is none.
 *
 * @example
 * ```ts
 * const account = await fetchEncodedAccount(rpc, channel);
 * assertAccountExists(account);
 * const { data } = decodeChannelAccount(account, MAINNET_DEPLOYMENT);
 * console.log(data.deposit - data.settlement.settled);
 * ```
 */
export function decodeChannelAccount<TAddress extends string, TRevision extends RevisionName>(
    account: EncodedAccount<TAddress>,
    deployment: Deployment<TRevision>,
): Account<ChannelOf<TRevision>, TAddress> {
    const { programAddress: expectedOwner } = getProgramConfig(deployment);
    const layout = getPart(deployment, 'channel');
    const { address, data, owner } = toEncodedAccount(account);
    if (owner !== expectedOwner) {
        assertIsNoProgramOfOther(`account ${address}`, owner, getRevisionName(deployment));
        throw new PaymentChannelsError(ACCOUNT_OWNER_MISMATCH, { address, expectedOwner, owner });
    }
    const refuse = (reason: string): never => {
        throw new PaymentChannelsError(ACCOUNT_MALFORMED, { address, reason });
    };
    if (isClosedChannelAccount({ data, programAddress: owner }, deployment))
        refuse('the channel was closed; this is the tombstone it left');
    const size = layout.getSize();
    if (data.length !== size) {
        assertIsNoChannelOfOther(`account ${address}`, data.length, getRevisionName(deployment));
        refuse(`it has ${data.length} bytes, a channel has ${size}`);
    }
    const channel = tryDecode(layout, data) ?? refuse('its status is not one that the program knows');
    if (channel.discriminator !== layout.discriminator) refuse(`its discriminator is ${channel.discriminator}`);
    if (channel.version !== layout.version) refuse(`its layout version is ${channel.version}`);
    withJson(channel.settlement);
    const rest = readDeeply('account', 'an account', account, () => ({ ...account }));
    return toResult({ ...rest, address: account.address, data: withJson(channel) as ChannelOf<TRevision> });
}

/** The only part of an account of the right length that can fail to decode is the status, an enum. */
function tryDecode(layout: ChannelLayout, data: EncodedAccount['data']): ChannelOf<RevisionName> | undefined {
    try {
        return layout.decode(data);
    } catch {
        return undefined;
    }
}

/** The members of an account that are read here. Callers' types may promise more than the values hold. */
function toEncodedAccount(account: EncodedAccount): { address: Address; data: Uint8Array; owner: Address } {
    const given = readAccount(account, ['address', 'data', 'programAddress']);
    const address = toAddress('account.address', given.address);
    const owner = toAddress('account.programAddress', given.programAddress);
    if (!isBytes(given.data)) {
        throw new PaymentChannelsError(ACCOUNT_MALFORMED, { address, reason: 'its data are no bytes' });
    }
    return { address, data: given.data, owner };
}

/** Members of an account, each read once. */
export function readAccount<T extends object, TName extends keyof T & string>(
    account: T,
    names: readonly TName[],
): { [K in TName]: T[K] } {
    if (typeof account !== 'object' || (account as unknown) === null) {
        throw new PaymentChannelsError(ACCOUNT_MALFORMED, { address: describe(account), reason: 'it is no account' });
    }
    return readMembers('account', account, names);
}

/**
 * Whether an account is the tombstone that a closed channel leaves at its address (docs/program.md, section 3.2), where
 * the revision has tombstones.
 *
 * @example
 * ```ts
 * const account = await fetchEncodedAccount(rpc, channel);
 * if (account.exists && isClosedChannelAccount(account, TOMBSTONE_LOCALNET)) console.log('this salt is spent');
 * ```
 */
export function isClosedChannelAccount(
    account: Readonly<{ data: EncodedAccount['data']; programAddress: Address }>,
    deployment: Deployment,
): boolean {
    const { programAddress } = getProgramConfig(deployment);
    const { tombstone } = getPart(deployment, 'channel');
    if (typeof account !== 'object' || (account as unknown) === null) return false;
    const { data, programAddress: owner } = readMembers('account', account, ['data', 'programAddress']);
    return (
        tombstone !== undefined &&
        owner === programAddress &&
        isBytes(data) &&
        data.length === tombstone.getSize() &&
        data[0] === tombstone.discriminator
    );
}
