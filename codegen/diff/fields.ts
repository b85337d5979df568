import type { InstructionArgumentNode, StructFieldTypeNode } from '@codama/nodes';

import { align, type Alignment } from './align';
import type { AddChange, ChangeKind, Impact } from './change';
import { isFixed, isSameConstant, relateDefaults, tellDefaultsApart } from './defaults';
import { nameType } from '../describe';
import { relateTypes, tellTypesApart } from './relation';
import { count, listNames, type Side, type Sides } from './side';
import type { Sequence } from '../wire';

/** A field of a struct, or an argument of an instruction: what has a place in a layout. */
type Field = Pick<
    InstructionArgumentNode | StructFieldTypeNode,
    'defaultValue' | 'defaultValueStrategy' | 'name' | 'type'
>;

/** In what the fields are. */
export type Layout = Readonly<{
    /** The data of an account is read by its offsets, and bytes may follow that a reader ignores. */
    of: 'account' | 'argument' | 'struct';
    /** Bytes before the first field, in the old layout and in the new one. */
    start?: Readonly<{ old: number | undefined; new: number | undefined }>;
    /** The fields whose values are compared by whoever compares the layouts. */
    isCompared?: (name: string) => boolean;
}>;

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

/** So many fields at another offset are named. */
const MAX_SHIFTED = 20;

type Placed = { field: Field; name: string; offset: number | undefined; size: number | undefined };
type Placement = Alignment<Placed>;

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
    const keyOf = ({ field }: Placed, which: 'new' | 'old') => {
        const { code, wire } = sides[which];
        const { defaultValue, defaultValueStrategy, type } = field;
        return JSON.stringify([
            wire.idOf(type),
            code.idOf(type),
            code.unitsOf(type),
            defaultValue,
            defaultValueStrategy,
        ]);
    };
    const start = layout.start ?? { new: 0, old: 0 };
    const alignment = align(place(before, sides.old, start.old), place(after, sides.new, start.new), keyOf);
    const end = alignment.reduce((end, { how }, index) => (how === 'added' || how === 'removed' ? end : index), -1);
    const regrouped = findRegrouped(alignment, sides);
    // What takes no bytes may stand anywhere.
    const solid = (fields: readonly Field[], { wire }: Side, others: readonly Field[]) => {
        const names = new Set(others.map(({ name }) => name));
        return fields.filter(({ name, type }) => names.has(name) && wire.sizeOf(type) !== 0).map(({ name }) => name);
    };
    const isReordered = solid(before, sides.old, after).join() !== solid(after, sides.new, before).join();

    for (const [index, item] of alignment.entries()) {
        const group = regrouped.get(index);
        if (group !== undefined) reportRegrouped(group);
        else if (item.how === 'added') reportAdded(item.new, index > end);
        else if (item.how === 'removed') reportRemoved(item.old);
        else comparePair(item);
    }
    reportOffsets(alignment, noun.toLowerCase(), add);

    function reportAdded({ field, name, offset }: Placed, isLast: boolean): void {
        const what = `${noun} \`${name}\`, ${nameType(field.type)}, ${isLast ? 'added at the end' : 'inserted'}${at(offset)}.`;
        if (sides.new.wire.sizeOf(field.type) === 0) {
            add(kinds.added, 'types', what, 'It takes no bytes; code that makes such data has to give it.');
        } else if (layout.of === 'account' && isLast) {
            add(
                kinds.added,
                'types',
                what,
                'What was read before stays where it was; code that makes such data has to give the field.',
            );
        } else {
            add(kinds.added, 'wire', what, 'Data that was made without it is refused or misread.');
        }
    }

    function reportRemoved({ field, name, offset }: Placed): void {
        const isNothing = sides.old.wire.sizeOf(field.type) === 0;
        add(
            kinds.removed,
            isNothing ? 'types' : 'wire',
            `${noun} \`${name}\`, ${nameType(field.type)}, removed${at(offset)}.`,
            isNothing
                ? 'Code that names it does not compile; it took no bytes.'
                : 'Data that was made with it is refused or misread, and code that names it does not compile.',
        );
    }

    function reportRegrouped(group: readonly Placement[]): void {
        // Told once, at the first of them.
        if (group.length === 0) return;
        const gone = group.flatMap(item => (item.how === 'removed' ? [item.old.name] : []));
        const came = group.flatMap(item => (item.how === 'added' ? [item.new.name] : []));
        add(
            kinds.renamed,
            'types',
            `${noun}${gone.length === 1 ? '' : 's'} ${listNames(gone)} ${gone.length === 1 ? 'is' : 'are'} now given as ${listNames(came)}.`,
            'Code that names them does not compile; the bytes are the same.',
        );
    }

    function comparePair({ how, new: after, old: before }: Extract<Placement, { old: Placed; new: Placed }>): void {
        if (how === 'moved' && isReordered) {
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
        const found = relateTypes(before.field.type, after.field.type, sides);
        const relation = found === 'wire' && isSameConstant(before.field, after.field, sides) ? 'types' : found;
        if (relation !== 'same') {
            const words = tellTypesApart(before.field.type, after.field.type, sides);
            add(
                kinds.retyped,
                relation,
                `${noun} \`${after.name}\` is ${words.new} instead of ${words.old}.`,
                RETYPED[relation],
            );
        }
        compareDefaults(before.field, after.field);
    }

    function compareDefaults(before: Field, after: Field): void {
        const change = describeDefaultChange(before, after, sides);
        if (change?.impact === 'wire' && layout.isCompared?.(before.name) && layout.isCompared(after.name)) return;
        if (change !== undefined)
            add(kinds.default, change.impact, `${noun} \`${after.name}\` ${change.what}.`, change.meaning);
    }
}

