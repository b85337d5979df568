import type { PdaNode, ProgramNode, RootNode } from '@codama/nodes';

import { linkedPda, linkedProgram } from '../check/context';
import { transformNodes } from '../nodes';

/**
 * Makes every default that follows from the program follow `config.programAddress`:
 *
 * - a default that links to a PDA gets the PDA itself, for which the renderer derives with the program address in hand
 *   (for a link it calls the finder without one);
 * - the program's own address, wherever a default, a seed or a PDA writes it out, becomes "the program itself".
 */
export function followProgramAddress(root: RootNode): RootNode {
    const programs = [root.program, ...root.additionalPrograms];
    const withoutLinks = transformNodes(root, (node, ancestors) => {
        if (node.kind !== 'pdaValueNode' || node.pda.kind !== 'pdaLinkNode') return node;
        const own = programIn(ancestors);
        const owner = linkedProgram(node.pda, own, programs);
        const pda = linkedPda(node.pda, own, programs);
        return pda && owner ? { ...node, pda: owner === own ? pda : derivedBy(pda, owner) } : node;
    });
    return transformNodes(withoutLinks, (node, ancestors) => {
        const own = programIn(ancestors);
        if (node.kind === 'publicKeyValueNode' && node.publicKey === own?.publicKey && canFollow(ancestors)) {
            return { kind: 'programIdValueNode' };
        }
        if (node.kind === 'programLinkNode' && node.name === own?.name && isDefaultOf(ancestors)) {
            return { kind: 'programIdValueNode' };
        }
        if (node.kind === 'pdaNode' && node.programId !== undefined && node.programId === own?.publicKey) {
            const { programId: _, ...rest } = node;
            return rest;
        }
        return node;
    });
}

type Ancestors = Parameters<Parameters<typeof transformNodes>[1]>[1];

function programIn(ancestors: Ancestors): ProgramNode | undefined {
    return ancestors.find(node => node.kind === 'programNode');
}

/** A PDA of another program keeps that program's address, whatever program is addressed. */
function derivedBy(pda: PdaNode, owner: ProgramNode): PdaNode {
    return { programId: owner.publicKey, ...pda };
}

/** Whether the node right above can hold "the program itself" in the place of an address. */
function canFollow(ancestors: Ancestors): boolean {
    return isDefaultOf(ancestors) || ancestors.at(-1)?.kind === 'constantPdaSeedNode';
}

function isDefaultOf(ancestors: Ancestors): boolean {
    const kind = ancestors.at(-1)?.kind;
    return kind === 'instructionAccountNode' || kind === 'instructionArgumentNode' || kind === 'conditionalValueNode';
}
