import { type Instruction, type MessagePartialSigner } from '@solana/kit';

import { ED25519_PROGRAM_ADDRESS } from '../../src/runtime/programs';
import { withData } from './alter';

// Instructions that the Ed25519 precompile accepts, and that are not in the one layout of docs/program.md, section 6.6.

/** A signature's place in the data of the precompile, field by field as in the data. */
export type Placement = Readonly<{
    signatureOffset: number;
    signatureIndex: number;
    keyOffset: number;
    keyIndex: number;
    messageOffset: number;
    messageSize: number;
    messageIndex: number;
}>;

const HEADER_LENGTH = 16;

/** The parts of a verification that the toolkit built. */
export function partsOf(verify: Instruction): { key: Uint8Array; signature: Uint8Array; message: Uint8Array } {
    const data = Uint8Array.from(verify.data ?? []);
    return { key: data.slice(16, 48), message: data.slice(112), signature: data.slice(48, 112) };
}

export function encodePlacement(placement: Placement): Uint8Array {
    const data = new Uint8Array(14);
    const { keyIndex, keyOffset, messageIndex, messageOffset, messageSize, signatureIndex, signatureOffset } =
        placement;
    [signatureOffset, signatureIndex, keyOffset, keyIndex, messageOffset, messageSize, messageIndex].forEach(
        (value, i) => new DataView(data.buffer).setUint16(i * 2, value, true),
    );
    return data;
}

/** The usual placement: key, signature, message, all in the instruction itself. */
export const usualPlacement = (messageSize: number): Placement => ({
    keyIndex: 0xffff,
    keyOffset: HEADER_LENGTH,
    messageIndex: 0xffff,
    messageOffset: HEADER_LENGTH + 32 + 64,
    messageSize,
    signatureIndex: 0xffff,
    signatureOffset: HEADER_LENGTH + 32,
});

export function emptyVerification(): Instruction {
    return { data: Uint8Array.of(0, 0), programAddress: ED25519_PROGRAM_ADDRESS };
}

/** The same parts with the signature before the key. */
export function signatureBeforeKey(verify: Instruction): Instruction {
    const { key, message, signature } = partsOf(verify);
    const placement = {
        ...usualPlacement(message.length),
        keyOffset: HEADER_LENGTH + 64,
        signatureOffset: HEADER_LENGTH,
    };
    return withData(verify, [1, 0, ...encodePlacement(placement), ...signature, ...key, ...message]);
}

/** The verification of another message, by the same key, which has signed it. */
export async function resigned(
    verify: Instruction,
    message: Uint8Array,
    signer: MessagePartialSigner,
): Promise<Instruction> {
    const [signatures] = await signer.signMessages([{ content: message, signatures: {} }]);
    const placement = encodePlacement(usualPlacement(message.length));
    return withData(verify, [1, 0, ...placement, ...partsOf(verify).key, ...signatures![signer.address]!, ...message]);
}

/** Two verifications in one instruction. */
export function joined(first: Instruction, second: Instruction): Instruction {
    const parts = [first, second].map(partsOf);
    const start = 2 + 14 * parts.length;
    const blocks = parts.map(({ key, message, signature }) => [...key, ...signature, ...message]);
    const placements = parts.map(({ message }, i) => {
        const keyOffset = start + blocks.slice(0, i).flat().length;
        return encodePlacement({
            ...usualPlacement(message.length),
            keyOffset,
            messageOffset: keyOffset + 32 + 64,
            signatureOffset: keyOffset + 32,
        });
    });
    return withData(first, [parts.length, 0, ...placements.flatMap(data => [...data]), ...blocks.flat()]);
}
