import {
    extendClient,
    nonDivisibleSequentialInstructionPlan,
    type Account,
    type Address,
    type ClientWithPayer,
    type ClientWithRpc,
    type ClientWithTransactionPlanning,
    type ClientWithTransactionSending,
    type ExtendedClient,
    type GetAccountInfoApi,
    type GetMultipleAccountsApi,
    type GetProgramAccountsApi,
    type Instruction,
    type InstructionPlan,
    type MaybeAccount,
    type ProgramDerivedAddress,
    type TransactionSigner,
} from '@solana/kit';
import { addSelfPlanAndSendFunctions, type SelfPlanAndSendFunctions } from '@solana/kit/program-client-core';

import type { Channel } from '../../generated/tombstone';
import {
    findChannelPda,
    findEscrowPda,
    findTreasuryTokenPda,
    type ChannelSeedsInput,
    type TokenInput,
} from '../channel/addresses';
import { assertIsSafeToDistribute, assertIsSafeToOpen } from '../channel/assert-distribution';
import { fetchClosingChannels, type ClosingChannelFilter } from '../channel/closing';
import type { Split } from '../channel/distribution';
import {
    fetchAllChannel,
    fetchAllMaybeChannel,
    fetchChannel,
    fetchChannelState,
    fetchMaybeChannel,
    type FetchChannelConfig,
    type Fetched,
} from '../channel/fetch';
import {
    fetchDistributionAssessment,
    fetchOpenAssessment,
    fetchTokenProgram,
    type FetchedDistributionAssessment,
} from '../channel/fetch-assessment';
import type { ChannelFilter } from '../channel/filters';
import { fetchChannels, type FetchChannelsConfig } from '../channel/query';
import type { ChannelState, ClosingChannelState, LiveChannelState } from '../channel/state';
import { LOCALNET_DEPLOYMENT, type ClientWithDeployment, type Deployment } from '../deployment';
import { toAddress, toSigner } from '../input';
import { getDistributeInstructionsAsync, getOpenInstructionsAsync } from '../instructions/composed';
import { getFinalizeInstruction, type FinalizeInput } from '../instructions/finalize';
import type { OpenInput } from '../instructions/open';
import { getRequestCloseInstruction, type RequestCloseInput } from '../instructions/request-close';
import { getSettleInstructions, type SettleInput } from '../instructions/settle';
import { getSettleAndFinalizeInstructions, type SettleAndFinalizeInput } from '../instructions/settle-and-finalize';
import { getTopUpInstructionAsync, type TopUpInput } from '../instructions/top-up';
import { getWithdrawPayerInstructionAsync, type WithdrawPayerInput } from '../instructions/withdraw-payer';

/** What the plugin stands on. */
export type PaymentChannelsPluginRequirements = ClientWithPayer &
    ClientWithRpc<GetAccountInfoApi & GetMultipleAccountsApi & GetProgramAccountsApi> &
    ClientWithTransactionPlanning &
    ClientWithTransactionSending &
    Partial<ClientWithDeployment>;

/** How to make the plugin; every field has a default. */
export type PaymentChannelsPluginConfig = Readonly<{
    /** Deployment of the program; the client's own by default, otherwise {@link LOCALNET_DEPLOYMENT}. */
    deployment?: Deployment | undefined;
    /** How to read accounts; `commitment` is `confirmed` by default. */
    fetch?: Pick<FetchChannelConfig, 'commitment'> | undefined;
}>;

type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

/** A plan that can be planned and sent: `.sendTransaction()`. */
export type SelfSendingPlan = Promise<InstructionPlan> & SelfPlanAndSendFunctions;

/** What {@link PaymentChannelsInstructions.open} takes. */
export type PluginOpenInput = Optional<Omit<OpenInput, 'tokenProgram'>, 'payer'> &
    Readonly<{
        /** Creates the token accounts that are missing for later payouts, at the payer's expense. */
        createTokenAccounts?: boolean | undefined;
        /** Opens even though a party could not be paid as its token account is. */
        allowUnready?: boolean | undefined;
    }>;

/** What {@link PaymentChannelsInstructions.distribute} takes. */
export type PluginDistributeInput = Readonly<{
    /** Open or finalized channel. */
    channel: Address;
    /** Distribution plan, as the channel was opened with. */
    splits: readonly Split[];
    /** Creates the token accounts that are missing, at the expense of the client's payer. */
    createTokenAccounts?: boolean | undefined;
    /** Wallets whose share may go to the treasury for good, or `true` for every one. */
    allowForfeit?: readonly Address[] | boolean | undefined;
}>;

