import type { Codec, Instruction, ReadonlyUint8Array } from '@solana/kit';

import type { InstructionReading } from './parts';

/**
 * How an instruction is read, from the functions that a rendered client has for it: their types name the accounts and the
 * data of that one instruction, which a reading of any does not.
 */
export function toReading(
    programName: string,
    getDiscriminator: () => ReadonlyUint8Array,
    getDataCodec: () => Readonly<{ decode: (data: ReadonlyUint8Array) => object }>,
    parse: (instruction: never) => Readonly<{ accounts: object }>,
): InstructionReading<object> & Readonly<{ programName: string }> {
    return {
        getAccounts: (instruction: Instruction) => parse(instruction as never).accounts,
        getDataCodec: getDataCodec as () => Codec<object>,
        getDiscriminator,
        programName,
    };
}
