import { createSubscriptionMethods, type Subscription } from '../rpc/subscriptions';
import { refuseRequest, RpcRefusal, toErrorAnswer, toRequestList } from '../rpc/request';
import type { RevisionName } from '../../revision/revision-types';
import { tellWithFaults, type Faults } from '../faults/faults';
import { answerWithFaults } from '../faults/json-rpc';
import type { ExecutedTransaction } from '../history';
import type { Simulator } from '../simulator';

/** More than a client needs; each costs something whenever a transaction is executed. */
const MAX_SUBSCRIPTIONS = 10_000;
const MAX_PARAMS = 10;

/** One client with its subscriptions. */
export type Subscriber = Readonly<{
    /** Answers a request whose frame is that of JSON-RPC 2.0; what is thrown is of the connection, as faults have it. */
    answer: (request: unknown) => object | Promise<object>;
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

    constructor(simulator: Simulator<RevisionName>, faults = simulator.faults) {
        this.#faults = faults;
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

    /**
     * @param send Sends a message to the client.
     * @param closeSocket Breaks off the connection to it.
     */
    add(send: (message: object) => void, closeSocket: () => void): Subscriber {
        const ids = new Set<number>();
        /** What is told of subscriptions whose numbers the client does not know yet. */
        const early = new Map<number, object[]>();
        const sendOf = (id: number, message: object) => {
            const waiting = early.get(id);
            if (waiting) waiting.push(message);
            else send(message);
        };
        /** Tells what has happened before, once the client has learnt the subscription's number. */
        const begin = (id: number) => {
            const waiting = early.get(id) ?? [];
            early.delete(id);
            for (const message of waiting) send(message);
            this.#subscriptions.get(id)?.check(undefined);
        };
        const subscribe = (method: string, params: readonly unknown[]): number => {
            if (ids.size >= MAX_SUBSCRIPTIONS)
                refuseRequest('internalError', 'Subscription refused. Node subscription limit reached');
            const id = this.#nextId;
            let isOver = false;
            const subscription = this.#methods[method]!(params, (result, isLast = false) => {
                if (isOver || !ids.has(id)) return;
                isOver = isLast;
                const { notification } = subscription;
                const tell = (told: unknown) => {
                    if (!ids.has(id)) return;
                    if (isLast) end(id);
                    sendOf(id, { jsonrpc: '2.0', method: notification, params: { result: told, subscription: id } });
                };
                const endSubscription = () => end(id);
                tellWithFaults(this.#faults, { closeSocket, endSubscription, notification, result, tell });
            });
            this.#nextId++;
            ids.add(id);
            this.#subscriptions.set(id, subscription);
            early.set(id, []);
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
        const answer = (request: unknown): object => {
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
        };
        return {
            answer: request => {
                const answered = answerWithFaults(this.#faults, request, () => answer(request));
                const told = (given: object) => {
                    const { result } = given as Readonly<{ result?: unknown }>;
                    if (early.has(result as number)) setImmediate(() => begin(result as number));
                    return given;
                };
                return answered instanceof Promise ? answered.then(told) : told(answered);
            },
            close: () => {
                for (const id of [...ids]) end(id);
                early.clear();
            },
        };
    }

    /** Ends all subscriptions. */
    close(): void {
        this.#stop();
        this.#subscriptions.clear();
    }
}
