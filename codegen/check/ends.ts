import type { DefinedTypeLinkNode, TypeNode } from '@codama/nodes';

import { isEmptyType } from '../empty';
import { joinPath } from '../nodes';
import { foldTypes } from '../type-graph';
import { locate, programOf, type CheckContext, type Located } from './context';
import { error } from './finding';

/**
 * Where a value of a type ends: known by itself; wherever the data does, if there is one at all (an optional at the end);
 * or wherever the data does, so that nothing can stand behind it.
 */
type End = 'known' | 'optional' | 'open';

/** The end of what may be one or the other. */
const latest = (a: End, b: End): End => (a === 'open' || b === 'open' ? 'open' : a === 'optional' ? a : b);

/** What takes all bytes up to the end has nothing behind it, and what is put in a size fits in it. */
export function checkEnds({ graph, report, typesOf, visits }: CheckContext): void {
    // Of a type that holds itself the end is told by what is beside it.
    const facts = foldTypes(graph, getFacts, { end: 'known', isEmpty: false });
    for (const visit of visits) {
        const { node, path } = visit;
        const program = programOf(visit);
        if (program === undefined) continue;
        const { isEmpty, sizeOf } = typesOf(program);
        const endOf = (type: TypeNode) => facts(type, program).end;
        const wrong = (path: string, message: string, fix: string) =>
            report(error({ rule: 'unsupported', path, message, fix }));
        const checkSequence = (types: readonly Located<{ type: TypeNode; what: string }>[]) => {
            const filled = types.filter(({ node }) => !isEmpty(node.type));
            for (const [index, { node, path }] of filled.entries()) {
                const end = endOf(node.type);
                const behind = filled[index + 1]?.node;
                if (end === 'known' || behind === undefined) continue;
                if (
                    end === 'optional' &&
                    filled.slice(index + 1).every(({ node }) => node.type.kind === 'remainderOptionTypeNode')
                )
                    continue;
                wrong(
                    path,
                    `${node.what} goes on to the end of the data, so that ${behind.what}, which stands behind it, could not be read.`,
                    'Put it at the end, or say how long it is: a sizePrefixTypeNode, a fixedSizeTypeNode, a prefixedCountNode.',
                );
                return;
            }
        };
        switch (node.kind) {
            case 'instructionNode':
            case 'structTypeNode': {
                const [list, attribute] =
                    node.kind === 'structTypeNode' ? [node.fields, 'fields'] : [node.arguments, 'arguments'];
                checkSequence(
                    locate(list as readonly { name: string; type: TypeNode }[], joinPath(path, attribute)).map(
                        ({ node, path }) => ({
                            node: { type: node.type, what: `"${node.name}"` },
                            path,
                        }),
                    ),
                );
                break;
            }
            case 'tupleTypeNode':
                checkSequence(
                    locate(node.items, `${path}.items`).map(({ node, path }, index) => ({
                        node: { type: node, what: `item ${index + 1}` },
                        path,
                    })),
                );
                break;
            case 'arrayTypeNode':
            case 'mapTypeNode':
            case 'setTypeNode': {
                const items = node.kind === 'mapTypeNode' ? ([node.key, node.value] as const) : ([node.item] as const);
                const isOne = node.count.kind === 'fixedCountNode' && node.count.value <= 1;
                const attribute = node.kind === 'mapTypeNode' ? 'value' : 'item';
                if (!isOne && items.some(item => endOf(item) !== 'known')) {
                    wrong(
                        `${path}.${attribute}`,
                        'Each goes on to the end of the data, so that a second one could not be read.',
                        'Say how long it is: a sizePrefixTypeNode, a fixedSizeTypeNode, a prefixedCountNode.',
                    );
                }
                break;
            }
            case 'hiddenSuffixTypeNode':
            case 'postOffsetTypeNode': {
                const hasMore =
                    node.kind === 'hiddenSuffixTypeNode'
                        ? node.suffix.length > 0
                        : node.strategy === 'padded' && node.offset > 0;
                if (hasMore && endOf(node.type) !== 'known') {
                    wrong(
                        `${path}.type`,
                        'It goes on to the end of the data, so that the bytes behind it could not be told from it.',
                        'Say how long it is: a sizePrefixTypeNode, a fixedSizeTypeNode, a prefixedCountNode.',
                    );
                }
                break;
            }
            case 'fixedSizeTypeNode': {
                const size = sizeOf(node.type);
                if (size !== undefined && size > node.size) {
                    wrong(
                        `${path}.size`,
                        `${size} bytes are put in ${node.size} here, so that the last ones would be lost.`,
                        'Correct the size.',
                    );
                }
                break;
            }
        }
    }
}

/** The end of a type, which does not depend on what is in it that takes no bytes. */
type Facts = Readonly<{ end: End; isEmpty: boolean }>;

function getFacts(type: TypeNode, ofLink: (link: DefinedTypeLinkNode) => Facts): Facts {
    const isEmpty = (type: TypeNode) => isEmptyType(type, link => ofLink(link).isEmpty);
    return { end: getEnd(type, link => ofLink(link).end, isEmpty), isEmpty: isEmpty(type) };
}

function getEnd(
    type: TypeNode,
    endOfLink: (link: DefinedTypeLinkNode) => End,
    isEmpty: (type: TypeNode) => boolean,
): End {
    const endOf = (type: TypeNode) => getEnd(type, endOfLink, isEmpty);
    const ofAll = (types: readonly TypeNode[]) =>
        types.filter(type => !isEmpty(type)).reduce<End>((end, type) => latest(end, endOf(type)), 'known');
    switch (type.kind) {
        case 'arrayTypeNode':
        case 'setTypeNode':
            if (type.count.kind === 'remainderCountNode') return 'open';
            return type.count.kind === 'fixedCountNode' && type.count.value === 1 ? endOf(type.item) : 'known';
        case 'bytesTypeNode':
        case 'stringTypeNode':
            return 'open';
        case 'definedTypeLinkNode':
            return endOfLink(type);
        case 'enumTypeNode':
            return type.variants.reduce<End>((end, variant) => {
                if (variant.kind === 'enumStructVariantTypeNode') return latest(end, endOf(variant.struct));
                return variant.kind === 'enumTupleVariantTypeNode' ? latest(end, endOf(variant.tuple)) : end;
            }, 'known');
        case 'hiddenPrefixTypeNode':
        case 'hiddenSuffixTypeNode':
            return endOf(type.type);
        case 'mapTypeNode':
            return type.count.kind === 'remainderCountNode' ? 'open' : 'known';
        case 'optionTypeNode':
        case 'zeroableOptionTypeNode':
            return endOf(type.item);
        // What moves to another place says by that where it ends.
        case 'postOffsetTypeNode':
        case 'preOffsetTypeNode':
            return type.strategy === 'padded' ? endOf(type.type) : 'known';
        case 'remainderOptionTypeNode':
            return endOf(type.item) === 'open' ? 'open' : 'optional';
        case 'structTypeNode':
            return ofAll(type.fields.map(({ type }) => type));
        case 'tupleTypeNode':
            return ofAll(type.items);
        default:
            return 'known';
    }
}
