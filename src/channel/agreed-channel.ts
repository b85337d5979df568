import { bytesToHex } from '@noble/hashes/utils.js';
import type { Address, TransactionSigner } from '@solana/kit';

import { getRevisionName, getPart, type Deployment } from '../revision/deployment';
import { CHANNEL_NOT_AGREED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import {
    type OnlyMembers,
    readMembers,
    readOnlyMembers,
    readTerms,
    toAddress,
    toBytes,
    toOneOf,
    toTokenProgram,
    toU32,
    toU64,
} from '../core/input';
import { assertIsNoAccountOfOther, getTellingFields } from '../revision/detect-other-revision';
import type { ChannelOf, RevisionName, RevisionTypes } from '../revision/revision-types';
import { findChannelPdaSync } from './find-pdas-sync';
import { getOwnMembers, toOwnFields, type OwnFieldName, type OwnFields } from './own-fields';
import { getDistributionHash, type Split } from './splits';
import { getStateKinds, type ChannelState, type LiveChannelState } from './channel-state';

/** The terms that a payee offers, and that a channel needs to have before a voucher of it is worth anything. */
export type AgreedChannel<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** Wallet that has to be the payee. */
    payee: Address | TransactionSigner;
    /** Mint of the token that payments are made in. */
    mint: Address;
    /** The recipients of shares, in this order; `[]` for none. */
    splits: readonly Split[];
    /**
     * The least time, in seconds (u32), that the payee needs to settle once the payer has begun to close the channel. A
     * longer grace period is as good.
     */
    gracePeriodSeconds: bigint | number;
    /** The least that has to be locked, in base units of the token (u64), for who wants to see the money first. */
    deposit?: bigint | number;
    /** Token program of the mint; compared where it is known of the channel. */
    tokenProgram?: Address;
    /** Wallet that has to have locked the deposit, where it has to be a certain one. */
    payer?: Address | TransactionSigner;
    /** Key that has to sign the vouchers, where it has to be a certain one. */
    authorizedSigner?: Address | TransactionSigner;
    /** Number of the channel among those of the same parties (u64), where it has to be a certain one. */
    salt?: bigint | number;
}> &
    RevisionTypes[TRevision]['agreed'];

/** A channel as it was read, with the token program of its mint where that was read as well. */
export type ChannelToCompare<TRevision extends RevisionName = RevisionName> = ChannelState<TRevision> &
    Readonly<{ tokenProgram?: Address | undefined }>;

/** In what a channel differs from what was agreed; values as text, amounts and times in decimal digits. */
export type ChannelMismatch = Readonly<{
    /** `address` is that which follows from all terms of the channel, for the program of the deployment. */
    field: 'address' | 'status' | keyof AgreedChannel | OwnFieldName;
    expected: string;
    given: string;
}>;

type LiveChannelToCompare = LiveChannelState<RevisionName> & Readonly<{ tokenProgram?: Address }>;

/** Bytes of the hash of splits, in every revision. */
const HASH_LENGTH = 32;

const COMMON_MEMBERS: OnlyMembers<AgreedChannel> = {
    authorizedSigner: 'given',
    deposit: 'given',
    gracePeriodSeconds: true,
    mint: true,
    payee: true,
    payer: 'given',
    salt: 'given',
    splits: true,
    tokenProgram: 'given',
};

/**
 * Compares a channel with agreed terms and lists the differences.
 *
 * What its account says is compared: status, payee, mint, splits by their hash (docs/program.md, section 5.1), grace
 * period, and of deposit, payer, authorized signer and salt what was agreed on, and of rent payer and open slot where
 * the revision has them. Its address has to be the one that follows from its terms for the program of the deployment
 * (docs/program.md, section 2). The token program does not stand in the account: it is that of the mint, for good, and
 * is compared where it was read.
 *
 * @returns Nothing when it is what was agreed. Of a channel that is not there, only its status can be said.
 * @throws `ADDRESS_INVALID`, `INPUT_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE` or `TOKEN_PROGRAM_UNSUPPORTED`
 * by field, also for a member of `agreed` that is not known; as {@link toSplits}; `REVISION_MISMATCH` for a channel of
 * another revision.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * const agreed = { gracePeriodSeconds: 3_600, mint, payee, splits: [] };
 * for (const { expected, field, given } of getChannelMismatches(state, agreed, MAINNET_DEPLOYMENT)) {
 *     console.warn(`${field} is ${given} instead of ${expected}`);
 * }
 * ```
 */
