import type { DefinedTypeNode, EnumTypeNode, StructFieldTypeNode, TypeNode } from '@codama/nodes';

import type { FindType } from '../constants';
import { isWrapper } from '../types';
import { getPayload, type Interner } from '../wire';

/** What a type is in the client, and what its values mean to people. */
export type Code = Readonly<{
    /** A number that types have in common when TypeScript takes one for the other, to give and to read. */
    idOf: (type: TypeNode) => number;
    /** A number for what the numbers in a type mean: amounts with their decimals, points in time; {@link Code.nothing} for none. */
    unitsOf: (type: TypeNode) => number;
    nothing: number;
}>;

export type CodeContext = Readonly<{
    interner: Interner;
    findType: FindType;
    /** A number that a type has in common with its counterpart of the other IDL. */
    identityOf: (type: DefinedTypeNode) => number;
    isRecursive: (type: DefinedTypeNode) => boolean;
    /** What is known of a type that is declared, computed once. */
    ofDefined: (type: DefinedTypeNode) => { code: number; units: number };
}>;

/** A type that is one of its own in TypeScript, and not that of what is in it. */
type WrittenType =
    | Exclude<TypeNode, { kind: 'definedTypeLinkNode' } | { number: unknown } | { type: unknown }>
    | Extract<TypeNode, { kind: 'solAmountTypeNode' }>;

/** What the types of a program are in TypeScript. */
export function createCode({ findType, identityOf, interner, isRecursive, ofDefined }: CodeContext): Code {
    const known = new WeakMap<TypeNode, number>();
    const knownUnits = new WeakMap<TypeNode, number>();
    const nothing = interner.intern('units: none');
    const idOf = (type: TypeNode): number => remember(known, type, () => identify(type));
    const unitsOf = (type: TypeNode): number => remember(knownUnits, type, () => identifyUnits(type));
    return { idOf, nothing, unitsOf };

    function identify(type: TypeNode): number {
        if (isWrapper(type)) return idOf(type.type);
        switch (type.kind) {
            case 'amountTypeNode':
            case 'dateTimeTypeNode':
                return idOf(type.number as TypeNode);
            case 'definedTypeLinkNode': {
                const found = findType(type);
                if (found === undefined) return interner.intern(`code: missing ${type.name}`);
                // TypeScript tells enums apart by their declaration, and other types by what is in them.
                const isDeclared = isRecursive(found) || isScalarEnum(found.type);
                return isDeclared ? interner.intern(`code: declared ${identityOf(found)}`) : ofDefined(found).code;
            }
            default:
                return interner.intern(`code: ${write(type)}`);
        }
    }

    function write(type: WrittenType): string {
        switch (type.kind) {
            case 'arrayTypeNode':
                return `Array<${idOf(type.item)}>`;
            case 'booleanTypeNode':
                return 'boolean';
            case 'bytesTypeNode':
                return 'bytes';
            case 'enumTypeNode': {
                const isScalar = isScalarEnum(type);
                return type.variants
                    .map(variant =>
                        isScalar ? variant.name : `${variant.name} ${variant.kind} ${idOf(getPayload(variant))}`,
                    )
                    .sort()
                    .join(' | ');
            }
            case 'mapTypeNode':
                return `Map<${idOf(type.key)}, ${idOf(type.value)}>`;
            case 'numberTypeNode':
                return /^[iu](64|128)$/.test(type.format) ? 'bigint' : 'number';
            case 'optionTypeNode':
            case 'remainderOptionTypeNode':
            case 'zeroableOptionTypeNode':
                return `Option<${idOf(type.item)}>`;
            case 'publicKeyTypeNode':
                return 'Address';
            case 'setTypeNode':
                return `Set<${idOf(type.item)}>`;
            case 'solAmountTypeNode':
                return 'Lamports';
            case 'stringTypeNode':
                return 'string';
            case 'structTypeNode':
                return `{ ${type.fields.map(writeField).sort().join('; ')} }`;
            case 'tupleTypeNode':
                return `[${type.items.map(idOf).join(', ')}]`;
        }
    }

    function writeField({ defaultValue, defaultValueStrategy, name, type }: StructFieldTypeNode): string {
        const how = defaultValue === undefined ? 'given' : (defaultValueStrategy ?? 'optional');
        return `${name} ${how}: ${idOf(type)}`;
    }

    function identifyUnits(type: TypeNode): number {
        switch (type.kind) {
            case 'amountTypeNode':
                return interner.intern(`units: ${type.decimals} decimals of ${type.unit ?? ''}`);
            case 'dateTimeTypeNode':
                return interner.intern('units: time');
            case 'definedTypeLinkNode': {
                const found = findType(type);
                return found === undefined || isRecursive(found) ? nothing : ofDefined(found).units;
            }
            default: {
                const inner = getInnerTypes(type).map(unitsOf);
                // A wrapper has those of what is in it.
                if (inner.every(units => units === nothing)) return nothing;
                return inner.length === 1 ? inner[0]! : interner.intern(`units: ${inner.join(' ')}`);
            }
        }
    }
}

/** Whether a type is an enum of which no variant holds anything: a number with names. */
export function isScalarEnum(type: TypeNode): type is EnumTypeNode {
    return type.kind === 'enumTypeNode' && type.variants.every(({ kind }) => kind === 'enumEmptyVariantTypeNode');
}

/** The types that a type holds as values, what only counts or selects left out. */
export function getInnerTypes(type: TypeNode): readonly TypeNode[] {
    if (isWrapper(type)) return [type.type];
    switch (type.kind) {
        case 'arrayTypeNode':
        case 'optionTypeNode':
        case 'remainderOptionTypeNode':
        case 'setTypeNode':
        case 'zeroableOptionTypeNode':
            return [type.item];
        case 'enumTypeNode':
            return type.variants.map(getPayload);
        case 'mapTypeNode':
            return [type.key, type.value];
        case 'structTypeNode':
            return type.fields.map(({ type }) => type);
        case 'tupleTypeNode':
            return type.items;
        default:
            return [];
    }
}

function remember<T>(known: WeakMap<TypeNode, T>, type: TypeNode, make: () => T): T {
    const found = known.get(type);
    if (found !== undefined) return found;
    const made = make();
    known.set(type, made);
    return made;
}
