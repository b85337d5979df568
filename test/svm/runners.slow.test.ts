import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

// The assertions under node:test, in a process of its own.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

it('node:test runs a suite with the assertions, and shows why one fails', async () => {
    const args = ['--import', 'tsx', '--test', '--test-reporter=tap', 'test/fixtures/node-test-suite.ts'];
    const output = await new Promise<string>(resolve => {
        // This runner's own settings are none of that one's.
        const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined };
        execFile(process.execPath, args, { cwd: ROOT, env, timeout: 240_000 }, (_, stdout) => resolve(stdout));
    });
    expect(output).toMatch(/^ok \d+ - what holds passes$/m);
    expect(output).toMatch(/^ok \d+ - an assertion that fails is one of the runner$/m);
    expect(output).toMatch(/^not ok \d+ - shown: another error$/m);
    expect(output).toMatch(/^not ok \d+ - shown: another state$/m);
    expect(output).toContain('to fail with voucherExpired, and it failed with invalidChannelStatus');
    expect(output).toMatch(/instruction 0: \S+ .* of /);
    expect(output).toContain('kind: expected "closing", got "open"');
    expect(output).toContain("name: 'AssertionError'");
    expect(output).toMatch(/^# fail 2$/m);
});
