import {
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
    type GetSlotApi,
    type Instruction,
    type InstructionPlan,
    type MaybeAccount,
    type ProgramDerivedAddress,
    type TransactionSigner,
} from '@solana/kit';

import {
    findChannelPda,
    findEscrowPda,
    findTreasuryTokenPda,
    type ChannelSeedsInput,
    type TokenInput,
} from '../channel/find-pdas';
import { assertIsSafeToDistribute, assertIsSafeToOpen } from '../channel/assert-is-safe';
import { fetchClosingChannels, type ClosingChannelFilter } from '../reading/watch-closing-channels';
import type { Split } from '../channel/splits';
import {
    assertIsFetchConfig,
    fetchAllChannel,
    fetchAllMaybeChannel,
    fetchChannel,
    fetchChannelState,
    fetchMaybeChannel,
    type FetchConfig,
    type Fetched,
} from '../reading/fetch-channel';
import {
    fetchDistributionAssessment,
    fetchOpenAssessment,
    fetchTokenProgram,
    type FetchedDistributionAssessment,
} from '../reading/fetch-assessment';
import type { ChannelFilter } from '../channel/channel-filters';
import { fetchChannels, type FetchChannelsConfig } from '../reading/fetch-channels';
import type { ChannelState, ClosingChannelState, LiveChannelState } from '../channel/channel-state';
import { fetchCurrentSlot } from '../reading/fetch-open-slot';
import {
    getPart,
    getProgramConfig,
    getRevisionName,
    getTreasuryOwner,
    readPart,
    type ClientWithDeployment,
    type Deployment,
} from '../revision/deployment';
import { DEPLOYMENT_MISMATCH, REVISION_MISMATCH } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { extendClient } from '../core/extend-client';
import {
    assertHasNoMisspelt,
    assertIsInput,
    readDeeply,
    readMembers,
    readOnlyMembers,
    readTerms,
    toAddress,
    refuseInput,
    toBoolean,
    toSigner,
    type OnlyMembers,
} from '../core/input';
import {
    getDistributeInstructionsAsync,
    getOpenInstructionsAsync,
    type DistributeWithTokenAccountsInput,
    type OpenWithTokenAccountsInput,
} from '../instructions/composed';
import { getFinalizeInstruction, type FinalizeInput } from '../instructions/finalize';
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
import { toSelfSending, type SelfSendingPlan } from './self-sending';

/** The client that the plugin needs. */
export type PaymentChannelsPluginRequirements = ClientWithPayer &
    ClientWithRpc<GetAccountInfoApi & GetMultipleAccountsApi & GetProgramAccountsApi & GetSlotApi> &
    ClientWithTransactionPlanning &
    ClientWithTransactionSending &
    Partial<ClientWithDeployment>;

/** Config of the plugin. */
export type PaymentChannelsPluginConfig<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** Deployment of the program; that of the client where it has one, as the client of a simulator does. */
    deployment?: Deployment<TRevision> | undefined;
    /** How to read accounts; `commitment` is `confirmed` by default. */
    fetch?: Pick<FetchConfig, 'commitment'> | undefined;
}>;

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
     * Distributes a channel, after a look at everyone's token accounts: nothing is forfeited unasked.
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
          /** Gives the rent of a distributed channel back to who paid it; the rent payer is read if it is not given. */
          reclaim: (input: Readonly<{ channel: Address; rentPayer?: Address | undefined }>) => SelfSendingPlan;
      }>
    : unknown;

