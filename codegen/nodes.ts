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
export function* walkNodes(node: RawNode, path = '', ancestors: readonly RawNode[] = []): Generator<NodeVisit> {
    yield { ancestors, node, path };
    const below = [...ancestors, node];
    for (const [attribute, value] of Object.entries(node)) {
        const step = joinPath(path, attribute);
        if (isRawNode(value)) yield* walkNodes(value, step, below);
        if (!Array.isArray(value)) continue;
        for (const [index, item] of value.entries()) {
            if (isRawNode(item)) yield* walkNodes(item, `${step}[${index}]`, below);
        }
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
 * A copy of a tree in which each node is replaced by what `transform` makes of it, from the leaves up.
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
    const copy = (value: unknown): unknown =>
        isRawNode(value)
            ? transformNodes(value, transform, (below ??= [...ancestors, node as unknown as Node]))
            : value;
    const entries = Object.entries(node).map(([attribute, value]: [string, unknown]) => [
        attribute,
        Array.isArray(value) ? value.map(copy) : copy(value),
    ]);
    return transform(Object.fromEntries(entries) as Node, ancestors) as TNode;
}
