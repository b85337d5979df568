import type { Address, Rpc } from '@solana/kit';

import { toResult } from '../../core/json-form';
import { fetchLeaseEnds } from '../../journal/bounded-journal';
import type { Deployment } from '../../revision/deployment';
import type { RevisionName } from '../../revision/revision-types';
import { RpcCalls } from '../../sending/rpc-calls';
import { TransactionSender } from '../../sending/transaction-sender';
import { ChainReader } from './chain-reader';
import { getChannelResult } from './channel-result';
import { isPending, type ChannelTask } from './channel-task';
import type { ExecutionEvent, FlightEffect } from './execution-events';
import { createState, getHeldChannels, getNextMove, type ExecutionState } from './execution-state';
import type { FetchedBatch } from './fetch-batch-items';
import { Leases } from './leases';
import { Preparer } from './preparer';
import { reduce } from './reduce';
import type { BatchExecution, BatchProgress, BatchStop } from './execution-report';
import type { BatchExecuteApi, BatchRequest, CheckedExecuteOptions } from './execute-options';
import { RoundPlanner } from './round-planner';
import { TransactionRunner, type FlightAnswer } from './transaction-runner';

/**
 * One execution of a batch: rounds of reading, planning and sending until nothing is left to do. What it knows is in its
 * state, which only {@link reduce} changes; it tells that what happens, and performs what is to be done about it.
 */
export class BatchExecutor {
    #state: ExecutionState;
    readonly #preparer: Preparer;
    readonly #runner: TransactionRunner;
    readonly #planner: RoundPlanner;
    readonly #leases: Leases;
    /** One promise for each transaction under way, which never rejects. */
    readonly #underWay = new Set<Promise<void>>();

