import {
    getStructDecoder,
    getU16Decoder,
    getU32Decoder,
    getU64Decoder,
    getU8Decoder,
    type FixedSizeDecoder,
} from '@solana/kit';

import { ELF_INVALID } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';

// As much of the format of ELF as tells a program from anything else, and where it ends.

/** What an ELF begins with. */
const getHeaderDecoder = () =>
    getStructDecoder([
        ['magic', getU32Decoder()],
        ['class', getU8Decoder()],
        ['byteOrder', getU8Decoder()],
        ['identVersion', getU8Decoder()],
        ['abi', getU8Decoder()],
        ['padding', getU64Decoder()],
        ['type', getU16Decoder()],
        ['machine', getU16Decoder()],
        ['version', getU32Decoder()],
        ['entry', getU64Decoder()],
        ['segmentsAt', getU64Decoder()],
        ['sectionsAt', getU64Decoder()],
        ['flags', getU32Decoder()],
        ['headerLength', getU16Decoder()],
        ['segmentLength', getU16Decoder()],
        ['segmentCount', getU16Decoder()],
        ['sectionLength', getU16Decoder()],
        ['sectionCount', getU16Decoder()],
        ['namesIndex', getU16Decoder()],
    ]);
const getSegmentDecoder = () =>
    getStructDecoder([
        ['type', getU32Decoder()],
        ['flags', getU32Decoder()],
        ['offset', getU64Decoder()],
        ['address', getU64Decoder()],
        ['physicalAddress', getU64Decoder()],
        ['fileLength', getU64Decoder()],
        ['memoryLength', getU64Decoder()],
        ['alignment', getU64Decoder()],
    ]);
const getSectionDecoder = () =>
    getStructDecoder([
        ['name', getU32Decoder()],
        ['type', getU32Decoder()],
        ['flags', getU64Decoder()],
        ['address', getU64Decoder()],
        ['offset', getU64Decoder()],
        ['length', getU64Decoder()],
        ['link', getU32Decoder()],
        ['info', getU32Decoder()],
        ['alignment', getU64Decoder()],
        ['entryLength', getU64Decoder()],
    ]);
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
/** The machines that cargo build-sbf builds for: BPF, and SBF from version 3 on. */
const MACHINES = [247, 263];
const SHARED_OBJECT = 3;
const LOADED_SEGMENT = 1;
/** A section that takes no bytes of the file. */
const NO_BITS = 8;

/**
 * The length of a program by its own headers: what stands behind it in an account is room for later versions.
 *
 * @param source What it is, for the error.
 * @throws `ELF_INVALID` for what is no program, or ends before its headers say.
 */
export function getElfLength(bytes: Uint8Array, source: string): number {
    const refuse = (reason: string): never => {
        throw new PaymentChannelsError(ELF_INVALID, { reason, source });
    };
    if (String.fromCharCode(...bytes.subarray(0, 4)) !== '\x7fELF') refuse('it does not start as an ELF does');
    const headerDecoder = getHeaderDecoder();
    if (bytes.length < headerDecoder.fixedSize) refuse(`it has ${bytes.length} bytes, fewer than the header of an ELF`);
    const header = headerDecoder.decode(bytes);
    if (header.class !== CLASS_64 || header.byteOrder !== LITTLE_ENDIAN) {
        refuse('it is not a little-endian ELF of 64 bits');
    }
    const { entry, machine, type } = header;
    if (type !== SHARED_OBJECT) {
        refuse(`it is an ELF of type ${type}, and a program is a shared object, ${SHARED_OBJECT}`);
    }
    if (!MACHINES.includes(machine)) refuse(`it is for machine ${machine}, not for ${MACHINES.join(' or ')} (SBF)`);
    let end = headerDecoder.fixedSize;
    /** A place in the file that has to be there. */
    const reach = (offset: bigint, length: bigint, what: string): number => {
        if (offset + length > BigInt(bytes.length)) refuse(`its ${what} end after the last byte`);
        end = Math.max(end, Number(offset + length));
        return Number(offset);
    };
    const readTable = <T>(
        decoder: FixedSizeDecoder<T>,
        at: bigint,
        length: number,
        count: number,
        what: string,
    ): T[] => {
        if (count > 0 && length !== decoder.fixedSize) refuse(`its ${what} are of an unknown length`);
        const start = reach(at, BigInt(count * decoder.fixedSize), what);
        return Array.from({ length: count }, (_, index) => decoder.decode(bytes, start + index * decoder.fixedSize));
    };
    const segments = readTable(
        getSegmentDecoder(),
        header.segmentsAt,
        header.segmentLength,
        header.segmentCount,
        'program headers',
    );
    const sections = readTable(
        getSectionDecoder(),
        header.sectionsAt,
        header.sectionLength,
        header.sectionCount,
        'section headers',
    );
    for (const { fileLength, offset } of segments) reach(offset, fileLength, 'segments');
    const hasEntry = segments.some(
        ({ address, memoryLength, type: kind }) =>
            kind === LOADED_SEGMENT && entry >= address && entry < address + memoryLength,
    );
    if (!hasEntry) refuse('its entry point is in none of its segments');
    for (const { length, offset, type: kind } of sections) if (kind !== NO_BITS) reach(offset, length, 'sections');
    return end;
}
