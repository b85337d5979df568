import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

import { describe, expect, it } from 'vitest';

import { serveSimulator, type ServedSimulator } from '../../src/testing';
import { addressOf } from '../fixtures/parties';
import { errorOf } from '../fixtures/refusals';
import { ServedLab, useServedLab, type RawAnswer } from './fixtures/served';

// The HTTP server of a simulator, as seen by clients that know JSON and nothing else, and by those that mean no good.

const lab = useServedLab({ requestTimeoutMs: 300 });
const WHO = addressOf(0x42);

describe('a request', () => {
    it('is answered with integers that are exact, however large', async () => {
        lab.simulator.setLamports(WHO, 2n ** 64n - 1n);
        expect(await lab.ask('getBalance', WHO)).toContain('"value":18446744073709551615}');
        expect(await lab.ask('getAccountInfo', WHO, { encoding: 'base64' })).toContain(
            '"lamports":18446744073709551615',
        );
        lab.simulator.setLamports(WHO, 1n);
    });

    it('may hold integers that are larger than a number can be exactly', async () => {
        const text =
            '{"jsonrpc":"2.0","id":9007199254740993,"method":"getSlot","params":[{"minContextSlot":9007199254740993}]}';
        const answer = await (await lab.post(text)).text();
        expect(answer).toContain('"id":9007199254740993');
        expect(answer).toContain('"code":-32016');
        expect(answer).toContain(`"contextSlot":${lab.simulator.getClock().slot}`);
    });

    it.each(['a', 0, -1, null, '', 'ä"\\', 123])('has its id %j back', async id => {
        const response = await lab.post(JSON.stringify({ id, jsonrpc: '2.0', method: 'getHealth' }));
        expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
        expect(await response.json()).toEqual({ id, jsonrpc: '2.0', result: 'ok' });
    });

    it('for a method that there is not is refused by its name', async () => {
        const { error } = await lab.call('getNothing');
        expect(error).toEqual({ code: -32_601, message: expect.stringContaining('getNothing') as string });
    });

    it.each<[title: string, body: string, code: number]>([
        ['no JSON', '{', -32_700],
        ['nothing', '', -32_700],
        ['a byte of no UTF-8 text', '\u0000', -32_700],
        ['deep JSON', '['.repeat(20_000) + ']'.repeat(20_000), -32_700],
        [
            'a deep request',
            `{"jsonrpc":"2.0","id":1,"method":"getSlot","params":[${'{"a":'.repeat(200)}1${'}'.repeat(200)}]}`,
            -32_700,
        ],
        ['an empty batch', '[]', -32_600],
        ['a number', '5', -32_600],
        ['a text', '"getSlot"', -32_600],
        ['null', 'null', -32_600],
        ['no method', '{"jsonrpc":"2.0","id":1}', -32_600],
        ['a method of another type', '{"jsonrpc":"2.0","id":1,"method":["getSlot"]}', -32_600],
        ['an id of another type', '{"jsonrpc":"2.0","id":{},"method":"getSlot"}', -32_600],
        ['an id that is no integer', '{"jsonrpc":"2.0","id":1.5,"method":"getSlot"}', -32_600],
        ['another version', '{"jsonrpc":"1.0","id":1,"method":"getSlot"}', -32_600],
        ['no version', '{"id":1,"method":"getSlot"}', -32_600],
        ['params of another type', '{"jsonrpc":"2.0","id":1,"method":"getSlot","params":5}', -32_602],
        ['too many params', '{"jsonrpc":"2.0","id":1,"method":"getSlot","params":[1,2,3,4,5,6,7,8,9,10,11]}', -32_602],
        ['a name of every object', '{"jsonrpc":"2.0","id":1,"method":"__proto__"}', -32_601],
        ['a method of every object', '{"jsonrpc":"2.0","id":1,"method":"toString"}', -32_601],
        [
            'a member of a prototype',
            '{"jsonrpc":"2.0","id":1,"method":"getSlot","params":[{"__proto__":{"commitment":"x"}}]}',
            0,
        ],
    ])('that is %s is answered', async (_, body, code) => {
        const response = await lab.post(body);
        expect(response.status).toBe(200);
        const answer = (await response.json()) as RawAnswer;
        expect(answer.error?.code ?? 0).toBe(code);
    });

    it('that wants no answer has none, and does nothing', async () => {
        const before = lab.simulator.getLamports(WHO);
        const method = 'simulator_setLamports';
        const response = await lab.post(JSON.stringify({ jsonrpc: '2.0', method, params: [WHO, 77] }));
        expect([response.status, await response.text()]).toEqual([200, '']);
        expect(lab.simulator.getLamports(WHO)).toBe(before);
    });
});

