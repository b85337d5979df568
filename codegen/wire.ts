import type { ConstantValueNode, DefinedTypeNode, EnumTypeNode, ProgramNode, TypeNode } from '@codama/nodes';

import { toComparable } from './compare';
import { encodeConstant, NUMBER_SIZES, toHex, type FindType } from './constants';
import type { TypeGraph } from './type-graph';

/** What stands in data one after the other; the same atom several times is one run. */
export type Sequence = readonly Run[];
type Run = Readonly<{ atom: number; count: number }>;

/** Numbers for texts, the same for the same text: what is compared once is compared by number from then on. */
export type Interner = Readonly<{
    intern: (text: string, size?: number) => number;
    sizeOf: (id: number) => number | undefined;
}>;

export function createInterner(): Interner {
    const ids = new Map<string, number>();
    const sizes: (number | undefined)[] = [];
    return {
        intern: (text, size) => {
            const known = ids.get(text);
            if (known !== undefined) return known;
            ids.set(text, sizes.length);
            sizes.push(size);
            return sizes.length - 1;
        },
        sizeOf: id => sizes[id],
    };
}

/** More runs than these are taken as one thing: only types as large are told apart by how they are nested. */
const MAX_RUNS = 1_000;

/** What a type is in data. */
export type Wire = Readonly<{
    /** The sequence that a type is written as: a struct its fields, an enum its number, a link what it leads to. */
    sequenceOf: (type: TypeNode) => Sequence;
    /** A number that types have in common when they take the same bytes. */
    idOf: (type: TypeNode) => number;
    idOfSequence: (sequence: Sequence) => number;
    /** Sequences one after the other. */
    join: (sequences: readonly Sequence[]) => Sequence;
    /** How many bytes a type always takes; `undefined` when that varies. */
    sizeOf: (type: TypeNode) => number | undefined;
    /** The place behind a type that stands at a place. */
    behind: (place: Place, type: TypeNode) => Place;
}>;

/** A place in data: how many parts of varying size come before it, and how many bytes after the last of those. */
export type Place = Readonly<{ parts: number; bytes: number }>;

type WireContext = Readonly<{
    interner: Interner;
    findType: FindType;
    /** The sequence of a defined type, or what stands for it where types hold themselves. */
    sequenceOfDefined: (type: DefinedTypeNode, wire: Wire) => Sequence;
}>;

/**
 * What the types of one IDL are in data. Where types hold themselves, the type stands for what is in it: it is compared
 * where it is declared.
 *
 * @param identityOf What a type that holds itself is known by.
 */
export function createWires(
    graph: TypeGraph,
    programs: readonly ProgramNode[],
    interner: Interner,
    identityOf: (type: DefinedTypeNode) => number | string,
): Map<ProgramNode, Wire> {
    const wires = new Map<ProgramNode, Wire>();
    for (const program of programs) {
        const sequenceOfDefined = (type: DefinedTypeNode) =>
            graph.recursive.has(type)
                ? [{ atom: interner.intern(`recursive ${identityOf(type)}`), count: 1 }]
                : wires.get(graph.ownerOf(type))!.sequenceOf(type.type);
        wires.set(program, createWire({ findType: link => graph.find(link, program), interner, sequenceOfDefined }));
    }
    for (const type of graph.order) wires.get(graph.ownerOf(type))!.sequenceOf(type.type);
    return wires;
}

