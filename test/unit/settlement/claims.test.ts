import { createNoopSigner, isAddress, type Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { getDistributionHash, type Split, type ChannelOf } from '../../../src';
import {
    planBatchSettle,
    type BatchItem,
    type BatchMode,
    type BatchPlan,
    type BatchSettleOptions,
} from '../../../src/settlement';
import { BATCH_NOW, makeBatch, nameToAddress } from '../../fixtures/batch';
import { REMAINS, STATUSES } from '../../fixtures/revision';
import type { RevisionName } from '../../../src/revision/revision-types';
import { DEPLOYMENT } from '../../fixtures/deployment';

// No claim is given up for a lesser one: what ends a channel, what a payer can hold up, and what is said of a claim that
// is paid already or lost.

const MERCHANT = createNoopSigner(nameToAddress('the merchant'));
const PAYER = nameToAddress('payer 0');
const CHANNEL = nameToAddress('channel 0');
const DEPOSIT = 1_000_000n;
const GRACE = 600n;
const FINAL = 'settleAndFinalizeAndDistribute';

const plan = (items: readonly BatchItem[], mode: BatchMode, options: Partial<BatchSettleOptions> = {}): BatchPlan =>
    planBatchSettle(items, { feePayer: MERCHANT, mode, unixTimestamp: BATCH_NOW, ...options }, DEPLOYMENT);

const closing = (secondsLeft: bigint): Partial<ChannelOf<RevisionName>> => ({
    closureStartedAt: BATCH_NOW + secondsLeft - GRACE,
    status: STATUSES.closing,
});

type Claim = Readonly<{
    amount: bigint;
    channelId?: Address;
    expiresAt?: bigint;
    isSignatureValid?: boolean | undefined;
    signer?: Address;
}>;

/** Items of one channel, with a voucher each. */
function makeClaims(
    claims: readonly Claim[],
    channel: Partial<ChannelOf<RevisionName>> = {},
    shape: Partial<Parameters<typeof makeBatch>[0]> = {},
): BatchItem[] {
    const [item] = makeBatch({ channel: () => channel, channels: 1, payee: MERCHANT, ...shape });
    return claims.map(claim => {
        const { amount: cumulativeAmount, expiresAt = 0n } = claim;
        const { signature, signer, voucher } = item!.voucher!;
        return {
            ...item!,
            isSignatureValid: 'isSignatureValid' in claim ? claim.isSignatureValid : true,
            voucher: {
                signature,
                signer: claim.signer ?? signer,
                voucher: { channelId: claim.channelId ?? voucher.channelId, cumulativeAmount, expiresAt },
            },
        };
    });
}

/** What is done, and with vouchers over how much. */
const doneBy = ({ transactions }: BatchPlan) =>
    transactions
        .flatMap(({ channels }) => channels)
        .map(({ actions, voucher }) => [actions.join(), voucher?.voucher.cumulativeAmount]);
const skippedOf = ({ skipped }: BatchPlan) => skipped.map(({ index, part, reason }) => [index, part, reason.code]);

const LOW: Claim = { amount: 500n };
const ENDING_MODES = ['settleAndFinalize', FINAL] as const;

describe.each(ENDING_MODES)('%s: a channel with a better voucher than the one that can be settled', mode => {
    it.each<{ name: string; high: Claim; code: string }>([
        { code: 'OVER_DEPOSIT', high: { amount: DEPOSIT + 1n }, name: 'over the deposit, which may grow' },
        {
            code: 'SIGNATURE_NOT_VERIFIED',
            high: { amount: 900n, isSignatureValid: undefined },
            name: 'that nobody has verified',
        },
    ])('$name: is settled, and not ended', ({ code, high }) => {
        const result = plan(makeClaims([LOW, high]), mode);
        expect(doneBy(result)).toEqual([['settle', 500n]]);
        expect(skippedOf(result)).toEqual(
            expect.arrayContaining([
                [1, 'voucher', code],
                [0, 'ending', 'HIGHER_VOUCHER_WAITS'],
            ]),
        );
        const { context } = result.skipped.find(({ part }) => part === 'ending')!.reason;
        expect(context).toEqual({ channel: CHANNEL, takenAmount: 500n, waitingAmount: high.amount });
        // The order in which they are given does not matter.
        expect(doneBy(plan(makeClaims([high, LOW]), mode))).toEqual([['settle', 500n]]);
    });

    it.each<{ name: string; high: Claim }>([
        { high: { amount: 900n, isSignatureValid: false }, name: 'with a bad signature' },
        { high: { amount: DEPOSIT + 1n, isSignatureValid: false }, name: 'with a bad signature, over the deposit' },
        { high: { amount: 900n, expiresAt: BATCH_NOW }, name: 'that has expired' },
        { high: { amount: 900n, signer: nameToAddress('x') }, name: 'of another signer' },
        { high: { amount: DEPOSIT + 1n, signer: nameToAddress('x') }, name: 'of another signer, over the deposit' },
        { high: { amount: 900n, channelId: nameToAddress('x') }, name: 'of another channel' },
        { high: { amount: 500n, expiresAt: BATCH_NOW + 1n, isSignatureValid: undefined }, name: 'over as much' },
    ])('$name: is ended, since that voucher is no better or can never be settled', ({ high }) => {
        expect(doneBy(plan(makeClaims([LOW, high]), mode))).toEqual([['settleAndFinalize', 500n]]);
    });
});

describe.each(['settle', ...ENDING_MODES] as const)('%s: a closing channel', mode => {
    it('is left alone while a better voucher is only refused for now', () => {
        const result = plan(makeClaims([LOW, { amount: 900n, isSignatureValid: undefined }], closing(300n)), mode);
        expect(doneBy(result)).toEqual([]);
        expect(skippedOf(result)).toEqual([
            [0, 'voucher', 'HIGHER_VOUCHER_WAITS'],
            [1, 'voucher', 'SIGNATURE_NOT_VERIFIED'],
        ]);
    });

    it('is ended with the best that there is in the last try, which is none before its deadline is near', () => {
        const claims = [LOW, { amount: 900n, isSignatureValid: undefined }, { amount: 700n }];
        const planTry = (secondsLeft: bigint, options: Partial<BatchSettleOptions> = { isLastTry: true }) =>
            plan(makeClaims(claims, closing(secondsLeft)), mode, options);
        const result = planTry(60n);
        expect(doneBy(result)).toEqual([['settleAndFinalize', 700n]]);
        expect(skippedOf(result).filter(([, part]) => part === 'voucher')).toEqual([
            [0, 'voucher', 'DUPLICATE'],
            [1, 'voucher', 'SIGNATURE_NOT_VERIFIED'],
        ]);
        expect(doneBy(planTry(61n))).toEqual([]);
        expect(doneBy(planTry(61n, { isLastTry: true, marginSeconds: 61 }))).toEqual([['settleAndFinalize', 700n]]);
        expect(doneBy(planTry(60n, { isLastTry: false }))).toEqual([]);
        expect(doneBy(planTry(60n, {}))).toEqual([]);
        // What the better voucher waits for may come while this one expires: the channel has all its time.
        const soon = [{ amount: 500n, expiresAt: BATCH_NOW + 5n }, claims[1]!];
        expect(doneBy(plan(makeClaims(soon, closing(300n)), mode, { isLastTry: true }))).toEqual([]);
        expect(() => planTry(60n, { isLastTry: 'false' as never })).toThrow('isLastTry');
    });

    it('is ended though a voucher is over its deposit, which can not grow any more', () => {
        const result = plan(makeClaims([LOW, { amount: DEPOSIT + 1n }], closing(300n)), mode);
        expect(doneBy(result)).toEqual([['settleAndFinalize', 500n]]);
    });

    it.each([1n, 60n])('is tried %d seconds before its deadline', secondsLeft => {
        const result = plan(makeClaims([LOW], closing(secondsLeft)), mode);
        expect(doneBy(result)).toEqual([['settleAndFinalize', 500n]]);
        expect(result.transactions[0]!.deadlineAt).toBe(BATCH_NOW + secondsLeft);
    });
});

describe('what is late', () => {
    it('a voucher that expires within the margin is tried, and is as urgent as a deadline', () => {
        const [first, second] = makeBatch({ channels: 2, payee: MERCHANT });
        const late = { ...second!.voucher!.voucher, expiresAt: BATCH_NOW + 60n };
        const result = plan([first!, { ...second!, voucher: { ...second!.voucher!, voucher: late } }], 'settle');
        expect(result.skipped).toEqual([]);
        expect(result.transactions.map(({ channels, deadlineAt }) => [channels[0]!.index, deadlineAt])).toEqual([
            [1, BATCH_NOW + 60n],
            [0, undefined],
        ]);
        // With time to spare it shares a transaction with the other one.
        const { transactions } = plan(
            [
                first!,
                { ...second!, voucher: { ...second!.voucher!, voucher: { ...late, expiresAt: BATCH_NOW + 61n } } },
            ],
            'settle',
        );
        expect(transactions).toHaveLength(1);
    });

    it('takes nothing down with it that has time', () => {
        const items = makeBatch({
            channel: index => (index === 3 ? closing(59n) : index === 4 ? closing(300n) : {}),
            channels: 6,
            distributes: true,
            payee: MERCHANT,
        });
        const { skipped, transactions } = plan(items, FINAL, { version: 1 });
        expect(skipped).toEqual([]);
        expect(transactions[0]!.channels).toMatchObject([{ actions: ['settleAndFinalize'], index: 3 }]);
        const paidAt = transactions.findIndex(({ channels }) => {
            return channels.some(({ actions, index }) => index === 3 && actions[0] === 'distribute');
        });
        expect(transactions[paidAt]!.dependsOn).toContain(0);
    });

    it('is settled though its payee could not be paid: it would be lost', () => {
        const missing = { distributes: true, isMissing: (owner: Address) => owner === MERCHANT.address };
        const result = plan(
            makeClaims([{ amount: 500n, expiresAt: BATCH_NOW + 30n }], {}, missing),
            'settleAndDistribute',
        );
        expect(doneBy(result)).toEqual([['settle', 500n]]);
        expect(skippedOf(result)).toEqual([[0, 'distribution', 'DISTRIBUTION_FORFEITS']]);
    });
});

describe('a payer without a token account', () => {
    const withoutPayer = { distributes: true, isMissing: (owner: Address) => owner === PAYER };

    it('keeps nothing but its own refund waiting: the others are paid, and the channel is not ended', () => {
        const result = plan(makeClaims([LOW], {}, withoutPayer), FINAL);
        expect(doneBy(result).flatMap(([actions]) => actions)).toEqual(['settle,distribute']);
        expect(skippedOf(result)).toEqual([[0, 'distribution', 'DISTRIBUTION_FORFEITS']]);
        expect(result.skipped[0]!.reason.context).toEqual({ amount: DEPOSIT - 500n, owners: [PAYER] });
        expect(doneBy(plan(makeClaims([LOW], {}, withoutPayer), 'settleAndDistribute'))).toEqual([
            ['settle,distribute', 500n],
        ]);
    });

    it.each<{ name: string; amount: bigint; channel: Partial<ChannelOf<RevisionName>> }>([
        { amount: DEPOSIT, channel: {}, name: 'a voucher over all that there is' },
        { amount: 500n, channel: { payerWithdrawnAt: 1n }, name: 'a refund that was taken' },
    ])('does not matter with $name', ({ amount, channel }) => {
        const result = plan(makeClaims([{ amount }], channel, withoutPayer), FINAL);
        expect(result.skipped).toEqual([]);
        expect(doneBy(result)).toEqual([['settleAndFinalize,distribute', amount]]);
    });

    it('a channel that is closing is ended with the voucher, and only its payout waits', () => {
        const result = plan(makeClaims([LOW], closing(300n), withoutPayer), FINAL);
        expect(doneBy(result)).toEqual([['settleAndFinalize', 500n]]);
        expect(skippedOf(result)).toEqual([[0, 'distribution', 'DISTRIBUTION_FORFEITS']]);
    });

    it('is not ended without a voucher either, and paid out what was settled before', () => {
        const [item] = makeClaims([LOW], { settlement: { payoutWatermark: 100n, settled: 700n } }, withoutPayer);
        const { voucher: _, ...rest } = item!;
        expect(doneBy(plan([rest], FINAL))).toEqual([['distribute', undefined]]);
        const [nothing] = makeClaims([LOW], {}, withoutPayer);
        const idle = plan([{ ...nothing!, voucher: undefined }], FINAL);
        expect(doneBy(idle)).toEqual([]);
        expect(skippedOf(idle)).toEqual([[0, 'channel', 'DISTRIBUTION_FORFEITS']]);
    });

    it('that is a recipient as well keeps no voucher waiting', () => {
        const splits: Split[] = [{ bps: 400, recipient: PAYER }];
        const [item] = makeClaims([LOW], { distributionHash: getDistributionHash(splits, DEPLOYMENT) }, withoutPayer);
        const { accounts } = item!.distribution!;
        const shared = { ...item!, distribution: { accounts: { ...accounts, recipients: [accounts.payer] }, splits } };
        for (const mode of ['settleAndDistribute', FINAL] as const) {
            const result = plan([shared], mode);
            expect(doneBy(result)).toEqual([['settle', 500n]]);
            expect(skippedOf(result)).toEqual([[0, 'distribution', 'DISTRIBUTION_FORFEITS']]);
        }
    });

    it('gets one at the cost of others only where so many are asked for', () => {
        const items = makeBatch({
            channels: 5,
            distributes: true,
            isMissing: owner => [0, 1, 2, 3].some(index => owner === nameToAddress(`payer ${index}`)),
            payee: MERCHANT,
        });
        const planWith = (options: Partial<BatchSettleOptions>) => {
            const result = plan(items, FINAL, { missingTokenAccounts: 'create', version: 1, ...options });
            const ended = doneBy(result).filter(([actions]) => `${actions}`.startsWith('settleAndFinalize'));
            const created = result.transactions.flatMap(({ createdTokenAccounts }) => createdTokenAccounts);
            expect(created.every(({ isPayers }) => isPayers)).toBe(true);
            expect(result.totals.vouchers).toBe(5);
            return [created.length, ended.length];
        };
        expect(planWith({})).toEqual([0, 1]);
        expect(planWith({ maxPayerTokenAccounts: 3 })).toEqual([3, 4]);
        expect(planWith({ maxPayerTokenAccounts: 4n })).toEqual([4, 5]);
        expect(planWith({ maxPayerTokenAccounts: 4, missingTokenAccounts: 'skip' })).toEqual([0, 1]);
        expect(() => planWith({ maxPayerTokenAccounts: -1 })).toThrow('maxPayerTokenAccounts');
    });
});

describe('a recipient that can not be paid', () => {
    const RECIPIENT = nameToAddress('recipient 0 of 0');
    const withoutRecipient = { distributes: true, isMissing: (owner: Address) => owner === RECIPIENT };

    it.each([
        ['settleAndDistribute', {}, 'settle'],
        [FINAL, {}, 'settleAndFinalize'],
        ['settleAndDistribute', closing(300n), 'settleAndFinalize'],
        [FINAL, closing(300n), 'settleAndFinalize'],
    ] as const)('%s %o: keeps the payout waiting, and not the voucher', (mode, channel, action) => {
        const result = plan(makeClaims([LOW], channel, withoutRecipient), mode);
        expect(doneBy(result)).toEqual([[action, 500n]]);
        expect(skippedOf(result)).toEqual([[0, 'distribution', 'DISTRIBUTION_FORFEITS']]);
        expect(result.skipped[0]!.reason.context).toMatchObject({ owners: [RECIPIENT] });
    });

    it('nor whose account is frozen, or somebody else’s', () => {
        const [item] = makeClaims([LOW], {}, { distributes: true });
        const { accounts } = item!.distribution!;
        const [account, ...others] = accounts.recipients;
        const bend = (at: number, value: number) => {
            if (account?.exists !== true) throw new Error('it is there');
            const data = new Uint8Array(account.data);
            data[at] = value;
            return { ...account, data };
        };
        // Byte 108 is the state of a token account, and its owner begins at byte 32.
        for (const bent of [bend(108, 2), bend(32, 1)]) {
            const given = { ...item!.distribution!, accounts: { ...accounts, recipients: [bent, ...others] } };
            const result = plan([{ ...item!, distribution: given }], 'settleAndDistribute');
            expect(doneBy(result)).toEqual([['settle', 500n]]);
            expect(skippedOf(result)).toEqual([[0, 'distribution', 'DISTRIBUTION_FORFEITS']]);
        }
    });

    it('leaves a channel without a voucher as it is, until it is wanted to end', () => {
        const [item] = makeClaims([LOW], { settlement: { payoutWatermark: 100n, settled: 700n } }, withoutRecipient);
        const idle = [{ ...item!, voucher: undefined }];
        const settled = plan(idle, 'settleAndDistribute');
        expect(doneBy(settled)).toEqual([]);
        expect(skippedOf(settled)).toEqual([[0, 'channel', 'DISTRIBUTION_FORFEITS']]);
        expect(doneBy(plan(idle, FINAL))).toEqual([['settleAndFinalize', undefined]]);
    });

    it('does not put the share of a payee at risk that can not be paid either', () => {
        const missing = [RECIPIENT, MERCHANT.address];
        const withoutBoth = { distributes: true, isMissing: (owner: Address) => missing.includes(owner) };
        expect(doneBy(plan(makeClaims([LOW], {}, withoutBoth), 'settleAndDistribute'))).toEqual([]);
        // Anybody can create the treasury's token account, which is all that keeps the channel from being distributed.
        missing.push(DEPLOYMENT.treasuryOwner);
        expect(doneBy(plan(makeClaims([LOW], {}, withoutBoth), 'settleAndDistribute'))).toEqual([]);
        missing.splice(1, 1);
        expect(doneBy(plan(makeClaims([LOW], {}, withoutBoth), 'settleAndDistribute'))).toEqual([['settle', 500n]]);
    });
});

describe('a treasury without a token account', () => {
    it('keeps the payout waiting, and nothing else', () => {
        const { treasuryOwner } = DEPLOYMENT;
        const missing = { distributes: true, isMissing: (owner: Address) => owner === treasuryOwner };
        const result = plan(makeClaims([LOW], {}, missing), FINAL);
        expect(doneBy(result)).toEqual([['settleAndFinalize', 500n]]);
        expect(skippedOf(result)).toEqual([[0, 'distribution', 'DISTRIBUTION_BLOCKED']]);
    });

    it('does not hide that ending would forfeit what the payer gets back', () => {
        const missing = { distributes: true, isMissing: (owner: Address) => owner !== MERCHANT.address };
        const result = plan(makeClaims([LOW], {}, missing), FINAL);
        expect(doneBy(result)).toEqual([['settle', 500n]]);
    });
});

describe('what is said of a voucher of a channel that takes none any more', () => {
    const ended = (settled: bigint): Partial<ChannelOf<RevisionName>> => ({
        settlement: { payoutWatermark: 0n, settled },
        status: STATUSES.finalized,
    });
    const contextOf = (claims: readonly Claim[], channel: Partial<ChannelOf<RevisionName>>, mode: BatchMode) =>
        plan(makeClaims(claims, channel), mode).skipped.map(({ reason }) => reason.context);

    it.each([
        { instruction: 'settle', mode: 'settle' },
        { instruction: 'settleAndFinalize', mode: 'settleAndFinalize' },
    ] as const)('$mode: whether it is paid or lost, and the instruction of the mode', ({ instruction, mode }) => {
        const base = { channel: CHANNEL, instruction, status: 'finalized' };
        expect(contextOf([LOW], ended(500n), mode)).toEqual([{ ...base, alreadySettled: 500n }]);
        expect(contextOf([LOW], ended(700n), mode)).toEqual([{ ...base, alreadySettled: 700n }]);
        expect(contextOf([LOW], ended(120n), mode)).toEqual([{ ...base, lost: 380n }]);
        // Nobody has lost what was never a claim.
        expect(contextOf([{ ...LOW, isSignatureValid: false }], ended(120n), mode)).toEqual([base]);
        expect(contextOf([{ ...LOW, signer: nameToAddress('x') }], ended(120n), mode)).toEqual([base]);

        const [item] = makeClaims([LOW]);
        const gone = plan([{ ...item!, channel: { address: CHANNEL, kind: REMAINS.kind } }], mode);
        expect(gone.skipped[0]!.reason.context).toEqual({ ...base, status: REMAINS.kind });
    });

    it('the same once the deadline has passed', () => {
        const over = (settled: bigint) => ({ ...closing(0n), settlement: { payoutWatermark: 0n, settled } });
        expect(contextOf([LOW], over(500n), 'settle')).toMatchObject([{ alreadySettled: 500n }]);
        expect(contextOf([LOW], over(0n), 'settle')).toMatchObject([{ lost: 500n }]);
    });
});

describe('a distribution plan that reads like another', () => {
    it('is another one, whose channel is paid out by it', () => {
        let wallet = nameToAddress('wallet');
        for (let index = 0; !/[1-9]$/.test(wallet) || !isAddress(wallet.slice(0, -1)); index++) {
            wallet = nameToAddress(`wallet ${index}`);
        }
        const short = wallet.slice(0, -1) as Address;
        const plans: readonly (readonly Split[])[] = [
            [{ bps: Number(`${wallet.at(-1)}300`), recipient: short }],
            [{ bps: 300, recipient: wallet }],
        ];
        // No account of a recipient is given: the planner says which one it would take.
        const [first, second] = makeBatch({ channels: 2, distributes: true, payee: MERCHANT }).map((item, index) => ({
            ...item,
            distribution: { ...item.distribution!, splits: plans[index]! },
        }));
        const expectedOf = (items: readonly BatchItem[]) =>
            plan(items, 'settleAndDistribute').skipped.map(({ channel, reason: { context } }) =>
                channel === second!.channel.address && 'expected' in context ? context.expected : undefined,
            );
        const [alone] = expectedOf([second!]);
        expect(alone).toBeDefined();
        expect(expectedOf([first!, second!])).toEqual([undefined, alone]);
    });

    it('nor are two mints and payees the same because they read alike one after the other', () => {
        const names = Array.from({ length: 2_000 }, (_, index) => nameToAddress(`name ${index}`));
        const isLong = (name: Address) => name.length === 44 && /[2-9]$/.test(name) && isAddress(name.slice(0, -1));
        const mint = names.find(isLong)!;
        const payee = names.find(name => name.length === 43 && isAddress(`${mint.at(-1)}${name}`))!;
        const parties = [
            { mint: mint.slice(0, -1) as Address, payee: `${mint.at(-1)}${payee}` as Address },
            { mint, payee },
        ];
        const items = makeBatch({ channel: index => parties[index]!, channels: 2, distributes: true }).map(item => ({
            ...item,
            payee: undefined,
        }));
        const result = plan(items, 'settleAndDistribute');
        expect(result.skipped).toEqual([]);
        const done = doneBy(result).flatMap(([actions]) => `${actions}`.split(','));
        expect(done.filter(action => action === 'distribute')).toHaveLength(2);
    });
});
