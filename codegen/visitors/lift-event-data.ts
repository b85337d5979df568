import { isNode, type DefinedTypeNode, type RootNode } from '@codama/nodes';

import { transformNodes } from '../nodes';

/**
 * Gives the data of each event that is written out in place a defined type of its own, named after the event, so that
 * it renders to a type with a codec. The renderer itself knows nothing of events.
 */
export function liftEventData(root: RootNode): RootNode {
    return transformNodes(root, node => {
        if (node.kind !== 'programNode') return node;
        const taken = new Set([...node.accounts, ...node.definedTypes].map(({ name }) => name as string));
        const lifted: DefinedTypeNode[] = [];
        const events = node.events.map(event => {
            if (isNode(event.data, 'definedTypeLinkNode')) return event;
            const name = getFreeName([event.name, `${event.name}Event`, `${event.name}EventData`], taken);
            taken.add(name);
            lifted.push({ docs: event.docs ?? [], kind: 'definedTypeNode', name, type: event.data } as DefinedTypeNode);
            return { ...event, data: { kind: 'definedTypeLinkNode', name } };
        });
        return { ...node, definedTypes: [...node.definedTypes, ...lifted], events };
    });
}

function getFreeName(names: readonly string[], taken: ReadonlySet<string>): string {
    const free = names.find(name => !taken.has(name));
    if (free === undefined) throw new Error(`No name is free for the data of event "${names[0]!}"`);
    return free;
}
