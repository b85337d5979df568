import type { RootNode } from '@codama/nodes';

import { transformNodes } from '../nodes';

const PROGRAM_LISTS = ['accounts', 'constants', 'definedTypes', 'errors', 'events', 'instructions', 'pdas'] as const;

/**
 * Gives each program the lists that the file has not: a file that was written before Codama knew events and constants
 * is a good one.
 */
export function completeLists(root: RootNode): RootNode {
    const complete = transformNodes(root, node => {
        if (node.kind !== 'programNode') return node;
        const missing = PROGRAM_LISTS.filter(list => (node[list] as unknown) === undefined);
        return { ...node, ...Object.fromEntries(missing.map(list => [list, []])) };
    });
    return {
        ...complete,
        additionalPrograms: (complete.additionalPrograms as unknown) ? complete.additionalPrograms : [],
    };
}
