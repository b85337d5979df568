import type { InstructionNode, ProgramNode } from '@codama/nodes';

import { findByName } from '../by-name';
import { instructionOf, linkedPda, linkedProgram, programOf, type CheckContext } from './context';
import { error } from './finding';

/** Every link leads somewhere: to a program, a type, an account, a PDA, an instruction, a variant, a field. */
export function checkLinks({ all, graph, report, visits }: CheckContext): void {
    for (const visit of visits) {
        const { node, path } = visit;
        const own = programOf(visit);
        const dangle = (what: string, where: string, names: readonly string[]) =>
            report(
                error({
                    rule: 'dangling-link',
                    path,
                    message: `There is no ${what} in ${where}.`,
                    fix: `Point to one that exists (${describeNames(names)}), or add it.`,
                }),
            );
        const expect = (found: unknown, what: string, list: (program: ProgramNode) => readonly { name: string }[]) => {
            if (found !== undefined || !('name' in node)) return;
            const program = linkedProgram(node as { name: string }, own, all);
            // A program that does not exist is reported at the link to it.
            if (program === undefined) return;
            dangle(`${what} "${String(node.name)}"`, `program "${program.name}"`, namesOf(list(program)));
        };
        switch (node.kind) {
            case 'accountLinkNode':
                expect(find(linkedProgram(node, own, all)?.accounts, node.name), 'account', ({ accounts }) => accounts);
                break;
            case 'definedTypeLinkNode':
                expect(own && graph.find(node, own), 'type', ({ definedTypes }) => definedTypes);
                break;
            case 'instructionLinkNode':
                expect(
                    find(linkedProgram(node, own, all)?.instructions, node.name),
                    'instruction',
                    ({ instructions }) => instructions,
                );
                break;
            case 'pdaLinkNode':
                expect(linkedPda(node, own, all), 'PDA', ({ pdas }) => pdas);
                break;
            case 'programLinkNode':
                if (!find(all, node.name)) dangle(`program "${node.name}"`, 'the file', namesOf(all));
                break;
            case 'instructionAccountLinkNode':
            case 'instructionArgumentLinkNode': {
                const instruction = node.instruction
                    ? linkedInstruction(node.instruction, own, all)
                    : instructionOf(visit);
                const isAccount = node.kind === 'instructionAccountLinkNode';
                const list: readonly { name: string }[] | undefined = isAccount
                    ? instruction?.accounts
                    : instruction?.arguments;
                if (instruction && !find(list, node.name)) {
                    const what = isAccount ? 'account' : 'argument';
                    dangle(`${what} "${node.name}"`, `instruction "${instruction.name}"`, namesOf(list ?? []));
                }
                break;
            }
            case 'enumValueNode': {
                const type = own && graph.find(node.enum, own);
                if (type === undefined) break;
                const variants = type.type.kind === 'enumTypeNode' ? type.type.variants : [];
                if (!find(variants, node.variant)) {
                    dangle(`variant "${node.variant}"`, `type "${type.name}"`, namesOf(variants));
                }
                break;
            }
        }
    }
}

function linkedInstruction(
    link: NonNullable<
        Extract<CheckContext['visits'][number]['node'], { kind: 'instructionAccountLinkNode' }>['instruction']
    >,
    own: ProgramNode | undefined,
    programs: readonly ProgramNode[],
): InstructionNode | undefined {
    return find(linkedProgram(link, own, programs)?.instructions, link.name);
}

function find<T extends { name: string }>(nodes: readonly T[] | undefined, name: string): T | undefined {
    return nodes && findByName(nodes, name);
}

const namesOf = (nodes: readonly { name: string }[]) => nodes.map(({ name }) => name);

/** Names for a person to choose from. */
export function describeNames(names: readonly string[]): string {
    if (names.length === 0) return 'there is none';
    return names.length > 8 ? `${names.slice(0, 8).join(', ')}, …` : names.join(', ');
}
