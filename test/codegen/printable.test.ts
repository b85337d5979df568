import { describe, expect, it } from 'vitest';

import { showSome, toLine, toMarkdownText, toPrintable } from '../../codegen/printable';
import { findUnseen, HOSTILE, UNSEEN_CHARACTERS } from '../fixtures/hostile-text';

const codeOf = (character: string) => character.codePointAt(0)!.toString(16);

describe('toPrintable', () => {
    it.each(UNSEEN_CHARACTERS.filter(character => character !== '\n').map(character => [codeOf(character), character]))(
        'escapes U+%s, so that JSON and JavaScript read the same value',
        (_, character) => {
            const written = toPrintable(`a${character}b`);
            expect(written).toMatch(/^[\x20-\x7e]+$/);
            expect(JSON.parse(`"${written}"`)).toBe(`a${character}b`);
            expect(new Function(`return '${written}'`)()).toBe(`a${character}b`);
        },
    );

    it('keeps line feeds, and whatever can be seen', () => {
        for (const text of ['a\nb\n', 'é ü ß', '日本語', 'ไทยนี้', 'हिन्दी', '✔ 🙂', 'cafe\u0301', '│ ─ ┼'])
            expect(toPrintable(text)).toBe(text);
    });

    it('escapes marks that are stacked higher than any script does', () => {
        expect(toPrintable(`z${'\u0335'.repeat(50)}`)).toBe(`z\u0335\u0335${'\\u0335'.repeat(48)}`);
    });

    it('leaves the value of JSON as it was, whatever is in it', () => {
        const value = { [HOSTILE]: [HOSTILE, '\\', '\\\u202e', '"\u2028'] };
        const written = toPrintable(JSON.stringify(value));
        expect(JSON.parse(written)).toEqual(value);
        expect(findUnseen(written)).toEqual([]);
    });
});

describe('toLine', () => {
    it('is one line', () => {
        expect(toLine(HOSTILE)).toMatch(/^[^\n]+$/);
        expect(findUnseen(toLine(HOSTILE))).toEqual([]);
        expect(toLine('a\r\nb')).toBe('a\\r\\nb');
    });

    it('says how much it leaves out', () => {
        expect(toLine('a'.repeat(2_000))).toBe('a'.repeat(2_000));
        expect(toLine('a'.repeat(3_234))).toBe(`${'a'.repeat(2_000)}… (1,234 more characters)`);
        expect(toLine('abcdef', 4)).toBe('abcd… (2 more characters)');
    });

    it('cuts no character in two', () => {
        expect(toLine('abc🙂d', 4)).toBe('abc… (3 more characters)');
    });
});

describe('toMarkdownText', () => {
    it.each(['|', 'a|b', '\\|', '\\\\|', '\\\\\\|', '||', 'a\n|b'])('makes no cell of %j', text => {
        // Whichever way a reader of tables takes a backslash before a backslash.
        expect(toMarkdownText(text).replaceAll(/\\\|/g, '')).not.toContain('|');
        expect(toMarkdownText(text).replaceAll(/\\[\\|]/g, '')).not.toContain('|');
    });

    it('makes no tag, comment, link or image', () => {
        expect(toMarkdownText('<b> <!-- [a](b) ![a](b)')).toBe('&lt;b> &lt;!-- [a]\\(b) ![a]\\(b)');
    });
});

describe('showSome', () => {
    it('says how many it leaves out, and how to see them', () => {
        const items = Array.from({ length: 1_284 }, (_, index) => index);
        expect(showSome(items, 50, 'errors', '--all shows them')).toEqual({
            more: ['… and 1,234 more errors (--all shows them)'],
            shown: items.slice(0, 50),
        });
        expect(showSome(items, 1_284, 'errors')).toEqual({ more: [], shown: items });
    });
});
