import type { Address, Rpc } from '@solana/kit';

import { toResult } from '../../core/json-form';
import { createAddressCache, type AddressCache } from '../../channel/address-cache';
import type { Deployment } from '../../revision/deployment';
import { isPaymentChannelsError } from '../../core/errors';
import { toU64 } from '../../core/input';
import type { RevisionName } from '../../revision/types';
import { RpcCalls } from '../../sending/rpc-calls';
import { TransactionSender } from '../../sending/sender';
import { within } from '../../core/within';
import { fetchLeaseEnds } from '../../journal/bounded-journal';
import { ChainReader } from './chain-reader';
import { createTasks, type ChannelTask, type Step, type Tally } from './channel-task';
import { ExecutionLog } from './execution-log';
import { readBatch, type FetchedBatch } from './fetch-batch-items';
import type { SentTransaction } from '../../journal/journal';
import { Leases } from './leases';
import { Outcomes } from './outcomes';
import type { BatchExecution } from './report';
import type { BatchExecuteApi, BatchRequest, CheckedExecuteOptions } from './request';
import { countPayerTokenAccounts, planRound, selectLastTries } from './plan-round';
import { Preparer, type PreparedTransaction } from './preparer';
import { Round } from './round';
import { isOutOfDate, Suspects } from './isolation';
import { verifyRound, type Verdicts } from './verify-round';

/** One execution of a batch: rounds of reading, planning and sending until nothing is left to do. */
export class BatchExecutor {
    readonly #tasks: ReadonlyMap<Address, ChannelTask>;
    readonly #calls: RpcCalls;
    readonly #preparer: Preparer;
    readonly #sender: TransactionSender;
    readonly #chain: ChainReader;
    readonly #addresses: AddressCache;
    readonly #verdicts: Verdicts = new Map();
    readonly #log: ExecutionLog;
    /** What is under way; each settles and never rejects. */
    readonly #underWay = new Set<Promise<void>>();
    readonly #round = new Round();
    #roundStartedAt = 0;
    #rounds = 0;
    /** Token accounts of payers that are created, or may be. */
    #payerTokenAccounts = 0;
    readonly #leases: Leases;
    readonly #suspects: Suspects;
    readonly #outcomes: Outcomes;
    /** How many lapses of the leases there had been when the round was planned. */
    #roundLapses = 0;
    /** Why the vouchers of the last round could not be verified. */
    #verifierFailure: Readonly<{ error: unknown }> | undefined;

