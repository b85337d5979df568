import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createKeyPairSignerFromBytes, createSolanaRpc, type Address } from '@solana/kit';
import { afterAll, describe, expect, it } from 'vitest';

import { runCli } from '../../cli/src/cli';
import { MAINNET_DEPLOYMENT, TOMBSTONE_LOCALNET } from '../../src';
import { addressOf } from '../fixtures/parties';
import { run } from '../fixtures/run-cli';

// The command `payment-channels simulator`: from the first line to the signal that ends it.

const folder = mkdtempSync(join(tmpdir(), 'simulator-command-'));
afterAll(() => rmSync(folder, { force: true, recursive: true }));

type Told = Readonly<{
    mints: readonly Readonly<{ address: Address; decimals: number; tokenProgram: string }>[];
    programAddress: Address;
    revision: string;
    treasuryOwner: Address;
    url: string;
    wallets: readonly Readonly<{ address: Address; keyFile?: string; name: string }>[];
    webSocketUrl: string;
}>;

/** Runs the command until something is done with what it tells, then ends it as Ctrl-C does. */
async function serving(
    args: readonly string[],
    use: (text: string) => Promise<void>,
    signal: 'SIGINT' | 'SIGTERM' = 'SIGINT',
): Promise<void> {
    let tell!: (text: string) => void;
    const told = new Promise<string>(resolve => (tell = resolve));
    let errors = '';
    const running = runCli(['simulator', '--port', '0', ...args], {
        isErrorTerminal: false,
        writeError: text => (errors += text),
        writeOutput: tell,
    });
    const text = await Promise.race([told, running.then(() => undefined)]);
    if (text === undefined) throw new Error(errors);
    const listeners = process.listenerCount(signal);
    try {
        await use(text);
    } finally {
        process.emit(signal);
    }
    expect([await running, errors]).toEqual([0, '']);
    expect(process.listenerCount(signal)).toBe(listeners - 1);
}
const servingJson = (args: readonly string[], use: (told: Told) => Promise<void>, signal?: 'SIGINT' | 'SIGTERM') =>
    serving(['--json', ...args], text => use(JSON.parse(text) as Told), signal);

describe('payment-channels simulator', () => {
    it('serves the program of mainnet, with mints and funded wallets whose keys are where they were asked for', async () => {
        const keys = join(folder, 'new', 'keys');
        const friend = addressOf(9);
        let wallets: Told['wallets'] = [];
        await servingJson(['--keys', keys, '--fund', friend], async told => {
            const { programAddress, revision, treasuryOwner } = MAINNET_DEPLOYMENT;
            expect(told).toMatchObject({ programAddress, revision, treasuryOwner });
            expect(told.mints.map(({ tokenProgram }) => tokenProgram)).toEqual(['SPL Token', 'Token-2022']);
            ({ wallets } = told);
            expect(wallets.map(({ name }) => name)).toEqual(['funded', 'payer', 'payee', 'sponsor']);
            const rpc = createSolanaRpc(told.url);
            for (const { address, keyFile } of wallets) {
                expect((await rpc.getBalance(address).send()).value).toBe(100_000_000_000n);
                for (const { address: mint } of told.mints) {
                    const { value } = await rpc
                        .getTokenAccountsByOwner(address, { mint }, { encoding: 'jsonParsed' })
                        .send();
                    expect(value[0]!.account.data.parsed.info.tokenAmount.uiAmountString).toBe('1000000');
                }
                if (keyFile === undefined) continue;
                expect(statSync(keyFile).mode & 0o777).toBe(0o600);
                const bytes = new Uint8Array(JSON.parse(readFileSync(keyFile, 'utf8')) as number[]);
                expect((await createKeyPairSignerFromBytes(bytes)).address).toBe(address);
            }
            // No key in what is printed.
            const secret = JSON.parse(readFileSync(wallets[1]!.keyFile!, 'utf8')) as number[];
            expect(JSON.stringify(told)).not.toContain(secret.slice(0, 8).join(','));
            // The clock is that of the day.
            const { value } = await rpc.getAccountInfo(addressOf(1)).send();
            expect(value).toBeNull();
            const slot = await rpc.getSlot().send();
            const time = await rpc.getBlockTime(slot).send();
            expect(Math.abs(Number(time) - Date.now() / 1_000)).toBeLessThan(60);
        });
        // The same keys again.
        await servingJson(
            ['--keys', keys],
            async told => {
                expect(told.wallets).toEqual(wallets.slice(1));
                await Promise.resolve();
            },
            'SIGTERM',
        );
    });

    it('serves another deployment, with a clock that stands still, and says how to get wallets', async () => {
        await serving(['--revision', 'tombstone', '--clock', 'manual'], async text => {
            expect(text).toContain(`program         ${TOMBSTONE_LOCALNET.programAddress}  revision tombstone`);
            expect(text).toContain('--keys FOLDER');
            const url = /^RPC +(http:\S+)$/m.exec(text)![1]!;
            const rpc = createSolanaRpc(url);
            const slot = await rpc.getSlot().send();
            expect(await rpc.getBlockTime(slot).send()).toBe(1_750_000_000n);
        });
    });

    it.each<[title: string, args: readonly string[], text: RegExp]>([
        ['no port', ['--port', 'x'], /--port.*0 to 65534/],
        ['the last port', ['--port', '65535'], /--port/],
        ['no address', ['--fund', 'x'], /--fund.*base58/],
        ['no clock', ['--clock', 'broken'], /--clock/],
        [
            'a deployment of another revision',
            ['--deployment', 'mainnet', '--revision', 'tombstone'],
            /--deployment mainnet/,
        ],
        ['an ELF that is not there', ['--program', join(folder, 'none.so')], /none\.so/],
        ['a name for a host', ['--host', 'example.com'], /host.*IP address/],
    ])('refuses %s', async (_, args, text) => {
        const { error, exitCode } = await run('simulator', '--port', '0', ...args);
        expect(error).toMatch(text);
        expect(exitCode).toBeGreaterThan(0);
    });

    it('refuses a file that holds no key, and shows nothing of it', async () => {
        writeFileSync(join(folder, 'payer.json'), '"secret"');
        const { error, exitCode } = await run('simulator', '--port', '0', '--keys', folder);
        expect([exitCode, error.includes('payer.json'), error.includes('secret')]).toEqual([2, true, false]);
    });
});
