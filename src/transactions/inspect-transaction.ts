import type { Transaction } from '@solana/kit';

import { toResult } from '../core/json-form';
import { isPaymentChannelsError } from '../core/errors';
import { getProgramConfig, type DeploymentParts } from '../revision/deployment';
import type { RevisionName } from '../revision/revision-types';
import type { OpenAgreement, TopUpAgreement } from './transaction-agreement';
import { toOpenAgreement, toTopUpAgreement, type CheckedAgreement } from './check-agreement';
import {
    getOpenToInspect,
    getTopUpToInspect,
    type ChannelInstruction,
    type OpenInspectionParts,
    type TopUpInspectionParts,
} from './inspect/channel-instruction';
import { getInspectionContext, type InspectionContext, type Rule } from './inspect/inspection-context';
import { getMismatch, type InspectionMismatch } from './inspect/inspection-mismatch';
import { OPEN_RULES, TOP_UP_RULES } from './inspect/rules/all-rules';
import { getInspectedOpen, getInspectedTopUp, type InspectedOpen, type InspectedTopUp } from './inspected-transaction';
import { toDecodedTransaction, type DecodedTransaction } from './wire-transaction';

/** The verdict on a transaction: what it does, or everything that is not as agreed. */
export type Inspection<TInspected> =
    | Readonly<{ isAccepted: true; inspected: TInspected }>
    | Readonly<{ isAccepted: false; mismatches: readonly InspectionMismatch[] }>;

/**
 * Judges a transaction that opens a channel, built and signed by the payer, by what was agreed, before the operator
 * signs it and pays its fee.
 *
 * Nothing in the transaction is trusted: channel, escrow, token accounts and event authority are derived from the
 * agreement (docs/program.md, sections 2 and 7.1), the splits are compared as they stand in the data, and every present
 * signature is verified. Everything that was not agreed is refused: other instructions, accounts that no instruction
 * needs, lookup tables, durable nonces, a higher fee. The operator's account may stand in an instruction only where the
 * agreement puts it, for instance as the payee. The instructions may stand in any order, but for the one that advances
 * a durable nonce, which comes first.
 *
 * It says nothing about the chain: whether the payer has the tokens, or the channel exists already. Simulate the
 * transaction before it is sent: one that fails still costs its fee.
 *
 * @param transaction Base64 from the wire, or a transaction of kit.
 * @returns The decoded open, or all mismatches. Whatever the transaction is, it does not throw.
 * @throws For the agreement only, by field: `AGREEMENT_INVALID`, `ADDRESS_INVALID`, `ADDRESS_OFF_CURVE`,
 * `BLOCKHASH_INVALID`, `OPEN_SLOT_OUT_OF_WINDOW`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`, `TOKEN_PROGRAM_UNSUPPORTED`; `OPERATOR_IS_PAYER`,
 * `PAYER_IS_PAYEE`, and the errors of {@link toSplits}.
 *
 * @example
 * ```ts
 * const inspection = await inspectOpenTransaction(await request.text(), agreement, MAINNET_DEPLOYMENT);
 * if (!inspection.isAccepted) return refuse(inspection.mismatches);
 * console.log(inspection.inspected.maxOperatorCostLamports);
 * ```
 */
export async function inspectOpenTransaction<TRevision extends RevisionName>(
    transaction: string | Transaction,
    agreement: OpenAgreement<TRevision>,
    deployment: OpenInspectionParts<TRevision>,
): Promise<Inspection<InspectedOpen<TRevision>>> {
    const checked = toOpenAgreement<TRevision>(agreement, deployment);
    const open = getOpenToInspect(deployment);
    return await inspect(transaction, checked, open, OPEN_RULES, getInspectedOpen<TRevision>, deployment);
}

/**
 * Judges a transaction that adds to the deposit of a channel, as {@link inspectOpenTransaction} does for an open
 * (docs/program.md, section 7.3). Take payer and mint of the agreement from the channel's account.
 *
 * @param transaction Base64 from the wire, or a transaction of kit.
 * @returns The decoded topUp, or all mismatches. Whatever the transaction is, it does not throw.
 * @throws For the agreement only, as {@link inspectOpenTransaction}.
 *
 * @example
 * ```ts
 * const { data } = await fetchChannel(rpc, channel, MAINNET_DEPLOYMENT);
 * const { mint, payer } = data;
 * const agreed = { amount: { min: 1_000n }, blockhashes: [blockhash], maxFeeLamports: 10_000n, operator };
 * const inspection = await inspectTopUpTransaction(wire, { ...agreed, channel, mint, payer }, MAINNET_DEPLOYMENT);
 * ```
 */
export async function inspectTopUpTransaction(
    transaction: string | Transaction,
    agreement: TopUpAgreement,
    deployment: TopUpInspectionParts,
): Promise<Inspection<InspectedTopUp>> {
    const checked = toTopUpAgreement(agreement);
    const topUp = getTopUpToInspect(deployment);
    return await inspect(transaction, checked, topUp, TOP_UP_RULES, getInspectedTopUp, deployment);
}

async function inspect<TAgreement extends CheckedAgreement, TData, TInspected>(
    transaction: string | Transaction,
    agreement: TAgreement,
    channelInstruction: ChannelInstruction<TAgreement, TData>,
    rules: readonly Rule<InspectionContext<TAgreement, TData>>[],
    getInspected: (
        decoded: DecodedTransaction,
        context: InspectionContext<TAgreement, TData>,
        data: TData,
    ) => TInspected,
    deployment: DeploymentParts<'programAddress' | 'revision'>,
): Promise<Inspection<TInspected>> {
    // Before the transaction is looked at: a bad deployment is the caller's mistake.
    getProgramConfig(deployment);
    const decoded = tryDecode(transaction);
    if ('code' in decoded) return refuse([decoded]);
    const context = await getInspectionContext(decoded, agreement, channelInstruction, deployment);
    const mismatches = applyRules(rules, context);
    // Without mismatches the instruction is there; to accept one that is not, nothing at all may be left to chance.
    if (mismatches.length > 0 || context.data === undefined) return refuse(mismatches);
    return toResult({ inspected: getInspected(decoded, context, context.data), isAccepted: true });
}

/** Everything that the rules find wrong, in their order. */
export function applyRules<TContext>(
    rules: readonly Rule<TContext>[],
    context: TContext,
): readonly InspectionMismatch[] {
    return rules.flatMap(({ check }) => check(context));
}

function refuse(mismatches: readonly InspectionMismatch[]) {
    return toResult({ isAccepted: false, mismatches: Object.freeze([...mismatches]) } as const);
}

function tryDecode(transaction: string | Transaction): DecodedTransaction | InspectionMismatch {
    try {
        return toDecodedTransaction(transaction);
    } catch (error) {
        if (isPaymentChannelsError(error, 'TRANSACTION_TOO_LARGE')) {
            const { actualBytes: actual, maxBytes: max } = error.context;
            return getMismatch('TRANSACTION_TOO_LARGE', 'transaction', { actual, expected: { max } });
        }
        if (isPaymentChannelsError(error, 'TRANSACTION_MALFORMED')) {
            const { field, reason } = error.context;
            return getMismatch('TRANSACTION_MALFORMED', field, { actual: reason, expected: undefined });
        }
        throw error;
    }
}
