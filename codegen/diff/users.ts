import type { DefinedTypeNode } from '@codama/nodes';

import type { Side } from './side';

/** What holds the types of a program. */
export type Users = Readonly<{
    /** Instructions, accounts and events that hold a type, themselves or in another type; the first of them, if there are many. */
    listUsers: (type: DefinedTypeNode) => string[];
    /** Whether a type is the payload of events and of nothing else, so that its changes are those of the events. */
    isEventPayload: (type: DefinedTypeNode) => boolean;
}>;

/** So many users of a type are named. */
const MAX_USERS = 8;

/** Finds out what holds the types of a program, in time that is linear in the program. */
export function createUsers({ graph, program }: Side): Users {
    const users = new Map<DefinedTypeNode, string[]>();
    const direct = new Set<DefinedTypeNode>();
    const elsewhere = new Set<DefinedTypeNode>();
    const within = new Map(program.definedTypes.map(type => [type, graph.linkedFrom(type.type, program)]));
    const linksOf = (type: DefinedTypeNode) => within.get(type) ?? [];
    for (const [noun, nodes] of [
        ['instruction', program.instructions],
        ['account', program.accounts],
        ['event', program.events],
    ] as const) {
        for (const node of nodes) addUser(`${noun} ${node.name}`, graph.linkedFrom(node, program));
    }
    const { events, ...rest } = program;
    for (const { data } of events) {
        const linked = graph.linkedFrom(data, program);
        for (const type of linked) (data.kind === 'definedTypeLinkNode' ? direct : elsewhere).add(type);
    }
    for (const type of graph.linkedFrom(rest, program)) elsewhere.add(type);

    return {
        isEventPayload: type => direct.has(type) && !elsewhere.has(type),
        listUsers: type => {
            const found = users.get(type) ?? [];
            return found.length > MAX_USERS ? [...found.slice(0, MAX_USERS), 'others'] : found;
        },
    };

    function addUser(name: string, links: ReadonlySet<DefinedTypeNode>): void {
        const open = [...links];
        const seen = new Set(open);
        for (let type = open.pop(); type !== undefined; type = open.pop()) {
            const known = users.get(type) ?? [];
            // All that it holds is known to be held by as many.
            if (known.length > MAX_USERS) continue;
            users.set(type, [...known, name]);
            for (const inner of linksOf(type)) {
                if (seen.has(inner)) continue;
                seen.add(inner);
                open.push(inner);
            }
        }
    }
}
