import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Address, TransactionSigner } from '@solana/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
    type Deployment,
    findChannelPda,
    getOpenInstructionAsync,
    getRequestCloseInstruction,
    getSettleInstructions,
    isPaymentChannelsError,
    signVoucher,
    toSignedVoucherJson,
    type SignedVoucher,
    type Split,
} from '../../src';
import { createSimulatorRpc, type Simulator } from '../../src/testing';
import { DEPLOYMENT, OPENED } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';

// The recipe of the README for a server that takes vouchers, run as it stands: what it stores, a merchant gives goods for.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(ROOT, 'test', '.readme-recipe-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the recipe may name without saying where it comes from. */
type Scope = {
    accepted: SignedVoucher | undefined;
    deployment: Deployment;
    mint: Address;
    payee: Address;
    request: { text: () => Promise<string> };
    rpc: ReturnType<typeof createSimulatorRpc>;
    splits: readonly Split[];
    keep: (signedVoucher: SignedVoucher, watermark: bigint) => Promise<void>;
    unixTimestamp: bigint;
};

async function readRecipe(): Promise<(scope: Scope) => Promise<void>> {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const [, code] = /\*\*Vouchers\.\*\*[^]*?```ts\n([^]*?)```/.exec(readme)!;
    const imports: string[] = [];
    const body = code!.replace(/^import [^]*?;/gm, statement => {
        imports.push(statement.replace(/'solana-payment-channels(.*)'/, (_, entry: string) => `'${ROOT}src${entry}'`));
        return '';
    });
    // The same with the deployment of this run in the place of mainnet's.
    const ofRun = body.replaceAll('MAINNET_DEPLOYMENT', 'deployment');
    expect(ofRun).not.toBe(body);
    const names = 'accepted, deployment, keep, mint, payee, request, rpc, splits, unixTimestamp';
    const file = join(folder, 'recipe.ts');
    writeFileSync(file, `${imports.join('\n')}\nexport const serve = async ({ ${names} }) => {\n${ofRun}\n};\n`);
    const recipe = (await import(file)) as { serve: (scope: Scope) => Promise<void> };
    return recipe.serve;
}

let serve: (scope: Scope) => Promise<void>;
let simulator: Simulator;
let payer: TransactionSigner & Awaited<ReturnType<Simulator['createFundedSigner']>>;
let merchant: typeof payer;
let stranger: typeof payer;
let mint: Address;
let worthless: Address;
beforeAll(async () => {
    serve = await readRecipe();
    simulator = await createTestSimulator();
    [payer, merchant, stranger] = (await Promise.all([1, 2, 3].map(() => simulator.createFundedSigner()))) as [
        typeof payer,
        typeof payer,
        typeof payer,
    ];
    [mint, worthless] = [await simulator.createMint(), await simulator.createMint()];
    for (const token of [mint, worthless]) {
        await simulator.mintTokens({ amount: 1_000_000n, mint: token, owner: payer.address });
    }
});

let salt = 0n;
async function openChannel(given: object = {}): Promise<Address> {
    const terms = {
        authorizedSigner: payer.address,
        deposit: 10_000n,
        gracePeriodSeconds: 3_600,
        mint,
        payee: merchant.address,
        salt: ++salt,
        splits: [],
        ...given,
    };
    await simulator.sendOrThrow([await getOpenInstructionAsync({ ...OPENED, ...terms, payer }, DEPLOYMENT)]);
    return (await findChannelPda({ ...OPENED, ...terms, payer: payer.address }, DEPLOYMENT))[0];
}

async function ask(signedVoucher: SignedVoucher, accepted?: SignedVoucher): Promise<SignedVoucher | undefined> {
    let stored: SignedVoucher | undefined;
    await serve({
        accepted,
        deployment: DEPLOYMENT,
        mint,
        payee: merchant.address,
        request: { text: () => Promise.resolve(JSON.stringify(toSignedVoucherJson(signedVoucher))) },
        rpc: createSimulatorRpc(simulator),
        splits: [],
        keep: (given, watermark) => {
            expect(watermark).toBe(given.voucher.cumulativeAmount);
            stored = given;
            return Promise.resolve();
        },
        unixTimestamp: simulator.getClock().unixTimestamp,
    });
    return stored;
}
const over = (channelId: Address, cumulativeAmount: bigint, expiresAt = 0n) =>
    signVoucher({ channelId, cumulativeAmount, expiresAt }, payer, DEPLOYMENT);

