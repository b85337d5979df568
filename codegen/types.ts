import type { DefinedTypeNode, StructFieldTypeNode, TypeNode } from '@codama/nodes';

import type { FindType } from './constants';

/** The kinds of types that only add sizes, offsets and constants to another. */
export const WRAPPERS = [
    'fixedSizeTypeNode',
    'hiddenPrefixTypeNode',
    'hiddenSuffixTypeNode',
    'postOffsetTypeNode',
    'preOffsetTypeNode',
    'sentinelTypeNode',
    'sizePrefixTypeNode',
] as const;

/** Whether a type only adds sizes, offsets and constants to another, its `type`. */
export function isWrapper<TNode extends { readonly kind: string }>(
    node: TNode,
): node is Extract<TNode, { kind: (typeof WRAPPERS)[number] }> {
    return (WRAPPERS as readonly string[]).includes(node.kind);
}

/** The fields of a type that is a struct, a link to one, or one inside of types that only add sizes and offsets. */
export function getFields(type: TypeNode, findType: FindType): readonly StructFieldTypeNode[] | undefined {
    const seen = new Set<TypeNode>();
    let at: TypeNode | undefined = type;
    // A type that is nothing but a link to itself has no fields.
    while (at !== undefined && !seen.has(at)) {
        seen.add(at);
        if (at.kind === 'structTypeNode') return at.fields;
        if (at.kind === 'definedTypeLinkNode') at = findType(at)?.type;
        else at = isWrapper(at) ? at.type : undefined;
    }
    return undefined;
}

/** What a value of a type is, without what only says where or how long it is, what a number means, or what it is called. */
export function resolveType(type: TypeNode, findType: FindType, links: readonly DefinedTypeNode[] = []): TypeNode {
    if (isWrapper(type)) return resolveType(type.type, findType, links);
    if (type.kind === 'amountTypeNode' || type.kind === 'dateTimeTypeNode') {
        return resolveType(type.number, findType, links);
    }
    if (type.kind !== 'definedTypeLinkNode') return type;
    const found = findType(type);
    // An enum is told from others by its declaration.
    if (found === undefined || links.includes(found) || found.type.kind === 'enumTypeNode') return type;
    return resolveType(found.type, findType, [...links, found]);
}

/** Whether a value of a type may be nothing. */
export function isOption(
    type: TypeNode,
): type is Extract<TypeNode, { item: TypeNode; kind: `${string}ptionTypeNode` }> {
    return (
        type.kind === 'optionTypeNode' ||
        type.kind === 'remainderOptionTypeNode' ||
        type.kind === 'zeroableOptionTypeNode'
    );
}