/** The instructions; the payer is the client's unless another one is given. What can be read is read. */
export type PaymentChannelsInstructions = Readonly<{
    /**
     * Opens a channel, after a look at what it depends on.
     *
     * @throws `OPEN_BLOCKED`, `OPEN_UNREADY`, or as `getOpenInstructionsAsync` and `fetchOpenAssessment`.
     */
    open: (input: PluginOpenInput) => SelfSendingPlan;
    /** Adds to the deposit of an open channel. */
    topUp: (input: Optional<Omit<TopUpInput, 'mint' | 'tokenProgram'>, 'payer'>) => SelfSendingPlan;
    /** Settles a voucher. */
    settle: (input: SettleInput) => SelfSendingPlan;
    /** Finalizes a channel, after settling a last voucher if there is one; the client's payer is the payee by default. */
    settleAndFinalize: (input: Optional<SettleAndFinalizeInput, 'payee'>) => SelfSendingPlan;
    /** Starts the grace period of an open channel. */
    requestClose: (input: Optional<RequestCloseInput, 'payer'>) => SelfSendingPlan;
    /** Finalizes a closing channel whose grace period has passed. */
    finalize: (input: FinalizeInput) => SelfSendingPlan;
    /**
     * Distributes a channel, after a look at everyone's token accounts: nothing is forfeited unasked.
     *
     * @throws `DISTRIBUTION_BLOCKED`, `DISTRIBUTION_FORFEITS`, or as `getDistributeInstructionsAsync` and
     * `fetchDistributionAssessment`.
     */
    distribute: (input: PluginDistributeInput) => SelfSendingPlan;
    /** Refunds the payer of a finalized channel. */
    withdrawPayer: (input: Optional<Omit<WithdrawPayerInput, 'mint' | 'tokenProgram'>, 'payer'>) => SelfSendingPlan;
}>;

/** The accounts. */
export type PaymentChannelsAccounts = Readonly<{
    channel: Readonly<{
        fetch: (address: Address, config?: FetchChannelConfig) => Promise<Account<Channel>>;
        fetchMaybe: (address: Address, config?: FetchChannelConfig) => Promise<MaybeAccount<Channel>>;
        fetchAll: (addresses: readonly Address[], config?: FetchChannelConfig) => Promise<Account<Channel>[]>;
        fetchAllMaybe: (addresses: readonly Address[], config?: FetchChannelConfig) => Promise<MaybeAccount<Channel>[]>;
        /** What stands at the address: a channel in its state, a tombstone, or nothing. */
        fetchState: (address: Address, config?: FetchChannelConfig) => Promise<Fetched<ChannelState>>;
        /** The channels with all of the given fields. */
        find: (filter: ChannelFilter, config?: FetchChannelsConfig) => Promise<readonly Fetched<LiveChannelState>[]>;
        /** The channels that their payers have begun to close, the most urgent first. */
        findClosing: (
            filter: ClosingChannelFilter,
            config?: FetchChannelsConfig,
        ) => Promise<readonly Fetched<ClosingChannelState>[]>;
    }>;
}>;

/** The addresses. */
export type PaymentChannelsPdas = Readonly<{
    channel: (seeds: ChannelSeedsInput) => Promise<ProgramDerivedAddress>;
    escrow: (input: Readonly<{ channel: Address }> & TokenInput) => Promise<ProgramDerivedAddress>;
    treasuryToken: (token: TokenInput) => Promise<ProgramDerivedAddress>;
}>;

/** What the plugin adds to a client as `client.paymentChannels`. */
export type PaymentChannelsPlugin = Readonly<{
    deployment: Deployment;
    accounts: PaymentChannelsAccounts;
    instructions: PaymentChannelsInstructions;
    pdas: PaymentChannelsPdas;
    /** What `distribute` would do now. */
    assessDistribution: (
        input: Readonly<{ channel: Address; splits: readonly Split[] }>,
    ) => Promise<FetchedDistributionAssessment>;
}>;

/**
 * A client plugin that adds the program as `client.paymentChannels`.
 *
 * @example
 * ```ts
 * const client = createClient()
 *     .use(payer(signer))
 *     .use(rpc(createSolanaRpc(url)))
 *     .use(transactionSending())
 *     .use(paymentChannels());
 * await client.paymentChannels.instructions.settle({ voucher }).sendTransaction();
 * ```
 */
export function paymentChannels(config: PaymentChannelsPluginConfig = {}) {
    return <TClient extends PaymentChannelsPluginRequirements>(
        client: TClient,
    ): ExtendedClient<TClient, { paymentChannels: PaymentChannelsPlugin }> => {
        const deployment = config.deployment ?? client.deployment ?? LOCALNET_DEPLOYMENT;
        const withDefaults: WithDefaults = given => ({ ...config.fetch, ...given, ...deployment });
        return extendClient(client, {
            paymentChannels: Object.freeze({
                accounts: getAccounts(client, withDefaults),
                assessDistribution: input => fetchDistributionAssessment(client.rpc, input, withDefaults()),
                deployment,
                instructions: getInstructions(client, deployment, withDefaults),
                pdas: Object.freeze({
                    channel: seeds => findChannelPda(seeds, deployment),
                    escrow: findEscrowPda,
                    treasuryToken: token => findTreasuryTokenPda(token, deployment),
                }),
            } satisfies PaymentChannelsPlugin),
        });
    };
}

