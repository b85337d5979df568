import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { link } from '../../program/toolchain/link';
import { findTools, run } from '../../program/toolchain/tools';
import { startCase } from '../svm/replay/execute';

const tools = findTools();
const PROGRAM = address('9HZSBsVj86PrvnT9QGmETwNB6hEYAecjRmKyJXEbJHWW');
const FEE_PAYER = address('7vzEoA6qPLqGXe5rxmMK7iha63znnLfwGppBrUfELajg');

function assemble(source: string): Uint8Array {
    if ('missing' in tools) throw new Error(tools.missing);
    const folder = mkdtempSync(join(tmpdir(), 'payment-channels-link-'));
    try {
        writeFileSync(join(folder, 'a.s'), source);
        run(tools.assembler, ['-triple=bpfel', '-filetype=obj', join(folder, 'a.s'), '-o', join(folder, 'a.o')]);
        return new Uint8Array(readFileSync(join(folder, 'a.o')));
    } finally {
        rmSync(folder, { force: true, recursive: true });
    }
}

const ENTRYPOINT =
    '.section .text.entrypoint,"ax",@progbits\n.globl entrypoint\n.type entrypoint,@function\nentrypoint:\n';

/** Runs an ELF with nothing and returns what became of it. */
function execute(elf: Uint8Array) {
    const clock = { slot: '1', unixTimestamp: '1' };
    const wallet = {
        address: FEE_PAYER,
        data: '',
        lamports: '1000000000',
        owner: address('11111111111111111111111111111111'),
    };
    const run = startCase({ accounts: [wallet], clock, id: 'link', programId: PROGRAM, steps: [] }, elf);
    return run.runStep({
        expect: { after: {}, computeUnits: 0, error: null, innerInstructionData: [] },
        feePayer: FEE_PAYER,
        instructions: [{ accounts: [], data: '', program: PROGRAM }],
    });
}

describe.skipIf('missing' in tools)('the program linker', () => {
    it('links calls, syscalls, addresses and pointers to what the runtime executes', () => {
        // Returns what a function reads through a pointer in read-only data, and logs a text on the way.
        const elf = link(
            assemble(`
                ${ENTRYPOINT}
                    r1 = text ll
                    r2 = 4
                    call sol_log_
                    call read
                    exit
                .section .text.read,"ax",@progbits
                read:
                    r1 = pointer ll
                    r1 = *(u64 *)(r1 + 0)
                    r0 = *(u64 *)(r1 + 0)
                    exit
                .section .text.unused,"ax",@progbits
                unused:
                    call no_such_function
                    exit
                .section .rodata.text,"a",@progbits
                text: .ascii "log!"
                .section .rodata.value,"a",@progbits
                .p2align 3
                value: .quad 4711
                .section .data.rel.ro.pointer,"aw",@progbits
                .p2align 3
                pointer: .quad value
            `),
        );
        const { error, logs } = execute(elf);
        expect(error).toEqual({ custom: 4711, instruction: 0 });
        expect(logs).toContain('Program log: log!');
    });

    it.each([
        ['a function that is nowhere', `${ENTRYPOINT} call no_such_function\n exit`, 'no_such_function is neither'],
        ['a 32-bit register', `${ENTRYPOINT} w0 = 0\n exit`, '32-bit arithmetic'],
        [
            'writable data',
            `${ENTRYPOINT} r1 = counter ll\n exit\n.section .data.counter,"aw",@progbits\ncounter: .quad 1`,
            'neither code nor read-only data',
        ],
        ['uninitialised data', `${ENTRYPOINT} r1 = zero ll\n exit\n.section .bss,"aw",@nobits\nzero: .zero 8`, '.bss'],
        ['the address of a function', `${ENTRYPOINT} r1 = entrypoint ll\n exit`, 'an address of code'],
        ['no entry point', '.text\n.globl start\nstart: exit', 'defines no entrypoint'],
    ])('refuses %s', (_, source, reason) => {
        expect(() => link(assemble(source))).toThrow(reason);
    });

    it('refuses what is not an object', () => {
        expect(() => link(new Uint8Array(100))).toThrow('not a 64-bit little-endian ELF');
    });
});

it.runIf('missing' in tools)('cannot assemble here', context => context.skip());
