import {
    isNode,
    VALUE_NODES,
    type DiscriminatorNode,
    type InstructionArgumentNode,
    type InstructionNode,
    type StructFieldTypeNode,
    type TypeNode,
} from '@codama/nodes';

import { toHex, type FindType } from '../constants';
import { describePattern, getPattern, isSamePattern, type Pattern } from '../discriminators';
import type { TypeFacts } from '../type-facts';
import { getFields } from '../types';
import { getLeafInstructions } from '../visitors/spread-sub-instructions';
import { getConstantsBehind, getLayout, getTypeLayout, getWritten, type Layout } from '../written';
import { locate, programOf, type CheckContext, type Located } from './context';
import { error, type Finding, type Report } from './finding';
import { describeNames } from './links';
import { createOverlaps } from './overlaps';

type Subject = {
    name: string;
    discriminators: readonly DiscriminatorNode[];
    fields: readonly (InstructionArgumentNode | StructFieldTypeNode)[];
    /** Length of the data when it is always the same. */
    size?: number;
    /** What the client writes. */
    layout: Layout;
};

/** Accounts, instructions and events can each be told from the others of their list. */
export function checkDiscriminators(context: CheckContext, house: Finding['severity']): void {
    checkTellingFields(context);
    for (const { node: program, path } of context.programs) {
        const types = context.typesOf(program);
        const { findType } = types;
        const fieldsOf = (type: TypeNode) => getFields(type, findType) ?? [];
        const check = (what: string, subjects: Located<Subject>[]) =>
            checkList(what, subjects, findType, context, house);

        check(
            'account',
            locate(program.accounts, `${path}.accounts`).map(({ node, path }) => ({
                node: {
                    discriminators: node.discriminators ?? [],
                    fields: fieldsOf(node.data),
                    layout: getTypeLayout(node.data, types),
                    name: node.name,
                    ...(node.size === undefined ? {} : { size: node.size }),
                },
                path,
            })),
        );
        check(
            'instruction',
            getLeafInstructions(program, types).map(({ node, path: steps }) => ({
                node: {
                    discriminators: node.discriminators ?? [],
                    fields: node.arguments,
                    layout: getInstructionLayout(node, types),
                    name: node.name,
                },
                path: `${path}.${steps}`,
            })),
        );
        check(
            'event',
            locate(program.events, `${path}.events`).map(({ node, path }) => ({
                node: {
                    discriminators: node.discriminators ?? [],
                    fields: fieldsOf(node.data),
                    layout: getTypeLayout(node.data, types),
                    name: node.name,
                },
                path,
            })),
        );
    }
}

/** A field that tells something is one of its fields, with a value that is always the same. */
function checkTellingFields({ report, typesOf, visits }: CheckContext): void {
    for (const visit of visits) {
        const { node, path } = visit;
        const holder = visit.ancestors.at(-1);
        const program = programOf(visit);
        if (node.kind !== 'fieldDiscriminatorNode' || holder === undefined || program === undefined) continue;
        if (!isNode(holder, ['accountNode', 'eventNode', 'instructionNode'])) continue;
        const fields: readonly (InstructionArgumentNode | StructFieldTypeNode)[] =
            holder.kind === 'instructionNode'
                ? holder.arguments
                : (getFields(holder.data, typesOf(program).findType) ?? []);
        const field = fields.find(({ name }) => name === node.name);
        if (field?.defaultValue && isNode(field.defaultValue, VALUE_NODES)) continue;
        const what = holder.kind.replace('Node', '');
        report(
            error({
                rule: 'dangling-link',
                path,
                message: field
                    ? `The discriminator is field "${node.name}", which has no fixed value.`
                    : `The discriminator is field "${node.name}", which ${what} "${holder.name}" has not.`,
                fix: field
                    ? 'Give the field a "defaultValue".'
                    : `Name one of its fields (${describeNames(fields.map(({ name }) => name))}).`,
            }),
        );
    }
}

/** What the client writes for an instruction: its arguments, and what tells it right behind them. */
function getInstructionLayout({ arguments: args, discriminators = [] }: InstructionNode, types: TypeFacts): Layout {
    const layout = getLayout(args, types);
    return append(layout, getConstantsBehind(layout, discriminators, types).flat());
}

/** A layout with bytes behind it. */
function append(layout: Layout, added: readonly number[]): Layout {
    const bytes = added.map((byte, index) => [layout.length + index, byte] as const);
    return { ...layout, bytes: new Map([...layout.bytes, ...bytes]), length: layout.length + added.length };
}

