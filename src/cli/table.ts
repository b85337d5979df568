import { toLine } from '../../codegen/printable';

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
    const texts = [head, ...rows].map(row => row.map(cell => toLine(`${cell}`)));
    const widest = (column: number) => texts.reduce((most, row) => Math.max(most, widthOf(row[column]!)), 0);
    const columns = head.map((_, column) => widths?.[column] ?? widest(column));
    const rule = (left: string, middle: string, right: string) =>
        `${left}${columns.map(width => '─'.repeat(width + 2)).join(middle)}${right}`;
    const between = rule('├', '┼', '┤');
    const blocks = texts.map(row => {
        const cells = row.map((text, column) => wrap(text, columns[column]!));
        const height = Math.max(...cells.map(({ length }) => length));
        return Array.from({ length: height }, (_, line) => {
            const padded = cells.map((lines, column) =>
                pad(lines[line] ?? '', columns[column]!, column >= textColumns),
            );
            return `│ ${padded.join(' │ ')} │`;
        });
    });
    const body = blocks.flatMap((lines, index) =>
        index === 0 || (index > 1 && !hasRules) ? lines : [between, ...lines],
    );
    return [rule('┌', '┬', '┐'), ...body, rule('└', '┴', '┘')].join('\n');
}

/** A number as a person reads it. */
export function format(amount: bigint | number): string {
    return amount.toLocaleString('en-US');
}

/** Characters of two columns: those of East Asian scripts, and pictures. */
const WIDE =
    /[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Marks on the character before. */
const MARK = /[\p{Mn}\p{Me}]/u;

/** How many columns of a terminal a text takes. */
function widthOf(text: string): number {
    if (/^[\x20-\x7e]*$/.test(text)) return text.length;
    let width = 0;
    for (const character of text) width += MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
    return width;
}

function pad(text: string, width: number, isRight: boolean): string {
    const space = ' '.repeat(Math.max(0, width - widthOf(text)));
    return isRight ? `${space}${text}` : `${text}${space}`;
}

/** Breaks a text into lines between words, and a word that is wider than a line where the line ends. */
function wrap(text: string, width: number): string[] {
    if (widthOf(text) <= width) return [text];
    const lines: string[] = [];
    let line = '';
    for (const [, space = '', word = ''] of text.matchAll(/(\s*)(\S*)/g)) {
        if (widthOf(line) + widthOf(space) + widthOf(word) <= width) {
            line += space + word;
            continue;
        }
        if (line !== '') lines.push(line);
        line = '';
        for (const character of word) {
            if (widthOf(line) + widthOf(character) > width) {
                lines.push(line);
                line = '';
            }
            line += character;
        }
    }
    return line === '' ? lines : [...lines, line];
}
