import type { Address, ReadonlyUint8Array } from '@solana/kit';

// Base58 of addresses and signatures, which is the most of what they cost on a hot path: kit's codecs take any length and
// need about twenty times as long.

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const ADDRESS_BYTES = 32;
// Bytes and characters go in groups: a product of two groups, plus a third, is exact in a double.
const BYTES_IN_GROUP = 3;
const BYTE_GROUP_RADIX = 2 ** 24;
const MAX_BYTE_GROUPS = 22;
const CHARACTERS_IN_GROUP = 4;
const CHARACTER_GROUP_RADIX = 58 ** 4;
const CHARACTER_GROUP_COUNT = 11;
// Used again by every call, none of which is ever interrupted: an array of this size is slow to make.
const byteGroups = /* @__PURE__ */ new Float64Array(MAX_BYTE_GROUPS);
const characterGroups = /* @__PURE__ */ new Float64Array(CHARACTER_GROUP_COUNT);

/**
 * The 32 bytes of an address; `undefined` for text that is not the base58 form of 32 bytes. It takes what kit's
 * `isAddress` takes.
 */
export const encodeAddress = (text: string): Uint8Array | undefined => encodeBase58(text, ADDRESS_BYTES);

/** The bytes of an address, a hash or a signature; `undefined` for text that is not the base58 form of so many. */
export function encodeBase58(text: string, byteCount: 32 | 64): Uint8Array | undefined {
    const { length } = text;
    // Between one character for each zero byte and log(256) / log(58) characters for each byte: 44 and 88.
    if (length < byteCount || length > byteCount * 1.375) return undefined;
    const lastGroup = Math.ceil(byteCount / BYTES_IN_GROUP) - 1;
    // Least significant group first.
    const groups = byteGroups.fill(0);
    let groupCount = 0;
    for (let start = 0, end = length % CHARACTERS_IN_GROUP || CHARACTERS_IN_GROUP; start < length;) {
        let carry = 0;
        for (; start < end; start++) {
            const digit = getDigit(text.charCodeAt(start));
            if (digit < 0) return undefined;
            carry = carry * 58 + digit;
        }
        end += CHARACTERS_IN_GROUP;
        for (let index = 0; index < groupCount; index++) {
            const sum = groups[index]! * CHARACTER_GROUP_RADIX + carry;
            carry = Math.floor(sum / BYTE_GROUP_RADIX);
            groups[index] = sum - carry * BYTE_GROUP_RADIX;
        }
        if (carry > 0) groups[groupCount++] = carry;
    }

    // The highest group has room for a byte or two more than there are.
    if (groups[lastGroup]! >= 256 ** (byteCount - lastGroup * BYTES_IN_GROUP)) return undefined;
    const bytes = new Uint8Array(byteCount);
    for (let index = 0, end = byteCount; index <= lastGroup; index++, end -= BYTES_IN_GROUP) {
        const group = groups[index]!;
        bytes[end - 1] = group;
        if (end > 1) bytes[end - 2] = group >> 8;
        if (end > 2) bytes[end - 3] = group >> 16;
    }
    // A zero byte in front is a 1 in front: as many of one as of the other.
    let zeros = 0;
    while (zeros < byteCount && bytes[zeros] === 0) zeros++;
    for (let index = 0; index < zeros; index++) if (text[index] !== '1') return undefined;
    return text[zeros] === '1' ? undefined : bytes;
}

/** The address of 32 bytes. */
export function decodeAddress(bytes: ReadonlyUint8Array | Uint8Array): Address {
    // Least significant group first.
    const groups = characterGroups.fill(0);
    let groupCount = 0;
    for (let start = -1; start < ADDRESS_BYTES; start += BYTES_IN_GROUP) {
        // The highest group is a byte short: there is nothing before the first, and | takes that for zero.
        let carry = (bytes[start]! << 16) | (bytes[start + 1]! << 8) | bytes[start + 2]!;
        for (let index = 0; index < groupCount; index++) {
            const sum = groups[index]! * BYTE_GROUP_RADIX + carry;
            carry = Math.floor(sum / CHARACTER_GROUP_RADIX);
            groups[index] = sum - carry * CHARACTER_GROUP_RADIX;
        }
        while (carry > 0) {
            groups[groupCount++] = carry % CHARACTER_GROUP_RADIX;
            carry = Math.floor(carry / CHARACTER_GROUP_RADIX);
        }
    }

    let text = '';
    for (let index = groupCount - 1; index >= 0; index--) {
        const group = groups[index]!;
        text +=
            ALPHABET[Math.floor(group / 58 ** 3)]! +
            ALPHABET[Math.floor(group / 58 ** 2) % 58]! +
            ALPHABET[Math.floor(group / 58) % 58]! +
            ALPHABET[group % 58]!;
    }
    let padding = 0;
    while (text[padding] === '1') padding++;
    let zeros = 0;
    while (zeros < ADDRESS_BYTES && bytes[zeros] === 0) zeros++;
    return ('1'.repeat(zeros) + text.slice(padding)) as Address;
}

/** The value of a character of the alphabet by its code; -1 for any other. */
function getDigit(code: number): number {
    // Digits, then upper case without I and O, then lower case without l.
    const digit =
        code < 65
            ? code - 49
            : code < 97
              ? code - 56 - Number(code > 73) - Number(code > 79)
              : code - 64 - Number(code > 108);
    return ALPHABET.charCodeAt(digit) === code ? digit : -1;
}
