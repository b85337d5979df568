import { pascalCase, type DefinedTypeNode, type Node, type RootNode, type TypeNode } from '@codama/nodes';

import { mapPrograms, transformNodes } from '../nodes';
import { isWrapper } from '../types';
import { createFreeNames } from './free-names';

/**
 * Gives each enum that is written out in place a type of its own, called after where it stands (the field `state` of
 * `drawer` is a `drawerState`): the renderer can only declare one under a name.
 *
 * And so each struct inside of another type that has defaults: the renderer gives a field that is called like a discriminator
 * of the whole the value of that, and the compiler can't tell what such a struct is made from.
 */
export function liftTypes(root: RootNode): RootNode {
    const programs = [root.program, ...root.additionalPrograms];
    const toFreeName = createFreeNames(programs);
    return mapPrograms(root, program => {
        const lifted: DefinedTypeNode[] = [];
        const withLinks = transformNodes(program, (inner, above) => {
            if (!isLifted(inner, above)) return inner;
            const name = toFreeName(getPlaceName([...above, inner]));
            lifted.push({ docs: [], kind: 'definedTypeNode', name, type: inner } as object as DefinedTypeNode);
            return { kind: 'definedTypeLinkNode', name };
        });
        return { ...withLinks, definedTypes: [...withLinks.definedTypes, ...lifted] };
    });
}

function isLifted(node: Node, above: readonly Node[]): node is TypeNode & Node {
    const parent = above.at(-1);
    // The constants of a program are rendered as values, without types.
    if (parent === undefined || above.some(({ kind }) => kind === 'constantNode')) return false;
    if (node.kind === 'enumTypeNode') return parent.kind !== 'definedTypeNode';
    if (node.kind !== 'structTypeNode' || !isInside(above)) return false;
    return node.fields.some(({ defaultValue }) => defaultValue !== undefined);
}

/** Whether a struct stands inside of another type, and is not the whole of one, nor what a variant or an account holds. */
function isInside(above: readonly Node[]): boolean {
    const holder = above.filter(node => !isWrapper(node)).at(-1)!.kind;
    if (holder === 'accountNode' || holder === 'enumStructVariantTypeNode') return false;
    return above.at(-1)!.kind !== 'definedTypeNode';
}

/** A name for what stands at a place: the names on the way to it. */
function getPlaceName(nodes: readonly Node[]): string {
    const names = nodes
        .filter(node => node.kind !== 'programNode' && 'name' in node)
        .map(node => (node as { name: string }).name);
    const name = names.map((name, index) => (index === 0 ? name : pascalCase(name))).join('');
    // What is not below a name of its own would take the one of the type that it stands in.
    const isNamed = names.length > 1;
    return isNamed ? name : `${name}${nodes.at(-1)!.kind === 'enumTypeNode' ? 'Enum' : 'Struct'}`;
}
