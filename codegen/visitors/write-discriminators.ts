import type { InstructionArgumentNode, InstructionNode, ProgramNode, RootNode } from '@codama/nodes';

import { toHex } from '../constants';
import { transformNodes } from '../nodes';
import { createTypeFacts } from '../type-facts';
import { getConstantsBehind, getLayout } from '../written';

/**
 * Gives an instruction an argument for each constant that tells it and that none of its arguments writes, where it stands
 * right behind them: an instruction without arguments, for the most part.
 */
export function writeDiscriminators(root: RootNode): RootNode {
    const typesOf = createTypeFacts([root.program, ...root.additionalPrograms]);
    return transformNodes(root, (node, ancestors) => {
        if (node.kind !== 'instructionNode') return node;
        const program = ancestors.filter((ancestor): ancestor is ProgramNode => ancestor.kind === 'programNode').at(-1);
        const types = typesOf(program!);
        const missing = getConstantsBehind(getLayout(node.arguments, types), node.discriminators ?? [], types);
        if (missing.length === 0) return node;
        const args = missing.reduce<InstructionArgumentNode[]>(
            (args, bytes) => [...args, getArgument(bytes, node, args)],
            node.arguments,
        );
        return { ...node, arguments: args };
    });
}

function getArgument(
    bytes: readonly number[],
    { accounts, extraArguments = [] }: InstructionNode,
    args: readonly InstructionArgumentNode[],
): InstructionArgumentNode {
    const taken = new Set([...accounts, ...extraArguments, ...args].map(({ name }) => name as string));
    let name = 'discriminator';
    for (let count = 2; taken.has(name); count++) name = `discriminator${count}`;
    return {
        defaultValue: { data: toHex(bytes), encoding: 'base16', kind: 'bytesValueNode' },
        defaultValueStrategy: 'omitted',
        kind: 'instructionArgumentNode',
        name,
        type: { kind: 'fixedSizeTypeNode', size: bytes.length, type: { kind: 'bytesTypeNode' } },
    } as InstructionArgumentNode;
}
