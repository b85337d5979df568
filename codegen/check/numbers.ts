import { isNode, VALUE_NODES, type EnumTypeNode, type Node, type TypeNode, type ValueNode } from '@codama/nodes';

import { getNumberRange, MAX_DATA_SIZE } from '../constants';
import type { TypeFacts } from '../type-facts';
import { locate, programOf, type CheckContext } from './context';
import { error } from './finding';

/** Numbers fit the formats that the IDL gives them, and what counts or selects is an unsigned integer. */
export function checkNumbers({ report, typesOf, visits }: CheckContext): void {
    const wrong = (path: string, message: string, fix: string) => report(error({ rule: 'number', path, message, fix }));

    for (const visit of visits) {
        const { node, path } = visit;
        const program = programOf(visit);
        const size = program && getSize(node, typesOf(program));
        if (size !== undefined && size > MAX_DATA_SIZE) {
            wrong(
                path,
                `This is ${size} bytes or items, and no account holds more than ${MAX_DATA_SIZE}.`,
                'Correct the size.',
            );
        }
        const held = getHeld(node);
        if (held) {
            const problem = describeMisfit(held.type, held.value);
            if (problem) wrong(`${path}.${held.attribute}`, problem, 'Write a number that the format can hold.');
        }
        const counter = getCounter(node);
        if (counter?.type.kind === 'numberTypeNode' && !/^(u|shortU)/.test(counter.type.format)) {
            wrong(
                `${path}.${counter.attribute}`,
                `What counts or selects is ${counter.type.format} here.`,
                'Use an unsigned integer format, for instance u8 or u32.',
            );
        }
        if (node.kind === 'enumTypeNode') checkEnum(node, path, wrong);
        if (counter && counter.held.kind !== 'numberTypeNode' && node.kind !== 'sizePrefixTypeNode') {
            report(
                error({
                    rule: 'unsupported',
                    path: `${path}.${counter.attribute}`,
                    message: `What counts or selects is a number in a ${counter.held.kind} here, which is not rendered.`,
                    fix: 'Write the number itself, and describe what is around it as fields.',
                }),
            );
        }
    }

    function checkEnum(node: EnumTypeNode, path: string, wrong: (path: string, message: string, fix: string) => void) {
        if (node.variants.length === 0) {
            report(
                error({
                    rule: 'unsupported',
                    path,
                    message: 'An enum without variants has no value, and TypeScript has no such enum.',
                    fix: 'Add its variants, or take out what is of this type.',
                }),
            );
        }
        const values = new Map<number, string>();
        const size = innermost(node.size as TypeNode);
        const range = size.kind === 'numberTypeNode' ? getNumberRange(size.format) : undefined;
        const isData = node.variants.some(({ kind }) => kind !== 'enumEmptyVariantTypeNode');
        for (const [index, { node: variant, path: variantPath }] of locate(
            node.variants,
            `${path}.variants`,
        ).entries()) {
            const value = variant.discriminator ?? index;
            const other = values.get(value);
            if (other !== undefined) {
                wrong(
                    variantPath,
                    `Value ${value} of variant "${variant.name}" is already that of "${other}".`,
                    'Give each variant the value that the program writes for it.',
                );
            }
            values.set(value, variant.name);
            if (range && BigInt(value) > range[1]) {
                wrong(
                    variantPath,
                    `Value ${value} of variant "${variant.name}" does not fit the enum's ${(size as { format: string }).format}.`,
                    'Widen the "size" of the enum, or correct the value.',
                );
            }
            if (isData && value !== index) {
                report(
                    error({
                        rule: 'unsupported',
                        path: variantPath,
                        message: `Variant "${variant.name}" has value ${value} at place ${index}; with fields in a variant only values that count up from 0 can be rendered.`,
                        fix: 'Add the variants that are missing before it, or type the field as a number.',
                    }),
                );
            }
        }
    }
}

/** How much a node says that there is. */
function getSize(node: Node, { sizeOf }: TypeFacts): number | undefined {
    switch (node.kind) {
        case 'accountNode':
        case 'eventNode':
            return sizeOf(node.data);
        case 'definedTypeNode':
            return sizeOf(node.type);
        case 'fixedCountNode':
            return node.value;
        case 'fixedSizeTypeNode':
            return node.size;
        default:
            return undefined;
    }
}

type Held = { attribute: string; type: TypeNode; value: ValueNode };

/** The constant value that a node holds together with its type. */
export function getHeld(node: Node): Held | undefined {
    const attribute = 'defaultValue' in node ? 'defaultValue' : 'value';
    switch (node.kind) {
        case 'constantNode':
        case 'constantPdaSeedNode':
        case 'constantValueNode':
        case 'instructionArgumentNode':
        case 'structFieldTypeNode': {
            const value = 'defaultValue' in node ? node.defaultValue : 'value' in node ? node.value : undefined;
            return value && isNode(value, VALUE_NODES)
                ? { attribute, type: node.type, value: value as ValueNode }
                : undefined;
        }
        default:
            return undefined;
    }
}

/** What is wrong with a number for a type; `undefined` for any other value, and for a link. */
export function describeMisfit(type: TypeNode, value: ValueNode): string | undefined {
    const number = innermost(type);
    if (value.kind !== 'numberValueNode') return undefined;
    if (number.kind !== 'numberTypeNode') {
        const isKnown = number.kind !== 'definedTypeLinkNode';
        return isKnown ? `A number stands here for a ${number.kind}.` : undefined;
    }
    const range = getNumberRange(number.format);
    if (range === undefined) return undefined;
    if (!Number.isSafeInteger(value.number)) {
        return `${value.number} is not a whole number that JSON can hold exactly (at most ${Number.MAX_SAFE_INTEGER}).`;
    }
    const isWithin = BigInt(value.number) >= range[0] && BigInt(value.number) <= range[1];
    return isWithin ? undefined : `${value.number} does not fit ${number.format}, ${range[0]} to ${range[1]}.`;
}

/** The number that says how long, how many or which. */
function getCounter(node: Node): { attribute: string; held: TypeNode; type: TypeNode } | undefined {
    switch (node.kind) {
        case 'booleanTypeNode':
        case 'enumTypeNode':
            return { attribute: 'size', held: node.size, type: innermost(node.size as TypeNode) };
        case 'optionTypeNode':
        case 'prefixedCountNode':
        case 'sizePrefixTypeNode':
            return { attribute: 'prefix', held: node.prefix, type: innermost(node.prefix as TypeNode) };
        default:
            return undefined;
    }
}

/** The number inside of types that only say what it means or where it stands. */
function innermost(type: TypeNode): TypeNode {
    switch (type.kind) {
        case 'amountTypeNode':
        case 'dateTimeTypeNode':
        case 'solAmountTypeNode':
            return innermost(type.number as TypeNode);
        case 'fixedSizeTypeNode':
        case 'hiddenPrefixTypeNode':
        case 'hiddenSuffixTypeNode':
        case 'postOffsetTypeNode':
        case 'preOffsetTypeNode':
            return innermost(type.type as TypeNode);
        default:
            return type;
    }
}
