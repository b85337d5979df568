import { bytesOf, constant, fixedBytes, key, number, value, type Json, type Names, type Random } from './random';

/** Makes types, and values for them, for an IDL; the defined types are made first. */
export function createTypes({ below, chance, pick }: Random, { many, nameOf, named, namedOrOne }: Names) {
    const types = [...new Set(many(5, nameOf))];
    const enums = new Map<string, string[]>();

    const makeNumber = () =>
        number(
            pick(['u8', 'u8', 'u16', 'u32', 'u64', 'u128', 'i8', 'i64', 'f32', 'f64', 'shortU16']),
            pick(['le', 'le', 'le', 'be']),
        );
    const makePrefix = (usual = 'u8') =>
        chance(0.7) ? number(usual) : number(pick(['u16', 'u64', 'shortU16', 'u32']), pick(['le', 'be']));
    const makeCount = () =>
        pick([
            { kind: 'fixedCountNode', value: below(4) },
            { kind: 'prefixedCountNode', prefix: makePrefix('u32') },
            { kind: 'prefixedCountNode', prefix: makePrefix('u32') },
            ...(chance(0.15) ? [{ kind: 'remainderCountNode' }] : []),
        ]);
    const makeType = (depth: number): Json => {
        const inner = () => makeType(depth - 1);
        const simple = [
            makeNumber,
            makeNumber,
            () => ({ kind: 'publicKeyTypeNode' }),
            () => ({ kind: 'booleanTypeNode', size: makePrefix() }),
            () => fixedBytes(below(5)),
            () => ({
                kind: 'sizePrefixTypeNode',
                prefix: makePrefix('u32'),
                type: { encoding: 'utf8', kind: 'stringTypeNode' },
            }),
            () => ({ kind: 'solAmountTypeNode', number: number('u64') }),
            () => ({ decimals: 6, kind: 'amountTypeNode', number: number('u64') }),
            () => ({ kind: 'dateTimeTypeNode', number: number('i64') }),
            () => ({
                kind: 'sentinelTypeNode',
                sentinel: constant('ff'),
                type: { encoding: 'utf8', kind: 'stringTypeNode' },
            }),
            () => ({ kind: 'sizePrefixTypeNode', prefix: makePrefix('u32'), type: { kind: 'bytesTypeNode' } }),
            ...(chance(0.1) ? [() => ({ kind: 'bytesTypeNode' })] : []),
            ...(types.length > 0 ? [makeLink, makeLink] : []),
        ];
        if (depth <= 0) return pick(simple)();
        return pick<() => Json>([
            ...simple,
            () => ({ fixed: chance(0.2), item: inner(), kind: 'optionTypeNode', prefix: makePrefix() }),
            () => ({ count: makeCount(), item: inner(), kind: 'arrayTypeNode' }),
            () => ({
                count: makeCount(),
                item: pick<Json>([number('u32'), number('u64'), { kind: 'publicKeyTypeNode' }]),
                kind: 'setTypeNode',
            }),
            () => ({
                count: makeCount(),
                key: pick([number('u8'), { kind: 'publicKeyTypeNode' }]),
                kind: 'mapTypeNode',
                value: inner(),
            }),
            () => ({ items: many(3, inner), kind: 'tupleTypeNode' }),
            () => makeStruct(depth - 1),
            () => makeEnum(depth - 1),
            () => ({ kind: 'hiddenPrefixTypeNode', prefix: many(2, () => constant('0a0b')), type: inner() }),
            () => ({ kind: 'hiddenSuffixTypeNode', suffix: [constant('0c')], type: inner() }),
            () => ({
                kind: 'fixedSizeTypeNode',
                size: 40,
                type: pick([{ kind: 'publicKeyTypeNode' }, { encoding: 'utf8', kind: 'stringTypeNode' }, makeNumber()]),
            }),
            () => ({
                item: pick([{ kind: 'publicKeyTypeNode' }, number('u64'), inner()]),
                kind: 'zeroableOptionTypeNode',
            }),
            () => ({ kind: 'postOffsetTypeNode', offset: below(3), strategy: 'padded', type: inner() }),
            () => ({ kind: 'preOffsetTypeNode', offset: below(3), strategy: 'padded', type: inner() }),
            ...(chance(0.3) ? [() => ({ item: inner(), kind: 'remainderOptionTypeNode' })] : []),
        ])();
    };
    /** The types that are there already; one that comes later, or the type itself, is a link in a circle. */
    let known: string[] = [];
    const makeLink = () => ({
        kind: 'definedTypeLinkNode',
        name: chance(0.005) ? 'nowhere' : known.length === 0 || chance(0.07) ? pick(types) : pick(known),
    });
    const makeEnum = (depth: number): Json => {
        const isScalar = chance(0.6);
        const variants = namedOrOne(4, name => {
            if (isScalar || chance(0.3)) return { kind: 'enumEmptyVariantTypeNode', name };
            return chance(0.5)
                ? { kind: 'enumStructVariantTypeNode', name, struct: makeStruct(depth) }
                : {
                      kind: 'enumTupleVariantTypeNode',
                      name,
                      tuple: { items: [makeType(depth), ...many(1, () => makeType(depth))], kind: 'tupleTypeNode' },
                  };
        });
        if (isScalar && chance(0.3)) variants.forEach((variant, index) => (variant['discriminator'] = index * 3 + 1));
        return { kind: 'enumTypeNode', size: makePrefix(), variants };
    };
    /** A default for a type, mostly one that fits. */
    const makeValue = (type: Json): Json | undefined => {
        if (chance(0.04))
            return pick<Json>([
                value(1),
                { boolean: true, kind: 'booleanValueNode' },
                key,
                { kind: 'noneValueNode' },
                { kind: 'stringValueNode', string: 'x' },
                { key: 'wallet', kind: 'injectedValueNode' },
            ]);
        switch (type['kind']) {
            case 'numberTypeNode':
                return value(below(3));
            case 'booleanTypeNode':
                return { boolean: chance(0.5), kind: 'booleanValueNode' };
            case 'publicKeyTypeNode':
                return key;
            case 'sizePrefixTypeNode':
                return { kind: 'stringValueNode', string: pick(['', 'a', "it's `${x}`"]) };
            case 'optionTypeNode':
            case 'remainderOptionTypeNode':
            case 'zeroableOptionTypeNode': {
                const inner = chance(0.5) ? makeValue(type['item'] as Json) : undefined;
                return inner ? { kind: 'someValueNode', value: inner } : { kind: 'noneValueNode' };
            }
            case 'solAmountTypeNode':
            case 'amountTypeNode':
                return value(below(3));
            case 'fixedSizeTypeNode':
                return (type['type'] as Json)['kind'] === 'bytesTypeNode'
                    ? bytesOf('00'.repeat(type['size'] as number))
                    : undefined;
            case 'arrayTypeNode':
                return (type['count'] as Json)['kind'] === 'prefixedCountNode'
                    ? { items: [], kind: 'arrayValueNode' }
                    : undefined;
            case 'definedTypeLinkNode': {
                const variants = enums.get(type['name'] as string);
                return variants && { enum: type, kind: 'enumValueNode', variant: pick(variants) };
            }
            default:
                return undefined;
        }
    };
    const withDefault = (node: Json): Json => {
        const given = chance(0.25) ? makeValue(node['type'] as Json) : undefined;
        if (given === undefined) return node;
        const strategy = pick(['omitted', 'optional', undefined]);
        return { ...node, defaultValue: given, ...(strategy && { defaultValueStrategy: strategy }) };
    };
    const makeField = (name: string, depth: number) =>
        withDefault({ kind: 'structFieldTypeNode', name, type: makeType(depth) });
    const makeStruct = (depth: number): Json => ({
        fields: named(3, name => makeField(name, depth)),
        kind: 'structTypeNode',
    });

    const definedTypes = types.map(name => {
        const type = pick([makeStruct, makeStruct, makeEnum, makeType])(2);
        const variants = type['kind'] === 'enumTypeNode' ? (type['variants'] as Json[]) : [];
        if (variants.length > 0 && variants.every(({ kind }) => kind === 'enumEmptyVariantTypeNode')) {
            enums.set(
                name,
                variants.map(({ name }) => name as string),
            );
        }
        known = [...known, name];
        return { docs: chance(0.2) ? ['A type */ of `docs`.'] : [], kind: 'definedTypeNode', name, type };
    });
    return { definedTypes, makeField, makeStruct, makeType, makeValue, withDefault };
}
