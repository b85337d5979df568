import type { InstructionAccountNode, InstructionNode, Node, PdaNode } from '@codama/nodes';

import { toComparable } from '../compare';
import { align } from './align';
import type { AddChange } from './change';
import { encodeFixed, isSameDefault, tellDefaultsApart } from './defaults';
import { describeValue } from '../describe';
import { compareFields } from './fields';
import { compareByteDeltas, compareExtraArguments, compareRemaining } from './inputs';
import { getFixedBytes, getSelector, isContradicted, isImplied, nameMarks } from './marks';
import { count, type Side, type Sides } from './side';

/** Compares an instruction of both IDLs. */
export function compareInstructions(
    before: InstructionNode,
    after: InstructionNode,
    sides: Sides,
    add: AddChange,
): void {
    const selector = getSelector(after, sides.new).text ?? 'none';
    if (before.name !== after.name) {
        add(
            'instruction-renamed',
            'types',
            `\`${before.name}\` is now called \`${after.name}\` (discriminator ${selector}).`,
            'Code that calls its functions does not compile.',
        );
    }
    compareSelectors(before, after, sides, add);
    compareAccounts(before, after, sides, add);
    const [oldNames, newNames] = [getSelecting(before, sides.old), getSelecting(after, sides.new)];
    const names = new Set([
        ...[before, after].flatMap(({ discriminators = [] }) =>
            discriminators.flatMap(node => (node.kind === 'fieldDiscriminatorNode' ? [node.name as string] : [])),
        ),
        ...oldNames.filter(name => newNames.includes(name)),
    ]);
    // The values of these are compared with the selectors; in the layout they only take their places.
    const layout = { isCompared: (name: string) => names.has(name), of: 'argument' } as const;
    compareFields(before.arguments, after.arguments, layout, sides, add);
    compareExtraArguments(before, after, sides, add);
    compareRemaining(before.remainingAccounts ?? [], after.remainingAccounts ?? [], add);
    compareByteDeltas(before, after, add);
}

/** The arguments that write what selects an instruction, and nothing else. */
function getSelecting(instruction: InstructionNode, side: Side): string[] {
    const bytes = getSelector(instruction, side).pattern?.bytes ?? new Map<number, number>();
    const names: string[] = [];
    let offset = 0;
    for (const argument of instruction.arguments) {
        const size = side.wire.sizeOf(argument.type);
        if (size === undefined) break;
        const start = offset;
        const isSelecting = encodeFixed(argument, side)?.every((byte, index) => bytes.get(start + index) === byte);
        if (isSelecting) names.push(argument.name);
        offset += size;
    }
    return names;
}

function compareSelectors(before: InstructionNode, after: InstructionNode, sides: Sides, add: AddChange): void {
    const [oldSelector, newSelector] = [getSelector(before, sides.old), getSelector(after, sides.new)];
    if (oldSelector.text === newSelector.text) return;
    const built = getFixedBytes({ fields: [], kind: 'structTypeNode' }, before.arguments, sides.old);
    const sizes = before.arguments.map(({ type }) => sides.old.wire.sizeOf(type));
    const size = sizes.reduce((sum, size) => (sum === undefined || size === undefined ? undefined : sum + size), 0);
    const isAccepted =
        isImplied(newSelector, oldSelector, built, size) ||
        (oldSelector.text === undefined && !isContradicted(newSelector, built, size));
    const words = nameMarks(oldSelector, newSelector, 'nothing');
    add(
        'instruction-discriminator',
        isAccepted ? 'compatible' : 'wire',
        `Selected by ${words.new} instead of ${words.old}.`,
        isAccepted
            ? 'What was built before with these bytes is accepted.'
            : 'What was built before is refused, or taken for another instruction.',
    );
}

function compareAccounts(before: InstructionNode, after: InstructionNode, sides: Sides, add: AddChange): void {
    const flags = ({ isOptional, isSigner, isWritable }: InstructionAccountNode) =>
        [isSigner, isWritable, isOptional ?? false].join();
    const alignment = align(before.accounts, after.accounts, flags);
    const strategyOf = ({ optionalAccountStrategy = 'programId' }: InstructionNode) => optionalAccountStrategy;
    const isLeftOut = strategyOf(before) === 'omitted' && strategyOf(after) === 'omitted';
    let left = alignment.filter(({ how }) => how === 'kept' || how === 'renamed').length;

    for (const item of alignment) {
        if (item.how === 'kept' || item.how === 'renamed') left--;
        if (item.how === 'added') {
            const after = left;
            const canLack = after === 0 && item.new.isOptional === true && isLeftOut;
            const place = after === 0 ? 'added at the end, ' : 'inserted ';
            const others = after === 0 ? '' : `; ${count(after, 'account')} after it ${after === 1 ? 'moves' : 'move'}`;
            add(
                'account-inserted',
                canLack ? 'compatible' : 'wire',
                `Account \`${item.new.name}\` (${describeFlags(item.new)}) ${place}at ${item.newIndex}${others}.`,
                canLack
                    ? 'What was built without it is accepted.'
                    : 'What was built without it is refused; callers have to give it unless it has a default.',
            );
        } else if (item.how === 'removed') {
            add(
                'account-removed',
                'wire',
                `Account \`${item.old.name}\` (${describeFlags(item.old)}) removed from ${item.oldIndex}.`,
                'What was built with it is refused; code that gives it does not compile.',
            );
        } else {
            if (item.how === 'moved') {
                add(
                    'account-moved',
                    'wire',
                    `Account \`${item.new.name}\` moved from ${item.oldIndex} to ${item.newIndex}.`,
                    'What was built in the old order gives the program other accounts than it expects.',
                );
            }
            if (item.how === 'renamed') {
                add(
                    'account-renamed',
                    'types',
                    `Account ${item.newIndex}, \`${item.old.name}\`, is now called \`${item.new.name}\`.`,
                    'Code that names it does not compile; the accounts are the same.',
                );
            }
            compareFlags(item.old, item.new, add);
            compareDefaults(item.old, item.new, sides, add);
        }
    }
    const hasOptional = [...before.accounts, ...after.accounts].some(({ isOptional }) => isOptional);
    if (hasOptional && strategyOf(before) !== strategyOf(after)) {
        const how = strategyOf(after) === 'omitted' ? 'left out' : 'written as the program itself';
        add(
            'account-optional',
            'wire',
            `An optional account that is not given is now ${how}.`,
            'What was built without such an account has the others at the wrong places.',
        );
    }
}

