import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, describe, expect, it } from 'vitest';

// What a new user copies first has to run as it stands: every example, and every program in the README.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Any wallet. */
const ADDRESS = '7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2';
/** Long after the slowest machine is done. */
const TIMEOUT_MS = 300_000;
const run = async (file: string) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], {
        cwd: ROOT,
        timeout: TIMEOUT_MS,
    });
    return stdout;
};

// Inside the project, so that the names of the package and of its dependencies mean what they mean to a user.
const folder = mkdtempSync(join(ROOT, 'test', '.readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the output of an example says if all of it has come to what it should. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
    'sponsored-rent.ts': /\nabsent: the sponsor has paid (\d+) lamports, \1 of them in fees\n$/,
    'settle-batch.ts': /^[^]*stopped: aborted[^]*is skipped: the voucher expired[^]*\n23 of 24 channels settled\n$/,
};

describe('the examples', () => {
    const examples = readdirSync(join(ROOT, 'examples')).filter(name => name.endsWith('.ts'));

    it.each(examples)('%s runs', async name => {
        const output = await run(join('examples', name));
        expect(output).not.toMatch(/not ok|fail [1-9]/);
        expect(output).toMatch(EXPECTED[name] ?? /\w/);
    });

    // Those in which somebody takes vouchers.
    it.each(['cluster-or-simulator.ts', 'sponsored-rent.ts', 'settle-batch.ts'])(
        '%s takes no voucher of a channel that is not what was offered',
        async name => {
            const source = readFileSync(join(ROOT, 'examples', name), 'utf8');
            // Opened as somebody wants it who has nothing to lose.
            const bent = source.replace(
                '{ ...offer,',
                `{ ...offer, gracePeriodSeconds: 1, payee: '${ADDRESS}' as never,`,
            );
            expect(bent).not.toBe(source);
            const file = join(folder, name);
            writeFileSync(file, bent);
            await expect(run(file)).rejects.toThrow(
                new RegExp(
                    `is not what was agreed: payee has to be .*, and is ${ADDRESS}; gracePeriodSeconds has to be`,
                ),
            );
        },
    );

    it('are all in the list of the folder', () => {
        const readme = readFileSync(join(ROOT, 'examples/README.md'), 'utf8');
        expect(examples.filter(name => !readme.includes(`(${name})`))).toEqual([]);
    });
});

describe('the README', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const programs = [...readme.matchAll(/```ts\n([^]*?)```/g)]
        .map(([, code]) => code!)
        .filter(code => code.includes("from 'solana-payment-channels/testing'"));

    it('begins with a program', () => {
        expect(programs.length).toBeGreaterThan(0);
    });

    it.each(programs.map((code, index) => [`program ${index + 1}`, code]))('%s runs', async (name, code) => {
        const file = join(folder, `${name.replace(' ', '-')}.ts`);
        writeFileSync(file, code);
        expect(await run(file)).toMatch(/\w/);
    });
});
