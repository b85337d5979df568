/** Compares what a case did with what was recorded, and says where they part first. */

import { getBase64Encoder, type Address } from '@solana/kit';

import type { AccountState, CaseRun, StepResult } from './execute';
import { collectUnusedSvms, startCase } from './execute';
import type { RecordedAccount, RecordedCase, RecordedError, RecordedStep } from './recorded-case';

const base64 = getBase64Encoder();

/**
 * Fields of a channel account by their start, so that a difference at a byte can be named (docs/program.md, section
 * 3.1; the last two are of the epoch revision alone).
 */
const CHANNEL_FIELDS: readonly (readonly [start: number, name: string])[] = [
    [0, 'discriminator'],
    [1, 'version'],
    [2, 'bump'],
    [3, 'status'],
    [4, 'salt'],
    [12, 'deposit'],
    [20, 'settled'],
    [28, 'payoutWatermark'],
    [36, 'closureStartedAt'],
    [44, 'payerWithdrawnAt'],
    [52, 'gracePeriod'],
    [56, 'distributionHash'],
    [88, 'payer'],
    [120, 'payee'],
    [152, 'authorizedSigner'],
    [184, 'mint'],
    [216, 'rentPayer'],
    [248, 'openSlot'],
];
/** Fields of a token account of either token program. */
const TOKEN_FIELDS: readonly (readonly [start: number, name: string])[] = [
    [0, 'mint'],
    [32, 'owner'],
    [64, 'amount'],
    [72, 'delegate'],
    [108, 'state'],
    [109, 'isNative'],
    [121, 'delegatedAmount'],
    [129, 'closeAuthority'],
    [165, 'extensions'],
];
const TOKEN_PROGRAMS: readonly string[] = [
    'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
    'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
];

/** Runs a case to its end or to its first difference, which is returned. Compute units are not compared. */
export async function findFirstDifference(
    recorded: RecordedCase,
    elf: Uint8Array,
    label: (id: string, step: number) => string,
): Promise<string | undefined> {
    await collectUnusedSvms();
    const run = startCase(recorded, elf);
    for (const [index, step] of recorded.steps.entries()) {
        const result = run.runStep(step);
        const difference = compareStep(run, step, result, recorded.programId);
        if (difference !== undefined) {
            const place = `${recorded.id}, step ${index} (${label(recorded.id, index)})`;
            return [`${place}: ${difference}`, ...result.logs.map(line => `    ${line}`)].join('\n');
        }
    }
    return undefined;
}

function compareStep(run: CaseRun, step: RecordedStep, result: StepResult, programId: Address): string | undefined {
    const { after, error, innerInstructionData } = step.expect;
    if (formatError(error) !== formatError(result.error)) {
        return `expected ${formatError(error)}, got ${formatError(result.error)}`;
    }
    for (const [address, expected] of Object.entries(after) as [Address, RecordedAccount | null][]) {
        const difference = compareAccount(expected, run.getAccount(address), programId);
        if (difference !== undefined) return `account ${address}: ${difference}`;
    }
    if (innerInstructionData.length !== result.events.length) {
        return `expected ${innerInstructionData.length} events, got ${result.events.length}`;
    }
    for (const [index, data] of innerInstructionData.entries()) {
        const difference = compareBytes(base64.encode(data), result.events[index] ?? new Uint8Array(), () => '');
        if (difference !== undefined) return `event ${index}: ${difference}`;
    }
    return undefined;
}

function compareAccount(
    expected: RecordedAccount | null,
    got: AccountState | null,
    programId: Address,
): string | undefined {
    if (expected === null || got === null) {
        if (expected === got) return undefined;
        return got === null ? 'expected to exist, does not' : `expected not to exist, has ${got.lamports} lamports`;
    }
    if (expected.owner !== got.owner) return `owner: expected ${expected.owner}, got ${got.owner}`;
    if (BigInt(expected.lamports) !== got.lamports) {
        return `lamports: expected ${expected.lamports}, got ${got.lamports}`;
    }
    const fields = got.owner === programId ? CHANNEL_FIELDS : TOKEN_PROGRAMS.includes(got.owner) ? TOKEN_FIELDS : [];
    return compareBytes(base64.encode(expected.data), got.data, offset => {
        const field = fields.filter(([start]) => start <= offset).at(-1);
        return field === undefined ? '' : ` (${field[1]})`;
    });
}

function compareBytes(
    expected: ArrayLike<number>,
    got: ArrayLike<number>,
    describe: (offset: number) => string,
): string | undefined {
    if (expected.length !== got.length) return `data: expected ${expected.length} bytes, got ${got.length}`;
    for (let offset = 0; offset < expected.length; offset += 1) {
        if (expected[offset] === got[offset]) continue;
        const show = (bytes: ArrayLike<number>): string =>
            Buffer.from(Array.from(bytes).slice(offset, offset + 8)).toString('hex');
        return `data at ${offset}${describe(offset)}: expected ${show(expected)}…, got ${show(got)}…`;
    }
    return undefined;
}

function formatError(error: RecordedError | null): string {
    if (error === null) return 'success';
    if ('transaction' in error) return error.transaction;
    const cause = 'custom' in error ? `custom error ${error.custom}` : error.builtin;
    return `${cause} of instruction ${error.instruction}`;
}
