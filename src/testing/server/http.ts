import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { findConnectionFault } from '../faults/connection-fault';

/** What an HTTP server of a simulator asks for answers. */
export type HttpRpc = Readonly<{
    /** Answers the text of a request; empty for no answer. */
    answer: (text: string) => Promise<string>;
    maxBodyBytes: number;
}>;

const METHODS = 'POST, GET, OPTIONS';
/** A day: browsers ask before each request otherwise. */
const MAX_AGE_SECONDS = 86_400;
/** How long somebody may go on sending what is not read, before the connection breaks off. */
const LINGER_MS = 500;
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;

/** Answers a request as a node's HTTP server does; browsers on any page may ask. */
export async function answerHttp(rpc: HttpRpc, request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Access-Control-Allow-Origin', '*');
    switch (request.method) {
        case 'OPTIONS':
            return answerPreflight(request, response);
        case 'POST':
            return await answerPost(rpc, request, response);
        case 'GET':
            if (request.url?.split('?')[0] === '/health') return end(response, 200, 'ok');
    }
    response.setHeader('Allow', METHODS);
    end(response, 405, 'Used HTTP Method is not allowed. POST or OPTIONS is required\n');
}

function answerPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
    const names = headers['access-control-request-headers'] ?? '';
    response.setHeader('Access-Control-Allow-Methods', METHODS);
    // An asterisk would not stand for Authorization.
    response.setHeader('Access-Control-Allow-Headers', HEADER_NAMES.test(names) ? names : 'content-type');
    response.setHeader('Access-Control-Max-Age', String(MAX_AGE_SECONDS));
    response.setHeader('Vary', 'Access-Control-Request-Headers');
    if (headers['access-control-request-private-network'] === 'true') {
        response.setHeader('Access-Control-Allow-Private-Network', 'true');
    }
    response.writeHead(204).end();
}

async function answerPost(rpc: HttpRpc, request: IncomingMessage, response: ServerResponse): Promise<void> {
    // One whose body was given up has none any more.
    const { socket } = request;
    const type = request.headers['content-type']?.split(';')[0]!.trim().toLowerCase();
    if (type !== 'application/json') {
        const message = 'Supplied content type is not allowed. Content-Type: application/json is required\n';
        return endUnread(socket, response, 415, message);
    }
    const tooLarge = () =>
        endUnread(socket, response, 413, `The request is too large: at most ${rpc.maxBodyBytes} bytes are read\n`);
    if (Number(request.headers['content-length'] ?? 0) > rpc.maxBodyBytes) return tooLarge();
    const body = await readBody(request, rpc.maxBodyBytes);
    if (body === undefined) return tooLarge();
    let text: string;
    try {
        text = await rpc.answer(body.toString('utf8'));
    } catch (error) {
        const fault = findConnectionFault(error);
        if (fault === undefined) throw error;
        // The request is read to its end: to destroy it would leave the connection.
        if (fault.status === undefined) return void response.destroy();
        return end(response, fault.status, 'A fault that was injected\n');
    }
    if (response.destroyed) return;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.writeHead(200, { 'Content-Length': Buffer.byteLength(text) }).end(text);
}

/** The body of a request; `undefined` when it is longer than it may be. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > maxBytes) return undefined;
        chunks.push(chunk);
    }
    return Buffer.concat(chunks);
}

/**
 * Ends a request whose body nobody reads, and its connection, which is of no use for another one. To destroy the request
 * would leave it open where the body has been read in part.
 */
function endUnread(socket: Socket, response: ServerResponse, status: number, message: string): void {
    response.setHeader('Connection', 'close');
    response.on('finish', () => {
        // Whoever is still sending would lose the answer if it ended at once.
        socket.resume().end();
        setTimeout(() => socket.destroy(), LINGER_MS).unref();
    });
    end(response, status, message);
}

function end(response: ServerResponse, status: number, message: string): void {
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.writeHead(status, { 'Content-Length': Buffer.byteLength(message) }).end(message);
}
