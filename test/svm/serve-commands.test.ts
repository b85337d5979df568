import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { createSimulator, readProgramElf, serveSimulator, type ServedSimulator } from '../../src/testing';
import { DEPLOYMENT } from '../fixtures/deployment';
import { PAYER } from '../fixtures/parties';
import { REVISION } from '../fixtures/revision';
import { run } from '../fixtures/run-cli';

// What the command line reads from a cluster, it reads from the served simulator.

let served: ServedSimulator;
let folder: string;
beforeAll(async () => {
    served = await serveSimulator(await createSimulator({ deployment: DEPLOYMENT }));
    folder = await mkdtemp(join(tmpdir(), 'served-'));
});
afterAll(async () => {
    await served.close();
    await rm(folder, { recursive: true });
});

it('program fetch writes the program of a served simulator', async () => {
    const out = join(folder, 'program.so');
    const args = ['--rpc', served.url, '--revision', REVISION, '--deployment', 'localnet', '--out', out];
    expect(await run('program', 'fetch', ...args)).toMatchObject({ error: '', exitCode: 0 });
    expect((await readFile(out)).equals(readProgramElf(REVISION).bytes)).toBe(true);
});

it('inspect says that there is no channel at an address', async () => {
    const { error, exitCode, output } = await run('inspect', PAYER, '--rpc', served.url, '--json');
    expect({ error, exitCode }).toEqual({ error: '', exitCode: 0 });
    expect(JSON.parse(output)).toMatchObject({ kind: 'address', value: { kind: 'absent' } });
});