    constructor(
        rpc: Rpc<BatchExecuteApi>,
        requests: readonly BatchRequest[],
        private readonly options: CheckedExecuteOptions,
        deployment: Deployment,
    ) {
        const { abortSignal, commitment, followTimeoutMs, journal, patienceMs, pollIntervalMs } = options;
        const { requestTimeoutMs, resendIntervalMs, signTimeoutMs, timers } = options;
        const isWanted = () => !this.#isStopping();
        this.#state = createState(requests, options);
        this.#leases = new Leases(options, channels => {
            this.#dispatch({ channels, kind: 'leasesLost', mayWait: this.#leases.mayWait });
        });
        // Without the signal: what is under way is followed to its end.
        const calls = new RpcCalls({
            onRetry: retry => {
                this.#report(toResult({ ...retry, counts: toResult({ ...this.#state.counts }), kind: 'retrying' }));
            },
            patienceMs,
            requestTimeoutMs,
            timers,
        });
        this.#preparer = new Preparer(
            rpc,
            calls,
            { abortSignal, commitment, isWanted, patienceMs, pollIntervalMs, signTimeoutMs, timers },
            deployment,
        );
        const sender = new TransactionSender(rpc, calls, {
            commitment,
            followTimeoutMs,
            patienceMs,
            pollIntervalMs,
            resendIntervalMs,
            timers,
        });
        const chain = new ChainReader(rpc, calls, commitment, () => sender.lastSlot, isWanted, deployment);
        this.#runner = new TransactionRunner(
            {
                chain,
                journal,
                leases: this.#leases,
                preparer: this.#preparer,
                renewLeases: () => this.#renewLeases(),
                sender,
            },
            options,
            deployment,
        );
        this.#planner = new RoundPlanner(requests, options, chain.read, deployment);
    }

    async run(): Promise<BatchExecution> {
        const channels = [...this.#state.tasks].map(({ channel }) => channel);
        if (!this.#isStopping()) {
            try {
                // Nothing is under way yet: what fails here may be thrown.
                await this.#leases.take(channels);
                await this.#resume();
                await this.#loop();
                const { verifierFailure } = this.#state;
                if (verifierFailure) this.#stop('verifier', verifierFailure.error);
            } catch (error) {
                if (!this.#isStopping()) throw error;
            } finally {
                await this.#readLeaseEnds();
                // What is recorded and open keeps its channels from being paid for twice: it needs no lease.
                await this.#leases.release(channels).catch((error: unknown) => this.#stop('journal', error));
            }
        }
        this.#dispatch({ kind: 'finished' });
        const { counts, rounds, stopped, tasks, transactions } = this.#state;
        return toResult({
            channels: Object.freeze([...tasks].map(getChannelResult)),
            feeLamports: counts.feeLamports,
            rounds,
            stopped,
            transactions: Object.freeze([...transactions]),
        });
    }

    async #loop(): Promise<void> {
        const { timers } = this.options;
        for (;;) {
            this.#isStopping();
            const move = getNextMove(this.#state, timers.now(), this.#leases.leaseLapses);
            switch (move.kind) {
                case 'drop':
                    this.#dispatch({ kind: 'roundDropped' });
                    break;
                case 'start':
                    this.#begin({ kind: 'started', step: move.step });
                    break;
                case 'plan':
                    await this.#plan();
                    break;
                case 'await':
                    await Promise.race(this.#underWay);
                    break;
                case 'awaitLeases':
                    await this.#waitForLeases(move.channels);
                    break;
                case 'end':
                    return;
            }
        }
    }

    // Events and effects

    /** @returns What is to be done next for the transaction that the event is of. */
    #dispatch(event: ExecutionEvent): FlightEffect | undefined {
        const [state, effects] = reduce(this.#state, event);
        this.#state = state;
        let next: FlightEffect | undefined;
        for (const effect of effects) {
            if (effect.kind === 'report') this.#report(effect.progress);
            else if (effect.kind === 'forgetBlockhash') this.#preparer.forgetBlockhash();
            else next = effect;
        }
        return next;
    }

    /** As {@link #dispatch}, of an event that a transaction may begin with. */
    #begin(event: ExecutionEvent): void {
        const first = this.#dispatch(event);
        if (first === undefined) return;
        const promise: Promise<void> = this.#run(first).finally(() => this.#underWay.delete(promise));
        this.#underWay.add(promise);
    }

    async #run(first: FlightEffect): Promise<void> {
        const { flight } = first;
        const at = () => ({ flight, mayWait: this.#leases.mayWait, now: this.options.timers.now() });
        try {
            let effect: FlightEffect | undefined = first;
            while (effect !== undefined) {
                const answer: FlightAnswer = await this.#runner.perform(effect);
                // Whoever aborts while something is signed does not blame the signer.
                if (answer.kind === 'notSigned' || answer.kind === 'renewed') this.#isStopping();
                effect = this.#dispatch({ ...answer, ...at() });
            }
        } catch (error) {
            this.#dispatch({ ...at(), error, kind: 'broken' });
        }
    }

    #report(progress: BatchProgress): void {
        const { onProgress } = this.options;
        if (onProgress === undefined) return;
        const fail = (error: unknown) => void this.#dispatch({ error, kind: 'listenerFailed' });
        try {
            const answer: unknown = onProgress(progress);
            // A listener may well be an async function; nobody else handles its promise.
            Promise.resolve(answer).catch(fail);
        } catch (error) {
            fail(error);
        }
    }

    #stop(reason: BatchStop['reason'], error: unknown): void {
        this.#dispatch({ error, kind: 'stopped', reason });
    }

    /** Whether nothing more is to be started. */
    #isStopping(): boolean {
        const { abortSignal } = this.options;
        if (abortSignal?.aborted) this.#stop('aborted', abortSignal.reason);
        return this.#state.stopped !== undefined;
    }

    // Leases, and what earlier executions have left

    async #renewLeases(): Promise<void> {
        try {
            await this.#leases.renew(() => getHeldChannels(this.#state));
        } catch (error) {
            if (!this.#isStopping()) this.#stop('journal', error);
            throw error;
        }
    }

    /** Follows what earlier executions have recorded without its end, before anything else is done with its channels. */
    async #resume(): Promise<void> {
        const open = await this.options.journal.getUnresolved(getHeldChannels(this.#state));
        for (const sent of open) this.#begin({ kind: 'resumed', sent });
    }

    async #waitForLeases(channels: readonly Address[]): Promise<void> {
        if (this.#isStopping() || !this.#leases.mayWait) {
            this.#dispatch({ kind: 'leasesAbandoned' });
            return;
        }
        try {
            const held = await this.#leases.wait(channels, this.options.abortSignal);
            this.#dispatch({ channels: held, kind: 'leasesTaken' });
            if (held.length > 0) await this.#resume();
        } catch (error) {
            if (!this.#isStopping()) this.#stop('journal', error);
        }
    }

    /** Until when others hold the leases of channels; a journal that can't say changes nothing. */
    async #readLeaseEnds(): Promise<void> {
        const leased = this.#state.tasks.filter(({ phase }) => phase.kind === 'ended' && phase.status === 'leased');
        if (leased.length === 0) return;
        const channels = leased.map(({ channel }) => channel);
        const ends = await fetchLeaseEnds(this.options.journal, channels).catch(() => undefined);
        if (ends !== undefined) this.#dispatch({ ends, kind: 'leaseEndsRead' });
    }

    // Rounds

    async #plan(): Promise<void> {
        this.#dispatch({ kind: 'roundEnded' });
        try {
            await this.#renewLeases();
            const { leaseLapses } = this.#leases;
            if (leaseLapses !== this.#state.round.leaseLapses) {
                await this.#resume().catch((error: unknown) => this.#stop('journal', error));
            }
            if (this.#isStopping()) return;
            const tasks = this.#state.tasks.filter(isPending);
            const computeUnitPrice = await this.#getPrice();
            if (computeUnitPrice === undefined) return;
            const all = await this.#planner.read(tasks);
            const batch = await this.#verify(tasks, all);
            if (batch === undefined) return;
            const plan = this.#planner.plan(this.#state, batch, { computeUnitPrice, isLastTry: batch !== all });
            const { unixTimestamp } = batch;
            this.#dispatch({ leaseLapses, kind: 'planned', now: this.options.timers.now(), plan, unixTimestamp });
        } catch (error) {
            if (!this.#isStopping()) this.#stop('rpc', error);
        }
    }

    async #getPrice(): Promise<bigint | undefined> {
        try {
            return await this.#planner.getPrice(this.#state);
        } catch (error) {
            if (!this.#isStopping()) this.#stop('price', error);
            return undefined;
        }
    }

    /** If the verifier fails, only channels that would otherwise be lost are planned. */
    async #verify(
        tasks: readonly ChannelTask[],
        batch: FetchedBatch<RevisionName>,
    ): Promise<FetchedBatch<RevisionName> | undefined> {
        const verification = await this.#planner.verify(tasks, batch, this.#state.verdicts);
        this.#dispatch({ kind: 'verified', verification });
        const { failure } = verification;
        if (failure === undefined) return batch;
        if (this.#isStopping()) return undefined;
        const late = this.#planner.selectLastTries(this.#state, batch);
        if (late.items.length > 0) return late;
        this.#stop('verifier', failure.error);
        return undefined;
    }
}
