/** Compute units of the reference program of each revision, against those of the published one. */

import { readProgramElf } from '../src/testing/elf';
import { getRecordedFolder } from '../test/svm/replay/recorded-case';
import { REVISIONS, type RevisionFacts } from '../test/svm/revisions';
import { measureRecorded, type Measured } from './cu/recorded';
import { measureScenarios } from './cu/scenarios';
import type { BenchReport, BenchRow } from './report';

const BENCH = 'cu';

export async function run(): Promise<BenchReport> {
    const reports: BenchReport[] = [];
    for (const facts of REVISIONS) reports.push(await runRevision(facts));
    return {
        notes: reports.flatMap(({ notes }) => notes ?? []),
        tables: reports.flatMap(({ tables }) => tables),
    };
}

async function runRevision(facts: RevisionFacts): Promise<BenchReport> {
    const { name } = facts;
    const elf = readProgramElf(name);
    const recorded = await measureRecorded(facts, elf.bytes);
    const scenarios = await measureScenarios(facts);
    const toRows = (all: readonly Measured[]) => all.map(measured => toRow(facts, measured));
    return {
        notes: [
            ...(recorded.length === 0
                ? [`There is no ${getRecordedFolder(name)}: no recorded transactions to compare with.`]
                : []),
            `ELF of the ${name} revision: ${elf.source}, sha256 ${elf.sha256}`,
        ],
        tables: [
            ...(recorded.length === 0
                ? []
                : [
                      {
                          rows: toRows(recorded),
                          title:
                              `Recorded transactions of the ${name} revision that succeeded, by the instructions of the ` +
                              'program in them: mean of the whole transaction, baseline: the recorded program.',
                      },
                  ]),
            {
                rows: toRows(scenarios),
                title:
                    `Scenarios of this benchmark, ${name} revision, channel and escrow with bump 255, baseline where the ` +
                    'appendix of the spec has one: the published program.',
            },
        ],
    };
}

function toRow({ name }: RevisionFacts, measured: Measured): BenchRow {
    const { baseline, value } = measured;
    return {
        baseline,
        bench: BENCH,
        case: `${name}: ${measured.case}`,
        ratio: baseline === null ? null : baseline / value,
        unit: 'CU',
        value,
    };
}
