import type { DefinedTypeNode, EnumTypeNode, StructFieldTypeNode, TypeNode } from '@codama/nodes';

import { toComparable } from '../compare';
import { transformNodes } from '../nodes';
import { relateDefaults } from './defaults';
import { describeType, tellApart } from '../describe';
import { getInnerTypes } from './code';
import type { Side, Sides } from './side';
import { getPayload, type Place } from '../wire';

/** What it means to put one type, or one default, in the place of another; from nothing to the worst. */
export const RELATIONS = ['same', 'compatible', 'types', 'wire'] as const;
export type Relation = (typeof RELATIONS)[number];

/** The worst of several. */
export function worst(relations: readonly Relation[]): Relation {
    return relations.reduce((a, b) => (RELATIONS.indexOf(a) < RELATIONS.indexOf(b) ? b : a), RELATIONS[0]!);
}

/** Deeper than this, types that have other counterparts are not walked through: they are compared where they are declared. */
const MAX_LINKS = 200;

/**
 * How two types differ: in bytes, in the types of the client, in what their numbers mean. A link is what it leads to; one
 * to a type and one to its counterpart are the same, for those are compared where they are declared.
 */
export function relateTypes(before: TypeNode, after: TypeNode, sides: Sides): Relation {
    if (write(before, sides.old) === write(after, sides.new)) return 'same';
    const bytes = relateBytes(before, after, sides);
    if (bytes === 'wire') return 'wire';
    const [oldUnits, newUnits] = [sides.old.code.unitsOf(before), sides.new.code.unitsOf(after)];
    const isNothing = oldUnits === sides.old.code.nothing || newUnits === sides.new.code.nothing;
    return worst([
        bytes,
        sides.old.code.idOf(before) === sides.new.code.idOf(after) ? 'same' : 'types',
        oldUnits === newUnits ? 'same' : isNothing ? 'compatible' : 'types',
        relateValues(before, after, sides),
    ]);
}

/** A type as it stands in the file, types that are declared as what they have in common with their counterparts. */
function write(type: TypeNode, { findType, identityOf }: Side): string {
    return toComparable(
        transformNodes(type, node => {
            const found = node.kind === 'definedTypeLinkNode' ? findType(node) : undefined;
            return found === undefined ? node : { declared: identityOf(found) };
        }),
    );
}

function isCounterpart(before: TypeNode, after: TypeNode, sides: Sides): boolean {
    if (before.kind !== 'definedTypeLinkNode' || after.kind !== 'definedTypeLinkNode') return false;
    const [oldType, newType] = [sides.old.findType(before), sides.new.findType(after)];
    return (
        oldType !== undefined &&
        newType !== undefined &&
        sides.old.identityOf(oldType) === sides.new.identityOf(newType)
    );
}

/**
 * How two types differ in the bytes that old values take: one that has more variants takes the same, and only new ones are
 * others.
 */
function relateBytes(before: TypeNode, after: TypeNode, sides: Sides, links = 0): Relation {
    const [{ wire: oldWire }, { wire: newWire }] = [sides.old, sides.new];
    if (oldWire.idOf(before) === newWire.idOf(after) || isCounterpart(before, after, sides)) return 'same';
    const [oldType, oldLinks] = follow(before, sides.old);
    const [newType, newLinks] = follow(after, sides.new);
    const depth = links + Math.max(oldLinks, newLinks);
    if (depth > MAX_LINKS) return 'wire';
    const inner = (one: TypeNode, other: TypeNode) => relateBytes(one, other, sides, depth);
    if (oldType.kind === 'enumTypeNode' && newType.kind === 'enumTypeNode') {
        if (!isSameSize(oldType, newType, sides)) return 'wire';
        const payloads = new Map(
            newType.variants.map((variant, index) => [valueOf(variant, index), getPayload(variant)]),
        );
        return worst(
            oldType.variants.map((variant, index) => {
                const payload = payloads.get(valueOf(variant, index));
                return payload === undefined ? 'wire' : worst(['types', inner(getPayload(variant), payload)]);
            }),
        );
    }
    const [oldTypes, newTypes] = [getInnerTypes(oldType), getInnerTypes(newType)];
    if (oldTypes.length === 0 || oldTypes.length !== newTypes.length || writeShell(oldType) !== writeShell(newType)) {
        return 'wire';
    }
    return worst(oldTypes.map((type, index) => inner(type, newTypes[index]!)));
}

/** Whether two enums write the numbers of the old variants alike. */
export function isSameSize(before: EnumTypeNode, after: EnumTypeNode, sides: Sides): boolean {
    const variants = before.variants.map((variant, index): EnumTypeNode['variants'][number] => ({
        discriminator: valueOf(variant, index),
        kind: 'enumEmptyVariantTypeNode',
        name: variant.name,
    }));
    return sides.old.wire.idOf({ ...before, variants }) === sides.new.wire.idOf({ ...after, variants });
}

const valueOf = ({ discriminator }: EnumTypeNode['variants'][number], index: number) => discriminator ?? index;

