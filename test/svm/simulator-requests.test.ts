import {
    getBase64EncodedWireTransaction,
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED,
    type Base64EncodedWireTransaction,
} from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { createRequestHandler } from '../../src/testing/rpc';
import { byDepth } from '../fixtures/depth';
import { createRandom } from '../fixtures/seeded-random';
import { getRefusal, TO, useClusterLab } from './fixtures/cluster';

// What a node refuses is refused, and nothing runs.

const lab = useClusterLab();
const ROUNDS = byDepth({ all: 300, deep: 3_000, quick: 60 });

describe('what is no transaction is refused, and nothing runs', () => {
    const CHANGES: readonly (readonly [title: string, change: (wire: Buffer) => string])[] = [
        ['a byte after the end', wire => Buffer.concat([wire, Buffer.of(0)]).toString('base64')],
        ['a byte too few', wire => wire.subarray(0, -1).toString('base64')],
        ['base64 without padding', wire => wire.toString('base64').replace(/=+$/, '')],
        ['base64 with a line break', wire => `${wire.toString('base64')}\n`],
        ['no base64', () => '*'],
        [
            'a program that the message does not have',
            wire => {
                // The last instruction: program, accounts by their count, data by its length; then no lookup table.
                wire[wire.length - 17] = 9;
                return wire.toString('base64');
            },
        ],
        ['ten megabytes', () => 'A'.repeat(10_000_000)],
    ];
    it.each(CHANGES)('%s', async (_, change) => {
        const transaction = await lab.build([lab.transfer()]);
        const wire = change(
            Buffer.from(getBase64EncodedWireTransaction(transaction), 'base64'),
        ) as Base64EncodedWireTransaction;
        for (const skipPreflight of [true, false]) {
            const config = { encoding: 'base64', skipPreflight } as never;
            const code = SOLANA_ERROR__JSON_RPC__INVALID_PARAMS;
            expect(await getRefusal(async () => await lab.rpc.sendTransaction(wire, config).send())).toMatchObject({
                code,
            });
            expect(
                await getRefusal(async () => await lab.rpc.simulateTransaction(wire, { encoding: 'base64' }).send()),
            ).toMatchObject({ code });
        }
        expect(lab.getReceived()).toBe(0n);
    });

    // LiteSVM ends the process for some of them.
    it.each(['legacy', 0, 1] as const)('any byte changed, taken out or added, in version %s', async version => {
        const handle = createRequestHandler(lab.simulator);
        const random = createRandom('wires');
        const transaction = await lab.build([lab.transfer()], undefined, version);
        const wire = Buffer.from(getBase64EncodedWireTransaction(transaction), 'base64');
        for (let round = 0; round < ROUNDS; round++) {
            // Most often where the lengths and the header are.
            const at = Math.floor(random() * (round % 2 === 0 ? wire.length : 12)) + (round % 4 === 1 ? 64 : 0);
            const changed = Buffer.from(wire);
            changed[at] = (changed[at]! + 1 + Math.floor(random() * 255)) % 256;
            const byte = Buffer.of(Math.floor(random() * 256));
            const bytes = [
                changed,
                Buffer.concat([wire.subarray(0, at), wire.subarray(at + 1)]),
                Buffer.concat([wire.subarray(0, at), byte, wire.subarray(at)]),
            ][round % 3]!;
            if (bytes.equals(wire)) continue;
            const send = (method: string, config: object = {}) =>
                handle({ id: round, method, params: [bytes.toString('base64'), { encoding: 'base64', ...config }] });
            for (const method of ['sendTransaction', 'simulateTransaction']) {
                expect(send(method)).toMatchObject({ id: round });
            }
            expect(send('sendTransaction', { skipPreflight: true })).toMatchObject({ id: round });
            expect(send('simulateTransaction', { replaceRecentBlockhash: true })).toMatchObject({ id: round });
        }
        expect(lab.getReceived()).toBe(0n);
    });

    it('nor does it by a slot that is not reached, or with settings that exclude each other', async () => {
        const transaction = await lab.build([lab.transfer()]);
        const minContextSlot = lab.simulator.getClock().slot + 1n;
        expect(await getRefusal(async () => await lab.sendOn(lab.rpc, transaction, { minContextSlot }))).toMatchObject({
            code: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED,
        });
        const config = { encoding: 'base64', replaceRecentBlockhash: true, sigVerify: true } as never;
        expect(
            await getRefusal(
                async () =>
                    await lab.rpc.simulateTransaction(getBase64EncodedWireTransaction(transaction), config).send(),
            ),
        ).toMatchObject({ code: SOLANA_ERROR__JSON_RPC__INVALID_PARAMS });
        expect(lab.getReceived()).toBe(0n);
    });
});

describe('a request that no client of kit would make', () => {
    const METHODS = [
        ...['getAccountInfo', 'getBalance', 'getBlockHeight', 'getEpochInfo', 'getLatestBlockhash', 'getSlot'],
        ...['getMinimumBalanceForRentExemption', 'getMultipleAccounts', 'getProgramAccounts', 'getTransaction'],
        ...['getSignatureStatuses', 'isBlockhashValid', 'sendTransaction', 'simulateTransaction'],
    ];
    const PARAMS: readonly unknown[] = [
        ...[[], [null], [5], [{}], [[null]], [['x']], ['x', null], ['x', 'y'], [Array<string>(300).fill('x')]],
        ...[null, {}, 'x', [TO, { encoding: {} }], [TO, { filters: [null] }], [TO, { minContextSlot: 1.5 }]],
        ...[[{ minContextSlot: 'x' }], [TO, { dataSlice: { length: -1, offset: 0 }, encoding: 'base64' }]],
    ];
    it.each(METHODS)('of %s is answered', method => {
        const handle = createRequestHandler(lab.simulator);
        for (const params of PARAMS) {
            const answer = handle({ id: 7, jsonrpc: '2.0', method, params }) as { error?: { code: number } };
            expect(answer).toMatchObject({ id: 7, jsonrpc: '2.0' });
            if (answer.error) expect(answer.error.code).toBe(-32_602);
        }
    });

    it.each([undefined, null, 5, 'x', [], {}, { method: 5 }])('%j is answered', payload => {
        expect(createRequestHandler(lab.simulator)(payload)).toMatchObject({ error: { code: -32_600 }, id: null });
    });
});
