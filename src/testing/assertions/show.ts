import type { Address, Instruction } from '@solana/kit';

import { toJsonForm } from '../../core/json-form';
import type { Deployment } from '../../revision/deployment';
import * as epoch from '../../revision/epoch/parse-instruction';
import type { RevisionName } from '../../revision/revision-types';
import * as tombstone from '../../revision/tombstone/parse-instruction';
import { decodeMessage } from '../../transactions/decode-message';
import type { TransactionResult } from '../result';
import { findSource } from '../result-source';

type Parsers = Readonly<{
    parsePaymentChannelsInstruction: (instruction: never) => object & Readonly<{ instructionType: number }>;
    PaymentChannelsInstruction: Readonly<Record<number, string>>;
}>;

/** What is rendered for each revision reads its instructions. */
const PARSERS = { epoch, tombstone } as unknown as Readonly<Record<RevisionName, Parsers>>;

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

function showInstruction({ programAddress, revision }: Deployment, instruction: Instruction): string {
    if (instruction.programAddress === programAddress) {
        const { parsePaymentChannelsInstruction, PaymentChannelsInstruction } = PARSERS[revision];
        try {
            const { instructionType, ...parts } = parsePaymentChannelsInstruction(instruction as never);
            const { accounts, data } = parts as { accounts?: Record<string, { address: Address }>; data?: object };
            const named = Object.entries(accounts ?? {}).map(([name, { address }]) => `${name} ${address}`);
            return `${PaymentChannelsInstruction[instructionType]} ${show(data ?? {})} of ${named.join(', ')}`;
        } catch {
            // Bytes that are no instruction of the program.
        }
    }
    return `${instruction.data?.length ?? 0} bytes for ${instruction.programAddress}`;
}

/** Any value in one line, integers as what they are. */
export function show(value: unknown): string {
    if (typeof value === 'bigint') return `${value}`;
    if (value === undefined) return 'undefined';
    return JSON.stringify(toJsonForm(value)) ?? String(value);
}
