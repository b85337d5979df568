import { describe, expect, it } from 'vitest';

import { run } from '../fixtures/run-cli';

const COMMANDS = [
    [],
    ['simulate'],
    ['plan'],
    ['inspect'],
    ['program'],
    ['program', 'fetch'],
    ['idl'],
    ['idl', 'check'],
    ['idl', 'diff'],
    ['generate'],
];

describe('payment-channels --help', () => {
    it.each(COMMANDS.map(command => [command.join(' ') || 'of the program itself', command]))(
        '%s',
        async (_, command) => {
            const { error, exitCode, output } = await run(...command, '--help');
            expect({ error, exitCode }).toEqual({ error: '', exitCode: 0 });
            expect(output).toContain(['Usage: payment-channels', ...command].join(' '));
        },
    );

    it('names every command', async () => {
        const { output } = await run('--help');
        const names = new Set(COMMANDS.map(([name]) => name).filter(name => name !== undefined));
        expect([...names].filter(name => !new RegExp(`^  ${name}\\b`, 'm').test(output))).toEqual([]);
    });

    it.each(['simulate', 'plan'] as const)('%s says which revision runs where', async command => {
        const output = (await run(command, '--help')).output.replaceAll(/\s+/g, ' ');
        expect(output).toContain('epoch is what runs on mainnet');
        expect(output).toContain('mainnet (epoch only)');
        expect(output).toContain('(default: epoch)');
        expect(output).toContain(`(default: ${{ plan: 'mainnet, or localnet', simulate: 'localnet)' }[command]}`);
    });

    it('gives the version', async () => {
        expect((await run('--version')).output).toMatch(/^\d+\.\d+\.\d+\n$/);
    });
});