/** The accounts. */
export type PaymentChannelsAccounts<TRevision extends RevisionName = RevisionName> = Readonly<{
    channel: Readonly<{
        fetch: (address: Address, config?: FetchConfig) => Promise<Account<ChannelOf<TRevision>>>;
        fetchMaybe: (address: Address, config?: FetchConfig) => Promise<MaybeAccount<ChannelOf<TRevision>>>;
        fetchAll: (addresses: readonly Address[], config?: FetchConfig) => Promise<Account<ChannelOf<TRevision>>[]>;
        fetchAllMaybe: (
            addresses: readonly Address[],
            config?: FetchConfig,
        ) => Promise<MaybeAccount<ChannelOf<TRevision>>[]>;
        /** The state of the account at the address: a channel, a tombstone, or nothing. */
        fetchState: (address: Address, config?: FetchConfig) => Promise<Fetched<ChannelState<TRevision>>>;
        /** The channels with all of the given fields. */
        find: (
            filter: ChannelFilter<TRevision>,
            config?: FetchChannelsConfig,
        ) => Promise<readonly Fetched<LiveChannelState<TRevision>>[]>;
        /** The channels that their payers have begun to close, the most urgent first. */
        findClosing: (
            filter: ClosingChannelFilter<TRevision>,
            config?: FetchChannelsConfig,
        ) => Promise<readonly Fetched<ClosingChannelState<TRevision>>[]>;
    }>;
}>;

/** The addresses. */
export type PaymentChannelsPdas<TRevision extends RevisionName = RevisionName> = Readonly<{
    channel: (seeds: ChannelSeedsInput<TRevision>) => Promise<ProgramDerivedAddress>;
    escrow: (input: Readonly<{ channel: Address }> & TokenInput) => Promise<ProgramDerivedAddress>;
    treasuryToken: (token: TokenInput) => Promise<ProgramDerivedAddress>;
}>;

/** The plugin's additions, as `client.paymentChannels`. */
export type PaymentChannelsPlugin<TRevision extends RevisionName = RevisionName> = Readonly<{
    deployment: Deployment<TRevision>;
    accounts: PaymentChannelsAccounts<TRevision>;
    instructions: PaymentChannelsInstructions<TRevision>;
    pdas: PaymentChannelsPdas<TRevision>;
    /** The effects that `distribute` would have now. */
    assessDistribution: (
        input: Readonly<{ channel: Address; splits: readonly Split[] }>,
    ) => Promise<FetchedDistributionAssessment<TRevision>>;
}>;

/**
 * A client plugin that adds the program as `client.paymentChannels`.
 *
 * @throws When a client is extended: `INPUT_INVALID` where neither it nor the config says which deployment it is for,
 * `DEPLOYMENT_MISMATCH` or `REVISION_MISMATCH` where the two contradict each other.
 *
 * @example
 * ```ts
 * import { payer, paymentChannels, rpc, transactionSending } from 'solana-payment-channels/kit';
 *
 * const client = createClient()
 *     .use(payer(signer))
 *     .use(rpc(createSolanaRpc(url)))
 *     .use(transactionSending())
 *     .use(paymentChannels({ deployment: MAINNET_DEPLOYMENT }));
 * await client.paymentChannels.instructions.settle({ voucher }).sendTransaction();
 * ```
 */
export function paymentChannels<TRevision extends RevisionName>(
    config: PaymentChannelsPluginConfig<TRevision> & Readonly<{ deployment: Deployment<TRevision> }>,
): <TClient extends PaymentChannelsPluginRequirements>(
    client: TClient,
) => ExtendedClient<TClient, { paymentChannels: PaymentChannelsPlugin<TRevision> }>;
export function paymentChannels(config?: Omit<PaymentChannelsPluginConfig, 'deployment'>): <
    TClient extends ClientWithDeployment & PaymentChannelsPluginRequirements,
>(
    client: TClient,
) => ExtendedClient<
    TClient,
    {
        paymentChannels: PaymentChannelsPlugin<
            TClient extends ClientWithDeployment<infer TRevision> ? TRevision : never
        >;
    }
>;
export function paymentChannels(config: PaymentChannelsPluginConfig = {}) {
    assertIsInput('config', config);
    return (client: PaymentChannelsPluginRequirements): never =>
        extendClient(client, { paymentChannels: createPaymentChannels(client, config) }) as never;
}

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
type PluginTools = Readonly<{
    deployment: Deployment;
    /** Makes a plan of instructions that go in one transaction, or not at all. */
    send: (build: () => Promise<readonly Instruction[]> | readonly Instruction[]) => SelfSendingPlan;
    withDefaults: WithDefaults;
}>;

