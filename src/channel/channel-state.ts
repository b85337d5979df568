import type { Address, EncodedAccount, MaybeAccount } from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';

import { toResult } from '../core/json-form';
import { isBytes } from '../core/bytes';
import { getPart, getRevisionName, type Deployment, type DeploymentParts } from '../revision/deployment';
import { ACCOUNT_MALFORMED, CHANNEL_CLOSED, CHANNEL_NOT_FOUND } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import {
    I64_MAX,
    I64_MIN,
    readMembers,
    readOnlyMembers,
    readTerms,
    refuseInput,
    toAddress,
    toI64,
    toInteger,
    toOneOf,
    toU64,
    U64_MAX,
} from '../core/input';
import type { ChannelOf, RevisionName, RevisionTypes } from '../revision/revision-types';
import { decodeChannelAccount, isClosedChannelAccount, readAccount } from './channel-account';
import { assertHasFieldsOf, assertIsNoKindOfOther, getTellingFields } from '../revision/detect-other-revision';

/**
 * There is no channel at the address: no account, or a wallet that only holds lamports. Where channels leave no
 * tombstone, a channel whose rent came back looks the same; it can't be opened again with the same open slot.
 */
export type AbsentChannelState = Readonly<{ kind: 'absent'; address: Address }>;

/** The channel takes vouchers. */
export type OpenChannelState<TRevision extends RevisionName = RevisionName> = Readonly<{
    kind: 'open';
    address: Address;
    channel: ChannelOf<TRevision>;
}>;

/** The payer has begun to close the channel. */
export type ClosingChannelState<TRevision extends RevisionName = RevisionName> = Readonly<{
    kind: 'closing';
    address: Address;
    channel: ChannelOf<TRevision>;
    /**
     * Deadline, in unix seconds: strictly before it the payee can still settle a last voucher with settleAndFinalize,
     * from it on anyone can finalize (docs/program.md, section 4). `undefined` when the time exceeds an i64: then
     * neither is ever possible (docs/program.md, section 11).
     */
    deadlineAt: bigint | undefined;
}>;

/** Nothing more can be settled; the payouts are left. Mainnet's program calls it sealed. */
export type FinalizedChannelState<TRevision extends RevisionName = RevisionName> = Readonly<{
    kind: 'finalized';
    address: Address;
    channel: ChannelOf<TRevision>;
    /**
     * First slot at which `distribute` also frees the rent of the channel (docs/program.md, section 7.8): 0 where it
     * does so at any time, `undefined` where it never does.
     */
    reclaimableFromSlot: bigint | undefined;
}>;

/** Everything is paid out, and the account is left with the rent of the channel, which `reclaim` frees. */
export type DistributedChannelState<TRevision extends RevisionName = RevisionName> = Readonly<{
    kind: 'distributed';
    address: Address;
    channel: ChannelOf<TRevision>;
    /** First slot at which `reclaim` gives the rent back to the rent payer (docs/program.md, section 7.9). */
    reclaimableFromSlot: bigint | undefined;
}>;

/** The channel has ended and left a tombstone: its address can never be opened again (docs/program.md, section 3.2). */
export type ClosedChannelState = Readonly<{ kind: 'closed'; address: Address }>;

/** A channel that still has its account. */
export type LiveChannelState<TRevision extends RevisionName = RevisionName> =
    | ClosingChannelState<TRevision>
    | EndStates<TRevision>[RevisionTypes[TRevision]['end']]['live']
    | FinalizedChannelState<TRevision>
    | OpenChannelState<TRevision>;

/** The state of the account at the address of a channel. */
export type ChannelState<TRevision extends RevisionName = RevisionName> =
    AbsentChannelState | EndStates<TRevision>[RevisionTypes[TRevision]['end']]['closed'] | LiveChannelState<TRevision>;

/**
 * Which kinds a revision has depends on what becomes of an account that is paid out: it is closed for good, or left
 * with its rent.
 */
type EndStates<TRevision extends RevisionName> = {
    closed: { closed: ClosedChannelState; live: never };
    distributed: { closed: never; live: DistributedChannelState<TRevision> };
};

