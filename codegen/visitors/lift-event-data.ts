import { isNode, type DefinedTypeNode, type RootNode } from '@codama/nodes';

import { transformNodes } from '../nodes';
import { createFreeNames } from './free-names';

/**
 * Gives the data of each event that is written out in place a defined type of its own, named after the event, so that
 * it renders to a type with a codec. The renderer itself knows nothing of events.
 */
export function liftEventData(root: RootNode): RootNode {
    const toFreeName = createFreeNames([root.program, ...root.additionalPrograms]);
    return transformNodes(root, node => {
        if (node.kind !== 'programNode') return node;
        const lifted: DefinedTypeNode[] = [];
        const events = node.events.map(event => {
            if (isNode(event.data, 'definedTypeLinkNode')) return event;
            const name = toFreeName(event.name, `${event.name}Event`, `${event.name}EventData`);
            lifted.push({ docs: event.docs ?? [], kind: 'definedTypeNode', name, type: event.data } as DefinedTypeNode);
            return { ...event, data: { kind: 'definedTypeLinkNode', name } };
        });
        return { ...node, definedTypes: [...node.definedTypes, ...lifted], events };
    });
}
