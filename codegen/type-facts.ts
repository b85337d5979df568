import type { DefinedTypeNode, ProgramNode, TypeNode } from '@codama/nodes';

import type { FindType } from './constants';
import { isEmptyType } from './empty';
import { hasFixedSize } from './fixed-size';
import { createTypeGraph, foldTypes, type TypeGraph } from './type-graph';
import { createInterner, createWires } from './wire';
import { holdsConstants } from './written';

/** What can be told of the types that a program names. */
export type TypeFacts = Readonly<{
    findType: FindType;
    /** How many bytes a type always takes; `undefined` when that varies. */
    sizeOf: (type: TypeNode) => number | undefined;
    /** Whether something in a type always has the same value, at a place that can be told. */
    holdsConstants: (type: TypeNode) => boolean;
    /** Whether a type holds itself, directly or by way of others. */
    isRecursive: (type: DefinedTypeNode) => boolean;
    /** Whether it takes no bytes, whatever its value. */
    isEmpty: (type: TypeNode) => boolean;
    /** Whether kit's codec of it has a fixed size, as far as TypeScript knows. */
    isFixed: (type: TypeNode) => boolean;
}>;

/** Finds out about the types of some programs, each once; what comes of it answers for one of the programs. */
export function createTypeFacts(
    programs: readonly ProgramNode[],
    graph: TypeGraph = createTypeGraph(programs),
): (own: ProgramNode) => TypeFacts {
    const wires = createWires(graph, programs, createInterner(), ({ name }) => name);
    const isEmpty = foldTypes(graph, isEmptyType, false);
    const constants = foldTypes(graph, holdsConstants, false);
    const isFixed = foldTypes(graph, hasFixedSize, false);
    const facts = new Map(
        programs.map(own => [
            own,
            {
                // A link inside of a type of another program is meant there. No client has two types of one name.
                findType: link => graph.find(link, own) ?? graph.findAnywhere(link.name),
                holdsConstants: type => constants(type, own),
                isEmpty: type => isEmpty(type, own),
                isRecursive: type => graph.recursive.has(type),
                isFixed: type => isFixed(type, own),
                sizeOf: type => wires.get(own)!.sizeOf(type),
            } satisfies TypeFacts as TypeFacts,
        ]),
    );
    return own => facts.get(own)!;
}
