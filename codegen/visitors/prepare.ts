import type { RootNode } from '@codama/nodes';

import { completeLists } from './complete-lists';
import { deferLinks, type DeferredType } from './defer-links';
import { documentArguments, type InstructionData } from './document-arguments';
import { escapeDocs } from './escape-docs';
import { flattenArguments } from './flatten-arguments';
import { followProgramAddress } from './follow-program-address';
import { leaveToCaller } from './leave-to-caller';
import { liftEventData } from './lift-event-data';
import { liftTypes } from './lift-types';
import { normalizeNames } from './normalize-names';
import { simplifyTypes } from './simplify-types';
import { spreadSubInstructions } from './spread-sub-instructions';
import { typeStatusFields } from './type-status-fields';
import { writeDiscriminators } from './write-discriminators';

/**
 * The tree that the interface of a program is read from: however the file says it, one form for one meaning. Two files
 * that give equal trees describe the same interface.
 */
export function normalize(root: RootNode): RootNode {
    return [completeLists, normalizeNames, flattenArguments, followProgramAddress, typeStatusFields].reduce(
        (tree, visitor) => visitor(tree),
        root,
    );
}

/** The tree that is rendered, and what the renderer has to be told about it. */
export type Prepared = Readonly<{
    root: RootNode;
    instructionData: readonly InstructionData[];
    deferred: readonly DeferredType[];
}>;

/** Makes the tree that is rendered of that of a file. */
export function prepare(root: RootNode): Prepared {
    const tree = [
        normalize,
        spreadSubInstructions,
        writeDiscriminators,
        escapeDocs,
        leaveToCaller,
        simplifyTypes,
        liftEventData,
        liftTypes,
    ].reduce((tree, visitor) => visitor(tree), root);
    const { deferred, root: finite } = deferLinks(tree);
    return { ...documentArguments(finite), deferred };
}
