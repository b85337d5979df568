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
        const { attributes, lists } = getAttributes(raw.kind);
        const isNull = attributes.some(attribute => raw[attribute] === null);
        const given = isNull ? Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null)) : raw;
        const missing = lists.filter(attribute => given[attribute] === undefined);
        if (!isNull && missing.length === 0 && raw.kind !== 'accountNode') return node;
        // An account without data is one whose struct has no fields.
        const data = raw.kind === 'accountNode' ? { data: { kind: 'structTypeNode', fields: [] } } : {};
        return { ...data, ...given, ...Object.fromEntries(missing.map(attribute => [attribute, []])) };
    });
}

type Attributes = Readonly<{ attributes: readonly string[]; lists: readonly string[] }>;
const ATTRIBUTES = new Map<string, Attributes>();

/** The attributes of a kind of node, and those that hold lists. */
function getAttributes(kind: string): Attributes {
    const known = ATTRIBUTES.get(kind);
    if (known !== undefined) return known;
    const entries = Object.entries(NODE_SPECS[kind] ?? {});
    const found = {
        attributes: entries.map(([attribute]) => attribute),
        lists: entries.flatMap(([attribute, { type }]) => (type === 'nodes' ? [attribute] : [])),
    };
    ATTRIBUTES.set(kind, found);
    return found;
}
