import type { DefinedTypeLinkNode, Node, PdaNode, TypeNode, ValueNode } from '@codama/nodes';

import { toComparable } from './compare';
import { encodeConstant, toHex } from './constants';
import { getPayload } from './wire';

/** A link to the type that it leads to, in words. */
type DescribeLink = (link: DefinedTypeLinkNode) => string;

/** How much is said: what a person would write first, or whatever two types could differ in. */
type Detail = 'all' | 'brief';

const NO_TYPE = () => undefined;
/** Longer descriptions are cut to what is around the first difference. */
const MAX_LENGTH = 160;

/** A type in a few words, as a person would write it. */
export function describeType(
    type: TypeNode,
    detail: Detail = 'brief',
    describeLink: DescribeLink = ({ name }) => name,
): string {
    const isAll = detail === 'all';
    const describe = (type: unknown) => describeType(type as TypeNode, detail, describeLink);
    const count = (of: Extract<TypeNode, { kind: 'arrayTypeNode' }>['count']) => {
        if (of.kind === 'fixedCountNode') return `[${of.value}]`;
        return of.kind === 'remainderCountNode' ? '[…]' : `[${describe(of.prefix)} count]`;
    };
    const hidden = (constants: readonly ValueNode[]) =>
        isAll ? constants.map(constant => describeValue(constant, detail)).join(' ') || 'nothing' : 'hidden bytes';
    switch (type.kind) {
        case 'amountTypeNode': {
            const unit = isAll
                ? ` with ${type.decimals} decimals${type.unit === undefined ? '' : ` of ${type.unit}`}`
                : '';
            return `${describe(type.number)} amount${unit}`;
        }
        case 'arrayTypeNode':
            return `${describe(type.item)}${count(type.count)}`;
        case 'booleanTypeNode': {
            const size = describe(type.size);
            return size === 'u8' ? 'bool' : `bool (${size})`;
        }
        case 'bytesTypeNode':
            return 'bytes';
        case 'dateTimeTypeNode':
            return `${describe(type.number)} time`;
        case 'definedTypeLinkNode':
            return describeLink(type);
        case 'enumTypeNode': {
            const variants = type.variants.map((variant, index) => {
                if (!isAll) return variant.name;
                const payload = variant.kind === 'enumEmptyVariantTypeNode' ? '' : ` ${describe(getPayload(variant))}`;
                return `${variant.name} = ${variant.discriminator ?? index}${payload}`;
            });
            return `enum${isAll ? ` (${describe(type.size)})` : ''} of ${variants.join(', ')}`;
        }
        case 'fixedSizeTypeNode':
            return `${describe(type.type)}[${type.size}]`;
        case 'hiddenPrefixTypeNode':
            return `${describe(type.type)} after ${hidden(type.prefix)}`;
        case 'hiddenSuffixTypeNode':
            return `${describe(type.type)} before ${hidden(type.suffix)}`;
        case 'mapTypeNode':
            return `map${count(type.count)} of ${describe(type.key)} to ${describe(type.value)}`;
        case 'numberTypeNode':
            return type.endian === 'be' ? `${type.format} big-endian` : type.format;
        case 'optionTypeNode':
            return `${type.fixed ? 'fixed ' : ''}option${isAll ? ` (${describe(type.prefix)})` : ''} of ${describe(type.item)}`;
        case 'postOffsetTypeNode':
        case 'preOffsetTypeNode': {
            const how = type.kind === 'preOffsetTypeNode' ? 'before' : 'after';
            return `${describe(type.type)} at an offset of ${type.offset}${isAll ? ` (${type.strategy}, ${how} it)` : ''}`;
        }
        case 'publicKeyTypeNode':
            return 'address';
        case 'remainderOptionTypeNode':
            return `optional ${describe(type.item)} at the end`;
        case 'sentinelTypeNode':
            return `${describe(type.type)} up to ${isAll ? describeValue(type.sentinel, detail) : 'a sentinel'}`;
        case 'setTypeNode':
            return `set${count(type.count)} of ${describe(type.item)}`;
        case 'sizePrefixTypeNode':
            return `${describe(type.type)} with ${describe(type.prefix)} size`;
        case 'solAmountTypeNode':
            return `${describe(type.number)} lamports`;
        case 'stringTypeNode':
            return type.encoding === 'utf8' ? 'string' : `${type.encoding} string`;
        case 'structTypeNode': {
            const fields = type.fields.map(({ defaultValue, defaultValueStrategy, name, type }) => {
                const always = defaultValueStrategy === 'omitted' ? 'always ' : '';
                const value = isAll && defaultValue ? ` = ${always}${describeValue(defaultValue, detail)}` : '';
                return `${name}: ${describe(type)}${value}`;
            });
            return fields.length === 0 ? '{ }' : `{ ${fields.join(', ')} }`;
        }
        case 'tupleTypeNode':
            return `(${type.items.map(describe).join(', ')})`;
        case 'zeroableOptionTypeNode': {
            const zero = isAll && type.zeroValue ? ` where none is ${describeValue(type.zeroValue, detail)}` : '';
            return `zeroable ${describe(type.item)}${zero}`;
        }
    }
}

