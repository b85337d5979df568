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

/** Every node of a tree, for those who do not ask where it stands. */
export function forEachNode(node: RawNode, act: (node: RawNode) => void): void {
    act(node);
    for (const value of Object.values(node)) {
        if (isRawNode(value)) forEachNode(value, act);
        if (!Array.isArray(value)) continue;
        for (const item of value) if (isRawNode(item)) forEachNode(item, act);
    }
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
    const inner = (value: unknown): unknown =>
        isRawNode(value)
            ? transformNodes(value, transform, (below ??= [...ancestors, node as unknown as Node]))
            : value;
    for (const attribute of Object.keys(node)) {
        const value = (node as Record<string, unknown>)[attribute];
        if (typeof value !== 'object' || value === null) continue;
        const other = Array.isArray(value) ? mapItems(value, inner) : inner(value);
        if (other !== value) (changed ??= { ...node } as Record<string, unknown>)[attribute] = other;
    }
    return transform((changed ?? node) as unknown as Node, ancestors) as TNode;
}

/** A list with others in the place of its items; the same list when all stay as they are. */
function mapItems(list: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
    let changed: unknown[] | undefined;
    for (const [index, item] of list.entries()) {
        const other = change(item);
        if (other !== item) (changed ??= [...list])[index] = other;
    }
    return changed ?? list;
}
