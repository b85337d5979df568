import type { EnumTypeNode, StructTypeNode, StructValueNode, TupleTypeNode, TypeNode, ValueNode } from '@codama/nodes';

import { findByName } from '../by-name';
import { encodeConstant, type FindType } from '../constants';
import { nameType } from '../describe';
import type { TypeFacts } from '../type-facts';
import { isOption, isWrapper } from '../types';
import { describeMisfit } from './numbers';

/** What is wrong with a value for a type: where inside of the value, and what; `undefined` when it fits. */
export type Misfit = Readonly<{ path: string; message: string }>;

/** Whether a value can be written as a type, and is what the rendered function takes for it. */
export function findMisfit(type: TypeNode, value: ValueNode, findType: FindType): Misfit | undefined {
    // What a type of its own says is an amount of SOL is rendered as one; what stands in place as the number it is given.
    let depth = 0;
    const fit = (type: TypeNode, value: ValueNode, path: string): Misfit | undefined => {
        const wrong = (): Misfit => ({
            message: `${describeValue(value)} stands here for ${describeKind(type)}.`,
            path,
        });
        const each = (items: readonly ValueNode[], types: (index: number) => TypeNode | undefined, name: string) =>
            firstOf(items, (item, index) => {
                const itemType = types(index);
                return itemType && fit(itemType, item, `${path}.${name}[${index}]`);
            });
        // What only says where or how long something is.
        if (isWrapper(type)) return fit(type.type, value, path);
        switch (type.kind) {
            case 'solAmountTypeNode':
                return depth > 0 ? wrong() : fit(type.number, value, path);
            case 'amountTypeNode':
            case 'dateTimeTypeNode':
                return fit(type.number, value, path);
            case 'definedTypeLinkNode': {
                const found = findType(type)?.type;
                if (found === undefined) return undefined;
                depth++;
                const misfit =
                    found.kind === 'enumTypeNode' ? fitEnum(found, type.name, value, path) : fit(found, value, path);
                depth--;
                return misfit;
            }
            case 'enumTypeNode':
                return fitEnum(type, undefined, value, path);
        }
        switch (value.kind) {
            case 'arrayValueNode':
                if (type.kind !== 'arrayTypeNode') return wrong();
                if (type.count.kind === 'fixedCountNode' && type.count.value !== value.items.length) {
                    return { message: `${value.items.length} items stand here for ${type.count.value}.`, path };
                }
                return each(value.items, () => type.item, 'items');
            case 'booleanValueNode':
                return type.kind === 'booleanTypeNode' ? undefined : wrong();
            case 'bytesValueNode':
                if (type.kind !== 'bytesTypeNode') return wrong();
                return encodeConstant(type, value, findType)
                    ? undefined
                    : { message: `"${value.data}" is no ${value.encoding}.`, path };
            case 'constantValueNode':
                return type.kind === 'bytesTypeNode' ? undefined : wrong();
            case 'enumValueNode':
                // The value of an enum without fields is a number.
                return type.kind === 'numberTypeNode' && isScalar(findType(value.enum)?.type) ? undefined : wrong();
            case 'injectedValueNode':
                return undefined;
            case 'mapValueNode':
                if (type.kind !== 'mapTypeNode') return wrong();
                return firstOf(value.entries, (entry, index) => {
                    const entryPath = `${path}.entries[${index}]`;
                    return (
                        fit(type.key, entry.key, `${entryPath}.key`) ??
                        fit(type.value, entry.value, `${entryPath}.value`)
                    );
                });
            case 'noneValueNode':
                return isOption(type) ? undefined : wrong();
            case 'numberValueNode': {
                const message = describeMisfit(type, value);
                return message === undefined ? undefined : { message, path };
            }
            case 'publicKeyValueNode':
                return type.kind === 'publicKeyTypeNode' ? undefined : wrong();
            case 'setValueNode':
                return type.kind === 'setTypeNode' ? each(value.items, () => type.item, 'items') : wrong();
            case 'someValueNode':
                return isOption(type) ? fit(type.item, value.value, `${path}.value`) : wrong();
            case 'stringValueNode':
                if (type.kind !== 'stringTypeNode') return wrong();
                return encodeConstant(type, value, findType)
                    ? undefined
                    : { message: `"${value.string}" is no ${type.encoding}.`, path };
            case 'structValueNode':
                return type.kind === 'structTypeNode' ? fitStruct(type, value, path) : wrong();
            case 'tupleValueNode':
                if (type.kind !== 'tupleTypeNode') return wrong();
                return fitTuple(type, value.items, path);
        }
    };

    const fitStruct = (type: StructTypeNode, { fields }: StructValueNode, path: string): Misfit | undefined => {
        const missing = type.fields.find(
            ({ defaultValue, name }) => !defaultValue && findByName(fields, name) === undefined,
        );
        if (missing) return { message: `No value stands here for the field "${missing.name}".`, path };
        return firstOf(fields, (field, index) => {
            const own = findByName(type.fields, field.name);
            const fieldPath = `${path}.fields[${index}]`;
            const isTaken = own && !(own.defaultValue && own.defaultValueStrategy === 'omitted');
            if (!isTaken) return { message: `The struct takes no field "${field.name}".`, path: fieldPath };
            return fit(own.type, field.value, `${fieldPath}.value`);
        });
    };
    const fitTuple = (type: TupleTypeNode, items: readonly ValueNode[], path: string): Misfit | undefined =>
        items.length === type.items.length
            ? firstOf(items, (item, index) => fit(type.items[index]!, item, `${path}.items[${index}]`))
            : { message: `${items.length} items stand here for ${type.items.length}.`, path };
    const fitEnum = (
        type: EnumTypeNode,
        name: string | undefined,
        value: ValueNode,
        path: string,
    ): Misfit | undefined => {
        const called = name === undefined ? 'an enum without a name of its own' : `the enum "${name}"`;
        const wrong: Misfit = { message: `${describeValue(value)} stands here for ${called}.`, path };
        if (value.kind === 'injectedValueNode') return undefined;
        if (value.kind === 'numberValueNode' && isScalar(type)) {
            const numbers = type.variants.map(({ discriminator }, index) => discriminator ?? index);
            return numbers.includes(value.number) ? undefined : wrong;
        }
        if (value.kind !== 'enumValueNode' || value.enum.name !== name) return wrong;
        const variant = findByName(type.variants, value.variant);
        const given = value.value;
        if (variant?.kind === 'enumStructVariantTypeNode') {
            if (given?.kind !== 'structValueNode')
                return { message: `Variant "${value.variant}" has fields, for which no value stands here.`, path };
            return fit(variant.struct, given, `${path}.value`);
        }
        if (variant?.kind === 'enumTupleVariantTypeNode') {
            if (given?.kind !== 'tupleValueNode')
                return { message: `Variant "${value.variant}" has fields, for which no value stands here.`, path };
            return fit(variant.tuple, given, `${path}.value`);
        }
        return given === undefined
            ? undefined
            : { message: `Variant "${value.variant}" has no fields to give a value to.`, path };
    };

    return fit(type, value, '');
}

