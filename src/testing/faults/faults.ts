import { createHash } from 'node:crypto';

import type { RevisionName } from '../../revision/revision-types';
import { getListLength, readMembers, refuseInput } from '../../core/input';
import { toResult } from '../../core/json-form';
import type { Cluster } from '../cluster';
import { createLostConnection, createStatusFault } from './connection-fault';
import { readSignature } from './read-signature';
import { isOfNotification, toRule, type CheckedRule, type FaultName, type FaultRule, type FaultyRequest } from './rule';
import { EarlierStates } from './earlier-states';

/** One time that something went wrong. */
export type FaultRecord = Readonly<{
    fault: FaultName;
    method: string;
    /** Which of the requests that it could happen to, from 1. */
    nth: number;
    /** Slot of the cluster. */
    slot: bigint;
    /** What happened, for people. */
    text: string;
}>;

/** A fault that was injected. */
export type InjectedFault = Readonly<{
    /** How often it has happened. */
    getCount: () => number;
    /** Ends it: nothing more goes wrong by it. */
    remove: () => void;
    /** Lets go of the answers that it holds. */
    release: () => void;
}>;

/** What stands in an answer, so that faults can change it. */
export type AnswerForm = Readonly<{
    isError: (answer: unknown) => boolean;
    read: (answer: unknown) => unknown;
    write: (answer: unknown, result: unknown) => unknown;
}>;

/** The answer is what it says. */
const PLAIN: AnswerForm = { isError: () => false, read: answer => answer, write: (_, result) => result };

/** What somebody is told who has subscribed, and where. */
export type Notified = Readonly<{
    /** The name of the message. */
    notification: string;
    result: unknown;
    /** Tells it. */
    tell: (result: unknown) => void;
    /** Breaks off the connection. */
    closeSocket: () => void;
    /** Has nothing more told for the subscription. */
    endSubscription: () => void;
}>;

/** Does what the rules say with what somebody is told who has subscribed. */
export let tellWithFaults: (faults: Faults, notified: Notified) => void;

/** A rule with what has become of it. */
type Injected = {
    readonly rule: CheckedRule;
    readonly nextRandom: () => number;
    readonly earlier: EarlierStates | undefined;
    readonly releases: Set<() => void>;
    seen: number;
    happened: number;
};

const READS = /^(get|is|simulate)/;

/**
 * What goes wrong between a client and a simulator, by rules that are injected and removed: see {@link FaultRule}.
 *
 * `simulator.faults` is about every connection; with `createSimulatorRpc(simulator, { faults })` a connection has faults of
 * its own. Rules are applied in the order in which they were injected, the first one nearest to the client. They are
 * deterministic: chance follows from a seed. Everything that goes wrong stands in the log.
 */
export class Faults {
    readonly #cluster: Cluster<RevisionName>;
    readonly #log: FaultRecord[] = [];
    #injected: readonly Injected[] = [];

    /** @internal Use `createFaults`, or `simulator.faults`. */
    constructor(cluster: Cluster<RevisionName>) {
        this.#cluster = cluster;
    }

    /** @internal Whether nothing is injected. */
    get isQuiet(): boolean {
        return this.#injected.length === 0;
    }

    /** Everything that went wrong, in order. */
    get log(): readonly FaultRecord[] {
        return this.#log;
    }

