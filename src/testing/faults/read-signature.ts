import { getBase58Decoder, getBase58Encoder, getBase64Encoder, getTransactionDecoder } from '@solana/kit';

/** What a node says that takes a transaction: its signature. Zeros stand for that of a request which has no transaction. */
export function readSignature([wire, config]: readonly unknown[]): string {
    const { encoding = 'base58' } = (typeof config === 'object' && config !== null ? config : {}) as {
        encoding?: unknown;
    };
    try {
        const bytes = (encoding === 'base64' ? getBase64Encoder() : getBase58Encoder()).encode(String(wire));
        const [signature] = Object.values(getTransactionDecoder().decode(bytes).signatures);
        return getBase58Decoder().decode(signature!);
    } catch {
        return '1'.repeat(64);
    }
}
