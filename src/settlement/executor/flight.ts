import type { Signature } from '@solana/kit';

import type { SentTransaction } from '../../journal/journal';
import type { TransactionFailure } from '../../revision/program-failure';
import type { PreparedTransaction } from './preparer';
import type { Step } from './round';

/**
 * How a transaction ended that was sent, or was about to be.
 *
 * - `expired`: no status of it is known, its channels are not as it would have left them, and it can't land any more.
 * - `gone`: the same, but for the channels that would tell: they are gone.
 * - `lost`: it can't be followed any longer.
 * - `refused`: a node would not forward it, and nobody else has seen it.
 */
export type Resolution =
    | Readonly<{ kind: 'expired' | 'gone' | 'landed' }>
    | Readonly<{
          kind: 'failed' | 'refused';
          failure: TransactionFailure | undefined;
          /** Whether it says that a channel has changed since it was read, or the time: other nodes may not know it yet. */
          isOutOfDate: boolean;
          source: unknown;
      }>
    | Readonly<{ kind: 'lost'; error: unknown }>;

/** A transaction under way: by the id of its step, or by the signature that an earlier execution has recorded. */
export type Flight =
    /** Not signed yet. `leaseLapses`: how often the leases had expired when it was planned. */
    | Readonly<{ kind: 'signing'; step: Step; leaseLapses: number }>
    /** Signed, and not sent before the leases are renewed and it is on record. */
    | Readonly<{ kind: 'renewing'; step: Step; leaseLapses: number; prepared: PreparedTransaction }>
    | Readonly<{ kind: 'recording'; step: Step; prepared: PreparedTransaction }>
    | Readonly<{ kind: 'sent'; step: Step; prepared: PreparedTransaction }>
    | Readonly<{ kind: 'resumed'; sent: SentTransaction }>
    /** Its end is known, and is being recorded. */
    | Readonly<{ kind: 'resolved'; flight: SentFlight; resolution: KnownResolution }>
    /** It was refused for what other nodes may not know yet. */
    | Readonly<{ kind: 'pausing'; step: Step }>;

export type SentFlight = Extract<Flight, { kind: 'resumed' | 'sent' }>;
export type KnownResolution = Exclude<Resolution, { kind: 'lost' }>;
export type FlightId = number | Signature;
