import type { ClientWithTransactionPlanning, ClientWithTransactionSending, InstructionPlan } from '@solana/kit';
import type { SelfPlanAndSendFunctions } from '@solana/kit/program-client-core';

import { within } from '../core/within';
import { readAbortSignal } from './sending-input';

/** A plan that can be planned and sent: `.sendTransaction()`. */
export type SelfSendingPlan = Promise<InstructionPlan> & SelfPlanAndSendFunctions;

/**
 * Gives a plan the functions that plan and send it. What is read for it is waited for no longer than until the caller
 * aborts, which kit's own would not see before.
 */
export function toSelfSending(
    client: ClientWithTransactionPlanning & ClientWithTransactionSending,
    plan: Promise<InstructionPlan>,
): SelfSendingPlan {
    const once = <TConfig extends Readonly<{ abortSignal?: AbortSignal }>, T>(
        act: (plan: InstructionPlan, config: TConfig | undefined) => Promise<T>,
    ) => {
        return async (config?: TConfig): Promise<T> => {
            // Whatever comes of it after an abort is of no interest any more.
            plan.catch(() => undefined);
            return await act(await within('what is read', Infinity, () => plan, readAbortSignal(config)), config);
        };
    };
    return Object.assign(plan, {
        planTransaction: once((input, config) => client.planTransaction(input, config)),
        planTransactions: once((input, config) => client.planTransactions(input, config)),
        sendTransaction: once((input, config) => client.sendTransaction(input, config)),
        sendTransactions: once((input, config) => client.sendTransactions(input, config)),
    } satisfies SelfPlanAndSendFunctions);
}
