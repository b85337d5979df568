import type { DefinedTypeNode, EnumTypeNode, TypeNode } from '@codama/nodes';

import { match } from './align';
import type { AddChange, ChangeKind } from './change';
import { describeType, tellApart } from '../describe';
import { compareFields, RETYPED, type Layout } from './fields';
import { isSameSize, relateTypes, tellTypesApart } from './relation';
import type { Side, Sides } from './side';
import { withSameBytes } from './written';
import { getPayload } from '../wire';

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
    if (before.kind === 'enumTypeNode' && after.kind === 'enumTypeNode') return compareEnums(before, after, sides, add);
    const [oldCore, newCore] = [unwrap(before), unwrap(after)];
    if (oldCore.kind === 'structTypeNode' && newCore.kind === 'structTypeNode') {
        const tell = withSameBytes(before, after, sides, add);
        const start = compareShells(before, after, 'type-retyped', sides, tell);
        compareFields(oldCore.fields, newCore.fields, { of: 'struct', start }, sides, tell);
        return;
    }
    const relation = relateTypes(before, after, sides);
    if (relation === 'same') return;
    const words = tellTypesApart(before, after, sides);
    add('type-retyped', relation, `Is ${words.new} instead of ${words.old}.`, RETYPED[relation]);
}

/**
 * Compares what is around two structs: hidden bytes, sizes, offsets.
 *
 * @returns Where the fields start.
 */
export function compareShells(
    before: TypeNode,
    after: TypeNode,
    kind: ChangeKind,
    sides: Sides,
    add: AddChange,
): NonNullable<Layout['start']> {
    const shells = { new: emptied(after), old: emptied(before) };
    const isOther = (one: TypeNode, other: TypeNode) => sides.old.wire.idOf(one) !== sides.new.wire.idOf(other);
    // A size around fields that have it anyway changes nothing.
    if (isOther(before, after) && isOther(shells.old, shells.new)) {
        const words = tellApart(() => [describeType(shells.old, 'all'), describeType(shells.new, 'all')]);
        add(
            kind,
            'wire',
            `What is around its fields: ${words.new} instead of ${words.old}.`,
            'Data that was made with the old one is refused or misread.',
        );
    }
    return { new: startOf(after, sides.new), old: startOf(before, sides.old) };
}

type Wrapper = Extract<TypeNode, { type: unknown }>;

const isWrapper = (type: TypeNode): type is Wrapper => 'type' in type;

/** The type inside of those that only add hidden bytes, sizes and offsets. */
function unwrap(type: TypeNode): TypeNode {
    return isWrapper(type) ? unwrap(type.type) : type;
}

/** The types around a struct, with a struct in them that has no fields. */
function emptied(type: TypeNode): TypeNode {
    return isWrapper(type)
        ? ({ ...type, type: emptied(type.type) } as TypeNode)
        : { fields: [], kind: 'structTypeNode' };
}

/** How many bytes come before the fields of a struct; `undefined` when that cannot be told. */
function startOf(type: TypeNode, side: Side): number | undefined {
    if (!isWrapper(type)) return 0;
    const inner = startOf(type.type, side);
    const sizeOf = (type: TypeNode) => side.wire.sizeOf(type);
    const before =
        type.kind === 'hiddenPrefixTypeNode'
            ? sizeOf({ ...type, type: { fields: [], kind: 'structTypeNode' } })
            : type.kind === 'sizePrefixTypeNode'
              ? sizeOf(type.prefix as TypeNode)
              : type.kind === 'preOffsetTypeNode'
                ? undefined
                : 0;
    return inner === undefined || before === undefined ? undefined : inner + before;
}

function compareEnums(before: EnumTypeNode, after: EnumTypeNode, sides: Sides, add: AddChange): void {
    if (!isSameSize(before, after, sides)) {
        const [oldSize, newSize] = [before.size as TypeNode, after.size as TypeNode];
        const words = tellTypesApart(oldSize, newSize, sides);
        add(
            'type-retyped',
            'wire',
            `Its values are written as ${words.new} instead of ${words.old}.`,
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
            comparePayloads(oldVariant.variant, newVariant.variant, sides, add);
        }
    }
}

type Variant = EnumTypeNode['variants'][number];

function comparePayloads(before: Variant, after: Variant, sides: Sides, add: AddChange): void {
    const [oldPayload, newPayload] = [getPayload(before), getPayload(after)];
    const found = relateTypes(oldPayload, newPayload, sides);
    const relation = found === 'same' && before.kind !== after.kind ? 'types' : found;
    if (relation === 'same') return;
    const words = tellTypesApart(oldPayload, newPayload, sides);
    add(
        'variant-changed',
        relation,
        `Variant \`${after.name}\` holds other fields.`,
        `It holds ${words.new} instead of ${words.old}. ${
            relation === 'wire' ? 'Data that was made with the old fields is refused or misread.' : RETYPED[relation]
        }`,
    );
}
