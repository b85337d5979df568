import type { ProgramNode, RootNode } from '@codama/nodes';

import { toComparable } from '../compare';
import { walkNodes, type RawNode } from '../nodes';
import { describeType } from '../types';
import { normalize } from '../visitors/prepare';
import { match } from './align';
import type { AddChange, Change, ChangeKind } from './change';
import { compareInstructions, describeSelector } from './instructions';
import {
    compareAccountTypes,
    compareEvents,
    comparePdas,
    describeAccountMark,
    describeEventMark,
    isEventPayload,
} from './lists';
import { createSide, type Side, type Sides } from './side';
import { compareTypes } from './types';

/**
 * Tells what changed from one IDL to another, and what each change means to callers. Docs don't count.
 *
 * Both are compared in the form in which they are rendered: struct arguments spread, links to PDAs followed.
 *
 * @param before An IDL in which the check found no error.
 * @param after Another.
 * @returns The changes, in the order of the new IDL; an empty list when the interfaces are the same.
 */
export function diffIdl(before: RootNode, after: RootNode): Change[] {
    const [oldRoot, newRoot] = [normalize(before), normalize(after)];
    const programsOf = ({ additionalPrograms, program }: RootNode) => [program, ...additionalPrograms];
    const [oldPrograms, newPrograms] = [programsOf(oldRoot), programsOf(newRoot)];
    const changes: Change[] = [];
    // The program itself is the same whatever its name.
    const pairs = [
        { new: newRoot.program, old: oldRoot.program },
        ...match(oldRoot.additionalPrograms, newRoot.additionalPrograms, ({ publicKey }) => publicKey),
    ];
    for (const { new: newProgram, old: oldProgram } of pairs) {
        if (newProgram && oldProgram) {
            const sides = { new: createSide(newProgram, newPrograms), old: createSide(oldProgram, oldPrograms) };
            comparePrograms(sides, newProgram === newRoot.program ? '' : `${newProgram.name}: `, changes);
        } else {
            const name = (newProgram ?? oldProgram)!.name;
            changes.push({
                impact: newProgram ? 'compatible' : 'types',
                kind: newProgram ? 'program-added' : 'program-removed',
                meaning: newProgram ? 'Nothing of before changes.' : 'Code that uses its client does not compile.',
                message: newProgram ? 'Added to the file.' : 'Removed from the file.',
                subject: `program ${name}`,
            });
        }
    }
    return changes;
}

