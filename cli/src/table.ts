import Table from 'cli-table3';
import { toLine } from 'solana-payment-channels-codegen/printable';
import wrapAnsi from 'wrap-ansi';

/** A cell: whatever text it comes from, it can't leave its place. */
type Cell = bigint | number | string;

/** How a table is laid out: as many columns of text, then those of numbers; as wide as its cells unless it says so. */
type Layout = Readonly<{ textColumns: number; widths?: readonly number[]; hasRules?: boolean }>;

/** A table for a terminal. What is wider than its column goes on in the next line; nothing is left out. */
export function formatTable(
    head: readonly string[],
    rows: readonly (readonly Cell[])[],
    { hasRules = false, textColumns, widths }: Layout,
): string {
    const toCells = (row: readonly Cell[]) =>
        row.map((cell, column) => {
            const text = toLine(`${cell}`);
            const width = widths?.[column];
            // The table would cut a word that is too long.
            return width === undefined ? text : wrapAnsi(text, width, { hard: true });
        });
    const table = new Table({
        colAligns: head.map((_, column) => (column < textColumns ? 'left' : 'right')),
        head: toCells(head),
        style: { border: [], compact: !hasRules, head: [] },
        // A column of the table is as wide as its text and the space on both sides of it.
        ...(widths === undefined ? {} : { colWidths: widths.map(width => width + 2) }),
    });
    table.push(...rows.map(toCells));
    return table.toString();
}

/** A number as a person reads it. */
export function format(amount: bigint | number): string {
    return amount.toLocaleString('en-US');
}
