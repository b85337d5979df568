import {
    appendTransactionMessageInstructionPlan,
    createFailedToSendTransactionError,
    createTransactionMessage,
    createTransactionPlanExecutor,
    createTransactionPlanner,
    failedSingleTransactionPlanResult,
    fillTransactionMessageProvisoryResourceLimits,
    flattenTransactionPlanResult,
    isSolanaError,
    isTransactionPlan,
    pipe,
    setTransactionMessageFeePayerSigner,
    SOLANA_ERROR__INSTRUCTION_PLANS__FAILED_TO_EXECUTE_TRANSACTION_PLAN,
    successfulSingleTransactionPlanResult,
    type ClientWithPayer,
    type ClientWithRpc,
    type ClientWithTransactionPlanning,
    type ClientWithTransactionSending,
    type Commitment,
    type ExtendedClient,
    type InstructionPlan,
    type Rpc,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
    type TransactionPlan,
    type TransactionPlanResult,
} from '@solana/kit';

import { setComputeBudget } from '../runtime/compute-budget';
import { TRANSACTION_OUTCOME_UNKNOWN } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../core/errors';
import { extendClient } from '../core/extend-client';
import {
    assertHasMethods,
    readMembers,
    readOnlyMembers,
    refuseInput,
    toInteger,
    toOneOf,
    toSigner,
    toU32,
    toU64,
    type OnlyMembers,
} from '../core/input';
import { MAX_COMPUTE_UNITS } from '../runtime/limits';
import { toTransactionVersion } from '../runtime/transaction-limits';
import { within } from '../core/within';
import { readAbortSignal, toPlan } from './sending-input';
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

/** The client that planning and sending need. */
export type TransactionSendingRequirements = ClientWithPayer & ClientWithRpc<SendingApi>;

type Sending = ClientWithTransactionPlanning & ClientWithTransactionSending;
type Message = TransactionMessage & TransactionMessageWithFeePayer;

const MAX_MS = 86_400_000n;
const RPC_METHODS: readonly (keyof Rpc<SendingApi>)[] = [
    'getEpochInfo',
    'getLatestBlockhash',
    'getSignatureStatuses',
    'sendTransaction',
    'simulateTransaction',
];

const MEMBERS: OnlyMembers<TransactionSendingConfig> = {
    commitment: true,
    computeUnitLimit: true,
    computeUnitMarginPercent: true,
    computeUnitPrice: true,
    followTimeoutMs: true,
    loadedAccountsDataSizeLimit: true,
    pollIntervalMs: true,
    requestTimeoutMs: true,
    resendIntervalMs: true,
    signTimeoutMs: true,
    version: true,
};
const COMMITMENTS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];
const MAX_MARGIN_PERCENT = 10_000n;

/**
 * A client plugin that plans, signs, sends and confirms transactions through the client's RPC, paid by the client's
 * payer.
 *
 * A send is complete: the compute-unit limit comes from a simulation unless one is given, version 1 gets the limits that
 * it needs, the transaction is sent again until it is confirmed or can no longer land, and a failure is an error of kit
 * (`SOLANA_ERROR__FAILED_TO_SEND_TRANSACTION`) that `getProgramFailure` decodes.
 *
 * A failure is one: a node has refused to forward the transaction, or it has failed on chain, or it can't land any more.
 * What nobody has seen the end of, because nodes can't be reached or contradict each other or because the caller aborted
 * after it was sent, is `TRANSACTION_OUTCOME_UNKNOWN`, with its signature: look for it before you do the same again.
 *
 * It is for single sends and small plans: kit's planner, which it uses, takes more than quadratic time.
 *
 * @throws By field of the config `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`, `TRANSACTION_VERSION_UNSUPPORTED`,
 * `INPUT_INVALID`; `INPUT_INVALID` for a client without an RPC.
 *
 * @example
 * ```ts
 * import { payer, rpc, transactionSending } from 'solana-payment-channels/kit';
 *
 * const client = createClient()
 *     .use(payer(signer))
 *     .use(rpc(createSolanaRpc(url)))
 *     .use(transactionSending({ computeUnitPrice: 1_000n }));
 * await client.sendTransaction(instructions);
 * ```
 */
