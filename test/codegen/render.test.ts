import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';
import { describe, expect, it } from 'vitest';

import { findStaleFiles } from '../../codegen/files';
import { readIdl, readIdls } from '../../codegen/idl';
import { renderClient } from '../../codegen/render';
import { ROOT } from './project-copy';

const IDLS = readIdls(join(ROOT, 'idl'));

it('there is a client for each IDL, and an IDL for each client', () => {
    expect(IDLS.map(({ revision }) => revision)).toEqual(readdirSync(join(ROOT, 'generated')).sort());
    expect(IDLS.map(({ revision }) => revision)).toContain('tombstone');
});

describe.each(IDLS)('the client of idl/$revision.json', async ({ revision, root }) => {
    const client = await renderClient(root);

    it('is the same bytes whenever it is rendered', async () => {
        const again = await renderClient(readIdl(join(ROOT, `idl/${revision}.json`)));
        expect([...again]).toEqual([...client]);
    });

    it('is what is committed in generated/', () => {
        expect(findStaleFiles(join(ROOT, 'generated', revision), client)).toEqual([]);
    });

    it('imports @solana/kit and itself, and nothing else', () => {
        const imports = [...client].flatMap(([path, content]) =>
            ts.preProcessFile(content).importedFiles.map(({ fileName }) => ({ module: fileName, path })),
        );
        const foreign = imports.filter(({ module }) => !module.startsWith('.'));
        expect(new Set(foreign.map(({ module }) => module))).toEqual(
            new Set(['@solana/kit', '@solana/kit/program-client-core']),
        );
        // Relative ones stay inside the client: a file is one folder deep, or in its root.
        const leaving = imports.filter(({ module, path }) => module.startsWith(path.includes('/') ? '../..' : '..'));
        expect(leaving).toEqual([]);
    });

    it('touches nothing that only some runtimes have', () => {
        const globals = /\b(process|require|Buffer|window|document|globalThis|__dirname)\b\s*[.([]/;
        expect([...client].filter(([, content]) => globals.test(content)).map(([path]) => path)).toEqual([]);
    });

    it('makes no call when it is imported', () => {
        const calls = [...client].flatMap(([path, content]) =>
            getCallsOnImport(content).map(call => `${path}: ${call}`),
        );
        expect(calls).toEqual([]);
    });
});

it('a call on import would be found', () => {
    const content = "const env = read('NODE_ENV'); const f = () => read(); const g = /* @__PURE__ */ new Set();";
    expect(getCallsOnImport(content)).toEqual(["read('NODE_ENV')"]);
});

/** The calls that importing a file makes, but for those marked as free of side effects, which a bundler may drop. */
function getCallsOnImport(content: string): string[] {
    const file = ts.createSourceFile('file.ts', content, ts.ScriptTarget.Latest, true);
    const calls: string[] = [];
    const visit = (node: ts.Node): void => {
        if (ts.isFunctionLike(node)) return;
        if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
            const isPure = content.slice(0, node.getStart()).endsWith('/* @__PURE__ */ ');
            if (!isPure) calls.push(node.getText());
        }
        ts.forEachChild(node, visit);
    };
    visit(file);
    return calls;
}
