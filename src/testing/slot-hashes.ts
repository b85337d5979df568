import { createHash } from 'node:crypto';

import { getU64Decoder, type Address, type CompiledTransactionMessage } from '@solana/kit';
import type { LiteSVM } from 'litesvm';

import { decodeAddress } from '../core/address-bytes';
import { ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS } from '../runtime/lookup-table/lookup-table-program';

export const SLOT_HASHES_SYSVAR = 'SysvarS1otHashes111111111111111111111111111' as Address;

/** Number of slots in the sysvar. */
const MAX_SLOT_HASHES = 512n;

/**
 * The sysvar of the slots before this one, from which lookup tables are derived and after which they can be closed.
 *
 * It takes longer to write than most transactions to run, so it is written where somebody is about to read it. What
 * another has written stays.
 */
export class SlotHashes {
    /** The newest slot that stood there when it was written, to know what another has written. */
    #newest: bigint | undefined;
    #writtenAt: bigint | undefined;

    constructor(private readonly svm: LiteSVM) {
        this.#newest = this.#readNewest();
    }

    /** Puts back what is known of the sysvar, when the sysvar itself is put back. */
    mark(): () => void {
        const [newest, writtenAt] = [this.#newest, this.#writtenAt];
        return () => {
            this.#newest = newest;
            this.#writtenAt = writtenAt;
        };
    }

    /** Brings the sysvar to the slot of the clock for a message that may read it. */
    prepareFor(message: CompiledTransactionMessage): void {
        const hasLookups = 'addressTableLookups' in message && (message.addressTableLookups?.length ?? 0) > 0;
        const readers = [ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS, SLOT_HASHES_SYSVAR];
        if (hasLookups || message.staticAccounts.some(address => readers.includes(address))) this.followClock();
    }

    /** Brings the sysvar to the slot of the clock: every slot before it had a block. */
    followClock(): void {
        const { slot } = this.svm.getClock();
        if (slot === this.#writtenAt || this.#readNewest() !== this.#newest) return;
        const count = slot < MAX_SLOT_HASHES ? slot : MAX_SLOT_HASHES;
        const slots = Array.from({ length: Number(count) }, (_, index) => slot - 1n - BigInt(index));
        this.svm.setSlotHashes(slots.map(of => ({ hash: getSlotHash(of), slot: of })));
        this.#newest = slots[0];
        this.#writtenAt = slot;
    }

    #readNewest(): bigint | undefined {
        const account = this.svm.getAccount(SLOT_HASHES_SYSVAR);
        const u64 = getU64Decoder();
        // A count, then the slots with their hashes.
        return account.exists && u64.decode(account.data) > 0n ? u64.decode(account.data, u64.fixedSize) : undefined;
    }
}

/** Some hash for a slot, always the same. */
export function getSlotHash(slot: bigint): Address {
    return decodeAddress(createHash('sha256').update(`slot ${slot}`).digest());
}
