import type { InstructionArgumentNode, InstructionNode, InstructionRemainingAccountsNode } from '@codama/nodes';

import { toComparable } from '../compare';
import { walkNodes, type RawNode } from '../nodes';
import { match } from './align';
import type { AddChange } from './change';
import { nameType } from '../describe';
import { describeDefaultChange, RETYPED } from './fields';
import { relateTypes, tellTypesApart } from './relation';
import { listNames, type Sides } from './side';

// What an instruction takes besides its accounts and its data.

/** Compares the arguments that are no part of the data: what defaults follow from. */
export function compareExtraArguments(
    before: InstructionNode,
    after: InstructionNode,
    sides: Sides,
    add: AddChange,
): void {
    const isFollowed = createIsFollowed(after);
    for (const { new: newArgument, old: oldArgument } of match(
        before.extraArguments ?? [],
        after.extraArguments ?? [],
    )) {
        const name = `Extra argument \`${(newArgument ?? oldArgument)!.name}\``;
        if (oldArgument === undefined) {
            const canLack = newArgument!.defaultValue !== undefined;
            add(
                'argument-added',
                canLack ? 'compatible' : 'types',
                `${name}, ${nameType(newArgument!.type)}, added; it is no part of the data.`,
                canLack ? 'It need not be given.' : 'Code that does not give it does not compile.',
            );
        } else if (newArgument === undefined) {
            add(
                'argument-removed',
                'types',
                `${name}, ${nameType(oldArgument.type)}, removed; it was no part of the data.`,
                'Code that gives it does not compile.',
            );
        } else {
            compareExtra(oldArgument, newArgument, name);
        }
    }

    function compareExtra(before: InstructionArgumentNode, after: InstructionArgumentNode, name: string): void {
        const relation = relateTypes(before.type, after.type, sides);
        if (relation !== 'same') {
            const words = tellTypesApart(before.type, after.type, sides);
            // Its bytes are in no data; where they are seeds of an address, that is told where the seeds are.
            const impact = relation === 'wire' ? 'types' : relation;
            add('argument-retyped', impact, `${name} is ${words.new} instead of ${words.old}.`, RETYPED.types);
        }
        const change = describeDefaultChange(before, after, sides);
        if (change === undefined) return;
        const impact = change.impact === 'wire' && !isFollowed(after.name) ? 'types' : change.impact;
        add('argument-default', impact, `${name} ${change.what}.`, change.meaning);
    }
}

/** Whether something else of an instruction follows an argument. */
function createIsFollowed(instruction: InstructionNode): (name: string) => boolean {
    let followed: ReadonlySet<unknown> | undefined;
    return name => {
        followed ??= new Set(
            walkNodes(instruction as unknown as RawNode).flatMap(({ node }) =>
                node.kind === 'argumentValueNode' ? [node['name']] : [],
            ),
        );
        return followed.has(name);
    };
}

/** Compares the accounts after the named ones. */
export function compareRemaining(
    before: readonly InstructionRemainingAccountsNode[],
    after: readonly InstructionRemainingAccountsNode[],
    add: AddChange,
): void {
    // One that a hand-written function gives is left to the caller.
    const flags = (nodes: readonly InstructionRemainingAccountsNode[]) =>
        nodes.map(({ isOptional, isSigner, isWritable, value }) =>
            toComparable([
                isSigner ?? false,
                isWritable ?? false,
                value.kind === 'resolverValueNode' || (isOptional ?? false),
            ]),
        );
    const names = (nodes: readonly InstructionRemainingAccountsNode[]) =>
        listNames(nodes.map(({ value }) => value.name));
    const isSame = flags(before).join() === flags(after).join();
    if (isSame && names(before) === names(after)) return;
    if (before.length === 0) {
        add(
            'remaining-accounts',
            'compatible',
            `Takes more accounts after the named ones: ${names(after)}.`,
            'What was built without them is accepted.',
        );
    } else if (after.length === 0) {
        add(
            'remaining-accounts',
            'wire',
            `Takes no more accounts after the named ones (${names(before)} before).`,
            'What was built with them is refused.',
        );
    } else if (isSame) {
        add(
            'remaining-accounts',
            'types',
            `The accounts after the named ones are now called ${names(after)} instead of ${names(before)}.`,
            'Code that names them does not compile; the accounts are the same.',
        );
    } else {
        add(
            'remaining-accounts',
            'wire',
            `The accounts after the named ones changed: ${names(after)}.`,
            'What was built before gives them in the old way.',
        );
    }
}

/** Compares by how much an instruction says that accounts grow. */
export function compareByteDeltas(before: InstructionNode, after: InstructionNode, add: AddChange): void {
    if (toComparable(before.byteDeltas) === toComparable(after.byteDeltas)) return;
    add(
        'instruction-size',
        'types',
        'Says another number of bytes by which accounts grow or shrink.',
        'Rent that is reckoned with the old client is another; what is built is the same.',
    );
}