describe('the recipe of the README', () => {
    it('keeps what can be settled for what was promised', async () => {
        const channel = await openChannel();
        const { unixTimestamp: now } = simulator.getClock();
        const vouchers = [
            { expected: true, voucher: await over(channel, 500n, now + 7_200n) },
            // Over less than is asked for at least.
            { expected: false, voucher: await over(channel, 599n, now + 7_200n) },
            { expected: true, voucher: await over(channel, 900n, now + 7_200n) },
            { expected: false, voucher: await over(channel, 1_900n, now + 180n) },
            { expected: false, voucher: await over(channel, 900n, now + 7_200n) },
            { expected: true, voucher: await over(channel, 900n) },
            { expected: false, voucher: await over(channel, 1_900n, now + 7_200n) },
        ];
        let accepted: SignedVoucher | undefined;
        for (const { expected, voucher } of vouchers) {
            const stored = await ask(voucher, accepted);
            expect(stored).toEqual(expected ? voucher : undefined);
            accepted = stored ?? accepted;
        }
        simulator.advanceClock({ seconds: 10_000 });
        await simulator.sendOrThrow(getSettleInstructions({ voucher: accepted! }, DEPLOYMENT), { feePayer: merchant });
        expect(simulator.getChannel(channel)).toMatchObject({ channel: { settlement: { settled: 900n } } });
    });

    it.each<{ field: string; terms: () => object; title: string }>([
        { field: 'payee', terms: () => ({ payee: stranger.address }), title: 'pays somebody else' },
        { field: 'mint', terms: () => ({ mint: worthless }), title: 'is in a worthless token' },
        {
            field: 'splits',
            terms: () => ({ splits: [{ bps: 10_000, recipient: stranger.address }] }),
            title: 'gives all shares to somebody else',
        },
        { field: 'gracePeriodSeconds', terms: () => ({ gracePeriodSeconds: 1 }), title: 'ends in a second' },
        { field: 'gracePeriodSeconds', terms: () => ({ gracePeriodSeconds: 3_599 }), title: 'ends a second early' },
    ])('stores no voucher of a channel that $title', async ({ field, terms }) => {
        const voucher = await over(await openChannel(terms()), 1_000n);
        const error: unknown = await ask(voucher).then(
            () => undefined,
            (cause: unknown) => cause,
        );
        if (!isPaymentChannelsError(error, 'CHANNEL_NOT_AGREED')) throw error;
        expect(error.context.mismatches.map(mismatch => mismatch.field)).toEqual([field]);
    });

    it('stores no voucher of a channel that is being closed, or that is not there', async () => {
        const channel = await openChannel();
        const accepted = await over(channel, 500n);
        await simulator.sendOrThrow([getRequestCloseInstruction({ channel, payer }, DEPLOYMENT)]);
        const voucher = await over(channel, 1_000n);
        await expect(ask(voucher)).rejects.toMatchObject({ code: 'CHANNEL_NOT_AGREED' });
        expect(await ask(voucher, accepted)).toBeUndefined();
        const nowhere = await over(stranger.address, 1_000n);
        await expect(ask(nowhere)).rejects.toMatchObject({ code: 'CHANNEL_NOT_AGREED' });
    });

    it('stores no voucher by somebody else', async () => {
        const channelId = await openChannel();
        const forged = await signVoucher({ channelId, cumulativeAmount: 1_000n }, stranger, DEPLOYMENT);
        expect(await ask(forged)).toBeUndefined();
        expect(await ask({ ...forged, signer: payer.address })).toBeUndefined();
    });
});
