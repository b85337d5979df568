import type { Address } from '@solana/kit';

import { within } from '../../core/within';
import type { BatchJournal } from '../../journal/journal';
import type { Timers } from '../../sending/rpc-calls';
import { MAX_LEASE_MS } from '../../journal/state';

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 10_000;

/** The leases of an execution, as long as it takes. */
export class Leases {
    #takenAt = 0;
    #lapses = 0;
    #waitedMs = 0;
    #pauseMs = FIRST_PAUSE_MS;
    #prolonging: Promise<void> | undefined;

    constructor(
        private readonly config: Readonly<{
            journal: BatchJournal;
            leaseMs: number;
            leaseWaitMs: number;
            owner: string;
            timers: Timers;
        }>,
        /** Hears of each channel that somebody else has. */
        private readonly onLost: (channel: Address) => void,
    ) {}

    /**
     * How often the leases may have run out before they were prolonged: somebody else may have had the channels
     * meanwhile, done something with them, and left something under way.
     */
    get lapses(): number {
        return this.#lapses;
    }

    /** @throws What the journal throws. */
    async take(channels: readonly Address[]): Promise<void> {
        const { journal, leaseMs, owner, timers } = this.config;
        const takenAt = timers.now();
        const held = new Set(await journal.acquire(owner, channels, leaseMs));
        this.#takenAt = takenAt;
        for (const channel of channels) if (!held.has(channel)) this.onLost(channel);
    }

    /**
     * Prolongs the leases well before they run out. Whoever asks while that goes on waits for it.
     *
     * @throws What the journal throws.
     */
    async prolong(getChannels: () => readonly Address[]): Promise<void> {
        const { leaseMs, timers } = this.config;
        if (this.#prolonging === undefined && timers.now() - this.#takenAt >= leaseMs / 3) {
            const takenAt = this.#takenAt;
            this.#prolonging = this.take(getChannels()).finally(() => {
                this.#prolonging = undefined;
                if (timers.now() - takenAt >= leaseMs) this.#lapses++;
            });
        }
        await this.#prolonging;
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
        // The timers see to it that it ends.
        await within('the timers', MAX_LEASE_MS, () => timers.sleep(pause), abortSignal);
        return await journal.acquire(owner, channels, leaseMs);
    }

    async release(channels: readonly Address[]): Promise<void> {
        await this.config.journal.release(this.config.owner, channels);
    }
}
