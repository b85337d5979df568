import type {
    DiscriminatorNode,
    InstructionArgumentNode,
    StructFieldTypeNode,
    TypeNode,
    ValueNode,
} from '@codama/nodes';

import { encodeConstant, toHex, type FindType } from './constants';

/** What tells data of one kind from data of another: bytes at places, and a length. */
export type Pattern = {
    /** Byte by place. */
    bytes: ReadonlyMap<number, number>;
    size?: number;
};

/**
 * The bytes and the length that discriminators ask for.
 *
 * @param fields The fields or arguments that a field discriminator names.
 * @returns `undefined` when a discriminator has no constant value.
 */
export function getPattern(
    discriminators: readonly DiscriminatorNode[],
    fields: readonly (InstructionArgumentNode | StructFieldTypeNode)[],
    findType: FindType,
): Pattern | undefined {
    const bytes = new Map<number, number>();
    let size: number | undefined;
    for (const discriminator of discriminators) {
        if (discriminator.kind === 'sizeDiscriminatorNode') {
            size = discriminator.size;
            continue;
        }
        const field =
            discriminator.kind === 'fieldDiscriminatorNode'
                ? fields.find(({ name }) => name === discriminator.name)
                : undefined;
        const [type, value]: [TypeNode | undefined, unknown] =
            discriminator.kind === 'constantDiscriminatorNode'
                ? [discriminator.constant.type, discriminator.constant.value]
                : [field?.type, field?.defaultValue];
        const constant = type && value ? encodeConstant(type, value as ValueNode, findType) : undefined;
        if (constant === undefined) return undefined;
        constant.forEach((byte, index) => bytes.set(discriminator.offset + index, byte));
    }
    return { bytes, ...(size === undefined ? {} : { size }) };
}

/** Whether there is data that both patterns take for theirs. */
export function canMatchBoth(a: Pattern, b: Pattern): boolean {
    if (a.size !== undefined && b.size !== undefined && a.size !== b.size) return false;
    // Data that ends before a byte of the other pattern has no such byte.
    const size = a.size ?? b.size;
    if (size !== undefined && [...a.bytes.keys(), ...b.bytes.keys()].some(place => place >= size)) return false;
    return [...a.bytes].every(([place, byte]) => (b.bytes.get(place) ?? byte) === byte);
}

/** Whether two patterns ask for the same. */
export function isSamePattern(a: Pattern, b: Pattern): boolean {
    return describePattern(a) === describePattern(b);
}

/** A pattern in a few words, for instance `0x07` or `216 bytes, 0x01`. */
export function describePattern({ bytes, size }: Pattern): string {
    const parts: { offset: number; bytes: number[] }[] = [];
    for (const [place, byte] of [...bytes].sort(([a], [b]) => a - b)) {
        const last = parts.at(-1);
        if (last && last.offset + last.bytes.length === place) last.bytes.push(byte);
        else parts.push({ bytes: [byte], offset: place });
    }
    const texts = parts.map(({ bytes, offset }) => `0x${toHex(bytes)}${offset === 0 ? '' : ` at ${offset}`}`);
    return [...(size === undefined ? [] : [`${size} bytes`]), ...texts].join(', ');
}
