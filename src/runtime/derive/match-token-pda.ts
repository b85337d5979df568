import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Address } from '@solana/kit';
import { ASSOCIATED_TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { encodeAddress } from '../../core/address-bytes';
import { toAddressBytes } from '../../core/input';
import { MAX_BUMP, PDA_MARKER } from './program-derived-address';

const ADDRESS_BYTES = 32;
/** Fewer candidates than these leave out one associated token account in 65,536, which is then derived as ever. */
const MAX_CANDIDATES = 16;

/** Finds the bump by which an address is the associated token account of a wallet. */
export type TokenPdaMatcher = (owner: Address, address: unknown) => number | undefined;

/**
 * Compares addresses with those of associated token accounts, several times faster than they are derived: it leaves out
 * the test of each candidate for being on the curve, which takes most of that time.
 *
 * **Ask it only about an account that a token program owns.** For any other address a match says nothing: it could be a
 * candidate that is on the curve, or one below the canonical bump, and `undefined` may also mean that more candidates
 * have to be tried. For an account of a token program a match is the canonical address, since
 *
 * 1. the owner of an account was the System program until its address signed for another one,
 * 2. nobody has a key for an address that is a SHA-256 hash of other things, wherever it lies, so that only the program
 *    whose address is hashed into it can have signed, and
 * 3. the associated-token program signs for the canonical bump only, the highest whose candidate is off the curve.
 *
 * Whoever lies about what is on chain gets an address that the program derives again and refuses (ATA_CHECK,
 * docs/program.md, section 6.4): such a transaction fails, and moves nothing.
 *
 * @throws `ADDRESS_INVALID` for the token immediately, for an owner when it is matched.
 */
export function createTokenPdaMatcher({
    mint,
    tokenProgram,
}: Readonly<{ mint: Address; tokenProgram: Address }>): TokenPdaMatcher {
    const seeds = new Uint8Array(3 * ADDRESS_BYTES);
    seeds.set(toAddressBytes('tokenProgram', tokenProgram), ADDRESS_BYTES);
    seeds.set(toAddressBytes('mint', mint), 2 * ADDRESS_BYTES);
    const marker = utf8ToBytes(PDA_MARKER);
    const end = new Uint8Array(1 + ADDRESS_BYTES + marker.length);
    end.set(toAddressBytes('associatedTokenProgram', ASSOCIATED_TOKEN_PROGRAM_ADDRESS), 1);
    end.set(marker, 1 + ADDRESS_BYTES);

    // Used again for every address: making them takes as long as hashing.
    const blank = sha256.create();
    const hashOfSeeds = sha256.create();
    const hash = sha256.create();
    const candidate = new Uint8Array(hash.outputLen);

    return (owner, address) => {
        const wanted = typeof address === 'string' ? encodeAddress(address) : undefined;
        if (wanted === undefined) return undefined;
        seeds.set(toAddressBytes('owner', owner));
        blank._cloneInto(hashOfSeeds).update(seeds);
        for (let bump = MAX_BUMP; bump > MAX_BUMP - MAX_CANDIDATES; bump--) {
            end[0] = bump;
            hashOfSeeds._cloneInto(hash).update(end).digestInto(candidate);
            if (isSame(candidate, wanted)) return bump;
        }
        return undefined;
    };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
    for (let index = 0; index < ADDRESS_BYTES; index++) if (a[index] !== b[index]) return false;
    return true;
}
