/**
 * Refuses instructions that sBPF version 0 does not have, or that it has with another meaning than LLVM's.
 *
 * The loader's verifier refuses most of them too, but only when the program is loaded, and not those that silently differ:
 * its 32-bit arithmetic sign-extends where LLVM counts on zero-extension, so no 32-bit instruction may appear at all.
 */

import { LinkError } from './errors';

export const INSTRUCTION_LENGTH = 8;
/** Size of a stack frame of the VM. */
const FRAME_LENGTH = 4096;
const FRAME_POINTER = 10;

const LOAD_IMMEDIATE_64 = 0x18;
export const CALL = 0x85;
const EXIT = 0x95;

/** 64-bit loads and stores of 1, 2, 4 and 8 bytes, without sign extension, not atomic. */
const LOADS = new Set([0x61, 0x69, 0x71, 0x79]);
const STORES = new Set([0x62, 0x6a, 0x72, 0x7a, 0x63, 0x6b, 0x73, 0x7b]);
/** add, sub, mul, div, or, and, lsh, rsh, neg, mod, xor, mov, arsh: high halves of the 64-bit class. */
const ARITHMETIC = new Set([0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xa, 0xb, 0xc]);
/** ja, jeq, jgt, jge, jset, jne, jsgt, jsge, jlt, jle, jslt, jsle: high halves of the 64-bit jump class. */
const JUMPS = new Set([0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0xa, 0xb, 0xc, 0xd]);
const BYTE_SWAPS = new Set([0xd4, 0xdc]);

/** Throws a {@link LinkError} that names the first instruction of `text` that the VM cannot run as it is meant. */
export function verifyText(text: Uint8Array): void {
    if (text.length === 0 || text.length % INSTRUCTION_LENGTH !== 0) {
        throw new LinkError(`.text has ${text.length} bytes, which are no whole instructions`);
    }
    const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
    const count = text.length / INSTRUCTION_LENGTH;
    /** Second slots of 16-byte instructions: no place to jump to. */
    const inner = new Set<number>();
    const jumps: { from: number; to: number }[] = [];

    for (let at = 0; at < count; at += 1) {
        const opcode = view.getUint8(at * 8);
        const registers = view.getUint8(at * 8 + 1);
        const offset = view.getInt16(at * 8 + 2, true);
        const immediate = view.getInt32(at * 8 + 4, true);
        const refuse = (reason: string): never => {
            throw new LinkError(`instruction ${at} (opcode 0x${opcode.toString(16).padStart(2, '0')}): ${reason}`);
        };
        const destination = registers & 0xf;
        const source = registers >> 4;
        if (destination > FRAME_POINTER || source > FRAME_POINTER) refuse('there is no such register');
        const writes = (): void => {
            if (destination === FRAME_POINTER) refuse('the frame pointer cannot be written');
        };
        const accesses = (base: number): void => {
            if (base === FRAME_POINTER && (offset < -FRAME_LENGTH || offset >= 0)) {
                refuse(`${offset} is outside of the ${FRAME_LENGTH}-byte stack frame`);
            }
        };

        switch (opcode & 7) {
            case 0:
                if (opcode !== LOAD_IMMEDIATE_64) refuse('a load of the packet filter');
                if (view.getUint8(at * 8 + 8) !== 0) refuse('the second half of a 64-bit load is missing');
                writes();
                inner.add(at + 1);
                at += 1;
                break;
            case 1:
                if (!LOADS.has(opcode)) refuse('a sign-extending or unknown load');
                writes();
                accesses(source);
                break;
            case 2:
            case 3:
                if (!STORES.has(opcode)) refuse('an atomic or unknown store');
                accesses(destination);
                break;
            case 4:
                if (!BYTE_SWAPS.has(opcode)) refuse('32-bit arithmetic, whose results the VM extends differently');
                if (![16, 32, 64].includes(immediate)) refuse('a byte swap of no size');
                writes();
                break;
            case 5:
                if (opcode === EXIT) break;
                if (opcode === CALL) break;
                if (opcode === 0x8d) refuse('a call through a register');
                if (!JUMPS.has(opcode >> 4)) refuse('an unknown jump');
                jumps.push({ from: at, to: at + 1 + offset });
                break;
            case 6:
                refuse('a 32-bit jump');
                break;
            default:
                if (!ARITHMETIC.has(opcode >> 4)) refuse('unknown arithmetic, or a byte swap of a later version');
                if (offset !== 0) refuse('a signed division or a sign-extending move');
                if (opcode === 0x37 && immediate === 0) refuse('a division by zero');
                if (opcode === 0x97 && immediate === 0) refuse('a division by zero');
                writes();
        }
    }
    for (const { from, to } of jumps) {
        if (to < 0 || to >= count || inner.has(to)) throw new LinkError(`instruction ${from} jumps to nowhere (${to})`);
    }
}
