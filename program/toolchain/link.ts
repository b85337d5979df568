/**
 * Links one relocatable BPF object into an ELF that the SVM loads as sBPF version 0.
 *
 * The platform's own linker is part of a toolchain that is downloaded when it is installed. A program that is a single
 * object needs little of it: put the sections behind each other, resolve calls and addresses, and tell the loader which
 * words it has to fill in. What this linker does not know it refuses, because an ELF that loads and then does something
 * else is worse than none.
 *
 * Its output depends on nothing but its input: no times, no paths, sections in the object's order, relocations by offset.
 */

import { LinkError } from './errors';
import { layOut } from './layout';
import { readObject, type InputSection, type ObjectFile, type Relocation } from './object';
import { SYSCALLS } from './syscalls';
import { CALL, INSTRUCTION_LENGTH, verifyText } from './verify';

/** Relocations of the object. */
const R_BPF_64_64 = 1;
const R_BPF_64_ABS64 = 2;
const R_BPF_64_32 = 10;
/** Relocations that the loader applies: an address inside the ELF, and a syscall by its name. */
const R_LOADER_RELATIVE = 8;
const R_LOADER_SYSCALL = 10;

const ENTRYPOINT = 'entrypoint';
/** Immediate of a call that the loader resolves. */
const UNRESOLVED = -1;

type Region = 'text' | 'rodata';
type Place = Readonly<{ region: Region; offset: number }>;

/** A word for the loader to fill in, at a place of the output. */
export type DynamicRelocation = Readonly<{ region: Region; offset: number; type: number; symbol?: string }>;

/** Links `object`. Throws a {@link LinkError} that says what stands in the way. */
export function link(object: Uint8Array): Uint8Array {
    const file = readObject(object);
    const entry = file.exports.get(ENTRYPOINT);
    if (entry === undefined) throw new LinkError(`the object defines no ${ENTRYPOINT}`);

    const sections = reachable(file, entry.section);
    const text = merge(sections.filter(section => regionOf(section) === 'text'));
    const rodata = merge(sections.filter(section => regionOf(section) === 'rodata'));
    const places = new Map<number, Place>();
    text.offsets.forEach((offset, index) => places.set(index, { region: 'text', offset }));
    rodata.offsets.forEach((offset, index) => places.set(index, { region: 'rodata', offset }));

    const layout = layOut(text.bytes.length, rodata.bytes.length);
    const output = { text: text.bytes, rodata: rodata.bytes };
    const relocations: DynamicRelocation[] = [];
    for (const section of sections) {
        const base = placeOf(places, section.index, 0);
        for (const relocation of section.relocations) {
            const at: Place = { region: base.region, offset: base.offset + relocation.offset };
            const dynamic = apply(relocation, at, output[at.region], places, layout.address, section);
            if (dynamic !== undefined) relocations.push(dynamic);
        }
    }
    verifyText(text.bytes);
    const entrypoint = placeOf(places, entry.section, entry.offset);
    return layout.write({ text: text.bytes, rodata: rodata.bytes, relocations, entrypoint: entrypoint.offset });
}

/** The sections that the one with the entry point refers to, directly or not, in the object's order. */
function reachable(file: ObjectFile, start: number): InputSection[] {
    const seen = new Set<number>();
    const waiting = [start];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
        if (seen.has(index)) continue;
        seen.add(index);
        for (const { target } of file.sections.get(index)?.relocations ?? []) {
            if (target.kind === 'defined') waiting.push(target.section);
        }
    }
    return [...file.sections.values()].filter(section => seen.has(section.index));
}

function regionOf(section: InputSection): Region {
    if (/^\.text(\.|$)/.test(section.name)) return 'text';
    // Constants that hold addresses are read-only too, once the loader has filled these in.
    if (/^\.(rodata|data\.rel\.ro)(\.|$)/.test(section.name)) return 'rodata';
    throw new LinkError(`${section.name}: neither code nor read-only data`);
}

