import type { InstructionArgumentNode, InstructionNode, ProgramNode, RootNode, StructTypeNode } from '@codama/nodes';

import { forEachNode, transformNodes, type RawNode } from '../nodes';

/**
 * Spreads each struct argument into the arguments of its instruction, and drops the defined type that nothing else
 * uses: an IDL with one struct per instruction renders to the same client as one with flat arguments, and a default can
 * point into the struct.
 *
 * A struct that something else uses as well stays as it is, and so does one whose fields would take the name of another
 * argument.
 */
export function flattenArguments(root: RootNode): RootNode {
    const drop = (before: ProgramNode, after: ProgramNode): ProgramNode => {
        const structs = getArgumentStructs(before);
        const linked = countLinks(after);
        const isSpread = (name: string) => structs.has(name) && !linked.has(name);
        return { ...after, definedTypes: after.definedTypes.filter(({ name }) => !isSpread(name)) };
    };
    const flat = spreadArguments(root);
    return {
        ...flat,
        additionalPrograms: flat.additionalPrograms.map((program, index) =>
            drop(root.additionalPrograms[index]!, program),
        ),
        program: drop(root.program, flat.program),
    };
}

/** Spreads the struct arguments and keeps all types, so that each node stays where it is in the file. */
export function spreadArguments(root: RootNode): RootNode {
    return transformNodes(root, (node, ancestors) => {
        if (node.kind !== 'instructionNode') return node;
        const program = ancestors.find((ancestor): ancestor is ProgramNode => ancestor.kind === 'programNode')!;
        const args = getFlatArguments(node, getArgumentStructs(program));
        return { ...node, arguments: args.map(({ node }) => node) };
    });
}

/** An argument as it stands in the flattened form. */
export type FlatArgument = {
    node: InstructionArgumentNode;
    /** Where it comes from: the place in `arguments`, and the place among the fields when it is one of a struct. */
    index: number;
    field?: number;
};

/** The arguments of an instruction in the flattened form. */
export function getFlatArguments(
    instruction: InstructionNode,
    structs: ReadonlyMap<string, StructTypeNode>,
): FlatArgument[] {
    const asWritten = instruction.arguments.map((node, index): FlatArgument => ({ index, node }));
    const flat = asWritten.flatMap((argument): FlatArgument[] => {
        const { defaultValue, type } = argument.node;
        const struct = type.kind === 'definedTypeLinkNode' && !type.program ? structs.get(type.name) : type;
        if (defaultValue !== undefined || struct?.kind !== 'structTypeNode') return [argument];
        return struct.fields.map((node, field) => ({
            ...argument,
            field,
            node: { ...node, kind: 'instructionArgumentNode' },
        }));
    });
    const names = [...flat.map(({ node }) => node), ...(instruction.extraArguments ?? [])].map(({ name }) => name);
    return new Set(names).size === names.length ? flat : asWritten;
}

const STRUCTS = new WeakMap<ProgramNode, ReadonlyMap<string, StructTypeNode>>();

/** The struct types of a program that are used once, and there directly as an argument, by name. */
export function getArgumentStructs(program: ProgramNode): ReadonlyMap<string, StructTypeNode> {
    // Asked for each instruction, and a walk through the whole program to tell.
    const known = STRUCTS.get(program);
    if (known !== undefined) return known;
    const structs = findArgumentStructs(program);
    STRUCTS.set(program, structs);
    return structs;
}

function findArgumentStructs(program: ProgramNode): ReadonlyMap<string, StructTypeNode> {
    const uses = countLinks(program);
    const direct = new Set(
        program.instructions.flatMap(instruction =>
            instruction.arguments.map(({ type }) => (type.kind === 'definedTypeLinkNode' ? (type.name as string) : '')),
        ),
    );
    return new Map(
        program.definedTypes.flatMap(({ name, type }) =>
            uses.get(name) === 1 && direct.has(name) && type.kind === 'structTypeNode' ? [[name, type] as const] : [],
        ),
    );
}

/** How often the types of a program are linked to, by name. */
function countLinks(program: ProgramNode): ReadonlyMap<string, number> {
    const uses = new Map<string, number>();
    forEachNode(program as unknown as RawNode, ({ kind, name }) => {
        if (kind === 'definedTypeLinkNode') uses.set(name as string, (uses.get(name as string) ?? 0) + 1);
    });
    return uses;
}
