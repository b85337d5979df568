import type { DefinedTypeNode, TypeNode } from '@codama/nodes';

import type { FindType } from '../constants';
import { findEndless } from '../recursion';
import { isWrapper } from '../types';
import { locate, programOf, type CheckContext } from './context';
import { error } from './finding';

/** No type holds itself without an end, and no list or option is of what can't be told from nothing. */
export function checkRecursion({ graph, programs, report, typesOf, visits }: CheckContext): void {
    const endless = findEndless(graph);
    for (const { node: program, path } of programs) {
        for (const { node, path: typePath } of locate(program.definedTypes, `${path}.definedTypes`)) {
            if (!graph.recursive.has(node)) continue;
            if (endless.has(node)) {
                report(
                    error({
                        rule: 'endless-type',
                        path: typePath,
                        message: `Every value of type "${node.name}" would hold another one, without an end.`,
                        fix: 'Put an option or a list (an optionTypeNode that is not fixed, a prefixed array) where it holds itself, as the program does.',
                    }),
                );
            } else if (isNameOfItself(node, typesOf(program).findType)) {
                report(
                    error({
                        rule: 'unsupported',
                        path: typePath,
                        message: `Type "${node.name}" holds itself without being a struct, a tuple, an enum or a list, which no TypeScript type can.`,
                        fix: 'Make it a struct with that as its field: it takes the same bytes.',
                    }),
                );
            }
        }
    }
    // A type without an end would be walked through without one.
    if (endless.size > 0) return;
    for (const visit of visits) {
        const { node, path } = visit;
        const items =
            node.kind === 'remainderOptionTypeNode' || node.kind === 'zeroableOptionTypeNode'
                ? [node.item]
                : node.kind === 'arrayTypeNode' || node.kind === 'setTypeNode'
                  ? node.count.kind === 'remainderCountNode' && [node.item]
                  : node.kind === 'mapTypeNode' && node.count.kind === 'remainderCountNode' && [node.key, node.value];
        if (!items) continue;
        const program = programOf(visit);
        if (program === undefined || !items.every(typesOf(program).isEmpty)) continue;
        report(
            error({
                rule: 'unsupported',
                path,
                message: 'What it holds takes no bytes, so that nothing tells whether there is any, or how many.',
                fix: 'Give it a prefix (an optionTypeNode, a prefixedCountNode), or describe the bytes of what it holds.',
            }),
        );
    }
}

/** Whether a type is only another name for what it holds, and that another name for the type, with nothing between them. */
function isNameOfItself(type: DefinedTypeNode, findType: FindType): boolean {
    const seen = new Set<DefinedTypeNode>();
    for (let at: DefinedTypeNode | undefined = type; at !== undefined;) {
        if (seen.has(at)) return true;
        seen.add(at);
        const inner = unwrap(at.type);
        at = inner.kind === 'definedTypeLinkNode' ? findType(inner) : undefined;
    }
    return false;
}

/** What is in a type that adds only bytes, or that there may be none. */
function unwrap(type: TypeNode): TypeNode {
    let inner = type;
    while (
        isWrapper(inner) ||
        inner.kind === 'optionTypeNode' ||
        inner.kind === 'remainderOptionTypeNode' ||
        inner.kind === 'zeroableOptionTypeNode'
    ) {
        inner = 'item' in inner ? inner.item : inner.type;
    }
    return inner;
}
