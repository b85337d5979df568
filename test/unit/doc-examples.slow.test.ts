import { beforeAll, describe, expect, it } from 'vitest';

import { DocExamples, readPage, type CodeBlock, type PublicFunction } from '../fixtures/doc-examples';

// What the documentation shows compiles as it stands, with the entry points that a user has. One program for all of it.

/** What has to be found, so that finding nothing means something. */
const WRONG: readonly CodeBlock[] = [
    {
        code: 'const open = await getOpenInstructionAsync({ ...terms, payer, openslot: 1n }, MAINNET_DEPLOYMENT);',
        title: 'a misspelt name',
    },
    { code: 'await getNothing(channel);', title: 'a function that there is not' },
    { code: 'const kit = await import("@solana/kit";', title: 'no TypeScript' },
];

let functions: readonly PublicFunction[];
let readme: readonly CodeBlock[];
let others: readonly CodeBlock[];
let examples: readonly (CodeBlock & Readonly<{ of: PublicFunction }>)[];
let errors: readonly string[];
const getErrors = (blocks: readonly CodeBlock[]) =>
    errors.filter(error => blocks.some(({ title }) => error.startsWith(`${title}: `)));

beforeAll(() => {
    const documentation = new DocExamples();
    functions = documentation.getFunctions();
    examples = functions.flatMap(of =>
        of.examples.map((code, index) => ({ code, of, title: `@example ${index + 1} of ${of.name}` })),
    );
    others = documentation.getOtherExamples();
    readme = ['README.md', 'docs/ledger.md', 'docs/simulator.md', 'docs/testing.md'].flatMap(readPage);
    errors = documentation.check([...readme, ...examples, ...others, ...WRONG]);
}, 300_000);

describe('the examples of public functions', () => {
    it('are there, for every one', () => {
        expect(functions.length).toBeGreaterThan(100);
        expect(functions.filter(of => of.examples.length === 0).map(({ name }) => name)).toEqual([]);
    });

    it('compile', () => {
        expect(getErrors(examples)).toEqual([]);
    });

    it('use the function', () => {
        const others = examples.filter(({ code, of }) => !new RegExp(`\\b${of.name}\\b`).test(code));
        expect(others.map(({ title }) => title)).toEqual([]);
    });
});

describe('the examples of types, of classes, and of their members', () => {
    it('compile', () => {
        expect(others.map(({ title }) => title)).toContain('@example 1 of Simulator.send');
        expect(getErrors(others)).toEqual([]);
    });
});

describe('the code of the README and of the guides', () => {
    it('compiles', () => {
        expect(readme.length).toBeGreaterThan(8);
        expect(getErrors(readme)).toEqual([]);
    });
});

it.each(WRONG)('$title is an error', wrong => {
    expect(getErrors([wrong])).not.toEqual([]);
});
