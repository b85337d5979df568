import type { DiscriminatorNode, InstructionArgumentNode, StructFieldTypeNode, TypeNode } from '@codama/nodes';

import type { FindType } from '../constants';
import { describePattern, getPattern, isSamePattern } from '../discriminators';
import { getFields } from '../types';
import { linkedType, locate, type CheckContext, type Located } from './context';
import { error, type Finding } from './finding';
import { describeNames } from './links';
import { createOverlaps } from './overlaps';

type Subject = {
    name: string;
    discriminators: readonly DiscriminatorNode[];
    fields: readonly (InstructionArgumentNode | StructFieldTypeNode)[];
    /** Length of the data when it is always the same. */
    size?: number;
};

/** Accounts, instructions and events can each be told from the others of their list. */
export function checkDiscriminators(context: CheckContext, house: Finding['severity']): void {
    const all = context.programs.map(({ node }) => node);
    for (const { node: program, path } of context.programs) {
        const findType: FindType = link => linkedType(link, program, all);
        const fieldsOf = (type: TypeNode) => getFields(type, findType) ?? [];
        const check = (what: string, subjects: Located<Subject>[]) =>
            checkList(what, subjects, findType, context, house);

        check(
            'account',
            locate(program.accounts, `${path}.accounts`).map(({ node, path }) => ({
                node: {
                    discriminators: node.discriminators ?? [],
                    fields: fieldsOf(node.data),
                    name: node.name,
                    ...(node.size === undefined ? {} : { size: node.size }),
                },
                path,
            })),
        );
        check(
            'instruction',
            locate(program.instructions, `${path}.instructions`).map(({ node, path }) => ({
                node: { discriminators: node.discriminators ?? [], fields: node.arguments, name: node.name },
                path,
            })),
        );
        check(
            'event',
            locate(program.events, `${path}.events`).map(({ node, path }) => ({
                node: { discriminators: node.discriminators ?? [], fields: fieldsOf(node.data), name: node.name },
                path,
            })),
        );
    }
}

function checkList(
    what: string,
    subjects: Located<Subject>[],
    findType: FindType,
    { report }: CheckContext,
    house: Finding['severity'],
): void {
    const findOverlaps = createOverlaps();
    for (const { node, path } of subjects) {
        const { discriminators, fields, name, size } = node;
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
        const dangling = locate(discriminators, `${path}.discriminators`).filter(({ node }) => {
            if (node.kind !== 'fieldDiscriminatorNode') return false;
            return fields.find(({ name }) => name === node.name)?.defaultValue === undefined;
        });
        for (const { node, path } of dangling) {
            const field = node.kind === 'fieldDiscriminatorNode' ? node.name : '';
            const exists = fields.some(({ name }) => name === field);
            report(
                error({
                    rule: 'dangling-link',
                    path,
                    message: exists
                        ? `The discriminator is field "${field}", which has no fixed value.`
                        : `The discriminator is field "${field}", which ${what} "${name}" has not.`,
                    fix: exists
                        ? 'Give the field a "defaultValue".'
                        : `Name one of its fields (${describeNames(fields.map(({ name }) => name))}).`,
                }),
            );
        }
        const pattern = getPattern(discriminators, fields, findType);
        if (pattern === undefined) continue;
        const sized = size === undefined ? pattern : { size, ...pattern };
        for (const other of findOverlaps({ name, pattern: sized })) {
            if (isSamePattern(other.pattern, sized)) {
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
                        message: `There is data that is both ${what} "${other.name}" (${describePattern(other.pattern)}) and "${name}" (${describePattern(sized)}).`,
                        fix: 'Lengthen the shorter discriminator, or correct the one that is wrong.',
                    }),
                );
            }
        }
    }
}
