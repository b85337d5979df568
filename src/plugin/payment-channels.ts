import {
    type Address,
    type ExtendedClient,
    type InstructionPlan,
    nonDivisibleSequentialInstructionPlan,
    type ProgramDerivedAddress,
} from '@solana/kit';

import {
    type ChannelSeedsInput,
    findChannelPda,
    findEscrowPda,
    findTreasuryTokenPda,
    type TokenInput,
} from '../channel/find-pdas';
import type { Split } from '../channel/splits';
import { assertIsFetchConfig, type FetchConfig } from '../reading/fetch-channel';
import { fetchDistributionAssessment, type FetchedDistributionAssessment } from '../reading/fetch-assessment';
import {
    type ClientWithDeployment,
    type Deployment,
    getProgramConfig,
    getRevisionName,
    getTreasuryOwner,
} from '../revision/deployment';
import { DEPLOYMENT_MISMATCH, REVISION_MISMATCH } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { extendClient } from '../core/extend-client';
import { assertIsInput, readDeeply, readOnlyMembers, readTerms, refuseInput } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import { toSelfSending } from './self-sending';
import { getAccounts, type PaymentChannelsAccounts, type WithDefaults } from './channel-accounts';
import { getInstructions, type PaymentChannelsInstructions, type PluginTools } from './channel-instructions';
import type { PaymentChannelsPluginRequirements } from './plugin-requirements';

/** Config of the plugin. */
export type PaymentChannelsPluginConfig<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** Deployment of the program; that of the client where it has one, as the client of a simulator does. */
    deployment?: Deployment<TRevision> | undefined;
    /** How to read accounts; `commitment` is `confirmed` by default. */
    fetch?: Pick<FetchConfig, 'commitment'> | undefined;
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
