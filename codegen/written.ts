import type {
    DefinedTypeLinkNode,
    DiscriminatorNode,
    InstructionArgumentNode,
    StructFieldTypeNode,
    TypeNode,
    ValueNode,
} from '@codama/nodes';

import { encodeConstant } from './constants';
import type { TypeFacts } from './type-facts';

/** What stands at a place of data: a byte that is always the same, one of a constant not known here, or the caller's. */
export type Written = number | 'given' | 'unknown';

/** What data of some fields holds, as far as each place has the same meaning whatever is given. */
export type Layout = Readonly<{
    /** How many places that is. */
    length: number;
    /** Whether nothing comes behind them. */
    isWhole: boolean;
    /** The bytes that are always the same, by place. */
    bytes: ReadonlyMap<number, number>;
    /** The places of constants that are not known here. */
    unknown: readonly (readonly [start: number, end: number])[];
}>;

type Field = InstructionArgumentNode | StructFieldTypeNode;
/** What is written so far; `isWhole` ends once something of another length may follow. */
type Draft = { length: number; isWhole: boolean; bytes: Map<number, number>; unknown: [number, number][] };

/** What stands at a place; `undefined` when the layout ends before it. */
export function getWritten({ bytes, length, unknown }: Layout, place: number): Written | undefined {
    if (place >= length) return undefined;
    return bytes.get(place) ?? (unknown.some(([start, end]) => place >= start && place < end) ? 'unknown' : 'given');
}

/** Whether there are these bytes at a place, whatever is given. */
export function holdsBytes({ bytes }: Layout, expected: readonly number[], offset = 0): boolean {
    return expected.every((byte, index) => bytes.get(offset + index) === byte);
}

/** Whether something in a type always has the same value where {@link getTypeLayout} can tell its place. */
export function holdsConstants(type: TypeNode, ofLink: (link: DefinedTypeLinkNode) => boolean): boolean {
    switch (type.kind) {
        case 'definedTypeLinkNode':
            return ofLink(type);
        case 'hiddenPrefixTypeNode':
            return type.prefix.length > 0 || holdsConstants(type.type, ofLink);
        case 'structTypeNode':
            return type.fields.some(({ defaultValue, type }) => defaultValue || holdsConstants(type, ofLink));
        default:
            return false;
    }
}

/** What is written at each place by an encoder of these fields. */
export function getLayout(fields: readonly Field[], types: TypeFacts): Layout {
    const draft = createDraft();
    writeFields(fields, types, draft);
    return draft;
}

/** What is written at each place by an encoder of a type. */
export function getTypeLayout(type: TypeNode, types: TypeFacts): Layout {
    const draft = createDraft();
    writeType(type, types, draft);
    return draft;
}

/** What comes behind as many constant bytes is not told apart any more: no discriminator looks at that many. */
const MAX_BYTES = 100_000;
const isFull = ({ bytes }: Draft) => bytes.size >= MAX_BYTES;

const createDraft = (): Draft => ({ bytes: new Map(), isWhole: true, length: 0, unknown: [] });

function writeFields(fields: readonly Field[], types: TypeFacts, draft: Draft): void {
    for (const { defaultValue, type } of fields) {
        if (!draft.isWhole) return;
        // A default that follows from other inputs has another value each time.
        if (defaultValue) writeConstant(type, defaultValue as ValueNode, types, draft);
        else writeType(type, types, draft);
    }
}

function writeType(type: TypeNode, types: TypeFacts, draft: Draft): void {
    switch (type.kind) {
        case 'structTypeNode':
            return writeFields(type.fields, types, draft);
        case 'definedTypeLinkNode': {
            const found = types.findType(type);
            // A type of a known size is not looked through for nothing: it may hold others many times over.
            const isSized = types.sizeOf(type) !== undefined;
            if (found === undefined || types.isRecursive(found)) draft.isWhole = false;
            else if (isSized && !types.holdsConstants(found.type)) writeSize(type, types, draft);
            else if (isSized && isFull(draft)) writeUnknown(type, types, draft);
            else writeType(found.type, types, draft);
            return;
        }
        case 'hiddenPrefixTypeNode':
            for (const constant of type.prefix) {
                if (!draft.isWhole) return;
                writeConstant(constant.type, constant.value, types, draft);
            }
            if (draft.isWhole) writeType(type.type, types, draft);
            return;
        default:
            writeSize(type, types, draft);
    }
}

function writeConstant(type: TypeNode, value: ValueNode, types: TypeFacts, draft: Draft): void {
    const bytes = isFull(draft) ? undefined : encodeConstant(type, value, types.findType);
    if (bytes === undefined) return writeUnknown(type, types, draft);
    bytes.forEach((byte, index) => draft.bytes.set(draft.length + index, byte));
    draft.length += bytes.length;
}

function writeUnknown(type: TypeNode, types: TypeFacts, draft: Draft): void {
    const start = draft.length;
    writeSize(type, types, draft);
    if (draft.length > start) draft.unknown.push([start, draft.length]);
}

function writeSize(type: TypeNode, types: TypeFacts, draft: Draft): void {
    const size = types.sizeOf(type);
    if (size === undefined) draft.isWhole = false;
    else draft.length += size;
}

/**
 * The constants that discriminators ask for right behind all that is written, in order: a client can only mean to write
 * them there, whether or not the file has an argument for each.
 */
export function getConstantsBehind(
    { isWhole, length }: Layout,
    discriminators: readonly DiscriminatorNode[],
    { findType }: TypeFacts,
): (readonly number[])[] {
    const found: (readonly number[])[] = [];
    let end = length;
    const constants = discriminators
        .filter(node => node.kind === 'constantDiscriminatorNode')
        .sort((a, b) => a.offset - b.offset);
    for (const { constant, offset } of isWhole ? constants : []) {
        const bytes = encodeConstant(constant.type, constant.value, findType);
        if (bytes === undefined || offset !== end) continue;
        found.push(bytes);
        end += bytes.length;
    }
    return found;
}