export function getChannelMismatches<TRevision extends RevisionName>(
    channel: ChannelToCompare<TRevision>,
    agreed: AgreedChannel<TRevision>,
    deployment: Deployment<TRevision>,
): readonly ChannelMismatch[] {
    const expected = toExpected(agreed, deployment);
    const names = ['address', 'channel', 'kind', 'tokenProgram'] as const;
    const state = readTerms('channel', channel as LiveChannelToCompare, names, ['tokenProgram']);
    const address = toAddress('channel.address', state.address);
    const isThere = state.kind !== ('absent' as string) && state.kind !== ('closed' as string);
    const account = isThere ? toAccount(state.channel, deployment) : undefined;
    const kind = toOneOf('channel.kind', state.kind as string, getStateKinds(deployment));

    const mismatches: ChannelMismatch[] = [];
    const compare = (field: ChannelMismatch['field'], wanted: bigint | string | undefined, given: bigint | string) => {
        if (wanted === undefined || wanted === given) return;
        mismatches.push(Object.freeze({ expected: `${wanted}`, field, given: `${given}` }));
    };
    const compareLeast = (field: ChannelMismatch['field'], least: bigint | undefined, given: bigint) => {
        if (least !== undefined && given < least) compare(field, `at least ${least}`, given);
    };
    compare('status', 'open', kind);
    if (account === undefined) return Object.freeze(mismatches);
    const seeds = { ...account, ...account.own } as Parameters<typeof findChannelPdaSync<TRevision>>[0];
    compare('address', findChannelPdaSync<TRevision>(seeds, deployment)[0], address);
    compare('payee', expected.payee, account.payee);
    compare('mint', expected.mint, account.mint);
    if (state.tokenProgram !== undefined) {
        compare('tokenProgram', expected.tokenProgram, toAddress('channel.tokenProgram', state.tokenProgram));
    }
    compare('splits', expected.distributionHash, account.distributionHash);
    compareLeast('gracePeriodSeconds', expected.gracePeriodSeconds, account.gracePeriodSeconds);
    compareLeast('deposit', expected.deposit, account.deposit);
    compare('payer', expected.payer, account.payer);
    compare('authorizedSigner', expected.authorizedSigner, account.authorizedSigner);
    compare('salt', expected.salt, account.salt);
    for (const name of getPart(deployment, 'channel').ownFields) compare(name, expected.own[name], account.own[name]!);
    return Object.freeze(mismatches);
}

/**
 * Throws unless a channel has the agreed terms. Call it before you accept the first voucher of a channel.
 *
 * Anybody can open a channel that is in any token, pays anybody and closes a second after the request: its vouchers are
 * valid and worth nothing to the payee.
 *
 * @throws `CHANNEL_NOT_AGREED` with every difference; or as {@link getChannelMismatches}.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * assertIsAgreedChannel(state, { gracePeriodSeconds: 3_600, mint, payee, splits: [] }, MAINNET_DEPLOYMENT);
 * ```
 */
export function assertIsAgreedChannel<TRevision extends RevisionName>(
    channel: ChannelToCompare<TRevision>,
    agreed: AgreedChannel<TRevision>,
    deployment: Deployment<TRevision>,
): void {
    const mismatches = getChannelMismatches<TRevision>(channel, agreed, deployment);
    if (mismatches.length > 0) {
        throw new PaymentChannelsError(CHANNEL_NOT_AGREED, { address: channel.address, mismatches });
    }
}

/** Checked terms. */
function toExpected(agreed: AgreedChannel<RevisionName>, deployment: Deployment) {
    const layout = getPart(deployment, 'channel');
    const known = { ...COMMON_MEMBERS, ...getOwnMembers(layout) } as OnlyMembers<AgreedChannel & OwnFields>;
    const given = readOnlyMembers('agreed', agreed as AgreedChannel & OwnFields, known, 'AGREEMENT_INVALID');
    const address = (name: 'authorizedSigner' | 'payer') =>
        given[name] === undefined ? undefined : toAddress(`agreed.${name}`, given[name]);
    const u64 = (name: 'deposit' | 'salt') =>
        given[name] === undefined ? undefined : toU64(`agreed.${name}`, given[name]);
    const ownFields = layout.ownFields.filter(name => given[name] !== undefined);
    const { tokenProgram } = given;
    return {
        authorizedSigner: address('authorizedSigner'),
        deposit: u64('deposit'),
        distributionHash: bytesToHex(getDistributionHash(given.splits, deployment) as Uint8Array),
        gracePeriodSeconds: BigInt(toU32('agreed.gracePeriodSeconds', given.gracePeriodSeconds, 1n)),
        mint: toAddress('agreed.mint', given.mint),
        own: toOwnFields('agreed', ownFields, given),
        payee: toAddress('agreed.payee', given.payee),
        payer: address('payer'),
        salt: u64('salt'),
        tokenProgram: tokenProgram === undefined ? undefined : toTokenProgram('agreed.tokenProgram', tokenProgram),
    };
}

const ACCOUNT_NAMES = [
    'authorizedSigner',
    'deposit',
    'distributionHash',
    'gracePeriod',
    'mint',
    'payee',
    'payer',
    'salt',
] as const satisfies readonly (keyof ChannelOf<RevisionName>)[];

/** The fields of a channel's account. Callers' types may promise more than the values hold. */
function toAccount(value: LiveChannelState<RevisionName>['channel'], deployment: Deployment) {
    const field = 'channel.channel';
    const { ownFields } = getPart(deployment, 'channel');
    const names = [...new Set([...ACCOUNT_NAMES, ...ownFields, ...getTellingFields()])];
    const account: Pick<typeof value, (typeof ACCOUNT_NAMES)[number]> & OwnFields = readMembers(
        field,
        value as typeof value & OwnFields,
        names as (keyof typeof value)[],
    );
    assertIsNoAccountOfOther(field, account, getRevisionName(deployment));
    const hash = toBytes(`${field}.distributionHash`, account.distributionHash, HASH_LENGTH);
    return {
        authorizedSigner: toAddress(`${field}.authorizedSigner`, account.authorizedSigner),
        deposit: toU64(`${field}.deposit`, account.deposit),
        distributionHash: bytesToHex(hash as Uint8Array),
        gracePeriodSeconds: toU64(`${field}.gracePeriod`, account.gracePeriod),
        mint: toAddress(`${field}.mint`, account.mint),
        own: toOwnFields(field, ownFields, account),
        payee: toAddress(`${field}.payee`, account.payee),
        payer: toAddress(`${field}.payer`, account.payer),
        salt: toU64(`${field}.salt`, account.salt),
    };
}
