/**
 * The output file: an ELF64 shared object in which every section's address is its offset in the file, which is what the
 * loader demands of version 0.
 */

import type { DynamicRelocation } from './link';

const ET_DYN = 3;
const EM_BPF = 247;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PF_X = 1;
const PF_R = 4;
const SHT_PROGBITS = 1;
const SHT_STRTAB = 3;
const SHT_DYNAMIC = 6;
const SHT_REL = 9;
const SHT_DYNSYM = 11;
const SHF_WRITE = 1;
const SHF_ALLOC = 2;
const SHF_EXECINSTR = 4;
const STB_GLOBAL = 1;
const STT_NOTYPE = 0;
const STT_FUNC = 2;

const DT_NULL = 0;
const DT_STRTAB = 5;
const DT_SYMTAB = 6;
const DT_STRSZ = 10;
const DT_SYMENT = 11;
const DT_REL = 17;
const DT_RELSZ = 18;
const DT_RELENT = 19;
const DT_TEXTREL = 22;
const DT_FLAGS = 30;
const DT_RELCOUNT = 0x6ffffffa;
/** "This file has relocations in its text." */
const DF_TEXTREL = 4;

const R_LOADER_RELATIVE = 8;

const FILE_HEADER = 64;
const PROGRAM_HEADER = 56;
const SECTION_HEADER = 64;
const SYMBOL = 24;
const RELOCATION = 16;
const DYNAMIC_ENTRY = 16;
/** text, read-only data, what the loader reads, and the table of the latter. */
const PROGRAM_HEADERS = 4;

type Region = 'text' | 'rodata';

export type Contents = Readonly<{
    text: Uint8Array;
    rodata: Uint8Array;
    relocations: readonly DynamicRelocation[];
    /** Offset of the entry point in the text. */
    entrypoint: number;
}>;

export type Layout = Readonly<{
    /** Address of a place in one of the two regions. */
    address: (place: Readonly<{ region: Region; offset: number }>) => number;
    write: (contents: Contents) => Uint8Array;
}>;

/** Lays out the file for regions of the given lengths. */
export function layOut(textLength: number, rodataLength: number): Layout {
    const textStart = FILE_HEADER + PROGRAM_HEADERS * PROGRAM_HEADER;
    const starts: Record<Region, number> = { text: textStart, rodata: align(textStart + textLength) };
    const rodataEnd = align(starts.rodata + rodataLength);
    const address: Layout['address'] = ({ region, offset }) => starts[region] + offset;
    return { address, write: contents => write(contents, starts, rodataEnd, address) };
}

type OutputSection = Readonly<{
    name: string;
    type: number;
    flags: number;
    start: number;
    bytes: Uint8Array;
    link?: number;
    info?: number;
    entryLength?: number;
}>;

