import type { Node, TypeNode } from '@codama/nodes';

import type { TypeFacts } from '../type-facts';
import { isWrapper } from '../types';
import { programOf, type CheckContext } from './context';
import { error } from './finding';

/**
 * What is written elsewhere than where it stands (an offset that adds no bytes) has room there: data that is written is all
 * there, nothing over something else, and is read to its end.
 */
export function checkOffsets({ report, typesOf, visits }: CheckContext): void {
    const moving = new Set<Node>();
    for (const { ancestors, node } of visits) {
        if (isMoving(node)) for (const holder of ancestors) moving.add(holder);
    }
    for (const visit of visits) {
        const { node, path } = visit;
        const program = programOf(visit);
        const types = getWholeTypes(node);
        if (types === undefined || program === undefined || !moving.has(node)) continue;
        const problem = findProblem(types, typesOf(program));
        if (problem === undefined) continue;
        report(
            error({
                rule: 'unsupported',
                path,
                message: `Its offsets move what it holds so that ${problem}.`,
                fix: 'Correct the offsets: "padded" adds the bytes in between; what another strategy skips has to be taken by something else.',
            }),
        );
    }
}

function isMoving(node: Node): boolean {
    const isOffset = node.kind === 'preOffsetTypeNode' || node.kind === 'postOffsetTypeNode';
    return isOffset && node.strategy !== 'padded';
}

/** The types of what is written as a whole, one after the other. */
function getWholeTypes(node: Node): readonly TypeNode[] | undefined {
    switch (node.kind) {
        case 'accountNode':
        case 'eventNode':
            return [node.data];
        case 'definedTypeNode':
            return [node.type];
        case 'instructionNode':
            return node.arguments.map(({ type }) => type);
        default:
            return undefined;
    }
}

type Draft = {
    place: number;
    /** How many bytes there are. */
    size: number;
    spans: { start: number; end: number }[];
};

/** What is wrong with where types are written; `undefined` for nothing, and when it depends on values. */
function findProblem(types: readonly TypeNode[], facts: TypeFacts): string | undefined {
    const draft: Draft = { place: 0, size: 0, spans: [] };
    if (!types.every(type => write(type, draft, facts))) return undefined;
    const { place, size } = draft;
    const spans = draft.spans.sort((a, b) => a.start - b.start);
    const outside = spans.find(({ end, start }) => start < 0 || end > size);
    if (outside) return `bytes ${outside.start} to ${outside.end} are written, and there are ${size}`;
    const covered = spans.find(({ start }, index) => index > 0 && start < spans[index - 1]!.end);
    if (covered) return `the byte at ${covered.start} is written twice`;
    return place === size ? undefined : `it is read to byte ${place} of ${size}`;
}

/** Writes a type; `false` when its size is not known. */
function write(type: TypeNode, draft: Draft, facts: TypeFacts): boolean {
    const writeAll = (types: readonly TypeNode[]) => types.every(inner => write(inner, draft, facts));
    switch (type.kind) {
        case 'preOffsetTypeNode':
            if (type.strategy === 'padded') draft.size += type.offset;
            // From the end, which is not known yet.
            if (type.strategy === 'absolute' && type.offset < 0) return false;
            draft.place = type.strategy === 'absolute' ? type.offset : draft.place + type.offset;
            return write(type.type, draft, facts);
        case 'postOffsetTypeNode': {
            const before = draft.place;
            if (!write(type.type, draft, facts)) return false;
            if (type.strategy === 'padded') draft.size += type.offset;
            if (type.strategy === 'absolute' && type.offset < 0) return false;
            const from = { absolute: 0, padded: draft.place, preOffset: before, relative: draft.place }[type.strategy];
            draft.place = from + type.offset;
            return true;
        }
        case 'hiddenPrefixTypeNode':
            return writeAll([...type.prefix.map(({ type }) => type), type.type]);
        case 'hiddenSuffixTypeNode':
            return writeAll([type.type, ...type.suffix.map(({ type }) => type)]);
        case 'structTypeNode':
            return writeAll(type.fields.map(({ type }) => type));
        case 'tupleTypeNode':
            return writeAll(type.items);
        default: {
            const size = isWrapper(type) && type.kind !== 'fixedSizeTypeNode' ? undefined : facts.sizeOf(type);
            if (size === undefined) return false;
            if (size > 0) draft.spans.push({ end: draft.place + size, start: draft.place });
            draft.place += size;
            draft.size += size;
            return true;
        }
    }
}
