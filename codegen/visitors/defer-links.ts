import type { DefinedTypeNode, ProgramNode, RootNode } from '@codama/nodes';

import { programOf } from '../check/context';
import { mapPrograms, transformNodes } from '../nodes';
import { createTypeGraph } from '../type-graph';
import { createFreeNames } from './free-names';

/** A type that stands for another, and whose codec makes that of the other only when it is needed. */
export type DeferredType = Readonly<{ name: string; of: string }>;

/**
 * Puts a stand-in in the place of each link that the renderer can't follow: from a type to itself or to one that holds
 * it, where making the one codec would make the other without end.
 */
export function deferLinks(root: RootNode): { root: RootNode; deferred: DeferredType[] } {
    const programs = [root.program, ...root.additionalPrograms];
    const graph = createTypeGraph(programs);
    const toFreeName = createFreeNames(programs);
    const standIns = new Map<DefinedTypeNode, string>();

    const withLinks = transformNodes(root, (node, ancestors) => {
        const program = programOf({ ancestors });
        if (node.kind !== 'definedTypeLinkNode' || program === undefined) return node;
        const linked = graph.find(node, program);
        if (linked === undefined || ancestors.at(-1)?.kind === 'enumValueNode') return node;
        const holder = ancestors.find(ancestor => ancestor.kind === 'definedTypeNode');
        const circle = graph.recursive.get(linked);
        if (circle === undefined || holder === undefined || graph.recursive.get(holder) !== circle) return node;
        const name = standIns.get(linked) ?? toFreeName(`${node.name}Ref`);
        standIns.set(linked, name);
        return { ...node, name };
    });
    if (standIns.size === 0) return { deferred: [], root };
    const all = [...standIns];
    const standInsOf = (owner: ProgramNode | undefined) =>
        all.flatMap(([type, name]) => (graph.ownerOf(type) === owner ? [getStandIn(name)] : []));
    return {
        deferred: all.map(([{ name }, standIn]) => ({ name: standIn, of: name })),
        root: mapPrograms(withLinks, (program, index) => ({
            ...program,
            definedTypes: [...program.definedTypes, ...standInsOf(programs[index])],
        })),
    };
}

/** What the renderer takes the stand-in for: something of no known size. Its page takes the place of the one for this. */
function getStandIn(name: string): DefinedTypeNode {
    return { docs: [], kind: 'definedTypeNode', name, type: { kind: 'bytesTypeNode' } } as object as DefinedTypeNode;
}
