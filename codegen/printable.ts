// What an IDL, a file, its name or a cluster says is printed on terminals, put into tables and written into source.
// Characters that move the cursor, colour, turn the direction of text or can't be seen would make the reader see something
// else than is said.

/**
 * Controls, formatting (marks and turns of direction, joiners, tags), separators of lines, whatever else has no shape, and
 * marks that are stacked higher than any script does, which cover the lines above.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?<=\p{M}{2})\p{M}/gu;

/** The most characters of a value that are shown in a line. */
const MAX_LINE_LENGTH = 2_000;

/**
 * A text for a terminal or a file of source: whatever can't be seen is written as JSON and JavaScript escape it. In a JSON
 * text or a string literal it is the same value afterwards.
 *
 * Line feeds stay, as they are what separates lines of ours; a value within a line goes through {@link toLine}.
 */
export function toPrintable(text: string): string {
    return text.replaceAll(UNSEEN, character => (character === '\n' ? character : escape(character)));
}

/**
 * A value that stands within one line, for instance a name or a message: no line break in it, and what is longer than
 * `maxLength` is cut, with the number of characters that are left out.
 */
export function toLine(value: string, maxLength = MAX_LINE_LENGTH): string {
    if (value.length <= maxLength) return value.replaceAll(UNSEEN, escape);
    // No half of a character at the end.
    const shown = value.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '');
    const more = (value.length - shown.length).toLocaleString('en-US');
    return `${shown.replaceAll(UNSEEN, escape)}… (${more} more characters)`;
}

/** A value as a cell of a Markdown table, or as other text in Markdown: neither cells nor tags nor links come out of it. */
export function toMarkdownText(value: string, maxLength?: number): string {
    return toLine(value, maxLength)
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('](', ']\\(')
        .replaceAll(/(\\*)\|/g, '$1$1\\|');
}

/** What is shown of a list that may be long, and a line that says how much is not. */
export function showSome<TItem>(
    items: readonly TItem[],
    max: number,
    what: string,
    hint?: string,
): Readonly<{ shown: readonly TItem[]; more: readonly string[] }> {
    if (items.length <= max) return { more: [], shown: items };
    const count = (items.length - max).toLocaleString('en-US');
    return {
        more: [`… and ${count} more ${what}${hint === undefined ? '' : ` (${hint})`}`],
        shown: items.slice(0, max),
    };
}

const SHORT: Readonly<Record<string, string>> = { '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escape(character: string): string {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return SHORT[character] ?? units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
