/** Recorded transactions: their shape (`shared/vectors/README.md`) and where they are. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Address } from '@solana/kit';

import type { ProgramRevision } from '../../../src/testing/elf';

export type RecordedClock = Readonly<{ slot: string; unixTimestamp: string }>;

export type RecordedAccount = Readonly<{ data: string; lamports: string; owner: Address }>;

export type RecordedInstruction = Readonly<{
    accounts: readonly Readonly<{ address: Address; signer: boolean; writable: boolean }>[];
    data: string;
    program: Address;
}>;

export type RecordedError =
    | Readonly<{ builtin: string; instruction: number }>
    | Readonly<{ custom: number; instruction: number }>
    | Readonly<{ transaction: string }>;

export type RecordedStep = Readonly<{
    clock?: RecordedClock;
    expect: Readonly<{
        after: Readonly<Record<Address, RecordedAccount | null>>;
        computeUnits: number;
        error: RecordedError | null;
        innerInstructionData: readonly string[];
    }>;
    feePayer: Address;
    instructions: readonly RecordedInstruction[];
}>;

export type RecordedCase = Readonly<{
    accounts: readonly Readonly<RecordedAccount & { address: Address }>[];
    clock: RecordedClock;
    id: string;
    programId: Address;
    steps: readonly RecordedStep[];
}>;

export type RecordedFile = Readonly<{ name: string; path: string }>;

const PROJECT_ROOT = resolve(fileURLToPath(import.meta.url), '../../../..');

/** The folder with the recorded cases of a revision. It is not part of the repository and may be missing. */
export function getRecordedFolder(revision: ProgramRevision): string {
    return resolve(PROJECT_ROOT, '../shared/vectors', revision);
}

/** The files with recorded cases, without reading them; none where the folder is missing. */
export function listRecordedFiles(revision: ProgramRevision): RecordedFile[] {
    const folder = getRecordedFolder(revision);
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter(name => name.endsWith('.json'));
    return names.sort().map(name => ({ name: basename(name, '.json'), path: join(folder, name) }));
}

export function readRecordedFile({ path }: RecordedFile): RecordedCase[] {
    return JSON.parse(readFileSync(path, 'utf8')) as RecordedCase[];
}

/** What each step is about, in words: a function of case id and step. */
export function readLabels(revision: ProgramRevision): (id: string, step: number) => string {
    const path = join(getRecordedFolder(revision), 'labels.tsv');
    const labels = new Map<string, string>();
    for (const line of existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []) {
        const [id, step, label] = line.split('\t');
        if (label !== undefined) labels.set(`${id}#${step}`, label);
    }
    return (id, step) => labels.get(`${id}#${step}`) ?? 'no label';
}
