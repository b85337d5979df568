/** What a benchmark measured, and how it is printed. */

/** One measurement. A ratio above 1 is better than the baseline; both are null where there is nothing to compare with. */
export type BenchRow = Readonly<{
    bench: string;
    case: string;
    value: number;
    unit: string;
    baseline: number | null;
    ratio: number | null;
}>;

/** Rows that belong together, under a sentence that says what was measured against what. */
export type BenchTable = Readonly<{ title: string; rows: readonly BenchRow[] }>;

/** What a benchmark returns; notes are for people and are not printed as JSON. */
export type BenchReport = Readonly<{ tables: readonly BenchTable[]; notes?: readonly string[] }>;

/** Prints a report as tables, or with `json` as one object per line. */
export function printReport({ notes = [], tables }: BenchReport, { json }: Readonly<{ json: boolean }>): void {
    if (json) {
        for (const row of tables.flatMap(({ rows }) => rows)) console.log(JSON.stringify(row));
        for (const note of notes) console.error(note);
        return;
    }
    for (const { rows, title } of tables) console.log(`${title}\n\n${formatTable(rows)}\n`);
    for (const note of notes) console.log(note);
}

function formatTable(rows: readonly BenchRow[]): string {
    const lines = [
        ['case', 'value', 'baseline', 'ratio', 'unit'],
        ...rows.map(row => [
            row.case,
            formatNumber(row.value),
            row.baseline === null ? '' : formatNumber(row.baseline),
            row.ratio === null ? '' : row.ratio.toFixed(3),
            row.unit,
        ]),
    ];
    const widths = lines[0]?.map((_, column) => Math.max(...lines.map(cells => cells[column]?.length ?? 0))) ?? [];
    return lines
        .map(cells =>
            cells
                .map((cell, column) => {
                    const isText = column === 0 || column === cells.length - 1;
                    return isText ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
                })
                .join('  ')
                .trimEnd(),
        )
        .join('\n');
}

function formatNumber(value: number): string {
    return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
