import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

import { build, type Plugin } from 'esbuild';
import ts from 'typescript';

import type { parseIdl } from '../../codegen/check/check';
import type { diffIdl } from '../../codegen/diff/diff';
import { ROOT } from './project-copy';

// codegen/ and the parts of Codama that it calls, with a count of what they do: of calls, of rounds of loops, and of the items
// that are copied or searched. That is the same on every machine, whereas time is not.

/** What is counted. */
type Counted = Readonly<{
    diffIdl: typeof diffIdl;
    /** Looks for each of a list in the whole list: what takes as long as the square of it. */
    findEach: (items: readonly { name: string }[]) => unknown;
    parseIdl: typeof parseIdl;
}>;

const ENTRY = `
    export { parseIdl } from './codegen/check/check';
    export { diffIdl } from './codegen/diff/diff';
    export const findEach = items => items.map(({ name }) => items.find(other => other.name === name));
`;

/** The functions and loops, by the number that each has. */
const PLACES: string[] = ['functions of the language'];
let counts: number[] = [];
const add = (place: number, items = 1) => void (counts[place] = (counts[place] ?? 0) + items);

/** Loads what is counted. */
export async function loadCounted(): Promise<Counted & { countWork: typeof countWork }> {
    const folder = mkdtempSync(join(tmpdir(), 'payment-channels-counted-'));
    const outfile = join(folder, 'counted.mjs');
    try {
        await build({
            bundle: true,
            format: 'esm',
            logLevel: 'error',
            outfile,
            platform: 'node',
            plugins: [COUNTING],
            stdin: { contents: insertCounts(join(ROOT, 'codegen/entry.ts'), ENTRY), resolveDir: ROOT },
        });
        Object.assign(globalThis, { addWork: add });
        const counted = (await import(pathToFileURL(outfile).href)) as Counted;
        return { ...counted, countWork };
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** How much is done, and where. */
function countWork(act: () => void): ReadonlyMap<string, number> {
    const restore = countBuiltIns();
    counts = [];
    try {
        act();
        const byPlace = new Map<string, number>();
        counts.forEach((count, index) => byPlace.set(PLACES[index]!, (byPlace.get(PLACES[index]!) ?? 0) + count));
        return byPlace;
    } finally {
        restore();
    }
}

/** How many items the functions of the language look at or move that go through a list without calling anything. */
const BUILT_INS: Readonly<
    Record<string, (list: readonly unknown[], result: unknown, args: readonly unknown[]) => number>
> = {
    concat: (_, result) => (result as unknown[]).length,
    includes: (list, result, [item]) =>
        result === true ? list.findIndex(other => Object.is(other, item)) + 1 : list.length,
    indexOf: (list, result) => (result === -1 ? list.length : Number(result) + 1),
    join: list => list.length,
    lastIndexOf: (list, result) => list.length - Math.max(0, Number(result)),
    reverse: list => list.length,
    shift: list => list.length,
    slice: (_, result) => (result as unknown[]).length,
    splice: (list, result, [start]) => (result as unknown[]).length + Math.max(0, list.length - Number(start)),
    unshift: list => list.length,
};

function countBuiltIns(): () => void {
    const originals = Object.getOwnPropertyDescriptors(Array.prototype);
    const iterate = Array.prototype[Symbol.iterator];
    for (const [name, measure] of Object.entries(BUILT_INS)) {
        const original = Reflect.get(Array.prototype, name) as (...args: unknown[]) => unknown;
        const value = function (this: unknown[], ...args: unknown[]): unknown {
            const result = original.apply(this, args);
            add(0, measure(this, result, args));
            return result;
        };
        Object.defineProperty(Array.prototype, name, { ...originals[name], value });
    }
    // What goes through a list by spreading or by a loop.
    const value = function (this: unknown[]) {
        add(0, this.length);
        return iterate.call(this);
    };
    Object.defineProperty(Array.prototype, Symbol.iterator, { ...originals[Symbol.iterator], value });
    return () => void Object.defineProperties(Array.prototype, originals as object as PropertyDescriptorMap);
}

const COUNTING: Plugin = {
    name: 'counting',
    setup({ onLoad }) {
        onLoad({ filter: /[\\/](codegen|@codama[\\/][^\\/]+[\\/]dist)[\\/].*\.(ts|mjs)$/ }, ({ path }) => ({
            contents: insertCounts(path, readFileSync(path, 'utf8')),
            loader: path.endsWith('.ts') ? 'ts' : 'js',
        }));
    },
};

/** Puts a count into each function and each loop. */
function insertCounts(path: string, text: string): string {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const inserted: { at: number; text: string }[] = [];
    const visit = (node: ts.Node): void => {
        // What is inside first, so that what ends at the same place is closed in the right order.
        ts.forEachChild(node, visit);
        const body = ts.isIterationStatement(node, false)
            ? node.statement
            : ts.isFunctionLike(node) && 'body' in node
              ? node.body
              : undefined;
        if (body === undefined) return;
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        const call = `addWork(${PLACES.push(`${relative(ROOT, path)}:${line + 1}`) - 1})`;
        const [start, end] = [body.getStart(), body.getEnd()];
        if (ts.isBlock(body)) inserted.push({ at: start + 1, text: `${call};` });
        else if (ts.isStatement(body)) inserted.push({ at: start, text: `{${call};` }, { at: end, text: '}' });
        else inserted.push({ at: start, text: `(${call},(` }, { at: end, text: '))' });
    };
    visit(file);
    let [result, done] = ['', 0];
    for (const { at, text: more } of inserted.sort((a, b) => a.at - b.at)) {
        result += text.slice(done, at) + more;
        done = at;
    }
    return result + text.slice(done);
}
