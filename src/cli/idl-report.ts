import Table from 'cli-table3';

import type { Finding } from '../../codegen/check/finding';
import type { Change, Impact } from '../../codegen/diff/change';

/** How a report is printed. */
export type Format = 'json' | 'markdown' | 'table';

// So many warnings of one rule are shown of someone else's file; the rest are counted.
const SHOWN_WARNINGS = 3;

const IMPACTS: Record<Impact, string> = {
    wire: 'Breaking on the wire',
    types: 'Breaking in types',
    compatible: 'Compatible',
};

/** What `idl check` prints. */
export function formatFindings(file: string, findings: readonly Finding[], format: Format, isAll: boolean): string {
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const warnings = findings.length - errors;
    if (format === 'json') return `${JSON.stringify({ errors, file, findings, warnings })}\n`;

    const hidden = new Map<string, number>();
    const seen = new Map<string, number>();
    const shown = findings.filter(({ rule, severity }) => {
        seen.set(rule, (seen.get(rule) ?? 0) + 1);
        if (isAll || severity === 'error' || seen.get(rule)! <= SHOWN_WARNINGS) return true;
        hidden.set(rule, (hidden.get(rule) ?? 0) + 1);
        return false;
    });
    const more = [...hidden].map(([rule, count]) => `${count} more warnings of rule ${rule} (--all shows them)`);
    const verdict = `${file}: ${count(errors, 'error')}, ${count(warnings, 'warning')}`;
    if (format === 'markdown') {
        const rows = shown.map(({ fix, message, path, rule, severity }) => [severity, rule, path, message, fix]);
        const table = toMarkdown(['severity', 'rule', 'where', 'what', 'how to mend it'], rows);
        return `${[...(rows.length === 0 ? [] : [table, '']), ...more, verdict].join('\n')}\n`;
    }
    // No table: a path may be longer than any column, and has to stay whole to be searched for.
    const blocks = shown.map(({ fix, message, path, rule, severity }) =>
        [`${severity} ${path || '(the file)'} [${rule}]`, `    ${message}`, `    ${fix}`, ''].join('\n'),
    );
    return `${[...blocks, ...more, verdict].join('\n')}\n`;
}

/** What `idl diff` prints. */
export function formatChanges(names: { old: string; new: string }, changes: readonly Change[], format: Format): string {
    const of = (impact: Impact) => changes.filter(change => change.impact === impact);
    const counts = { wire: of('wire').length, types: of('types').length, compatible: of('compatible').length };
    if (format === 'json') return `${JSON.stringify({ ...names, ...counts, changes })}\n`;

    const title = `${names.old} → ${names.new}`;
    const verdict =
        changes.length === 0
            ? 'The interfaces are the same.'
            : counts.wire + counts.types === 0
              ? `Nothing breaks: ${count(counts.compatible, 'compatible change')}.`
              : `${counts.wire} breaking on the wire, ${counts.types} breaking in types, ${counts.compatible} compatible.`;
    const isMarkdown = format === 'markdown';
    const sections = (Object.keys(IMPACTS) as Impact[]).flatMap(impact => {
        const rows = of(impact).map(({ meaning, message, subject }) => [subject, message, meaning]);
        if (rows.length === 0) return [];
        const heading = `${IMPACTS[impact]} (${rows.length})`;
        const head = ['subject', 'what changed', 'what it means'];
        const table = isMarkdown ? toMarkdown(head, rows) : toTable(head, rows, [30, 52, 52]);
        return [isMarkdown ? `### ${heading}\n\n${table}` : `${heading}\n${table}`];
    });
    return `${[isMarkdown ? `## ${title}` : title, verdict, ...sections].join('\n\n')}\n`;
}

function toTable(head: readonly string[], rows: readonly string[][], widths: number[]): string {
    const table = new Table({
        colWidths: widths,
        head: [...head],
        style: { border: [], head: [] },
        wordWrap: true,
    });
    table.push(...rows);
    return table.toString();
}

function toMarkdown(head: readonly string[], rows: readonly string[][]): string {
    const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function count(number: number, noun: string): string {
    return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
