import { createServer, type Server } from 'node:http';
import { isIP, type AddressInfo, type Socket } from 'node:net';

import { answerText } from './answer';
import { answerHttp } from './http';
import { RealClock, SLOT_MS } from './real-clock';
import { Subscribers } from './subscribers';
import { createWebSockets, type WebSockets } from './web-socket';
import { SERVER_NOT_STARTED } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { readOnlyMembers, refuseInput, toBoolean, toInteger, toOneOf, type OnlyMembers } from '../../core/input';
import { toShown } from '../../core/json-form';
import type { RevisionName } from '../../revision/revision-types';
import { createRequestHandler } from '../rpc';
import { toText } from '../seeded-signer';
import type { Simulator } from '../simulator';

/** Options of {@link serveSimulator}; every field has a default. */
export type ServeSimulatorOptions = Readonly<{
    /** Port for HTTP; the next one is for WebSocket, as of a node. By default 0: two ports that are free. */
    port?: number | undefined;
    /** Address to listen at: `127.0.0.1` by default, which only this machine reaches. */
    host?: string | undefined;
    /**
     * `manual` (the default): the clock moves only when it is told to. `real`: it is set to the time now, and a slot passes
     * every 400 milliseconds.
     */
    clock?: 'manual' | 'real' | undefined;
    /** Whether subscriptions are served, for which `ws` has to be installed: yes by default. */
    webSocket?: boolean | undefined;
    /** Size of the largest request in bytes: 51,200 by default, as of a node. */
    maxBodyBytes?: number | undefined;
    /** Milliseconds that a request may take to arrive: 10,000 by default. */
    requestTimeoutMs?: number | undefined;
}>;

/** A simulator that is served. */
export type ServedSimulator = Readonly<{
    /** URL of the RPC over HTTP. */
    url: string;
    /** URL of the subscriptions: on the port after that of HTTP, where web3.js looks for them; HTTP's port has them as well. */
    webSocketUrl: string | undefined;
    port: number;
    /** Number of subscriptions that clients have now. */
    getSubscriptionCount: () => number;
    /** Ends all connections, and the clock; it may be called again. */
    close: () => Promise<void>;
    [Symbol.asyncDispose]: () => Promise<void>;
}>;

const MEMBERS: OnlyMembers<ServeSimulatorOptions> = {
    clock: true,
    host: true,
    maxBodyBytes: true,
    port: true,
    requestTimeoutMs: true,
    webSocket: true,
};
const MAX_PORT = 65_535n;
const MAX_BODY_BYTES = 50 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;
/** How long a connection stays open between requests. */
const KEEP_ALIVE_MS = 5_000;
/** How often it is looked for what has changed without a transaction, such as an account that a test has set. */
const CHECK_MS = 100;
/** How many pairs of free ports are tried. */
const PORT_ATTEMPTS = 20;

/**
 * Serves a simulator's RPC over HTTP and WebSocket, for every client that wants a URL: kit, web3.js, other languages, browsers.
 *
 * It is the same RPC as that of {@link createSimulatorRpc}; docs/simulator.md lists methods and subscriptions. Requests and
 * what is done with the simulator in this process may be mixed. It keeps the process alive until it is closed.
 *
 * @throws `MODULE_MISSING` where `ws` is not installed; `SERVER_NOT_STARTED` when the port is taken; `INPUT_INVALID`,
 * `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
 *
 * @example
 * ```ts
 * const simulator = await createSimulator({ deployment: MAINNET_DEPLOYMENT });
 * const served = await serveSimulator(simulator);
 * const rpc = createSolanaRpc(served.url);
 * console.log(await rpc.getSlot().send());
 * await served.close();
 * ```
 */