/**
 * Decodes the state of the account at the address of a channel (docs/program.md, sections 3 and 4).
 *
 * An account that holds nothing but lamports (anyone can send some ahead) is no channel yet: it is `absent`.
 *
 * @throws `ACCOUNT_OWNER_MISMATCH` when another program owns the account; `ACCOUNT_MALFORMED` when it is neither a
 * channel nor the tombstone of one, has an unknown version or status, or amounts that contradict each other;
 * `REVISION_MISMATCH` for a channel of another revision; `ADDRESS_INVALID`.
 *
 * @example
 * ```ts
 * const state = decodeChannelState(await fetchEncodedAccount(rpc, channel), MAINNET_DEPLOYMENT);
 * console.log(state.kind); // absent, open, closing, finalized or distributed
 * ```
 */
export function decodeChannelState<TRevision extends RevisionName>(
    account: MaybeAccount<EncodedAccount['data']>,
    deployment: Deployment<TRevision>,
): ChannelState<TRevision> {
    const { address: addressInput, exists } = readAccount(account, ['address', 'exists']);
    const address = toAddress('account.address', addressInput);
    // An account that does not say whether it exists is not taken for one that does not.
    if (exists === false) return toResult({ address, kind: 'absent' });
    if (exists !== true) refuseInput('account.exists', 'true or false', exists);
    const known = readAccount(account as EncodedAccount, ['data', 'programAddress']);
    if (isBytes(known.data)) {
        if (known.programAddress === SYSTEM_PROGRAM_ADDRESS && known.data.length === 0) {
            return toResult({ address, kind: 'absent' });
        }
        if (isClosedChannelAccount(known, deployment)) {
            return toResult({ address, kind: 'closed' }) as ChannelState<TRevision>;
        }
    }
    return getLiveChannelState<TRevision>(
        address,
        decodeChannelAccount(account as EncodedAccount, deployment).data,
        deployment,
    );
}

/**
 * The state of a channel whose account was decoded.
 *
 * @throws `ACCOUNT_MALFORMED` for amounts that contradict each other.
 */
export function getLiveChannelState<TRevision extends RevisionName>(
    address: Address,
    channel: ChannelOf<TRevision>,
    deployment: Deployment<TRevision>,
): LiveChannelState<TRevision> {
    const { deposit, settlement } = channel;
    // The program never lets these happen; an account that shows them is not what the program wrote.
    if (settlement.settled > deposit) {
        const reason = `it has settled ${settlement.settled} of a deposit of ${deposit}`;
        throw new PaymentChannelsError(ACCOUNT_MALFORMED, { address, reason });
    }
    if (settlement.payoutWatermark > settlement.settled) {
        const reason = `it has paid out ${settlement.payoutWatermark} of ${settlement.settled} that were settled`;
        throw new PaymentChannelsError(ACCOUNT_MALFORMED, { address, reason });
    }
    const { getReclaimableFromSlot, kinds } = getPart(deployment, 'channel');
    const kind = kinds[channel.status];
    // No account decodes to a status without a kind; a channel from elsewhere may have one.
    if (kind === undefined) return undefined as never;
    const state = {
        address,
        channel,
        kind,
        ...(kind === 'closing' ? { deadlineAt: getDeadline(channel) } : {}),
        ...(kind === 'finalized' || kind === 'distributed'
            ? { reclaimableFromSlot: getReclaimableFromSlot(channel) }
            : {}),
    };
    return toResult(state) as LiveChannelState<TRevision>;
}

function getDeadline({ closureStartedAt, gracePeriod }: ChannelOf<RevisionName>): bigint | undefined {
    const deadline = closureStartedAt + BigInt(gracePeriod);
    return deadline <= I64_MAX ? deadline : undefined;
}

/**
 * Whether the channel still has its account: it is open, closing, finalized or distributed.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * if (isLiveChannelState(state)) console.log(state.channel.deposit);
 * ```
 */
export function isLiveChannelState<TRevision extends RevisionName>(
    state: ChannelState<TRevision>,
): state is LiveChannelState<TRevision> {
    return LIVE_KINDS.includes(readMembers('state', state, ['kind']).kind);
}

/** The kinds of states that a revision has. */
export function getStateKinds(deployment: Deployment): readonly string[] {
    const { kinds, tombstone } = getPart(deployment, 'channel');
    return ['absent', ...(tombstone ? ['closed'] : []), ...Object.values(kinds)];
}

