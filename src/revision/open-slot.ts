import { OPERATION_UNSUPPORTED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { getPart, type DeploymentParts } from './deployment';
import { assertIsInWindow, chooseInWindow, getSlotAfterWindow } from './open-slot-window';

// The slot that a channel is opened for, where a revision has one: open lands from it on and up to 1,500 slots after
// it, and the rent comes back only later than that (docs/program.md, sections 4.1, 7.1 and 7.9).

/** Input of {@link chooseOpenSlot}. */
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
 * // Two minutes to be signed and landed; the rent can come back eight minutes after opening instead of ten.
 * const currentSlot = await rpc.getSlot().send();
 * const openSlot = chooseOpenSlot({ currentSlot, landingSlots: 300 }, MAINNET_DEPLOYMENT);
 * ```
 */
export function chooseOpenSlot(input: ChooseOpenSlotInput, deployment: DeploymentParts<'channel'>): bigint {
    return chooseInWindow(input, getOpenSlotWindow(deployment));
}

/**
 * Throws unless a channel can be opened for a slot when the cluster has reached another (docs/program.md, section 7.1).
 *
 * @param input `landingSlots`: slots in which the transaction has to be able to land from now on, 0 by default.
 * @throws `OPEN_SLOT_OUT_OF_WINDOW` with the slots that are possible; `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`.
 *
 * @example
 * ```ts
 * // Throws unless the transaction can still land for a minute from now on.
 * assertIsOpenSlotInWindow({ currentSlot: slot, landingSlots: 150, openSlot }, MAINNET_DEPLOYMENT);
 * ```
 */
export function assertIsOpenSlotInWindow(
    input: Readonly<{
        currentSlot: bigint | number;
        landingSlots?: bigint | number | undefined;
        openSlot: bigint | number;
    }>,
    deployment: DeploymentParts<'channel'>,
): void {
    assertIsInWindow(input, getOpenSlotWindow(deployment));
}

/**
 * The first slot at which the rent of a channel can come back, by `distribute` or by `reclaim` (docs/program.md,
 * sections 7.8 and 7.9); `undefined` when there is none, which no channel that the program opened has.
 *
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the open slot.
 *
 * @example
 * ```ts
 * getReclaimableFromSlot(1_000n, MAINNET_DEPLOYMENT); // 2,501n
 * ```
 */
export function getReclaimableFromSlot(
    openSlot: bigint | number,
    deployment: DeploymentParts<'channel'>,
): bigint | undefined {
    return getSlotAfterWindow(openSlot, getOpenSlotWindow(deployment));
}

/** @throws `OPERATION_UNSUPPORTED` where channels have no open slot. */
function getOpenSlotWindow(deployment: DeploymentParts<'channel'>): bigint {
    const { openSlotWindow } = getPart<'channel', DeploymentParts<'channel'>>(deployment, 'channel');
    if (openSlotWindow !== undefined) return openSlotWindow;
    throw new PaymentChannelsError(OPERATION_UNSUPPORTED, { operation: 'open slots' });
}
