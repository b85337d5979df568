import {
    appendTransactionMessageInstructionPlan,
    createFailedToSendTransactionError,
    createTransactionMessage,
    createTransactionPlanExecutor,
    createTransactionPlanner,
    extendClient,
    fillTransactionMessageProvisoryResourceLimits,
    isTransactionPlan,
    parseInstructionOrTransactionPlanInput,
    passthroughFailedTransactionPlanExecution,
    pipe,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageComputeUnitPrice,
    setTransactionMessageFeePayerSigner,
    setTransactionMessageLoadedAccountsDataSizeLimit,
    type ClientWithPayer,
    type ClientWithRpc,
    type ClientWithTransactionPlanning,
    type ClientWithTransactionSending,
    type ExtendedClient,
    type InstructionPlan,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
    type TransactionPlan,
} from '@solana/kit';

import { PaymentChannelsError } from '../errors';
import { toInteger, toU32, toU64, U32_MAX } from '../input';
import { sendMessage, type SendingApi, type SendingConfig } from './send-message';

/** How a client plans and sends transactions; every field has a default. */
export type TransactionSendingConfig = Omit<SendingConfig, 'computeUnitPrice'> &
    Readonly<{
        /** Version of the transaction messages, 0 by default. */
        version?: 'legacy' | 0 | 1 | undefined;
        /** Limit of compute units of every transaction; by default what a simulation says, with a margin. */
        computeUnitLimit?: number | undefined;
        /** Price in micro-lamports per compute unit (u64); none by default. */
        computeUnitPrice?: bigint | number | undefined;
        /** Limit of loaded account data in bytes; by default none, and for version 1 what a simulation says. */
        loadedAccountsDataSizeLimit?: number | undefined;
    }>;

/** What planning and sending stands on. */
export type TransactionSendingRequirements = ClientWithPayer & ClientWithRpc<SendingApi>;

type Sending = ClientWithTransactionPlanning & ClientWithTransactionSending;
type Message = TransactionMessage & TransactionMessageWithFeePayer;

/**
 * A client plugin that plans, signs, sends and confirms transactions through the client's RPC, paid by the client's
 * payer.
 *
 * A send is complete: the compute-unit limit comes from a simulation unless one is given, version 1 gets the limits that
 * it needs, the transaction is sent again until it is confirmed or can no longer land, and a failure is an error of kit
 * (`SOLANA_ERROR__FAILED_TO_SEND_TRANSACTION`) that `getProgramFailure` decodes.
 *
 * It is for single sends and small plans: kit's planner, which it uses, takes more than quadratic time.
 *
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field of the config.
 */
export function transactionSending(config: TransactionSendingConfig = {}) {
    const { loadedAccountsDataSizeLimit, version = 0 } = config;
    const price = toU64('computeUnitPrice', config.computeUnitPrice ?? 0n);
    const computeUnitLimit =
        config.computeUnitLimit === undefined
            ? undefined
            : Number(toInteger('computeUnitLimit', config.computeUnitLimit, 1n, U32_MAX));
    const dataSizeLimit =
        loadedAccountsDataSizeLimit === undefined
            ? undefined
            : toU32('loadedAccountsDataSizeLimit', loadedAccountsDataSizeLimit, 1n);

    return <TClient extends TransactionSendingRequirements>(client: TClient): ExtendedClient<TClient, Sending> => {
        const createMessage = (): Message =>
            pipe(
                // Kit's types keep the versions apart; what is done here is the same for each.
                createTransactionMessage({ version }) as TransactionMessage,
                m => setTransactionMessageFeePayerSigner(client.payer, m) as Message,
                m => (computeUnitLimit ? setTransactionMessageComputeUnitLimit(computeUnitLimit, m) : m),
                m => (dataSizeLimit ? setTransactionMessageLoadedAccountsDataSizeLimit(dataSizeLimit, m) : m),
                // Places for what is known after a simulation only, so that a plan is as large as what is sent.
                fillTransactionMessageProvisoryResourceLimits,
                m => (price > 0n && m.version !== 1 ? setTransactionMessageComputeUnitPrice(price, m as never) : m),
            );
        const planner = createTransactionPlanner({ createTransactionMessage: createMessage });
        const execute = createTransactionPlanExecutor({
            executeTransactionMessage: (context, message, executeConfig) =>
                sendMessage(client.rpc, message, { ...config, computeUnitPrice: price }, context, executeConfig),
        });
        const planOne = (plan: InstructionPlan): Message =>
            appendTransactionMessageInstructionPlan(plan, createMessage());
        const toTransactionPlan = async (
            input: Parameters<Sending['sendTransactions']>[0],
            sendConfig?: Parameters<Sending['sendTransactions']>[1],
        ): Promise<TransactionPlan> => {
            const plan = parseInstructionOrTransactionPlanInput(input);
            return isTransactionPlan(plan) ? plan : await planner(plan, sendConfig);
        };
        return extendClient(client, {
            planTransaction: (input, planConfig) => {
                planConfig?.abortSignal?.throwIfAborted();
                const plan = parseInstructionOrTransactionPlanInput(input);
                return Promise.resolve(planOne(plan as InstructionPlan));
            },
            planTransactions: toTransactionPlan,
            sendTransaction: async (input, sendConfig) => {
                const plan = parseInstructionOrTransactionPlanInput(input);
                // Before anything of it is sent: several transactions are not a single one.
                if (isTransactionPlan(plan) && plan.kind !== 'single') {
                    throw new PaymentChannelsError('INPUT_INVALID', { field: 'input', value: `a ${plan.kind} plan` });
                }
                const message = isTransactionPlan(plan)
                    ? plan
                    : ({ kind: 'single', message: planOne(plan), planType: 'transactionPlan' } as const);
                const result = await passthroughFailedTransactionPlanExecution(execute(message, sendConfig));
                if (result.kind !== 'single') throw new TypeError('unreachable: a single plan has a single result');
                if (result.status === 'successful') return result;
                throw createFailedToSendTransactionError(result, sendConfig?.abortSignal?.reason);
            },
            sendTransactions: async (input, sendConfig) =>
                await execute(await toTransactionPlan(input, sendConfig), sendConfig),
        } satisfies Sending) as ExtendedClient<TClient, Sending>;
    };
}