function compareFlags(before: InstructionAccountNode, after: InstructionAccountNode, add: AddChange): void {
    const name = `Account \`${after.name}\``;
    if (before.isSigner !== after.isSigner) {
        const mustSign = after.isSigner === true;
        const what = mustSign
            ? 'has to sign now'
            : after.isSigner === 'either'
              ? 'may sign or not now'
              : 'does not sign any more';
        const canBreak = after.isSigner !== 'either';
        add(
            'account-signer',
            mustSign ? 'wire' : canBreak ? 'types' : 'compatible',
            `${name} ${what}.`,
            mustSign
                ? 'What was built before lacks the signature; callers have to give a signer.'
                : canBreak
                  ? 'Code that gives a signer has to give an address; what was built before is accepted.'
                  : 'Signers and addresses are both accepted.',
        );
    }
    if (before.isWritable !== after.isWritable) {
        add(
            'account-writable',
            after.isWritable ? 'wire' : 'compatible',
            `${name} is ${after.isWritable ? 'writable' : 'read-only'} now.`,
            after.isWritable
                ? 'What was built before gives it read-only, and fails where the program writes to it.'
                : 'What was built before locks an account that need not be locked.',
        );
    }
    if ((before.isOptional ?? false) !== (after.isOptional ?? false)) {
        add(
            'account-optional',
            after.isOptional ? 'compatible' : 'wire',
            `${name} is ${after.isOptional ? 'optional' : 'required'} now.`,
            after.isOptional ? 'It need not be given any more.' : 'What was built without it is refused.',
        );
    }
}

function compareDefaults(
    before: InstructionAccountNode,
    after: InstructionAccountNode,
    sides: Sides,
    add: AddChange,
): void {
    const [oldDefault, newDefault] = [before.defaultValue, after.defaultValue];
    const name = `Account \`${after.name}\``;
    if (oldDefault === undefined && newDefault === undefined) return;
    if (oldDefault === undefined) {
        add(
            'account-default',
            'compatible',
            `${name} now has a default, ${describeValue(newDefault!)}.`,
            'It need not be given any more.',
        );
    } else if (newDefault === undefined) {
        add(
            'account-default',
            'types',
            `${name} has no default any more.`,
            'Code that does not give it does not compile.',
        );
    } else if (!isSameDefault(before, after, sides) && !isToldElsewhere(oldDefault, newDefault, sides)) {
        const words = tellDefaultsApart(oldDefault, newDefault);
        add(
            'account-default',
            'wire',
            `${name} defaults to ${words.new} instead of ${words.old}.`,
            'Where it is not given, the old client gives another account.',
        );
    }
}

/**
 * Whether two defaults are PDAs as they are declared, so that what they gained or lost is told where they are, and what is
 * given for the seeds that both have is the same.
 */
function isToldElsewhere(before: Node, after: Node, sides: Sides): boolean {
    if (before.kind !== 'pdaValueNode' || after.kind !== 'pdaValueNode') return false;
    const isDeclared = (pda: Node, { program }: Side) =>
        program.pdas.some((declared: PdaNode) => toComparable(declared) === toComparable(pda));
    const common = (one: typeof before, other: typeof before) => {
        const names = new Set(other.seeds.map(({ name }) => name));
        return one.seeds
            .filter(({ name }) => names.has(name))
            .map(toComparable)
            .sort()
            .join();
    };
    return (
        before.pda.name === after.pda.name &&
        isDeclared(before.pda, sides.old) &&
        isDeclared(after.pda, sides.new) &&
        toComparable(before.programId) === toComparable(after.programId) &&
        common(before, after) === common(after, before)
    );
}

function describeFlags({ isOptional, isSigner, isWritable }: InstructionAccountNode): string {
    const signer = isSigner === 'either' ? ['may sign'] : isSigner ? ['signer'] : [];
    return [...signer, isWritable ? 'writable' : 'read-only', ...(isOptional ? ['optional'] : [])].join(', ');
}
