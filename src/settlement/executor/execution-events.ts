import type { Address } from '@solana/kit';

import type { SentOutcome, SentTransaction } from '../../journal/journal';
import type { FlightId, Resolution } from './flight';
import type { PreparedTransaction } from './preparer';
import type { BatchProgress, BatchStop } from './execution-report';
import type { RoundPlan, Step } from './round';
import type { Verification } from './verify-round';

/** What happens in an execution. Everything that comes from outside is in it: time, answers and errors. */
export type ExecutionEvent =
    /** Nothing more is to be started. */
    | Readonly<{ kind: 'stopped'; reason: BatchStop['reason']; error: unknown }>
    /** The listener of the progress has thrown, so that there is nobody to tell. */
    | Readonly<{ kind: 'listenerFailed'; error: unknown }>
    | Readonly<{ kind: 'finished' }>
    // Leases. `mayWait`: whether there is time left to wait for those that others have.
    | Readonly<{ kind: 'leasesLost'; channels: readonly Address[]; mayWait: boolean }>
    | Readonly<{ kind: 'leasesTaken'; channels: readonly Address[] }>
    | Readonly<{ kind: 'leasesAbandoned' }>
    | Readonly<{ kind: 'leaseEndsRead'; ends: ReadonlyMap<Address, number> }>
    // Rounds
    | Readonly<{ kind: 'roundEnded' }>
    | Readonly<{ kind: 'roundDropped' }>
    | Readonly<{ kind: 'verified'; verification: Verification }>
    | Readonly<{ kind: 'planned'; plan: RoundPlan; unixTimestamp: bigint; now: number; leaseLapses: number }>
    | Readonly<{ kind: 'started'; step: number }>
    | Readonly<{ kind: 'resumed'; sent: SentTransaction }>
    | FlightEvent;

/** An event of a transaction that is under way. */
export type FlightEvent = Readonly<
    { flight: FlightId; now: number; mayWait: boolean } & (
        | { kind: 'signed'; prepared: PreparedTransaction }
        /** A signer, or the RPC for the blockhash, has failed. */
        | { kind: 'notSigned'; error: unknown }
        | { kind: 'renewed'; leaseLapses: number }
        | { kind: 'recorded' }
        /** The leases could not be renewed, or it could not be recorded. */
        | { kind: 'notRecorded'; error: unknown }
        | { kind: 'resolved'; resolution: Resolution }
        /** The journal has its outcome, or has failed to record it. */
        | { kind: 'concluded'; failure?: Readonly<{ error: unknown }> | undefined }
        | { kind: 'paused' }
        /** Nobody expected this. */
        | { kind: 'broken'; error: unknown }
    )
>;

/** An effect to perform after an event. */
export type Effect =
    Readonly<{ kind: 'report'; progress: BatchProgress }> | Readonly<{ kind: 'forgetBlockhash' }> | FlightEffect;

/** The next thing to do for a transaction that is under way: one of its events follows. */
export type FlightEffect = Readonly<
    { flight: FlightId } & (
        | { kind: 'sign'; step: Step }
        | { kind: 'renewLeases' }
        | { kind: 'record'; sent: SentTransaction }
        | { kind: 'send'; prepared: PreparedTransaction }
        | { kind: 'follow'; sent: SentTransaction }
        | { kind: 'recordOutcome'; sent: SentTransaction; outcome: SentOutcome }
        | { kind: 'pause' }
    )
>;