/** Whether the bytes of a constant are as many as those of what it stands for. */
export function hasSizeOf(
    type: TypeNode,
    constant: { type: TypeNode; value: ValueNode },
    { findType, sizeOf }: TypeFacts,
): boolean {
    const size = sizeOf(type);
    return size !== undefined && encodeConstant(constant.type, constant.value, findType)?.length === size;
}

function isScalar(type: TypeNode | undefined): boolean {
    return type?.kind === 'enumTypeNode' && type.variants.every(({ kind }) => kind === 'enumEmptyVariantTypeNode');
}

function firstOf<T>(items: readonly T[], find: (item: T, index: number) => Misfit | undefined): Misfit | undefined {
    for (const [index, item] of items.entries()) {
        const found = find(item, index);
        if (found) return found;
    }
    return undefined;
}

const KINDS: Readonly<Partial<Record<ValueNode['kind'], string>>> = {
    arrayValueNode: 'A list',
    booleanValueNode: 'A boolean',
    bytesValueNode: 'Bytes',
    constantValueNode: 'An encoded constant',
    enumValueNode: 'A variant of an enum',
    mapValueNode: 'A map',
    noneValueNode: 'Nothing',
    numberValueNode: 'A number',
    publicKeyValueNode: 'An address',
    setValueNode: 'A set',
    someValueNode: 'The value of an option',
    stringValueNode: 'A string',
    structValueNode: 'A struct',
    tupleValueNode: 'A tuple',
};

function describeValue({ kind }: ValueNode): string {
    return KINDS[kind] ?? `A ${kind}`;
}

function describeKind(type: TypeNode): string {
    return `a ${type.kind} (${nameType(type)})`;
}
