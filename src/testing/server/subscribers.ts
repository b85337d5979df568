import { createSubscriptionMethods, type Subscription } from '../rpc/subscriptions';
import { refuseRequest, RpcRefusal, toErrorAnswer, toRequestList } from '../rpc/request';
import type { RevisionName } from '../../revision/revision-types';
import type { Faults } from '../faults/faults';
import type { ExecutedTransaction } from '../history';
import type { Simulator } from '../simulator';

/** More than a client needs; each costs something whenever a transaction is executed. */
const MAX_SUBSCRIPTIONS = 10_000;
const MAX_PARAMS = 10;

/** One client with its subscriptions. */
export type Subscriber = Readonly<{
    /** Answers a request whose frame is that of JSON-RPC 2.0. */
    answer: (request: unknown) => object;
    /** Ends all of its subscriptions. */
    close: () => void;
}>;

/** Who has subscribed to a simulator. */
export class Subscribers {
    readonly #faults: Faults;
    readonly #methods;
    readonly #subscriptions = new Map<number, Subscription>();
    readonly #stop: () => void;
    #nextId = 0;

    constructor(simulator: Simulator<RevisionName>) {
        this.#faults = simulator.faults;
        this.#methods = createSubscriptionMethods(simulator);
        this.#stop = simulator.cluster.changes.listen(executed => this.check(executed));
    }

    /** Number of subscriptions. */
    get size(): number {
        return this.#subscriptions.size;
    }

    /** Tells everybody what is new. */
    check(executed?: ExecutedTransaction): void {
        for (const subscription of [...this.#subscriptions.values()]) subscription.check(executed);
    }

    /** @param send Sends a message to the client. */
    add(send: (message: object) => void): Subscriber {
        const ids = new Set<number>();
        const subscribe = (method: string, params: readonly unknown[]): number => {
            if (ids.size >= MAX_SUBSCRIPTIONS)
                refuseRequest('internalError', 'Subscription refused. Node subscription limit reached');
            const id = this.#nextId;
            const subscription = this.#methods[method]!(params, (result, isLast = false) => {
                if (!ids.has(id)) return;
                if (isLast) end(id);
                if (this.#faults.dropsNotification(subscription.notification)) return;
                send({ jsonrpc: '2.0', method: subscription.notification, params: { result, subscription: id } });
            });
            this.#nextId++;
            ids.add(id);
            this.#subscriptions.set(id, subscription);
            // What has happened before, as soon as the client has learnt the subscription's number.
            setImmediate(() => this.#subscriptions.get(id)?.check(undefined));
            return id;
        };
        const end = (id: number) => {
            ids.delete(id);
            this.#subscriptions.delete(id);
        };
        const unsubscribe = ([id]: readonly unknown[]): boolean => {
            if (!ids.has(id as number)) refuseRequest('invalidParams', 'Invalid subscription id.');
            end(id as number);
            return true;
        };
        return {
            answer: request => {
                const { id, method, params } = request as Readonly<{ id: unknown; method: string; params: unknown }>;
                try {
                    const given = toRequestList(params ?? [], MAX_PARAMS, 'params');
                    if (Object.hasOwn(this.#methods, method))
                        return { id, jsonrpc: '2.0', result: subscribe(method, given) };
                    const isUnsubscribe = Object.hasOwn(this.#methods, method.replace(/Unsubscribe$/, 'Subscribe'));
                    if (isUnsubscribe) return { id, jsonrpc: '2.0', result: unsubscribe(given) };
                    return refuseRequest('methodNotFound', `A simulator has no subscription ${method}`);
                } catch (error) {
                    if (error instanceof RpcRefusal) return toErrorAnswer(error, id);
                    throw error;
                }
            },
            close: () => {
                for (const id of [...ids]) end(id);
            },
        };
    }

    /** Ends all subscriptions. */
    close(): void {
        this.#stop();
        this.#subscriptions.clear();
    }
}
