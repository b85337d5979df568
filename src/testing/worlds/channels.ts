import type { Address, EncodedAccount, ReadonlyUint8Array } from '@solana/kit';

import { findChannelPdaSync, findEscrowPdaSync } from '../../channel/find-pdas-sync';
import { getTokenOffsets } from '../../channel/token-account';
import { encodeAddress } from '../../core/address-bytes';
import { findFieldRange } from '../../core/field-range';
import { readOnlyMembers, toInteger, toOneOf, U64_MAX } from '../../core/input';
import { toResult } from '../../core/json-form';
import type { Deployment } from '../../revision/deployment';
import type { RevisionName } from '../../revision/revision-types';
import { signVoucher } from '../../voucher/sign-voucher';
import type { Simulator } from '../simulator';
import { createChannel, type ChannelOptions, type MadeChannel } from './channel';
import { addToSupply } from './token-account';

/** Options of `simulator.createChannels`. */
export type ManyChannelsOptions = Omit<ChannelOptions, 'salt' | 'state'> &
    Readonly<{
        /** How many, at most 1,000,000. */
        count: bigint | number;
        /** `open` by default. */
        state?: 'closing' | 'finalized' | 'open' | undefined;
    }>;

const MAX_COUNT = 1_000_000n;
const STATES = ['closing', 'finalized', 'open'] as const;

/** Makes a channel by transactions, and writes the accounts of others that differ from it in their salt only. */
export async function createChannels(
    simulator: Simulator<RevisionName>,
    options: ManyChannelsOptions,
): Promise<readonly MadeChannel[]> {
    const { count: countInput, ...rest } = readOnlyMembers('options', options, MANY_OPTIONS);
    const count = Number(toInteger('count', countInput, 1n, MAX_COUNT));
    const state = toOneOf('state', rest.state ?? 'open', STATES);
    const first = await createChannel(simulator, { ...rest, state });
    const write = createWriter(simulator, first);
    const others = Array.from({ length: count - 1 }, () => write(simulator.cluster.nextSalt()));
    addToSupply(simulator, first.mint, first.deposit * BigInt(others.length));
    simulator.cluster.changes.notify();
    return [first, ...others];
}

const MANY_OPTIONS = {
    authorizedSigner: true,
    count: 'given',
    deposit: true,
    gracePeriodSeconds: true,
    mint: true,
    payee: true,
    payer: true,
    rentPayer: true,
    settled: true,
    splits: true,
    state: true,
    tokenProgram: true,
    topUp: true,
} as const;

/** Writes a channel and its escrow like those of a model, but for the salt and what follows from it. */
function createWriter(
    { cluster, deployment, svm }: Simulator<RevisionName>,
    model: MadeChannel,
): (salt: bigint) => MadeChannel {
    const { authorizedSigner, mint, openSlot, payee, payer, tokenProgram } = model;
    const channelModel = getExisting(svm.getAccount(model.address));
    const escrowModel = getExisting(svm.getAccount(model.escrow));
    const places = findPlaces(channelModel.data, deployment);
    const { owner: ownerAt } = getTokenOffsets();
    const seeds = {
        authorizedSigner: authorizedSigner.address,
        mint,
        payee: payee.address,
        payer: payer.address,
        ...(openSlot === undefined ? {} : { openSlot }),
    };
    return salt => {
        const [address, bump] = findChannelPdaSync<RevisionName>({ ...seeds, salt }, deployment);
        const [escrow] = findEscrowPdaSync({ channel: address, mint, tokenProgram });
        const data = Uint8Array.from(channelModel.data);
        data[places.bump] = bump;
        new DataView(data.buffer).setBigUint64(places.salt, salt, true);
        cluster.accounts.set({ ...channelModel, address, data });
        const tokens = Uint8Array.from(escrowModel.data);
        tokens.set(encodeAddress(address)!, ownerAt);
        cluster.accounts.set({ ...escrowModel, address: escrow, data: tokens });
        return toResult({
            ...model,
            address,
            escrow,
            salt,
            sign: async (cumulativeAmount: bigint | number, expiresAt: bigint | number = 0n) =>
                await signVoucher({ channelId: address, cumulativeAmount, expiresAt }, authorizedSigner, deployment),
        });
    };
}

/** Where the bump and the salt stand: to encode all fields of a channel takes longer than to derive its address. */
function findPlaces(data: ReadonlyUint8Array, { channel }: Deployment): Readonly<{ bump: number; salt: number }> {
    const fields = channel.decode(data);
    const encode = (own: object) => channel.encode({ ...fields, ...own } as never);
    const find = (name: string, [unset, set]: readonly [unknown, unknown]) =>
        findFieldRange(encode({ [name]: unset }), encode({ [name]: set }))![0];
    return { bump: find('bump', [0, 0xff]), salt: find('salt', [0n, U64_MAX]) };
}

function getExisting(account: { exists: boolean; address: Address }): EncodedAccount {
    if (!account.exists) throw new Error(`${account.address} was made`);
    return account as EncodedAccount & { exists: true };
}
