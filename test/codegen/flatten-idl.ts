import {
    isNode,
    type DefinedTypeNode,
    type EventNode,
    type InstructionAccountNode,
    type InstructionNode,
    type PdaNode,
    type PdaSeedNode,
    type ProgramNode,
    type StructFieldTypeNode,
    type TypeNode,
} from 'codama';

// An IDL in the terms of ../shared/spec/interface-*.json: for each field its name, the name of its type, where it
// stands and how many bytes it takes, all of it computed from the nodes of the IDL.

export type FlatField = { field: string; type: string; offset: number; size?: number };

const NUMBER_SIZES: Partial<Record<string, number>> = { i64: 8, u16: 2, u32: 4, u64: 8, u8: 1 };

export function getType(program: ProgramNode, name: string): DefinedTypeNode {
    const type = program.definedTypes.find(type => type.name === name);
    if (!type) throw new Error(`The IDL has no type ${name}`);
    return type;
}

export function typeName(type: TypeNode): string {
    if (isNode(type, 'numberTypeNode')) return type.endian === 'le' ? type.format : `${type.format} big-endian`;
    if (isNode(type, 'publicKeyTypeNode')) return 'pubkey';
    if (isNode(type, 'definedTypeLinkNode')) return type.name;
    if (isNode(type, 'fixedSizeTypeNode') && isNode(type.type, 'bytesTypeNode')) return `bytes${type.size}`;
    if (isNode(type, 'arrayTypeNode') && isNode(type.count, 'prefixedCountNode')) {
        return `${typeName(type.item)}[] with ${typeName(type.count.prefix)} count prefix`;
    }
    throw new Error(`No name for a ${type.kind}`);
}

/** Bytes of a type; `undefined` for one that has no fixed size. */
export function sizeOf(program: ProgramNode, type: TypeNode): number | undefined {
    if (isNode(type, 'numberTypeNode')) return NUMBER_SIZES[type.format];
    if (isNode(type, 'publicKeyTypeNode')) return 32;
    if (isNode(type, 'fixedSizeTypeNode')) return type.size;
    if (isNode(type, 'enumTypeNode')) return sizeOf(program, type.size);
    if (isNode(type, 'definedTypeLinkNode')) return sizeOf(program, getType(program, type.name).type);
    if (isNode(type, 'structTypeNode')) {
        const sizes = type.fields.map(field => sizeOf(program, field.type));
        return sizes.some(size => size === undefined) ? undefined : sizes.reduce<number>((sum, n) => sum + n!, 0);
    }
    return undefined;
}

/** Fields one after the other, without gaps. Nothing can follow a field that has no fixed size. */
export function flattenFields(
    program: ProgramNode,
    fields: readonly Pick<StructFieldTypeNode, 'name' | 'type'>[],
): FlatField[] {
    let offset: number | undefined = 0;
    return fields.map(({ name, type }) => {
        if (offset === undefined) throw new Error(`${name} follows a field without a fixed size`);
        const size = sizeOf(program, type);
        const field = { field: name, offset, type: typeName(type), ...(size === undefined ? {} : { size }) };
        offset = size === undefined ? undefined : offset + size;
        return field;
    });
}

export function flattenType(program: ProgramNode, { type }: DefinedTypeNode): unknown {
    if (isNode(type, 'structTypeNode')) return { fields: flattenFields(program, type.fields), kind: 'struct' };
    if (isNode(type, 'enumTypeNode')) {
        const values = type.variants.map(({ discriminator, name }, index) => [name, discriminator ?? index]);
        return { kind: 'enum', repr: typeName(type.size as TypeNode), values: Object.fromEntries(values) };
    }
    throw new Error(`No interface for a ${type.kind}`);
}

export function flattenAccount({ defaultValue, isSigner, isWritable, name }: InstructionAccountNode) {
    return { name, signer: isSigner, writable: isWritable, ...flattenDefault(defaultValue) };
}

function flattenDefault(value: InstructionAccountNode['defaultValue']): { default?: string } {
    if (value === undefined) return {};
    if (isNode(value, 'publicKeyValueNode')) return { default: value.publicKey };
    if (isNode(value, 'programIdValueNode')) return { default: 'programId' };
    if (isNode(value, 'pdaValueNode')) return { default: `pda:${value.pda.name}` };
    throw new Error(`No interface for a default of ${value.kind}`);
}

/** The byte that selects an instruction; it has to come first, fixed and not up to the caller. */
export function flattenDiscriminator({ arguments: args, discriminators }: InstructionNode): unknown {
    const [first] = args;
    const [discriminator, ...others] = discriminators ?? [];
    const isFirstByte =
        first !== undefined &&
        typeName(first.type) === 'u8' &&
        first.defaultValueStrategy === 'omitted' &&
        isNode(discriminator, 'fieldDiscriminatorNode') &&
        discriminator.name === first.name &&
        discriminator.offset === 0 &&
        others.length === 0;
    return isFirstByte && isNode(first.defaultValue, 'numberValueNode') ? first.defaultValue.number : undefined;
}

export function flattenRemainingAccounts({ remainingAccounts }: InstructionNode): unknown {
    if (!remainingAccounts || remainingAccounts.length === 0) return null;
    const [{ isSigner, isWritable, value }, ...others] = remainingAccounts as [(typeof remainingAccounts)[number]];
    return { argument: value.name, others, signer: isSigner, writable: isWritable };
}

/** The constant bytes before the payload of an event, as [offset, hex] each. */
export function flattenEventDiscriminators({ discriminators }: EventNode): unknown {
    return (discriminators ?? []).map(node =>
        isNode(node, 'constantDiscriminatorNode') && isNode(node.constant.value, 'bytesValueNode')
            ? [node.offset, node.constant.value.data]
            : node,
    );
}

/** The seeds of a PDA; a variable one as its name and type. */
export function flattenSeeds({ seeds }: PdaNode): unknown {
    return seeds.map((seed: PdaSeedNode) => {
        if (isNode(seed, 'variablePdaSeedNode')) return { name: seed.name, type: typeName(seed.type) };
        return isNode(seed.value, 'stringValueNode') ? { const: seed.value.string } : seed;
    });
}
