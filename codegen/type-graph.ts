import type { DefinedTypeLinkNode, DefinedTypeNode, ProgramNode, TypeNode } from '@codama/nodes';

import { isRawNode } from './nodes';

/** How the defined types of programs hold each other. */
export type TypeGraph = Readonly<{
    /** Every type after those that it holds, as far as none holds itself. */
    order: readonly DefinedTypeNode[];
    /** Those that hold themselves, directly or by way of others: two that hold each other have the same number. */
    recursive: ReadonlyMap<DefinedTypeNode, number>;
    /** The type that a link leads to. */
    find: (link: DefinedTypeLinkNode, own: ProgramNode) => DefinedTypeNode | undefined;
    /** The first type of a name, whatever program declares it. */
    findAnywhere: (name: string) => DefinedTypeNode | undefined;
    /** The types that a node links to, each once, and those within them not. */
    linkedFrom: (node: unknown, own: ProgramNode) => ReadonlySet<DefinedTypeNode>;
    /** The program that a type is declared in. */
    ownerOf: (type: DefinedTypeNode) => ProgramNode;
}>;

/** Finds out how types hold each other, in time that is linear in the programs, however long the chains of links are. */
export function createTypeGraph(programs: readonly ProgramNode[]): TypeGraph {
    const byName = new Map<string, ReadonlyMap<string, DefinedTypeNode>>();
    const owners = new Map<DefinedTypeNode, ProgramNode>();
    for (const program of programs) {
        // Of two of a name the first counts, as for everyone who looks one up.
        const types = new Map([...program.definedTypes].reverse().map(type => [type.name as string, type]));
        if (!byName.has(program.name)) byName.set(program.name, types);
        for (const type of program.definedTypes) owners.set(type, program);
    }
    const anywhere = new Map([...owners.keys()].reverse().map(type => [type.name as string, type]));
    const find: TypeGraph['find'] = (link, own) => byName.get(link.program?.name ?? own.name)?.get(link.name);
    const linkedFrom: TypeGraph['linkedFrom'] = (node, own) => {
        const found = new Set<DefinedTypeNode>();
        const open: unknown[] = [node];
        for (let next = open.pop(); next !== undefined; next = open.pop()) {
            if (isRawNode(next) && next.kind === 'definedTypeLinkNode') {
                const type = find(next as unknown as DefinedTypeLinkNode, own);
                if (type !== undefined) found.add(type);
            } else if (typeof next === 'object' && next !== null) {
                for (const value of Object.values(next as object)) open.push(value);
            }
        }
        return found;
    };
    const linked = new Map([...owners].map(([type, own]) => [type, linkedFrom(type.type, own)]));
    return {
        ...sort([...owners.keys()], type => linked.get(type)!),
        find,
        findAnywhere: name => anywhere.get(name),
        linkedFrom,
        ownerOf: type => owners.get(type)!,
    };
}

/**
 * Finds something out about types: about each that is declared once, after those that it holds, however long the chains of
 * links are.
 *
 * @param evaluate Tells it of a type, given what is known of those that it links to.
 * @param unknown What is taken for a link that leads nowhere, or back to a type that is not known yet since it holds itself.
 */
export function foldTypes<T>(
    { find, order, ownerOf }: TypeGraph,
    evaluate: (type: TypeNode, ofLink: (link: DefinedTypeLinkNode) => T) => T,
    unknown: T,
): (type: TypeNode, own: ProgramNode) => T {
    const known = new Map<DefinedTypeNode, T>();
    const of = (type: TypeNode, own: ProgramNode) =>
        evaluate(type, link => {
            const found = find(link, own);
            return found !== undefined && known.has(found) ? known.get(found)! : unknown;
        });
    for (const type of order) known.set(type, of(type.type, ownerOf(type)));
    return of;
}

/** Tarjan's algorithm, with a stack of its own: a group of types that hold each other comes after all that it holds. */
function sort(
    types: readonly DefinedTypeNode[],
    linksOf: (type: DefinedTypeNode) => ReadonlySet<DefinedTypeNode>,
): Pick<TypeGraph, 'order' | 'recursive'> {
    const order: DefinedTypeNode[] = [];
    const recursive = new Map<DefinedTypeNode, number>();
    const places = new Map<DefinedTypeNode, number>();
    /** The earliest type that each reaches and that has no group yet. */
    const lowest = new Map<DefinedTypeNode, number>();
    const waiting: DefinedTypeNode[] = [];
    const isWaiting = new Set<DefinedTypeNode>();

    const enter = (type: DefinedTypeNode) => {
        places.set(type, places.size);
        lowest.set(type, places.get(type)!);
        waiting.push(type);
        isWaiting.add(type);
        return { links: [...linksOf(type)], next: 0, type };
    };
    for (const start of types) {
        if (places.has(start)) continue;
        const path = [enter(start)];
        for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
            const { links, type } = at;
            const link = links[at.next++];
            if (link === undefined) {
                leave(type);
                path.pop();
                const above = path.at(-1);
                if (above !== undefined) lower(above.type, lowest.get(type)!);
            } else if (!places.has(link)) path.push(enter(link));
            else if (isWaiting.has(link)) lower(type, places.get(link)!);
        }
    }
    return { order, recursive };

    function lower(type: DefinedTypeNode, place: number): void {
        lowest.set(type, Math.min(lowest.get(type)!, place));
    }
    function leave(type: DefinedTypeNode): void {
        if (lowest.get(type) !== places.get(type)) return;
        const group = waiting.splice(waiting.lastIndexOf(type));
        const circle = order.length;
        for (const member of group) {
            isWaiting.delete(member);
            order.push(member);
            if (group.length > 1 || linksOf(member).has(member)) recursive.set(member, circle);
        }
    }
}
