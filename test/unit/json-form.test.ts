import { generateKeyPairSigner, SolanaError } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { CHANNEL_NOT_FOUND, INTEGER_OUT_OF_RANGE } from '../../src/core/error-definitions';
import { PaymentChannelsError, TOMBSTONE_LOCALNET, EPOCH_LOCALNET } from '../../src';
import { toJsonForm, toResult } from '../../src/core/json-form';
import { CHANNEL } from './../fixtures/vectors';

const rangeError = (cause?: unknown) =>
    new PaymentChannelsError(
        INTEGER_OUT_OF_RANGE,
        { field: 'deposit', max: 2n ** 64n, min: 1n, value: -1n },
        { cause },
    );

describe('what JSON.stringify writes', () => {
    it('of an error: code, message, context and cause, with integers as decimal strings', () => {
        const error = rangeError(new PaymentChannelsError(CHANNEL_NOT_FOUND, { address: CHANNEL }, { cause: 'text' }));
        expect(JSON.parse(JSON.stringify({ error }))).toEqual({
            error: {
                cause: {
                    cause: 'a string of 4 characters',
                    code: 'CHANNEL_NOT_FOUND',
                    context: { address: CHANNEL },
                    message: expect.stringContaining(CHANNEL) as string,
                    name: 'PaymentChannelsError',
                },
                code: 'INTEGER_OUT_OF_RANGE',
                context: { field: 'deposit', max: '18446744073709551616', min: '1', value: '-1' },
                message: 'deposit has to be between 1 and 18446744073709551616; got -1',
                name: 'PaymentChannelsError',
            },
        });
    });

    it('of the context of an error alone, as a logger takes it', () => {
        expect(JSON.stringify(rangeError().context)).toBe(
            '{"field":"deposit","max":"18446744073709551616","min":"1","value":"-1"}',
        );
    });

    it("of the errors of others no context, and of an RPC's address no path and no password", () => {
        const cause = new Error('fetch of https://me:pass@rpc.example.com/v2/KEY?api-key=KEY failed');
        const other = new SolanaError(1, { currentBlockHeight: 1n, lastValidBlockHeight: 2n, secret: 'KEY' } as never);
        const text = JSON.stringify(rangeError(new AggregateError([cause, other], 'several')));
        expect(text).toContain('https://rpc.example.com/…');
        expect(text).not.toMatch(/KEY|pass/);
    });

    it('of a signer its address, be it of kit or of a class', async () => {
        const signer = await generateKeyPairSigner();
        class Wallet {
            readonly address = signer.address;
            readonly secret = 'KEY';
            signTransactions() {
                return Promise.resolve([]);
            }
        }
        const wallet = new Wallet();
        expect(toJsonForm({ key: signer.keyPair, signer, wallet })).toEqual({
            key: { privateKey: '[an object of CryptoKey]', publicKey: '[an object of CryptoKey]' },
            signer: signer.address,
            wallet: signer.address,
        });
    });

    it('of a deployment the name of its revision', () => {
        expect(JSON.parse(JSON.stringify([TOMBSTONE_LOCALNET, EPOCH_LOCALNET]))).toMatchObject([
            { revision: 'tombstone' },
            { revision: 'epoch' },
        ]);
    });

    it('of what can hardly be written something that can', () => {
        const circle: Record<string, unknown> = { amount: 1n };
        circle['self'] = circle;
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        const throwing = Object.defineProperty({}, 'x', {
            enumerable: true,
            get: () => {
                throw new Error('of a getter');
            },
        });
        let deep: unknown = 1n;
        for (let depth = 0; depth < 100_000; depth++) deep = [deep];
        const value = { ...{ circle, proxy, throwing }, bytes: new Uint8Array([1]), holes: new Array(2 ** 32 - 1) };
        expect(toJsonForm(value)).toEqual({
            bytes: '2',
            circle: { amount: '1', self: '[circular]' },
            holes: '[4294967295 items]',
            proxy: '[unreadable]',
            throwing: { x: '[unreadable]' },
        });
        expect(JSON.stringify(toJsonForm(deep))).toContain('[too deep]');
        expect(JSON.stringify(toJsonForm(JSON.parse('{"__proto__":{"a":1}}')))).toBe('{"__proto__":{"a":1}}');
    });

    it('of a result its members, while nothing else sees more in it than before', () => {
        const result = toResult({ amount: 5n, list: [1n, undefined] });
        expect(JSON.stringify(result)).toBe('{"amount":"5","list":["1",null]}');
        expect(result).toEqual({ amount: 5n, list: [1n, undefined] });
        expect(Object.keys(result)).toEqual(['amount', 'list']);
        expect(structuredClone(result)).toEqual(result);
    });
});
