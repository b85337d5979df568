import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { getAddressDecoder, getAddressEncoder, isOffCurveAddress, type Address } from '@solana/kit';

const MARKER = utf8ToBytes('ProgramDerivedAddress');

/**
 * The address, in hexadecimal digits, that a program derives from seeds that are always the same; `undefined` where no
 * bump gives one.
 */
export function derivePda(seeds: string, program: Address): string | undefined {
    const [start, end] = [hexToBytes(seeds), Uint8Array.from(getAddressEncoder().encode(program))];
    for (let bump = 255; bump >= 0; bump--) {
        const hash = sha256(concatBytes(start, Uint8Array.of(bump), end, MARKER));
        if (isOffCurveAddress(getAddressDecoder().decode(hash))) return bytesToHex(hash);
    }
    return undefined;
}
