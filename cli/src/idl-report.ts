import type { Change, Finding, Impact } from 'solana-payment-channels-codegen';
import { showSome, toLine, toMarkdownText } from 'solana-payment-channels-codegen/printable';

import { formatTable } from './table';

/** How a report is printed. */
export type Format = 'json' | 'markdown' | 'table';

// So many warnings of one rule, and errors in all, are shown of someone else's file; the rest are counted.
const SHOWN_WARNINGS = 3;
const SHOWN_ERRORS = 50;

const IMPACTS: Record<Impact, string> = {
    wire: 'Breaking on the wire',
    types: 'Breaking in types',
    compatible: 'Compatible',
};

const CHANGES_LAYOUT = { hasRules: true, textColumns: 3, widths: [28, 50, 50] };

/**
 * What `idl check` prints.
 *
 * @param hint How the reader gets at what is not shown of a long list; without it, all is.
 */
export function formatFindings(file: string, findings: readonly Finding[], format: Format, hint?: string): string {
    const errors = findings.filter(({ severity }) => severity === 'error');
    const warnings = findings.filter(({ severity }) => severity === 'warning');
    if (format === 'json') {
        return `${JSON.stringify({ errors: errors.length, file, findings, warnings: warnings.length })}\n`;
    }
    const kinds = [
        { found: errors, max: SHOWN_ERRORS, what: 'errors' },
        ...[...new Set(warnings.map(({ rule }) => rule))].map(rule => ({
            found: warnings.filter(warning => warning.rule === rule),
            max: SHOWN_WARNINGS,
            what: `warnings of rule ${rule}`,
        })),
    ].map(({ found, max, what }) => showSome(found, hint === undefined ? Infinity : max, what, hint));
    const isShown = new Set(kinds.flatMap(({ shown }) => shown));
    const shown = findings.filter(finding => isShown.has(finding));
    const more = kinds.flatMap(({ more }) => more);
    const counts = `${count(errors.length, 'error')}, ${count(warnings.length, 'warning')}`;
    if (format === 'markdown') {
        const rows = shown.map(({ fix, message, path, rule, severity }) => [severity, rule, path, message, fix]);
        const table = toMarkdown(['severity', 'rule', 'where', 'what', 'how to mend it'], rows);
        const verdict = `${toMarkdownText(file)}: ${counts}`;
        return `${[...(rows.length === 0 ? [] : [table, '']), ...more, verdict].join('\n')}\n`;
    }
    // No table: a path may be longer than any column, and has to stay whole to be searched for.
    const blocks = shown.map(({ fix, message, path, rule, severity }) =>
        [
            `${severity} ${toLine(path) || '(the file)'} [${rule}]`,
            `    ${toLine(message)}`,
            `    ${toLine(fix)}`,
            '',
        ].join('\n'),
    );
    return `${[...blocks, ...more, `${toLine(file)}: ${counts}`].join('\n')}\n`;
}

/** What `idl diff` prints. */
export function formatChanges(names: { old: string; new: string }, changes: readonly Change[], format: Format): string {
    const of = (impact: Impact) => changes.filter(change => change.impact === impact);
    const counts = { wire: of('wire').length, types: of('types').length, compatible: of('compatible').length };
    if (format === 'json') return `${JSON.stringify({ ...names, ...counts, changes })}\n`;

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
        const table = isMarkdown ? toMarkdown(head, rows) : formatTable(head, rows, CHANGES_LAYOUT);
        return [isMarkdown ? `### ${heading}\n\n${table}` : `${heading}\n${table}`];
    });
    const title = isMarkdown
        ? `## ${toMarkdownText(names.old)} → ${toMarkdownText(names.new)}`
        : `${toLine(names.old)} → ${toLine(names.new)}`;
    return `${[title, verdict, ...sections].join('\n\n')}\n`;
}

function toMarkdown(head: readonly string[], rows: readonly string[][]): string {
    const line = (cells: readonly string[]) => `| ${cells.map(cell => toMarkdownText(cell)).join(' | ')} |`;
    return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function count(number: number, noun: string): string {
    return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
