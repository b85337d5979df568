import { afterAll, expect, it, vi } from 'vitest';

import { parseIdl } from '../../codegen/check/check';
import { renderClient } from '../../codegen/render';
import { compile, importClient, writeClients } from './compile';
import { exercise } from './made-up/exercise';
import { makeIdl } from './made-up/idl';
import { byDepth } from '../fixtures/depth';

// IDLs that are put together at random: what the check lets through compiles and works, whatever it is, and the check
// itself ends for all of them. MADE_UP_SEED alone makes the IDL of that seed again; TEST_DEPTH=deep makes hundreds.

const only = process.env['MADE_UP_SEED'];
const count = byDepth({ all: 16, deep: 400, quick: 6 });
const seeds = only === undefined ? Array.from({ length: count }, (_, index) => index) : [Number(only)];

const removals: (() => void)[] = [];
afterAll(() => removals.forEach(remove => remove()));

it('what the check lets through compiles and works', { timeout: count * 30_000 }, async () => {
    // The renderer tells on the console which arguments it renames.
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const good = seeds.flatMap(seed => {
        const { root } = parseIdl(JSON.stringify(makeIdl(seed)));
        return root === undefined ? [] : [{ root, seed }];
    });
    // If the made-up IDLs were all refused, nothing would be tried.
    if (only === undefined) expect(good.length).toBeGreaterThan(count / 6);

    const { folders, remove } = writeClients(await Promise.all(good.map(({ root }) => renderClient(root))));
    removals.push(remove);
    const seedOf = (message: string) => `seed ${good[Number.parseInt(message)]?.seed}: ${message}`;
    const problems = compile(folders).map(seedOf);
    for (const [index, { root, seed }] of good.entries()) {
        const found = await exercise(root, await importClient(folders[index]!), seed);
        problems.push(...found.map(problem => `seed ${seed}: ${problem}`));
    }
    expect(problems).toEqual([]);
});