const INNER: ReadonlySet<string> = new Set(['fields', 'item', 'items', 'key', 'type', 'value']);

/** A type without those in it. */
function writeShell(type: TypeNode): string {
    return toComparable(Object.fromEntries(Object.entries(type).filter(([attribute]) => !INNER.has(attribute))));
}

const KNOWN = new WeakMap<Sides, Map<TypeNode, Map<TypeNode, Relation>>>();

/** What types of the same bytes may still differ in: the values that names stand for in enums, and defaults. */
function relateValues(before: TypeNode, after: TypeNode, sides: Sides, links = 0): Relation {
    if (isCounterpart(before, after, sides) || sides.old.wire.sizeOf(before) === 0) return 'same';
    const [oldType, oldLinks] = follow(before, sides.old);
    const [newType, newLinks] = follow(after, sides.new);
    const depth = links + Math.max(oldLinks, newLinks);
    if (depth > MAX_LINKS) return 'types';
    const all = KNOWN.get(sides) ?? new Map<TypeNode, Map<TypeNode, Relation>>();
    KNOWN.set(sides, all);
    const known = all.get(oldType) ?? new Map<TypeNode, Relation>();
    all.set(oldType, known);
    const found = known.get(newType);
    if (found !== undefined) return found;
    // Types that hold themselves are the same unless something else tells them apart.
    known.set(newType, 'same');
    const relation = relateInner(oldType, newType, sides, depth);
    known.set(newType, relation);
    return relation;
}

function relateInner(before: TypeNode, after: TypeNode, sides: Sides, links: number): Relation {
    const inner = (one: TypeNode, other: TypeNode) => relateValues(one, other, sides, links);
    if (before.kind === 'enumTypeNode' && after.kind === 'enumTypeNode') {
        const variants = new Map(before.variants.map((variant, index) => [variant.name as string, { index, variant }]));
        const values = new Set(after.variants.map(valueOf));
        if (!before.variants.every((variant, index) => values.has(valueOf(variant, index)))) return 'wire';
        return worst(
            after.variants.map((variant, index) => {
                const old = variants.get(variant.name);
                if (old === undefined) return 'same';
                const isSame = valueOf(old.variant, old.index) === valueOf(variant, index);
                return isSame ? inner(getPayload(old.variant), getPayload(variant)) : 'wire';
            }),
        );
    }
    if (before.kind === 'structTypeNode' && after.kind === 'structTypeNode') {
        const fields = new Map(before.fields.map(field => [field.name as string, field]));
        if (!haveSamePlaces(before.fields, after.fields, sides)) return 'wire';
        return worst(
            after.fields.flatMap(field => {
                const old = fields.get(field.name);
                return old === undefined ? [] : [relateDefaults(old, field, sides), inner(old.type, field.type)];
            }),
        );
    }
    const [oldTypes, newTypes] = [getInnerTypes(before), getInnerTypes(after)];
    if (oldTypes.length !== newTypes.length) return 'same';
    return worst(oldTypes.map((type, index) => inner(type, newTypes[index]!)));
}

/** Whether what both structs have stands at the same places; what takes no bytes may stand anywhere. */
function haveSamePlaces(
    before: readonly StructFieldTypeNode[],
    after: readonly StructFieldTypeNode[],
    sides: Sides,
): boolean {
    const place = (fields: readonly StructFieldTypeNode[], { wire }: Side) => {
        let at: Place = { bytes: 0, parts: 0 };
        return fields.flatMap(({ name, type }) => {
            const start = at;
            at = wire.behind(at, type);
            return wire.sizeOf(type) === 0 ? [] : [[name as string, start] as const];
        });
    };
    const places = new Map(place(before, sides.old));
    return place(after, sides.new).every(([name, { bytes, parts }]) => {
        const old = places.get(name);
        return old === undefined || (old.bytes === bytes && old.parts === parts);
    });
}

/** What a type is that may be a link, and through how many links. */
function follow(type: TypeNode, side: Side): readonly [type: TypeNode, links: number] {
    const seen = new Set<DefinedTypeNode>();
    let at = type;
    while (at.kind === 'definedTypeLinkNode') {
        const found = side.findType(at);
        if (found === undefined || seen.has(found)) break;
        seen.add(found);
        at = found.type;
    }
    return [at, seen.size];
}

/** Two types in words that differ. */
export function tellTypesApart(
    before: TypeNode,
    after: TypeNode,
    sides: Sides,
): Readonly<{ old: string; new: string }> {
    const lead = (side: Side) => (link: Parameters<Side['findType']>[0]) => {
        const found = side.findType(link);
        return found === undefined ? link.name : `${link.name} (${describeType(found.type, 'all')})`;
    };
    return tellApart(
        () => [describeType(before), describeType(after)],
        () => [describeType(before, 'all'), describeType(after, 'all')],
        () => [describeType(before, 'all', lead(sides.old)), describeType(after, 'all', lead(sides.new))],
        () => [toComparable(before), toComparable(after)],
    );
}
