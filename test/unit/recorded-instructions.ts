import { readFileSync } from 'node:fs';

import type { Address, Instruction } from '@solana/kit';
import { expect, it } from 'vitest';

import type { ProgramRevision } from '../../src/testing/elf';
import { listRecordedFiles, type RecordedCase } from '../svm/replay/recorded-case';

type Recorded = Readonly<{ instruction: Instruction; programAddress: Address }>;

/** A test of the instructions of the program in the recorded transactions that succeeded; skipped where there are none. */
export function readRecordedInstructions(
    revision: ProgramRevision,
    check: (recorded: readonly Recorded[]) => void,
): void {
    const files = listRecordedFiles(revision);
    it.skipIf(files.length === 0)(
        'reads every instruction of the recorded transactions that succeeded (../shared)',
        () => {
            const recorded = files.flatMap(({ path }) =>
                (JSON.parse(readFileSync(path, 'utf8')) as RecordedCase[]).flatMap(toInstructions),
            );
            expect(recorded.length).toBeGreaterThan(100);
            check(recorded);
        },
    );
}

function toInstructions({ programId, steps }: RecordedCase): readonly Recorded[] {
    return steps.flatMap(({ expect: { error }, instructions }) =>
        error !== null
            ? []
            : instructions
                  .filter(({ program }) => program === programId)
                  .map(({ accounts, data, program }) => ({
                      instruction: {
                          accounts: accounts.map(({ address, signer, writable }) => ({
                              address,
                              role: ((signer ? 2 : 0) + (writable ? 1 : 0)) as 0 | 1 | 2 | 3,
                          })),
                          data: new Uint8Array(Buffer.from(data, 'base64')),
                          programAddress: program,
                      },
                      programAddress: programId,
                  })),
    );
}
