import {
    type ConditionalValueNode,
    isNode,
    VALUE_NODES,
    type InstructionAccountNode,
    type InstructionArgumentNode,
    type InstructionInputValueNode,
    type InstructionNode,
    type InstructionRemainingAccountsNode,
    type RootNode,
} from '@codama/nodes';

import { findByName } from '../by-name';
import { transformNodes } from '../nodes';

/**
 * Takes out what only a hand-written function outside of the client could compute (Codama's resolvers, fields of accounts
 * that it would have to fetch, values of its surroundings): an input that has no other default becomes one that the
 * caller gives. So every IDL renders to a client that is whole in itself.
 *
 * The same for a default that may come to nothing: the renderer writes the program's address in the place of a required
 * account that it has no value for. And for the default of an argument that more than the data is made from: only the
 * encoder of the data knows it.
 */
export function leaveToCaller(root: RootNode): RootNode {
    return transformNodes(root, node => {
        switch (node.kind) {
            case 'injectedValueNode':
                return node.fallback ?? node;
            case 'instructionArgumentNode':
            case 'structFieldTypeNode': {
                const value = node.defaultValue as InstructionInputValueNode | undefined;
                return value && (needsMore(value) || isWallet(value)) ? withoutDefault(node) : node;
            }
            case 'instructionNode':
                return {
                    ...node,
                    accounts: node.accounts.map(account => toKnown(account, node)),
                    arguments: withoutHiddenDefaults(node.arguments, node),
                    extraArguments: withoutHiddenDefaults(getUsedArguments(node), node),
                    byteDeltas: (node.byteDeltas ?? []).filter(({ value }) => value.kind !== 'resolverValueNode'),
                    remainingAccounts: (node.remainingAccounts ?? []).map(givenByCaller),
                };
            default:
                return node;
        }
    });
}

/**
 * The extra arguments without those that always have the same value, which are neither given nor written; without any where
 * the instruction has no other input and nothing follows them, since the renderer makes its functions without an input then.
 */
function getUsedArguments(node: InstructionNode): InstructionArgumentNode[] {
    const isGiven = ({ defaultValue, defaultValueStrategy }: InstructionArgumentNode) =>
        defaultValue === undefined || defaultValueStrategy !== 'omitted';
    const extra = (node.extraArguments ?? []).filter(isGiven);
    const hasInput =
        node.accounts.length > 0 ||
        node.arguments.some(isGiven) ||
        (node.remainingAccounts ?? []).length > 0 ||
        extra.some(({ defaultValue }) => defaultValue !== undefined);
    return hasInput ? extra : [];
}

function withoutHiddenDefaults(
    args: readonly InstructionArgumentNode[],
    { byteDeltas = [], remainingAccounts = [] }: InstructionNode,
): InstructionArgumentNode[] {
    const used = new Set(
        [...byteDeltas, ...remainingAccounts].flatMap(({ value }) =>
            value.kind === 'argumentValueNode' ? [value.name] : [],
        ),
    );
    const isHidden = ({ defaultValue, name }: InstructionArgumentNode) =>
        used.has(name) && isNode(defaultValue, VALUE_NODES);
    return args.map(argument => (isHidden(argument) ? withoutDefault(argument) : argument));
}

function toKnown(account: InstructionAccountNode, { accounts }: InstructionNode): InstructionAccountNode {
    const { defaultValue: value, isOptional = false } = account;
    if (value === undefined) return account;
    if (needsMore(value) || (!isOptional && value.kind === 'conditionalValueNode' && canBeNothing(value))) {
        return withoutDefault(account);
    }
    // An optional account may follow another one, which is then not there for both.
    const other = value.kind === 'accountValueNode' && findByName(accounts, value.name);
    if (!isOptional || !other || !other.isOptional) return account;
    return { ...account, defaultValue: { condition: value, ifTrue: value, kind: 'conditionalValueNode' } };
}

function withoutDefault<TNode extends { defaultValue?: unknown }>(node: TNode): TNode {
    const { defaultValue: _, ...rest } = node;
    const { defaultValueStrategy: __, ...bare } = rest as typeof rest & { defaultValueStrategy?: unknown };
    return bare as object as TNode;
}

function givenByCaller(node: InstructionRemainingAccountsNode): InstructionRemainingAccountsNode {
    if (node.value.kind !== 'resolverValueNode') return node;
    return { ...node, isOptional: true, value: { kind: 'argumentValueNode', name: node.value.name } };
}

const BEYOND_THE_CLIENT: ReadonlySet<string> = new Set([
    'accountFieldValueNode',
    'injectedValueNode',
    'resolverValueNode',
]);

/** Whether a value needs more than the inputs of its instruction. */
function needsMore(value: InstructionInputValueNode): boolean {
    if (BEYOND_THE_CLIENT.has(value.kind)) return true;
    if (value.kind !== 'conditionalValueNode') return false;
    const { condition, ifFalse, ifTrue, value: wanted } = value;
    // Where an input is not there, nothing can follow from it.
    if (wanted === undefined && ifFalse !== undefined && isUsed(condition, ifFalse)) return true;
    const branches = [ifTrue, ifFalse].filter(branch => branch !== undefined);
    return condition.kind === 'resolverValueNode' || branches.some(needsMore);
}

/** Whether a value is made from an input. */
function isUsed(input: ConditionalValueNode['condition'], value: InstructionInputValueNode): boolean {
    if (value.kind === input.kind && 'name' in value && value.name === input.name) return true;
    switch (value.kind) {
        case 'conditionalValueNode':
            return [value.condition, value.ifTrue, value.ifFalse].some(
                part => part !== undefined && isUsed(input, part),
            );
        case 'pdaValueNode':
            return value.seeds.some(({ value: seed }) => isUsed(input, seed));
        default:
            return false;
    }
}

/** Whether a value is that of the wallet around the client, which only an account of an instruction can have. */
function isWallet(value: InstructionInputValueNode): boolean {
    if (value.kind === 'conditionalValueNode') return canBeNothing(value);
    return value.kind === 'identityValueNode' || value.kind === 'payerValueNode';
}

function canBeNothing(value: InstructionInputValueNode | undefined): boolean {
    if (value?.kind === 'conditionalValueNode') return canBeNothing(value.ifTrue) || canBeNothing(value.ifFalse);
    return value === undefined || value.kind === 'identityValueNode' || value.kind === 'payerValueNode';
}