function comparePrograms(sides: Sides, prefix: string, changes: Change[]): void {
    const { new: after, old: before } = sides;
    const adder =
        (subject: string): AddChange =>
        (kind, impact, message, meaning) =>
            changes.push({ impact, kind, meaning, message, subject: `${prefix}${subject}` });

    compareIdentity(before.program, after.program, adder(`program ${after.program.name}`));
    compareList('instructions', 'instruction', {
        added: 'instruction-added',
        compare: compareInstructions,
        keys: [({ item, side }) => describeSelector(item, side)],
        lost: {
            impact: 'wire',
            meaning: 'The program refuses it, and code that calls its functions does not compile.',
        },
        removed: 'instruction-removed',
    });
    compareList('accounts', 'account', {
        added: 'account-type-added',
        compare: compareAccountTypes,
        keys: [({ item, side }) => describeAccountMark(item, side)],
        lost: { impact: 'types', meaning: 'Code that names it does not compile; there are no such accounts any more.' },
        removed: 'account-type-removed',
    });
    compareList('definedTypes', 'type', {
        added: 'type-added',
        compare: (oldType, newType, sides, add) => {
            if (isEventPayload(oldType.name, before) && isEventPayload(newType.name, after)) return;
            const users = findUsers(newType.name, after.program);
            const note = users.length === 0 ? '' : ` It is part of ${users.join(', ')}.`;
            compareTypes(oldType, newType, sides, (kind, impact, message, meaning) =>
                add(kind, impact, message, `${meaning}${note}`),
            );
        },
        keys: [
            ({ item }) =>
                item.type.kind === 'structTypeNode' || item.type.kind === 'enumTypeNode'
                    ? toComparable(item.type)
                    : undefined,
        ],
        lost: { impact: 'types', meaning: 'Code that names it does not compile.' },
        removed: 'type-removed',
    });
    compareList('pdas', 'PDA', {
        added: 'pda-added',
        compare: comparePdas,
        keys: [({ item }) => toComparable([item.seeds, item.programId])],
        lost: { impact: 'types', meaning: 'Code that derives it does not compile.' },
        removed: 'pda-removed',
    });
    compareList('events', 'event', {
        added: 'event-added',
        compare: compareEvents,
        keys: [({ item, side }) => describeEventMark(item, side)],
        lost: {
            impact: 'wire',
            meaning: 'Whoever waits for it waits in vain, and code that names it does not compile.',
        },
        removed: 'event-removed',
    });
    compareList('errors', 'error', {
        added: 'error-added',
        compare: (oldError, newError, _, add) => {
            if (oldError.code !== newError.code) {
                add(
                    'error-renumbered',
                    'wire',
                    `Code ${newError.code} instead of ${oldError.code}.`,
                    'The old client takes the code for another error, or for none.',
                );
            }
            if (oldError.name !== newError.name) {
                add(
                    'error-renamed',
                    'types',
                    `Code ${newError.code}, \`${oldError.name}\`, is now called \`${newError.name}\`.`,
                    'Code that names it does not compile; the code is the same.',
                );
            } else if (oldError.message !== newError.message && oldError.code === newError.code) {
                add('error-message', 'compatible', 'Another message.', 'Only what people read changes.');
            }
        },
        describe: ({ code }) => ` with code ${code}`,
        keys: [({ item }) => `${item.code}`],
        lost: { impact: 'types', meaning: 'Code that names it does not compile.' },
        removed: 'error-removed',
    });
    compareList('constants', 'constant', {
        added: 'constant-added',
        compare: (oldConstant, newConstant, _, add) => {
            const value = (constant: typeof oldConstant) => toComparable([constant.type, constant.value]);
            if (value(oldConstant) === value(newConstant)) return;
            const text = ({ type, value }: typeof oldConstant) =>
                'number' in value
                    ? `${value.number}`
                    : 'string' in value
                      ? JSON.stringify(value.string)
                      : describeType(type);
            add(
                'constant-changed',
                'types',
                `Is ${text(newConstant)} instead of ${text(oldConstant)}.`,
                'Code that was built with the old client holds the old value.',
            );
        },
        keys: [],
        lost: { impact: 'types', meaning: 'Code that names it does not compile.' },
        removed: 'constant-removed',
    });

    type Lists = Pick<
        ProgramNode,
        'accounts' | 'constants' | 'definedTypes' | 'errors' | 'events' | 'instructions' | 'pdas'
    >;
    type Item<TList extends keyof Lists> = Lists[TList][number];

    function compareList<TList extends keyof Lists>(
        list: TList,
        noun: string,
        rules: {
            added: ChangeKind;
            removed: ChangeKind;
            lost: Pick<Change, 'impact' | 'meaning'>;
            describe?: (item: Item<TList>) => string;
            keys: ((of: { item: Item<TList>; side: Side }) => string | undefined)[];
            compare: (before: Item<TList>, after: Item<TList>, sides: Sides, add: AddChange) => void;
        },
    ): void {
        const items = (side: Side) =>
            (side.program[list] as Item<TList>[]).map(item => ({ item, name: item.name, side }));
        const { added, compare, describe = () => '', keys, lost, removed } = rules;
        for (const { new: newItem, old: oldItem } of match(items(before), items(after), ...keys)) {
            if (newItem && oldItem) compare(oldItem.item, newItem.item, sides, adder(`${noun} ${newItem.name}`));
            else if (newItem) {
                adder(`${noun} ${newItem.name}`)(
                    added,
                    'compatible',
                    `Added${describe(newItem.item)}.`,
                    'Nothing of before changes.',
                );
            } else if (oldItem) {
                adder(`${noun} ${oldItem.name}`)(
                    removed,
                    lost.impact,
                    `Removed${describe(oldItem.item)}.`,
                    lost.meaning,
                );
            }
        }
    }
}

function compareIdentity(before: ProgramNode, after: ProgramNode, add: AddChange): void {
    if (before.publicKey !== after.publicKey) {
        add(
            'program-address',
            'wire',
            `Is at ${after.publicKey} instead of ${before.publicKey}.`,
            'Everything that the old client builds goes to the old program.',
        );
    }
    if (before.name !== after.name) {
        add(
            'program-renamed',
            'types',
            `\`${before.name}\` is now called \`${after.name}\`.`,
            'Code that uses names made of it does not compile.',
        );
    }
}

/** What of a program holds a defined type, itself or in another type. */
function findUsers(name: string, program: ProgramNode): string[] {
    const holds = (node: unknown, seen: readonly string[] = []): boolean =>
        [...walkNodes(node as RawNode)].some(({ node }) => {
            if (node.kind !== 'definedTypeLinkNode' || seen.includes(node.name as string)) return false;
            if (node.name === name) return true;
            const type = program.definedTypes.find(type => type.name === node.name);
            return type !== undefined && holds(type.type, [...seen, type.name]);
        });
    const users = (noun: string, nodes: readonly { name: string }[]) =>
        nodes.filter(node => holds(node)).map(({ name }) => `${noun} ${name}`);
    return [
        ...users('instruction', program.instructions),
        ...users('account', program.accounts),
        ...users('event', program.events),
    ];
}
