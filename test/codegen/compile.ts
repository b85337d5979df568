import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import ts from 'typescript';

import { writeClient } from '../../codegen/files';
import type { RenderedClient } from '../../codegen/render';
import { ROOT } from './project-copy';

/** Writes clients to folders from which they find what the project depends on; the second function removes them. */
export function writeClients(clients: readonly RenderedClient[]): { folders: string[]; remove: () => void } {
    const parent = mkdtempSync(join(ROOT, 'node_modules', '.rendered-'));
    const folders = clients.map((client, index) => {
        const folder = join(parent, `${index}`);
        writeClient(folder, client);
        return folder;
    });
    return { folders, remove: () => rmSync(parent, { force: true, recursive: true }) };
}

/** What the compiler says of rendered clients as parts of this project; all of them in one run, which is what takes long. */
export function compile(folders: readonly string[]): string[] {
    const file = join(ROOT, 'tsconfig.json');
    const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, ROOT);
    const program = ts.createProgram(
        folders.map(folder => join(folder, 'index.ts')),
        { ...options, types: [] },
    );
    return ts.getPreEmitDiagnostics(program).map(({ code, file, messageText }) => {
        const text = ts.flattenDiagnosticMessageText(messageText, ' ');
        return `${file?.fileName.replace(/^.*\.rendered-[^/]*\//, '') ?? ''}: TS${code} ${text}`;
    });
}

/** A rendered client, by what it exports. */
export type ClientModule = Record<string, unknown>;

export async function importClient(folder: string): Promise<ClientModule> {
    return (await import(pathToFileURL(join(folder, 'index.ts')).href)) as ClientModule;
}
