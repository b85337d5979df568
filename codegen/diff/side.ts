import type { DefinedTypeNode, ProgramNode } from '@codama/nodes';

import type { FindType } from '../constants';
import { createTypeGraph, type TypeGraph } from '../type-graph';
import { match, type Match } from './align';
import { createCode, type Code } from './code';
import { createInterner, createWires, getPayload, type Interner, type Wire } from '../wire';

/** A program of one of the two IDLs, with what is looked up in it. */
export type Side = Readonly<{
    program: ProgramNode;
    /** How the types of all programs of its IDL hold each other. */
    graph: TypeGraph;
    findType: FindType;
    wire: Wire;
    code: Code;
    /** A number that a type has in common with its counterpart of the other IDL. */
    identityOf: (type: DefinedTypeNode) => number;
}>;

export type Sides = Readonly<{ old: Side; new: Side }>;

/** The two programs that are compared, and which types of one became which of the other. */
export type Pair = Readonly<{ sides: Sides; types: readonly Match<DefinedTypeNode>[] }>;

/** Prepares the programs of two IDLs for being compared, each with its counterpart. */
export function createPairs(programs: readonly Match<ProgramNode>[]): Map<Match<ProgramNode>, Pair> {
    const interner = createInterner();
    const of = (which: 'new' | 'old') => programs.flatMap(({ [which]: program }) => (program ? [program] : []));
    const graphs = { new: createTypeGraph(of('new')), old: createTypeGraph(of('old')) };
    const keys = new Map([...keysOf(graphs.old, of('old'), interner), ...keysOf(graphs.new, of('new'), interner)]);

    const identities = new Map<DefinedTypeNode, number>();
    const types = new Map(
        programs.map(pair => {
            const matches = match(named(pair.old?.definedTypes), named(pair.new?.definedTypes), ({ type }) =>
                keys.get(type),
            ).map((found): Match<DefinedTypeNode> => ({
                ...(found.new ? { new: found.new.type } : {}),
                ...(found.old ? { old: found.old.type } : {}),
            }));
            for (const [index, found] of matches.entries()) {
                const identity = identities.size + index;
                for (const type of [found.new, found.old]) if (type !== undefined) identities.set(type, identity);
            }
            return [pair, matches] as const;
        }),
    );
    const identityOf = (type: DefinedTypeNode) => identities.get(type)!;
    const sides = {
        new: createSides(graphs.new, of('new'), interner, identityOf),
        old: createSides(graphs.old, of('old'), interner, identityOf),
    };
    return new Map(
        programs.flatMap(pair => {
            const [before, after] = [pair.old && sides.old.get(pair.old), pair.new && sides.new.get(pair.new)];
            const found = { sides: { new: after!, old: before! }, types: types.get(pair)! };
            return before && after ? [[pair, found] as const] : [];
        }),
    );
}

function createSides(
    graph: TypeGraph,
    programs: readonly ProgramNode[],
    interner: Interner,
    identityOf: (type: DefinedTypeNode) => number,
): Map<ProgramNode, Side> {
    const wires = createWires(graph, programs, interner, identityOf);
    const known = new Map<DefinedTypeNode, { code: number; units: number }>();
    const codes = new Map(
        programs.map(program => [
            program,
            createCode({
                findType: link => graph.find(link, program),
                identityOf,
                interner,
                isRecursive: type => graph.recursive.has(type),
                ofDefined: type => known.get(type)!,
            }),
        ]),
    );
    // Each type after those in it, so that no chain of types is deeper than the types themselves.
    for (const type of graph.order) {
        const code = codes.get(graph.ownerOf(type))!;
        known.set(type, { code: code.idOf(type.type), units: code.unitsOf(type.type) });
    }
    return new Map(
        programs.map(program => [
            program,
            {
                code: codes.get(program)!,
                findType: link => graph.find(link, program),
                graph,
                identityOf,
                program,
                wire: wires.get(program)!,
            },
        ]),
    );
}

/** What a type is known by whatever its name: what it takes in data, and the names of what is in it. */
function keysOf(
    graph: TypeGraph,
    programs: readonly ProgramNode[],
    interner: Interner,
): Map<DefinedTypeNode, string | undefined> {
    const wires = createWires(graph, programs, interner, () => 'whatever it is called');
    return new Map(
        graph.order.map(declared => {
            const { type } = declared;
            const { idOf } = wires.get(graph.ownerOf(declared))!;
            if (type.kind === 'structTypeNode') {
                return [declared, type.fields.map(({ name, type }) => `${name} ${idOf(type)}`).join()];
            }
            if (type.kind !== 'enumTypeNode') return [declared, undefined];
            const variants = type.variants.map(
                (variant, index) => `${variant.name} ${variant.discriminator ?? index} ${idOf(getPayload(variant))}`,
            );
            return [declared, `enum ${idOf(type)} ${variants.join()}`];
        }),
    );
}

const named = (types: readonly DefinedTypeNode[] = []) => types.map(type => ({ name: type.name as string, type }));

/** Names for a sentence. */
export function listNames(names: readonly string[]): string {
    const quoted = names.map(name => `\`${name}\``);
    return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)!}`;
}

/** A count with its noun. */
export function count(number: number, noun: string): string {
    return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
