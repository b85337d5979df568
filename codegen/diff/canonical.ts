import { camelCase, type RootNode } from '@codama/nodes';

import { transformNodes, type RawNode } from '../nodes';
import { DEFAULTS, MEANINGS } from './meanings';

/** Where a name stands, be it of a node or of one that is referred to. */
const NAMES: ReadonlySet<string> = new Set(['account', 'key', 'name', 'path', 'variant']);

/**
 * An IDL with nothing in it but what makes up the interface, each thing said in one way: without docs and without what the
 * standard does not know, what is left out filled in, names as Codama writes them.
 */
export function canonicalize(root: RootNode): RootNode {
    return transformNodes(root, node => {
        const { kind } = node;
        const canonical: Record<string, unknown> = { kind, ...DEFAULTS[kind] };
        for (const [attribute, meaning] of Object.entries(MEANINGS[kind] ?? {})) {
            const value = (node as unknown as RawNode)[attribute];
            if (meaning !== 'docs' && value !== undefined && value !== null) canonical[attribute] = value;
        }
        for (const name of NAMES) {
            if (typeof canonical[name] === 'string') canonical[name] = camelCase(canonical[name]);
        }
        // How a default is applied says nothing where there is none.
        if (canonical['defaultValue'] === undefined) delete canonical['defaultValueStrategy'];
        else if (MEANINGS[kind]?.['defaultValueStrategy'] !== undefined)
            canonical['defaultValueStrategy'] ??= 'optional';
        return canonical;
    });
}
