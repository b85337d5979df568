import {
    isNode,
    VALUE_NODES,
    type AccountLinkNode,
    type InstructionAccountNode,
    type InstructionArgumentNode,
    type InstructionInputValueNode,
    type InstructionNode,
    type TypeNode,
    type ValueNode,
} from '@codama/nodes';

import { findByName } from '../by-name';
import { toComparable } from '../compare';
import type { FindType } from '../constants';
import { nameType } from '../describe';
import { resolveType } from '../types';
import { getArgumentStructs, getFlatArguments } from '../visitors/flatten-arguments';
import { linkedPda, linkedProgram, programOf, type CheckContext, type TypedVisit } from './context';
import { error } from './finding';
import { findMisfit } from './fits';

/** What a default of an input, a seed or what follows the accounts is made from. */
type Inputs = Readonly<{
    accounts: ReadonlyMap<string, InstructionAccountNode>;
    /** Without those that nobody gives. */
    args: ReadonlyMap<string, InstructionArgumentNode>;
    /** Those that nobody gives, since their value is always the same. */
    fixed: ReadonlySet<string>;
    findType: FindType;
    wrong: (path: string, message: string, fix: string) => void;
}>;

/** What follows from the inputs of an instruction can follow from them: it is of the type that is wanted there. */
export function checkInputs(context: CheckContext): void {
    for (const visit of context.visits) {
        if (visit.node.kind === 'instructionNode') checkInstruction(visit.node, visit, context);
    }
}

function checkInstruction(node: InstructionNode, visit: TypedVisit, context: CheckContext): void {
    const program = programOf(visit)!;
    const { all } = context;
    const { path } = visit;
    const flat = getFlatArguments(node, getArgumentStructs(program));
    const given = [...flat.map(({ node }) => node), ...(node.extraArguments ?? [])];
    const isFixed = ({ defaultValue, defaultValueStrategy }: InstructionArgumentNode) =>
        defaultValue !== undefined && defaultValueStrategy === 'omitted';
    const inputs: Inputs = {
        accounts: new Map(node.accounts.map(account => [account.name, account])),
        args: new Map(given.filter(argument => !isFixed(argument)).map(argument => [argument.name, argument])),
        findType: context.typesOf(program).findType,
        fixed: new Set(given.filter(isFixed).map(({ name }) => name as string)),
        wrong: (path, message, fix) => context.report(error({ rule: 'wrong-value', path, message, fix })),
    };

    node.accounts.forEach((account, index) => {
        if (account.defaultValue) {
            const own = `${path}.accounts[${index}].defaultValue`;
            checkDefault(account.defaultValue, { account }, own, inputs, visit, context);
        }
    });
    for (const list of ['arguments', 'extraArguments'] as const) {
        (node[list] ?? []).forEach((argument, index) => {
            // A constant is checked beside its type.
            if (!argument.defaultValue || isNode(argument.defaultValue, VALUE_NODES)) return;
            const own = `${path}.${list}[${index}].defaultValue`;
            checkDefault(argument.defaultValue, { type: argument.type }, own, inputs, visit, context);
        });
    }
    checkRemaining(node, path, inputs);
    checkByteDeltas(node, path, inputs, link => {
        const account = findByName(linkedProgram(link, program, all)?.accounts ?? [], link.name);
        return account?.size !== undefined;
    });
}

/** What a default is for: an account, or an argument of a type. */
type Wanted = { account: InstructionAccountNode } | { type: TypeNode };

const ADDRESS: TypeNode = { kind: 'publicKeyTypeNode' };