    /**
     * Has something go wrong from now on.
     *
     * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
     *
     * @example
     * ```ts
     * simulator.faults.inject({ fault: 'loseAnswer', method: 'sendTransaction', nth: 2 });
     * ```
     */
    inject(rule: FaultRule): InjectedFault {
        const checked = toRule(rule);
        const isOfEarlier = checked.fault === 'lagReads' || checked.fault === 'standStill';
        const injected: Injected = {
            earlier: isOfEarlier ? new EarlierStates(this.#cluster, checked.fault === 'lagReads') : undefined,
            happened: 0,
            nextRandom: checked.random ?? createRandom(checked.seed),
            releases: new Set(),
            rule: checked,
            seen: 0,
        };
        this.#injected = [...this.#injected, injected];
        return Object.freeze({
            getCount: () => injected.happened,
            release: () => {
                for (const release of injected.releases) release();
                injected.releases.clear();
            },
            remove: () => {
                this.#injected = this.#injected.filter(other => other !== injected);
                injected.earlier?.stop();
            },
        });
    }

    /** Ends all faults that were injected; the log stays. Answers that are held stay so. */
    clear(): void {
        for (const { earlier } of this.#injected) earlier?.stop();
        this.#injected = [];
    }

    /**
     * Does what the rules say with a request: for whoever answers requests.
     *
     * @param request `method`, and `params` as they are sent.
     * @param send Makes the request.
     * @returns What it is answered with, at once unless something has to be waited for.
     * @throws `INPUT_INVALID`, by field; what the rules say.
     */
    intercept(request: FaultyRequest, send: () => unknown, form = PLAIN): unknown {
        const { method, params } = readMembers('request', request, ['method', 'params']);
        if (typeof method !== 'string') refuseInput('request.method', 'the name of a method', method);
        if (getListLength(params) === undefined) refuseInput('request.params', 'an array', params);
        if (typeof send !== 'function') refuseInput('send', 'a function', send);
        const injected = this.#injected.filter(({ rule }) => rule.methods?.includes(method) ?? true);
        // Without faults nothing is any later than it is.
        if (injected.length === 0) return send();
        return injected.reduceRight<() => unknown>(
            (inner, one) => () => this.#apply(one, request, inner, form),
            send,
        )();
    }

    static {
        tellWithFaults = (faults, notified) => {
            // Those of another copy of this package say nothing to this one.
            if (#injected in faults) faults.#notify(notified);
            else notified.tell(notified.result);
        };
    }

    #notify(notified: Notified): void {
        const injected = this.#injected.filter(({ rule }) => isOfNotification(rule, notified.notification));
        injected.reduce((outer, one) => told => this.#pass(one, notified, told, outer), notified.tell)(notified.result);
    }

    /** What goes wrong on the way of a notification. */
    #pass(injected: Injected, notified: Notified, result: unknown, tell: (result: unknown) => void): void {
        const { fault, lie, milliseconds, slots } = injected.rule;
        // It has nothing to say about a confirmation.
        if (fault === 'lieAboutStatuses' && lie.err === undefined) return tell(result);
        if (!this.#happens(injected, { method: notified.notification, params: [] })) return tell(result);
        switch (fault) {
            case 'closeSocket':
                return notified.closeSocket();
            case 'endSubscription':
                return notified.endSubscription();
            case 'lieAboutStatuses':
                return tell(lieAboutConfirmation(result, lie));
            case 'delayNotification':
            case 'lagReads':
                if (slots > 0n) this.#cluster.runAt(this.#slot + slots, () => tell(result));
                else setTimeout(() => tell(result), milliseconds);
        }
    }

    #apply(injected: Injected, request: FaultyRequest, send: () => unknown, form: AnswerForm): unknown {
        switch (injected.rule.fault) {
            case 'delayTransaction':
            case 'dropTransaction':
            case 'interfere':
            case 'refuse':
                return this.#happens(injected, request) ? this.#before(injected, request, send, form) : send();
            case 'lagReads':
            case 'standStill':
                return READS.test(request.method) && this.#happens(injected, request)
                    ? injected.earlier!.run(injected.rule.slots, send)
                    : send();
            default:
                return this.#after(injected, request, send, form);
        }
    }

    /** What goes wrong before the node has a request. */
    async #before(injected: Injected, request: FaultyRequest, send: () => unknown, form: AnswerForm): Promise<unknown> {
        const { fault, run, slots, status } = injected.rule;
        if (fault === 'refuse') throw createStatusFault(status);
        if (fault === 'interfere') {
            await run(request);
            return await send();
        }
        if (fault === 'delayTransaction') this.#cluster.runAt(this.#slot + slots, () => void attempt(send));
        return form.write(undefined, readSignature(request.params));
    }

    /** What goes wrong with the answer. */
    async #after(injected: Injected, request: FaultyRequest, send: () => unknown, form: AnswerForm): Promise<unknown> {
        const answer = await send();
        if (form.isError(answer) || !this.#happens(injected, request)) return answer;
        const { fault, lie, milliseconds } = injected.rule;
        switch (fault) {
            case 'loseAnswer':
                throw createLostConnection();
            case 'holdAnswer':
                await new Promise<void>(resolve => injected.releases.add(resolve));
                return answer;
            case 'delayAnswer':
                await new Promise(resolve => setTimeout(resolve, milliseconds));
                return answer;
            default: {
                const { context, value } = form.read(answer) as { context: unknown; value: readonly (object | null)[] };
                const told = value.map(status =>
                    status === null || fault === 'forgetStatuses' ? null : lieAbout(status, lie),
                );
                return form.write(answer, { context, value: told });
            }
        }
    }

    get #slot(): bigint {
        return this.#cluster.getSlot();
    }

    /** Whether it goes wrong this time, which the log has then. */
    #happens(injected: Injected, { method, params }: FaultyRequest): boolean {
        const { fault, nth, probability, skip, times } = injected.rule;
        const seen = ++injected.seen;
        if (nth !== undefined && seen !== nth) return false;
        if (seen <= skip || injected.happened >= times) return false;
        if (probability < 1 && injected.nextRandom() >= probability) return false;
        injected.happened++;
        const signature = method === 'sendTransaction' ? ` ${readSignature(params)}` : '';
        const kind = method.endsWith('Notification') ? 'notification' : 'request';
        const text = `${fault}: ${method}${signature}, ${kind} ${seen} that it can happen to`;
        this.#log.push(toResult({ fault, method, nth: seen, slot: this.#slot, text }));
        return true;
    }
}

function lieAbout(status: object, { confirmationStatus, err }: CheckedRule['lie']): object {
    return {
        ...status,
        ...(confirmationStatus === undefined
            ? {}
            : { confirmationStatus, confirmations: confirmationStatus === 'finalized' ? null : 0n }),
        ...(err === undefined ? {} : { err, status: err === null ? { Ok: null } : { Err: err } }),
    };
}

/** The last message of a subscription to a signature, with another error. */
function lieAboutConfirmation(result: unknown, { err }: CheckedRule['lie']): unknown {
    const { context, value } = result as { context: unknown; value: unknown };
    return typeof value === 'object' ? { context, value: { ...value, err } } : result;
}

/** Numbers from 0 up to 1 that follow from a seed. */
function createRandom(seed: string): () => number {
    let count = 0;
    return () => createHash('sha256').update(`${seed}/${count++}`).digest().readUInt32LE() / 2 ** 32;
}

async function attempt(send: () => unknown): Promise<void> {
    try {
        await send();
    } catch {
        // Nobody is there any more who could be told.
    }
}
