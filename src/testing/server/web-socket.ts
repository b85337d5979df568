import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type * as WsModule from 'ws';

import { answerText } from './answer';
import { toJsonText } from './json';
import type { Subscribers } from './subscribers';
import { requirePeer } from '../require-peer';

/** A client that does not read may have so much waiting for it, then it is let go. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const PING_MS = 30_000;

/** The WebSocket connections of a server. */
export type WebSockets = Readonly<{
    /** Takes over a connection that a client wants to be a WebSocket. */
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
    close: () => void;
}>;

/**
 * Serves subscriptions over WebSocket.
 *
 * @throws `MODULE_MISSING` where ws is not installed.
 */
export function createWebSockets(subscribers: Subscribers, maxMessageBytes: number): WebSockets {
    const { WebSocketServer } = requirePeer('ws') as typeof WsModule;
    const server = new WebSocketServer({
        clientTracking: true,
        maxPayload: maxMessageBytes,
        noServer: true,
        perMessageDeflate: false,
    });
    const alive = new WeakSet<WsModule.WebSocket>();
    // Who has gone without a word does not answer.
    const pings = setInterval(() => {
        for (const client of server.clients) {
            if (!alive.delete(client)) client.terminate();
            else client.ping();
        }
    }, PING_MS).unref();
    server.on('connection', client => {
        const send = (text: string) => {
            if (client.readyState !== client.OPEN) return;
            if (client.bufferedAmount > MAX_WAITING_BYTES) client.terminate();
            else client.send(text);
        };
        const subscriber = subscribers.add(
            message => send(toJsonText(message)),
            () => client.terminate(),
        );
        alive.add(client);
        client.on('pong', () => alive.add(client));
        client.on('close', subscriber.close);
        // A message that is too long, for instance: ws closes the connection by itself.
        client.on('error', () => client.terminate());
        client.on('message', (data: Buffer, isBinary) => {
            if (isBinary) return client.close(1003, 'text was expected');
            answerText(data.toString('utf8'), subscriber.answer).then(
                text => {
                    if (text !== '') send(text);
                },
                // A fault of the connection, which has no status any more.
                () => client.terminate(),
            );
        });
    });
    return {
        close: () => {
            clearInterval(pings);
            for (const client of server.clients) client.terminate();
            server.close();
        },
        upgrade: (request, socket, head) => {
            server.handleUpgrade(request, socket, head, client => server.emit('connection', client, request));
        },
    };
}
