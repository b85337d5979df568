import type { RootNode } from 'codama';

/**
 * The same IDL with docs that stay inside the comment they are rendered into: one that ended it would let an IDL write
 * code into the client.
 */
export function withSafeDocs(root: RootNode): RootNode {
    const replaceDocs = (key: string, value: unknown): unknown =>
        key === 'docs' && Array.isArray(value)
            ? value.map((line: unknown) => String(line).replaceAll('*/', '*\\/'))
            : value;
    return JSON.parse(JSON.stringify(root), replaceDocs) as RootNode;
}