/** What the types of a program are in data. */
function createWire({ findType, interner, sequenceOfDefined }: WireContext): Wire {
    const known = new WeakMap<TypeNode, Sequence>();
    const atom = (text: string, size?: number): Sequence => [{ atom: interner.intern(text, size), count: 1 }];
    const number = (format: keyof typeof NUMBER_SIZES, endian: string) =>
        // A single byte has no order.
        atom(NUMBER_SIZES[format] === 1 ? format : `${format} ${endian}`, NUMBER_SIZES[format]);
    const bytes = (count: number) => repeat(number('u8', 'le'), count);
    /** Whatever follows, item after item. */
    const rest = (item: Sequence) => atom(`rest ${id(item)}`);
    const constants = (nodes: readonly ConstantValueNode[]) =>
        concat(
            nodes.map(({ type, value }) => {
                const encoded = encodeConstant(type, value, findType);
                return encoded === undefined
                    ? atom(`constant ${toComparable([type, value])}`, sizeOfSequence(sequenceOf(type)))
                    : concat(encoded.map(byte => atom(`= ${toHex([byte])}`, 1)));
            }),
        );
    const wire: Wire = {
        behind: (place, type) =>
            sequenceOf(type).reduce(({ bytes, parts }, { atom, count }) => {
                const size = interner.sizeOf(atom);
                return size === undefined ? { bytes: 0, parts: parts + count } : { bytes: bytes + size * count, parts };
            }, place),
        idOf: type => id(sequenceOf(type)),
        idOfSequence: id,
        join: concat,
        sequenceOf,
        sizeOf: type => sizeOfSequence(sequenceOf(type)),
    };
    return wire;

    function sequenceOf(type: TypeNode): Sequence {
        const found = known.get(type);
        if (found !== undefined) return found;
        const made = make(type);
        known.set(type, made);
        return made;
    }

    function make(type: TypeNode): Sequence {
        switch (type.kind) {
            case 'amountTypeNode':
            case 'dateTimeTypeNode':
            case 'solAmountTypeNode':
                return sequenceOf(type.number as TypeNode);
            case 'arrayTypeNode':
            case 'setTypeNode':
                return list(type.count, sequenceOf(type.item));
            case 'booleanTypeNode':
                return upTo(1, type.size as TypeNode);
            case 'bytesTypeNode':
                return rest(bytes(1));
            case 'definedTypeLinkNode': {
                const found = findType(type);
                return found === undefined ? atom(`missing ${toComparable(type)}`) : sequenceOfDefined(found, wire);
            }
            case 'enumTypeNode':
                return enumeration(type);
            case 'fixedSizeTypeNode': {
                const inner = sequenceOf(type.type);
                if (sizeOfSequence(inner) === type.size) return inner;
                return id(inner) === id(rest(bytes(1)))
                    ? bytes(type.size)
                    : atom(`fixed ${type.size} ${id(inner)}`, type.size);
            }
            case 'hiddenPrefixTypeNode':
                return concat([constants(type.prefix), sequenceOf(type.type)]);
            case 'hiddenSuffixTypeNode':
                return concat([sequenceOf(type.type), constants(type.suffix)]);
            case 'mapTypeNode':
                return list(type.count, concat([sequenceOf(type.key), sequenceOf(type.value)]));
            case 'numberTypeNode':
                return type.format === 'shortU16' ? atom('shortU16') : number(type.format, type.endian);
            case 'optionTypeNode': {
                const parts = [upTo(1, type.prefix as TypeNode), sequenceOf(type.item)] as const;
                const size = type.fixed ? sizeOfSequence(concat(parts)) : undefined;
                return atom(`${type.fixed ? 'fixed option' : 'option'} ${parts.map(id).join(' ')}`, size);
            }
            case 'postOffsetTypeNode':
            case 'preOffsetTypeNode': {
                const inner = sequenceOf(type.type);
                const isNothing = type.offset === 0 && type.strategy !== 'absolute' && type.strategy !== 'preOffset';
                if (isNothing) return inner;
                const innerSize = type.strategy === 'padded' ? sizeOfSequence(inner) : undefined;
                const size = innerSize === undefined ? undefined : innerSize + type.offset;
                return atom(`${type.kind} ${type.strategy} ${type.offset} ${id(inner)}`, size);
            }
            case 'publicKeyTypeNode':
                return bytes(32);
            case 'remainderOptionTypeNode':
                return atom(`option at the end ${id(sequenceOf(type.item))}`);
            case 'sentinelTypeNode':
                return atom(`until ${id(constants([type.sentinel]))} ${id(sequenceOf(type.type))}`);
            case 'sizePrefixTypeNode':
                return sized(sequenceOf(type.prefix as TypeNode), sequenceOf(type.type));
            case 'stringTypeNode':
                return atom(`text ${type.encoding}`);
            case 'structTypeNode':
                return concat(type.fields.map(({ type }) => sequenceOf(type)));
            case 'tupleTypeNode':
                return concat(type.items.map(sequenceOf));
            case 'zeroableOptionTypeNode': {
                const item = sequenceOf(type.item);
                const zero = type.zeroValue === undefined ? [] : constants([type.zeroValue]);
                const isZero = zero.length === 0 || id(zero) === id(repeat(atom('= 00', 1), sizeOfSequence(item) ?? 0));
                return atom(`zeroable ${id(item)}${isZero ? '' : ` ${id(zero)}`}`, sizeOfSequence(item));
            }
        }
    }

    function list(count: Extract<TypeNode, { kind: 'arrayTypeNode' }>['count'], item: Sequence): Sequence {
        if (count.kind === 'fixedCountNode') return repeat(item, count.value);
        if (count.kind === 'remainderCountNode') return rest(item);
        const prefix = sequenceOf(count.prefix as TypeNode);
        // As many bytes, or bytes of that size: both are written alike.
        return sizeOfSequence(item) === 1 ? sized(prefix, rest(item)) : atom(`counted ${id(prefix)} ${id(item)}`);
    }

    function sized(prefix: Sequence, inner: Sequence): Sequence {
        return atom(`sized ${id(prefix)} ${id(inner)}`);
    }

    function enumeration(type: EnumTypeNode): Sequence {
        const values = type.variants.map(({ discriminator }, index) => discriminator ?? index);
        const size = upTo(Math.max(0, ...values), type.size as TypeNode);
        if (type.variants.every(({ kind }) => kind === 'enumEmptyVariantTypeNode')) return size;
        const payloads = type.variants.map(variant => sequenceOf(getPayload(variant)));
        const variants = payloads.map((payload, index) => `${values[index]!}: ${id(payload)}`);
        const [first, ...others] = new Set(payloads.map(payload => sizeOfSequence(concat([size, payload]))));
        return atom(`enum ${id(size)} ${variants.sort().join(', ')}`, others.length === 0 ? first : undefined);
    }

    /** A number that is no greater than some limit: one of variable size takes a single byte then. */
    function upTo(limit: number, type: TypeNode): Sequence {
        const isShort = type.kind === 'numberTypeNode' && type.format === 'shortU16' && limit < 0x80;
        return isShort ? number('u8', 'le') : sequenceOf(type);
    }

    function repeat(sequence: Sequence, count: number): Sequence {
        const [run] = sequence;
        if (run === undefined || count === 0) return [];
        if (sequence.length === 1) return [{ ...run, count: run.count * count }];
        if (sequence.length * count <= MAX_RUNS) return concat(Array.from({ length: count }, () => sequence));
        const size = sizeOfSequence(sequence);
        return [{ atom: interner.intern(`sequence ${id(sequence)}`, size), count }];
    }

    function concat(sequences: readonly Sequence[]): Sequence {
        const runs: Run[] = [];
        for (const run of sequences.flat()) {
            const last = runs.at(-1);
            if (last?.atom === run.atom) runs[runs.length - 1] = { atom: run.atom, count: last.count + run.count };
            else runs.push(run);
        }
        if (runs.length <= MAX_RUNS) return runs;
        return atom(`sequence ${id(runs)}`, sizeOfSequence(runs));
    }

    function id(sequence: Sequence): number {
        return interner.intern(
            `[${sequence.map(({ atom, count }) => (count === 1 ? atom : `${atom}*${count}`)).join(' ')}]`,
        );
    }

    function sizeOfSequence(sequence: Sequence): number | undefined {
        let sum = 0;
        for (const { atom, count } of sequence) {
            const size = interner.sizeOf(atom);
            if (size === undefined) return undefined;
            sum += size * count;
        }
        return sum;
    }
}

/** What a variant of an enum holds: nothing is a struct without fields. */
export function getPayload(variant: EnumTypeNode['variants'][number]): TypeNode {
    if (variant.kind === 'enumStructVariantTypeNode') return variant.struct as TypeNode;
    if (variant.kind === 'enumTupleVariantTypeNode') return variant.tuple as TypeNode;
    return { fields: [], kind: 'structTypeNode' };
}
