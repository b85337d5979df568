import { beforeAll, describe, expect, it } from 'vitest';

import { DocExamples, readPage } from '../fixtures/doc-examples';

// What the documentation shows compiles as it stands, with the entry points that a user has.

let documented: DocExamples;
beforeAll(() => {
    documented = new DocExamples();
}, 120_000);

describe('the code of the README', () => {
    it('compiles', () => {
        const blocks = readPage('README.md');
        expect(blocks.length).toBeGreaterThan(8);
        expect(documented.check(blocks)).toEqual([]);
    }, 120_000);

    it('is compiled: what is wrong is told', () => {
        const code =
            'const open = await getOpenInstructionAsync({ ...terms, payer, openslot: 1n }, MAINNET_DEPLOYMENT);';
        const [error] = documented.check([{ code, title: 'wrong' }]);
        expect(error).toMatch(/^wrong: .*openslot.* – .*openSlot/);
        expect(documented.check([{ code: 'await getNothing(channel);', title: 'unknown' }])).toHaveLength(1);
    }, 120_000);
});
