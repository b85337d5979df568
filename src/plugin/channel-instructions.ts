import type { Address, Instruction, TransactionSigner } from '@solana/kit';

import { assertIsSafeToDistribute, assertIsSafeToOpen } from '../channel/assert-is-safe';
import type { Split } from '../channel/splits';
import { fetchChannel } from '../reading/fetch-channel';
import { fetchDistributionAssessment, fetchOpenAssessment, fetchTokenProgram } from '../reading/fetch-assessment';
import { fetchCurrentSlot } from '../reading/fetch-open-slot';
import { type Deployment, getPart, readPart } from '../revision/deployment';
import {
    assertHasNoMisspelt,
    type OnlyMembers,
    readDeeply,
    readMembers,
    readOnlyMembers,
    readTerms,
    toAddress,
    toBoolean,
    toSigner,
} from '../core/input';
import {
    type DistributeWithTokenAccountsInput,
    getDistributeInstructionsAsync,
    getOpenInstructionsAsync,
    type OpenWithTokenAccountsInput,
} from '../instructions/composed';
import { type FinalizeInput, getFinalizeInstruction } from '../instructions/finalize';
import type { OpenInput } from '../instructions/open';
import { getReclaimInstruction } from '../instructions/reclaim';
import { getRequestCloseInstruction, type RequestCloseInput } from '../instructions/request-close';
import { getSettleInstructions, type SettleInput } from '../instructions/settle';
import {
    getSettleAndFinalizeInstructions,
    SETTLE_AND_FINALIZE_MEMBERS,
    type SettleAndFinalizeInput,
} from '../instructions/settle-and-finalize';
import { getTopUpInstructionAsync, type TopUpInput } from '../instructions/top-up';
import type { ChannelOf, RevisionName, RevisionTypes, RevisionWithReclaim } from '../revision/revision-types';
import { getWithdrawPayerInstructionAsync, type WithdrawPayerInput } from '../instructions/withdraw-payer';
import type { SelfSendingPlan } from './self-sending';
import type { WithDefaults } from './channel-accounts';
import type { PaymentChannelsPluginRequirements } from './plugin-requirements';

type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

/** Input of {@link PaymentChannelsInstructions.open}. */
export type PluginOpenInput<TRevision extends RevisionName = RevisionName> = Optional<
    Omit<OpenInput, 'tokenProgram'>,
    'payer'
> &
    RevisionTypes[TRevision]['pluginOpenInput'] &
    Readonly<{
        /** Creates the token accounts that are missing for later payouts, at the payer's expense. */
        createTokenAccounts?: boolean | undefined;
        /** Opens even though a party could not be paid as its token account is. */
        allowUnready?: boolean | undefined;
    }>;

/** Input of {@link PaymentChannelsInstructions.distribute}. */
export type PluginDistributeInput = Readonly<{
    /** Open or finalized channel. */
    channel: Address;
    /** Splits that the channel was opened with. */
    splits: readonly Split[];
    /** Creates the token accounts that are missing, at the expense of the client's payer. */
    createTokenAccounts?: boolean | undefined;
    /** Wallets whose share may go to the treasury for good, or `true` for every one. */
    allowForfeit?: readonly Address[] | boolean | undefined;
}>;