function checkDefault(
    value: InstructionInputValueNode,
    wanted: Wanted,
    path: string,
    inputs: Inputs,
    visit: TypedVisit,
    context: CheckContext,
): void {
    const { accounts, findType, wrong } = inputs;
    const isForAccount = 'account' in wanted;
    const type = isForAccount ? ADDRESS : wanted.type;
    const isAddress = isForAccount || canStandFor('address', findShape(type, findType));
    const needsAddress = (what: string) => {
        if (!isAddress)
            wrong(
                path,
                `${what} is an address, and the argument is ${nameType(type)}.`,
                'Correct the type, or the default.',
            );
    };
    switch (value.kind) {
        case 'accountValueNode': {
            const source = accounts.get(value.name);
            needsAddress(`The account "${value.name}"`);
            if (isForAccount && source && wanted.account.isSigner === true && source.isSigner === false) {
                wrong(
                    path,
                    `The account "${wanted.account.name}" has to sign, and "${value.name}", which it follows, does not.`,
                    'Say that the account it follows signs ("isSigner": true or "either"), or take the default out.',
                );
            }
            return;
        }
        case 'argumentValueNode':
            return checkArgument(value.name, type, path, inputs);
        case 'accountBumpValueNode':
            if (isForAccount || !canStandFor('number', findShape(type, findType))) {
                wrong(
                    path,
                    `A bump is a number, and this is ${isForAccount ? 'an account' : nameType(type)}.`,
                    'Type the argument as a u8.',
                );
            }
            if (accounts.get(value.name)?.isSigner === true) {
                wrong(
                    path,
                    `The account "${value.name}" has to sign, so that it is no derived address with a bump.`,
                    'Name the account that is derived.',
                );
            }
            return;
        case 'programIdValueNode':
        case 'programLinkNode':
            return needsAddress('A program');
        case 'pdaValueNode':
            if (!isForAccount) {
                wrong(
                    path,
                    'A derived address is the default of an argument here, which only an account can have.',
                    'Take the default out: the caller gives the argument.',
                );
            }
            return checkPda(value, path, inputs, visit, context);
        case 'conditionalValueNode':
            checkCondition(value, path, inputs);
            if (value.ifTrue) checkDefault(value.ifTrue, wanted, `${path}.ifTrue`, inputs, visit, context);
            if (value.ifFalse) checkDefault(value.ifFalse, wanted, `${path}.ifFalse`, inputs, visit, context);
            return;
        // Left to the caller.
        case 'accountFieldValueNode':
        case 'identityValueNode':
        case 'injectedValueNode':
        case 'payerValueNode':
        case 'resolverValueNode':
            return;
        default: {
            const misfit = findMisfit(type, value, findType);
            const isTold = misfit === undefined && (!isForAccount || value.kind === 'publicKeyValueNode');
            if (!isTold) {
                wrong(
                    `${path}${misfit?.path ?? ''}`,
                    misfit?.message ?? 'This is no account.',
                    'Write a value that the input can have.',
                );
            }
        }
    }
}

/** A value that follows an argument is of its type, or of one that takes all of its values. */
function checkArgument(name: string, type: TypeNode, path: string, inputs: Inputs): void {
    const { args, findType, fixed, wrong } = inputs;
    if (fixed.has(name)) {
        wrong(
            path,
            `The argument "${name}" always has the same value, so that nothing can follow it.`,
            'Write the value itself.',
        );
        return;
    }
    const argument = args.get(name);
    if (argument === undefined) return;
    const [from, to] = [findShape(argument.type, findType), findShape(type, findType)];
    if (canStandFor(from, to)) return;
    wrong(
        path,
        `The argument "${name}" is ${nameType(argument.type)}, and what follows it ${nameType(type)}.`,
        'Give the two the same type.',
    );
}

function checkCondition(
    { condition, value }: Extract<InstructionInputValueNode, { kind: 'conditionalValueNode' }>,
    path: string,
    { args, findType, fixed, wrong }: Inputs,
): void {
    if (condition.kind === 'argumentValueNode' && fixed.has(condition.name)) {
        wrong(
            `${path}.condition`,
            `The argument "${condition.name}" always has the same value, so that nothing depends on it.`,
            'Write the default that follows from it.',
        );
        return;
    }
    if (value === undefined || condition.kind === 'resolverValueNode') return;
    const type = condition.kind === 'accountValueNode' ? ADDRESS : args.get(condition.name)?.type;
    if (type === undefined) return;
    const misfit = findMisfit(type, value, findType);
    if (misfit) wrong(`${path}.value${misfit.path}`, misfit.message, 'Compare with a value that it can have.');
    else if (condition.kind === 'accountValueNode' || !isPlain(value)) {
        wrong(
            `${path}.value`,
            condition.kind === 'accountValueNode'
                ? 'An account may be given as an address or as a signer, which are not compared to a value.'
                : `A ${value.kind} is equal to no other in JavaScript.`,
            'Take the value out (whether it is given then decides), or leave the input to the caller.',
        );
    }
}

/** Whether two of a value are equal: numbers, texts and what is rendered as one. */
function isPlain(value: ValueNode): boolean {
    return (
        isNode(value, ['booleanValueNode', 'numberValueNode', 'publicKeyValueNode', 'stringValueNode']) ||
        (value.kind === 'enumValueNode' && value.value === undefined)
    );
}

