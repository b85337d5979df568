import type { Node, ProgramNode, RootNode } from '@codama/nodes';

/** A node as it stands in a file: whatever its kind says, its attributes may be missing or of another type. */
export type RawNode = { readonly kind: string; readonly [attribute: string]: unknown };

/** A step to a node: the attribute that holds it, and its place when the attribute is a list. */
export type NodeVisit = {
    node: RawNode;
    /** For instance `program.instructions[3].accounts[1]`; empty for the root. */
    path: string;
    /** The nodes above it, the root first. */
    ancestors: readonly RawNode[];
};

/** Whether a value is an object that says what kind of node it is. */
export function isRawNode(value: unknown): value is RawNode {
    return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';
}

/** Every node of a tree with the path to it, a node before what is in it, in the order of the file. */
export function walkNodes(node: RawNode): NodeVisit[] {
    const visits: NodeVisit[] = [];
    const walk = (node: RawNode, path: string, ancestors: readonly RawNode[]) => {
        visits.push({ ancestors, node, path });
        // Most nodes hold no others, and need no list of what is above those.
        let below: readonly RawNode[] | undefined;
        for (const [attribute, value] of Object.entries(node)) {
            if (isRawNode(value)) walk(value, joinPath(path, attribute), (below ??= [...ancestors, node]));
            if (!Array.isArray(value)) continue;
            for (const [index, item] of value.entries()) {
                if (!isRawNode(item)) continue;
                walk(item, `${joinPath(path, attribute)}[${index}]`, (below ??= [...ancestors, node]));
            }
        }
    };
    walk(node, '', []);
    return visits;
}

/** The path to an attribute of the node at a path. */
export function joinPath(path: string, attribute: string): string {
    return path === '' ? attribute : `${path}.${attribute}`;
}

/** A copy of a tree with another program in the place of each. */
export function mapPrograms(root: RootNode, change: (program: ProgramNode, index: number) => ProgramNode): RootNode {
    const [program, ...additionalPrograms] = [root.program, ...root.additionalPrograms].map(change);
    return { ...root, additionalPrograms, program: program! };
}

/**
 * A tree in which each node is replaced by what `transform` makes of it, from the leaves up. The one that is given stays as
 * it is; what does not change is in both.
 *
 * Unlike the identity visitor of Codama it keeps the attributes that the node constructors don't know, such as the docs
 * of an enum variant.
 */
export function transformNodes<TNode extends object>(
    node: TNode,
    transform: (node: Node, ancestors: readonly Node[]) => object,
    ancestors: readonly Node[] = [],
): TNode {
    // Most nodes hold no others, and need no list of what is above those.
    let below: readonly Node[] | undefined;
    let changed: Record<string, unknown> | undefined;
    for (const [attribute, value] of Object.entries(node) as [string, unknown][]) {
        let other = value;
        if (isRawNode(value)) {
            other = transformNodes(value, transform, (below ??= [...ancestors, node as unknown as Node]));
        } else if (Array.isArray(value) && value.some(isRawNode)) {
            const holder = (below ??= [...ancestors, node as unknown as Node]);
            const items = value.map((item: unknown) =>
                isRawNode(item) ? transformNodes(item, transform, holder) : item,
            );
            if (items.some((item, index) => item !== value[index])) other = items;
        }
        if (other !== value) (changed ??= { ...node } as Record<string, unknown>)[attribute] = other;
    }
    return transform((changed ?? node) as unknown as Node, ancestors) as TNode;
}