/** What it means that a type is another. */
export const RETYPED: Readonly<Record<Impact, string>> = {
    compatible: 'The bytes and the code are the same; what the number means is said now, or no longer.',
    types: 'Code that gives or reads it does not compile, or takes it for something else; the bytes are the same.',
    wire: 'Data that was made with the old type is refused or misread.',
};

/** What became of the default of a field or an argument; `undefined` when it is the same. */
export function describeDefaultChange(
    before: Field,
    after: Field,
    sides: Sides,
): Readonly<{ impact: Impact; meaning: string; what: string }> | undefined {
    const impact = relateDefaults(before, after, sides);
    if (impact === 'same') return undefined;
    if (before.defaultValue === undefined) {
        return isFixed(after)
            ? {
                  impact,
                  meaning: 'Code that gives it does not compile; the bytes have the same places.',
                  what: 'now has a fixed value',
              }
            : { impact, meaning: 'It need not be given any more.', what: 'now has a default' };
    }
    if (after.defaultValue === undefined) {
        return { impact, meaning: 'Code that does not give it does not compile.', what: 'has no default any more' };
    }
    if (impact === 'wire') {
        const words = tellDefaultsApart(before.defaultValue, after.defaultValue);
        const meaning = `Where it is not given, other bytes are written: ${words.new} instead of ${words.old}.`;
        return { impact, meaning, what: 'has another default' };
    }
    return isFixed(after)
        ? { impact, meaning: 'Code that gives it does not compile.', what: 'cannot be given any more' }
        : { impact, meaning: 'Code that does not give it goes on working.', what: 'can now be given' };
}

/**
 * Fields that went and others that came in their place, with the same bytes: those of a struct that are now written out,
 * or the other way round. By the place of each; what is told at the first of them.
 */
function findRegrouped(alignment: readonly Placement[], sides: Sides): ReadonlyMap<number, readonly Placement[]> {
    const found = new Map<number, readonly Placement[]>();
    const isOne = (index: number) => ['added', 'removed'].includes(alignment[index]?.how ?? '');
    for (let start = 0; start < alignment.length; start++) {
        if (!isOne(start)) continue;
        let end = start;
        while (isOne(end)) end++;
        const group = alignment.slice(start, end);
        const bytes = (which: 'new' | 'old', fields: readonly Placed[]) => {
            const { wire } = sides[which];
            const sequences: Sequence[] = fields.map(({ field }) => wire.sequenceOf(field.type));
            return wire.idOfSequence(wire.join(sequences));
        };
        const gone = group.flatMap(item => (item.how === 'removed' ? [item.old] : []));
        const came = group.flatMap(item => (item.how === 'added' ? [item.new] : []));
        if (gone.length > 0 && came.length > 0 && bytes('old', gone) === bytes('new', came)) {
            for (let index = start; index < end; index++) found.set(index, index === start ? group : []);
        }
        start = end;
    }
    return found;
}

/** What stays in its place among the others, but at another offset: one change for the whole layout. */
function reportOffsets(alignment: readonly Placement[], noun: string, add: AddChange): void {
    const shifted = alignment.flatMap(item =>
        (item.how === 'kept' || item.how === 'renamed') &&
        item.old.offset !== undefined &&
        item.new.offset !== undefined &&
        item.old.offset !== item.new.offset &&
        // What takes no bytes is read and written nowhere.
        (item.old.size !== 0 || item.new.size !== 0)
            ? [`\`${item.new.name}\` ${item.old.offset} → ${item.new.offset}`]
            : [],
    );
    if (shifted.length === 0) return;
    add(
        'offset-moved',
        'wire',
        `${count(shifted.length, noun)} at another offset: ${shifted.slice(0, MAX_SHIFTED).join(', ')}${shifted.length > MAX_SHIFTED ? ', …' : ''}.`,
        'Whoever reads or writes bytes by offset, or with the old client, reads and writes the wrong ones.',
    );
}

function place(fields: readonly Field[], side: Side, start: number | undefined): Placed[] {
    let offset = start;
    return fields.map(field => {
        const size = side.wire.sizeOf(field.type);
        const placed = { field, name: field.name, offset, size };
        offset = offset === undefined || size === undefined ? undefined : offset + size;
        return placed;
    });
}

const at = (offset: number | undefined) => (offset === undefined ? '' : ` (byte ${offset})`);
const describeMove = (before: number | undefined, after: number | undefined) =>
    before === undefined || after === undefined ? '' : ` from byte ${before} to ${after}`;
