import { createHash } from 'node:crypto';

import type { Blockhash, ReadonlyUint8Array } from '@solana/kit';
import type { LiteSVM } from 'litesvm';

import { U64_MAX } from '../core/input';

/** Number of slots that a blockhash is valid for, as on a cluster. */
export const BLOCKHASH_SLOTS = 150n;

/** The record of a slot: its blockhashes, and the transactions that landed with one of them. */
type Block = Readonly<{ slot: bigint; blockhashes: Blockhash[]; processed: Set<string> }>;

/**
 * The blockhashes that are good, and what landed with them: LiteSVM knows the latest blockhash only, and remembers a few
 * transactions.
 *
 * A blockhash counts from when it is given out, used, or left behind by the clock, and is gone for good once it has aged:
 * a transaction that was processed with it could run again otherwise. For each blockhash and each transaction some 100
 * bytes are kept until then.
 */
export class RecentBlockhashes {
    /** From old to new; never more than there are slots for which a blockhash is good, and the current one. */
    #blocks: Block[] = [];
    readonly #blockOf = new Map<Blockhash, Block>();

    constructor(private readonly svm: LiteSVM) {}

    /** The latest blockhash, and the last block height at which a transaction with it can land. */
    getLatest(): { blockhash: Blockhash; lastValidBlockHeight: bigint } {
        const { slot } = this.followClock();
        const lastValid = slot + BLOCKHASH_SLOTS;
        return {
            blockhash: this.svm.latestBlockhash(),
            lastValidBlockHeight: lastValid < U64_MAX ? lastValid : U64_MAX,
        };
    }

    isRecent(blockhash: Blockhash): boolean {
        this.followClock();
        return this.#blockOf.has(blockhash);
    }

    /** Whether a message has landed with its blockhash, signed by whatever signatures. */
    isProcessed(blockhash: Blockhash, messageBytes: ReadonlyUint8Array): boolean {
        return this.#blockOf.get(blockhash)?.processed.has(hash(messageBytes)) === true;
    }

    /** Records a message that has landed; one with a durable nonce has no blockhash here. */
    markProcessed(blockhash: Blockhash, messageBytes: ReadonlyUint8Array): void {
        this.#blockOf.get(blockhash)?.processed.add(hash(messageBytes));
    }

    /** Goes to the block of the clock's slot, in which the latest blockhash is good from now on. */
    followClock(): Block {
        const { slot } = this.svm.getClock();
        let block = this.#blocks.at(-1);
        if (block?.slot !== slot) {
            // Every slot has blockhashes of its own, and what was given out before is as old as it was said to be.
            if (this.#blockOf.has(this.svm.latestBlockhash())) this.svm.expireBlockhash();
            block = { blockhashes: [], processed: new Set(), slot };
            this.#blocks.push(block);
            this.#forgetOld(slot);
        }
        const latest = this.svm.latestBlockhash();
        if (!this.#blockOf.has(latest)) {
            this.#blockOf.set(latest, block);
            block.blockhashes.push(latest);
        }
        return block;
    }

    #forgetOld(slot: bigint): void {
        // Where the clock was set back there may be more blocks than slots.
        const oldest = this.#blocks.length - Number(BLOCKHASH_SLOTS) - 1;
        const isOld = (block: Block, index: number) => block.slot + BLOCKHASH_SLOTS < slot || index < oldest;
        for (const [index, block] of this.#blocks.entries()) {
            if (isOld(block, index)) for (const blockhash of block.blockhashes) this.#blockOf.delete(blockhash);
        }
        this.#blocks = this.#blocks.filter((block, index) => !isOld(block, index));
    }
}

function hash(bytes: ReadonlyUint8Array): string {
    return createHash('sha256')
        .update(bytes as Uint8Array)
        .digest('base64');
}
