import type {
    Address,
    Base64EncodedWireTransaction,
    ReadonlyUint8Array,
    Transaction,
    TransactionVersion,
    TransactionWithLifetime,
} from '@solana/kit';

import { toResult } from '../core/json-form';
import type { Split } from '../channel/splits';
import type { CheckedAgreement, CheckedOpenAgreement, CheckedTopUpAgreement } from './check-agreement';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';
import type { TopUpData } from './inspect/channel-instruction';
import type { OpenData } from '../revision/parts';
import type { InspectionContext } from './inspect/inspection-context';
import type { JudgedInstruction } from './inspect/judged-instruction';
import { decodeMemo } from './memo';
import { toWire, type DecodedTransaction } from './wire-transaction';

/** An addition to a transaction beside the agreed instruction, at `path`. */
export type TransactionAddition = Readonly<
    | { kind: 'memo'; path: string; content: string }
    | { kind: 'createTokenAccount'; path: string; owner: Address; isPaidByOperator: boolean }
    | { kind: 'guard'; path: string; programAddress: Address }
>;

/** The decoded form of any transaction that inspection accepted. */
export type InspectedTransaction = Readonly<{
    /** The transaction that was inspected, with the signatures it came with. */
    transaction: Transaction & TransactionWithLifetime;
    /** The same in base64. */
    wire: Base64EncodedWireTransaction;
    version: TransactionVersion;
    payer: Address;
    operator: Address;
    mint: Address;
    tokenProgram: Address;
    channel: Address;
    /** Token account that holds the deposit. */
    escrow: Address;
    payerTokenAccount: Address;
    /** Fee in lamports, at most. */
    feeLamports: bigint;
    /** Part of the fee that is for priority, at most. */
    priorityFeeLamports: bigint;
    /** All that the operator can lose by signing, in lamports: the fee, and the rent that it agreed to pay. */
    maxOperatorCostLamports: bigint;
    /** Limit of compute units that the message sets, if it does. */
    computeUnitLimit: number | undefined;
    /** Additions of an application or of the payer's wallet. */
    additions: readonly TransactionAddition[];
}>;

/** An open that is what was agreed. */
export type InspectedOpen<TRevision extends RevisionName = RevisionName> = InspectedTransaction &
    RevisionTypes[TRevision]['inspectedOpen'] &
    Readonly<{
        kind: 'open';
        payee: Address;
        authorizedSigner: Address;
        salt: bigint;
        /** In base units of the token. */
        deposit: bigint;
        gracePeriodSeconds: number;
        splits: readonly Split[];
    }>;

/** A topUp that is what was agreed. */
export type InspectedTopUp = InspectedTransaction &
    Readonly<{
        kind: 'topUp';
        /** In base units of the token. */
        amount: bigint;
    }>;

/** The decoded form of an accepted open. */
export function getInspectedOpen<TRevision extends RevisionName>(
    decoded: DecodedTransaction,
    context: InspectionContext<CheckedOpenAgreement, OpenData>,
    data: OpenData,
): InspectedOpen<TRevision> {
    const { authorizedSigner, payee, rent } = context.agreement;
    const inspected: InspectedOpen = {
        ...getInspectedTransaction(decoded, context),
        authorizedSigner,
        ...(data.openSlot === undefined ? {} : { openSlot: data.openSlot }),
        ...(rent === undefined ? {} : { rentPayer: rent.payer }),
        deposit: data.deposit,
        gracePeriodSeconds: data.gracePeriod,
        kind: 'open',
        payee,
        salt: data.salt,
        splits: Object.freeze(data.recipients.map(split => Object.freeze(split))),
    };
    return remember(toResult(inspected), decoded, context) as InspectedOpen<TRevision>;
}

/** The decoded form of an accepted topUp. */
export function getInspectedTopUp(
    decoded: DecodedTransaction,
    context: InspectionContext<CheckedTopUpAgreement, TopUpData>,
    data: TopUpData,
): InspectedTopUp {
    const inspected: InspectedTopUp = {
        ...getInspectedTransaction(decoded, context),
        amount: data.amount,
        kind: 'topUp',
    };
    return remember(toResult(inspected), decoded, context);
}

/** The accepted transaction of an inspection, where nobody else can reach it. */
type Accepted = Readonly<{ bytes: ReadonlyUint8Array; program: InspectionContext['program'] }>;

// Who holds the result of an inspection holds what was accepted; a copy of it, or an object like it, is nobody's word.
const accepted = /* @__PURE__ */ new WeakMap<object, Accepted>();

function remember<TInspected extends InspectedTransaction>(
    inspected: TInspected,
    { bytes }: DecodedTransaction,
    { program }: InspectionContext,
): TInspected {
    accepted.set(inspected, { bytes: new Uint8Array(bytes), program });
    return inspected;
}

/** The transaction that an inspection accepted, if the value is the result of that inspection. */
export function getAccepted(inspected: object): Accepted | undefined {
    return accepted.get(inspected);
}

function getInspectedTransaction(
    { bytes, transaction }: DecodedTransaction,
    context: InspectionContext,
): InspectedTransaction {
    const { agreement, channelAccounts, fee, instructions, message } = context;
    const { mint, operator, payer, tokenProgram } = agreement;
    const addressOf = (name: string) => channelAccounts.find(account => account.name === name)!.address;
    const creations = instructions.filter(
        instruction => instruction.kind === 'createTokenAccount' && instruction.isPaidByOperator,
    );
    const channelRent = agreement.rent?.payer === operator ? agreement.rent.lamports : 0n;
    const rent = channelRent + BigInt(creations.length) * (agreement.createTokenAccounts.operatorPaysLamports ?? 0n);
    return {
        additions: Object.freeze(instructions.flatMap(getAddition)),
        channel: addressOf('channel'),
        computeUnitLimit: fee.computeUnitLimit,
        escrow: addressOf('channelTokenAccount'),
        feeLamports: fee.feeLamports,
        maxOperatorCostLamports: fee.feeLamports + rent,
        mint,
        operator,
        payer,
        payerTokenAccount: addressOf('payerTokenAccount'),
        priorityFeeLamports: fee.priorityFeeLamports,
        tokenProgram,
        transaction: toResult({ ...transaction, lifetimeConstraint: getLifetime(agreement, context) }),
        version: message.version,
        wire: toWire(bytes),
    };
}

function getLifetime(
    { blockhashes, durableNonce }: CheckedAgreement,
    { instructions, message }: InspectionContext,
): TransactionWithLifetime['lifetimeConstraint'] {
    if (durableNonce && instructions[0]?.kind === 'durableNonce') {
        const { nonce, nonceAccountAddress } = durableNonce;
        return toResult({ nonce, nonceAccountAddress });
    }
    return blockhashes.find(({ blockhash }) => blockhash === message.lifetimeToken)!;
}

function getAddition(instruction: JudgedInstruction): TransactionAddition[] {
    const { path } = instruction;
    switch (instruction.kind) {
        case 'createTokenAccount': {
            const { isPaidByOperator, kind, owner } = instruction;
            return [toResult({ isPaidByOperator, kind, owner: owner!, path })];
        }
        case 'guard':
            return [toResult({ kind: 'guard', path, programAddress: instruction.programAddress })];
        case 'memo':
            return [toResult({ content: decodeMemo(instruction.data), kind: 'memo', path })];
        default:
            return [];
    }
}
