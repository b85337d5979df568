import type { Deployment } from '../../revision/deployment';
import { toResult } from '../../core/json-form';
import { TRANSACTION_FAILED } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { getProgramFailure, type FailureReader, type TransactionFailure } from '../../revision/program-failure';
import type { SendRefusal } from '../../sending/send-error';
import type { SeenOutcome } from '../../sending/watcher';
import type { ChainReader } from './chain-reader';
import type { ChannelTask, Step } from './channel-task';
import { getBlame, mayBeBadSignature } from './failure-attribution';
import type { ExecutionLog } from './execution-log';
import type { BatchJournal, SentOutcome, SentTransaction } from '../../journal/journal';
import { findDispensable } from './payout';
import type { Preparer, PreparedTransaction } from './preparer';
import type { BatchTransactionResult } from './report';
import type { Round } from './round';
import type { Suspects } from './isolation';

/** Takes to the books how the transactions of an execution ended, and what that means for their channels. */
export class Outcomes {
    readonly #readFailure: FailureReader;
    #expired = 0;

    constructor(
        private readonly parts: Readonly<{
            chain: ChainReader;
            journal: BatchJournal;
            log: ExecutionLog;
            preparer: Preparer;
            round: Round;
            suspects: Suspects;
        }>,
        deployment: Deployment,
    ) {
        this.#readFailure = source => getProgramFailure(source, deployment);
    }

    /** How many transactions have expired. */
    get expired(): number {
        return this.#expired;
    }

    /** A node would not forward it: nobody else has seen it. */
    async refuse(step: Step, { prefixLength, sent }: PreparedTransaction, refusal: SendRefusal): Promise<void> {
        await this.#conclude(sent, 'refused', refusal.failure, false);
        this.parts.round.kill(step);
        this.#blame(step, refusal.failure, refusal.error, prefixLength);
    }

    /**
     * A transaction has ended that was sent, by this execution or by an earlier one.
     *
     * @returns Whether it did what it was sent for, or may have.
     */
    async settle(
        sent: SentTransaction,
        tasks: readonly ChannelTask[],
        watched: SeenOutcome,
        step: Step | undefined,
        prepared: PreparedTransaction | undefined,
    ): Promise<boolean> {
        const isResumed = step === undefined;
        const seen = await this.#askChannels(sent, watched);
        if (seen.kind === 'lost') {
            await this.#conclude(sent, 'unknown', undefined, isResumed);
            for (const task of tasks) task.status ??= 'unknown';
            this.parts.log.stop('rpc', seen.error);
            return true;
        }
        if (seen.kind === 'landed') {
            if (step) step.state = 'landed';
            for (const task of tasks) {
                if (step) task.open.delete(step);
                task.land(sent.channels.find(({ channel }) => channel === task.channel)!);
                if (task.isEndPutOff && task.open.size === 0) task.needsPlan = true;
            }
            await this.#conclude(sent, 'landed', undefined, isResumed);
            return true;
        }
        const failure =
            seen.kind === 'failed' ? (prepared?.readFailure ?? this.#readFailure)({ err: seen.err }) : undefined;
        if (seen.kind === 'gone') {
            // It can't land any more, which is what whoever reads the journal has to know.
            await this.#conclude(sent, 'unknown', undefined, isResumed, 'expired');
        } else {
            await this.#conclude(sent, seen.kind, failure, isResumed);
        }
        if (step === undefined) {
            // What was in it by its place is not known any more.
            if (seen.kind === 'failed') for (const task of tasks) task.doubt();
            return seen.kind === 'gone';
        }
        this.parts.round.kill(step);
        if (seen.kind === 'failed') this.#blame(step, failure, seen.err, prepared!.prefixLength);
        else {
            this.#expired++;
            this.parts.preparer.forgetBlockhash();
            for (const task of step.concerns) this.parts.suspects.count(task, undefined, undefined);
        }
        return seen.kind === 'gone';
    }

    /**
     * What nobody knows the signature of may have landed all the same: the channels tell, unless they are gone, which
     * proves nothing.
     */
    async #askChannels(sent: SentTransaction, seen: SeenOutcome): Promise<SeenOutcome | Readonly<{ kind: 'gone' }>> {
        if (seen.kind !== 'expired') return seen;
        try {
            switch (await this.parts.chain.findEvidence(sent, seen.slot)) {
                case 'landed':
                    return { kind: 'landed', slot: seen.slot };
                case 'notLanded':
                    return seen;
                case 'unknown':
                    return { kind: 'gone' };
            }
        } catch (error) {
            return { error, kind: 'lost' };
        }
    }

    async #conclude(
        { channels, feeLamports, signature }: SentTransaction,
        outcome: SentOutcome | 'unknown',
        failure: TransactionFailure | undefined,
        isResumed: boolean,
        recorded: SentOutcome | undefined = outcome === 'unknown' ? undefined : outcome,
    ): Promise<void> {
        const isOnChain = outcome === 'landed' || outcome === 'failed';
        const transaction: BatchTransactionResult = toResult({
            channels: Object.freeze(channels.map(({ channel }) => channel)),
            failure,
            feeLamports: isOnChain ? feeLamports : 0n,
            isResumed,
            outcome,
            signature,
        });
        if (recorded !== undefined) {
            // Not knowing it, a later execution would ask the chain again: nothing is lost but time.
            await this.parts.journal
                .recordOutcome(signature, recorded)
                .catch((error: unknown) => this.parts.log.stop('journal', error));
        }
        this.parts.log.addTransaction(transaction);
    }

    /** @param source What sending threw, or what the chain has of it. */
    #blame(step: Step, failure: TransactionFailure | undefined, source: unknown, prefixLength: number): void {
        this.parts.preparer.forgetBlockhash();
        const blame = getBlame(failure, source, step.planned, prefixLength);
        const error = source instanceof Error ? source : undefined;
        const dispensable = findDispensable(failure, step, prefixLength);
        if (mayBeBadSignature(blame, failure, step.planned, prefixLength)) {
            for (const task of step.tasks) if (blame.kind !== 'channel' || blame.channel === task.channel) task.doubt();
        }
        if (blame.kind === 'feePayer') {
            const reason = failure!.message;
            this.parts.log.stop(
                'feePayer',
                error ?? new PaymentChannelsError(TRANSACTION_FAILED, { logs: [], reason }),
            );
        } else if (blame.kind === 'nobody') {
            for (const task of step.concerns) this.parts.suspects.count(task, failure, error);
        } else if (dispensable !== undefined) {
            for (const task of step.concerns) task.doWithout(dispensable, failure, error);
        } else {
            const culprit = blame.kind === 'channel' ? blame.channel : undefined;
            this.parts.suspects.separate(step, culprit, failure, error);
        }
    }
}
