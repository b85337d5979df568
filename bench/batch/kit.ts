/** The same batch by kit's own transaction planner, as a program without our package would use it. */

import {
    createTransactionMessage,
    createTransactionPlanner,
    flattenTransactionPlan,
    nonDivisibleSequentialInstructionPlan,
    parallelInstructionPlan,
    pipe,
    sequentialInstructionPlan,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageFeePayer,
    setTransactionMessageLoadedAccountsDataSizeLimit,
    type Address,
    type Instruction,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
    type TransactionVersion,
} from '@solana/kit';

import { ED25519_PROGRAM_ADDRESS } from '../../src';
import { type BatchPlan } from '../../src/settlement';

/** What it needed, or `undefined` when it was not done in time. */
export type KitResult = Readonly<{ milliseconds: number; transactions: number }> | undefined;

/** Has kit plan the instructions of a plan of ours, with what has to come first before what follows. */
export async function planByKit(
    plan: BatchPlan,
    { budgetMs, feePayer, version }: Readonly<{ budgetMs: number; feePayer: Address; version: TransactionVersion }>,
): Promise<KitResult> {
    type Message = TransactionMessage & TransactionMessageWithFeePayer;
    const planner = createTransactionPlanner({
        createTransactionMessage: () =>
            pipe(
                createTransactionMessage({ version }) as TransactionMessage,
                m => setTransactionMessageFeePayer(feePayer, m) as Message,
                m => (version === 1 ? setTransactionMessageComputeUnitLimit(1_400_000, m) : m),
                m => (version === 1 ? setTransactionMessageLoadedAccountsDataSizeLimit(64 * 1024 * 1024, m) : m),
            ),
    });
    const steps = [...getStepsByChannel(plan).values()];
    const instructionPlan = parallelInstructionPlan(
        steps.map(units => {
            const plans = units.map(unit =>
                unit.length === 1 ? unit[0]! : nonDivisibleSequentialInstructionPlan([...unit]),
            );
            return plans.length === 1 ? plans[0]! : sequentialInstructionPlan(plans);
        }),
    );
    const start = performance.now();
    try {
        const result = await planner(instructionPlan, {
            abortSignal: AbortSignal.timeout(budgetMs),
            maxInstructionsPerTransaction: 64,
        });
        const milliseconds = performance.now() - start;
        return { milliseconds, transactions: flattenTransactionPlan(result).length };
    } catch (error) {
        if (performance.now() - start >= budgetMs) return undefined;
        throw error;
    }
}

/** Every channel's pair and distribution, in this order. Nothing in these batches creates token accounts. */
function getStepsByChannel({ transactions }: BatchPlan): ReadonlyMap<Address, (readonly Instruction[])[]> {
    const steps = new Map<Address, (readonly Instruction[])[]>();
    for (const { channels, instructions } of transactions) {
        const known = new Set(channels.map(({ channel }) => channel));
        for (let index = 0; index < instructions.length; index++) {
            const isPair = instructions[index]!.programAddress === ED25519_PROGRAM_ADDRESS;
            const unit = isPair ? instructions.slice(index, ++index + 1) : [instructions[index]!];
            const channel = unit.at(-1)!.accounts!.find(({ address }) => known.has(address))!.address;
            const before = steps.get(channel);
            if (before === undefined) steps.set(channel, [unit]);
            else before.push(unit);
        }
    }
    return steps;
}
