/** `just bench NAME [--json]`: runs one benchmark. */

import { printReport, type BenchReport } from './report';

const BENCHES: Readonly<Record<string, () => Promise<{ run: () => Promise<BenchReport> }>>> = {
    batch: () => import('./batch'),
    cu: () => import('./cu'),
    journal: () => import('./journal'),
    pda: () => import('./pda'),
    salt: () => import('./salt'),
    sim: () => import('./sim'),
    store: () => import('./store'),
    verify: () => import('./verify'),
};

async function main(commandArguments: readonly string[]): Promise<number> {
    const options = commandArguments.filter(argument => argument.startsWith('-'));
    const [name = '', ...more] = commandArguments.filter(argument => !argument.startsWith('-'));
    const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
    if (load === undefined || more.length > 0 || options.some(option => option !== '--json')) {
        console.error(`usage: bench NAME [--json], where NAME is one of: ${Object.keys(BENCHES).sort().join(', ')}`);
        return 2;
    }
    const { run } = await load();
    printReport(await run(), { json: options.includes('--json') });
    return 0;
}

process.exitCode = await main(process.argv.slice(2));
