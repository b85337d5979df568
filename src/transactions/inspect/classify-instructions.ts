import {
    bytesEqual,
    containsBytes,
    createNoopSigner,
    type Address,
    type ReadonlyUint8Array,
    type TransactionVersion,
} from '@solana/kit';
import {
    getAdvanceNonceAccountDiscriminatorBytes,
    getAdvanceNonceAccountInstruction,
    parseAdvanceNonceAccountInstruction,
    SYSTEM_PROGRAM_ADDRESS,
} from '@solana-program/system';
import {
    ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
    getCreateAssociatedTokenIdempotentDiscriminatorBytes,
    getCreateAssociatedTokenIdempotentInstruction,
    parseCreateAssociatedTokenIdempotentInstruction,
} from '@solana-program/token';

import { findTokenPdaSync } from '../../channel/find-pdas-sync';
import { getProgramConfig, type DeploymentParts } from '../../revision/deployment';
import { COMPUTE_BUDGET_PROGRAM_ADDRESS } from '../../runtime/programs';
import type { CheckedAgreement } from '../check-agreement';
import { MEMO_PROGRAM_ADDRESS } from '../memo';
import { decodeExactly, getNamedAccounts, type ChannelInstruction } from './channel-instruction';
import { decodeComputeBudget } from './compute-budget-setting';
import type { ExpectedAccount, JudgedInstruction } from './judged-instruction';

/** An instruction before anything is known of it. */
export type RawInstruction = Pick<
    JudgedInstruction,
    'accountIndexes' | 'addresses' | 'data' | 'path' | 'programAddress'
>;

/** The instructions of a transaction, each with what it is, and the data of the one that was agreed. */
export type ClassifiedInstructions<TData> = Readonly<{
    instructions: readonly JudgedInstruction[];
    data: TData | undefined;
    /** The accounts that the agreed instruction has to have, whether it is there or not. */
    channelAccounts: readonly ExpectedAccount[];
}>;

/** Says of every instruction what it is, by its program and data alone, and which accounts it has to have. */
export function classifyInstructions<TAgreement extends CheckedAgreement, TData>(
    raw: readonly RawInstruction[],
    version: TransactionVersion,
    agreement: TAgreement,
    channelInstruction: ChannelInstruction<TAgreement, TData>,
    deployment: DeploymentParts<'programAddress' | 'revision'>,
): ClassifiedInstructions<TData> {
    const { programAddress } = getProgramConfig(deployment);
    const reading = channelInstruction.reading;
    const discriminator = reading.getDiscriminator();
    const isChannel = (instruction: RawInstruction) =>
        instruction.programAddress === programAddress && startsWith(instruction.data, discriminator);
    const first = raw.find(isChannel);
    const { isExact, value: data } = first
        ? decodeExactly(reading.getDataCodec(), first.data)
        : { isExact: false, value: undefined };
    const channelAccounts = channelInstruction.getExpectedAccounts(agreement, data);

    const classify = (instruction: RawInstruction, index: number): JudgedInstruction => {
        if (instruction === first) {
            return { ...instruction, expected: channelAccounts, isDataExact: isExact, kind: 'channel' };
        }
        if (isChannel(instruction)) {
            return { ...instruction, expected: channelAccounts, isDataExact: true, kind: 'repeatedChannel' };
        }
        return (
            classifyCreation(instruction, agreement) ??
            classifyNonce(instruction, index, agreement) ??
            classifyHelper(instruction, version, agreement, programAddress)
        );
    };
    return { channelAccounts, data, instructions: raw.map(classify) };
}

function startsWith(data: ReadonlyUint8Array, bytes: ReadonlyUint8Array): boolean {
    return data.length >= bytes.length && containsBytes(new Uint8Array(data), new Uint8Array(bytes), 0);
}

function equals(data: ReadonlyUint8Array, bytes: ReadonlyUint8Array): boolean {
    return bytesEqual(new Uint8Array(data), new Uint8Array(bytes));
}

