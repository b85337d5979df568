import type { DefinedTypeNode, EnumTypeNode, TypeNode } from '@codama/nodes';

import { toComparable } from '../compare';
import { describeType, describeWire } from '../types';
import { match } from './align';
import type { AddChange } from './change';
import { compareFields } from './fields';
import type { Sides } from './side';

/** Compares a defined type of both IDLs. */
export function compareTypes(before: DefinedTypeNode, after: DefinedTypeNode, sides: Sides, add: AddChange): void {
    if (before.name !== after.name) {
        add(
            'type-renamed',
            'types',
            `\`${before.name}\` is now called \`${after.name}\`.`,
            'Code that names it does not compile; the bytes are the same.',
        );
    }
    compareTypeNodes(before.type, after.type, sides, add);
}

/** Compares what two types are made of. */
export function compareTypeNodes(before: TypeNode, after: TypeNode, sides: Sides, add: AddChange): void {
    if (before.kind === 'structTypeNode' && after.kind === 'structTypeNode') {
        compareFields(before.fields, after.fields, { of: 'struct' }, sides, add);
    } else if (before.kind === 'enumTypeNode' && after.kind === 'enumTypeNode') {
        compareEnums(before, after, add);
    } else if (before.kind === 'hiddenPrefixTypeNode' && after.kind === 'hiddenPrefixTypeNode') {
        if (toComparable(before.prefix) !== toComparable(after.prefix)) {
            add('type-retyped', 'wire', 'It starts with other hidden bytes.', 'Data with the old ones is refused.');
        }
        compareTypeNodes(before.type, after.type, sides, add);
    } else if (toComparable(before) !== toComparable(after)) {
        const isSameWire = describeWire(before, sides.old.findType) === describeWire(after, sides.new.findType);
        add(
            'type-retyped',
            isSameWire ? 'types' : 'wire',
            `Is ${describeType(after)} instead of ${describeType(before)}.`,
            isSameWire
                ? 'Code that gives or reads it does not compile; the bytes are the same.'
                : 'Data that was made with the old type is refused or misread.',
        );
    }
}

function compareEnums(before: EnumTypeNode, after: EnumTypeNode, add: AddChange): void {
    const [oldSize, newSize] = [before.size as TypeNode, after.size as TypeNode];
    if (describeType(oldSize) !== describeType(newSize)) {
        add(
            'type-retyped',
            'wire',
            `Its values are written as ${describeType(newSize)} instead of ${describeType(oldSize)}.`,
            'Data that was made with the old type is refused or misread.',
        );
    }
    const valued = ({ variants }: EnumTypeNode) =>
        variants.map((variant, index) => ({ name: variant.name, value: variant.discriminator ?? index, variant }));
    for (const { new: newVariant, old: oldVariant } of match(
        valued(before),
        valued(after),
        ({ value }) => `${value}`,
    )) {
        if (oldVariant === undefined) {
            add(
                'variant-added',
                'types',
                `Variant \`${newVariant!.name}\` = ${newVariant!.value} added.`,
                'A switch over the variants is not complete any more, and the old client refuses the value.',
            );
        } else if (newVariant === undefined) {
            add(
                'variant-removed',
                'wire',
                `Variant \`${oldVariant.name}\` = ${oldVariant.value} removed.`,
                'The new client refuses the value, and code that names the variant does not compile.',
            );
        } else {
            if (oldVariant.name !== newVariant.name) {
                add(
                    'variant-renamed',
                    'types',
                    `Variant ${newVariant.value}, \`${oldVariant.name}\`, is now called \`${newVariant.name}\`.`,
                    'Code that names it does not compile; the value is the same.',
                );
            }
            if (oldVariant.value !== newVariant.value) {
                add(
                    'variant-renumbered',
                    'wire',
                    `Variant \`${newVariant.name}\` is ${newVariant.value} instead of ${oldVariant.value}.`,
                    'The old client reads and writes another variant.',
                );
            }
            const payload = ({ variant }: typeof oldVariant) =>
                toComparable({ ...variant, discriminator: 0, name: '' });
            if (payload(oldVariant) !== payload(newVariant)) {
                add(
                    'variant-changed',
                    'wire',
                    `Variant \`${newVariant.name}\` holds other fields.`,
                    'Data that was made with the old fields is refused or misread.',
                );
            }
        }
    }
}
