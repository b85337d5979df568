import type { ReadonlyUint8Array } from '@solana/kit';

// A frame of Zstandard (RFC 8878) that holds its content as it is: every decoder reads it, and Node has an encoder from
// version 22.15 only.

const MAGIC_NUMBER = 0xfd2f_b528;
/** A single segment whose size is told in 4 bytes; no checksum, no dictionary. */
const FRAME_HEADER_DESCRIPTOR = 0b1010_0000;
const FRAME_HEADER_SIZE = 9;
const BLOCK_HEADER_SIZE = 3;
const MAX_BLOCK_SIZE = 128 * 1024;

/** Writes bytes as a frame of Zstandard. */
export function toZstdFrame(data: ReadonlyUint8Array): Uint8Array {
    const blockCount = Math.max(1, Math.ceil(data.length / MAX_BLOCK_SIZE));
    const frame = new Uint8Array(FRAME_HEADER_SIZE + blockCount * BLOCK_HEADER_SIZE + data.length);
    const view = new DataView(frame.buffer);
    view.setUint32(0, MAGIC_NUMBER, true);
    view.setUint8(4, FRAME_HEADER_DESCRIPTOR);
    view.setUint32(5, data.length, true);
    let at = FRAME_HEADER_SIZE;
    for (let block = 0; block < blockCount; block++) {
        const content = data.subarray(block * MAX_BLOCK_SIZE, (block + 1) * MAX_BLOCK_SIZE);
        // The lowest bit says that it is the last one, the two above it that it is raw; then its size.
        const header = (content.length << 3) | (block === blockCount - 1 ? 1 : 0);
        view.setUint16(at, header & 0xffff, true);
        view.setUint8(at + 2, header >> 16);
        frame.set(content as Uint8Array, at + BLOCK_HEADER_SIZE);
        at += BLOCK_HEADER_SIZE + content.length;
    }
    return frame;
}
