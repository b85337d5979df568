import { isBlockhash, type TransactionMessageWithBlockhashLifetime } from '@solana/kit';

import {
    MAX_LEAD_SLOTS,
    refuseRpcAnswer,
    toContextSlot,
    toRpcRecord,
    toRpcSlot,
    toRpcU64,
} from '../runtime/rpc-answer';

// Block heights as an RPC tells them, and what they say of a transaction. One height of one node must neither hold up a
// transaction for ever nor have it taken for lost: see `Expiry`.

/** A blockhash, the block height after which nothing that was signed with it can land, and the slot it was given out at. */
export type RpcBlockhash = Readonly<{
    lifetime: TransactionMessageWithBlockhashLifetime['lifetimeConstraint'];
    slot: bigint;
}>;

/** The position on the chain that a node reports. */
export type ChainPosition = Readonly<{ blockHeight: bigint; slot: bigint }>;

/** A blockhash is good for so many blocks. */
export const BLOCKHASH_LIFETIME_BLOCKS = 150n;
/** One node may be so many blocks behind another one. */
const MAX_LAG_BLOCKS = 150n;
/** A transaction lands within this many slots or not at all; not every slot has a block. */
const MAX_LANDING_SLOTS = 2n * MAX_LEAD_SLOTS;
/** A blockhash that is known already is not good for any longer, other than on a cluster that hardly moves. */
const MAX_LIFETIME_MS = 120_000;

/**
 * Reads an answer to getLatestBlockhash.
 *
 * @throws `RPC_RESPONSE_INVALID`, also for a height that no blockhash can have at the slot of the answer.
 */
export function toRpcBlockhash(answer: unknown): RpcBlockhash {
    const { blockhash, lastValidBlockHeight } = toRpcRecord('answer.value', toRpcRecord('answer', answer)['value']);
    if (typeof blockhash !== 'string' || !isBlockhash(blockhash)) {
        return refuseRpcAnswer('answer.value.blockhash', blockhash);
    }
    const height = toRpcU64('answer.value.lastValidBlockHeight', lastValidBlockHeight);
    const slot = toContextSlot('answer', answer);
    // There are no more blocks than slots.
    if (height > slot + BLOCKHASH_LIFETIME_BLOCKS) {
        return refuseRpcAnswer('answer.value.lastValidBlockHeight', lastValidBlockHeight);
    }
    return { lifetime: { blockhash, lastValidBlockHeight: height }, slot };
}

/**
 * Reads the block height and the slot that it is of from an answer to getEpochInfo.
 *
 * @throws `RPC_RESPONSE_INVALID`, also for a height that there can't be at the slot.
 */
export function toRpcBlockHeight(answer: unknown): ChainPosition {
    const { absoluteSlot, blockHeight } = toRpcRecord('answer', answer);
    const slot = toRpcSlot('answer.absoluteSlot', absoluteSlot);
    const height = toRpcU64('answer.blockHeight', blockHeight);
    return height <= slot ? { blockHeight: height, slot } : refuseRpcAnswer('answer.blockHeight', blockHeight);
}

/**
 * Whether "no such transaction" is an answer about the chain as far as a position: not that of a node which lags behind it,
 * nor of one that claims to be where no other is.
 *
 * @param answeredAtSlot Slot of the answer that knew nothing of the transaction.
 */
export function isAnswerAbout({ slot }: ChainPosition, answeredAtSlot: bigint): boolean {
    return answeredAtSlot >= slot && answeredAtSlot <= slot + MAX_LEAD_SLOTS;
}

/**
 * Tells when the blockhash of a transaction that is signed has expired, from the heights that are seen from then on.
 *
 * Whoever believes that too soon sends another transaction, and pays twice; whoever never does waits for ever. A height
 * says so only if it can be one: there is one block in a slot at most, so that since the blockhash was given out no more
 * blocks than slots can have come.
 *
 * The recorded height is what some node once said, and may be wrong, even for good, since it is in a journal. But the
 * blockhash was known when the transaction was signed. So it has expired, whatever is recorded, once more blocks have been
 * seen to come than any blockhash is good for, and so much time has passed besides that no single wrong height can have
 * that effect.
 */
export class Expiry {
    #lowest: Readonly<{ blockHeight: bigint; seenAt: number }> | undefined;

    /** @param sinceSlot Slot at which the blockhash was given out, where that is known. */
    constructor(
        private readonly lastValidBlockHeight: bigint,
        private readonly sinceSlot?: bigint,
    ) {}

    /** @param seenAt In milliseconds since some moment. */
    isOver(position: ChainPosition, seenAt: number): boolean {
        const { blockHeight } = position;
        if (this.#lowest === undefined || blockHeight < this.#lowest.blockHeight) {
            this.#lowest = { blockHeight, seenAt };
        }
        if (blockHeight > this.lastValidBlockHeight && this.#isPossible(position)) return true;
        const blocks = blockHeight - this.#lowest.blockHeight;
        const isOutlived = blocks > BLOCKHASH_LIFETIME_BLOCKS + MAX_LAG_BLOCKS;
        return isOutlived && seenAt - this.#lowest.seenAt >= MAX_LIFETIME_MS;
    }

    /** Whether anything can have become of the transaction at a slot, as far as that is known. */
    isWithinReach(slot: bigint): boolean {
        return this.sinceSlot === undefined || slot <= this.sinceSlot + MAX_LANDING_SLOTS;
    }

    #isPossible({ blockHeight, slot }: ChainPosition): boolean {
        if (this.sinceSlot === undefined) return true;
        const heightAtFirst = this.lastValidBlockHeight - BLOCKHASH_LIFETIME_BLOCKS;
        return blockHeight - heightAtFirst <= slot - this.sinceSlot;
    }
}
