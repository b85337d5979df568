import type { Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import * as root from '../fixtures/toolkit';
import { errorOf } from '../fixtures/refusals';
import { createGoodValues } from './wrong-values/good-values';
import { PAYER_KEY } from './inspect/stage';

// What a member says counts, or the caller is told which one it should have been: nothing is passed over where that would
// bring less money, or widen what was meant. That it holds for every function is shown by wrong-values/.

const DEPLOYMENT = root.TOMBSTONE_LOCALNET;
const { agreement, openAgreement, PAYEE, reading, RPC, request, signedVoucher, transaction, wire } =
    createGoodValues(DEPLOYMENT);
const { blockhash, lastValidBlockHeight } = agreement.blockhashes[0]!;
const { channelId: channel } = signedVoucher.voucher;
const VOUCHER = { channelId: channel, cumulativeAmount: 5n };
const open = (changed: object) => () =>
    root.inspectOpenTransaction(wire, { ...openAgreement, ...changed } as never, DEPLOYMENT);
const read = (config: object) => () => root.fetchBatchItems(RPC as never, [], DEPLOYMENT, config as never);
const request_ = { ...request, voucher: undefined };

type Row = readonly [title: string, call: () => unknown, field: string, meant?: string];
const ROWS: readonly Row[] = [
    [
        'how long to wait for who signs a voucher',
        () => root.signVoucher(VOUCHER, PAYER_KEY, DEPLOYMENT, { signTimeoutM: 5 } as never),
        'options.signTimeoutM',
        'signTimeoutMs',
    ],
    [
        'a signal for who signs a voucher',
        () => root.signVoucher(VOUCHER, PAYER_KEY, DEPLOYMENT, { abortSignl: 5 } as never),
        'options.abortSignl',
        'abortSignal',
    ],
    [
        'how long to wait for the operator',
        () =>
            root.cosignTransaction({ operator: PAYER_KEY.address, transaction } as never, PAYER_KEY, DEPLOYMENT, {
                signTimeoutMS: 5,
            } as never),
        'options.signTimeoutMS',
        'signTimeoutMs',
    ],
    [
        'an expiry under its other name',
        () => root.signVoucher({ ...VOUCHER, expiry: 5n } as never, PAYER_KEY, DEPLOYMENT),
        'voucher.expiry',
        'expiresAt',
    ],
    ['how final a batch is read', read({ commitmen: 'confirmed' }), 'config.commitmen', 'commitment'],
    ['how late a batch is read', read({ ...reading, minContextSlo: 5n }), 'config.minContextSlo', 'minContextSlot'],
    ['the cache of a batch', read({ adresses: {} }), 'config.adresses', 'addresses'],
    [
        'a blockhash that says more',
        open({ blockhashes: [{ blockhash, lastValidBlockHeigh: 5n, lastValidBlockHeight }] }),
        'agreement.blockhashes[0].lastValidBlockHeigh',
        'lastValidBlockHeight',
    ],
    [
        'a nonce that says more',
        open({ durableNonce: { ...agreement.durableNonce, nonceAuthority: 1 } }),
        'agreement.durableNonce.nonceAuthority',
        'nonceAuthorityAddress',
    ],
    [
        'the instructions of a failure',
        () => root.getProgramFailure(new Error('x'), DEPLOYMENT, { instruction: [] } as never),
        'config.instruction',
        'instructions',
    ],
    [
        'a voucher to end with, under another name',
        () => root.getSettleAndFinalizeInstructions({ channel, payee: PAYEE, signedVoucher } as never, DEPLOYMENT),
        'signedVoucher',
        'voucher',
    ],
    [
        'a member of the instruction itself',
        () => root.getSettleAndFinalizeInstructions({ channel, hasVoucher: true, payee: PAYEE } as never, DEPLOYMENT),
        'hasVoucher',
        'voucher',
    ],
    [
        'the same of another revision',
        () =>
            root.getSettleAndFinalizeInstructions(
                { channel, payee: PAYEE, vouchr: signedVoucher } as never,
                root.EPOCH_LOCALNET,
            ),
        'vouchr',
        'voucher',
    ],
    [
        'the voucher of a request',
        () => root.fetchBatchItems(RPC as never, [{ ...request_, signedVoucher }] as never, DEPLOYMENT),
        'requests[0].signedVoucher',
        'voucher',
    ],
    [
        'the voucher of a request to execute',
        () =>
            root.executeBatchSettle(
                RPC as never,
                [{ ...request_, hasVoucher: true }] as never,
                createGoodValues(DEPLOYMENT).execution as never,
                DEPLOYMENT,
            ),
        'requests[0].hasVoucher',
        'voucher',
    ],
    [
        'the voucher of an item',
        () =>
            root.planBatchSettle(
                [{ channel: createGoodValues(DEPLOYMENT).state, signedVoucher }] as never,
                {
                    feePayer: PAYEE,
                    mode: 'settleAndFinalize',
                    unixTimestamp: 1n,
                },
                DEPLOYMENT,
            ),
        'items[0].signedVoucher',
        'voucher',
    ],
    [
        'what a token account should be',
        () =>
            root.readTokenAccount(
                createGoodValues(DEPLOYMENT).accounts.payer as never,
                { mint: channel, owne: channel, tokenProgram: channel } as never,
            ),
        'expected.owner',
    ],
];

describe('refused by its name', () => {
    it.each(ROWS)('%s', async (_, call, field, meant = '') => {
        const error = (await errorOf(call as () => Promise<unknown>)) as Error;
        expect(error).toMatchObject({ context: { field } });
        expect(error.message).toContain(meant);
    });
});

it('a plan says how it is paid for, whatever it needs of that', async () => {
    const planned = createGoodValues(DEPLOYMENT).plannedTransaction!;
    for (const name of ['feePayer', 'priorityFeeLamports'] as const) {
        const { [name]: _, ...rest } = planned;
        const error = await errorOf(() => Promise.resolve(root.getBatchTransactionMessage(rest as never)));
        expect(error).toMatchObject({ context: { field: `transaction.${name}` } });
    }
});

it('what is not misspelt stays as it was', async () => {
    const one = root.getSettleAndFinalizeInstructions({ channel, payee: PAYEE }, DEPLOYMENT);
    expect(root.getSettleAndFinalizeInstructions({ channel, payee: PAYEE, voucher: undefined }, DEPLOYMENT)).toEqual(
        one,
    );
    const wait = { abortSignal: new AbortController().signal, signTimeoutMs: 1_000 };
    const deployment = { ...DEPLOYMENT, name: 'of the caller' };
    const signed = await root.signVoucher(VOUCHER, PAYER_KEY, deployment, wait);
    expect(signed.signer).toBe(PAYER_KEY.address satisfies Address);
});
