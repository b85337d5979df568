import type { Address, Transaction } from '@solana/kit';

import { getProgramConfig, getRevisionName, type DeploymentParts } from '../../revision/deployment';
import type { RevisionName } from '../../revision/revision-types';
import type { CheckedAgreement } from '../check-agreement';
import type { MessageAccount, MessageView } from '../decode-message';
import { getSignatureStates, type SignatureState } from '../signature-states';
import type { DecodedTransaction } from '../wire-transaction';
import type { ChannelInstruction } from './channel-instruction';
import { classifyInstructions } from './classify-instructions';
import { getTransactionFee, type TransactionFee } from './transaction-fee';
import type { ExpectedAccount, JudgedInstruction } from './judged-instruction';
import type { InspectionMismatch } from './inspection-mismatch';

/** An account of the message, with its address where that is known. */
export type ResolvedAccount = Readonly<{
    /** Such as `accounts[3]`. */
    path: string;
    /** Undefined when it comes from a lookup table, or a place in one, that was not agreed. */
    address: Address | undefined;
    isSigner: boolean;
    isWritable: boolean;
    lookup?: Readonly<{ table: Address; index: number }>;
}>;

/** All that the rules look at. Everything that takes time was done before. */
export type InspectionContext<TAgreement extends CheckedAgreement = CheckedAgreement, TData = unknown> = Readonly<{
    agreement: TAgreement;
    /** The program that it was inspected for. */
    program: Readonly<{ address: Address; revision: RevisionName }>;
    transaction: Transaction;
    message: MessageView;
    accounts: readonly ResolvedAccount[];
    instructions: readonly JudgedInstruction[];
    /** The name of the instruction that was agreed. */
    channelInstructionName: string;
    /** The accounts that it has to have. */
    channelAccounts: readonly ExpectedAccount[];
    /** Its data, if it is there and can be read. */
    data: TData | undefined;
    signatures: ReadonlyMap<Address, SignatureState>;
    fee: TransactionFee;
}>;

/**
 * One rule of inspection: what it finds wrong with a transaction.
 *
 * Rules don't rely on each other: each one is given every transaction that can be decoded at all.
 */
export type Rule<TContext = InspectionContext> = Readonly<{
    name: string;
    check: (context: TContext) => readonly InspectionMismatch[];
}>;

/** Derives, resolves and verifies all that the rules compare. */
export async function getInspectionContext<TAgreement extends CheckedAgreement, TData>(
    { message, transaction }: DecodedTransaction,
    agreement: TAgreement,
    channelInstruction: ChannelInstruction<TAgreement, TData>,
    deployment: DeploymentParts<'programAddress' | 'revision'>,
): Promise<InspectionContext<TAgreement, TData>> {
    const accounts = message.accounts.map((account, index) => resolve(account, index, agreement));
    const raw = message.instructions.map(({ accountIndexes, data, programAddress: program }, index) => ({
        accountIndexes,
        addresses: accountIndexes.map(account => accounts[account]!.address),
        data,
        path: `instructions[${index}]`,
        programAddress: program,
    }));
    const { channelAccounts, data, instructions } = classifyInstructions(
        raw,
        message.version,
        agreement,
        channelInstruction,
        deployment,
    );
    return {
        accounts,
        agreement,
        channelAccounts,
        channelInstructionName: channelInstruction.name,
        data,
        fee: getTransactionFee(message, instructions),
        instructions,
        message,
        program: { address: getProgramConfig(deployment).programAddress, revision: getRevisionName(deployment) },
        signatures: await getSignatureStates(transaction),
        transaction,
    };
}

function resolve(account: MessageAccount, index: number, { lookupTables }: CheckedAgreement): ResolvedAccount {
    const { isSigner, isWritable } = account;
    const path = `accounts[${index}]`;
    if (account.source === 'static') return { address: account.address, isSigner, isWritable, path };
    const lookup = { index: account.lookupIndex, table: account.lookupTable };
    return { address: lookupTables.get(lookup.table)?.[lookup.index], isSigner, isWritable, lookup, path };
}
