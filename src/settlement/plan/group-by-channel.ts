import type { Address } from '@solana/kit';

import {
    assertIsStateOf,
    type ChannelState,
    getLiveChannelState,
    isLiveChannelState,
    type LiveChannelState,
} from '../../channel/channel-state';
import type { Deployment } from '../../revision/deployment';
import { assertHasNoMisspelt, getListLength, toAddress, toTokenProgram } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import { type SignedVoucher, toSignedVoucher } from '../../voucher/voucher';
import type { BatchDistribution, BatchItem } from './batch-input';
import { refuse } from './check-options';
import { type Party, toParty } from '../../runtime/party';

export type ChannelItems = {
    channel: ChannelState<RevisionName>;
    vouchers: { index: number; isValid: boolean | undefined; signed: SignedVoucher }[];
    index: number;
    /** The payees that the items name, in their order; the first one has to be the channel's. */
    payees: Party[];
    tokenProgram: Address | undefined;
    distribution: BatchDistribution | undefined;
};

/** A batch item in words, for messages. */
export const ITEMS = 'an array of { channel, voucher, … }';

const OPTIONAL_NAMES = ['distribution', 'isSignatureValid', 'payee', 'tokenProgram', 'voucher'] as const;

/** Leaving a member out changes the plan, so a misspelt name is refused. */
export function assertIsItemSpeltRight(field: string, item: BatchItem<RevisionName>): void {
    const skipped = OPTIONAL_NAMES.filter(name => item[name] === undefined);
    assertHasNoMisspelt(field, item, skipped, 'BATCH_INVALID');
}

export function groupByChannel(
    items: readonly BatchItem<RevisionName>[],
    deployment: Deployment,
): ReadonlyMap<Address, ChannelItems> {
    if (getListLength(items) === undefined) refuse('items', items, ITEMS);
    const channels = new Map<Address, ChannelItems>();
    for (const [index, item] of (items as readonly BatchItem<RevisionName>[]).entries()) {
        const field = `items[${index}]`;
        if (typeof item !== 'object' || (item as unknown) === null) refuse(field, item, '{ channel, voucher, … }');
        assertIsItemSpeltRight(field, item);
        const channel = toChannelState(`${field}.channel`, item.channel, deployment);
        const payee = item.payee === undefined ? undefined : toParty(`${field}.payee`, item.payee);
        const tokenProgram =
            item.tokenProgram === undefined ? undefined : toTokenProgram(`${field}.tokenProgram`, item.tokenProgram);
        const { distribution, isSignatureValid } = item;
        if (distribution !== undefined && typeof (distribution as unknown) !== 'object') {
            refuse(`${field}.distribution`, distribution, '{ splits, accounts }');
        }
        let entry = channels.get(channel.address);
        if (entry === undefined) {
            entry = { channel, distribution, index, payees: [], tokenProgram, vouchers: [] };
            channels.set(channel.address, entry);
        } else {
            // Which of two states is the newer one, only the caller can know.
            if (!isSameState(entry.channel, channel)) {
                refuse(`${field}.channel`, item.channel, 'the same state as in an item of the same channel before');
            }
            entry.distribution ??= distribution;
            entry.tokenProgram ??= tokenProgram;
        }
        if (payee !== undefined) entry.payees.push(payee);
        if (item.voucher !== undefined) {
            if (isSignatureValid !== undefined && typeof isSignatureValid !== 'boolean') {
                refuse(`${field}.isSignatureValid`, isSignatureValid, 'true or false');
            }
            entry.vouchers.push({ index, isValid: isSignatureValid, signed: toSignedVoucher(item.voucher) });
        }
    }
    return channels;
}

function toChannelState(
    field: string,
    value: BatchItem<RevisionName>['channel'],
    deployment: Deployment,
): ChannelState<RevisionName> {
    if (typeof value !== 'object' || (value as unknown) === null) refuse(field, value, 'the state of a channel');
    const address = toAddress(`${field}.address`, value.address);
    if ('kind' in value) {
        assertIsStateOf(deployment, value, field);
        if (isLiveChannelState(value)) assertIsAccount(`${field}.channel`, value.channel);
        return value;
    }
    assertIsAccount(`${field}.channel`, value.channel);
    const state = getLiveChannelState<RevisionName>(address, value.channel, deployment) as
        LiveChannelState<RevisionName> | undefined;
    return state ?? refuse(`${field}.channel.status`, value.channel.status, 'a status that the program knows');
}

const ADDRESSES = ['authorizedSigner', 'mint', 'payee', 'payer'] as const;

/** The fields of a channel's account that a plan uses. */
function assertIsAccount(field: string, account: LiveChannelState<RevisionName>['channel']): void {
    const expected = 'the decoded account of a channel';
    if (typeof account !== 'object' || (account as unknown) === null) refuse(field, account, expected);
    const { closureStartedAt, deposit, settlement } = account;
    if (typeof settlement !== 'object' || (settlement as unknown) === null) {
        refuse(`${field}.settlement`, settlement, '{ settled, payoutWatermark }');
    }
    const amounts = [closureStartedAt, deposit, settlement.payoutWatermark, settlement.settled] as const;
    if (!amounts.every(amount => typeof amount === 'bigint'))
        refuse(field, account, `${expected}, with bigint amounts`);
    for (const name of ADDRESSES) if (typeof account[name] !== 'string') toAddress(`${field}.${name}`, account[name]);
}

function isSameState(a: ChannelState<RevisionName>, b: ChannelState<RevisionName>): boolean {
    if (a === b) return true;
    if (a.kind !== b.kind || !('channel' in a) || !('channel' in b)) return a.kind === b.kind;
    return (
        a.channel.deposit === b.channel.deposit &&
        a.channel.closureStartedAt === b.channel.closureStartedAt &&
        a.channel.settlement.settled === b.channel.settlement.settled &&
        a.channel.settlement.payoutWatermark === b.channel.settlement.payoutWatermark
    );
}
