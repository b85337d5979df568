import { OPEN_SLOT_OUT_OF_WINDOW } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readTerms, toInteger, toU64, U64_MAX } from '../core/input';

// Checks that need only the window of open slots, for the revisions that have one.

type Chosen = Readonly<{ currentSlot: bigint | number; landingSlots?: bigint | number | undefined }>;

/** The earliest open slot that can still land for so many slots, all of the window by default. */
export function chooseInWindow(input: Chosen, window: bigint): bigint {
    const given = readTerms('input', input, ['currentSlot', 'landingSlots'], ['landingSlots']);
    const currentSlot = toU64('currentSlot', given.currentSlot);
    const { landingSlots = window } = given;
    const unused = window - toInteger('landingSlots', landingSlots, 0n, window);
    return currentSlot > unused ? currentSlot - unused : 0n;
}

/**
 * Throws unless an open slot can land for so many slots, none by default.
 *
 * @throws `OPEN_SLOT_OUT_OF_WINDOW` with the slots that are possible; `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`.
 */
export function assertIsInWindow(input: Chosen & Readonly<{ openSlot: bigint | number }>, window: bigint): void {
    const given = readTerms('input', input, ['currentSlot', 'landingSlots', 'openSlot'], ['landingSlots']);
    const openSlot = toU64('openSlot', given.openSlot);
    const currentSlot = toU64('currentSlot', given.currentSlot);
    const { landingSlots = 0n } = given;
    const minOpenSlot = chooseInWindow({ currentSlot, landingSlots }, window);
    if (openSlot < minOpenSlot || openSlot > currentSlot) {
        throw new PaymentChannelsError(OPEN_SLOT_OUT_OF_WINDOW, {
            currentSlot,
            maxOpenSlot: currentSlot,
            minOpenSlot,
            openSlot,
        });
    }
}

/** The first slot at which no channel can be opened for an open slot any more; `undefined` when there is none. */
export function getSlotAfterWindow(openSlot: bigint | number, window: bigint): bigint | undefined {
    const slot = toU64('openSlot', openSlot) + window + 1n;
    return slot <= U64_MAX ? slot : undefined;
}
