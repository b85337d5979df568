import { ELF_INVALID } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';

// As much of the format of ELF as tells a program from anything else, and where it ends.

const HEADER_LENGTH = 64;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
/** The machines that cargo build-sbf builds for: BPF, and SBF from version 3 on. */
const MACHINES = [247, 263];
const SHARED_OBJECT = 3;
const SEGMENT_LENGTH = 56;
const LOADED_SEGMENT = 1;
const SECTION_LENGTH = 64;
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
    if (bytes.length < HEADER_LENGTH) refuse(`it has ${bytes.length} bytes, fewer than the header of an ELF`);
    if (bytes[4] !== CLASS_64 || bytes[5] !== LITTLE_ENDIAN) refuse('it is not a little-endian ELF of 64 bits');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const [type, machine] = [view.getUint16(16, true), view.getUint16(18, true)];
    if (type !== SHARED_OBJECT)
        refuse(`it is an ELF of type ${type}, and a program is a shared object, ${SHARED_OBJECT}`);
    if (!MACHINES.includes(machine)) refuse(`it is for machine ${machine}, not for ${MACHINES.join(' or ')} (SBF)`);
    let end = HEADER_LENGTH;
    /** A place in the file that has to be there. */
    const reach = (offset: bigint, length: bigint, what: string): number => {
        if (offset + length > BigInt(bytes.length)) refuse(`its ${what} end after the last byte`);
        end = Math.max(end, Number(offset + length));
        return Number(offset);
    };
    const readTable = (field: number, entryField: number, countField: number, entryLength: number, what: string) => {
        const count = view.getUint16(countField, true);
        if (count > 0 && view.getUint16(entryField, true) !== entryLength)
            refuse(`its ${what} are of an unknown length`);
        const start = reach(view.getBigUint64(field, true), BigInt(count * entryLength), what);
        return Array.from({ length: count }, (_, index) => start + index * entryLength);
    };
    const segments = readTable(32, 54, 56, SEGMENT_LENGTH, 'program headers');
    const sections = readTable(40, 58, 60, SECTION_LENGTH, 'section headers');
    const entry = view.getBigUint64(24, true);
    let hasEntry = false;
    for (const at of segments) {
        const [offset, start] = [view.getBigUint64(at + 8, true), view.getBigUint64(at + 16, true)];
        reach(offset, view.getBigUint64(at + 32, true), 'segments');
        const isLoaded = view.getUint32(at, true) === LOADED_SEGMENT;
        hasEntry ||= isLoaded && entry >= start && entry < start + view.getBigUint64(at + 40, true);
    }
    if (!hasEntry) refuse('its entry point is in none of its segments');
    for (const at of sections) {
        if (view.getUint32(at + 4, true) === NO_BITS) continue;
        reach(view.getBigUint64(at + 24, true), view.getBigUint64(at + 32, true), 'sections');
    }
    return end;
}
