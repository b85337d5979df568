import type { RootNode } from '@codama/nodes';

import { NODE_SPECS } from '../check/node-specs';
import { transformNodes, type RawNode } from '../nodes';

/**
 * Gives each node the lists that the file leaves out because they are empty, as the standard allows, and takes out what
 * is `null`, which older tools wrote for what is not there.
 */
export function completeLists(root: RootNode): RootNode {
    return transformNodes(root, node => {
        const raw = node as unknown as RawNode;
        const spec = NODE_SPECS[raw.kind] ?? {};
        const isNull = Object.keys(spec).some(attribute => raw[attribute] === null);
        const given = isNull ? Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null)) : raw;
        const missing = Object.entries(spec).filter(
            ([name, { type }]) => type === 'nodes' && given[name] === undefined,
        );
        if (!isNull && missing.length === 0 && raw.kind !== 'accountNode') return node;
        const lists = Object.fromEntries(missing.map(([name]) => [name, []]));
        // An account without data is one whose struct has no fields.
        const data = raw.kind === 'accountNode' ? { data: { kind: 'structTypeNode', fields: [] } } : {};
        return { ...data, ...given, ...lists };
    });
}
