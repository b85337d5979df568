import type { LiteSVM } from 'litesvm';

import { I64_MIN } from '../core/input';
import { getLiteSvm } from './litesvm';

/** The clock of a simulation. */
export type SimulatorClock = Readonly<{ unixTimestamp: bigint; slot: bigint }>;

/** As on mainnet, whose epochs have been this long from the first one on. */
export const SLOTS_IN_EPOCH = 432_000n;

// A slot takes 400 ms, as far as anybody knows beforehand.
const [SECONDS, OF_SLOTS] = [2n, 5n];

/** The epoch of a slot, and its place in it. */
export function getEpochOf(slot: bigint): { epoch: bigint; slotIndex: bigint } {
    return { epoch: slot / SLOTS_IN_EPOCH, slotIndex: slot % SLOTS_IN_EPOCH };
}

/** Gives a LiteSVM the epochs of mainnet, and a time to start at. */
export function startClock(svm: LiteSVM, { slot, unixTimestamp }: SimulatorClock): void {
    const { Clock, EpochSchedule } = getLiteSvm();
    const { epoch } = getEpochOf(slot);
    svm.setEpochSchedule(new EpochSchedule(SLOTS_IN_EPOCH, SLOTS_IN_EPOCH, false, 0n, 0n));
    svm.setClock(new Clock(slot, guessEpochStart(slot, unixTimestamp), epoch, epoch + 1n, unixTimestamp));
}

/** Moves the clock of a LiteSVM with all that its sysvar says: the epoch follows from the slot. */
export function moveClock(svm: LiteSVM, to: Partial<SimulatorClock>): void {
    const clock = svm.getClock();
    const { slot = clock.slot, unixTimestamp = clock.unixTimestamp } = to;
    const { epoch } = getEpochOf(slot);
    if (epoch !== clock.epoch || unixTimestamp < clock.epochStartTimestamp) {
        clock.epochStartTimestamp = guessEpochStart(slot, unixTimestamp);
    }
    clock.epoch = epoch;
    clock.leaderScheduleEpoch = epoch + 1n;
    clock.slot = slot;
    clock.unixTimestamp = unixTimestamp;
    svm.setClock(clock);
}

/** The slots that a number of seconds takes, the last one whole. */
export function getSlotsIn(seconds: bigint): bigint {
    return (seconds * OF_SLOTS + SECONDS - 1n) / SECONDS;
}

/** When the epoch of a slot began, if every slot since then has taken its time. */
function guessEpochStart(slot: bigint, unixTimestamp: bigint): bigint {
    const start = unixTimestamp - (getEpochOf(slot).slotIndex * SECONDS) / OF_SLOTS;
    return start < I64_MIN ? I64_MIN : start;
}
