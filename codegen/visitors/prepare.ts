import type { RootNode } from '@codama/nodes';

import { completeLists } from './complete-lists';
import { deferLinks, type DeferredType } from './defer-links';
import { documentArguments, type InstructionData } from './document-arguments';
import { dropDocs, escapeDocs } from './escape-docs';
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
    return [flattenArguments, followProgramAddress, typeStatusFields].reduce(
        (tree, visitor) => visitor(tree),
        complete(root),
    );
}

const COMPLETE = new WeakSet<RootNode>();

/** The tree of a file as Codama would hold it: with all its lists, and names in camelCase. */
export function complete(root: RootNode): RootNode {
    // The check hands on such a tree, and most are rendered or compared just after it.
    if (COMPLETE.has(root)) return root;
    const completed = normalizeNames(completeLists(root));
    COMPLETE.add(completed);
    return completed;
}

/** The tree that is rendered, and what the renderer has to be told about it. */
export type Prepared = Readonly<{
    root: RootNode;
    instructionData: readonly InstructionData[];
    deferred: readonly DeferredType[];
}>;

/** Makes the tree that is rendered of that of a file. */
export function prepare(root: RootNode): Prepared {
    const { deferred, root: tree } = simplify(root, escapeDocs);
    return { ...documentArguments(tree), deferred };
}

/**
 * Makes a tree without docs, and without what there is for docs alone: what is rendered from it has all the names that a
 * client has, in far less text.
 */
export function prepareWithoutDocs(root: RootNode): Prepared {
    return { ...simplify(root, dropDocs), instructionData: [] };
}

function simplify(root: RootNode, treatDocs: (tree: RootNode) => RootNode): Omit<Prepared, 'instructionData'> {
    const tree = [
        normalize,
        spreadSubInstructions,
        writeDiscriminators,
        treatDocs,
        leaveToCaller,
        simplifyTypes,
        liftEventData,
        liftTypes,
    ].reduce((tree, visitor) => visitor(tree), root);
    return deferLinks(tree);
}
