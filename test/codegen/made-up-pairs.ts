import { createRandom } from '../fixtures/seeded-random';
import type { Value } from './bytes-oracle';
import { number, type Json } from './mutate';

// Made-up IDLs, and the same with one change, for what the interface diff says of them. Whatever has a name has an "id" as
// well, which the standard does not know, and by which it is the same in both.

type Node = Record<string, unknown>;
const ADDRESSES = ['Vote111111111111111111111111111111111111111', 'Config1111111111111111111111111111111111111'];
const SIGNED = ['i8', 'i16', 'i32', 'i64', 'i128'];
const UNSIGNED = ['u8', 'u16', 'u32', 'u64', 'u128', 'shortU16'];
const PREFIXES = ['u8', 'u16', 'u32', 'u64', 'shortU16'];
const TEXT = { encoding: 'utf8', kind: 'stringTypeNode' };
const BYTES = { kind: 'bytesTypeNode' };
const ADDRESS = { kind: 'publicKeyTypeNode' };

export function createMaker(seed: string) {
    const random = createRandom(seed);
    const below = (end: number) => Math.floor(random() * end);
    const chance = (probability: number) => random() < probability;
    const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
    const times = <T>(count: number, make: (index: number) => T) =>
        Array.from({ length: count }, (_, index) => make(index));
    let ids = 0;
    const withId = (node: Node): Node => ({ ...node, id: `id${ids++}` });
    const nextName = (prefix: string) => `${prefix}${ids++}`;
    let types: Node[] = [];

    const makeNumber = () => number(pick([...SIGNED, ...UNSIGNED, 'u8', 'u64']), pick(['le', 'le', 'be']));
    const makePrefix = () => number(pick(['u8', 'u32', ...PREFIXES]), pick(['le', 'le', 'be']));
    const makeConstant = (data = pick(['61', '6162', '0000', 'ff'])): Node => {
        return { kind: 'constantValueNode', type: BYTES, value: { data, encoding: 'base16', kind: 'bytesValueNode' } };
    };
    const makeCount = () =>
        chance(0.5) ? { kind: 'fixedCountNode', value: below(4) } : { kind: 'prefixedCountNode', prefix: makePrefix() };

    function makeType(depth: number): Node {
        const leaves: (() => Node)[] = [
            makeNumber,
            makeNumber,
            () => ADDRESS,
            () => ({ kind: 'booleanTypeNode', size: makePrefix() }),
            () => ({ kind: 'fixedSizeTypeNode', size: below(5), type: BYTES }),
            () => ({
                kind: 'sizePrefixTypeNode',
                prefix: makePrefix(),
                type: { ...TEXT, encoding: pick(['utf8', 'base16', 'base58']) },
            }),
            () => ({ kind: 'sizePrefixTypeNode', prefix: makePrefix(), type: BYTES }),
            () => ({ kind: 'sentinelTypeNode', sentinel: makeConstant(pick(['ff', 'ff00'])), type: TEXT }),
            () => ({ kind: 'amountTypeNode', decimals: 6, number: number('u64') }),
            () => ({ kind: 'dateTimeTypeNode', number: number('i64') }),
            () => ({ kind: 'solAmountTypeNode', number: number('u64') }),
            ...(types.length > 0 ? [() => ({ kind: 'definedTypeLinkNode', name: pick(types)['name'] })] : []),
        ];
        if (depth === 0) return { ...pick(leaves)() };
        const inner = () => makeType(depth - 1);
        const makers: (() => Node)[] = [
            ...leaves,
            () => ({ item: inner(), kind: 'optionTypeNode', prefix: makePrefix() }),
            () => ({
                fixed: true,
                item: pick([number(pick(['u8', 'i32', 'u64'])), ADDRESS]),
                kind: 'optionTypeNode',
                prefix: number('u32'),
            }),
            () => ({ item: pick([number('u64'), ADDRESS]), kind: 'zeroableOptionTypeNode' }),
            () => ({ count: makeCount(), item: inner(), kind: 'arrayTypeNode' }),
            () => ({ items: times(1 + below(3), inner), kind: 'tupleTypeNode' }),
            () => makeStruct(depth - 1),
            () => makeEnum(depth - 1),
            () => ({ kind: 'hiddenPrefixTypeNode', prefix: [makeConstant()], type: inner() }),
            () => ({ kind: 'hiddenSuffixTypeNode', suffix: [makeConstant()], type: inner() }),
            () => ({ kind: 'postOffsetTypeNode', offset: 1 + below(2), strategy: 'padded', type: inner() }),
            () => ({ kind: 'preOffsetTypeNode', offset: 1 + below(2), strategy: 'padded', type: inner() }),
        ];
        return { ...pick(makers)() };
    }

    function makeField(depth: number, kind = 'structFieldTypeNode'): Node {
        const type = makeType(depth);
        const defaultValue = chance(0.25) ? makeDefault(type) : undefined;
        const strategy = chance(0.4) ? { defaultValueStrategy: 'omitted' } : {};
        return withId({ kind, name: nextName('at'), type, ...(defaultValue ? { defaultValue, ...strategy } : {}) });
    }
    function makeDefault(type: Node): Node | undefined {
        switch (type['kind']) {
            case 'booleanTypeNode':
                return { boolean: chance(0.5), kind: 'booleanValueNode' };
            case 'numberTypeNode':
                // A constant of varying size would give the whole a size.
                return type['format'] === 'shortU16' ? undefined : { kind: 'numberValueNode', number: below(100) };
            case 'publicKeyTypeNode':
                return { kind: 'publicKeyValueNode', publicKey: pick(ADDRESSES) };
            default:
                return undefined;
        }
    }
    function makeStruct(depth: number): Node {
        return { fields: times(1 + below(3), () => makeField(depth)), kind: 'structTypeNode' };
    }
    function makeVariant(depth: number): Node {
        const name = nextName('is');
        if (chance(0.5)) return withId({ kind: 'enumEmptyVariantTypeNode', name });
        return chance(0.5)
            ? withId({ kind: 'enumStructVariantTypeNode', name, struct: makeStruct(depth) })
            : withId({
                  kind: 'enumTupleVariantTypeNode',
                  name,
                  tuple: { items: [makeType(depth)], kind: 'tupleTypeNode' },
              });
    }
    function makeEnum(depth: number): Node {
        if (chance(0.4))
            return {
                kind: 'enumTypeNode',
                size: makePrefix(),
                variants: times(2 + below(2), () => makeVariant(depth)),
            };
        const hasNumbers = chance(0.4);
        const variants = times(2 + below(3), index =>
            withId({
                kind: 'enumEmptyVariantTypeNode',
                name: nextName('is'),
                ...(hasNumbers ? { discriminator: index * 2 + 1 } : {}),
            }),
        );
        return { kind: 'enumTypeNode', size: makePrefix(), variants };
    }

    const makeTag = (kind: string, tag: number) =>
        withId({
            defaultValue: { kind: 'numberValueNode', number: tag },
            defaultValueStrategy: 'omitted',
            kind,
            name: 'tag',
            type: number('u8'),
        });
    const makeTold = (kind: string, tag: number, more: Node): Node =>
        withId({
            discriminators: [{ kind: 'fieldDiscriminatorNode', name: 'tag', offset: 0 }],
            kind,
            name: nextName('do'),
            tag,
            ...more,
        });
    const makeData = (tag: number) => ({
        fields: [makeTag('structFieldTypeNode', tag), ...times(1 + below(3), () => makeField(2))],
        kind: 'structTypeNode',
    });
    const makeSeed = (): Node =>
        chance(0.4)
            ? withId({
                  kind: 'constantPdaSeedNode',
                  type: TEXT,
                  value: { kind: 'stringValueNode', string: pick(['a', 'ab', 'abc']) },
              })
            : withId({
                  kind: 'variablePdaSeedNode',
                  name: nextName('by'),
                  type: pick([ADDRESS, number('u64'), number('u8'), number('u16', 'be')]),
              });

    function makeIdl(): Json {
        for (let left = 1 + below(3); left > 0; left--) {
            types.push(
                withId({
                    kind: 'definedTypeNode',
                    name: nextName('type'),
                    type: pick([makeStruct, makeEnum, makeType])(2),
                }),
            );
        }
        const program = {
            accounts: times(2, index => makeTold('accountNode', index + 1, { data: makeData(index + 1) })),
            constants: [],
            definedTypes: types,
            errors: [],
            events: [makeTold('eventNode', 9, { data: makeData(9) })],
            instructions: times(2, index =>
                makeTold('instructionNode', index + 1, {
                    accounts: [],
                    arguments: [
                        makeTag('instructionArgumentNode', index + 1),
                        ...times(1 + below(3), () => makeField(2, 'instructionArgumentNode')),
                    ],
                }),
            ),
            kind: 'programNode',
            name: 'till',
            pdas: [withId({ kind: 'pdaNode', name: nextName('box'), seeds: times(2 + below(2), makeSeed) })],
            publicKey: ADDRESSES[0],
            version: '1.0.0',
        };
        // Nothing is shared between two places, and what comes later links to no type, which might hold itself then.
        types = [];
        return JSON.parse(
            JSON.stringify({ additionalPrograms: [], kind: 'rootNode', program, standard: 'codama', version: '1.0.0' }),
        ) as Json;
    }

    /** A value of a type, of all sizes. */
    function makeValue(type: Json, find: (name: string) => Json): Value {
        const inner = (of: Json | undefined) => makeValue(of!, find);
        const kind = type['kind'] as unknown as string;
        switch (kind) {
            case 'amountTypeNode':
            case 'dateTimeTypeNode':
            case 'solAmountTypeNode':
                return inner(type['number']);
            case 'arrayTypeNode': {
                const count = type['count']!;
                return times('value' in count ? Number(count['value']) : below(3), () => inner(type['item']));
            }
            case 'booleanTypeNode':
                return chance(0.5);
            case 'bytesTypeNode':
                // Longer than a single byte of a short size can say.
                return Uint8Array.from(times(chance(0.1) ? 200 : below(4), () => below(256)));
            case 'definedTypeLinkNode':
                return inner(find(type['name'] as unknown as string));
            case 'enumTypeNode': {
                const variant = pick([...type['variants']!]);
                const payload = variant['struct'] ?? variant['tuple'];
                return { [variant['id'] as unknown as string]: payload ? inner(payload) : true };
            }
            case 'fixedSizeTypeNode':
                return Uint8Array.from(times(Number(type['size']), () => below(256)));
            case 'numberTypeNode': {
                const format = type['format'] as unknown as string;
                const bits = format === 'shortU16' ? 16n : BigInt(format.slice(1));
                const [min, max] = format.startsWith('i')
                    ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]
                    : [0n, (1n << bits) - 1n];
                return pick([min, max, 1n, 2n, BigInt(below(100))]);
            }
            case 'optionTypeNode':
            case 'zeroableOptionTypeNode':
                return chance(0.4) ? null : { some: inner(type['item']) };
            case 'publicKeyTypeNode':
                return pick(ADDRESSES);
            case 'stringTypeNode':
                return pick(
                    (type['encoding'] as unknown) === 'utf8'
                        ? ['', 'a', 'héé', 'a'.repeat(200)]
                        : ['', 'abcd', '1234', '1'.repeat(200)],
                );
            case 'structTypeNode':
                return makeFields(type['fields']!, find);
            case 'tupleTypeNode':
                return [...type['items']!].map(inner);
            default:
                return inner(type['type']);
        }
    }
    function makeFields(fields: Iterable<Json>, find: (name: string) => Json): Value {
        return Object.fromEntries(
            [...fields].flatMap(field => {
                const isLeftOut =
                    'defaultValue' in field &&
                    ((field['defaultValueStrategy'] as unknown) === 'omitted' || chance(0.5));
                return isLeftOut ? [] : [[field['id'], makeValue(field['type']!, find)]];
            }),
        ) as Value;
    }

    return {
        below,
        chance,
        makeConstant,
        makeDefault,
        makeField,
        makeFields,
        makeIdl,
        makeSeed,
        makeType,
        makeValue,
        makeVariant,
        nextName,
        pick,
        withId,
    };
}

export type Maker = ReturnType<typeof createMaker>;
