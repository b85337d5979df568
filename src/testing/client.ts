import { type ClientWithRpc, type ExtendedClient } from '@solana/kit';

import type { ClientWithDeployment } from '../revision/deployment';
import { extendClient } from '../core/extend-client';
import type { RevisionName } from '../revision/revision-types';
import { createSimulatorRpc, type SimulatorRpcApi } from './rpc';
import type { Simulator } from './simulator';

/** The additions of {@link simulated} to a client. */
export type SimulatedClient<TRevision extends RevisionName = RevisionName> = ClientWithDeployment<TRevision> &
    ClientWithRpc<SimulatorRpcApi> &
    Readonly<{ simulator: Simulator<TRevision> }>;

/**
 * A client plugin that stands a simulator in the place of a cluster: its RPC, and the deployment that is loaded in it,
 * which the plugin of payment channels takes as its default.
 *
 * @example
 * ```ts
 * import { payer, paymentChannels, transactionSending } from 'solana-payment-channels/kit';
 *
 * const client = createClient()
 *     .use(payer(await simulator.createFundedSigner()))
 *     .use(simulated(simulator))
 *     .use(transactionSending())
 *     .use(paymentChannels());
 * ```
 */
export function simulated<TRevision extends RevisionName>(simulator: Simulator<TRevision>) {
    const rpc = createSimulatorRpc(simulator);
    const additions: SimulatedClient<TRevision> = Object.freeze({
        deployment: simulator.deployment,
        rpc,
        simulator,
    });
    return <TClient extends object>(client: TClient): ExtendedClient<TClient, SimulatedClient<TRevision>> =>
        extendClient(client, additions);
}
