import type { BatchJournal, SentTransaction } from '../../journal/journal';
import { getProgramFailure, type FailureReader, type TransactionFailure } from '../../revision/program-failure';
import type { Deployment } from '../../revision/deployment';
import type { Timers } from '../../sending/rpc-calls';
import type { SendOutcome, TransactionSender } from '../../sending/transaction-sender';
import type { ChainReader } from './chain-reader';
import type { FlightEffect, FlightEvent } from './execution-events';
import { isOutOfDate } from './failure-attribution';
import type { Resolution } from './flight';
import type { Leases } from './leases';
import type { Preparer } from './preparer';

/** The outcome of an effect, without the time. */
export type FlightAnswer = FlightEvent extends infer T
    ? T extends unknown
        ? Omit<T, 'flight' | 'mayWait' | 'now'>
        : never
    : never;

/** Performs what is to be done for a transaction: signs, records, sends and follows it. */
export class TransactionRunner {
    constructor(
        private readonly parts: Readonly<{
            chain: ChainReader;
            journal: BatchJournal;
            leases: Leases;
            preparer: Preparer;
            sender: TransactionSender;
            renewLeases: () => Promise<void>;
        }>,
        private readonly options: Readonly<{ owner: string; pollIntervalMs: number; timers: Pick<Timers, 'sleep'> }>,
        private readonly deployment: Deployment,
    ) {}

    async perform(effect: FlightEffect): Promise<FlightAnswer> {
        const { journal, leases, preparer, renewLeases, sender } = this.parts;
        const { owner, pollIntervalMs, timers } = this.options;
        switch (effect.kind) {
            case 'sign':
                return await preparer.prepare(effect.step.planned).then(
                    prepared => ({ kind: 'signed' as const, prepared }),
                    (error: unknown) => ({ error, kind: 'notSigned' as const }),
                );
            case 'renewLeases':
                return await renewLeases().then(
                    () => ({ leaseLapses: leases.leaseLapses, kind: 'renewed' as const }),
                    (error: unknown) => ({ error, kind: 'notRecorded' as const }),
                );
            case 'record':
                return await journal.recordSent(owner, effect.sent).then(
                    () => ({ kind: 'recorded' as const }),
                    (error: unknown) => ({ error, kind: 'notRecorded' as const }),
                );
            case 'send': {
                const { readFailure, sent, sinceSlot } = effect.prepared;
                const outcome = await sender.send(sent, sinceSlot, readFailure);
                return { kind: 'resolved', resolution: await this.#resolve(sent, outcome, readFailure) };
            }
            case 'follow': {
                const readFailure: FailureReader = source => getProgramFailure(source, this.deployment);
                const outcome = await sender.resume(effect.sent);
                return { kind: 'resolved', resolution: await this.#resolve(effect.sent, outcome, readFailure) };
            }
            case 'recordOutcome':
                // Without it a later execution would ask the chain again: nothing is lost but time.
                return await journal.recordOutcome(effect.sent.signature, effect.outcome).then(
                    () => ({ kind: 'concluded' as const }),
                    (error: unknown) => ({ failure: { error }, kind: 'concluded' as const }),
                );
            case 'pause':
                await timers.sleep(pollIntervalMs);
                return { kind: 'paused' };
        }
    }

    async #resolve(sent: SentTransaction, outcome: SendOutcome, readFailure: FailureReader): Promise<Resolution> {
        switch (outcome.kind) {
            case 'landed':
                return { kind: 'landed' };
            case 'failed':
                return this.#toFailed('failed', readFailure({ err: outcome.err }), outcome.err);
            case 'refused':
                return this.#toFailed('refused', outcome.failure, outcome.error);
            case 'lost':
                return outcome;
            case 'expired':
                return await this.#askChannels(sent, outcome.slot);
        }
    }

    #toFailed(kind: 'failed' | 'refused', failure: TransactionFailure | undefined, source: unknown): Resolution {
        return { failure, isOutOfDate: isOutOfDate(failure, this.deployment), kind, source };
    }

    /** A transaction without a known status may have landed all the same: its channels tell, unless they are gone. */
    async #askChannels(sent: SentTransaction, slot: bigint): Promise<Resolution> {
        try {
            const evidence = await this.parts.chain.findEvidence(sent, slot);
            if (evidence === 'landed') return { kind: 'landed' };
            return { kind: evidence === 'notLanded' ? 'expired' : 'gone' };
        } catch (error) {
            return { error, kind: 'lost' };
        }
    }
}