/** An idempotent creation of an associated token account, if creations were agreed at all. */
function classifyCreation(
    instruction: RawInstruction,
    { createTokenAccounts, mint, operator, payer, tokenProgram }: CheckedAgreement,
): JudgedInstruction | undefined {
    if (instruction.programAddress !== ASSOCIATED_TOKEN_PROGRAM_ADDRESS || createTokenAccounts.owners.length === 0) {
        return undefined;
    }
    const discriminator = getCreateAssociatedTokenIdempotentDiscriminatorBytes();
    if (!startsWith(instruction.data, discriminator)) return undefined;
    const [funder, , owner] = instruction.addresses;
    const isPaidByOperator = funder === operator && createTokenAccounts.operatorPaysLamports !== undefined;
    return {
        ...instruction,
        isDataExact: equals(instruction.data, discriminator),
        isPaidByOperator,
        kind: 'createTokenAccount',
        owner,
        ...(owner !== undefined && {
            expected: getCreationAccounts(isPaidByOperator ? operator : payer, owner, mint, tokenProgram),
        }),
    };
}

function getCreationAccounts(
    funder: Address,
    owner: Address,
    mint: Address,
    tokenProgram: Address,
): readonly ExpectedAccount[] {
    const [ata] = findTokenPdaSync({ mint, owner, tokenProgram });
    const instruction = getCreateAssociatedTokenIdempotentInstruction({
        ata,
        mint,
        owner,
        payer: createNoopSigner(funder),
        tokenProgram,
    });
    return getNamedAccounts(instruction, parseCreateAssociatedTokenIdempotentInstruction(instruction).accounts);
}

/**
 * The instruction that gives a transaction the lifetime of a durable nonce. The runtime looks only at the first
 * instruction and these bytes.
 */
function classifyNonce(
    instruction: RawInstruction,
    index: number,
    { durableNonce }: CheckedAgreement,
): JudgedInstruction | undefined {
    const discriminator = getAdvanceNonceAccountDiscriminatorBytes();
    if (index !== 0 || instruction.programAddress !== SYSTEM_PROGRAM_ADDRESS) return undefined;
    if (!startsWith(instruction.data, discriminator)) return undefined;
    const judged = {
        ...instruction,
        isDataExact: equals(instruction.data, discriminator),
        kind: 'durableNonce',
    } as const;
    if (!durableNonce) return judged;
    const expected = getAdvanceNonceAccountInstruction({
        nonceAccount: durableNonce.nonceAccountAddress,
        nonceAuthority: createNoopSigner(durableNonce.nonceAuthorityAddress),
    });
    return {
        ...judged,
        expected: getNamedAccounts(expected, parseAdvanceNonceAccountInstruction(expected).accounts),
    };
}

/** Instructions that a wallet or an application may add to the agreed one. */
function classifyHelper(
    instruction: RawInstruction,
    version: TransactionVersion,
    agreement: CheckedAgreement,
    programAddress: Address,
): JudgedInstruction {
    const judged = { ...instruction, isDataExact: true };
    const { addresses, data, programAddress: program } = instruction;
    // A version 1 message has these settings in its header, and nothing looks at such an instruction.
    if (program === COMPUTE_BUDGET_PROGRAM_ADDRESS && version !== 1) {
        const setting = addresses.length === 0 ? decodeComputeBudget({ data, programAddress: program }) : undefined;
        return { ...judged, kind: 'computeBudget', setting };
    }
    if (program === MEMO_PROGRAM_ADDRESS) return { ...judged, kind: 'memo' };
    const guard = agreement.guardPrograms.find(candidate => candidate.programAddress === program);
    // No other instruction of the channels' program can be agreed to.
    if (guard && program !== programAddress) return { ...judged, guard, kind: 'guard' };
    return { ...judged, kind: 'other' };
}
