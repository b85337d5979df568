import { VALUE_NODES, type InstructionNode, type ProgramNode, type RootNode } from '@codama/nodes';

import { findByName } from '../by-name';
import { transformNodes } from '../nodes';

/** What the renderer is told of an instruction whose data is a type of its own. */
export type InstructionData = { name: string; importAs: string; importFrom: 'generatedTypes' };

/**
 * Gives the data of an instruction a defined type, and with it the inputs of its functions the docs of its arguments:
 * left to itself the renderer refers to each argument by an indexed type, which carries no docs.
 *
 * It leaves alone each instruction for which more than the docs would change: one without arguments to give, one with
 * an argument that is computed from other inputs, or one with an argument named like an account.
 *
 * @returns The tree, and the option `customInstructionData` of the renderer.
 */
export function documentArguments(root: RootNode): { root: RootNode; instructionData: InstructionData[] } {
    const instructionData: InstructionData[] = [];
    const documented = transformNodes(root, node => {
        if (node.kind !== 'programNode') return node;
        const types = node.instructions
            .filter(instruction => canDocument(instruction, node))
            .map(instruction => {
                const name = `${instruction.name}InstructionData`;
                instructionData.push({ importAs: name, importFrom: 'generatedTypes', name: instruction.name });
                return {
                    docs: [`Data of the instruction \`${instruction.name}\`.`],
                    kind: 'definedTypeNode',
                    name,
                    type: {
                        fields: instruction.arguments.map(node => ({ ...node, kind: 'structFieldTypeNode' })),
                        kind: 'structTypeNode',
                    },
                };
            });
        return { ...node, definedTypes: [...node.definedTypes, ...types] };
    });
    return { instructionData, root: documented };
}

function canDocument(instruction: InstructionNode, program: ProgramNode): boolean {
    const given = instruction.arguments.filter(({ defaultValueStrategy }) => defaultValueStrategy !== 'omitted');
    const values: readonly string[] = VALUE_NODES;
    const isPlain = instruction.arguments.every(
        ({ defaultValue }) => defaultValue === undefined || values.includes(defaultValue.kind),
    );
    const accounts = new Set(instruction.accounts.map(({ name }) => name));
    const own = `${instruction.name}InstructionData`;
    return (
        given.length > 0 &&
        isPlain &&
        (instruction.subInstructions ?? []).length === 0 &&
        !instruction.arguments.some(({ name }) => accounts.has(name)) &&
        findByName(program.accounts, own) === undefined &&
        findByName(program.definedTypes, own) === undefined
    );
}
