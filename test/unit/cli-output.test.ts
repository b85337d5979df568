import { PassThrough } from 'node:stream';

import { expect, it } from 'vitest';

import { runCli } from '../../cli/src/cli';
import { createWriter } from '../../cli/src/io';

const fail = (code: string) => Object.assign(new Error(`${code}: of the stream`), { code });

it('a reader that has seen enough is no failure, and nothing more is written to it', () => {
    const stream = new PassThrough();
    const failures: unknown[] = [];
    const write = createWriter(stream, error => failures.push(error));
    write('seen');
    stream.emit('error', fail('EPIPE'));
    write('not seen');
    expect(String(stream.read())).toBe('seen');
    expect(failures).toEqual([]);
});

it('a disk that is full is told once', () => {
    const stream = new PassThrough();
    const failures: unknown[] = [];
    const write = createWriter(stream, error => failures.push(error));
    const full = fail('ENOSPC');
    stream.emit('error', full);
    stream.emit('error', fail('ENOSPC'));
    write('nothing');
    expect(failures).toEqual([full]);
    expect(stream.read()).toBeNull();
});

it.each([
    ['idl', 'check', ''],
    ['idl', 'diff', '', ''],
    ['generate', '--idl', '', '--out', 'x'],
    ['plan', '', '--fee-payer', 'x'],
])('says that a file has no name: %s %s %s', async (...args) => {
    let errors = '';
    const writeError = (text: string) => void (errors += text);
    const io = { isErrorTerminal: false, writeError, writeOutput: writeError };
    expect(await runCli(args, io)).toBe(2);
    expect(errors).toBe('payment-channels: the name of a file to read is empty\n');
});
