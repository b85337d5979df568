import { SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR, SolanaError } from '@solana/kit';

/** Of a connection over which no answer comes: with a status of HTTP, or it ends. */
export type ConnectionFault = Readonly<{ status: number | undefined }>;

const faults = new WeakMap<object, ConnectionFault>();

/** What kit throws for a status of HTTP that is none of success. */
export function createStatusFault(status: number): Error {
    const error = new SolanaError(SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR, {
        headers: new Headers(),
        message: 'a fault that was injected',
        statusCode: status,
    });
    faults.set(error, { status });
    return error;
}

/** What fetch throws for a connection that ends, whose cause is another for each runtime. */
export function createLostConnection(): Error {
    const error = new TypeError('fetch failed', { cause: new Error('the connection was closed by a fault') });
    faults.set(error, { status: undefined });
    return error;
}

/** What a server does in the place of an answer, for an error of those. */
export function findConnectionFault(error: unknown): ConnectionFault | undefined {
    return typeof error === 'object' && error !== null ? faults.get(error) : undefined;
}