describe('a batch', () => {
    it('is answered in its order, each request by itself', async () => {
        const batch = [
            { id: 1, jsonrpc: '2.0', method: 'getSlot' },
            { id: 2, jsonrpc: '2.0', method: 'getNothing' },
            { jsonrpc: '2.0', method: 'getSlot' },
            5,
            { id: 3, jsonrpc: '2.0', method: 'getHealth' },
        ];
        const answers = (await (await lab.post(JSON.stringify(batch))).json()) as RawAnswer[];
        expect(answers.map(({ error, id }) => [id, error?.code])).toEqual([
            [1, undefined],
            [2, -32_601],
            [null, -32_600],
            [3, undefined],
        ]);
    });

    it('of as many requests as fit is answered', async () => {
        const one = { id: 1, jsonrpc: '2.0', method: 'getSlot' };
        const answers = (await (await lab.post(JSON.stringify(Array(900).fill(one)))).json()) as RawAnswer[];
        expect(answers).toHaveLength(900);
        expect(answers.every(({ result }) => result === Number(lab.simulator.getClock().slot))).toBe(true);
    });

    it('of nothing but notifications has no answer', async () => {
        const response = await lab.post('[{"jsonrpc":"2.0","method":"getSlot"},{"jsonrpc":"2.0","method":"getSlot"}]');
        expect([response.status, await response.text()]).toEqual([200, '']);
    });
});

describe('a body', () => {
    it.each(['with its length', 'in chunks'])('that is too large is refused, %s', async how => {
        const text = JSON.stringify({ id: 1, jsonrpc: '2.0', method: 'getSlot', params: ['x'.repeat(60_000)] });
        const body = how === 'in chunks' ? new Blob([text]).stream() : text;
        const response = await fetch(lab.served.url, {
            body,
            duplex: 'half',
            headers: { 'content-type': 'application/json' },
            method: 'POST',
        } as RequestInit);
        expect(response.status).toBe(413);
        expect(await response.text()).toContain('51200');
    });

    it.each(['text/plain', 'application/jsonp', 'multipart/form-data'])('of type %s is refused', async type => {
        const response = await lab.post('{}', { 'content-type': type });
        expect(response.status).toBe(415);
    });

    it.each(['application/json; charset=utf-8', 'Application/JSON'])('of type %s is read', async type => {
        expect((await lab.post('[]', { 'content-type': type })).status).toBe(200);
    });
});

describe('browsers', () => {
    it('may ask from any page', async () => {
        const response = await fetch(lab.served.url, {
            headers: {
                'access-control-request-headers': 'content-type, solana-client',
                'access-control-request-method': 'POST',
                'access-control-request-private-network': 'true',
                origin: 'https://example.com',
            },
            method: 'OPTIONS',
        });
        expect(response.status).toBe(204);
        expect(Object.fromEntries(response.headers)).toMatchObject({
            'access-control-allow-headers': 'content-type, solana-client',
            'access-control-allow-methods': 'POST, GET, OPTIONS',
            'access-control-allow-origin': '*',
            'access-control-allow-private-network': 'true',
        });
        const answered = await lab.post('{"jsonrpc":"2.0","id":1,"method":"getHealth"}', {
            origin: 'https://example.com',
        });
        expect(answered.headers.get('access-control-allow-origin')).toBe('*');
    });

    it('learn as well why they are refused', async () => {
        for (const response of [await lab.post('{}', { 'content-type': 'text/plain' }), await fetch(lab.served.url)]) {
            expect(response.status).toBeGreaterThan(400);
            expect(response.headers.get('access-control-allow-origin')).toBe('*');
        }
    });
});

it('GET /health says that all is well, and GET says nothing else', async () => {
    const health = await fetch(`${lab.served.url}/health`);
    expect([health.status, await health.text()]).toEqual([200, 'ok']);
    expect((await fetch(lab.served.url)).status).toBe(405);
    expect((await fetch(lab.served.url, { method: 'PUT' })).status).toBe(405);
});

describe('a client that takes its time', () => {
    const open = async (served: ServedSimulator): Promise<Socket> => {
        const socket = connect(served.port, '127.0.0.1').on('error', () => undefined);
        await new Promise(resolve => socket.once('connect', resolve));
        return socket;
    };
    const readAll = (socket: Socket) =>
        new Promise<string>(resolve => {
            let text = '';
            socket.on('data', data => (text += data.toString()));
            socket.on('close', () => resolve(text));
        });
    it.each([
        ['never ends its headers', 'POST / HTTP/1.1\r\nHost: x\r\n'],
        [
            'never ends its body',
            'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
        ],
    ])('and %s is let go', async (_, text) => {
        const socket = await open(lab.served);
        socket.write(text);
        expect(await readAll(socket)).toMatch(/^(HTTP\/1\.1 408 Request Timeout[^]*)?$/);
        // Others are served meanwhile.
        expect((await lab.call('getHealth')).result).toBe('ok');
    });

    it('or speaks no HTTP is told so', async () => {
        const socket = await open(lab.served);
        socket.write('hello\r\n\r\n');
        expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    });
});

