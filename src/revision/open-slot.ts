import { OPEN_SLOT_OUT_OF_WINDOW, OPERATION_UNSUPPORTED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readMembers, toInteger, toU64, U64_MAX } from '../core/input';
import { getPart, type DeploymentParts } from './deployment';

// The slot that a channel of the epoch revision is opened for: open lands from it on and up to 1,500 slots after it, and
// the rent comes back only later than that (spec sections 4.2, 7.1 and 7.8).

/** What {@link chooseOpenSlot} takes. */
export type ChooseOpenSlotInput = Readonly<{
    /** A slot that the cluster has reached. */
    currentSlot: bigint | number;
    /**
     * Slots in which the transaction has to be able to land: 1,500 by default, the most there is. Less of them makes the
     * rent recoverable sooner by as many. A slot takes about 0.4 seconds, and a blockhash lasts 150 slots.
     */
    landingSlots?: bigint | number | undefined;
}>;

/**
 * Picks the open slot of a channel: the earliest with which `open` can still land for as long as it has to.
 *
 * By default that is the current slot. A transaction that others have to sign takes time to land; the rent of a channel
 * that is soon over comes back sooner the earlier the slot is.
 *
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
 *
 * @example
 * ```ts
 * // Two minutes to be signed and landed; the rent can come back eight minutes after opening, and not ten.
 * const openSlot = chooseOpenSlot({ currentSlot: await rpc.getSlot().send(), landingSlots: 300 });
 * ```
 */
export function chooseOpenSlot(input: ChooseOpenSlotInput, deployment: DeploymentParts<'open'>): bigint {
    const given = readMembers('input', input, ['currentSlot', 'landingSlots']);
    const currentSlot = toU64('currentSlot', given.currentSlot);
    const window = getOpenSlotWindow(deployment);
    const { landingSlots = window } = given;
    const unused = window - toInteger('landingSlots', landingSlots, 0n, window);
    return currentSlot > unused ? currentSlot - unused : 0n;
}

/**
 * Throws unless a channel can be opened for a slot when the cluster has reached another (spec section 7.1).
 *
 * @param input `landingSlots`: slots in which the transaction has to be able to land from now on, 0 by default.
 * @throws `OPEN_SLOT_OUT_OF_WINDOW` with the slots that are possible; `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`.
 */
export function assertIsOpenSlotInWindow(
    input: Readonly<{
        currentSlot: bigint | number;
        landingSlots?: bigint | number | undefined;
        openSlot: bigint | number;
    }>,
    deployment: DeploymentParts<'open'>,
): void {
    const given = readMembers('input', input, ['currentSlot', 'landingSlots', 'openSlot']);
    const openSlot = toU64('openSlot', given.openSlot);
    const currentSlot = toU64('currentSlot', given.currentSlot);
    const { landingSlots = 0n } = given;
    const minOpenSlot = chooseOpenSlot({ currentSlot, landingSlots }, deployment);
    if (openSlot < minOpenSlot || openSlot > currentSlot) {
        throw new PaymentChannelsError(OPEN_SLOT_OUT_OF_WINDOW, {
            currentSlot,
            maxOpenSlot: currentSlot,
            minOpenSlot,
            openSlot,
        });
    }
}

/**
 * The first slot at which the rent of a channel can come back, by `distribute` or by `reclaim` (spec sections 7.8 and
 * 7.9); `undefined` when there is none, which no channel that the program opened has.
 *
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the open slot.
 */
export function getReclaimableFromSlot(
    openSlot: bigint | number,
    deployment: DeploymentParts<'open'>,
): bigint | undefined {
    const slot = toU64('openSlot', openSlot) + getOpenSlotWindow(deployment) + 1n;
    return slot <= U64_MAX ? slot : undefined;
}

/** @throws `OPERATION_UNSUPPORTED` where channels have no open slot. */
function getOpenSlotWindow(deployment: DeploymentParts<'open'>): bigint {
    const { openSlotWindow } = getPart<'open', DeploymentParts<'open'>>(deployment, 'open');
    if (openSlotWindow !== undefined) return openSlotWindow;
    throw new PaymentChannelsError(OPERATION_UNSUPPORTED, { operation: 'open slots' });
}
