/** Requests per second that a served simulator answers, against a bare HTTP server that sends back a constant. */

import { Agent, createServer, request as requestOverHttp } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { BenchRow } from './report';
import { serveSimulator, type Simulator } from '../src/testing';

const ROUNDS = 5;
const REQUESTS_IN_ROUND = 2_000;
/** Connections that are open at a time. */
const PARALLEL = 16;

const toRequest = (method: string, ...params: readonly unknown[]) => ({ id: 1, jsonrpc: '2.0', method, params });

/** Measures requests of common kinds; the simulator stays as it is. */
export async function measureRpcRequests(simulator: Simulator): Promise<readonly BenchRow[]> {
    const { address } = simulator.faucet;
    const cases: Readonly<Record<string, object>> = {
        getSlot: toRequest('getSlot'),
        'getAccountInfo (base64)': toRequest('getAccountInfo', address, { encoding: 'base64' }),
        getLatestBlockhash: toRequest('getLatestBlockhash'),
        'batch of 10 getBalance': Array<object>(10).fill(toRequest('getBalance', address)),
    };
    const bare = createServer((request, response) => {
        request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(BARE_ANSWER));
    });
    await new Promise<void>(resolve => bare.listen(0, '127.0.0.1', resolve));
    const { port: barePort } = bare.address() as AddressInfo;
    const served = await serveSimulator(simulator, { webSocket: false });
    try {
        const rows: BenchRow[] = [];
        for (const [name, body] of Object.entries(cases)) {
            const text = JSON.stringify(body);
            const [ours, theirs]: [number[], number[]] = [[], []];
            // They take turns, so that both see the same machine.
            for (let round = 0; round < ROUNDS; round++) {
                ours.push(await measure(served.port, text));
                theirs.push(await measure(barePort, text));
            }
            const [value, baseline] = [getMedian(ours), getMedian(theirs)];
            rows.push({
                baseline,
                bench: 'sim',
                case: `HTTP: ${name}`,
                ratio: value / baseline,
                unit: 'requests/s',
                value,
            });
        }
        return rows;
    } finally {
        await served.close();
        bare.closeAllConnections();
        await new Promise(resolve => bare.close(resolve));
    }
}

const BARE_ANSWER = JSON.stringify({ id: 1, jsonrpc: '2.0', result: 350_000_000 });

/** Requests per second over connections that stay open. */
async function measure(port: number, body: string): Promise<number> {
    const agent = new Agent({ keepAlive: true, maxSockets: PARALLEL });
    let left = REQUESTS_IN_ROUND;
    const work = async () => {
        while (left-- > 0) await post(agent, port, body);
    };
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: PARALLEL }, work));
    const seconds = (performance.now() - startedAt) / 1_000;
    agent.destroy();
    return REQUESTS_IN_ROUND / seconds;
}

async function post(agent: Agent, port: number, body: string): Promise<void> {
    const headers = { 'content-length': Buffer.byteLength(body), 'content-type': 'application/json' };
    await new Promise<void>((resolve, reject) => {
        requestOverHttp({ agent, headers, host: '127.0.0.1', method: 'POST', port }, response => {
            if (response.statusCode !== 200) reject(new Error(`answered with ${response.statusCode}`));
            response.resume().on('end', resolve).on('error', reject);
        })
            .on('error', reject)
            .end(body);
    });
}

function getMedian(values: readonly number[]): number {
    return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
