import type { InstructionArgumentNode, StructFieldTypeNode, TypeNode } from '@codama/nodes';

import { toComparable } from '../compare';
import { describeType, describeWire, getSize } from '../types';
import { align, type Alignment } from './align';
import type { AddChange, ChangeKind } from './change';
import { count, type Side, type Sides } from './side';

/** A field of a struct, or an argument of an instruction: what has a place in a layout. */
type Field = Pick<InstructionArgumentNode | StructFieldTypeNode, 'name' | 'type'> & {
    defaultValue?: unknown;
    defaultValueStrategy?: 'omitted' | 'optional';
};

/** In what the fields are. */
export type Layout =
    | {
          of: 'argument' | 'struct';
          /** Bytes before the first field. */
          start?: number;
      }
    | {
          /** Data that is read by its offsets, and where bytes may follow that a reader ignores. */
          of: 'account';
          start?: number;
      };

const KINDS: Record<
    'argument' | 'field',
    Record<'added' | 'default' | 'moved' | 'removed' | 'renamed' | 'retyped', ChangeKind>
> = {
    argument: {
        added: 'argument-added',
        default: 'argument-default',
        moved: 'argument-moved',
        removed: 'argument-removed',
        renamed: 'argument-renamed',
        retyped: 'argument-retyped',
    },
    field: {
        added: 'field-added',
        default: 'field-default',
        moved: 'field-moved',
        removed: 'field-removed',
        renamed: 'field-renamed',
        retyped: 'field-retyped',
    },
};

type Placed = { field: Field; name: string; offset: number | undefined };

/** Compares two lists of fields that follow each other in bytes. */
export function compareFields(
    before: readonly Field[],
    after: readonly Field[],
    layout: Layout,
    sides: Sides,
    add: AddChange,
): void {
    const kinds = KINDS[layout.of === 'argument' ? 'argument' : 'field'];
    const noun = layout.of === 'argument' ? 'Argument' : 'Field';
    const wire = (type: TypeNode, side: Side) => describeWire(type, side.findType);
    const isSame = (a: Placed, b: Placed) =>
        toComparable({ ...a.field, name: '' }) === toComparable({ ...b.field, name: '' });
    const alignment = align(place(before, sides.old, layout), place(after, sides.new, layout), isSame);

    for (const [index, item] of alignment.entries()) {
        if (item.how === 'added') {
            const { field, name, offset } = item.new;
            const isLast = alignment.slice(index + 1).every(({ how }) => how === 'added' || how === 'removed');
            const what = `${noun} \`${name}\`, ${describeType(field.type)}, ${isLast ? 'added at the end' : 'inserted'}${at(offset)}.`;
            if (layout.of === 'account' && isLast) {
                add(
                    kinds.added,
                    'types',
                    what,
                    'What was read before stays where it was; code that makes such data has to give the field.',
                );
            } else {
                add(kinds.added, 'wire', what, 'Data that was made without it is refused or misread.');
            }
        } else if (item.how === 'removed') {
            add(
                kinds.removed,
                'wire',
                `${noun} \`${item.old.name}\`, ${describeType(item.old.field.type)}, removed${at(item.old.offset)}.`,
                'Data that was made with it is refused or misread, and code that names it does not compile.',
            );
        } else {
            comparePair(item);
        }
    }
    reportOffsets(alignment, noun.toLowerCase(), add);

    function comparePair({
        how,
        new: after,
        old: before,
    }: Extract<Alignment<Placed>, { old: Placed; new: Placed }>): void {
        if (how === 'moved') {
            add(
                kinds.moved,
                'wire',
                `${noun} \`${after.name}\` moved${describeMove(before.offset, after.offset)} among the others.`,
                'Data that was made in the old order is misread.',
            );
        }
        if (how === 'renamed') {
            add(
                kinds.renamed,
                'types',
                `${noun} \`${before.name}\` is now called \`${after.name}\`.`,
                'Code that names it does not compile; the bytes are the same.',
            );
        }
        const [oldType, newType] = [before.field.type, after.field.type];
        if (toComparable(oldType) !== toComparable(newType)) {
            const isSameWire = wire(oldType, sides.old) === wire(newType, sides.new);
            add(
                kinds.retyped,
                isSameWire ? 'types' : 'wire',
                `${noun} \`${after.name}\` is ${describeType(newType)} instead of ${describeType(oldType)}.`,
                isSameWire
                    ? 'Code that gives or reads it does not compile; the bytes are the same.'
                    : 'Data that was made with the old type is refused or misread.',
            );
        }
        compareDefaults(before.field, after.field);
    }

    function compareDefaults(before: Field, after: Field): void {
        if (toComparable(before.defaultValue) === toComparable(after.defaultValue)) {
            if (before.defaultValue === undefined || isFixed(before) === isFixed(after)) return;
        }
        const name = `${noun} \`${after.name}\``;
        if (before.defaultValue === undefined) {
            if (isFixed(after)) {
                add(kinds.default, 'types', `${name} now has a fixed value.`, 'Code that gives it does not compile.');
            } else {
                add(kinds.default, 'compatible', `${name} now has a default.`, 'It need not be given any more.');
            }
        } else if (after.defaultValue === undefined) {
            add(
                kinds.default,
                'types',
                `${name} has no default any more.`,
                'Code that does not give it does not compile.',
            );
        } else if (isFixed(before) !== isFixed(after)) {
            const what = isFixed(after) ? 'cannot be given any more' : 'can now be given';
            add(
                kinds.default,
                isFixed(after) ? 'types' : 'compatible',
                `${name} ${what}.`,
                isFixed(after) ? 'Code that gives it does not compile.' : 'Code that does not give it goes on working.',
            );
        } else {
            add(
                kinds.default,
                'wire',
                `${name} has another default.`,
                'Where it is not given, other bytes are written.',
            );
        }
    }
}

/** What stays in its place among the others, but at another offset: one change for the whole layout. */
function reportOffsets(alignment: readonly Alignment<Placed>[], noun: string, add: AddChange): void {
    const shifted = alignment.flatMap(item =>
        (item.how === 'kept' || item.how === 'renamed') &&
        item.old.offset !== undefined &&
        item.new.offset !== undefined &&
        item.old.offset !== item.new.offset
            ? [`\`${item.new.name}\` ${item.old.offset} → ${item.new.offset}`]
            : [],
    );
    if (shifted.length === 0) return;
    add(
        'offset-moved',
        'wire',
        `${count(shifted.length, noun)} at another offset: ${shifted.join(', ')}.`,
        'Whoever reads or writes bytes by offset, or with the old client, reads and writes the wrong ones.',
    );
}

function place(fields: readonly Field[], side: Side, { start = 0 }: Layout): Placed[] {
    let offset: number | undefined = start;
    return fields.map(field => {
        const placed = { field, name: field.name, offset };
        const size = getSize(field.type, side.findType);
        offset = offset === undefined || size === undefined ? undefined : offset + size;
        return placed;
    });
}

const isFixed = ({ defaultValueStrategy }: Field) => defaultValueStrategy === 'omitted';
const at = (offset: number | undefined) => (offset === undefined ? '' : ` (byte ${offset})`);
const describeMove = (before: number | undefined, after: number | undefined) =>
    before === undefined || after === undefined ? '' : ` from byte ${before} to ${after}`;
