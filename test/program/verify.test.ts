import { describe, expect, it } from 'vitest';

import { verifyText } from '../../program/toolchain/verify';

const EXIT = '9500000000000000';

/** Instructions written as in a disassembly: eight bytes of hex each. */
const text = (...instructions: string[]): Uint8Array => new Uint8Array(Buffer.from(instructions.join(''), 'hex'));

describe('what the program linker lets through', () => {
    it.each([
        ['64-bit arithmetic', text('0721000000000000', 'bf12000000000000', EXIT)],
        ['an unsigned division', text('3f21000000000000', EXIT)],
        ['a 64-bit load of two slots', text('1801000000000000', '0000000000000000', EXIT)],
        ['a store in the stack frame', text('7b1af8ff00000000', EXIT)],
        ['a jump', text('0500010000000000', 'b700000000000000', EXIT)],
        ['a byte swap', text('dc01000040000000', EXIT)],
    ])('%s', (_, bytes) => {
        expect(() => verifyText(bytes)).not.toThrow();
    });

    it.each([
        ['a 32-bit jump', text('1601000000000000', EXIT), '32-bit jump'],
        ['32-bit arithmetic', text('0401000001000000', EXIT), '32-bit arithmetic'],
        ['a 32-bit move', text('bc21000000000000', EXIT), '32-bit arithmetic'],
        ['a signed division', text('3f21010000000000', EXIT), 'signed division'],
        ['a signed remainder', text('9f21010000000000', EXIT), 'signed division'],
        ['a sign-extending move', text('bf21080000000000', EXIT), 'sign-extending move'],
        ['a sign-extending load', text('9121000000000000', EXIT), 'sign-extending'],
        ['an atomic addition', text('db21000000000000', EXIT), 'atomic'],
        ['a byte swap of a later version', text('d701000040000000', EXIT), 'later version'],
        ['a call through a register', text('8d00000001000000', EXIT), 'call through a register'],
        ['a division by zero', text('3701000000000000', EXIT), 'division by zero'],
        ['a store below the stack frame', text('7b1af8ef00000000', EXIT), 'stack frame'],
        ['a write to the frame pointer', text('070a000008000000', EXIT), 'frame pointer'],
        ['a register that does not exist', text('bf0b000000000000', EXIT), 'no such register'],
        ['a jump out of the program', text('0500050000000000', EXIT), 'jumps to nowhere'],
        [
            'a jump into a two-slot load',
            text('0500010000000000', '1801000000000000', '0000000000000000', EXIT),
            'nowhere',
        ],
        ['half an instruction', text(EXIT, '95'), 'whole instructions'],
    ])('not %s', (_, bytes, reason) => {
        expect(() => verifyText(bytes)).toThrow(reason);
    });
});