const LIVE_KINDS: readonly string[] = ['closing', 'distributed', 'finalized', 'open'];
const KINDS = ['absent', 'closed', 'closing', 'distributed', 'finalized', 'open'] as const;

/**
 * Throws unless the channel still has its account.
 *
 * @throws `CHANNEL_NOT_FOUND` when there is none at the address, `CHANNEL_CLOSED` when it left its tombstone there.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * assertIsLiveChannelState(state);
 * console.log(state.channel.payer);
 * ```
 */
export function assertIsLiveChannelState<TRevision extends RevisionName>(
    state: ChannelState<TRevision>,
): asserts state is LiveChannelState<TRevision> {
    const kind = readKind(state);
    if (LIVE_KINDS.includes(kind)) return;
    const address = toAddress('state.address', readMembers('state', state, ['address']).address);
    throw new PaymentChannelsError<'CHANNEL_CLOSED' | 'CHANNEL_NOT_FOUND'>(
        kind === 'absent' ? CHANNEL_NOT_FOUND : CHANNEL_CLOSED,
        { address },
    );
}

/** The kind of a state, which has to be a known one. */
export function readKind<TRevision extends RevisionName>(
    state: ChannelState<TRevision>,
    field = 'state',
): ChannelState<TRevision>['kind'] {
    const { kind } = readMembers(field, state, ['kind']);
    return toOneOf(`${field}.kind`, kind, KINDS) as ChannelState<TRevision>['kind'];
}

/**
 * Throws for the state of a channel of another revision, as far as one can tell: by a kind that only the other has, and by
 * fields that every channel of one has and no channel of the other.
 *
 * @throws `REVISION_MISMATCH`.
 */
export function assertIsStateOf(
    deployment: DeploymentParts<'revision'>,
    state: ChannelState<RevisionName>,
    field = 'state',
): void {
    const revision = getRevisionName(deployment);
    assertIsNoKindOfOther(field, readKind(state, field), revision);
    const { channel } = readTerms(field, state as Readonly<{ channel?: object }>, ['channel'], ['channel']);
    if (channel === undefined) return;
    const told = readMembers(`${field}.channel`, channel as Readonly<Record<string, unknown>>, getTellingFields());
    assertHasFieldsOf(field, told, revision);
}

/** A time or a slot of a state; `undefined` where there is none, as for a deadline that exceeds an i64. */
function readMoment<TName extends string>(state: ChannelState<RevisionName>, name: TName): bigint | undefined {
    const { [name]: moment } = readTerms('state', state as unknown as Record<TName, unknown>, [name], [name]);
    return moment === undefined ? undefined : toInteger(`state.${name}`, moment, I64_MIN, U64_MAX);
}

/**
 * Whether a voucher can be settled in the channel at a time: by settle or settleAndFinalize while it is open, by
 * settleAndFinalize before the deadline while it is closing (docs/program.md, section 4).
 *
 * @param unixTimestamp Time of the cluster, in unix seconds.
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the time.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * if (!isSettleable(state, unixTimestamp)) console.log('too late for another voucher');
 * ```
 */
export function isSettleable(state: ChannelState<RevisionName>, unixTimestamp: bigint | number): boolean {
    const now = toI64('unixTimestamp', unixTimestamp);
    const kind = readKind(state);
    if (kind !== 'closing') return kind === 'open';
    const deadlineAt = readMoment(state, 'deadlineAt');
    return deadlineAt !== undefined && now < deadlineAt;
}

/**
 * Whether anyone can finalize the channel at a time: from the deadline on while it is closing (docs/program.md, section
 * 7.6).
 *
 * @param unixTimestamp Time of the cluster, in unix seconds.
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the time.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * if (isFinalizable(state, unixTimestamp)) console.log(getFinalizeInstruction({ channel }, MAINNET_DEPLOYMENT));
 * ```
 */
export function isFinalizable(state: ChannelState<RevisionName>, unixTimestamp: bigint | number): boolean {
    const now = toI64('unixTimestamp', unixTimestamp);
    if (readKind(state) !== 'closing') return false;
    const deadlineAt = readMoment(state, 'deadlineAt');
    return deadlineAt !== undefined && now >= deadlineAt;
}

