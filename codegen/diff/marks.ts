import type {
    DiscriminatorNode,
    InstructionArgumentNode,
    InstructionNode,
    StructFieldTypeNode,
    TypeNode,
} from '@codama/nodes';

import { toComparable } from '../compare';
import { encodeConstant } from '../constants';
import { describePattern, getPattern, type Pattern } from '../discriminators';
import { getFields } from '../types';
import { encodeFixed } from './defaults';
import type { Side } from './side';

type Field = InstructionArgumentNode | StructFieldTypeNode;

/** What tells data of one kind from data of others. */
export type Mark = Readonly<{
    /** In a few words, equal for marks that ask for the same; `undefined` when there is none. */
    text: string | undefined;
    /** The bytes and the size that it asks for, as far as they can be told here. */
    pattern: Pattern | undefined;
}>;

/** Reads the discriminators of data with these fields. */
export function getMark(discriminators: readonly DiscriminatorNode[], fields: readonly Field[], side: Side): Mark {
    if (discriminators.length === 0) return { pattern: { bytes: new Map() }, text: undefined };
    const pattern = getPattern(discriminators, fields, side.findType);
    if (pattern !== undefined) return { pattern, text: describePattern(pattern) };
    const values = discriminators.map(discriminator =>
        discriminator.kind === 'fieldDiscriminatorNode'
            ? [discriminator, fields.find(({ name }) => name === discriminator.name)?.defaultValue]
            : discriminator,
    );
    return { pattern: undefined, text: `what cannot be told in bytes, ${toComparable(values)}` };
}

/** What selects an instruction. */
export function getSelector({ arguments: args, discriminators = [] }: InstructionNode, side: Side): Mark {
    return getMark(discriminators, args, side);
}

/** What tells an account or an event from others. */
export function getDataMark(
    { data, discriminators = [] }: { data: TypeNode; discriminators?: readonly DiscriminatorNode[] },
    side: Side,
): Mark {
    return getMark(discriminators, getFields(data, side.findType) ?? [], side);
}

/** The bytes that data always has: hidden ones at its start, and fields that nobody can give. By place. */
export function getFixedBytes(type: TypeNode, fields: readonly Field[], side: Side): ReadonlyMap<number, number> {
    const bytes = new Map<number, number>();
    let offset: number | undefined = 0;
    const put = (encoded: readonly number[] | undefined) =>
        encoded?.forEach((byte, index) => offset !== undefined && bytes.set(offset + index, byte));
    for (let at = type; at.kind === 'hiddenPrefixTypeNode'; at = at.type) {
        for (const { type, value } of at.prefix) {
            const encoded = encodeConstant(type, value, side.findType);
            put(encoded);
            offset = offset === undefined || encoded === undefined ? undefined : offset + encoded.length;
        }
    }
    for (const field of fields) {
        if (offset === undefined) break;
        put(encodeFixed(field, side));
        const size = side.wire.sizeOf(field.type);
        offset = size === undefined ? undefined : offset + size;
    }
    return bytes;
}

/**
 * Whether whoever looks for one mark finds it in all data that has another, and bytes that are always there.
 *
 * @param wholeSize How many bytes the data always has; `undefined` when that varies, and for an account, which may have
 *   more than its data takes.
 */
export function isImplied(
    asked: Mark,
    given: Mark,
    always: ReadonlyMap<number, number>,
    wholeSize?: number | undefined,
): boolean {
    if (asked.text === given.text) return true;
    if (asked.pattern === undefined) return false;
    const { bytes, size } = asked.pattern;
    if (size !== undefined && size !== (given.pattern?.size ?? wholeSize)) return false;
    return [...bytes].every(([place, byte]) => (always.get(place) ?? given.pattern?.bytes.get(place)) === byte);
}

/** Whether bytes that are always there, or their number where that is known, contradict a mark. */
export function isContradicted(
    { pattern }: Mark,
    always: ReadonlyMap<number, number>,
    wholeSize: number | undefined,
): boolean {
    if (pattern === undefined) return true;
    const { bytes, size = wholeSize } = pattern;
    if (wholeSize !== undefined && (size !== wholeSize || [...bytes.keys()].some(place => place >= wholeSize)))
        return true;
    return [...bytes].some(([place, byte]) => (always.get(place) ?? byte) !== byte);
}

/** Two marks in words, without the size where both ask for the same. */
export function nameMarks(before: Mark, after: Mark, nothing: string): Readonly<{ old: string; new: string }> {
    const isSameSize = before.pattern?.size === after.pattern?.size;
    const name = ({ pattern, text }: Mark) =>
        (isSameSize && text !== undefined && pattern ? describePattern({ bytes: pattern.bytes }) : text) ?? nothing;
    return { new: name(after) || nothing, old: name(before) || nothing };
}
