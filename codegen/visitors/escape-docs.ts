import type { RootNode } from '@codama/nodes';

import { transformNodes } from '../nodes';

/**
 * Keeps the docs of each node inside of the comment that they become: a doc that could close it would let an IDL write
 * code into the client.
 */
export function escapeDocs(root: RootNode): RootNode {
    return transformNodes(root, node =>
        'docs' in node && node.docs ? { ...node, docs: node.docs.flatMap(toLines) } : node,
    );
}

/** Takes out all docs. */
export function dropDocs(root: RootNode): RootNode {
    return transformNodes(root, node => ('docs' in node && node.docs?.length ? { ...node, docs: [] } : node));
}

function toLines(doc: string): string[] {
    return doc.replaceAll('*/', '*\\/').split(/\r\n|[\n\r\u2028\u2029]/);
}