    constructor(
        rpc: Rpc<BatchExecuteApi>,
        private readonly requests: readonly BatchRequest[],
        private readonly options: CheckedExecuteOptions,
        private readonly deployment: Deployment,
    ) {
        const { commitment, patienceMs, plan, pollIntervalMs, requestTimeoutMs, resendIntervalMs, timers } = options;
        const { abortSignal, followTimeoutMs, signTimeoutMs } = options;
        const tally: Tally = { done: 0, notDone: 0, underWay: 0, waiting: 0 };
        const getLastSlot = () => this.#sender.lastSlot;
        const isWanted = () => !this.#isStopping();
        this.#tasks = createTasks(requests, tally);
        this.#leases = new Leases(options, channel => this.#giveUpLease(channel));
        this.#suspects = new Suspects({ ...options, deployment });
        this.#log = new ExecutionLog(this.#tasks.size, tally, () => this.#underWay.size, options.onProgress);
        this.#calls = new RpcCalls({
            onRetry: retry => this.#log.report({ ...retry, kind: 'retrying' }),
            patienceMs,
            requestTimeoutMs,
            timers,
        });
        this.#preparer = new Preparer(
            rpc,
            this.#calls,
            { abortSignal, commitment, isWanted, patienceMs, pollIntervalMs, signTimeoutMs, timers },
            deployment,
        );
        this.#sender = new TransactionSender(rpc, this.#calls, {
            commitment,
            followTimeoutMs,
            patienceMs,
            pollIntervalMs,
            resendIntervalMs,
            timers,
        });
        this.#chain = new ChainReader(rpc, this.#calls, commitment, getLastSlot, isWanted, deployment);
        this.#outcomes = new Outcomes(
            {
                chain: this.#chain,
                journal: options.journal,
                log: this.#log,
                preparer: this.#preparer,
                round: this.#round,
                suspects: this.#suspects,
            },
            deployment,
        );
        this.#addresses = plan.addresses ?? createAddressCache({ maxEntries: Math.max(10_000, 8 * requests.length) });
    }

    async run(): Promise<BatchExecution> {
        const channels = [...this.#tasks.keys()];
        if (!this.#isStopping()) {
            try {
                // Nothing is under way yet: what fails here may be thrown.
                await this.#leases.take(channels);
                await this.#resume();
                await this.#loop();
                if (this.#verifierFailure) this.#log.stop('verifier', this.#verifierFailure.error);
            } catch (error) {
                if (!this.#isStopping()) throw error;
            } finally {
                await this.#findLeaseEnds();
                // What is recorded and unsettled keeps its channels from being paid for twice: it needs no lease.
                await this.#leases.release(channels).catch((error: unknown) => this.#log.stop('journal', error));
            }
        }
        for (const task of this.#tasks.values()) task.status ??= task.hasFailed ? 'failed' : 'notStarted';
        this.#log.report({ kind: 'finished' });
        return toResult({
            channels: Object.freeze([...this.#tasks.values()].map(task => task.getResult())),
            feeLamports: this.#log.feeLamports,
            rounds: this.#rounds,
            stopped: this.#log.stopped,
            transactions: Object.freeze([...this.#log.transactions]),
        });
    }

    async #loop(): Promise<void> {
        const { concurrency } = this.options;
        for (;;) {
            if (!this.#isStopping()) {
                if (this.#isRoundStale()) this.#round.dropWaiting();
                const step = this.#round.findReady();
                if (step !== undefined && this.#underWay.size < concurrency) {
                    this.#start(step);
                    continue;
                }
                if (this.#round.isStarted) {
                    const pending = [...this.#tasks.values()].filter(task => task.isPending && !task.hasLostLease);
                    if (pending.length > 0) {
                        await this.#plan(pending);
                        continue;
                    }
                }
            }
            if (this.#underWay.size === 0) {
                if (!(await this.#waitForLeases())) return;
                continue;
            }
            await Promise.race(this.#underWay);
        }
    }

    /** Whether nothing more is to be started. */
    #isStopping(): boolean {
        const { abortSignal } = this.options;
        if (abortSignal?.aborted) this.#log.stop('aborted', abortSignal.reason);
        return this.#log.stopped !== undefined;
    }

    /** Follows what earlier executions have recorded and not seen the end of, before anything else is done with it. */
    async #resume(): Promise<void> {
        const { journal } = this.options;
        const held = [...this.#tasks.values()].filter(task => task.status === undefined && !task.hasLostLease);
        for (const sent of await journal.getUnresolved(held.map(({ channel }) => channel))) {
            const tasks = this.#getTasks(sent);
            if (tasks.some(({ signatures }) => signatures.includes(sent.signature))) continue;
            for (const task of tasks) task.signatures.push(sent.signature);
            this.#follow(tasks, async () => {
                await this.#outcomes.settle(sent, tasks, await this.#sender.resume(sent), undefined, undefined);
            });
            this.#log.report({
                channels: sent.channels.map(({ channel }) => channel),
                kind: 'resumed',
                signature: sent.signature,
            });
        }
    }

    #getTasks({ channels }: SentTransaction): ChannelTask[] {
        return channels.flatMap(({ channel }) => this.#tasks.get(channel) ?? []);
    }

    // Rounds

    async #plan(pending: readonly ChannelTask[]): Promise<void> {
        const { computeUnitPrice, plan, timers } = this.options;
        this.#rounds++;
        this.#round.end();
        try {
            await this.#prolong();
            const { lapses } = this.#leases;
            if (lapses !== this.#roundLapses) {
                await this.#resume().catch((error: unknown) => this.#log.stop('journal', error));
            }
            this.#roundLapses = lapses;
            if (this.#isStopping()) return;
            const tasks = pending.filter(task => task.isPending && !task.hasLostLease);
            const price = await this.#getPrice(computeUnitPrice);
            if (price === undefined) return;
            const requests = tasks.flatMap(({ requestIndexes }) => requestIndexes).sort((a, b) => a - b);
            const batch = await readBatch(
                this.#chain.read,
                requests.map(index => this.#getRequest(index)),
                this.#addresses,
                this.deployment,
            );
            const options = {
                ...plan,
                addresses: this.#addresses,
                computeUnitPrice: price,
                maxPayerTokenAccounts: Math.max(0, Number(plan.maxPayerTokenAccounts ?? 0) - this.#payerTokenAccounts),
                unixTimestamp: batch.unixTimestamp,
            };
            const all = { ...batch, requestIndexes: batch.requestIndexes.map(index => requests[index]!) };
            const round = await this.#verify(tasks, all);
            if (round === undefined) return;
            const { isLastTry } = round;
            const input = { deployment: this.deployment, options: { ...options, isLastTry }, verdicts: this.#verdicts };
            const steps = planRound(round.tasks, round.batch, input);
            this.#round.begin(steps);
            this.#roundStartedAt = timers.now();
            for (const { planned, tasks } of steps) this.#tryUntilLate(tasks, planned.deadlineAt, batch.unixTimestamp);
            for (const task of tasks) this.#log.reportGivenUp(task);
            const transactions = steps.filter(({ state }) => state === 'waiting').length;
            this.#log.report({ kind: 'planned', round: this.#rounds, transactions });
        } catch (error) {
            if (!this.#isStopping()) this.#log.stop('rpc', error);
        }
    }

    /**
     * What is to be planned once its vouchers are verified: all of it or, where the verifier fails, what is lost unless it is
     * brought in without. Then nothing else is done.
     */
    async #verify(tasks: readonly ChannelTask[], batch: FetchedBatch<RevisionName>) {
        const { lateMs, prove, verifier } = this.options;
        try {
            await verifyRound(tasks, batch, this.#verdicts, verifier, prove, lateMs / 1_000);
            this.#verifierFailure = undefined;
            return { batch, isLastTry: false, tasks };
        } catch (error) {
            if (this.#isStopping()) return undefined;
            this.#verifierFailure = { error };
            const late = selectLastTries(tasks, batch, this.#verdicts, lateMs / 1_000);
            if (late.tasks.length > 0) return { ...late, isLastTry: true };
            this.#log.stop('verifier', error);
            return undefined;
        }
    }

    /** What has little time left is not given up before it is over; how long that may take is fixed when it is found late. */
    #tryUntilLate(tasks: readonly ChannelTask[], deadlineAt: bigint | undefined, unixTimestamp: bigint): void {
        const { lateMs, timers } = this.options;
        if (deadlineAt === undefined || 1_000n * (deadlineAt - unixTimestamp) > BigInt(lateMs)) return;
        for (const task of tasks) if (task.triedUntil === 0) task.triedUntil = timers.now() + lateMs;
    }

    /** Splits that are of no use in a mode must not do any harm in it either. */
    #getRequest(index: number): BatchRequest {
        const request = this.requests[index]!;
        return this.options.distributes ? request : { ...request, splits: undefined };
    }

    async #getPrice(input: CheckedExecuteOptions['computeUnitPrice']): Promise<bigint | undefined> {
        try {
            if (typeof input !== 'function') return toU64('computeUnitPrice', input ?? 0n);
            const { abortSignal, callbackTimeoutMs } = this.options;
            const round = { expired: this.#outcomes.expired, round: this.#rounds };
            const price = await within('computeUnitPrice', callbackTimeoutMs, () => input(round), abortSignal);
            return toU64('computeUnitPrice', price ?? 0n);
        } catch (error) {
            if (!this.#isStopping()) this.#log.stop('price', error);
            return undefined;
        }
    }

    /** What was planned long ago, without a channel that can't wait, or with leases that ran out is planned anew. */
    #isRoundStale(): boolean {
        const { roundMs, timers } = this.options;
        const isStale = this.#round.isOver || this.#leases.lapses !== this.#roundLapses;
        return isStale || timers.now() - this.#roundStartedAt > roundMs;
    }

    // Transactions

    #start(step: Step): void {
        step.state = 'underWay';
        const lapses = this.#roundLapses;
        const payerTokenAccounts = countPayerTokenAccounts(step.planned);
        this.#payerTokenAccounts += payerTokenAccounts;
        this.#follow(step.tasks, async () => {
            const prepared = await this.#prepare(step, lapses);
            const mayBeOnChain = prepared !== undefined && (await this.#send(step, prepared));
            if (!mayBeOnChain) this.#payerTokenAccounts -= payerTokenAccounts;
        });
    }

    /** @returns Whether it is on chain, as far as anybody knows. */
    async #send(step: Step, prepared: PreparedTransaction): Promise<boolean> {
        const { readFailure, sent, sinceSlot } = prepared;
        for (const task of step.tasks) task.signatures.push(sent.signature);
        this.#log.report({
            channels: step.tasks.map(({ channel }) => channel),
            kind: 'sent',
            signature: sent.signature,
        });
        const outcome = await this.#sender.send(sent, sinceSlot, readFailure);
        if (outcome.kind !== 'refused') return await this.#outcomes.settle(sent, step.tasks, outcome, step, prepared);
        await this.#outcomes.refuse(step, prepared, outcome);
        const { pollIntervalMs, timers } = this.options;
        // The others get time to hear of it.
        if (isOutOfDate(outcome.failure, this.deployment)) await timers.sleep(pollIntervalMs);
        return false;
    }

    /** Signs and records; nobody else has seen a transaction that gets no further. */
    async #prepare(step: Step, lapses: number): Promise<PreparedTransaction | undefined> {
        const { journal, owner } = this.options;
        let prepared: PreparedTransaction;
        try {
            prepared = await this.#preparer.prepare(step.planned);
        } catch (error) {
            this.#round.kill(step);
            if (this.#isStopping()) return undefined;
            if (isPaymentChannelsError(error, 'RPC_UNAVAILABLE')) this.#log.stop('rpc', error);
            else this.#suspects.separateByPayee(step.concerns, error);
            return undefined;
        }
        try {
            await this.#prolong();
            // Whoever had the leases meanwhile may have sent the same.
            const isOutdated = this.#leases.lapses !== lapses || step.tasks.some(task => task.hasLostLease);
            if (isOutdated || this.#isStopping()) {
                this.#round.kill(step);
                if (!this.#isStopping()) this.#suspects.countLapse(step, owner);
                return undefined;
            }
            await journal.recordSent(owner, prepared.sent);
            for (const task of step.concerns) task.lapses = undefined;
            return prepared;
        } catch (error) {
            this.#round.kill(step);
            if (!isPaymentChannelsError(error, 'JOURNAL_LEASE_LOST')) this.#log.stop('journal', error);
            else for (const channel of error.context.channels) this.#giveUpLease(channel as Address);
            return undefined;
        }
    }

    /** What is under way with a channel still counts for it. */
    #giveUpLease(channel: Address): void {
        const task = this.#tasks.get(channel);
        if (task === undefined || task.status !== undefined) return;
        task.hasLostLease = true;
        if (task.underWay > 0 || this.#leases.mayWait) return;
        task.status = 'leased';
        this.#log.reportGivenUp(task);
    }

    /** @returns Whether there may be more to do. */
    async #waitForLeases(): Promise<boolean> {
        const waiting = [...this.#tasks.values()].filter(({ isWaitingForLease }) => isWaitingForLease);
        if (waiting.length === 0) return false;
        if (this.#isStopping() || !this.#leases.mayWait) {
            for (const task of waiting) {
                task.status = 'leased';
                this.#log.reportGivenUp(task);
            }
            return false;
        }
        try {
            const channels = waiting.map(({ channel }) => channel);
            const held = new Set(await this.#leases.wait(channels, this.options.abortSignal));
            for (const task of waiting) if (held.has(task.channel)) task.takeUp();
            if (held.size > 0) await this.#resume();
        } catch (error) {
            if (!this.#isStopping()) this.#log.stop('journal', error);
        }
        return true;
    }

    /** Until when what is leased to others is so; that nobody can say it changes nothing. */
    async #findLeaseEnds(): Promise<void> {
        const leased = [...this.#tasks.values()].filter(({ status }) => status === 'leased');
        if (leased.length === 0) return;
        const channels = leased.map(({ channel }) => channel);
        const ends = await fetchLeaseEnds(this.options.journal, channels).catch(() => undefined);
        for (const task of leased) task.leasedUntil = ends?.get(task.channel);
    }

    async #prolong(): Promise<void> {
        try {
            await this.#leases.prolong(() => {
                const tasks = [...this.#tasks.values()].filter(({ hasLostLease, status }) => !status && !hasLostLease);
                return tasks.map(({ channel }) => channel);
            });
        } catch (error) {
            if (!this.#isStopping()) this.#log.stop('journal', error);
            throw error;
        }
    }

    #follow(tasks: readonly ChannelTask[], work: () => Promise<void>): void {
        for (const task of tasks) task.underWay++;
        const promise: Promise<void> = work()
            .catch((error: unknown) => this.#log.stop('rpc', error))
            .finally(() => {
                for (const task of tasks) {
                    task.underWay--;
                    if (task.isPending && !task.needsPlan) task.end();
                    else if (task.isWaitingForLease && !this.#leases.mayWait) task.status = 'leased';
                    this.#log.reportGivenUp(task);
                }
                this.#underWay.delete(promise);
            });
        this.#underWay.add(promise);
    }
}
