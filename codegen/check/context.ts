import type { InstructionNode, Node, PdaNode, ProgramNode, RootNode } from '@codama/nodes';

import { findByName } from '../by-name';
import { walkNodes, type NodeVisit } from '../nodes';
import { createTypeGraph, type TypeGraph } from '../type-graph';
import { createTypeFacts, type TypeFacts } from '../type-facts';
import type { Report } from './finding';

/** What the checks of meaning work on: a tree whose shape is right. */
export type CheckContext = Readonly<{
    root: RootNode;
    /** The program and the additional ones, each with its path. */
    programs: readonly Located<ProgramNode>[];
    /** The same without the paths. */
    all: readonly ProgramNode[];
    visits: readonly TypedVisit[];
    graph: TypeGraph;
    /** What can be told of the types that a program names. */
    typesOf: (program: ProgramNode) => TypeFacts;
    report: Report;
}>;

/** A node with the path to it. */
export type Located<TNode> = Readonly<{ node: TNode; path: string }>;

export type TypedVisit = Readonly<{ node: Node; path: string; ancestors: readonly Node[] }>;

export function createContext(root: RootNode, report: Report): CheckContext {
    const visits = walkNodes(root as unknown as NodeVisit['node']) as unknown as TypedVisit[];
    const isProgram = (visit: TypedVisit): visit is TypedVisit & { node: ProgramNode } =>
        visit.node.kind === 'programNode';
    const programs = visits.filter(isProgram);
    const all = programs.map(({ node }) => node);
    const graph = createTypeGraph(all);
    return { all, graph, programs, report, root, typesOf: createTypeFacts(all, graph), visits };
}

/** The nodes of a list, each with its path. */
export function locate<TNode>(nodes: readonly TNode[] | undefined, path: string): Located<TNode>[] {
    return (nodes ?? []).map((node, index) => ({ node, path: `${path}[${index}]` }));
}

/** The program that a node stands in. */
export function programOf({ ancestors }: Pick<TypedVisit, 'ancestors'>): ProgramNode | undefined {
    return ancestors.find(node => node.kind === 'programNode');
}

/** The instruction that a node stands in. */
export function instructionOf({ ancestors }: Pick<TypedVisit, 'ancestors'>): InstructionNode | undefined {
    return ancestors.filter(node => node.kind === 'instructionNode').at(-1);
}

type Link = { readonly name: string; readonly program?: { readonly name: string } };

/** The program that a link points into: the one it names, else the one it stands in. */
export function linkedProgram(
    { program }: Link,
    own: ProgramNode | undefined,
    programs: readonly ProgramNode[],
): ProgramNode | undefined {
    return program === undefined ? own : findByName(programs, program.name);
}

/** The PDA that a link points to. */
export function linkedPda(
    link: Link,
    own: ProgramNode | undefined,
    programs: readonly ProgramNode[],
): PdaNode | undefined {
    const program = linkedProgram(link, own, programs);
    return program && findByName(program.pdas, link.name);
}