export async function serveSimulator(
    simulator: Simulator<RevisionName>,
    options: ServeSimulatorOptions = {},
): Promise<ServedSimulator> {
    const handle = createRequestHandler(simulator);
    const given = readOnlyMembers('options', options, MEMBERS);
    const host = toHost(given.host);
    const port = Number(toInteger('port', given.port ?? 0, 0n, MAX_PORT));
    const clock = toOneOf('clock', given.clock ?? 'manual', ['manual', 'real']);
    const hasWebSocket = toBoolean('webSocket', given.webSocket ?? true);
    const maxBodyBytes = Number(toInteger('maxBodyBytes', given.maxBodyBytes ?? MAX_BODY_BYTES, 1n, 2n ** 30n));
    const requestTimeoutMs = Number(
        toInteger('requestTimeoutMs', given.requestTimeoutMs ?? REQUEST_TIMEOUT_MS, 1n, 2n ** 31n - 1n),
    );

    const subscribers = new Subscribers(simulator);
    let sockets: WebSockets | undefined;
    const createHttpServer = () => createLimitedServer(requestTimeoutMs);
    const http = createHttpServer();
    const rpc = { answer: (text: string) => answerText(text, handle), maxBodyBytes };
    http.on('request', (request, response) => {
        answerHttp(rpc, request, response).catch(() => request.destroy());
    });
    const servers = [http];
    try {
        if (hasWebSocket) {
            sockets = createWebSockets(subscribers, maxBodyBytes);
            const { upgrade } = sockets;
            const onlySockets = createHttpServer();
            onlySockets.on('request', (_, response) => response.writeHead(426).end('WebSocket only\n'));
            servers.push(onlySockets);
            for (const server of servers) server.on('upgrade', upgrade);
        }
        await listen(servers, host, port);
    } catch (error) {
        sockets?.close();
        subscribers.close();
        throw error;
    }

    const real = clock === 'real' ? startRealClock(simulator) : undefined;
    const timers = [
        ...(real ? [setInterval(() => real.moveTo(performance.now()), SLOT_MS / 2)] : []),
        setInterval(() => subscribers.check(), CHECK_MS),
    ].map(timer => timer.unref());
    let closing: Promise<void> | undefined;
    const close = () =>
        (closing ??= (async () => {
            for (const timer of timers) clearInterval(timer);
            subscribers.close();
            sockets?.close();
            await Promise.all(servers.map(closeServer));
        })());
    const { port: actual } = http.address() as AddressInfo;
    const shownHost = host.includes(':') ? `[${host}]` : host;
    return toShown(`[simulator served at ${shownHost}:${actual}]`, {
        close,
        getSubscriptionCount: () => subscribers.size,
        port: actual,
        url: `http://${shownHost}:${actual}`,
        webSocketUrl: hasWebSocket ? `ws://${shownHost}:${actual + 1}` : undefined,
        [Symbol.asyncDispose]: close,
    });
}

/** No name that somebody would have to be asked for. */
function toHost(value: unknown): string {
    const host = toText('host', value) ?? '127.0.0.1';
    return isIP(host) > 0 || host === 'localhost' ? host : refuseInput('host', 'an IP address, or localhost', host);
}

/** A server that lets nobody take as long as he likes. */
function createLimitedServer(requestTimeoutMs: number): Server {
    return createServer({
        connectionsCheckingInterval: Math.min(requestTimeoutMs, 1_000),
        headersTimeout: requestTimeoutMs,
        keepAliveTimeout: KEEP_ALIVE_MS,
        requestTimeout: requestTimeoutMs,
    }).on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
        if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
        const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
        socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
}

/** Has servers listen at a port and those after it; at ports that are free, one after the other, where it is 0. */
async function listen(servers: readonly Server[], host: string, port: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        try {
            let next = port;
            for (const server of servers) {
                await listenAt(server, host, next);
                next = (server.address() as AddressInfo).port + 1;
            }
            return;
        } catch (cause) {
            await Promise.all(servers.map(closeServer));
            if (port === 0 && attempt < PORT_ATTEMPTS) continue;
            const reason = cause instanceof Error ? cause.message : String(cause);
            throw new PaymentChannelsError(SERVER_NOT_STARTED, { host, port, reason }, { cause });
        }
    }
}

async function listenAt(server: Server, host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ exclusive: true, host, port }, () => {
            server.off('error', reject);
            resolve();
        });
    });
}

async function closeServer(server: Server): Promise<void> {
    if (!server.listening) return;
    await new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
    });
}

/** Sets the clock to the time now, from which it goes on. */
function startRealClock(simulator: Simulator<RevisionName>): RealClock {
    simulator.setClock({ unixTimestamp: BigInt(Math.floor(Date.now() / 1_000)) });
    return new RealClock(simulator, performance.now());
}
