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
} from '../channel/addresses';
import { assertIsSafeToDistribute, assertIsSafeToOpen } from '../channel/assert-distribution';
import { fetchClosingChannels, type ClosingChannelFilter } from '../channel/closing';
import type { Split } from '../channel/distribution';
import {
    assertIsFetchConfig,
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
import { assertIsOfRevision, LOCALNET_DEPLOYMENT, type ClientWithDeployment, type Deployment } from '../deployment';
import { PaymentChannelsError } from '../errors';
import { extendClient } from '../extend-client';
import {
    assertHasNoMisspelt,
    assertIsInput,
    readDeeply,
    readMembers,
    readOnlyMembers,
    readTerms,
    toAddress,
    toBoolean,
    toSigner,
    type OnlyMembers,
} from '../input';
import {
    getDistributeInstructionsAsync,
    getOpenInstructionsAsync,
    type DistributeWithTokenAccountsInput,
    type OpenWithTokenAccountsInput,
} from '../instructions/composed';
import { getFinalizeInstruction, type FinalizeInput } from '../instructions/finalize';
import type { OpenInput } from '../instructions/open';
import { getRequestCloseInstruction, type RequestCloseInput } from '../instructions/request-close';
import { getSettleInstructions, type SettleInput } from '../instructions/settle';
import {
    getSettleAndFinalizeInstructions,
    SETTLE_AND_FINALIZE_MEMBERS,
    type SettleAndFinalizeInput,
} from '../instructions/settle-and-finalize';
import { getTopUpInstructionAsync, type TopUpInput } from '../instructions/top-up';
import type { ChannelOf, RevisionName, RevisionTypes } from '../revision/types';
import { getWithdrawPayerInstructionAsync, type WithdrawPayerInput } from '../instructions/withdraw-payer';
import { toSelfSending, type SelfSendingPlan } from './self-sending';

/** What the plugin stands on. */
export type PaymentChannelsPluginRequirements = ClientWithPayer &
    ClientWithRpc<GetAccountInfoApi & GetMultipleAccountsApi & GetProgramAccountsApi> &
    ClientWithTransactionPlanning &
    ClientWithTransactionSending &
    Partial<ClientWithDeployment<RevisionName>>;

/** How to make the plugin; every field has a default. */
export type PaymentChannelsPluginConfig<TRevision extends RevisionName = 'tombstone'> = Readonly<{
    /** Deployment of the program; the client's own by default, otherwise the entry point's default. */
    deployment?: Deployment<TRevision> | undefined;
    /** How to read accounts; `commitment` is `confirmed` by default. */
    fetch?: Pick<FetchChannelConfig, 'commitment'> | undefined;
}>;

type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

/** What {@link PaymentChannelsInstructions.open} takes. */
export type PluginOpenInput<TRevision extends RevisionName = 'tombstone'> = Optional<
    Omit<OpenInput, 'tokenProgram'>,
    'payer'
> &
    PluginOpenFields[TRevision] &
    Readonly<{
        /** Creates the token accounts that are missing for later payouts, at the payer's expense. */
        createTokenAccounts?: boolean | undefined;
        /** Opens even though a party could not be paid as its token account is. */
        allowUnready?: boolean | undefined;
    }>;

type PluginOpenFields = {
    tombstone: unknown;
    epoch: Partial<Omit<RevisionTypes['epoch']['openInput'], 'currentSlot'>> &
        Readonly<{
            /** Slots in which the transaction has to be able to land, where no open slot is given; 1,500 by default. */
            landingSlots?: bigint | number | undefined;
        }>;
};

/** What {@link PaymentChannelsInstructions.distribute} takes. */
export type PluginDistributeInput = Readonly<{
    /** Open or finalized channel; in the epoch revision open or sealed. */
    channel: Address;
    /** Distribution plan, as the channel was opened with. */
    splits: readonly Split[];
    /** Creates the token accounts that are missing, at the expense of the client's payer. */
    createTokenAccounts?: boolean | undefined;
    /** Wallets whose share may go to the treasury for good, or `true` for every one. */
    allowForfeit?: readonly Address[] | boolean | undefined;
}>;

type SharedInstructions<TRevision extends RevisionName> = Readonly<{
    /**
     * Opens a channel, after a look at what it depends on. In the epoch revision the open slot is the current one by
     * default, and one that can't land is refused.
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
    /** Refunds the payer of a finalized or sealed channel. */
    withdrawPayer: (input: Optional<Omit<WithdrawPayerInput, 'mint' | 'tokenProgram'>, 'payer'>) => SelfSendingPlan;
}>;

/** The instructions that end a channel, by revision. */
type EndingInstructions = {
    tombstone: Readonly<{
        /**
         * Finalizes a channel, after settling a last voucher if there is one; the client's payer is the payee by default.
         */
        settleAndFinalize: (input: Optional<SettleAndFinalizeInput, 'payee'>) => SelfSendingPlan;
        /** Finalizes a closing channel whose grace period has passed. */
        finalize: (input: FinalizeInput) => SelfSendingPlan;
    }>;
    epoch: Readonly<{
        /** Seals a channel, after settling a last voucher if there is one; the client's payer is the payee by default. */
        settleAndSeal: (input: Optional<SettleAndFinalizeInput, 'payee'>) => SelfSendingPlan;
        /** Seals a closing channel whose grace period has passed. */
        seal: (input: FinalizeInput) => SelfSendingPlan;
        /** Gives the rent of a distributed channel back to who paid it; the rent payer is read if it is not given. */
        reclaim: (input: Readonly<{ channel: Address; rentPayer?: Address | undefined }>) => SelfSendingPlan;
    }>;
};

/** The instructions; the payer is the client's unless another one is given. What can be read is read. */
export type PaymentChannelsInstructions<TRevision extends RevisionName = 'tombstone'> = EndingInstructions[TRevision] &
    SharedInstructions<TRevision>;

/** The accounts. */
export type PaymentChannelsAccounts<TRevision extends RevisionName = 'tombstone'> = Readonly<{
    channel: Readonly<{
        fetch: (address: Address, config?: FetchChannelConfig<TRevision>) => Promise<Account<ChannelOf<TRevision>>>;
        fetchMaybe: (
            address: Address,
            config?: FetchChannelConfig<TRevision>,
        ) => Promise<MaybeAccount<ChannelOf<TRevision>>>;
        fetchAll: (
            addresses: readonly Address[],
            config?: FetchChannelConfig<TRevision>,
        ) => Promise<Account<ChannelOf<TRevision>>[]>;
        fetchAllMaybe: (
            addresses: readonly Address[],
            config?: FetchChannelConfig<TRevision>,
        ) => Promise<MaybeAccount<ChannelOf<TRevision>>[]>;
        /** What stands at the address: a channel in its state, a tombstone, or nothing. */
        fetchState: (
            address: Address,
            config?: FetchChannelConfig<TRevision>,
        ) => Promise<Fetched<ChannelState<TRevision>>>;
        /** The channels with all of the given fields. */
        find: (
            filter: ChannelFilter<TRevision>,
            config?: FetchChannelsConfig<TRevision>,
        ) => Promise<readonly Fetched<LiveChannelState<TRevision>>[]>;
        /** The channels that their payers have begun to close, the most urgent first. */
        findClosing: (
            filter: ClosingChannelFilter<TRevision>,
            config?: FetchChannelsConfig<TRevision>,
        ) => Promise<readonly Fetched<ClosingChannelState<TRevision>>[]>;
    }>;
}>;

/** The addresses. */
export type PaymentChannelsPdas<TRevision extends RevisionName = 'tombstone'> = Readonly<{
    channel: (seeds: ChannelSeedsInput<TRevision>) => Promise<ProgramDerivedAddress>;
    escrow: (input: Readonly<{ channel: Address }> & TokenInput) => Promise<ProgramDerivedAddress>;
    treasuryToken: (token: TokenInput) => Promise<ProgramDerivedAddress>;
}>;

/** What the plugin adds to a client as `client.paymentChannels`. */
export type PaymentChannelsPlugin<TRevision extends RevisionName = 'tombstone'> = Readonly<{
    deployment: Deployment<TRevision>;
    accounts: PaymentChannelsAccounts<TRevision>;
    instructions: PaymentChannelsInstructions<TRevision>;
    pdas: PaymentChannelsPdas<TRevision>;
    /** What `distribute` would do now. */
    assessDistribution: (
        input: Readonly<{ channel: Address; splits: readonly Split[] }>,
    ) => Promise<FetchedDistributionAssessment<TRevision>>;
}>;

/**
 * A client plugin that adds the program as `client.paymentChannels`.
 *
 * @throws When a client is extended: `DEPLOYMENT_MISMATCH` or `REVISION_MISMATCH` when it says that it is for another
 * deployment than the given one, as that of a simulator does.
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
    assertIsInput('config', config);
    return <TClient extends PaymentChannelsPluginRequirements>(
        client: TClient,
    ): ExtendedClient<TClient, { paymentChannels: PaymentChannelsPlugin }> =>
        extendClient(client, {
            paymentChannels: createPaymentChannels<'tombstone'>(client, config, LOCALNET_DEPLOYMENT, {
                getEnding: ({ deployment, send }) => ({
                    finalize: input => send(() => [getFinalizeInstruction(input, deployment)]),
                    settleAndFinalize: input =>
                        send(() => getSettleAndFinalizeInstructions(withPayee(input, client.payer), deployment)),
                }),
                prepareOpen: input => Promise.resolve(input),
            }),
        });
}

/** What ends a channel, with the client's payer as the payee unless another one is given. */
export function withPayee(
    input: Optional<SettleAndFinalizeInput, 'payee'>,
    byDefault: TransactionSigner,
): SettleAndFinalizeInput {
    const members = SETTLE_AND_FINALIZE_MEMBERS as OnlyMembers<Optional<SettleAndFinalizeInput, 'payee'>>;
    const { payee = byDefault, ...rest } = readOnlyMembers('input', input, members);
    return { ...rest, payee };
}

/** What the instructions of a revision are made with. */
type PluginTools<TRevision extends RevisionName> = Readonly<{
    deployment: Deployment<TRevision>;
    /** Makes a plan of instructions that go in one transaction, or not at all. */
    send: (build: () => Promise<readonly Instruction[]> | readonly Instruction[]) => SelfSendingPlan;
    withDefaults: WithDefaults<TRevision>;
}>;

/** What a revision has of its own. */
type PluginParts<TRevision extends RevisionName> = Readonly<{
    getEnding: (tools: PluginTools<TRevision>) => EndingInstructions[TRevision];
    /** Adds to the input of `open` what follows from the chain. */
    prepareOpen: (
        input: PluginOpenInput<TRevision>,
        tools: PluginTools<TRevision>,
    ) => Promise<PluginOpenInput<TRevision> & RevisionTypes[TRevision]['seeds']>;
}>;

/** The plugin of any revision. */
export function createPaymentChannels<TRevision extends RevisionName>(
    client: PaymentChannelsPluginRequirements,
    config: PaymentChannelsPluginConfig<TRevision>,
    byDefault: Deployment<TRevision>,
    parts: PluginParts<TRevision>,
): PaymentChannelsPlugin<TRevision> {
    const { deployment: chosen, fetch } = readOnlyMembers('config', config, { deployment: true, fetch: true });
    const deployment = chooseDeployment(client, { deployment: chosen }, byDefault);
    if (fetch !== undefined) assertIsFetchConfig(fetch);
    const withDefaults: WithDefaults<TRevision> = (given = {}) => ({
        ...fetch,
        ...copyConfig(given),
        ...deployment,
    });
    // Nothing may come between the instructions of a pair, nor may a channel be opened without what it needs: one
    // transaction, or none.
    const send: PluginTools<TRevision>['send'] = build =>
        toSelfSending(
            client,
            (async (): Promise<InstructionPlan> => nonDivisibleSequentialInstructionPlan([...(await build())]))(),
        );
    const tools = { deployment, send, withDefaults };
    const plugin: PaymentChannelsPlugin<TRevision> = {
        accounts: getAccounts(client, withDefaults),
        assessDistribution: input => fetchDistributionAssessment<TRevision>(client.rpc, input, withDefaults()),
        deployment,
        instructions: Object.freeze({
            ...getInstructions(client, tools, parts.prepareOpen),
            ...parts.getEnding(tools),
        }) as PaymentChannelsInstructions<TRevision>,
        pdas: Object.freeze({
            channel: seeds => findChannelPda<TRevision>(seeds, deployment),
            escrow: findEscrowPda,
            treasuryToken: token => findTreasuryTokenPda(token, deployment),
        }),
    };
    return Object.freeze(plugin);
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
function chooseDeployment<TRevision extends RevisionName>(
    client: PaymentChannelsPluginRequirements,
    { deployment: given }: PaymentChannelsPluginConfig<TRevision>,
    byDefault: Deployment<TRevision>,
): Deployment<TRevision> {
    const { deployment: ofClient } = readTerms('client', client, ['deployment'], ['deployment']);
    assertIsOfRevision(byDefault.revision.name, given ?? {});
    if (ofClient === undefined) return given ?? byDefault;
    assertIsOfRevision(byDefault.revision.name, ofClient);
    if (given === undefined) return ofClient as Deployment<TRevision>;
    const describeOne = (one: Deployment<RevisionName>) =>
        `${one.programAddress} with the treasury owner ${one.treasuryOwner}`;
    if (describeOne(given) !== describeOne(ofClient)) {
        throw new PaymentChannelsError('DEPLOYMENT_MISMATCH', {
            expected: `${describeOne(ofClient)}, which the client is for`,
            field: 'config.deployment',
            given: describeOne(given),
        });
    }
    return given;
}

/** A reading's config: what the caller gives, over the plugin's own; the deployment is never the caller's. */
type WithDefaults<TRevision extends RevisionName> = (
    given?: FetchChannelsConfig<TRevision>,
) => FetchChannelsConfig<TRevision>;

function getAccounts<TRevision extends RevisionName>(
    client: PaymentChannelsPluginRequirements,
    withDefaults: WithDefaults<TRevision>,
): PaymentChannelsAccounts<TRevision> {
    const { rpc } = readMembers('client', client, ['rpc']);
    return Object.freeze({
        channel: Object.freeze({
            fetch: async (address, given) => await fetchChannel<string, TRevision>(rpc, address, withDefaults(given)),
            fetchAll: async (addresses, given) => await fetchAllChannel<TRevision>(rpc, addresses, withDefaults(given)),
            fetchAllMaybe: async (addresses, given) =>
                await fetchAllMaybeChannel<TRevision>(rpc, addresses, withDefaults(given)),
            fetchMaybe: async (address, given) =>
                await fetchMaybeChannel<string, TRevision>(rpc, address, withDefaults(given)),
            fetchState: async (address, given) => await fetchChannelState<TRevision>(rpc, address, withDefaults(given)),
            find: async (filter, given) => await fetchChannels<TRevision>(rpc, filter, withDefaults(given)),
            findClosing: async (filter, given) =>
                await fetchClosingChannels<TRevision>(rpc, filter, withDefaults(given)),
        } satisfies PaymentChannelsAccounts<TRevision>['channel']),
    });
}

function getInstructions<TRevision extends RevisionName>(
    client: PaymentChannelsPluginRequirements,
    tools: PluginTools<TRevision>,
    prepareOpen: PluginParts<TRevision>['prepareOpen'],
): SharedInstructions<TRevision> {
    const { deployment, send, withDefaults } = tools;
    const payerOf = (input: { payer?: TransactionSigner | undefined }) => {
        const { payer = client.payer } = readTerms('input', input, ['payer'], ['payer']);
        return toSigner('payer', payer);
    };
    const channelOf = (input: { channel: Address }) =>
        toAddress('channel', readMembers('input', input, ['channel']).channel);
    /** The mint of a channel and its token program, which the caller need not know. */
    const fetchToken = async (channel: Address) => {
        const address = toAddress('channel', channel);
        const { data } = await fetchChannel<string, TRevision>(client.rpc, address, withDefaults());
        const tokenProgram = await fetchTokenProgram(client.rpc, data.mint, withDefaults());
        return { mint: data.mint, tokenProgram };
    };
    return {
        distribute: given =>
            send(async () => {
                const names = ['allowForfeit', 'channel', 'createTokenAccounts', 'splits'] as const;
                assertHasNoMisspelt('input', given, names);
                const members = readMembers('input', given, names);
                const { allowForfeit, channel, createTokenAccounts = false, splits } = members;
                const createsTokenAccounts = toBoolean('createTokenAccounts', createTokenAccounts);
                const { assessment, ...read } = await fetchDistributionAssessment<TRevision>(
                    client.rpc,
                    { channel, splits },
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
                return await getDistributeInstructionsAsync<TRevision>(
                    input as DistributeWithTokenAccountsInput<TRevision>,
                    deployment,
                );
            }),
        open: given =>
            send(async () => {
                assertHasNoMisspelt('input', given, ['allowUnready', 'createTokenAccounts']);
                const copied = readDeeply('input', 'the terms of a channel', given, () => ({ ...given }));
                const { allowUnready, createTokenAccounts = false, ...input } = await prepareOpen(copied, tools);
                const createsTokenAccounts = toBoolean('createTokenAccounts', createTokenAccounts);
                const payer = payerOf(input);
                const { authorizedSigner = payer.address, mint } = input;
                const config = withDefaults();
                const seeds = { ...input, authorizedSigner, payer: payer.address };
                const assessment = await fetchOpenAssessment<TRevision>(
                    client.rpc,
                    seeds as unknown as OpenAssessmentInput<TRevision>,
                    config,
                );
                const owners = createsTokenAccounts ? assessment.missingTokenAccounts : [];
                assertIsSafeToOpen(assessment, { allowUnready, willCreate: owners });
                const tokenProgram = await fetchTokenProgram(client.rpc, mint, config);
                const tokenAccounts = owners.length > 0 ? { createTokenAccounts: { funder: payer, owners } } : {};
                const open = { ...input, ...tokenAccounts, payer, tokenProgram };
                return await getOpenInstructionsAsync<TRevision>(
                    open as unknown as OpenWithTokenAccountsInput<TRevision>,
                    deployment,
                );
            }),
        requestClose: input =>
            send(() => [getRequestCloseInstruction({ channel: channelOf(input), payer: payerOf(input) }, deployment)]),
        settle: input => send(() => getSettleInstructions<TRevision>(input, deployment) as readonly Instruction[]),
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
}

type OpenAssessmentInput<TRevision extends RevisionName> = Parameters<typeof fetchOpenAssessment<TRevision>>[1];
