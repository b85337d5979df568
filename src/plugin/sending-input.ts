import {
    parseInstructionOrTransactionPlanInput,
    type ClientWithTransactionSending,
    type InstructionPlan,
    type TransactionPlan,
} from '@solana/kit';

import { getListLength, readDeeply, readMembers, readTerms, refuseInput, toAbortSignal, toList } from '../core/input';
import { toInstruction } from '../instructions/instruction-input';

type SendingInput = Parameters<ClientWithTransactionSending['sendTransactions']>[0];

const EXPECTED = 'instructions, or a plan of @solana/kit of instructions or transactions';
/** Plans in plans; kit goes through them by calling itself. */
const MAX_DEPTH = 500;
const MAX_PLANS = 100_000;

/**
 * Converts the input of a send to kit's form. Kit's own errors say only that a property is missing.
 *
 * @throws `INPUT_INVALID`, `ADDRESS_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
 */
export function toPlan(input: SendingInput): InstructionPlan | TransactionPlan {
    assertAreFew(input);
    const plan = readDeeply('input', EXPECTED, input, () => parseInstructionOrTransactionPlanInput(input));
    readDeeply('input', EXPECTED, input, () => assertIsPlan(plan));
    return plan;
}

type AnyPlan = Readonly<{
    instruction?: unknown;
    kind?: unknown;
    message?: Readonly<{ instructions: unknown }>;
    plans?: unknown;
}>;

/** Maximum depth of arrays in arrays, which kit takes for nested plans. */
function assertAreFew(input: unknown): void {
    const left: [value: unknown, depth: number][] = [[input, 0]];
    for (let count = 0; left.length > 0; count++) {
        const [value, depth] = left.pop()!;
        if (!readDeeply('input', EXPECTED, value, () => Array.isArray(value))) continue;
        const length = getListLength(value);
        if (length === undefined || length + count > MAX_PLANS || depth > MAX_DEPTH) refuseFew(input);
        toList('input', value, EXPECTED, one => left.push([one, depth + 1]));
    }
}

function refuseFew(input: unknown): never {
    return refuseInput('input', `${EXPECTED}, at most ${MAX_PLANS} and ${MAX_DEPTH} deep`, input);
}

function assertIsPlan(plan: InstructionPlan | TransactionPlan): void {
    const left: [value: unknown, depth: number][] = [[plan, 0]];
    for (let count = 0; left.length > 0; count++) {
        const [value, depth] = left.pop()!;
        if (depth > MAX_DEPTH || count > MAX_PLANS) {
            refuseFew(value);
        }
        const names = ['instruction', 'kind', 'message', 'plans'] as const;
        const { instruction, kind, message, plans } = readMembers('input', value as AnyPlan, names);
        if (kind === 'single' && message !== undefined) {
            const { instructions } = readMembers('input.message', message, ['instructions']);
            toList('input.message.instructions', instructions, 'an array of instructions', toInstruction);
        } else if (kind === 'single') {
            toInstruction(instruction, 'input.instruction');
        } else if (kind === 'sequential' || kind === 'parallel') {
            toList('input.plans', plans, 'an array of plans', one => left.push([one, depth + 1]));
        } else if (kind !== 'messagePacker') {
            refuseInput('input.kind', "'single', 'sequential', 'parallel' or 'messagePacker'", kind);
        }
    }
}

/** The signal of what is asked for, where there is one. */
export function readAbortSignal(config: Readonly<{ abortSignal?: AbortSignal }> = {}): AbortSignal | undefined {
    return toAbortSignal(
        'config.abortSignal',
        readTerms('config', config, ['abortSignal'], ['abortSignal']).abortSignal,
    );
}
