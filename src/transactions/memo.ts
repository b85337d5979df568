import {
    bytesEqual,
    getBase16Decoder,
    getUtf8Decoder,
    getUtf8Encoder,
    type Address,
    type Instruction,
    type ReadonlyUint8Array,
} from '@solana/kit';

import { refuseInput } from '../core/input';

/** The address of the Memo program, which writes its data to the log of a transaction and does nothing else. */
export const MEMO_PROGRAM_ADDRESS =
    'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' as Address<'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'>;

/**
 * An instruction that writes a text to the log of its transaction, for instance an order number. Nobody signs it.
 *
 * @throws `INPUT_INVALID` for anything but a text.
 *
 * @example
 * ```ts
 * const memo = getMemoInstruction('order 42');
 * ```
 */
export function getMemoInstruction(content: string): Instruction<typeof MEMO_PROGRAM_ADDRESS> {
    if (typeof content !== 'string') {
        refuseInput('content', 'a string', content);
    }
    return Object.freeze({ data: encodeMemo(content), programAddress: MEMO_PROGRAM_ADDRESS });
}

/** The data of an instruction of the Memo program: the text itself. */
export function encodeMemo(content: string): ReadonlyUint8Array {
    return getUtf8Encoder().encode(content);
}

/** The text of a memo; its bytes as hexadecimal when they are no text. */
export function decodeMemo(data: ReadonlyUint8Array): string {
    const content = getUtf8Decoder().decode(data);
    const isText = bytesEqual(new Uint8Array(encodeMemo(content)), new Uint8Array(data));
    return isText ? content : `0x${getBase16Decoder().decode(data)}`;
}
