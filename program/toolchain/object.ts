/** Reads a relocatable 64-bit ELF object for BPF, as `llvm-mc -triple=bpfel -filetype=obj` writes it. */

import { LinkError } from './errors';

const ET_REL = 1;
const EM_BPF = 247;
const SHT_PROGBITS = 1;
const SHT_SYMTAB = 2;
const SHT_RELA = 4;
const SHT_NOBITS = 8;
const SHT_REL = 9;
const SHF_ALLOC = 2;
const SHN_UNDEF = 0;
const SHN_ABS = 0xfff1;

/** A section that takes part in the program. */
export type InputSection = Readonly<{
    name: string;
    /** Index in the object, which is also the order of linking. */
    index: number;
    alignment: number;
    bytes: Uint8Array;
    relocations: readonly Relocation[];
}>;

/** Either a place in a section of the object, or a name that is not defined in it. */
export type Target =
    | Readonly<{ kind: 'defined'; name: string; section: number; offset: number }>
    | Readonly<{ kind: 'undefined'; name: string }>;

export type Relocation = Readonly<{ offset: number; type: number; target: Target }>;

export type ObjectFile = Readonly<{
    sections: ReadonlyMap<number, InputSection>;
    /** Global symbols that are defined, by name. */
    exports: ReadonlyMap<string, Target & { kind: 'defined' }>;
}>;

type Header = Readonly<{
    name: string;
    type: number;
    flags: number;
    offset: number;
    size: number;
    link: number;
    info: number;
    alignment: number;
}>;

/** Parses the object; throws a {@link LinkError} for anything this linker has no use for but must not ignore. */
export function readObject(file: Uint8Array): ObjectFile {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    if (file.length < 64 || view.getUint32(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) {
        throw new LinkError('the object is not a 64-bit little-endian ELF');
    }
    if (view.getUint16(16, true) !== ET_REL || view.getUint16(18, true) !== EM_BPF) {
        throw new LinkError('the object is not a relocatable one for BPF');
    }

    const headers = readHeaders(view);
    const symbolTables = headers.filter(header => header.type === SHT_SYMTAB);
    const symbolTable = symbolTables[0];
    if (symbolTable === undefined || symbolTables.length !== 1) {
        throw new LinkError(`the object has ${symbolTables.length} symbol tables instead of one`);
    }
    const symbols = readSymbols(view, symbolTable, headers);

    const relocations = new Map<number, readonly Relocation[]>();
    for (const header of headers) {
        if (header.type === SHT_RELA) throw new LinkError(`${header.name}: relocations with addends are not supported`);
        if (header.type === SHT_REL) relocations.set(header.info, readRelocations(view, header, symbols));
    }

    const sections = new Map<number, InputSection>();
    headers.forEach((header, index) => {
        if ((header.flags & SHF_ALLOC) === 0 || header.size === 0) return;
        if (header.type === SHT_NOBITS) throw new LinkError(`${header.name}: the SVM has no writable data`);
        if (header.type !== SHT_PROGBITS) throw new LinkError(`${header.name}: unknown section type ${header.type}`);
        sections.set(index, {
            name: header.name,
            index,
            alignment: Math.max(header.alignment, 1),
            bytes: file.slice(header.offset, header.offset + header.size),
            relocations: relocations.get(index) ?? [],
        });
    });

    const exports = new Map<string, Target & { kind: 'defined' }>();
    for (const symbol of symbols) {
        if (symbol.isGlobal && symbol.target.kind === 'defined') exports.set(symbol.target.name, symbol.target);
    }
    return { sections, exports };
}

function readHeaders(view: DataView): Header[] {
    const start = Number(view.getBigUint64(40, true));
    const count = view.getUint16(60, true);
    const raw = Array.from({ length: count }, (_, index) => {
        const at = start + index * 64;
        return {
            nameOffset: view.getUint32(at, true),
            type: view.getUint32(at + 4, true),
            flags: Number(view.getBigUint64(at + 8, true)),
            offset: Number(view.getBigUint64(at + 24, true)),
            size: Number(view.getBigUint64(at + 32, true)),
            link: view.getUint32(at + 40, true),
            info: view.getUint32(at + 44, true),
            alignment: Number(view.getBigUint64(at + 48, true)),
        };
    });
    const names = raw[view.getUint16(62, true)];
    if (names === undefined) throw new LinkError('the object has no section names');
    return raw.map(({ nameOffset, ...header }) => ({ ...header, name: readName(view, names.offset + nameOffset) }));
}

function readSymbols(view: DataView, table: Header, headers: readonly Header[]) {
    const strings = headers[table.link];
    if (strings === undefined) throw new LinkError('the symbol table has no names');
    return Array.from({ length: table.size / 24 }, (_, index) => {
        const at = table.offset + index * 24;
        const section = view.getUint16(at + 6, true);
        const isSection = (view.getUint8(at + 4) & 0xf) === 3;
        const name = isSection
            ? (headers[section]?.name ?? '')
            : readName(view, strings.offset + view.getUint32(at, true));
        const target: Target =
            section === SHN_UNDEF || section === SHN_ABS
                ? { kind: 'undefined', name }
                : { kind: 'defined', name, section, offset: Number(view.getBigUint64(at + 8, true)) };
        return { isGlobal: view.getUint8(at + 4) >> 4 !== 0, target };
    });
}

function readRelocations(view: DataView, table: Header, symbols: readonly { target: Target }[]): Relocation[] {
    return Array.from({ length: table.size / 16 }, (_, index) => {
        const at = table.offset + index * 16;
        const symbol = symbols[view.getUint32(at + 12, true)];
        if (symbol === undefined) throw new LinkError(`${table.name}: a relocation names a symbol that is not there`);
        return {
            offset: Number(view.getBigUint64(at, true)),
            type: view.getUint32(at + 8, true),
            target: symbol.target,
        };
    });
}

function readName(view: DataView, at: number): string {
    let end = at;
    while (view.getUint8(end) !== 0) end += 1;
    return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, end - at));
}
