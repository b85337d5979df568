import type { DefinedTypeLinkNode, DefinedTypeNode, TypeNode } from '@codama/nodes';

import type { TypeGraph } from './type-graph';
import { isWrapper } from './types';

/** The types of which no value has an end: each holds itself, or another one of them, in all of its values. */
export function findEndless({ find, order, ownerOf }: TypeGraph): ReadonlySet<DefinedTypeNode> {
    const endless = new Set(order);
    // In order all but those that hold themselves are told at once.
    for (let before = Infinity; before > endless.size;) {
        before = endless.size;
        for (const type of [...endless]) {
            const canEnd = (link: DefinedTypeLinkNode) => {
                const found = find(link, ownerOf(type));
                return found === undefined || !endless.has(found);
            };
            if (hasEnd(type.type, canEnd)) endless.delete(type);
        }
    }
    return endless;
}

function hasEnd(type: TypeNode, canEnd: (link: DefinedTypeLinkNode) => boolean): boolean {
    const ends = (type: TypeNode) => hasEnd(type, canEnd);
    const isCounted = (count: { kind: string; value?: number }) => count.kind === 'fixedCountNode' && count.value !== 0;
    if (isWrapper(type)) return ends(type.type);
    switch (type.kind) {
        case 'arrayTypeNode':
        case 'setTypeNode':
            return !isCounted(type.count) || ends(type.item);
        case 'definedTypeLinkNode':
            return canEnd(type);
        case 'enumTypeNode':
            return (
                type.variants.length === 0 ||
                type.variants.some(variant => {
                    if (variant.kind === 'enumStructVariantTypeNode') return ends(variant.struct);
                    return variant.kind === 'enumTupleVariantTypeNode' ? ends(variant.tuple) : true;
                })
            );
        case 'mapTypeNode':
            return !isCounted(type.count) || (ends(type.key) && ends(type.value));
        // An option of a fixed size holds its item even when it is none.
        case 'optionTypeNode':
            return !type.fixed || ends(type.item);
        case 'structTypeNode':
            return type.fields.every(({ type }) => ends(type));
        case 'tupleTypeNode':
            return type.items.every(ends);
        case 'zeroableOptionTypeNode':
            return ends(type.item);
        default:
            return true;
    }
}
