import { getBase64Decoder } from '@solana/kit';
import {
    inspectOpenTransaction,
    inspectTopUpTransaction,
    isPaymentChannelsError,
    parseAgreementJson,
    parseWireTransaction,
    toVoucherJson,
    type Deployment,
    type InspectionMismatch,
    type ParsedTransaction,
    type ParsedTransactionInstruction,
} from 'solana-payment-channels';

import { UsageError } from './io';
import { format } from './table';
import type { Form } from './inspect-input';
import { toFields, type Context, type Kind, type ReportTable } from './inspect-reading';

/** A transaction as it travels. */
export const TRANSACTION: Kind = {
    description: 'a transaction, signed or not: says what it does, and with --terms whether that is what was agreed',
    name: 'transaction',
    read: async ({ bytes }: Form & { as: 'bytes' }, { deployments, terms }: Context) => {
        const wire = getBase64Decoder().decode(bytes);
        const parsed = await Promise.all(deployments.map(deployment => parseWireTransaction(wire, deployment)));
        // The program that it calls tells the revision.
        const index = Math.max(
            0,
            parsed.findIndex(({ callsProgram }) => callsProgram),
        );
        const [deployment, transaction] = [deployments[index]!, parsed[index]!];
        const { callsProgram, instructions, signatures } = transaction;
        const mismatches = terms === undefined ? undefined : await judge(wire, terms, deployment);
        const isSigned = signatures.every(({ state }) => state !== 'invalid');
        const isVerified = instructions.every(({ verifiedSignatures = [] }) =>
            verifiedSignatures.every(({ isValid }) => isValid),
        );
        return {
            deployment: callsProgram ? deployment : undefined,
            isGood: isSigned && isVerified && (mismatches === undefined || mismatches.length === 0),
            notes: callsProgram ? [] : ['It does not call the program of the channels.'],
            tables: [
                toFields(toSummary(transaction)),
                {
                    head: ['signer', 'signature', 'state'],
                    rows: signatures.map(({ signature = '', signer, state }) => [signer, signature, state]),
                    title: 'Signatures',
                },
                ...instructions.flatMap(toTables),
                ...(mismatches === undefined ? [] : [toVerdict(mismatches)]),
            ],
            title: `A transaction of version ${transaction.version}`,
            value: mismatches === undefined ? transaction : { ...transaction, mismatches },
        };
    },
    takes: 'bytes',
};

/** What is not as the terms have it. */
async function judge(wire: string, terms: string, deployment: Deployment): Promise<readonly InspectionMismatch[]> {
    try {
        const agreed = parseAgreementJson(terms, deployment);
        const inspection =
            agreed.kind === 'open'
                ? await inspectOpenTransaction(wire, agreed.agreement, deployment)
                : await inspectTopUpTransaction(wire, agreed.agreement, deployment);
        return inspection.isAccepted ? [] : inspection.mismatches;
    } catch (error) {
        if (!isPaymentChannelsError(error)) throw error;
        throw new TermsError(`the terms can't be used: ${error.message}`, { cause: error });
    }
}

/** What is wrong with the terms, and so not with the transaction. */
export class TermsError extends UsageError {}

function toSummary(transaction: ParsedTransaction): object {
    const { bytes, computeUnitLimit, computeUnits, feeLamports, feePayer, lifetimeToken, maxBytes } = transaction;
    return {
        bytes: `${format(bytes)} of ${format(maxBytes)}`,
        'fee payer': feePayer,
        'blockhash or nonce': lifetimeToken,
        'fee (lamports)': format(feeLamports),
        'of it for priority': format(transaction.priorityFeeLamports),
        'compute-unit limit': computeUnitLimit === undefined ? undefined : format(computeUnitLimit),
        'compute units granted': computeUnits === undefined ? undefined : format(computeUnits),
    };
}

function toTables(instruction: ParsedTransactionInstruction, index: number): ReportTable[] {
    const { accounts, data, event, missingAccounts, name, operation, program, programAddress } = instruction;
    const title = `Instruction ${index + 1}, ${program ?? 'program'} ${programAddress}`;
    const said: Record<string, unknown> = { instruction: name ?? 'unknown' };
    if (operation !== undefined && operation !== name) said['operation'] = operation;
    Object.assign(said, instruction.arguments);
    for (const [place, verified] of (instruction.verifiedSignatures ?? []).entries()) {
        const { isValid, message, signature, signer, voucher } = verified;
        said[`signature ${place + 1}`] = {
            signer,
            signature,
            isGood: isValid,
            ...(voucher === undefined ? { message } : { voucher: toVoucherJson(voucher) }),
        };
    }
    if (event !== undefined && event.eventType !== 'unknown') said['event'] = event.data;
    if (name === undefined && instruction.verifiedSignatures === undefined) said['data'] = data;
    if (missingAccounts.length > 0) said['missing accounts'] = missingAccounts.join(', ');
    const rows = accounts.map(({ address, isSigner, isWritable, lookup, name: account }, place) => [
        account ?? `${place + 1}`,
        address ?? `place ${lookup!.index} of table ${lookup!.table}`,
        [isSigner ? 'signer' : '', isWritable ? 'writable' : ''].filter(text => text !== '').join(', '),
    ]);
    return [toFields(said, title), ...(rows.length === 0 ? [] : [{ head: ['account', 'address', 'role'], rows }])];
}

function toVerdict(mismatches: readonly InspectionMismatch[]): ReportTable {
    if (mismatches.length === 0) return { head: ['terms'], rows: [['It is what was agreed.']], title: 'Verdict' };
    const show = (value: unknown) => (value === undefined ? '' : typeof value === 'string' ? value : toText(value));
    return {
        head: ['code', 'where', 'expected', 'actual'],
        rows: mismatches.map(mismatch => {
            const { actual, code, expected, path } = mismatch as InspectionMismatch & {
                actual?: unknown;
                expected?: unknown;
            };
            return [code, path, show(expected), show(actual)];
        }),
        title: 'It is not what was agreed',
    };
}

const toText = (value: unknown): string =>
    JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? `${member}` : member)) ?? '';
