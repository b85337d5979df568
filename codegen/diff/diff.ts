import type { ConstantNode, InstructionNode, ProgramNode, RootNode } from '@codama/nodes';

import { toComparable } from '../compare';
import { encodeConstant, toHex } from '../constants';
import { assertIsNotTooDeep } from '../depth';
import { normalize } from '../visitors/prepare';
import { writeDiscriminators } from '../visitors/write-discriminators';
import { match, type Match } from './align';
import { canonicalize } from './canonical';
import type { AddChange, Change, ChangeKind } from './change';
import { describeType, describeValue, tellApart } from '../describe';
import { compareInstructions } from './instructions';
import { compareAccountTypes, compareEvents } from './lists';
import { getDataMark, getSelector } from './marks';
import { comparePdas, describeDerivation } from './pdas';
import { relateTypes } from './relation';
import { createPairs, type Pair, type Side, type Sides } from './side';
import { compareTypes } from './types';
import { createUsers } from './users';

/**
 * Tells what changed from one IDL to another, and what each change means to callers. Docs don't count.
 *
 * Both are compared in the form in which they are rendered, with everything said in one way: struct arguments spread, links
 * to PDAs followed, constants that tell an instruction written, what is left out filled in, what the standard does not know
 * left out.
 *
 * @param before An IDL in which the check found no error.
 * @param after Another.
 * @returns The changes, in the order of the new IDL; an empty list when the interfaces are the same.
 * @throws {@link TooDeepError} for an IDL that the check would have refused as too deep.
 */
export function diffIdl(before: RootNode, after: RootNode): Change[] {
    for (const root of [before, after]) assertIsNotTooDeep(root);
    const [oldRoot, newRoot] = [before, after].map(root => writeDiscriminators(normalize(canonicalize(root)))) as [
        RootNode,
        RootNode,
    ];
    const changes: Change[] = [];
    // The program itself is the same whatever its name.
    const programs: Match<ProgramNode>[] = [
        { new: newRoot.program, old: oldRoot.program },
        ...match(oldRoot.additionalPrograms, newRoot.additionalPrograms, ({ publicKey }) => publicKey),
    ];
    const pairs = createPairs(programs);
    for (const program of programs) {
        const pair = pairs.get(program);
        if (pair) {
            const isMain = program.new === newRoot.program;
            comparePrograms(pair, isMain ? '' : `${program.new!.name}: `, changes);
        } else {
            const name = (program.new ?? program.old)!.name;
            changes.push({
                impact: program.new ? 'compatible' : 'types',
                kind: program.new ? 'program-added' : 'program-removed',
                meaning: program.new ? 'Nothing of before changes.' : 'Code that uses its client does not compile.',
                message: program.new ? 'Added to the file.' : 'Removed from the file.',
                subject: `program ${name}`,
            });
        }
    }
    return changes;
}