/** The instructions; the payer is the client's unless another one is given. What can be read is read. */
export type PaymentChannelsInstructions<TRevision extends RevisionName = RevisionName> = Readonly<{
    /**
     * Opens a channel, after a look at what it depends on. An open slot, where the revision has one, is the current one
     * by default, and one that can't land is refused.
     *
     * @throws `OPEN_BLOCKED`, `OPEN_UNREADY`, `OPEN_SLOT_OUT_OF_WINDOW`, or as `getOpenInstructionsAsync` and `fetchOpenAssessment`.
     */
    open: (input: PluginOpenInput<TRevision>) => SelfSendingPlan;
    /** Adds to the deposit of an open channel. */
    topUp: (input: Optional<Omit<TopUpInput, 'mint' | 'tokenProgram'>, 'payer'>) => SelfSendingPlan;
    /** Settles a voucher. */
    settle: (input: SettleInput) => SelfSendingPlan;
    /** Starts the grace period of an open channel. */
    requestClose: (input: Optional<RequestCloseInput, 'payer'>) => SelfSendingPlan;
    /**
     * Distributes a channel, after a look at everyone's token accounts: nothing is forfeited without consent.
     *
     * @throws `DISTRIBUTION_BLOCKED`, `DISTRIBUTION_FORFEITS`, or as `getDistributeInstructionsAsync` and
     * `fetchDistributionAssessment`.
     */
    distribute: (input: PluginDistributeInput) => SelfSendingPlan;
    /** Refunds the payer of a finalized channel. */
    withdrawPayer: (input: Optional<Omit<WithdrawPayerInput, 'mint' | 'tokenProgram'>, 'payer'>) => SelfSendingPlan;
    /** Finalizes a channel, after settling a last voucher if there is one; the client's payer is the payee by default. */
    settleAndFinalize: (input: Optional<SettleAndFinalizeInput, 'payee'>) => SelfSendingPlan;
    /** Finalizes a closing channel whose grace period has passed. */
    finalize: (input: FinalizeInput) => SelfSendingPlan;
}> &
    ReclaimInstructions<TRevision>;

type ReclaimInstructions<TRevision extends RevisionName> = TRevision extends RevisionWithReclaim
    ? Readonly<{
          /** Returns the rent of a distributed channel to the wallet that paid it, which is read if it is not given. */
          reclaim: (input: Readonly<{ channel: Address; rentPayer?: Address | undefined }>) => SelfSendingPlan;
      }>
    : unknown;

/** Input for finalizing a channel, with the client's payer as the payee unless another one is given. */
function withPayee(
    input: Optional<SettleAndFinalizeInput, 'payee'>,
    byDefault: TransactionSigner,
): SettleAndFinalizeInput {
    const members = SETTLE_AND_FINALIZE_MEMBERS as OnlyMembers<Optional<SettleAndFinalizeInput, 'payee'>>;
    const { payee = byDefault, ...rest } = readOnlyMembers('input', input, members);
    return { ...rest, payee };
}

/** The context that instructions are made with. */
export type PluginTools = Readonly<{
    deployment: Deployment;
    /** Makes a plan of instructions that go in one transaction, or not at all. */
    send: (build: () => Promise<readonly Instruction[]> | readonly Instruction[]) => SelfSendingPlan;
    withDefaults: WithDefaults;
}>;

