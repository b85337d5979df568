import { createHash } from 'node:crypto';

import { createKeyPairSignerFromPrivateKeyBytes, type KeyPairSigner } from '@solana/kit';

import { refuseInput } from '../core/input';

/** The key that follows from a simulator's seed and a label. */
export async function createSeededSigner(seed: string, label: string): Promise<KeyPairSigner> {
    // With the length before it, no seed and label together read like another seed and label.
    const privateKey = createHash('sha256').update(`${seed.length}:${seed}/${label}`).digest();
    return await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(privateKey));
}

/** A text that may be left out. */
export function toText(field: string, value: unknown): string | undefined {
    return value === undefined || typeof value === 'string' ? value : refuseInput(field, 'a string', value);
}