/**
 * Whether the rent of the channel can come back at a slot: by reclaim once it is distributed, by distribute while it is
 * finalized (docs/program.md, sections 7.8 and 7.9). Where channels have no open slot, distributing a finalized one
 * frees what there is to free at any time.
 *
 * @param currentSlot A slot that the cluster has reached.
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the slot.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * if (isReclaimable(state, slot)) console.log(`${channel} still has its rent`);
 * ```
 */
export function isReclaimable(state: ChannelState<RevisionName>, currentSlot: bigint | number): boolean {
    const slot = toU64('currentSlot', currentSlot);
    const kind = readKind(state);
    if (kind !== 'distributed' && kind !== 'finalized') return false;
    const reclaimableFromSlot = readMoment(state, 'reclaimableFromSlot');
    return reclaimableFromSlot !== undefined && slot >= reclaimableFromSlot;
}

/** Figures that follow from the amounts of a channel, each in base units of the token. */
export type ChannelFigures = Readonly<{
    /**
     * The amount that further vouchers can still authorize, above both the settled amount and what was accepted off
     * chain.
     */
    spendable: bigint;
    /** Accepted off chain and not settled: lost to the payee once the channel is finalized or its deadline has passed. */
    unsettled: bigint;
    /** Settled and not paid out: what the next distribute divides among recipients and payee. */
    undistributed: bigint;
    /**
     * The payer's refund if the channel ended with the amount settled now; 0 when it was paid back already. Until the
     * channel is finalized, every voucher that is settled reduces it.
     */
    refundable: bigint;
    /** Whether the payer took its refund by withdrawPayer. */
    hasPayerWithdrawn: boolean;
}>;

/**
 * Derives the figures of a channel.
 *
 * @param options `acceptedAmount`: cumulative amount of the latest voucher that the payee accepted, in base units (u64);
 * 0 by default. One above the deposit counts in full as unsettled, and leaves nothing spendable.
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the accepted amount.
 *
 * @example
 * ```ts
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * if (state.kind === 'open') console.log(getChannelFigures(state, { acceptedAmount }).spendable);
 * ```
 */
export function getChannelFigures(
    state: LiveChannelState<RevisionName>,
    options: Readonly<{ acceptedAmount?: bigint | number | undefined }> = {},
): ChannelFigures {
    const { acceptedAmount = 0n } = readOnlyMembers('options', options, { acceptedAmount: true });
    const accepted = toU64('acceptedAmount', acceptedAmount);
    const kind = readKind(state);
    if (!LIVE_KINDS.includes(kind)) refuseInput('state.kind', 'that of a channel that still has its account', kind);
    const { channel } = readMembers('state', state, ['channel']);
    const { payerWithdrawnAt, settlement, ...given } = readMembers('state.channel', channel, FIGURES);
    const deposit = toU64('state.channel.deposit', given.deposit);
    const amounts = readMembers('state.channel.settlement', settlement, ['payoutWatermark', 'settled']);
    const { payoutWatermark, settled } = {
        payoutWatermark: toU64('state.channel.settlement.payoutWatermark', amounts.payoutWatermark),
        settled: toU64('state.channel.settlement.settled', amounts.settled),
    };
    // What was paid out to the last does not show in the watermarks (docs/program.md, section 7.8).
    const isDistributed = kind === 'distributed';
    const authorized = max(settled, accepted);
    const hasPayerWithdrawn = toI64('state.channel.payerWithdrawnAt', payerWithdrawnAt) !== 0n;
    return toResult({
        hasPayerWithdrawn,
        refundable: hasPayerWithdrawn || isDistributed ? 0n : deposit - settled,
        spendable: TAKES_VOUCHERS.includes(kind) ? max(0n, deposit - authorized) : 0n,
        undistributed: isDistributed ? 0n : settled - payoutWatermark,
        unsettled: authorized - settled,
    });
}

const FIGURES = ['deposit', 'payerWithdrawnAt', 'settlement'] as const;
const TAKES_VOUCHERS: readonly string[] = ['closing', 'open'];

function max(a: bigint, b: bigint): bigint {
    return a > b ? a : b;
}