export function transactionSending(given: TransactionSendingConfig = {}) {
    const config = readOnlyMembers('config', given, MEMBERS);
    const { commitment, computeUnitMarginPercent, computeUnitPrice = 0n, loadedAccountsDataSizeLimit } = config;
    const version = toTransactionVersion('version', config.version === undefined ? 0 : config.version);
    if (commitment !== undefined) toOneOf('commitment', commitment, COMMITMENTS);
    if (computeUnitMarginPercent !== undefined) {
        toInteger('computeUnitMarginPercent', computeUnitMarginPercent, 0n, MAX_MARGIN_PERCENT);
    }
    const price = toU64('computeUnitPrice', computeUnitPrice);
    const computeUnitLimit =
        config.computeUnitLimit === undefined
            ? undefined
            : Number(toInteger('computeUnitLimit', config.computeUnitLimit, 1n, BigInt(MAX_COMPUTE_UNITS)));
    const dataSizeLimit =
        loadedAccountsDataSizeLimit === undefined
            ? undefined
            : toU32('loadedAccountsDataSizeLimit', loadedAccountsDataSizeLimit, 1n);

    const toMs = (field: keyof SendingConfig & `${string}Ms`, min: bigint) =>
        config[field] === undefined ? undefined : Number(toInteger(field, config[field], min, MAX_MS));
    const checked = {
        ...config,
        followTimeoutMs: toMs('followTimeoutMs', 1n),
        pollIntervalMs: toMs('pollIntervalMs', 0n),
        requestTimeoutMs: toMs('requestTimeoutMs', 1n),
        resendIntervalMs: toMs('resendIntervalMs', 0n),
        signTimeoutMs: toMs('signTimeoutMs', 1n),
    };

    return <TClient extends TransactionSendingRequirements>(client: TClient): ExtendedClient<TClient, Sending> => {
        const given = readMembers('client', client, ['payer', 'rpc']);
        assertHasMethods('client.rpc', given.rpc, RPC_METHODS);
        toSigner('client.payer', given.payer);
        const createMessage = (): Message =>
            pipe(
                // Kit's types keep the versions apart; what is done here is the same for each.
                createTransactionMessage({ version }) as TransactionMessage,
                m => setTransactionMessageFeePayerSigner(client.payer, m) as Message,
                m =>
                    setComputeBudget(m, {
                        computeUnitLimit: computeUnitLimit || undefined,
                        loadedAccountsDataSizeLimit: dataSizeLimit || undefined,
                    }),
                // Places for what is known after a simulation only, so that a plan is as large as what is sent.
                fillTransactionMessageProvisoryResourceLimits,
                m => setComputeBudget(m, { computeUnitPrice: price === 0n ? undefined : price }),
            );
        const sendOne = (message: Message, context: object, abortSignal?: AbortSignal) =>
            sendMessage(client.rpc, message, { ...checked, computeUnitPrice: price }, context, abortSignal);
        const planOne = (plan: InstructionPlan): Message =>
            appendTransactionMessageInstructionPlan(plan, createMessage());
        const toTransactionPlan = async (
            input: Parameters<Sending['sendTransactions']>[0],
            abortSignal: AbortSignal | undefined,
        ): Promise<TransactionPlan> => {
            const plan = toPlan(input);
            if (isTransactionPlan(plan)) return plan;
            // Kit's planner would leave a listener on the signal for each message that it tries.
            const planner = createTransactionPlanner({
                createTransactionMessage: () => {
                    abortSignal?.throwIfAborted();
                    return createMessage();
                },
            });
            return await within('the planner', Infinity, () => planner(plan), abortSignal);
        };
        return extendClient(client, {
            planTransaction: async (input, planConfig) => {
                readAbortSignal(planConfig)?.throwIfAborted();
                return planOne(toPlan(input) as InstructionPlan);
            },
            planTransactions: async (input, planConfig) => await toTransactionPlan(input, readAbortSignal(planConfig)),
            sendTransaction: async (input, sendConfig) => {
                const abortSignal = readAbortSignal(sendConfig);
                const plan = toPlan(input);
                // Before anything of it is sent: several transactions are not a single one.
                if (isTransactionPlan(plan) && plan.kind !== 'single') {
                    refuseInput('input', 'one transaction, or instructions for one', `a ${plan.kind} plan`);
                }
                const message = isTransactionPlan(plan) ? plan.message : planOne(plan);
                const context = {};
                try {
                    return successfulSingleTransactionPlanResult(message, await sendOne(message, context, abortSignal));
                } catch (error) {
                    // It may have landed: nothing that says "failed" may be thrown for it.
                    if (isPaymentChannelsError(error, 'TRANSACTION_OUTCOME_UNKNOWN')) throw error;
                    const failed = failedSingleTransactionPlanResult(message, toError(error), context);
                    throw createFailedToSendTransactionError(failed, abortSignal?.reason);
                }
            },
            sendTransactions: async (input, sendConfig) => {
                const abortSignal = readAbortSignal(sendConfig);
                const plan = await toTransactionPlan(input, abortSignal);
                // Kit would leave a listener on the signal, and give up what is under way as failed.
                const execute = createTransactionPlanExecutor({
                    executeTransactionMessage: async (context, message) => {
                        abortSignal?.throwIfAborted();
                        return await sendOne(message, context, abortSignal);
                    },
                });
                try {
                    return await execute(plan, abortSignal?.aborted ? { abortSignal } : {});
                } catch (error) {
                    throw findUnknownOutcome(error) ?? error;
                }
            },
        } satisfies Sending) as ExtendedClient<TClient, Sending>;
    };
}

/** The first of several transactions whose outcome is unknown, with all results in the cause: the rest was not sent. */
function findUnknownOutcome(error: unknown): Error | undefined {
    if (!isSolanaError(error, SOLANA_ERROR__INSTRUCTION_PLANS__FAILED_TO_EXECUTE_TRANSACTION_PLAN)) return undefined;
    const { transactionPlanResult } = error.context as { transactionPlanResult?: TransactionPlanResult };
    const results = transactionPlanResult === undefined ? [] : flattenTransactionPlanResult(transactionPlanResult);
    for (const result of results) {
        const unknown: unknown = result.status === 'failed' ? result.error : undefined;
        if (isPaymentChannelsError(unknown, 'TRANSACTION_OUTCOME_UNKNOWN')) {
            return new PaymentChannelsError(TRANSACTION_OUTCOME_UNKNOWN, unknown.context, { cause: error });
        }
    }
    return undefined;
}

function toError(thrown: unknown): Error {
    return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
