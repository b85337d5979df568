import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';

/** How long a slot takes, as far as anybody knows beforehand. */
export const SLOT_MS = 400;
const SECOND_MS = 1_000;

/**
 * Moves a simulator's clock with the time that passes: a slot every 400 milliseconds, a second every second. Whoever moves
 * the clock as well stays as far ahead.
 */
export class RealClock {
    #slotMs = 0;
    #secondMs = 0;

    /** @param lastMs The time now, in milliseconds. */
    constructor(
        private readonly simulator: Simulator<RevisionName>,
        private lastMs: number,
    ) {}

    /** Brings the clock to a time; one that lies behind moves nothing. */
    moveTo(nowMs: number): void {
        const elapsed = nowMs - this.lastMs;
        if (!(elapsed > 0)) return;
        this.lastMs = nowMs;
        this.#slotMs += elapsed;
        this.#secondMs += elapsed;
        const slots = Math.floor(this.#slotMs / SLOT_MS);
        const seconds = Math.floor(this.#secondMs / SECOND_MS);
        if (slots === 0 && seconds === 0) return;
        this.#slotMs -= slots * SLOT_MS;
        this.#secondMs -= seconds * SECOND_MS;
        this.simulator.advanceClock({ seconds, slots });
    }
}
