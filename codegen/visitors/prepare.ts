import type { RootNode } from '@codama/nodes';

import { completeLists } from './complete-lists';
import { documentArguments, type InstructionData } from './document-arguments';
import { escapeDocs } from './escape-docs';
import { flattenArguments } from './flatten-arguments';
import { followProgramAddress } from './follow-program-address';
import { leaveToCaller } from './leave-to-caller';
import { liftEventData } from './lift-event-data';
import { typeStatusFields } from './type-status-fields';

/**
 * The tree that the interface of a program is read from: however the file says it, one form for one meaning. Two files
 * that give equal trees describe the same interface.
 */
export function normalize(root: RootNode): RootNode {
    return [completeLists, flattenArguments, followProgramAddress, typeStatusFields].reduce(
        (tree, visitor) => visitor(tree),
        root,
    );
}

/** The tree that is rendered, and what the renderer has to be told about it. */
export function prepare(root: RootNode): { root: RootNode; instructionData: InstructionData[] } {
    const tree = [normalize, escapeDocs, leaveToCaller, liftEventData].reduce((tree, visitor) => visitor(tree), root);
    return documentArguments(tree);
}
