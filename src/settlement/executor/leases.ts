import type { Address } from '@solana/kit';

import { within } from '../../core/within';
import type { BatchJournal } from '../../journal/journal';
import type { Timers } from '../../sending/rpc-calls';
import { MAX_LEASE_MS } from '../../journal/lease';

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 10_000;

/** The leases of an execution, as long as it takes. */
export class Leases {
    #takenAt = 0;
    #leaseLapses = 0;
    #waitedMs = 0;
    #pauseMs = FIRST_PAUSE_MS;
    #renewing: Promise<void> | undefined;

    constructor(
        private readonly config: Readonly<{
            journal: BatchJournal;
            leaseMs: number;
            leaseWaitMs: number;
            owner: string;
            timers: Timers;
        }>,
        /** Called with the channels that somebody else has. */
        private readonly onLost: (channels: readonly Address[]) => void,
    ) {}

    /**
     * How often the leases may have expired before they were renewed: somebody else may have had the channels meanwhile,
     * done something with them, and left something under way.
     */
    get leaseLapses(): number {
        return this.#leaseLapses;
    }

    /** @throws What the journal throws. */
    async take(channels: readonly Address[]): Promise<void> {
        const { journal, leaseMs, owner, timers } = this.config;
        const takenAt = timers.now();
        const held = new Set(await journal.acquire(owner, channels, leaseMs));
        this.#takenAt = takenAt;
        this.onLost(channels.filter(channel => !held.has(channel)));
    }

    /**
     * Renews the leases well before they expire. Concurrent callers wait for the same renewal.
     *
     * @throws What the journal throws.
     */
    async renew(getChannels: () => readonly Address[]): Promise<void> {
        const { leaseMs, timers } = this.config;
        if (this.#renewing === undefined && timers.now() - this.#takenAt >= leaseMs / 3) {
            const takenAt = this.#takenAt;
            this.#renewing = this.take(getChannels()).finally(() => {
                this.#renewing = undefined;
                if (timers.now() - takenAt >= leaseMs) this.#leaseLapses++;
            });
        }
        await this.#renewing;
    }

    /** Whether there is time left to wait for leases that others have. */
    get mayWait(): boolean {
        return this.#waitedMs < this.config.leaseWaitMs;
    }

    /**
     * Waits a while, and then takes what has become free.
     *
     * @returns The channels that are held now.
     * @throws What the journal throws; the reason of the signal.
     */
    async wait(channels: readonly Address[], abortSignal: AbortSignal | undefined): Promise<readonly Address[]> {
        const { journal, leaseMs, leaseWaitMs, owner, timers } = this.config;
        const pause = Math.min(this.#pauseMs, leaseWaitMs - this.#waitedMs);
        this.#pauseMs = Math.min(MAX_PAUSE_MS, 2 * this.#pauseMs);
        this.#waitedMs += pause;
        // Steady timers end it in time.
        await within('the timers', MAX_LEASE_MS, () => timers.sleep(pause), abortSignal);
        return await journal.acquire(owner, channels, leaseMs);
    }

    async release(channels: readonly Address[]): Promise<void> {
        await this.config.journal.release(this.config.owner, channels);
    }
}