/** A layout with bytes before it. */
function prepend(added: readonly number[], { bytes, isWhole, length, unknown }: Layout): Layout {
    const by = added.length;
    return {
        bytes: new Map([...added.entries(), ...[...bytes].map(([place, byte]) => [place + by, byte] as const)]),
        isWhole,
        length: length + by,
        unknown: unknown.map(([start, end]) => [start + by, end + by]),
    };
}

function checkList(
    what: string,
    subjects: Located<Subject>[],
    findType: FindType,
    { report }: CheckContext,
    house: Finding['severity'],
): void {
    const known = createOverlaps();
    for (const { node, path } of subjects) {
        const { discriminators, fields, layout, name, size } = node;
        if (discriminators.length === 0) {
            if (subjects.length > 1) {
                report({
                    severity: house,
                    rule: 'indistinguishable',
                    path,
                    message: `Nothing tells ${what} "${name}" from the other ${subjects.length - 1}: it has no discriminators.`,
                    fix: `Add discriminators to it: a field with a fixed value${what === 'account' ? ', a size' : ''} or constant bytes.`,
                });
            }
            continue;
        }
        const pattern = getPattern(discriminators, fields, findType);
        if (pattern === undefined) continue;
        const sized = size === undefined ? pattern : { size, ...pattern };
        const subject = {
            data: { ...sized, bytes: new Map([...layout.bytes, ...sized.bytes]) },
            name,
            pattern,
            sized,
        };
        // One of them says it: of many that are alike, each would be told with each.
        const [other] = known.find(subject);
        if (other) {
            if (isSamePattern(other.sized, sized)) {
                report(
                    error({
                        rule: 'duplicate-discriminator',
                        path,
                        message: `The ${what}s "${other.name}" and "${name}" have the same discriminator, ${describePattern(sized)}.`,
                        fix: 'Give each the bytes that the program tells it by.',
                    }),
                );
            } else {
                report(
                    error({
                        rule: 'overlapping-discriminator',
                        path,
                        message: `There is data that is both ${what} "${other.name}" (${describePattern(other.sized)}) and "${name}" (${describePattern(sized)}).`,
                        fix: 'Lengthen the shorter discriminator, or correct the one that is wrong.',
                    }),
                );
            }
        }
        // What is wrong in itself is told once, and not of each that it would be taken for; and what has the same bytes as
        // another is found where that is.
        const isKnown = other !== undefined && isSamePattern(other.pattern, pattern);
        if (!isKnown && (other || checkWritten(what, node, pattern, path, report))) known.add(subject);
    }
}

/** Whether the data that a client builds is what it takes for that kind itself. */
function checkWritten(
    what: string,
    { discriminators, layout, name }: Subject,
    pattern: Pattern,
    path: string,
    report: Report,
): boolean {
    const { isWhole } = layout;
    const bytes = [...pattern.bytes].sort(([a], [b]) => a - b);
    // The bytes that tell an event may stand before its data, and not in it.
    const isBefore =
        what === 'event' &&
        discriminators.every(({ kind }) => kind !== 'fieldDiscriminatorNode') &&
        bytes.every(([place], index) => place === index) &&
        bytes.some(([place, byte]) => layout.bytes.get(place) !== byte);
    const whole = isBefore
        ? prepend(
              bytes.map(([, byte]) => byte),
              layout,
          )
        : layout;
    const wrong = (problem: string, fix: string) => {
        report(
            error({
                rule: 'discriminator-not-written',
                path,
                message: `The client would not write the discriminator of ${what} "${name}", ${describePattern(pattern)}: ${problem}.`,
                fix,
            }),
        );
        return false;
    };
    if (pattern.size !== undefined && (isWhole ? whole.length !== pattern.size : whole.length > pattern.size)) {
        return wrong(
            `its data has ${isWhole ? '' : 'at least '}${whole.length} bytes`,
            'Correct the size, or describe all of the data.',
        );
    }
    for (const [place, byte] of bytes) {
        const written = getWritten(whole, place);
        if (written === byte || written === 'unknown') continue;
        const found =
            typeof written === 'number'
                ? `the byte at ${place} is 0x${toHex([written])}`
                : written === 'given'
                  ? `what stands at ${place} is given by the caller`
                  : isWhole
                    ? `its data ends before ${place}`
                    : `what stands at ${place} depends on the length of what is before it`;
        return wrong(
            found,
            `Add ${what === 'instruction' ? 'an argument' : 'a field'} with that value at that place ("defaultValue", with the strategy "omitted"), or correct the discriminator.`,
        );
    }
    return true;
}