function write(
    { text, rodata, relocations, entrypoint }: Contents,
    starts: Readonly<Record<Region, number>>,
    dynamicStart: number,
    address: Layout['address'],
): Uint8Array {
    // The tables the loader reads, behind each other: symbols, their names, relocations, and where all of them are.
    const syscalls = [...new Set(relocations.flatMap(({ symbol }) => (symbol === undefined ? [] : [symbol])))].sort();
    const names = strings(['entrypoint', ...syscalls]);
    const entryAddress = starts.text + entrypoint;
    const symbolRows = [
        { name: 0, info: 0, section: 0, value: 0 },
        { name: names.offset('entrypoint'), info: (STB_GLOBAL << 4) | STT_FUNC, section: 1, value: entryAddress },
        ...syscalls.map(name => ({
            name: names.offset(name),
            info: (STB_GLOBAL << 4) | STT_NOTYPE,
            section: 0,
            value: 0,
        })),
    ];
    const symbols = new Writer(symbolRows.length * SYMBOL);
    for (const row of symbolRows) symbols.u32(row.name).u8(row.info).u8(0).u16(row.section).u64(row.value).u64(0);

    const ordered = relocations
        .map(({ symbol, type, ...place }) => ({ at: address(place), type, symbol }))
        .sort((a, b) => a.at - b.at);
    const entries = new Writer(ordered.length * RELOCATION);
    for (const { at, type, symbol } of ordered) {
        entries
            .u64(at)
            .u32(type)
            .u32(symbol === undefined ? 0 : 2 + syscalls.indexOf(symbol));
    }
    const relativeCount = ordered.filter(({ type }) => type === R_LOADER_RELATIVE).length;

    const symbolsStart = dynamicStart;
    const namesStart = symbolsStart + symbols.bytes.length;
    const entriesStart = align(namesStart + names.bytes.length);
    const tableStart = entriesStart + entries.bytes.length;
    const rows: [number, number][] = [
        [DT_FLAGS, DF_TEXTREL],
        [DT_REL, entriesStart],
        [DT_RELSZ, entries.bytes.length],
        [DT_RELENT, RELOCATION],
        [DT_RELCOUNT, relativeCount],
        [DT_SYMTAB, symbolsStart],
        [DT_SYMENT, SYMBOL],
        [DT_STRTAB, namesStart],
        [DT_STRSZ, names.bytes.length],
        [DT_TEXTREL, 0],
        [DT_NULL, 0],
    ];
    const table = new Writer(rows.length * DYNAMIC_ENTRY);
    for (const [tag, value] of rows) table.u64(tag).u64(value);
    const dynamicEnd = tableStart + table.bytes.length;

    const sectionNames = strings(['.text', '.rodata', '.dynsym', '.dynstr', '.rel.dyn', '.dynamic', '.shstrtab']);
    const section = (name: string, type: number, flags: number, start: number, bytes: Uint8Array, more = {}) =>
        ({ name, type, flags, start, bytes, ...more }) satisfies OutputSection;
    const sections: OutputSection[] = [
        section('.text', SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, starts.text, text),
        section('.rodata', SHT_PROGBITS, SHF_ALLOC, starts.rodata, rodata),
        section('.dynsym', SHT_DYNSYM, SHF_ALLOC, symbolsStart, symbols.bytes, {
            link: 4,
            info: 1,
            entryLength: SYMBOL,
        }),
        section('.dynstr', SHT_STRTAB, SHF_ALLOC, namesStart, names.bytes),
        section('.rel.dyn', SHT_REL, SHF_ALLOC, entriesStart, entries.bytes, { link: 3, entryLength: RELOCATION }),
        section('.dynamic', SHT_DYNAMIC, SHF_ALLOC | SHF_WRITE, tableStart, table.bytes, {
            link: 4,
            entryLength: DYNAMIC_ENTRY,
        }),
        section('.shstrtab', SHT_STRTAB, 0, dynamicEnd, sectionNames.bytes),
    ];
    const headersStart = align(dynamicEnd + sectionNames.bytes.length);

    const file = new Writer(headersStart + (sections.length + 1) * SECTION_HEADER);
    // Class 64, little-endian, ELF version 1.
    for (const byte of [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]) file.u8(byte);
    file.u16(ET_DYN).u16(EM_BPF).u32(1).u64(entryAddress).u64(FILE_HEADER).u64(headersStart).u32(0);
    file.u16(FILE_HEADER).u16(PROGRAM_HEADER).u16(PROGRAM_HEADERS).u16(SECTION_HEADER);
    file.u16(sections.length + 1).u16(sections.length);

    const segment = (type: number, flags: number, start: number, length: number): void => {
        file.u32(type).u32(flags).u64(start).u64(start).u64(start).u64(length).u64(length).u64(8);
    };
    segment(PT_LOAD, PF_R | PF_X, starts.text, text.length);
    segment(PT_LOAD, PF_R, starts.rodata, rodata.length);
    segment(PT_LOAD, PF_R, symbolsStart, dynamicEnd - symbolsStart);
    segment(PT_DYNAMIC, PF_R, tableStart, table.bytes.length);

    for (const { start, bytes } of sections) file.bytes.set(bytes, start);
    file.seek(headersStart + SECTION_HEADER);
    for (const { name, type, flags, start, bytes, link = 0, info = 0, entryLength = 0 } of sections) {
        const isLoaded = (flags & SHF_ALLOC) !== 0;
        file.u32(sectionNames.offset(name))
            .u32(type)
            .u64(flags)
            .u64(isLoaded ? start : 0)
            .u64(start);
        file.u64(bytes.length)
            .u32(link)
            .u32(info)
            .u64(isLoaded ? 8 : 1)
            .u64(entryLength);
    }
    return file.bytes;
}

/** The next multiple of 8, to which everything in the file is aligned. */
function align(offset: number): number {
    return Math.ceil(offset / 8) * 8;
}

/** A string table: an empty name, then each name with a zero byte behind it. */
function strings(names: readonly string[]): { bytes: Uint8Array; offset: (name: string) => number } {
    const offsets = new Map<string, number>();
    let text = '\0';
    for (const name of names) {
        offsets.set(name, text.length);
        text += `${name}\0`;
    }
    return { bytes: new TextEncoder().encode(text), offset: name => offsets.get(name) ?? 0 };
}

/** Writes little-endian integers one behind the other. */
class Writer {
    readonly bytes: Uint8Array;
    readonly #view: DataView;
    #at = 0;

    constructor(length: number) {
        this.bytes = new Uint8Array(length);
        this.#view = new DataView(this.bytes.buffer);
    }

    seek(at: number): this {
        this.#at = at;
        return this;
    }

    u8(value: number): this {
        this.#view.setUint8(this.#at, value);
        return this.seek(this.#at + 1);
    }

    u16(value: number): this {
        this.#view.setUint16(this.#at, value, true);
        return this.seek(this.#at + 2);
    }

    u32(value: number): this {
        this.#view.setUint32(this.#at, value, true);
        return this.seek(this.#at + 4);
    }

    u64(value: number): this {
        this.#view.setBigUint64(this.#at, BigInt(value), true);
        return this.seek(this.#at + 8);
    }
}
