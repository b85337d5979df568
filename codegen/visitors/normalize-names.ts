import { camelCase, type RootNode } from '@codama/nodes';

import { NODE_SPECS } from '../check/node-specs';
import { transformNodes, type RawNode } from '../nodes';

/** Gives each node the name that Codama itself makes of the one in the file: `till-2` is `till2`. */
export function normalizeNames(root: RootNode): RootNode {
    return transformNodes(root, node => {
        const raw = node as unknown as RawNode;
        const changed = getNameAttributes(raw.kind).flatMap(attribute => {
            const name = raw[attribute];
            if (typeof name !== 'string' || isNormalized(name)) return [];
            return [[attribute, camelCase(name)] as const];
        });
        return changed.length === 0 ? node : { ...raw, ...Object.fromEntries(changed) };
    });
}

/** Whether a name is as Codama writes it. */
export function isNormalized(name: string): boolean {
    return /^[a-z][a-zA-Z0-9]*$/.test(name);
}

const ATTRIBUTES = new Map<string, readonly string[]>();

/** The attributes of a kind of node that hold names. */
function getNameAttributes(kind: string): readonly string[] {
    const known = ATTRIBUTES.get(kind);
    if (known !== undefined) return known;
    const found = Object.entries(NODE_SPECS[kind] ?? {}).flatMap(([name, { type }]) => (type === 'name' ? [name] : []));
    ATTRIBUTES.set(kind, found);
    return found;
}