function createPaymentChannels(
    client: PaymentChannelsPluginRequirements,
    config: PaymentChannelsPluginConfig,
): PaymentChannelsPlugin {
    const { deployment: chosen, fetch } = readOnlyMembers('config', config, { deployment: true, fetch: true });
    const deployment = chooseDeployment(client, chosen);
    if (fetch !== undefined) assertIsFetchConfig(fetch);
    const withDefaults: WithDefaults = (given = {}) => ({ ...fetch, ...copyConfig(given) });
    // Nothing may come between the instructions of a pair, nor may a channel be opened without what it needs: one
    // transaction, or none.
    const send: PluginTools['send'] = build =>
        toSelfSending(
            client,
            (async (): Promise<InstructionPlan> => nonDivisibleSequentialInstructionPlan([...(await build())]))(),
        );
    return Object.freeze<PaymentChannelsPlugin>({
        accounts: getAccounts(client, deployment, withDefaults),
        assessDistribution: input => fetchDistributionAssessment(client.rpc, input, deployment, withDefaults()),
        deployment,
        instructions: getInstructions(client, { deployment, send, withDefaults }),
        pdas: Object.freeze({
            channel: seeds => findChannelPda(seeds, deployment),
            escrow: findEscrowPda,
            treasuryToken: token => findTreasuryTokenPda(token, deployment),
        }),
    });
}

function copyConfig<T extends object>(given: T): T {
    assertIsInput('config', given);
    return readDeeply('config', 'an object whose members can be read', given, () => {
        // What is not given has the default of the plugin.
        const members = Object.entries(given).filter(([, member]) => member !== undefined);
        return Object.fromEntries(members) as T;
    });
}

/** The deployment that is given, or that of the client; the two may not contradict each other. */
function chooseDeployment(client: PaymentChannelsPluginRequirements, given: Deployment | undefined): Deployment {
    const { deployment: ofClient } = readTerms('client', client, ['deployment'], ['deployment']);
    const deployment = given ?? ofClient;
    if (deployment === undefined) {
        return refuseInput('config.deployment', 'a deployment such as MAINNET_DEPLOYMENT', deployment);
    }
    getProgramConfig(deployment);
    getTreasuryOwner(deployment);
    if (given === undefined || ofClient === undefined) return deployment;
    const [revision, expected] = [getRevisionName(given), getRevisionName(ofClient)];
    if (revision !== expected) {
        throw new PaymentChannelsError(REVISION_MISMATCH, { expected, field: 'config.deployment', given: revision });
    }
    const describeOne = (one: Deployment) => `${one.programAddress} with the treasury owner ${one.treasuryOwner}`;
    if (describeOne(given) !== describeOne(ofClient)) {
        throw new PaymentChannelsError(DEPLOYMENT_MISMATCH, {
            expected: `${describeOne(ofClient)}, which the client is for`,
            field: 'config.deployment',
            given: describeOne(given),
        });
    }
    return given;
}

/** Config for reading: the caller's values override the plugin's. */
type WithDefaults = (given?: FetchChannelsConfig) => FetchChannelsConfig;

function getAccounts(
    client: PaymentChannelsPluginRequirements,
    deployment: Deployment,
    withDefaults: WithDefaults,
): PaymentChannelsAccounts {
    const { rpc } = readMembers('client', client, ['rpc']);
    return Object.freeze({
        channel: Object.freeze<PaymentChannelsAccounts['channel']>({
            fetch: async (address, given) => await fetchChannel(rpc, address, deployment, withDefaults(given)),
            fetchAll: async (addresses, given) =>
                await fetchAllChannel(rpc, addresses, deployment, withDefaults(given)),
            fetchAllMaybe: async (addresses, given) =>
                await fetchAllMaybeChannel(rpc, addresses, deployment, withDefaults(given)),
            fetchMaybe: async (address, given) =>
                await fetchMaybeChannel(rpc, address, deployment, withDefaults(given)),
            fetchState: async (address, given) =>
                await fetchChannelState(rpc, address, deployment, withDefaults(given)),
            find: async (filter, given) => await fetchChannels(rpc, filter, deployment, withDefaults(given)),
            findClosing: async (filter, given) =>
                await fetchClosingChannels(rpc, filter, deployment, withDefaults(given)),
        }),
    });
}

function getInstructions(
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