/** A reading's config: what the caller gives, over the plugin's own; the deployment is never the caller's. */
type WithDefaults = (given?: FetchChannelsConfig) => FetchChannelsConfig;

function getAccounts({ rpc }: PaymentChannelsPluginRequirements, withDefaults: WithDefaults): PaymentChannelsAccounts {
    return Object.freeze({
        channel: Object.freeze({
            fetch: (address, given) => fetchChannel(rpc, address, withDefaults(given)),
            fetchAll: (addresses, given) => fetchAllChannel(rpc, addresses, withDefaults(given)),
            fetchAllMaybe: (addresses, given) => fetchAllMaybeChannel(rpc, addresses, withDefaults(given)),
            fetchMaybe: (address, given) => fetchMaybeChannel(rpc, address, withDefaults(given)),
            fetchState: (address, given) => fetchChannelState(rpc, address, withDefaults(given)),
            find: (filter, given) => fetchChannels(rpc, filter, withDefaults(given)),
            findClosing: (filter, given) => fetchClosingChannels(rpc, filter, withDefaults(given)),
        } satisfies PaymentChannelsAccounts['channel']),
    });
}

function getInstructions(
    client: PaymentChannelsPluginRequirements,
    deployment: Deployment,
    withDefaults: WithDefaults,
): PaymentChannelsInstructions {
    const payerOf = (input: { payer?: TransactionSigner | undefined }) =>
        toSigner('payer', input.payer ?? client.payer);
    // Nothing may come between the instructions of a pair, nor may a channel be opened without what it needs: one
    // transaction, or none.
    const send = (build: () => Promise<readonly Instruction[]> | readonly Instruction[]): SelfSendingPlan =>
        addSelfPlanAndSendFunctions(
            client,
            (async (): Promise<InstructionPlan> => nonDivisibleSequentialInstructionPlan([...(await build())]))(),
        );
    /** The mint of a channel and its token program, which the caller need not know. */
    const fetchToken = async (channel: Address) => {
        const { data } = await fetchChannel(client.rpc, toAddress('channel', channel), withDefaults());
        const tokenProgram = await fetchTokenProgram(client.rpc, data.mint, withDefaults());
        return { mint: data.mint, tokenProgram };
    };
    return Object.freeze({
        distribute: ({ allowForfeit, channel, createTokenAccounts, splits }) =>
            send(async () => {
                const { assessment, ...read } = await fetchDistributionAssessment(
                    client.rpc,
                    { channel, splits },
                    withDefaults(),
                );
                const owners = createTokenAccounts ? assessment.missingTokenAccounts : [];
                assertIsSafeToDistribute(assessment, { allowForfeit, willCreate: owners });
                const { tokenProgram } = read;
                return await getDistributeInstructionsAsync(
                    {
                        ...read.channel,
                        channel,
                        createTokenAccounts: owners.length > 0 ? { funder: client.payer, owners } : undefined,
                        splits,
                        tokenProgram,
                    },
                    deployment,
                );
            }),
        finalize: input => send(() => [getFinalizeInstruction(input, deployment)]),
        open: ({ allowUnready, createTokenAccounts, ...input }) =>
            send(async () => {
                const payer = payerOf(input);
                const { authorizedSigner = payer.address, mint } = input;
                const config = withDefaults();
                const seeds = { ...input, authorizedSigner, payer: payer.address };
                const assessment = await fetchOpenAssessment(client.rpc, seeds, config);
                const owners = createTokenAccounts ? assessment.missingTokenAccounts : [];
                assertIsSafeToOpen(assessment, { allowUnready, willCreate: owners });
                const tokenProgram = await fetchTokenProgram(client.rpc, mint, config);
                const tokenAccounts = owners.length > 0 ? { createTokenAccounts: { funder: payer, owners } } : {};
                return await getOpenInstructionsAsync({ ...input, ...tokenAccounts, payer, tokenProgram }, deployment);
            }),
        requestClose: input =>
            send(() => [getRequestCloseInstruction({ ...input, payer: payerOf(input) }, deployment)]),
        settle: input => send(() => getSettleInstructions(input, deployment)),
        settleAndFinalize: input =>
            send(() => getSettleAndFinalizeInstructions({ ...input, payee: input.payee ?? client.payer }, deployment)),
        topUp: input =>
            send(async () => [
                await getTopUpInstructionAsync(
                    { ...input, ...(await fetchToken(input.channel)), payer: payerOf(input) },
                    deployment,
                ),
            ]),
        withdrawPayer: input =>
            send(async () => [
                await getWithdrawPayerInstructionAsync(
                    { ...input, ...(await fetchToken(input.channel)), payer: payerOf(input) },
                    deployment,
                ),
            ]),
    } satisfies PaymentChannelsInstructions);
}
