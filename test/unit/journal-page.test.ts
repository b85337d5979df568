import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { getCodeBlocks } from '../fixtures/doc-examples';

// What docs/journal.md shows is the example, which compiles, and of which test/svm/examples.slow.test.ts runs the contract.

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const [backend, contract, ...others] = getCodeBlocks(read('docs/journal.md')).map(({ code }) => code);
const example = read('examples/journal-backend.ts');

/** The imports of a block, and what comes after them. */
const getParts = (block: string): readonly [imports: readonly string[], body: string] => {
    const body = block.replaceAll(/^import [^;]*;\n+/gm, '');
    return [[...block.matchAll(/^import [^;]*;$/gm)].map(([text]) => text), body.trim()];
};

it.each([
    ['backend', backend!, 60],
    ['contract', contract!, 6],
] as const)('docs/journal.md shows the %s of the example', (_, block, minLines) => {
    const [imports, body] = getParts(block);
    expect(imports.length).toBeGreaterThan(0);
    for (const text of imports) expect(example).toContain(text);
    expect(body.split('\n').length).toBeGreaterThan(minLines);
    expect(example).toContain(body);
});

it('docs/journal.md shows no other code', () => {
    expect(others).toEqual([]);
});
