import type { KeyPairSigner } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import * as toolkit from '../fixtures/toolkit';
import { createSimulatorRpc } from '../../src/testing';
import { DEPLOYMENT, OPENED } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';

// Whatever the package returns can be written by JSON.stringify, in whole or in part, and no key gets into it.

const SPLITS_OF = (recipient: KeyPairSigner) => [{ bps: 100, recipient: recipient.address }];

/** The results of a channel's whole life, by what made them. */
async function collectResults(): Promise<Readonly<Record<string, unknown>>> {
    const simulator = await createTestSimulator();
    const rpc = createSimulatorRpc(simulator);
    const payer = await simulator.createFundedSigner();
    const payee = await simulator.createFundedSigner();
    const operator = await simulator.createFundedSigner();
    const mint = await simulator.createMint();
    await simulator.mintTokens({ amount: 1_000_000n, mint, owner: payer.address });
    await simulator.createTreasuryTokenAccount({ mint });
    for (const { address: owner } of [payee, operator]) await simulator.createTokenAccount({ mint, owner });
    const splits = SPLITS_OF(operator);
    const terms = { deposit: 5_000n, gracePeriodSeconds: 600, mint, payee, payer, salt: 1n, splits };

    const opened = await simulator.sendOrThrow([
        await toolkit.getOpenInstructionAsync({ ...OPENED, ...terms }, DEPLOYMENT),
    ]);
    const [channel] = await toolkit.findChannelPda({ ...OPENED, ...terms }, DEPLOYMENT);
    const state = await toolkit.fetchChannelState(rpc, channel, DEPLOYMENT);
    toolkit.assertIsLiveChannelState(state);
    const { slot: _, ...now } = simulator.getClock();
    const sign = (cumulativeAmount: bigint) =>
        toolkit.signVoucher({ channelId: channel, cumulativeAmount }, payer, DEPLOYMENT);
    const check = async (amount: bigint) =>
        await toolkit.checkVoucher({ channel: state, signedVoucher: await sign(amount), ...now }, DEPLOYMENT);
    const voucher = await sign(1_000n);

    const blockhash = simulator.getLatestBlockhash();
    const assembled = await toolkit.assembleOpenTransaction(
        { ...OPENED, ...{ ...terms, blockhash, operator: operator.address, salt: 2n } },
        DEPLOYMENT,
    );
    const agreement = {
        ...{
            authorizedSigner: payer.address,
            blockhashes: [blockhash],
            deposit: 5_000n,
            gracePeriodSeconds: 600,
            mint,
        },
        ...{ operator: operator.address, payee: payee.address, payer: payer.address, salt: 2n, splits },
        maxFeeLamports: 100_000n,
    };
    const accepted = await toolkit.inspectOpenTransaction(assembled.wire, agreement, DEPLOYMENT);
    if (!accepted.isAccepted) throw new Error(JSON.stringify(accepted));

    const requests = [{ channel, payee, splits, voucher }];
    const fetched = await toolkit.fetchBatchItems(rpc, requests, DEPLOYMENT);
    const options = { feePayer: operator, mode: 'settleAndFinalizeAndDistribute', version: 0, ...now } as const;
    const items = fetched.items.map(item => ({ ...item, isSignatureValid: true }));
    const { unixTimestamp: __, ...execution } = options;
    const journal = toolkit.createMemoryJournal();
    const progress: unknown[] = [];
    return {
        accepted,
        account: await toolkit.fetchChannel(rpc, channel, DEPLOYMENT),
        agreed: toolkit.getChannelMismatches(state, { ...terms, deposit: 9_000n }, DEPLOYMENT),
        assembled,
        assessment: await toolkit.fetchDistributionAssessment(rpc, { channel, splits }, DEPLOYMENT),
        blockhash,
        channels: await toolkit.fetchChannels(rpc, { payee: payee.address }, DEPLOYMENT),
        compared: toolkit.compareBatchOptions(items, options, DEPLOYMENT),
        cosigned: await toolkit.cosignTransaction(accepted.inspected, operator, DEPLOYMENT),
        events: opened.events,
        execution: await toolkit.executeBatchSettle(
            rpc,
            requests,
            {
                ...{ ...execution, journal, onProgress: one => void progress.push(one) },
            },
            DEPLOYMENT,
        ),
        failed: await simulator.send(toolkit.getSettleInstructions({ voucher }, DEPLOYMENT)),
        fetched,
        figures: toolkit.getChannelFigures(state),
        openAssessment: await toolkit.fetchOpenAssessment(rpc, { ...OPENED, ...terms, salt: 3n }, DEPLOYMENT),
        opened,
        payouts: toolkit.getPayouts({ payoutWatermark: 1n, settled: 5n, splits }, DEPLOYMENT),
        plan: toolkit.planBatchSettle(items, options, DEPLOYMENT),
        planOfNothing: toolkit.planBatchSettle(
            [{ channel: state, voucher }],
            { ...options, mode: 'settle' },
            DEPLOYMENT,
        ),
        progress,
        refused: await toolkit.inspectOpenTransaction(
            assembled.wire,
            { ...agreement, deposit: { max: 2n, min: 1n } },
            DEPLOYMENT,
        ),
        salt: toolkit.findCheapChannelSalt({ ...OPENED, ...terms }, DEPLOYMENT),
        sentBefore: await journal.getUnresolved([channel]),
        state,
        tables: toolkit.planLookupTables(items, { ...options, authority: operator }, DEPLOYMENT),
        verdicts: [await check(1_000n), await check(9_000n)],
        voucher,
    };
}

/** Everything that is in a value, and it itself. */
function* walk(value: unknown, path: string, seen = new Set<unknown>()): Generator<[path: string, value: object]> {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
    seen.add(value);
    // What kit and the caller have made is theirs: signers, and transactions.
    if ('keyPair' in value) return;
    yield [path, value];
    for (const [name, member] of Object.entries(value)) yield* walk(member, `${path}.${name}`, seen);
}

/** What has become of the values of a result in its JSON. */
function expectForm(value: unknown, form: unknown): void {
    if (typeof value === 'bigint') expect(form).toBe(value.toString());
    else if (Array.isArray(value)) value.forEach((item, index) => expectForm(item ?? null, (form as unknown[])[index]));
    else if (ArrayBuffer.isView(value)) expect(form).toMatch(/^[1-9A-HJ-NP-Za-km-z]+$/);
    else if (typeof value === 'object' && value !== null && !('keyPair' in value) && !(value instanceof Error)) {
        for (const [name, member] of Object.entries(value)) {
            if (typeof member === 'function' || member === undefined) continue;
            expectForm(member, (form as Record<string, unknown>)[name]);
        }
    }
}

describe('JSON.stringify', async () => {
    const results = await collectResults();

    it.each(Object.entries(results))('of %s: every integer in decimal digits, bytes in base58', (name, result) => {
        for (const [path, part] of walk(result, name)) {
            expect(() => JSON.stringify(part), path).not.toThrow();
        }
        expectForm(result, JSON.parse(JSON.stringify(result)));
    });

    it('shows no more of a signer than its address', () => {
        const { transactions } = results['plan'] as toolkit.BatchPlan;
        const text = JSON.stringify(transactions);
        expect(text).toContain(`"feePayerSigner":"${transactions[0]!.feePayer}"`);
        expect(text).not.toMatch(/keyPair|privateKey|CryptoKey/);
    });
});