describe('serving', () => {
    it('ends with all connections, and may be ended twice', async () => {
        const { served, simulator } = await ServedLab.create();
        const socket = connect(served.port, '127.0.0.1').on('error', () => undefined);
        const gone = new Promise(resolve => socket.once('close', resolve));
        await new Promise(resolve => socket.once('connect', resolve));
        await Promise.all([served.close(), served.close()]);
        await gone;
        await expect(fetch(served.url)).rejects.toThrow();
        // The simulator is as good as before.
        await using again = await serveSimulator(simulator, { port: served.port });
        expect((await fetch(`${again.url}/health`)).status).toBe(200);
    });

    it('at a port that is taken is refused, and leaves nothing', async () => {
        const error = await errorOf(() => serveSimulator(lab.simulator, { port: lab.served.port }));
        expect(error).toMatchObject({
            code: 'SERVER_NOT_STARTED',
            context: { host: '127.0.0.1', port: lab.served.port },
        });
        // The same for the port of WebSocket alone.
        expect(await errorOf(() => serveSimulator(lab.simulator, { port: lab.served.port + 1 }))).toMatchObject({
            code: 'SERVER_NOT_STARTED',
        });
    });

    it('shows no more than where, and goes without WebSocket', async () => {
        await using served = await serveSimulator(lab.simulator, { host: 'localhost', webSocket: false });
        expect(served.webSocketUrl).toBeUndefined();
        expect(served.url).toBe(`http://localhost:${served.port}`);
        expect(JSON.stringify({ served })).toBe(`{"served":"[simulator served at localhost:${served.port}]"}`);
        expect((await fetch(`${served.url}/health`)).status).toBe(200);
    });

    const hasIpv6 = Object.values(networkInterfaces()).some(list => list?.some(({ address }) => address === '::1'));
    it.skipIf(!hasIpv6)('has a URL for IPv6 as well', async () => {
        await using served = await serveSimulator(lab.simulator, { host: '::1' });
        expect(served.url).toBe(`http://[::1]:${served.port}`);
        expect((await fetch(`${served.url}/health`)).status).toBe(200);
    });
});

describe('a connection whose request is not read', () => {
    const HEAD = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const talk = async (...texts: readonly string[]) => {
        const socket = connect(lab.served.port, '127.0.0.1').on('error', () => undefined);
        await new Promise(resolve => socket.once('connect', resolve));
        let answer = '';
        socket.on('data', data => (answer += data.toString()));
        // It is the server that ends it: this end would stay.
        const closed = new Promise<string>(resolve => socket.once('close', () => resolve(answer)));
        for (const text of texts) socket.write(text);
        return { closed, socket };
    };
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

    it.each<[title: string, texts: readonly string[], status: number]>([
        ['said to be too long, and not sent', [`${HEAD}Content-Length: 60000\r\n\r\n`], 413],
        ['said to be too long, and sent', [`${HEAD}Content-Length: 60000\r\n\r\n${'x'.repeat(60_000)}`], 413],
        [
            'too long in chunks, and never ends',
            [`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, chunk('x'.repeat(40_000)), chunk('x'.repeat(40_000))],
            413,
        ],
        [
            'too long in chunks, and followed by another',
            [
                `${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
                chunk('x'.repeat(60_000)),
                chunk(''),
                `${HEAD}Content-Length: 2\r\n\r\n[]`,
            ],
            413,
        ],
        ['of another type', ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n'], 415],
    ])('is closed after its answer: %s', async (_, texts, status) => {
        const { closed } = await talk(...texts);
        const answer = await closed;
        expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
        expect(answer.match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
    });

    it('is closed however long it goes on sending', async () => {
        const { closed, socket } = await talk(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
        const sending = setInterval(() => socket.write(chunk('x'.repeat(10_000))), 5);
        await closed;
        clearInterval(sending);
        expect((await lab.call('getHealth')).result).toBe('ok');
    });

    it('and hundreds that say nothing, or little, hold up nobody', async () => {
        const talks = await Promise.all(
            Array.from({ length: 300 }, (_, index) => talk(index % 2 ? '' : HEAD.slice(0, index % HEAD.length))),
        );
        expect((await lab.call('getHealth')).result).toBe('ok');
        await Promise.all(talks.map(({ closed }) => closed));
        expect((await lab.call('getHealth')).result).toBe('ok');
    });
});