/** Puts sections behind each other, each at a multiple of its alignment. */
function merge(sections: readonly InputSection[]): { bytes: Uint8Array; offsets: Map<number, number> } {
    const offsets = new Map<number, number>();
    let length = 0;
    for (const section of sections) {
        length = Math.ceil(length / section.alignment) * section.alignment;
        offsets.set(section.index, length);
        length += section.bytes.length;
    }
    const bytes = new Uint8Array(length);
    for (const section of sections) bytes.set(section.bytes, offsets.get(section.index));
    return { bytes, offsets };
}

function placeOf(places: ReadonlyMap<number, Place>, section: number, offset: number): Place {
    const place = places.get(section);
    if (place === undefined) throw new LinkError(`section ${section} is not part of the program`);
    return { region: place.region, offset: place.offset + offset };
}

/**
 * Applies one relocation of the object to the bytes of its region. The addend of each stands in the field itself.
 * Returns the relocation that is left to the loader, if there is one.
 */
function apply(
    { type, offset, target }: Relocation,
    at: Place,
    bytes: Uint8Array,
    places: ReadonlyMap<number, Place>,
    addressOf: (place: Place) => number,
    section: InputSection,
): DynamicRelocation | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const refuse = (reason: string): never => {
        throw new LinkError(`${section.name}+0x${offset.toString(16)}: ${reason}`);
    };

    switch (type) {
        case R_BPF_64_32: {
            if (at.region !== 'text' || view.getUint8(at.offset) !== CALL) refuse('a call relocation without a call');
            const immediate = view.getInt32(at.offset + 4, true);
            if (target.kind === 'undefined') {
                if (!SYSCALLS.has(target.name)) refuse(`${target.name} is neither defined nor a syscall`);
                if (immediate !== UNRESOLVED) refuse(`the call of ${target.name} has an addend`);
                return { ...at, type: R_LOADER_SYSCALL, symbol: target.name };
            }
            // The field of a call to the start of the symbol is -1: one instruction before its target.
            const place = placeOf(places, target.section, target.offset + (immediate + 1) * INSTRUCTION_LENGTH);
            if (place.region !== 'text') refuse(`a call into ${place.region}`);
            const distance = (place.offset - at.offset) / INSTRUCTION_LENGTH - 1;
            if (!Number.isInteger(distance)) refuse('a call into the middle of an instruction');
            // The loader would take it for a syscall. No compiler lets a call call itself.
            if (distance === UNRESOLVED) refuse('a call of itself');
            view.setInt32(at.offset + 4, distance, true);
            return undefined;
        }
        case R_BPF_64_64: {
            if (at.region !== 'text' || target.kind !== 'defined') return refuse('an address of something undefined');
            const addend = view.getUint32(at.offset + 4, true);
            if (view.getUint32(at.offset + 12, true) !== 0) refuse('an addend of more than 32 bits');
            const place = placeOf(places, target.section, target.offset + addend);
            if (place.region !== 'rodata') refuse('an address of code: calls through registers are not supported');
            view.setUint32(at.offset + 4, addressOf(place), true);
            return { ...at, type: R_LOADER_RELATIVE };
        }
        case R_BPF_64_ABS64: {
            if (at.region !== 'rodata' || target.kind !== 'defined') return refuse('a pointer to something undefined');
            const addend = view.getUint32(at.offset, true);
            if (view.getUint32(at.offset + 4, true) !== 0) refuse('an addend of more than 32 bits');
            const place = placeOf(places, target.section, target.offset + addend);
            if (place.region !== 'rodata') refuse('a pointer to code: calls through registers are not supported');
            // In data the loader reads the address from the upper half of the word.
            view.setUint32(at.offset, 0, true);
            view.setUint32(at.offset + 4, addressOf(place), true);
            return { ...at, type: R_LOADER_RELATIVE };
        }
        default:
            return refuse(`unknown relocation type ${type}`);
    }
}
