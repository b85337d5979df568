import type {
    InstructionAccountNode,
    InstructionArgumentNode,
    InstructionInputValueNode,
    InstructionNode,
    InstructionRemainingAccountsNode,
    PdaNode,
    PdaValueNode,
} from '@codama/nodes';

import { toComparable } from '../compare';
import { describePattern, getPattern } from '../discriminators';
import { align } from './align';
import type { AddChange } from './change';
import { compareFields } from './fields';
import { count, listNames, type Side, type Sides } from './side';

/** What selects an instruction, in a few words; `undefined` when nothing does. */
export function describeSelector(instruction: InstructionNode, side: Side): string | undefined {
    const discriminators = instruction.discriminators ?? [];
    const pattern = getPattern(discriminators, instruction.arguments, side.findType);
    return pattern && discriminators.length > 0 ? describePattern(pattern) : undefined;
}

/** Compares an instruction of both IDLs. */
export function compareInstructions(
    before: InstructionNode,
    after: InstructionNode,
    sides: Sides,
    add: AddChange,
): void {
    const [oldSelector, newSelector] = [describeSelector(before, sides.old), describeSelector(after, sides.new)];
    if (before.name !== after.name) {
        add(
            'instruction-renamed',
            'types',
            `\`${before.name}\` is now called \`${after.name}\` (discriminator ${newSelector ?? 'none'}).`,
            'Code that calls its functions does not compile.',
        );
    }
    if (oldSelector !== newSelector) {
        add(
            'instruction-discriminator',
            'wire',
            `Selected by ${newSelector ?? 'nothing'} instead of ${oldSelector ?? 'nothing'}.`,
            'What was built before is refused, or taken for another instruction.',
        );
    }
    compareAccounts(before, after, sides, add);
    const withoutSelector = (instruction: InstructionNode) => {
        const names = (instruction.discriminators ?? []).flatMap(node =>
            node.kind === 'fieldDiscriminatorNode' ? [node.name] : [],
        );
        // Its value is compared above; in the layout it only takes its place.
        return instruction.arguments.map(({ defaultValue, ...rest }): InstructionArgumentNode =>
            names.includes(rest.name) || defaultValue === undefined ? rest : { ...rest, defaultValue },
        );
    };
    compareFields(withoutSelector(before), withoutSelector(after), { of: 'argument' }, sides, add);
    compareRemaining(before.remainingAccounts ?? [], after.remainingAccounts ?? [], add);
}

function compareAccounts(before: InstructionNode, after: InstructionNode, sides: Sides, add: AddChange): void {
    const flags = ({ isOptional, isSigner, isWritable }: InstructionAccountNode) =>
        [isSigner, isWritable, isOptional ?? false].join();
    const alignment = align(before.accounts, after.accounts, (a, b) => flags(a) === flags(b));
    const strategyOf = ({ optionalAccountStrategy = 'programId' }: InstructionNode) => optionalAccountStrategy;

    for (const [index, item] of alignment.entries()) {
        if (item.how === 'added') {
            const after = alignment.slice(index + 1).filter(({ how }) => how === 'kept' || how === 'renamed').length;
            const place = after === 0 ? 'added at the end, ' : 'inserted ';
            const others = after === 0 ? '' : `; ${count(after, 'account')} after it ${after === 1 ? 'moves' : 'move'}`;
            add(
                'account-inserted',
                'wire',
                `Account \`${item.new.name}\` (${describeFlags(item.new)}) ${place}at ${item.newIndex}${others}.`,
                'What was built without it is refused; callers have to give it unless it has a default.',
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
            `${name} now has a default, ${describeDefault(newDefault!)}.`,
            'It need not be given any more.',
        );
    } else if (newDefault === undefined) {
        add(
            'account-default',
            'types',
            `${name} has no default any more.`,
            'Code that does not give it does not compile.',
        );
    } else if (!isSameDefault(oldDefault, newDefault, sides)) {
        add(
            'account-default',
            'wire',
            `${name} defaults to ${describeDefault(newDefault)} instead of ${describeDefault(oldDefault)}.`,
            'Where it is not given, the old client gives another account.',
        );
    }
}

/** Whether two defaults lead to the same account. An identifier or the name of a PDA is for people only. */
function isSameDefault(before: InstructionInputValueNode, after: InstructionInputValueNode, sides: Sides): boolean {
    if (before.kind === 'publicKeyValueNode' && after.kind === 'publicKeyValueNode') {
        return before.publicKey === after.publicKey;
    }
    if (before.kind !== 'pdaValueNode' || after.kind !== 'pdaValueNode') {
        return toComparable(before) === toComparable(after);
    }
    if (describeDerivation(before) === describeDerivation(after)) return true;
    // What a declared PDA gained or lost is told where it is declared; here only what is given for the seeds counts.
    const isDeclaredInBoth =
        before.pda.name === after.pda.name && isDeclared(before.pda, sides.old) && isDeclared(after.pda, sides.new);
    const common = (one: PdaValueNode, other: PdaValueNode) =>
        one.seeds
            .filter(({ name }) => other.seeds.some(seed => seed.name === name))
            .map(toComparable)
            .sort();
    return isDeclaredInBoth && common(before, after).join() === common(after, before).join();
}

/** From what an address is derived, whatever its seeds are called. */
function describeDerivation({ pda, programId, seeds }: PdaValueNode): string {
    if (pda.kind !== 'pdaNode') return toComparable([pda, programId, seeds]);
    const values = pda.seeds.map(seed =>
        seed.kind === 'constantPdaSeedNode' ? seed : [seed.type, seeds.find(({ name }) => name === seed.name)?.value],
    );
    return toComparable([values, programId ?? pda.programId]);
}

function isDeclared(pda: { kind: string; name: string }, { program }: Side): boolean {
    return program.pdas.some((declared: PdaNode) => declared.name === pda.name);
}

function describeDefault(value: InstructionInputValueNode): string {
    switch (value.kind) {
        case 'accountValueNode':
            return `account \`${value.name}\``;
        case 'argumentValueNode':
            return `argument \`${value.name}\``;
        case 'pdaValueNode':
            return `PDA \`${value.pda.name}\``;
        case 'programIdValueNode':
            return 'the program itself';
        case 'publicKeyValueNode':
            return value.publicKey;
        case 'identityValueNode':
        case 'payerValueNode':
            return `the client's ${value.kind === 'payerValueNode' ? 'payer' : 'identity'}`;
        default:
            return `a ${value.kind}`;
    }
}

function describeFlags({ isOptional, isSigner, isWritable }: InstructionAccountNode): string {
    const signer = isSigner === 'either' ? ['may sign'] : isSigner ? ['signer'] : [];
    return [...signer, isWritable ? 'writable' : 'read-only', ...(isOptional ? ['optional'] : [])].join(', ');
}

function compareRemaining(
    before: readonly InstructionRemainingAccountsNode[],
    after: readonly InstructionRemainingAccountsNode[],
    add: AddChange,
): void {
    if (toComparable(before) === toComparable(after)) return;
    const names = (nodes: readonly InstructionRemainingAccountsNode[]) =>
        listNames(nodes.map(({ value }) => value.name));
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
    } else {
        add(
            'remaining-accounts',
            'wire',
            `The accounts after the named ones changed: ${names(after)}.`,
            'What was built before gives them in the old way.',
        );
    }
}
