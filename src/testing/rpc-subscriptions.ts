import {
    createRpcSubscriptionsTransportFromChannelCreator,
    createSolanaRpcSubscriptionsFromTransport,
    getDataPublisherFromEventEmitter,
    SOLANA_ERROR__RPC_SUBSCRIPTIONS__CHANNEL_CONNECTION_CLOSED,
    SolanaError,
    type AccountNotificationsApi,
    type LogsNotificationsApi,
    type ProgramNotificationsApi,
    type RootNotificationsApi,
    type RpcSubscriptions,
    type RpcSubscriptionsChannel,
    type RpcSubscriptionsTransport,
    type SignatureNotificationsApi,
    type SlotNotificationsApi,
} from '@solana/kit';

import { assertHasMethods, readMembers, readOnlyMembers } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import { findConnectionFault } from './faults/connection-fault';
import { assertIsFaults } from './faults/with-faults';
import type { SimulatorRpcOptions } from './rpc';
import { toErrorAnswer, toInternalRefusal } from './rpc/request';
import { Subscribers } from './server/subscribers';
import type { Simulator } from './simulator';

/** The subscriptions of a simulator's RPC that kit knows. */
export type SimulatorRpcSubscriptionsApi = AccountNotificationsApi &
    LogsNotificationsApi &
    ProgramNotificationsApi &
    RootNotificationsApi &
    SignatureNotificationsApi &
    SlotNotificationsApi;

/** Kit's client of subscriptions, for a simulator. */
export type SimulatorRpcSubscriptions = RpcSubscriptions<SimulatorRpcSubscriptionsApi>;

/**
 * Creates the subscriptions that belong to {@link createSimulatorRpc}: kit's own client, told in this process, so that what
 * waits for confirmations or watches accounts runs in a test without a server.
 *
 * Whoever has subscribed is told when a transaction is executed, the clock is moved or the simulator's own methods write an
 * account; not of what is written through `simulator.svm`, until one of these happens. Each subscription is a connection of its
 * own: one that breaks off by a fault leaves the others.
 *
 * @param options `faults` of this client only; by default those of {@link Simulator.faults}.
 * @throws `INPUT_INVALID` for anything but a simulator.
 *
 * @example
 * ```ts
 * const simulator = await createSimulator({ deployment: MAINNET_DEPLOYMENT });
 * const rpc = createSimulatorRpc(simulator);
 * const rpcSubscriptions = createSimulatorRpcSubscriptions(simulator);
 * const sendAndConfirm = sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions });
 * ```
 */
export function createSimulatorRpcSubscriptions(
    simulator: Simulator<RevisionName>,
    options: SimulatorRpcOptions = {},
): SimulatorRpcSubscriptions {
    assertHasMethods('simulator', simulator, ['getClock', 'sendTransaction']);
    const { cluster } = readMembers('simulator', simulator, ['cluster']);
    assertHasMethods('simulator.cluster', cluster, ['execute', 'getAccount']);
    const { faults = simulator.faults } = readOnlyMembers('options', options, { faults: true });
    assertIsFaults('options.faults', faults);
    const createChannel = ({ abortSignal }: Readonly<{ abortSignal: AbortSignal }>) => {
        const subscribers = new Subscribers(simulator, faults);
        const channel = openChannel(subscribers);
        abortSignal.addEventListener('abort', () => subscribers.close(), { once: true });
        return Promise.resolve(channel);
    };
    const transport = createRpcSubscriptionsTransportFromChannelCreator(createChannel) as RpcSubscriptionsTransport;
    return createSolanaRpcSubscriptionsFromTransport(transport) as SimulatorRpcSubscriptions;
}

/** One connection. */
function openChannel(subscribers: Subscribers): RpcSubscriptionsChannel<unknown, unknown> {
    const events = new EventTarget();
    const publish = (type: 'error' | 'message', detail: unknown) => {
        events.dispatchEvent(new CustomEvent(type, { detail }));
    };
    const breakOff = () => {
        subscribers.close();
        publish('error', new SolanaError(SOLANA_ERROR__RPC_SUBSCRIPTIONS__CHANNEL_CONNECTION_CLOSED));
    };
    const subscriber = subscribers.add(message => publish('message', message), breakOff);
    const publisher = getDataPublisherFromEventEmitter(events) as unknown as Pick<
        RpcSubscriptionsChannel<unknown, unknown>,
        'on'
    >;
    return {
        on: publisher.on.bind(publisher),
        send(message) {
            // Kit listens for the answer only when the request is sent.
            setImmediate(() => void answer(message));
            return Promise.resolve();
        },
    };

    async function answer(message: unknown): Promise<void> {
        try {
            publish('message', await subscriber.answer(message));
        } catch (error) {
            if (findConnectionFault(error)) return breakOff();
            const { id } = message as Readonly<{ id: unknown }>;
            publish('message', toErrorAnswer(toInternalRefusal(error), id));
        }
    }
}
