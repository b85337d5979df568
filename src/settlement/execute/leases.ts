import type { Address } from '@solana/kit';

import type { BatchJournal } from './journal';
import type { Timers } from '../../sending/rpc-calls';

/** The leases of an execution, as long as it takes. */
export class Leases {
    #takenAt = 0;
    #lapses = 0;
    #prolonging: Promise<void> | undefined;

    constructor(
        private readonly config: Readonly<{ journal: BatchJournal; leaseMs: number; owner: string; timers: Timers }>,
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

    async release(channels: readonly Address[]): Promise<void> {
        await this.config.journal.release(this.config.owner, channels);
    }
}
