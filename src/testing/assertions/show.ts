import type { Address, Instruction } from '@solana/kit';

import { toJsonForm } from '../../core/json-form';
import type { Deployment } from '../../revision/deployment';
import { decodeMessage } from '../../transactions/decode-message';
import { parseInstruction } from '../../transactions/parse/parse-instruction';
import type { TransactionResult } from '../result';
import { findSource } from '../result-source';

/** A transaction and what came of it, for people: its instructions as the program reads them, its failure and its logs. */
export function showResult(result: TransactionResult): string {
    const { computeUnits, failure, logs, signature } = result;
    const outcome = failure === undefined ? 'succeeded' : `failed: ${failure.message}`;
    const source = findSource(result);
    const instructions = source ? showInstructions(source.deployment, source.messageBytes, source.addresses) : [];
    return [
        `Transaction ${signature} ${outcome}`,
        ...instructions.map((text, index) => `  instruction ${index}: ${text}`),
        `  compute units: ${computeUnits}`,
        logs.length === 0 ? '  no logs' : '  logs:',
        ...logs.map(line => `    ${line}`),
    ].join('\n');
}

function showInstructions(
    deployment: Deployment,
    messageBytes: Parameters<typeof decodeMessage>[0],
    addresses: readonly Address[],
): readonly string[] {
    return decodeMessage(messageBytes).instructions.map(({ accountIndexes, data, programAddress }) => {
        const accounts = accountIndexes.map(index => ({ address: addresses[index]!, role: 0 }));
        return showInstruction(deployment, { accounts, data, programAddress: programAddress! });
    });
}

function showInstruction(deployment: Deployment, instruction: Instruction): string {
    const parsed = parseInstruction(instruction, deployment);
    if (parsed === undefined) return `${instruction.data?.length ?? 0} bytes for ${instruction.programAddress}`;
    const named = parsed.accounts.map(({ address, name = 'further' }) => `${name} ${address}`);
    return `${parsed.name} ${show(parsed.data)} of ${named.join(', ')}`;
}

/** Any value in one line, integers as what they are. */
export function show(value: unknown): string {
    if (typeof value === 'bigint') return `${value}`;
    if (value === undefined) return 'undefined';
    return JSON.stringify(toJsonForm(value)) ?? String(value);
}
