import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runCodegen as runCommand } from '../../codegen/command';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const removals: (() => void)[] = [];

/** An empty folder that {@link removeFolders} removes. */
export function makeFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'payment-channels-codegen-'));
    removals.push(() => rmSync(folder, { force: true, recursive: true }));
    return folder;
}

/** For `afterEach`. */
export function removeFolders(): void {
    for (const remove of removals.splice(0)) remove();
}

/** A copy of what codegen works on: what happens to it does not happen to the project. */
export function copyProject(): string {
    const folder = makeFolder();
    for (const name of ['codegen', 'generated', 'idl', 'package.json', 'tsconfig.json']) {
        cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return folder;
}

/** Does in this process what {@link startCodegen} does in one of its own. */
export async function runCodegen(project: string, ...args: string[]) {
    const before = process.cwd();
    const written = { stderr: '', stdout: '' };
    process.chdir(project);
    try {
        const status = await runCommand(['--strict', ...args], {
            writeError: text => (written.stderr += text),
            writeOutput: text => (written.stdout += text),
        });
        return { ...written, status };
    } finally {
        process.chdir(before);
    }
}

/** Runs `codegen/main.ts` of a project as `just generate` and `just check-generated` do. */
export function startCodegen(project: string, ...args: string[]) {
    const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
    const { status, stderr, stdout } = spawnSync(
        process.execPath,
        [tsx, join('codegen', 'main.ts'), '--strict', ...args],
        {
            cwd: project,
            encoding: 'utf8',
            timeout: 300_000,
        },
    );
    return { status, stderr, stdout };
}
