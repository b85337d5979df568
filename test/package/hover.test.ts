import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it, vi } from 'vitest';

import { getEntryPoints, PROJECT, readManifest } from './consumer';
import { getHovers, type Hover } from './hover';

// What an editor shows of the built declarations: a signature that somebody can read, with the same docs wherever a name is
// imported from.

// The language service checks everything; only what hangs takes so long.
vi.setConfig({ hookTimeout: 900_000 });

/** Characters that a signature may have. Most have less than 300; the longest ones are unions, an option to a line. */
const MAX_LENGTH = 1_000;
/** The rendered clients name a type parameter for each account, as every client that Codama renders. */
const MAX_RENDERED_LENGTH = 1_700;

const LIBRARY = readManifest(PROJECT);
const RENDERED = ['/epoch', '/tombstone'].map(path => LIBRARY.name + path);

let hovers: readonly Hover[];
beforeAll(() => {
    expect(existsSync(join(PROJECT, 'dist/index.d.ts')), 'built by `npx just build`').toBe(true);
    hovers = getHovers(getEntryPoints(LIBRARY));
});

const isRendered = ({ entryPoint }: Hover) => RENDERED.includes(entryPoint);
const show = ({ entryPoint, name, text }: Hover) => `${entryPoint} ${name}: ${text.length} characters`;

describe('the signature of every export, and of every member that a function takes', () => {
    it('is shown for every entry point', () => {
        const shown = new Set(hovers.map(({ entryPoint }) => entryPoint));
        expect([...shown]).toEqual(getEntryPoints(LIBRARY));
        const { docs, text } = hovers.find(({ name }) => name === 'getSettleInstructions')!;
        expect(text).toMatch(/^\(alias\) function getSettleInstructions</);
        expect(docs).toMatch(/voucher/);
        expect(hovers.some(({ name }) => name === 'getSettleInstructions(input.voucher)')).toBe(true);
    });

    it(`has at most ${MAX_LENGTH} characters`, () => {
        const own = hovers.filter(hover => !isRendered(hover));
        expect(own.filter(({ text }) => text.length > MAX_LENGTH).map(show)).toEqual([]);
    });

    it(`has at most ${MAX_RENDERED_LENGTH} characters in the rendered clients`, () => {
        const rendered = hovers.filter(isRendered);
        expect(rendered.filter(({ text }) => text.length > MAX_RENDERED_LENGTH).map(show)).toEqual([]);
    });
});

describe('the docs', () => {
    it('say of every function and class what it does', () => {
        const undocumented = hovers.filter(
            hover => !isRendered(hover) && /^\(alias\) (class|function) /.test(hover.text) && hover.docs === '',
        );
        expect(undocumented.map(show)).toEqual([]);
    });

    it('are the same wherever a name is imported from', () => {
        const byName = new Map<string, Set<string>>();
        for (const { docs, name } of hovers.filter(hover => !isRendered(hover))) {
            byName.set(name, (byName.get(name) ?? new Set()).add(docs));
        }
        expect([...byName].filter(([, docs]) => docs.size > 1).map(([name]) => name)).toEqual([]);
    });
});
