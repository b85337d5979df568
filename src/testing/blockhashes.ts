import { createHash } from 'node:crypto';

import type { Blockhash, ReadonlyUint8Array } from '@solana/kit';
import type { LiteSVM } from 'litesvm';

import { decodeAddress, encodeAddress } from '../core/address-bytes';
import { U64_MAX } from '../core/input';

/** Number of slots that a blockhash is valid for, as on a cluster. */
export const BLOCKHASH_SLOTS = 150n;

/** The record of a slot: its blockhashes, and the transactions that landed with one of them. */
type Block = Readonly<{ slot: bigint; blockhashes: Blockhash[]; processed: Set<string> }>;

/** The blockhashes as they were at one moment. */
export type BlockhashMark = Readonly<{ blocks: readonly Block[]; latest: Blockhash }>;

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
    #latest: Blockhash;
    /** LiteSVM's latest blockhash as it was last seen: whoever has LiteSVM can expire it. */
    #seen: Blockhash;
    /** LiteSVM's blockhashes never go back: from the first time on that these do, they are counted here. */
    #hasGoneBack = false;

    constructor(private readonly svm: LiteSVM) {
        this.#latest = this.#seen = svm.latestBlockhash();
    }

    /** The latest blockhash, and the last block height at which a transaction with it can land. */
    getLatest(): { blockhash: Blockhash; lastValidBlockHeight: bigint } {
        const { slot } = this.followClock();
        const lastValid = slot + BLOCKHASH_SLOTS;
        return {
            blockhash: this.#latest,
            lastValidBlockHeight: lastValid < U64_MAX ? lastValid : U64_MAX,
        };
    }

    isRecent(blockhash: Blockhash): boolean {
        const block = this.followClock();
        if (blockhash === this.svm.latestBlockhash()) this.#admit(blockhash, block);
        return this.#blockOf.has(blockhash);
    }

    /** Goes on to another blockhash. */
    expireLatest(): void {
        this.#followLiteSvm();
        this.svm.expireBlockhash();
        this.#seen = this.svm.latestBlockhash();
        this.#latest = this.#hasGoneBack ? getNext(this.#latest) : this.#seen;
    }

    /** Takes all blockhashes for too old that have been given out so far. */
    expireAll(): void {
        this.followClock();
        this.#blocks = [];
        this.#blockOf.clear();
        this.expireLatest();
        this.followClock();
    }

    mark(): BlockhashMark {
        this.followClock();
        return { blocks: this.#blocks.map(copy), latest: this.#latest };
    }

    restore({ blocks, latest }: BlockhashMark): void {
        this.#followLiteSvm();
        if (latest !== this.#latest) {
            this.#hasGoneBack = true;
            // Else the one that is left behind would still be LiteSVM's own.
            this.svm.expireBlockhash();
            this.#seen = this.svm.latestBlockhash();
        }
        this.#latest = latest;
        this.#blocks = blocks.map(copy);
        this.#blockOf.clear();
        for (const block of this.#blocks)
            for (const blockhash of block.blockhashes) this.#blockOf.set(blockhash, block);
    }

    /** Whether a message has landed with its blockhash, signed by whatever signatures. */
    isProcessed(blockhash: Blockhash, messageBytes: ReadonlyUint8Array): boolean {
        return this.#blockOf.get(blockhash)?.processed.has(hash(messageBytes)) === true;
    }

    /** Records a message that has landed; one with a durable nonce has no blockhash here. */
    markProcessed(blockhash: Blockhash, messageBytes: ReadonlyUint8Array): void {
        this.#blockOf.get(blockhash)?.processed.add(hash(messageBytes));
    }

    /** The last blockhash of a slot; `undefined` where nobody has asked for one, or not any more. */
    getBlockhash(slot: bigint): Blockhash | undefined {
        return [...this.#blocks]
            .reverse()
            .find(block => block.slot === slot)
            ?.blockhashes.at(-1);
    }

    /** Goes to the block of the clock's slot, in which the latest blockhash is good from now on. */
    followClock(): Block {
        const { slot } = this.svm.getClock();
        this.#followLiteSvm();
        let block = this.#blocks.at(-1);
        if (block?.slot !== slot) {
            // Every slot has blockhashes of its own, and what was given out before is as old as it was said to be.
            if (this.#blockOf.has(this.#latest)) this.expireLatest();
            block = { blockhashes: [], processed: new Set(), slot };
            this.#blocks.push(block);
            this.#forgetOld(slot);
        }
        this.#admit(this.#latest, block);
        return block;
    }

    #admit(blockhash: Blockhash, block: Block): void {
        if (this.#blockOf.has(blockhash)) return;
        this.#blockOf.set(blockhash, block);
        block.blockhashes.push(blockhash);
    }

    /** Takes over what somebody else has LiteSVM go on to. */
    #followLiteSvm(): void {
        const latest = this.svm.latestBlockhash();
        if (latest === this.#seen) return;
        this.#seen = latest;
        this.#latest = this.#hasGoneBack ? getNext(this.#latest) : latest;
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

const copy = ({ blockhashes, processed, slot }: Block): Block => ({
    blockhashes: [...blockhashes],
    processed: new Set(processed),
    slot,
});

/** The blockhash that LiteSVM has after another. */
function getNext(blockhash: Blockhash): Blockhash {
    return decodeAddress(createHash('sha256').update(encodeAddress(blockhash)!).digest()) as string as Blockhash;
}

function hash(bytes: ReadonlyUint8Array): string {
    return createHash('sha256')
        .update(bytes as Uint8Array)
        .digest('base64');
}