function checkPda(
    value: Extract<InstructionInputValueNode, { kind: 'pdaValueNode' }>,
    path: string,
    inputs: Inputs,
    visit: TypedVisit,
    { all, typesOf }: CheckContext,
): void {
    const program = programOf(visit);
    const owner = value.pda.kind === 'pdaLinkNode' ? linkedProgram(value.pda, program, all) : program;
    const pda = value.pda.kind === 'pdaNode' ? value.pda : linkedPda(value.pda, program, all);
    const ofOwner: FindType = link => (owner === undefined ? undefined : typesOf(owner).findType(link));
    value.seeds.forEach((seed, index) => {
        const wanted = pda?.seeds.find(other => other.kind === 'variablePdaSeedNode' && other.name === seed.name);
        if (wanted === undefined) return;
        const own = `${path}.seeds[${index}].value`;
        if (seed.value.kind === 'accountValueNode') {
            if (canStandFor('address', findShape(wanted.type, ofOwner))) return;
            inputs.wrong(
                own,
                `The seed "${seed.name}" is ${nameType(wanted.type)}, and an account an address.`,
                'Type the seed as a publicKeyTypeNode, or name an argument.',
            );
        } else if (seed.value.kind === 'argumentValueNode') checkArgument(seed.value.name, wanted.type, own, inputs);
        else {
            const misfit = findMisfit(wanted.type, seed.value as ValueNode, ofOwner);
            if (misfit) inputs.wrong(`${own}${misfit.path}`, misfit.message, 'Write a value that the seed can have.');
        }
    });
    if (value.programId?.kind === 'argumentValueNode')
        checkArgument(value.programId.name, ADDRESS, `${path}.programId`, inputs);
}

/** The accounts behind the named ones are a list that is called like nothing else, or an argument that lists addresses. */
function checkRemaining({ accounts, remainingAccounts = [] }: InstructionNode, path: string, inputs: Inputs): void {
    const { args, findType, fixed, wrong } = inputs;
    const seen = new Set<string>();
    remainingAccounts.forEach(({ value }, index) => {
        const { name } = value;
        const own = `${path}.remainingAccounts[${index}].value`;
        const argument = value.kind === 'argumentValueNode' ? args.get(name) : undefined;
        if (fixed.has(name) && value.kind === 'argumentValueNode') {
            wrong(
                own,
                `The argument "${name}" always has the same value, so that no accounts follow from it.`,
                'Name another list.',
            );
        } else if (argument) {
            const type = resolveType(argument.type, findType);
            if (type.kind === 'arrayTypeNode' && findShape(type.item, findType) === 'address') return;
            wrong(
                own,
                `The argument "${name}" is ${nameType(argument.type)}, and no list of addresses.`,
                'Name an argument that lists addresses, or a list of its own.',
            );
        } else if (seen.has(name) || accounts.some(account => account.name === name) || args.has(name)) {
            wrong(
                own,
                `"${name}" is already the name of another input of the instruction.`,
                'Give the list another name.',
            );
        }
        seen.add(name);
    });
}

function checkByteDeltas(
    { byteDeltas = [] }: InstructionNode,
    path: string,
    { args, findType, wrong }: Inputs,
    hasSize: (account: AccountLinkNode) => boolean,
): void {
    byteDeltas.forEach(({ value }, index) => {
        const own = `${path}.byteDeltas[${index}].value`;
        if (value.kind === 'accountLinkNode' && !hasSize(value)) {
            wrong(
                own,
                `The account "${value.name}" has no "size", so that nothing says how many bytes it adds.`,
                'Give the account a "size", or write the number.',
            );
        }
        if (value.kind !== 'argumentValueNode') return;
        const shape = args.has(value.name) ? findShape(args.get(value.name)!.type, findType) : undefined;
        if (shape === 'number' || shape === 'bigint') return;
        wrong(
            own,
            `No number is given as argument "${value.name}", so that nothing says how many bytes it adds.`,
            'Name an argument that is a number.',
        );
    });
}

/** What a value of a type is in TypeScript, equal for types whose values can stand for each other. */
function findShape(type: TypeNode, findType: FindType): string {
    const inner = resolveType(type, findType);
    switch (inner.kind) {
        case 'booleanTypeNode':
            return 'boolean';
        case 'bytesTypeNode':
            return 'bytes';
        case 'numberTypeNode':
            return /64|128/.test(inner.format) && !inner.format.startsWith('f') ? 'bigint' : 'number';
        case 'publicKeyTypeNode':
            return 'address';
        case 'solAmountTypeNode':
            return 'lamports';
        case 'stringTypeNode':
            return 'string';
        case 'optionTypeNode':
        case 'remainderOptionTypeNode':
        case 'zeroableOptionTypeNode':
            return `option of ${findShape(inner.item, findType)}`;
        case 'arrayTypeNode':
            return `list of ${findShape(inner.item, findType)}`;
        case 'setTypeNode':
            return `set of ${findShape(inner.item, findType)}`;
        default:
            return toComparable(inner);
    }
}

/** Whether a function that takes values of one shape takes those of another: an option takes its item as it is. */
function canStandFor(from: string, to: string): boolean {
    if (from === to || (to === 'bigint' && (from === 'number' || from === 'lamports'))) return true;
    for (const of of ['list of ', 'option of ', 'set of ']) {
        if (from.startsWith(of) && to.startsWith(of)) return canStandFor(from.slice(of.length), to.slice(of.length));
    }
    return to.startsWith('option of ') && canStandFor(from, to.slice('option of '.length));
}
