/** Replays the recorded transactions and sets their compute units beside the recorded ones. */

import { getBase64Encoder, type Address } from '@solana/kit';

import { collectUnusedSvms, startCase } from '../../test/svm/replay/execute';
import {
    listRecordedFiles,
    readRecordedFile,
    type RecordedInstruction,
    type RecordedStep,
} from '../../test/svm/replay/recorded-case';
import { openHeadLength, placeOf, type InstructionName, type RevisionFacts } from '../../test/svm/revisions';

const INSTRUCTIONS: Readonly<Record<number, InstructionName>> = {
    1: 'open',
    2: 'settle',
    3: 'topUp',
    4: 'settleAndFinalize',
    5: 'requestClose',
    6: 'finalize',
    7: 'distribute',
    8: 'withdrawPayer',
    9: 'reclaim',
    228: 'emitEvent',
};
/** Where an instruction has its token program among its accounts, a rent payer not counted. */
const TOKEN_PROGRAM_INDEX: Readonly<Partial<Record<InstructionName, number>>> = {
    distribute: 7,
    open: 7,
    topUp: 5,
    withdrawPayer: 5,
};
const TOKEN_PROGRAMS: Readonly<Record<Address, string>> = {
    TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA: 'SPL Token',
    TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb: 'Token-2022',
} as Record<Address, string>;

export type Measured = Readonly<{ case: string; value: number; baseline: number | null }>;

/**
 * One row for each kind of transaction, and one for all of them. A transaction's figure includes everything in it, so
 * those with several instructions of the program are one row per combination.
 */
export async function measureRecorded(facts: RevisionFacts, elf: Uint8Array): Promise<Measured[]> {
    const sums = new Map<string, { count: number; ours: number; recorded: number }>();
    const add = (name: string, ours: number, recorded: number): void => {
        const sum = sums.get(name) ?? { count: 0, ours: 0, recorded: 0 };
        sums.set(name, { count: sum.count + 1, ours: sum.ours + ours, recorded: sum.recorded + recorded });
    };
    for (const recorded of listRecordedFiles(facts.name).flatMap(readRecordedFile)) {
        await collectUnusedSvms();
        const run = startCase(recorded, elf);
        for (const step of recorded.steps) {
            const { computeUnits, error } = run.runStep(step);
            // A refused transaction has no figure worth comparing, nor has one that has nothing to do with the program.
            if (step.expect.error !== null || error !== null) continue;
            const name = describe(facts, step, recorded.programId);
            if (name === undefined) continue;
            add(name, computeUnits, step.expect.computeUnits);
            add(ALL, computeUnits, step.expect.computeUnits);
        }
    }
    const all = [...sums].map(([name, { count, ours, recorded }]) => ({
        baseline: recorded / count,
        case: `${name} (${count})`,
        value: ours / count,
    }));
    return all.sort(
        (a, b) => Number(a.case.startsWith(ALL)) - Number(b.case.startsWith(ALL)) || compare(a.case, b.case),
    );
}

const ALL = 'all of them';

function compare(a: string, b: string): number {
    return a.localeCompare(b, 'en', { numeric: true });
}

function describe(facts: RevisionFacts, step: RecordedStep, programId: Address): string | undefined {
    const own = step.instructions.filter(({ program }) => program === programId);
    return own.length === 0 ? undefined : own.map(instruction => describeInstruction(facts, instruction)).join(' + ');
}

function describeInstruction(facts: RevisionFacts, { accounts, data }: RecordedInstruction): string {
    const bytes = Buffer.from(getBase64Encoder().encode(data));
    const name = INSTRUCTIONS[bytes[0] ?? -1];
    if (name === undefined) return 'unknown';
    const parts = [getName(facts, name)];
    const tokenProgramIndex = TOKEN_PROGRAM_INDEX[name];
    if (tokenProgramIndex !== undefined) {
        const tokenProgram = accounts[placeOf(facts, name, tokenProgramIndex)]?.address;
        parts.push((tokenProgram && TOKEN_PROGRAMS[tokenProgram]) ?? 'another token program');
    }
    if (name === 'open' || name === 'distribute') {
        const count = bytes.readUInt32LE(name === 'open' ? openHeadLength(facts) : 1);
        parts.push(count === 1 ? '1 recipient' : `${count} recipients`);
    }
    if (name === 'settleAndFinalize') parts.push(bytes.at(-1) === 0 ? 'without voucher' : 'with voucher');
    return parts.join(', ');
}

/** An instruction by the name that the revision gives it. */
export function getName({ name }: RevisionFacts, instruction: InstructionName): string {
    if (name === 'tombstone') return instruction;
    return (
        ({ finalize: 'seal', settleAndFinalize: 'settleAndSeal' } as Partial<Record<string, string>>)[instruction] ??
        instruction
    );
}