function comparePrograms({ sides, types }: Pair, prefix: string, changes: Change[]): void {
    const { new: after, old: before } = sides;
    const adder =
        (subject: string): AddChange =>
        (kind, impact, message, meaning) =>
            changes.push({ impact, kind, meaning, message, subject: `${prefix}${subject}` });

    compareIdentity(before.program, after.program, adder(`program ${after.program.name}`));
    const users = { new: createUsers(after), old: createUsers(before) };
    compareList('instructions', 'instruction', {
        added: 'instruction-added',
        compare: compareInstructions,
        keys: [({ item, side }) => getSelector(item, side).text],
        itemsOf: ({ instructions }) => instructions.flatMap(withSubInstructions),
        lost: {
            impact: 'wire',
            meaning: 'The program refuses it, and code that calls its functions does not compile.',
        },
        removed: 'instruction-removed',
    });
    compareList('accounts', 'account', {
        added: 'account-type-added',
        compare: compareAccountTypes,
        keys: [({ item, side }) => getDataMark(item, side).text],
        lost: { impact: 'types', meaning: 'Code that names it does not compile; there are no such accounts any more.' },
        removed: 'account-type-removed',
    });
    compareMatches(types, 'type', {
        added: 'type-added',
        compare: (oldType, newType, sides, add) => {
            if (users.old.isEventPayload(oldType) && users.new.isEventPayload(newType)) return;
            const held = users.new.listUsers(newType);
            const note = held.length === 0 ? '' : ` It is part of ${held.join(', ')}.`;
            compareTypes(oldType, newType, sides, (kind, impact, message, meaning) =>
                add(kind, impact, message, `${meaning}${note}`),
            );
        },
        lost: { impact: 'types', meaning: 'Code that names it does not compile.' },
        removed: 'type-removed',
    });
    compareList('pdas', 'PDA', {
        added: 'pda-added',
        compare: comparePdas,
        keys: [({ item, side }) => describeDerivation(item, side)],
        lost: { impact: 'types', meaning: 'Code that derives it does not compile.' },
        removed: 'pda-removed',
    });
    compareList('events', 'event', {
        added: 'event-added',
        compare: compareEvents,
        keys: [({ item, side }) => getDataMark(item, side).text],
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
        compare: compareConstants,
        keys: [],
        lost: { impact: 'types', meaning: 'Code that names it does not compile.' },
        removed: 'constant-removed',
    });

    type Lists = Pick<ProgramNode, 'accounts' | 'constants' | 'errors' | 'events' | 'instructions' | 'pdas'>;
    type Item<TList extends keyof Lists> = Lists[TList][number];

    function compareList<TList extends keyof Lists>(
        list: TList,
        noun: string,
        rules: Rules<Item<TList>> &
            Readonly<{
                itemsOf?: (program: ProgramNode) => readonly Item<TList>[];
                /** What an item is known by when its name is another. */
                keys: ((of: { item: Item<TList>; side: Side }) => string | undefined)[];
            }>,
    ): void {
        const { itemsOf = program => program[list] as readonly Item<TList>[], keys } = rules;
        const items = (side: Side) => itemsOf(side.program).map(item => ({ item, name: item.name as string, side }));
        const matches = match(items(before), items(after), ...keys);
        compareMatches(
            matches.map(({ new: added, old: removed }) => ({
                ...(added ? { new: added.item } : {}),
                ...(removed ? { old: removed.item } : {}),
            })),
            noun,
            rules,
        );
    }

    function compareMatches<TItem extends { name: string }>(
        matches: readonly Match<TItem>[],
        noun: string,
        { added, compare, describe = () => '', lost, removed }: Rules<TItem>,
    ): void {
        for (const { new: newItem, old: oldItem } of matches) {
            const add = adder(`${noun} ${(newItem ?? oldItem)!.name}`);
            if (newItem && oldItem) compare(oldItem, newItem, sides, add);
            else if (newItem) add(added, 'compatible', `Added${describe(newItem)}.`, 'Nothing of before changes.');
            else if (oldItem) add(removed, lost.impact, `Removed${describe(oldItem)}.`, lost.meaning);
        }
    }
}

/** How the items of one list are compared. */
type Rules<TItem> = Readonly<{
    added: ChangeKind;
    removed: ChangeKind;
    lost: Pick<Change, 'impact' | 'meaning'>;
    describe?: (item: TItem) => string;
    compare: (before: TItem, after: TItem, sides: Sides, add: AddChange) => void;
}>;

/** An instruction and those that it is made up of, each on its own. */
function withSubInstructions({ subInstructions = [], ...instruction }: InstructionNode): InstructionNode[] {
    return [instruction, ...subInstructions.flatMap(withSubInstructions)];
}

function compareConstants(before: ConstantNode, after: ConstantNode, sides: Sides, add: AddChange): void {
    const bytes = ({ type, value }: ConstantNode, side: Side) => encodeConstant(type, value, side.findType);
    const [oldBytes, newBytes] = [bytes(before, sides.old), bytes(after, sides.new)];
    const isSameValue =
        toComparable(before.value) === toComparable(after.value) ||
        (oldBytes !== undefined && newBytes !== undefined && toHex(oldBytes) === toHex(newBytes));
    if (isSameValue && relateTypes(before.type, after.type, sides) === 'same') return;
    const typed = ({ type, value }: ConstantNode) => `${describeValue(value)} (${describeType(type, 'all')})`;
    const words = tellApart(
        () => [describeValue(before.value), describeValue(after.value)],
        () => [typed(before), typed(after)],
        () => [toComparable(before), toComparable(after)],
    );
    add(
        'constant-changed',
        'types',
        `Is ${words.new} instead of ${words.old}.`,
        'Code that was built with the old client holds the old value.',
    );
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
