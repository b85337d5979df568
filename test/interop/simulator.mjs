// The simulator as a user runs it: a process of its own, known by what it prints.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 20_000;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Starts `payment-channels simulator` at free ports; `close` ends it, and checks that it ends cleanly. */
export async function startSimulator(...args) {
    const keys = mkdtempSync(join(tmpdir(), 'interop-keys-'));
    const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
    const command = [tsx, join(ROOT, 'cli/src/main.ts'), 'simulator', '--port', '0', '--json', '--keys', keys, ...args];
    const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = new Promise(resolve => child.once('exit', (code, signal) => resolve(code ?? signal)));
    const tooLate = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
    const lines = createInterface(child.stdout);
    const line = await Promise.race([
        new Promise(resolve => lines.once('line', resolve)),
        exited.then(code => Promise.reject(new Error(`the simulator has ended before it began: ${code}`))),
    ]);
    clearTimeout(tooLate);
    const told = JSON.parse(line);
    const close = async () => {
        child.kill('SIGTERM');
        // It has an end of its own; one that does not come is a failure, and not a test that runs for ever.
        const killed = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
        const code = await exited;
        clearTimeout(killed);
        rmSync(keys, { force: true, recursive: true });
        if (code !== 0) throw new Error(`the simulator has ended with ${code}`);
    };
    /** The 64 bytes of a wallet's key, as the Solana CLI keeps them. */
    const readKey = name =>
        new Uint8Array(JSON.parse(readFileSync(told.wallets.find(wallet => wallet.name === name).keyFile, 'utf8')));
    return { ...told, close, readKey };
}

/** Asks the RPC as any program does that has no library for it. */
export async function ask(url, method, ...params) {
    const response = await fetch(url, {
        body: JSON.stringify({ id: 1, jsonrpc: '2.0', method, params }),
        headers: { 'content-type': 'application/json' },
        method: 'POST',
    });
    const { error, result } = await response.json();
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
}

/** What a wallet holds of a mint, in base units. */
export async function getTokenAmount(url, owner, mint) {
    const { value } = await ask(url, 'getTokenAccountsByOwner', owner, { mint }, { encoding: 'jsonParsed' });
    return value.reduce((sum, { account }) => sum + BigInt(account.data.parsed.info.tokenAmount.amount), 0n);
}
