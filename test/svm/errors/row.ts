import { type Address, type Instruction } from '@solana/kit';

import { type RevisionFacts } from '../revisions';
import { type Given, type Stage, type TokenKind } from './stage';

/** Who returns an error: this program, another one, or the runtime before any program runs. */
export type Culprit = 'self' | 'runtime' | Address;

/** An error as a transaction returns it; `at` is the index of the failing instruction. */
export type Expected = Readonly<{ at: number; by: Culprit }> &
    Readonly<{ code: number; builtin?: undefined } | { code?: undefined; builtin: string }>;

/** The rows of one theme, for one revision. */
export type Rows = (facts: RevisionFacts) => readonly Row[];

/** One cause of one error. */
export type Row = Readonly<{
    name: string;
    expected: Expected;
    /** Where the channel is before; `open` by default. */
    given?: Given;
    token?: TokenKind;
    /** Sets the world up further and returns the transaction that has to fail. */
    arrange: (stage: Stage) => Promise<readonly Instruction[]> | readonly Instruction[];
}>;

/** A custom error, by default of this program and in the first instruction. */
export function code(number: number, { at = 0, by = 'self' }: { at?: number; by?: Culprit } = {}): Expected {
    return { at, by, code: number };
}

/** A builtin error, by default of this program and in the first instruction. */
export function builtin(name: string, { at = 0, by = 'self' }: { at?: number; by?: Culprit } = {}): Expected {
    return { at, builtin: name, by };
}

/** The transaction of an instruction with one thing changed. */
export async function changed(
    built: Promise<readonly Instruction[]>,
    change: (instruction: Instruction) => Instruction,
): Promise<readonly Instruction[]> {
    const instructions = await built;
    return [...instructions.slice(0, -1), change(instructions.at(-1)!)];
}

/** What a call on behalf of a channel fails with when its stored bump, which nothing checks, is a wrong one. */
export const FORGED_BUMPS = [
    { error: 'PrivilegeEscalation', isOffCurve: true, name: 'bump of another address' },
    { error: 'ProgramFailedToComplete', isOffCurve: false, name: 'bump of no address' },
] as const;
