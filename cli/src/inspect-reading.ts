import { getBase58Decoder } from '@solana/kit';
import { isPaymentChannelsError, type Deployment, type RevisionName } from 'solana-payment-channels';
import { toLine } from 'solana-payment-channels-codegen/printable';

import { UsageError } from './io';
import { formatTable } from './table';
import type { Form } from './inspect-input';

/** A table of a report. */
export type ReportTable = Readonly<{
    title?: string;
    head: readonly string[];
    rows: readonly (readonly (bigint | number | string)[])[];
}>;

/** What became of an input that was taken for something. */
export type Reading = Readonly<{
    /** What it is, in a few words. */
    title: string;
    /** The deployment that it was decoded for, where that makes a difference. */
    deployment?: Deployment | undefined;
    /** Revisions of which it might be as well: nothing in it tells. */
    otherRevisions?: readonly RevisionName[];
    /** False for a signature that is not good, and for terms that are not met. */
    isGood: boolean;
    /** For `--json`: what JSON.stringify writes. */
    value: object;
    tables: readonly ReportTable[];
    notes?: readonly string[];
}>;

/** All that readers are told beside the input. */
export type Context = Readonly<{
    /** Those that may be meant, the usual one first. */
    deployments: readonly Deployment[];
    rpcUrl: string | undefined;
    /** The text of the file with the terms that a transaction has to meet. */
    terms: string | undefined;
}>;

/** Something that a user may hold: an entry of the list in inspect-kinds.ts. */
export type Kind = Readonly<{
    /** For `--as`. */
    name: string;
    /** For `--help`. */
    description: string;
    /** Nothing but its length tells it: whatever else an input can be, it is rather that. */
    isToldByLength?: true;
    /** Which form of the input it is read from. */
    takes: Form['as'];
    /** Throws, with the reason, for what is something else. */
    read: (form: never, context: Context) => Promise<Reading>;
}>;

/** An input that is what it is said to be and can't be read without something else. */
export class IncompleteError extends UsageError {}

/** What a reader finds for the first deployment that it finds something for, and the revisions of the others. */
export async function readForFirst<T>(
    deployments: readonly Deployment[],
    read: (deployment: Deployment) => Promise<T> | T,
): Promise<Readonly<{ deployment: Deployment; otherRevisions: readonly RevisionName[]; value: T }>> {
    const found: { deployment: Deployment; value: T }[] = [];
    const errors: unknown[] = [];
    for (const deployment of deployments) {
        try {
            found.push({ deployment, value: await read(deployment) });
        } catch (error) {
            // Of two reasons the one that is not only that another revision is expected.
            if (isPaymentChannelsError(error, 'REVISION_MISMATCH')) errors.push(error);
            else errors.unshift(error);
        }
    }
    const [first, ...others] = found;
    if (first === undefined) throw errors[0];
    return { ...first, otherRevisions: others.map(({ deployment }) => deployment.revision) };
}

/** A table with a row for each member of a value, those inside of it by their path. */
export function toFields(value: object, title?: string): ReportTable {
    return { head: ['field', 'value'], rows: toRows('', value), ...(title === undefined ? {} : { title }) };
}

function toRows(path: string, value: unknown): [string, string][] {
    if (value === undefined || value === null) return [];
    if (value instanceof Uint8Array) return [[path, getBase58Decoder().decode(value)]];
    if (typeof value !== 'object') return [[path, String(value)]];
    return Object.entries(value).flatMap(([name, member]) => {
        const inner = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
        return toRows(inner, member);
    });
}

/** Seconds as a user reads them. */
export function toTime(seconds: bigint): string {
    if (seconds === 0n) return '0 (none)';
    const isDate = seconds > 0n && seconds < 253_402_300_800n;
    return isDate ? `${seconds} (${new Date(Number(seconds) * 1_000).toISOString()})` : `${seconds}`;
}

/** A reading for a person. */
export function formatReading({ deployment, notes = [], otherRevisions = [], tables, title }: Reading): string {
    const lines = [title];
    if (deployment !== undefined) lines.push(`Revision ${deployment.revision}, program ${deployment.programAddress}`);
    if (otherRevisions.length > 0) {
        lines.push(
            `Nothing in it tells the revision: it may be of ${otherRevisions.join(' or ')} as well (--revision)`,
        );
    }
    for (const { head, rows, title: name } of tables) {
        lines.push('');
        if (name !== undefined) lines.push(`${toLine(name)}:`);
        lines.push(formatTable(head, rows, { textColumns: head.length }));
    }
    if (notes.length > 0) lines.push('', ...notes.map(note => toLine(note)));
    return `${lines.join('\n')}\n`;
}

/** A reading as the JSON that the command prints: u64 as decimal strings, bytes in base58. */
export function toReadingJson(kind: string, reading: Reading): string {
    const { deployment, isGood, otherRevisions = [], value } = reading;
    const json = {
        kind,
        revision: deployment?.revision ?? null,
        otherRevisions,
        programAddress: deployment?.programAddress ?? null,
        isGood,
        value,
    };
    return JSON.stringify(json, (_, member: unknown) => {
        if (typeof member === 'bigint') return `${member}`;
        return member instanceof Uint8Array ? getBase58Decoder().decode(member) : member;
    });
}
