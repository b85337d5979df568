/** Compute units of the reference program, against those of the published one. */

import { readProgramElf } from '../src/testing/elf';
import { getRecordedFolder } from '../test/svm/replay/recorded-case';
import { measureRecorded } from './cu/recorded';
import { measureScenarios } from './cu/scenarios';
import type { BenchReport, BenchRow } from './report';

const BENCH = 'cu';

export async function run(): Promise<BenchReport> {
    const elf = readProgramElf('tombstone');
    const recorded = await measureRecorded(elf.bytes);
    const scenarios = await measureScenarios();
    return {
        notes: [
            ...(recorded.length === 0
                ? [`There is no ${getRecordedFolder('tombstone')}: no recorded transactions to compare with.`]
                : []),
            `ELF: ${elf.source}, sha256 ${elf.sha256}`,
        ],
        tables: [
            ...(recorded.length === 0
                ? []
                : [
                      {
                          rows: recorded.map(toRow),
                          title:
                              'Recorded transactions that succeeded, by the instructions of the program in them: mean of ' +
                              'the whole transaction, baseline: the recorded program.',
                      },
                  ]),
            {
                rows: scenarios.map(toRow),
                title:
                    'Scenarios of this benchmark, channel and escrow with bump 255, baseline where the appendix of the ' +
                    'spec has one: the published program.',
            },
        ],
    };
}

function toRow(measured: Readonly<{ case: string; value: number; baseline: number | null }>): BenchRow {
    const { baseline, value } = measured;
    return {
        baseline,
        bench: BENCH,
        case: measured.case,
        ratio: baseline === null ? null : baseline / value,
        unit: 'CU',
        value,
    };
}
