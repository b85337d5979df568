import type { StructFieldTypeNode, StructTypeNode, TypeNode } from '@codama/nodes';

import type { Sequence } from '../wire';
import type { AddChange, ChangeKind } from './change';
import { encodeFixed } from './defaults';
import type { Side, Sides } from './side';

/** A type that leads on through more others has no end. */
const MAX_LINKS = 100;
const NOTHING: StructTypeNode = { fields: [], kind: 'structTypeNode' };

/** What becomes of a field that always has the same bytes, once they are hidden ones, and of what is around the fields then. */
const TOLD_OF_BYTES: readonly ChangeKind[] = [
    'account-type-retyped',
    'field-added',
    'field-removed',
    'offset-moved',
    'type-retyped',
];

/**
 * The same function, for types whose data is the same bytes although they are made of something else: a field that always
 * has the same bytes in the place of hidden ones, or the other way round. What is said of bytes is true of names only then.
 */
export function withSameBytes(before: TypeNode, after: TypeNode, sides: Sides, add: AddChange): AddChange {
    if (!isWrittenAlike(before, after, sides)) return add;
    return (kind, impact, message, meaning) => {
        if (impact !== 'wire' || !TOLD_OF_BYTES.includes(kind)) return add(kind, impact, message, meaning);
        add(kind, 'types', message, 'Code that gives or reads it does not compile; the bytes are the same.');
    };
}

function isWrittenAlike(before: TypeNode, after: TypeNode, sides: Sides): boolean {
    const givable = findGivable(before, sides.old);
    if (givable === undefined || givable.join() !== findGivable(after, sides.new)?.join()) return false;
    const idOf = (type: TypeNode, side: Side) => side.wire.idOfSequence(getWritten(type, side));
    return idOf(before, sides.old) === idOf(after, sides.new);
}

/** The names of the fields that can be given, in their order; `undefined` for no struct, and for a type without an end. */
function findGivable(type: TypeNode, side: Side, links = 0): readonly string[] | undefined {
    switch (type.kind) {
        case 'definedTypeLinkNode': {
            const found = side.findType(type);
            return found && links < MAX_LINKS ? findGivable(found.type, side, links + 1) : undefined;
        }
        case 'hiddenPrefixTypeNode':
        case 'hiddenSuffixTypeNode':
            return findGivable(type.type, side, links);
        case 'structTypeNode':
            return type.fields.filter(field => getConstant(field, side) === undefined).map(({ name }) => name);
        default:
            return undefined;
    }
}

/** What a type is written as, with the bytes of fields that nobody can give. */
function getWritten(type: TypeNode, side: Side): Sequence {
    const { wire } = side;
    switch (type.kind) {
        case 'definedTypeLinkNode': {
            const found = side.findType(type);
            return found === undefined ? wire.sequenceOf(type) : getWritten(found.type, side);
        }
        case 'hiddenPrefixTypeNode':
            return wire.join([wire.sequenceOf({ ...type, type: NOTHING }), getWritten(type.type, side)]);
        case 'hiddenSuffixTypeNode':
            return wire.join([getWritten(type.type, side), wire.sequenceOf({ ...type, type: NOTHING })]);
        case 'structTypeNode':
            return wire.join(type.fields.map(field => getConstant(field, side) ?? wire.sequenceOf(field.type)));
        default:
            return wire.sequenceOf(type);
    }
}

/** The bytes of a field that always has the same ones. */
function getConstant(field: StructFieldTypeNode, side: Side): Sequence | undefined {
    if (encodeFixed(field, side) === undefined) return undefined;
    const prefix = [{ kind: 'constantValueNode' as const, type: field.type, value: field.defaultValue! }];
    return side.wire.sequenceOf({ kind: 'hiddenPrefixTypeNode', prefix, type: NOTHING });
}
