import type { Address, Instruction, KeyPairSigner } from '@solana/kit';

import { refuseInput } from '../../core/input';
import { getDistributeInstructionAsync, type DistributeInput } from '../../instructions/distribute';
import { getFinalizeInstruction } from '../../instructions/finalize';
import { getOpenInstructionAsync, type OpenInput } from '../../instructions/open';
import { getReclaimInstruction } from '../../instructions/reclaim';
import { getRequestCloseInstruction } from '../../instructions/request-close';
import { getSettleInstructions } from '../../instructions/settle';
import { getSettleAndFinalizeInstructions } from '../../instructions/settle-and-finalize';
import { getTopUpInstructionAsync } from '../../instructions/top-up';
import { getWithdrawPayerInstructionAsync } from '../../instructions/withdraw-payer';
import type { Deployment } from '../../revision/deployment';
import type { RevisionName, RevisionWithReclaim } from '../../revision/revision-types';
import type { SignedVoucher } from '../../voucher/voucher';
import type { Simulator } from '../simulator';
import type { ChannelAction } from './report';
import type { ChannelPlace, WorldChannel, WorldParty } from './world';

/** What a transaction for one channel is made of. */
export type Act = Readonly<{
    action: Exclude<ChannelAction, 'pay'>;
    channel: WorldChannel;
    place: ChannelPlace;
    /** Who signs and pays the fee, where it is not the party whose business it is. */
    by: WorldParty | undefined;
    /** For a top-up. */
    amount: bigint | undefined;
    /** The best voucher. */
    voucher: SignedVoucher | undefined;
    /** Amount that is settled already. */
    settled: bigint;
    /** Whether it has ended, and only payouts are left. */
    isFinal: boolean;
    /** The step, for errors. */
    path: string;
}>;

/** A transaction to send, and what it is called in the program's own words. */
export type Made = Readonly<{ feePayer: KeyPairSigner; instructions: readonly Instruction[]; label: string }>;

const OF_PAYER: readonly ChannelAction[] = ['finalize', 'open', 'requestClose', 'topUp', 'withdrawPayer'];

/** Makes the transaction of a step for one channel. */
export async function makeTransaction(simulator: Simulator<RevisionName>, act: Act): Promise<Made> {
    const { action, by, channel } = act;
    const usual = OF_PAYER.includes(action) ? channel.payer : channel.payee;
    const feePayer = (by ?? usual).wallet!;
    const { detail = '', instructions } = await makeInstructions(simulator, act, feePayer);
    const { programName } = simulator.deployment[action] ?? { programName: action };
    return {
        feePayer,
        instructions,
        label: `${programName}${detail} ${channel.name}${action === 'open' ? ` (${channel.token.name})` : ''}`,
    };
}

/** @param actor Signs where a signature of the payer or the payee is due. */
async function makeInstructions(
    simulator: Simulator<RevisionName>,
    { action, amount, channel, isFinal, path, place, settled, voucher }: Act,
    actor: KeyPairSigner,
): Promise<Readonly<{ detail?: string; instructions: readonly Instruction[] }>> {
    const { deployment } = simulator;
    const { address } = place;
    const { mint, tokenProgram } = channel.token;
    const [payer, token] = [channel.payer.wallet!, { mint, tokenProgram }];
    switch (action) {
        case 'open':
            return { instructions: [await getOpenInstructionAsync(toOpenInput(channel, place), deployment)] };
        case 'topUp': {
            const input = { ...token, amount: amount!, channel: address, payer };
            return { instructions: [await getTopUpInstructionAsync(input, deployment)] };
        }
        case 'settle':
            if (voucher === undefined) return refuseInput(path, 'a channel with a voucher', channel.name);
            return { instructions: getSettleInstructions({ voucher }, deployment) };
        case 'settleAndFinalize': {
            // One that is settled already would be refused.
            const isBetter = voucher !== undefined && voucher.voucher.cumulativeAmount > settled;
            const input = { channel: address, payee: actor, voucher: isBetter ? voucher : undefined };
            return { instructions: getSettleAndFinalizeInstructions(input, deployment) };
        }
        case 'requestClose':
            return { instructions: [getRequestCloseInstruction({ channel: address, payer: actor }, deployment)] };
        case 'finalize':
            return { instructions: [getFinalizeInstruction({ channel: address }, deployment)] };
        case 'withdrawPayer': {
            const input = { ...token, channel: address, payer: actor };
            return { instructions: [await getWithdrawPayerInstructionAsync(input, deployment)] };
        }
        case 'distribute':
            return {
                detail: isFinal ? ' (final)' : ' (open)',
                instructions: await makeDistribute(simulator, channel, address),
            };
        case 'reclaim':
            return {
                instructions: [
                    getReclaimInstruction(
                        { channel: address, rentPayer: getRentPayer(channel) },
                        // Elsewhere the step is passed over.
                        deployment as Deployment<RevisionWithReclaim>,
                    ),
                ],
            };
    }
}

/** A revision without open slots or rent payers looks at neither; here it has none. */
function toOpenInput(
    { payee, payer, rentPayer, salt, session, splits, terms, token }: WorldChannel,
    place: ChannelPlace,
) {
    const input: OpenInput<RevisionName> & Readonly<{ openSlot: unknown; rentPayer: unknown }> = {
        authorizedSigner: session.address,
        deposit: terms.deposit,
        gracePeriodSeconds: terms.gracePeriodSeconds,
        mint: token.mint,
        openSlot: place.openSlot,
        payee: payee.address,
        payer: payer.wallet!,
        rentPayer: rentPayer?.wallet,
        salt,
        splits,
        tokenProgram: token.tokenProgram,
    };
    return input;
}

/** By the terms, and not by what is on chain: of a channel that is gone as well. */
async function makeDistribute({ deployment }: Simulator<RevisionName>, channel: WorldChannel, address: Address) {
    const { mint, tokenProgram } = channel.token;
    const input: DistributeInput<RevisionName> & Readonly<{ rentPayer: Address }> = {
        channel: address,
        mint,
        payee: channel.payee.address,
        payer: channel.payer.address,
        rentPayer: getRentPayer(channel),
        splits: channel.splits,
        tokenProgram,
    };
    return [await getDistributeInstructionAsync(input, deployment)];
}

/** Who has paid the rent of a channel. */
export function getRentPayer({ payer, rentPayer }: WorldChannel): Address {
    return (rentPayer ?? payer).address;
}
