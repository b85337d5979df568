import { camelCase, pascalCase } from '@codama/nodes';
import { address, createNoopSigner, getAddressDecoder, lamports, type Address } from '@solana/kit';

import type { Random } from './random';

// Values of the types of an IDL, as the rendered functions take them.

type Json = Record<string, unknown>;
/** Finds the type of a link. */
export type Find = (name: string) => Json | undefined;

export function makeAddress({ below }: Random): Address {
    return address(getAddressDecoder().decode(Uint8Array.from({ length: 32 }, () => below(256))));
}

/** A value of a type; `undefined` when none is tried, since it would be endless or does not fit its size. */
export function makeValue(type: Json, random: Random, find: Find, depth = 0): unknown {
    const { below, chance, pick } = random;
    const inner = (of: unknown) => makeValue(of as Json, random, find, depth + 1);
    const isDeep = depth > 12;
    const count = (of: Json) => (of['kind'] === 'fixedCountNode' ? (of['value'] as number) : isDeep ? 0 : below(3));
    const items = (of: Json, make: () => unknown) => Array.from({ length: count(of) }, make);
    switch (type['kind']) {
        case 'amountTypeNode':
        case 'dateTimeTypeNode':
        case 'fixedSizeTypeNode':
        case 'hiddenPrefixTypeNode':
        case 'hiddenSuffixTypeNode':
        case 'postOffsetTypeNode':
        case 'preOffsetTypeNode':
        case 'sentinelTypeNode':
        case 'sizePrefixTypeNode':
            return type['kind'] === 'fixedSizeTypeNode' && (type['type'] as Json)['kind'] === 'bytesTypeNode'
                ? Uint8Array.from({ length: type['size'] as number }, () => below(256))
                : inner(type['type'] ?? type['number']);
        case 'arrayTypeNode':
            return items(type['count'] as Json, () => inner(type['item']));
        case 'booleanTypeNode':
            return chance(0.5);
        case 'bytesTypeNode':
            return Uint8Array.from([1, 2]);
        case 'definedTypeLinkNode':
            return inner(find(type['name'] as string));
        case 'enumTypeNode': {
            const variants = type['variants'] as Json[];
            if (variants.every(({ kind }) => kind === 'enumEmptyVariantTypeNode')) {
                const index = below(variants.length);
                return variants[index]!['discriminator'] ?? index;
            }
            // The first that can end.
            const variant = isDeep
                ? (variants.find(({ kind }) => kind === 'enumEmptyVariantTypeNode') ?? variants[0]!)
                : pick(variants);
            const kind = { __kind: pascalCase(variant['name'] as string) };
            if (variant['kind'] === 'enumEmptyVariantTypeNode') return kind;
            return variant['kind'] === 'enumStructVariantTypeNode'
                ? { ...kind, ...(inner(variant['struct']) as object) }
                : { ...kind, fields: inner(variant['tuple']) };
        }
        case 'mapTypeNode':
            return new Map(
                distinct(count(type['count'] as Json), () => inner(type['key'])).map(key => [
                    key,
                    inner(type['value']),
                ]),
            );
        case 'numberTypeNode': {
            const format = type['format'] as string;
            const amount = format.startsWith('f') ? below(9) / 2 : below(100);
            return /64|128/.test(format) && !format.startsWith('f') ? BigInt(amount) : amount;
        }
        case 'optionTypeNode':
        case 'remainderOptionTypeNode':
        case 'zeroableOptionTypeNode':
            return isDeep || chance(0.4) ? null : inner(type['item']);
        case 'publicKeyTypeNode':
            return makeAddress(random);
        case 'setTypeNode':
            return new Set(distinct(count(type['count'] as Json), () => inner(type['item'])));
        case 'solAmountTypeNode':
            return lamports(BigInt(below(100)));
        case 'stringTypeNode':
            // What the other encodings have, text has as well.
            return pick(type['encoding'] === 'utf8' ? ['', 'a', 'hé'] : ['', 'abcd', '1234']);
        case 'structTypeNode':
            return makeStruct(type['fields'] as Json[], random, find, depth + 1);
        case 'tupleTypeNode':
            return (type['items'] as Json[]).map(inner);
        default:
            throw new Error(`No value of a ${String(type['kind'])}`);
    }
}

function distinct(count: number, make: () => unknown): unknown[] {
    const made = new Set<unknown>();
    while (made.size < count) made.add(make());
    return [...made];
}

/** A value for each field that can be given; now and then those with a default are left out. */
export function makeStruct(fields: readonly Json[], random: Random, find: Find, depth = 0): Record<string, unknown> {
    return Object.fromEntries(
        fields.flatMap(field => {
            // A value of the surroundings is left to the caller.
            const { defaultValue } = field as { defaultValue?: Json };
            const hasDefault = defaultValue !== undefined && defaultValue['kind'] !== 'injectedValueNode';
            if (hasDefault && (field['defaultValueStrategy'] === 'omitted' || random.chance(0.5))) return [];
            return [[camelCase(field['name'] as string), makeValue(field['type'] as Json, random, find, depth)]];
        }),
    );
}

export const makeSigner = (random: Random) => createNoopSigner(makeAddress(random));