/** A value, or what a value follows from, in a few words. */
export function describeValue(value: Node, detail: Detail = 'brief'): string {
    const describe = (value: Node) => describeValue(value, detail);
    const list = (items: readonly Node[]) => items.map(describe).join(', ');
    switch (value.kind) {
        case 'accountBumpValueNode':
            return `the bump of account \`${value.name}\``;
        case 'accountFieldValueNode':
            return `field \`${String(value.path)}\` of account \`${value.account}\``;
        case 'accountValueNode':
            return `account \`${value.name}\``;
        case 'argumentValueNode':
            return `argument \`${value.name}\``;
        case 'arrayValueNode':
        case 'setValueNode':
        case 'tupleValueNode':
            return `[${list(value.items)}]`;
        case 'booleanValueNode':
            return String(value.boolean);
        case 'bytesValueNode':
        case 'constantValueNode': {
            const constant =
                value.kind === 'constantValueNode' ? value : { type: { kind: 'bytesTypeNode' } as const, value };
            const bytes = encodeConstant(constant.type, constant.value, NO_TYPE);
            if (bytes !== undefined) return `0x${toHex(bytes)}`;
            return value.kind === 'constantValueNode'
                ? `${describe(value.value)} as ${describeType(value.type, detail)}`
                : `${value.encoding} ${JSON.stringify(value.data)}`;
        }
        case 'conditionalValueNode': {
            if (detail === 'brief') return `a ${value.kind}`;
            const [condition, branches] = [describe(value.condition), [value.ifTrue, value.ifFalse]];
            const is = value.value === undefined ? 'is given' : `is ${describe(value.value)}`;
            const [yes, no] = branches.map(branch => (branch === undefined ? 'nothing' : describe(branch)));
            return `${yes} if ${condition} ${is}, else ${no}`;
        }
        case 'enumValueNode':
            return `${value.variant}${value.value === undefined ? '' : ` ${describe(value.value)}`}`;
        case 'identityValueNode':
        case 'payerValueNode':
            return `the client's ${value.kind === 'payerValueNode' ? 'payer' : 'identity'}`;
        case 'mapValueNode':
            return `{ ${value.entries.map(({ key, value }) => `${describe(key)} → ${describe(value)}`).join(', ')} }`;
        case 'noneValueNode':
            return 'none';
        case 'numberValueNode':
            return String(value.number);
        case 'pdaValueNode':
            return describePda(value, detail);
        case 'programIdValueNode':
            return 'the program itself';
        case 'programLinkNode':
            return `program \`${value.name}\``;
        case 'publicKeyValueNode':
            return value.publicKey;
        case 'someValueNode':
            return `some ${describe(value.value)}`;
        case 'stringValueNode':
            return JSON.stringify(value.string);
        case 'structValueNode':
            return `{ ${value.fields.map(({ name, value }) => `${name}: ${describe(value)}`).join(', ')} }`;
        default:
            return detail === 'brief' ? `a ${value.kind}` : toComparable(value);
    }
}

function describePda({ pda, programId, seeds }: Extract<Node, { kind: 'pdaValueNode' }>, detail: Detail): string {
    const name = `PDA \`${pda.name}\``;
    if (detail === 'brief' || pda.kind !== 'pdaNode') return name;
    const program = programId === undefined ? pda.programId : describeValue(programId, detail);
    const given = pda.seeds.map(seed => {
        if (seed.kind === 'constantPdaSeedNode') return describeSeed(seed);
        const value = seeds.find(({ name }) => name === seed.name)?.value;
        return `${describeType(seed.type, detail)} ${value === undefined ? seed.name : describeValue(value, detail)}`;
    });
    return `${name} of ${given.join(', ')}${program === undefined ? '' : `, by ${program}`}`;
}

/** A seed that is always the same. */
export function describeSeed({
    type,
    value,
}: Extract<PdaNode['seeds'][number], { kind: 'constantPdaSeedNode' }>): string {
    if (value.kind === 'stringValueNode') return JSON.stringify(value.string);
    if (value.kind === 'programIdValueNode') return 'the program itself';
    const bytes = encodeConstant(type, value, NO_TYPE);
    return bytes === undefined ? describeValue(value, 'all') : `0x${toHex(bytes)}`;
}

/** Two things in words that differ: the first of the descriptions, each more exact than the one before, that do. */
export function tellApart(
    ...descriptions: readonly (() => readonly [before: string, after: string])[]
): Readonly<{ old: string; new: string }> {
    let last: readonly [string, string] = ['', ''];
    for (const describe of descriptions) {
        last = describe();
        if (last[0] !== last[1]) return shorten(...last);
    }
    return { new: `another ${shorten(...last).new}`, old: shorten(...last).old };
}

/** A type in a few words, not too many. */
export function nameType(type: TypeNode): string {
    return shorten(describeType(type), '').old;
}

function shorten(before: string, after: string): Readonly<{ old: string; new: string }> {
    if (before.length <= MAX_LENGTH && after.length <= MAX_LENGTH) return { new: after, old: before };
    let start = 0;
    while (start < before.length && before[start] === after[start]) start++;
    const from = Math.max(0, start - MAX_LENGTH / 4);
    const cut = (text: string) =>
        `${from > 0 ? '…' : ''}${text.slice(from, from + MAX_LENGTH)}${text.length > from + MAX_LENGTH ? '…' : ''}`;
    return { new: cut(after), old: cut(before) };
}
