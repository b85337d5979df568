import type * as nodeModule from 'node:module';

import { describe, expect, it, vi } from 'vitest';

import { peerDependencies, peerDependenciesMeta } from '../../package.json';
import { runCli } from '../../cli/src/cli';
import { getInstallCommand, OPTIONAL_PEERS } from '../../src/core/optional-peers';
import { errorOf } from '../fixtures/refusals';
import { DEPLOYMENT } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';

// As where neither of them is installed.
vi.mock('node:module', async original => {
    const module = await original<typeof nodeModule>();
    const createRequire = (from: string) => {
        const missing = (name: string): never => {
            throw Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- ${from}`), {
                code: 'MODULE_NOT_FOUND',
            });
        };
        return Object.assign(missing, module.createRequire(from), { resolve: missing });
    };
    return { ...module, createRequire };
});

describe('a module that is missing is named, with the command that installs it', () => {
    it('the commands have the versions of package.json', () => {
        const optional = Object.keys(peerDependenciesMeta);
        expect(OPTIONAL_PEERS).toEqual(
            Object.fromEntries(Object.entries(peerDependencies).filter(([name]) => optional.includes(name))),
        );
        expect(getInstallCommand('litesvm')).toBe(`npm install litesvm@"${peerDependencies.litesvm}"`);
    });

    it('LiteSVM, by createSimulator', async () => {
        const error = await errorOf(() => createTestSimulator());
        expect(error).toMatchObject({
            code: 'MODULE_MISSING',
            context: {
                install: getInstallCommand('litesvm'),
                module: 'litesvm',
                reason: "Cannot find module 'litesvm'",
            },
        });
        expect(String(error)).toContain('npm install litesvm');
    });

    it('LiteSVM, by the command simulate', async () => {
        let text = '';
        const io = { isErrorTerminal: false, writeError: (part: string) => (text += part), writeOutput: () => true };
        expect(await runCli(['simulate'], io as never)).toBe(1);
        expect(text).toMatch(/^payment-channels: litesvm, .*npm install litesvm@"\^[\d.]+"/);
    });

    it('ws, by serveSimulator', async () => {
        const { serveSimulator } = await import('../../src/testing');
        // There is no simulator here either: LiteSVM is missing.
        const never = () => undefined;
        const simulator = {
            cluster: { changes: { listen: () => never }, execute: never, getAccount: never },
            faucet: {},
            faults: { inject: never, intercept: never },
            getClock: never,
            sendTransaction: never,
            svm: { getAccount: never },
        };
        const error = await errorOf(() => serveSimulator(simulator as never));
        expect(error).toMatchObject({
            code: 'MODULE_MISSING',
            context: { install: getInstallCommand('ws'), module: 'ws' },
        });
    });

    it('sodium-native, by createNodeVoucherVerifier', async () => {
        const { createNodeVoucherVerifier } = await import('../../src/node');
        const error = await errorOf(() => createNodeVoucherVerifier(DEPLOYMENT, { backend: 'sodium-native' }));
        expect(error).toMatchObject({ code: 'VERIFIER_BACKEND_UNAVAILABLE' });
        expect(String(error)).toContain(getInstallCommand('sodium-native'));
    });
});
