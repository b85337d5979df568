import { isNode, VALUE_NODES, type InstructionNode, type ProgramNode, type RootNode } from '@codama/nodes';

import { mapPrograms } from '../nodes';
import { createTypeFacts, type TypeFacts } from '../type-facts';

/**
 * Puts the sub-instructions of each instruction in its place: an instruction that stands for several, by an argument
 * that says which, is rendered as those and not once more as a whole.
 */
export function spreadSubInstructions(root: RootNode): RootNode {
    const typesOf = createTypeFacts([root.program, ...root.additionalPrograms]);
    return mapPrograms(root, program => ({
        ...program,
        instructions: getLeafInstructions(program, typesOf(program)).map(({ node }) => node),
    }));
}

/** An instruction that is rendered, and the steps to it from the program. */
export type LeafInstruction = Readonly<{ node: InstructionNode; path: string }>;

/** The instructions of a program that are rendered: those without sub-instructions, and the sub-instructions. */
export function getLeafInstructions(program: ProgramNode, types: TypeFacts): LeafInstruction[] {
    const collect = (list: readonly InstructionNode[], path: string, isSub: boolean): LeafInstruction[] =>
        list.flatMap((node, index) => {
            const own = `${path}[${index}]`;
            const below = node.subInstructions ?? [];
            if (below.length > 0) return collect(below, `${own}.subInstructions`, true);
            return [{ node: isSub ? tellBySelectors(node, types) : node, path: own }];
        });
    return collect(program.instructions, 'instructions', false);
}

/** What tells a sub-instruction from those beside it: each argument at a known place with a value that nobody gives. */
function tellBySelectors(instruction: InstructionNode, { sizeOf }: TypeFacts): InstructionNode {
    const discriminators = [...(instruction.discriminators ?? [])];
    const told = new Set(discriminators.flatMap(node => (isNode(node, 'fieldDiscriminatorNode') ? [node.name] : [])));
    let offset = 0;
    for (const { defaultValue, defaultValueStrategy, name, type } of instruction.arguments) {
        const isConstant = defaultValue && isNode(defaultValue, VALUE_NODES) && defaultValueStrategy === 'omitted';
        if (isConstant && !told.has(name)) discriminators.push({ kind: 'fieldDiscriminatorNode', name, offset });
        const size = sizeOf(type);
        if (size === undefined) break;
        offset += size;
    }
    return { ...instruction, discriminators };
}
