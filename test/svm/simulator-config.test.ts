import { describe, expect, it } from 'vitest';

import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { getBase64EncodedWireTransaction, SOLANA_ERROR__JSON_RPC__INVALID_PARAMS } from '@solana/kit';

import { createRequestHandler } from '../../src/testing/rpc';
import { TO, useClusterLab } from './fixtures/cluster';

// A configuration that a node would not understand is refused, and never taken for another one.

const lab = useClusterLab();
type Answer = Readonly<{ error?: { code: number; message: string }; result?: unknown }>;
const ask = (method: string, ...params: unknown[]) =>
    createRequestHandler(lab.simulator)({ id: 1, jsonrpc: '2.0', method, params }) as Answer;
const build = async () => getBase64EncodedWireTransaction(await lab.build([lab.transfer()]));
const BASE64 = { encoding: 'base64' };
const SIGNATURE = '5'.repeat(86);

type Row = readonly [title: string, method: string, params: (wire: string) => readonly unknown[]];
const REFUSED: readonly Row[] = [
    ['a commitment that there is not', 'getSlot', () => [{ commitment: 'nonsense' }]],
    ['a commitment of former times', 'getAccountInfo', () => [TO, { commitment: 'max' }]],
    ['a commitment that is misread', 'sendTransaction', wire => [wire, { ...BASE64, preflightCommitment: 1 }]],
    ['a commitment instead of a configuration', 'getBalance', () => [TO, 'confirmed']],
    ['a list instead of a configuration', 'getEpochInfo', () => [[{}]]],
    ['a transaction that is not confirmed yet', 'getTransaction', () => [SIGNATURE, { commitment: 'processed' }]],
    ['false as a text', 'sendTransaction', wire => [wire, { ...BASE64, skipPreflight: 'false' }]],
    ['0 for false', 'simulateTransaction', wire => [wire, { ...BASE64, sigVerify: 0 }]],
    ['true as a text', 'simulateTransaction', wire => [wire, { ...BASE64, replaceRecentBlockhash: 'true' }]],
    ['1 for true', 'simulateTransaction', wire => [wire, { ...BASE64, innerInstructions: 1 }]],
    ['yes for true', 'getSignatureStatuses', () => [[SIGNATURE], { searchTransactionHistory: 'yes' }]],
    ['no for false', 'getProgramAccounts', () => [TOKEN_PROGRAM_ADDRESS, { ...BASE64, withContext: 'no' }]],
    [
        'two filters in one',
        'getProgramAccounts',
        () => [TOKEN_PROGRAM_ADDRESS, { ...BASE64, filters: [{ dataSize: 165, memcmp: { bytes: TO, offset: 0 } }] }],
    ],
    [
        'accounts of a simulation in base58',
        'simulateTransaction',
        wire => [wire, { ...BASE64, accounts: { addresses: [TO], encoding: 'base58' } }],
    ],
    [
        'more accounts than the transaction has',
        'simulateTransaction',
        wire => [wire, { ...BASE64, accounts: { addresses: new Array(20).fill(TO), encoding: 'base64' } }],
    ],
];

describe('is refused', () => {
    it.each(REFUSED)('%s', async (_, method, params) => {
        expect(ask(method, ...params(await build())).error?.code).toBe(SOLANA_ERROR__JSON_RPC__INVALID_PARAMS);
        expect(lab.getReceived()).toBe(0n);
    });
});

it('null is as good as nothing', async () => {
    const config = { commitment: null, dataSlice: null, encoding: 'base64', minContextSlot: null };
    expect(ask('getAccountInfo', TO, config)).toEqual(ask('getAccountInfo', TO, BASE64));
    expect(ask('getSlot', null)).toEqual(ask('getSlot'));
    const wire = await build();
    const simulated = { ...BASE64, accounts: null, innerInstructions: null, sigVerify: null };
    expect(ask('simulateTransaction', wire, simulated)).toEqual(ask('simulateTransaction', wire, BASE64));
});

it('many accounts are told in base64 where no encoding is asked for', () => {
    const clock = 'SysvarC1ock11111111111111111111111111111111';
    const { result } = ask('getMultipleAccounts', [clock]);
    expect(result).toEqual(ask('getMultipleAccounts', [clock], BASE64).result);
    expect(result).toMatchObject({ value: [{ data: [expect.any(String), 'base64'] }] });
});
