import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { ProgramDerivedAddress, ProgramDerivedAddressBump } from '@solana/kit';

import { decodeAddress } from '../../core/address-bytes';
import { isOnCurve } from './on-curve';

/** The marker that the runtime hashes after the seeds and the program's address. */
export const PDA_MARKER = 'ProgramDerivedAddress';
export const MAX_BUMP = 255;

/**
 * Finds the same address as kit's `getProgramDerivedAddress`, synchronously and many times faster.
 *
 * @param seeds The seeds before the bump, one after the other.
 * @param programAddress The 32 bytes of the program's address.
 */
export function findProgramDerivedAddress(seeds: Uint8Array, programAddress: Uint8Array): ProgramDerivedAddress {
    // Only the bump changes from one candidate to the next: what stands before it is hashed once.
    const hashOfSeeds = sha256.create().update(seeds);
    const marker = utf8ToBytes(PDA_MARKER);
    const end = new Uint8Array(1 + programAddress.length + marker.length);
    end.set(programAddress, 1);
    end.set(marker, 1 + programAddress.length);
    // Every other candidate is off the curve: no seeds are known, or will be, for which none is.
    for (let bump = MAX_BUMP; ; bump--) {
        end[0] = bump;
        const candidate = hashOfSeeds.clone().update(end).digest();
        if (!isOnCurve(candidate)) return Object.freeze([decodeAddress(candidate), bump as ProgramDerivedAddressBump]);
    }
}