export function getInstructions(
    client: PaymentChannelsPluginRequirements,
    { deployment, send, withDefaults }: PluginTools,
): PaymentChannelsInstructions {
    const payerOf = (input: { payer?: TransactionSigner | undefined }) => {
        const { payer = client.payer } = readTerms('input', input, ['payer'], ['payer']);
        return toSigner('payer', payer);
    };
    const channelOf = (input: { channel: Address }) =>
        toAddress('channel', readMembers('input', input, ['channel']).channel);
    const fetchData = async (channel: Address) =>
        (await fetchChannel(client.rpc, toAddress('channel', channel), deployment, withDefaults())).data;
    /** The mint of a channel and its token program, which the caller need not know. */
    const fetchToken = async (channel: Address) => {
        const { mint } = await fetchData(channel);
        return { mint, tokenProgram: await fetchTokenProgram(client.rpc, mint, withDefaults()) };
    };
    const instructions: PaymentChannelsInstructions<RevisionWithReclaim> = {
        distribute: given =>
            send(async () => {
                const names = ['allowForfeit', 'channel', 'createTokenAccounts', 'splits'] as const;
                assertHasNoMisspelt('input', given, names);
                const members = readMembers('input', given, names);
                const { allowForfeit, channel, createTokenAccounts = false, splits } = members;
                const createsTokenAccounts = toBoolean('createTokenAccounts', createTokenAccounts);
                const { assessment, ...read } = await fetchDistributionAssessment(
                    client.rpc,
                    { channel, splits },
                    deployment,
                    withDefaults(),
                );
                const owners = createsTokenAccounts ? assessment.missingTokenAccounts : [];
                assertIsSafeToDistribute(assessment, { allowForfeit, willCreate: owners });
                const input = {
                    ...read.channel,
                    channel,
                    createTokenAccounts: owners.length > 0 ? { funder: client.payer, owners } : undefined,
                    splits,
                    tokenProgram: read.tokenProgram,
                };
                return await getDistributeInstructionsAsync(input as DistributeWithTokenAccountsInput, deployment);
            }),
        finalize: input => send(() => [getFinalizeInstruction(input, deployment)]),
        open: given =>
            send(async () => {
                assertHasNoMisspelt('input', given, ['allowUnready', 'createTokenAccounts']);
                const copied = readDeeply('input', 'the terms of a channel', given, () => ({ ...given }));
                const completed = await getPart(deployment, 'open').complete(copied, () =>
                    fetchCurrentSlot(client.rpc, withDefaults()),
                );
                const { allowUnready, createTokenAccounts = false, ...input } = completed as PluginOpenInput;
                const createsTokenAccounts = toBoolean('createTokenAccounts', createTokenAccounts);
                const payer = payerOf(input);
                const { authorizedSigner = payer.address, mint } = input;
                const seeds = { ...input, authorizedSigner, payer: payer.address };
                const assessment = await fetchOpenAssessment(
                    client.rpc,
                    seeds as unknown as Parameters<typeof fetchOpenAssessment>[1],
                    deployment,
                    withDefaults(),
                );
                const owners = createsTokenAccounts ? assessment.missingTokenAccounts : [];
                assertIsSafeToOpen(assessment, { allowUnready, willCreate: owners });
                const tokenProgram = await fetchTokenProgram(client.rpc, mint, withDefaults());
                const tokenAccounts = owners.length > 0 ? { createTokenAccounts: { funder: payer, owners } } : {};
                const open = { ...input, ...tokenAccounts, payer, tokenProgram };
                return await getOpenInstructionsAsync(open as unknown as OpenWithTokenAccountsInput, deployment);
            }),
        reclaim: input =>
            send(async () => {
                const names = ['channel', 'rentPayer'] as const;
                const { channel, rentPayer: given } = readTerms('input', input, names, ['rentPayer']);
                const paidBy = async () => ((await fetchData(channel)) as ChannelOf<RevisionWithReclaim>).rentPayer;
                const rentPayer = given ?? (await paidBy());
                return [getReclaimInstruction({ channel, rentPayer }, deployment as Deployment<RevisionWithReclaim>)];
            }),
        requestClose: input =>
            send(() => [getRequestCloseInstruction({ channel: channelOf(input), payer: payerOf(input) }, deployment)]),
        settle: input => send(() => getSettleInstructions(input, deployment)),
        settleAndFinalize: input =>
            send(() => getSettleAndFinalizeInstructions(withPayee(input, client.payer), deployment)),
        topUp: input =>
            send(async () => [
                await getTopUpInstructionAsync(
                    {
                        amount: readMembers('input', input, ['amount']).amount,
                        channel: channelOf(input),
                        payer: payerOf(input),
                        ...(await fetchToken(channelOf(input))),
                    },
                    deployment,
                ),
            ]),
        withdrawPayer: input =>
            send(async () => [
                await getWithdrawPayerInstructionAsync(
                    { channel: channelOf(input), payer: payerOf(input), ...(await fetchToken(channelOf(input))) },
                    deployment,
                ),
            ]),
    };
    const { reclaim, ...others } = instructions;
    assertHasNoMisspelt('deployment', deployment, ['reclaim']);
    return Object.freeze(readPart(deployment, 'reclaim') === undefined ? others : { ...others, reclaim });
}
