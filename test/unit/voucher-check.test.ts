import type { SignatureBytes } from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import {
    checkVoucher,
    checkVoucherState,
    type ChannelState,
    type PaymentChannelsErrorCode,
    type SignedVoucher,
    type Voucher,
    type VoucherCheckInput,
    type VoucherVerdict,
    type ChannelOf,
    type RevisionName,
} from '../../src';
import { BAD_I64, BAD_U64 } from '../fixtures/bad-input';
import { EXTRA_FIELDS } from '../fixtures/channels';
import { addressOf, AUTHORIZED_SIGNER, MINT, PAYEE, PAYER } from '../fixtures/parties';
import { runs } from '../fixtures/random';
import { expectRefusal } from '../fixtures/refusals';
import { STATUSES, VECTOR_OPEN_SLOT, byRevision } from '../fixtures/revision';
import { CHANNEL, unhex, VOUCHER_SIGNATURE_HEX } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';

// The rules of the program are tested against the program itself (test/svm/voucher-check.test.ts). Here: the rules of
// the server, replays, and the order of both.

const NOW = 1_000n;
const SIGNATURE = unhex(VOUCHER_SIGNATURE_HEX) as SignatureBytes;
const OTHER_SIGNATURE = new Uint8Array(64).fill(7) as SignatureBytes;

const ACCOUNT: ChannelOf<RevisionName> = {
    ...EXTRA_FIELDS,
    authorizedSigner: AUTHORIZED_SIGNER,
    bump: 255,
    closureStartedAt: 0n,
    deposit: 10_000n,
    discriminator: 1,
    distributionHash: new Uint8Array(32),
    gracePeriod: 600,
    mint: MINT,
    payee: PAYEE,
    payer: PAYER,
    payerWithdrawnAt: 0n,
    salt: 1n,
    settlement: { payoutWatermark: 0n, settled: 100n },
    status: STATUSES.open,
    version: 1,
};
const OPEN: ChannelState = { address: CHANNEL, channel: ACCOUNT, kind: 'open' };
const closingUntil = (deadlineAt: bigint | undefined): ChannelState => ({
    address: CHANNEL,
    channel: { ...ACCOUNT, status: STATUSES.closing },
    deadlineAt,
    kind: 'closing',
});
const FINALIZED: ChannelState = {
    address: CHANNEL,
    channel: { ...ACCOUNT, status: STATUSES.finalized },
    kind: 'finalized',
    reclaimableFromSlot: byRevision({ epoch: VECTOR_OPEN_SLOT + 1_501n, tombstone: 0n }),
};
/** A channel of which nothing more can come. */
const GONE: ChannelState = byRevision<ChannelState>({
    epoch: { ...FINALIZED, kind: 'distributed' } as ChannelState,
    tombstone: { address: CHANNEL, kind: 'closed' },
});
/** The instruction of the payee that ends a channel. */
const settleAndFinalize = 'settleAndFinalize';

const sign = (fields: Partial<Voucher> = {}, rest: Partial<SignedVoucher> = {}): SignedVoucher => ({
    signature: SIGNATURE,
    signer: AUTHORIZED_SIGNER,
    voucher: { channelId: CHANNEL, cumulativeAmount: 500n, expiresAt: 0n, ...fields },
    ...rest,
});
const check = (input: Partial<VoucherCheckInput>, isSignatureGood = true): VoucherVerdict =>
    checkVoucherState(
        { channel: OPEN, signedVoucher: sign(), unixTimestamp: NOW, ...input },
        isSignatureGood,
        DEPLOYMENT,
    );

describe('an accepted voucher', () => {
    it.each<{ title: string; input: Partial<VoucherCheckInput>; delta: bigint }>([
        { delta: 400n, input: {}, title: 'what is settled' },
        { delta: 200n, input: { acceptedAmount: 300n }, title: 'what was accepted, when that is more' },
        { delta: 400n, input: { acceptedAmount: 50n }, title: 'what is settled, when that is more' },
        { delta: 300n, input: { accepted: sign({ cumulativeAmount: 200n }) }, title: 'the voucher accepted last' },
        {
            delta: 150n,
            input: { accepted: sign({ cumulativeAmount: 200n }), acceptedAmount: 350 },
            title: 'the greater of both',
        },
    ])('is worth what it is above $title', ({ delta, input }) => {
        const verdict = check(input);
        expect(verdict).toEqual({ delta, kind: 'accepted', signedVoucher: sign(), watermark: 500n });
        expect(Object.isFrozen(verdict)).toBe(true);
    });

    it('may take the whole deposit, and expire later than the margin', () => {
        expect(
            check({ marginSeconds: 10, signedVoucher: sign({ cumulativeAmount: 10_000n, expiresAt: NOW + 11n }) }),
        ).toMatchObject({
            delta: 9_900n,
            kind: 'accepted',
        });
    });

    it('may be of a closing channel, when settleAndFinalize is to bring it in', () => {
        const input = { channel: closingUntil(NOW + 11n), marginSeconds: 10 };
        expect(check({ ...input, instruction: settleAndFinalize })).toMatchObject({ kind: 'accepted' });
        expect(check(input)).toMatchObject({ code: 'CHANNEL_NOT_SETTLEABLE' });
    });
});

describe('a replay', () => {
    const accepted = sign();
    const replay = { kind: 'replay', signedVoucher: accepted, watermark: 500n };

    it.each<[title: string, input: Partial<VoucherCheckInput>]>([
        ['as it was', {}],
        [
            'settled since',
            { channel: { ...OPEN, channel: { ...ACCOUNT, settlement: { payoutWatermark: 0n, settled: 500n } } } },
        ],
        ['of a channel that is closing', { channel: closingUntil(NOW) }],
        ['of a channel that is finalized', { channel: FINALIZED }],
        ['of a channel that has ended', { channel: GONE }],
        ['of a channel that is not there yet', { channel: { address: CHANNEL, kind: 'absent' } }],
        ['below a new minimum', { minimumDelta: 1_000_000n }],
        ['with its amount given as well', { acceptedAmount: 500n }],
    ])('is recognised: %s', (_, input) => {
        expect(check({ accepted, signedVoucher: accepted, ...input })).toEqual(replay);
        // To the last byte the one that was verified before.
        expect(check({ accepted, signedVoucher: accepted, ...input }, false)).toEqual(replay);
    });

    it('is recognised when it has expired since', () => {
        const expired = sign({ expiresAt: 1n });
        expect(check({ accepted: expired, signedVoucher: expired })).toMatchObject({ kind: 'replay' });
    });

    it('is recognised when the same key has signed the same voucher again', () => {
        const again = sign({}, { signature: OTHER_SIGNATURE });
        expect(check({ accepted, signedVoucher: again })).toMatchObject({ kind: 'replay', watermark: 500n });
        expect(check({ accepted, signedVoucher: again }, false)).toMatchObject({ code: 'NOT_ABOVE_ACCEPTED' });
    });

    it.each<[title: string, signedVoucher: SignedVoucher, code: string]>([
        ['another expiry', sign({ expiresAt: NOW + 1_000n }), 'NOT_ABOVE_ACCEPTED'],
        ['less', sign({ cumulativeAmount: 499n }), 'NOT_ABOVE_ACCEPTED'],
        ['another signer', sign({}, { signer: PAYER }), 'SIGNER_MISMATCH'],
        ['another channel', sign({ channelId: addressOf(9) }), 'CHANNEL_MISMATCH'],
    ])('is not one with %s', (_, signedVoucher, code) => {
        expect(check({ accepted, signedVoucher })).toMatchObject({ code, kind: 'refused' });
    });

    it('is not one when more was accepted since', () => {
        expect(check({ accepted, acceptedAmount: 501n })).toMatchObject({ code: 'NOT_ABOVE_ACCEPTED' });
    });
});

describe('a refusal', () => {
    const closingSoon = closingUntil(NOW + 10n);
    it.each<{ code: string; context: object; input: Partial<VoucherCheckInput>; title: string }>([
        {
            code: 'NOT_ABOVE_ACCEPTED',
            context: { acceptedAmount: 500n, cumulativeAmount: 500n },
            input: { acceptedAmount: 500n },
            title: 'nothing above what was accepted',
        },
        {
            code: 'DELTA_TOO_SMALL',
            context: { delta: 400n, minimumDelta: 401n },
            input: { minimumDelta: 401n },
            title: 'too little',
        },
        {
            code: 'EXPIRES_TOO_SOON',
            context: { expiresAt: NOW + 10n, marginSeconds: 10, unixTimestamp: NOW },
            input: { marginSeconds: 10, signedVoucher: sign({ expiresAt: NOW + 10n }) },
            title: 'an expiry within the margin',
        },
        {
            code: 'DEADLINE_TOO_SOON',
            context: { channel: CHANNEL, deadlineAt: NOW + 10n, marginSeconds: 10, unixTimestamp: NOW },
            input: { channel: closingSoon, instruction: settleAndFinalize, marginSeconds: 10 },
            title: 'a deadline within the margin',
        },
    ])('by a rule of the server has no error on chain: $title', ({ code, context, input }) => {
        const verdict = check(input);
        expect(verdict).toMatchObject({ code, context, kind: 'refused', onChainError: undefined });
        expect(verdict).toHaveProperty('message', expect.stringMatching(/^the voucher|^channel/));
        expect(Object.isFrozen(verdict)).toBe(true);
    });

    it.each<{ code: string; input: Partial<VoucherCheckInput>; onChainError: object; title: string }>([
        {
            code: 'CHANNEL_NOT_SETTLEABLE',
            input: { channel: { address: CHANNEL, kind: 'absent' } },
            onChainError: { kind: 'builtin', name: 'InvalidAccountOwner' },
            title: 'no channel',
        },
        {
            code: 'CHANNEL_NOT_SETTLEABLE',
            input: { channel: GONE },
            onChainError: byRevision<object>({
                epoch: { code: 2, kind: 'custom', name: 'invalidChannelStatus' },
                tombstone: { kind: 'builtin', name: 'InvalidAccountData' },
            }),
            title: 'a channel that has ended',
        },
        {
            code: 'CHANNEL_NOT_SETTLEABLE',
            input: { channel: FINALIZED, instruction: settleAndFinalize },
            onChainError: { code: 2, kind: 'custom', name: 'invalidChannelStatus' },
            title: 'a finalized channel',
        },
        {
            code: 'DEADLINE_PASSED',
            input: { channel: closingUntil(NOW), instruction: settleAndFinalize },
            onChainError: { code: 2, kind: 'custom', name: 'invalidChannelStatus' },
            title: 'a deadline that has come',
        },
        {
            code: 'CHANNEL_NOT_SETTLEABLE',
            input: { channel: closingUntil(undefined), instruction: settleAndFinalize },
            onChainError: { kind: 'builtin', name: 'ArithmeticOverflow' },
            title: 'a deadline that no time can reach',
        },
    ])('by the program names its error: $title', ({ code, input, onChainError }) => {
        expect(check(input)).toMatchObject({ code, kind: 'refused', onChainError });
    });

    // Each breaks one rule, in the order in which the rules are looked at; all together break all from there on.
    const LADDER: [code: string, breakIt: (input: VoucherCheckInput) => VoucherCheckInput][] = [
        ['CHANNEL_NOT_SETTLEABLE', input => ({ ...input, instruction: 'settle' })],
        ['CHANNEL_MISMATCH', input => withVoucher(input, { channelId: addressOf(9) })],
        ['EXPIRED', input => withVoucher(input, { expiresAt: NOW })],
        ['OVER_DEPOSIT', input => withChannel(input, { deposit: 499n })],
        ['NOT_ABOVE_SETTLED', input => withChannel(input, { settlement: { payoutWatermark: 0n, settled: 500n } })],
        ['SIGNER_MISMATCH', input => withChannel(input, { authorizedSigner: PAYER })],
        ['NOT_ABOVE_ACCEPTED', input => ({ ...input, acceptedAmount: 500n })],
        ['DELTA_TOO_SMALL', input => ({ ...input, minimumDelta: 401n })],
        ['EXPIRES_TOO_SOON', input => withVoucher({ ...input, marginSeconds: 10 }, { expiresAt: NOW + 10n })],
        ['DEADLINE_TOO_SOON', input => ({ ...input, marginSeconds: 100 })],
    ];
    const withVoucher = (input: VoucherCheckInput, fields: Partial<Voucher>): VoucherCheckInput => ({
        ...input,
        signedVoucher: { ...input.signedVoucher, voucher: { ...input.signedVoucher.voucher, ...fields } },
    });
    const withChannel = (input: VoucherCheckInput, fields: Partial<ChannelOf<RevisionName>>): VoucherCheckInput => ({
        ...input,
        channel: { ...input.channel, channel: { ...ACCOUNT, ...fields } } as ChannelState,
    });
    const BASE: VoucherCheckInput = {
        channel: closingUntil(NOW + 100n),
        instruction: settleAndFinalize,
        signedVoucher: sign(),
        unixTimestamp: NOW,
    };

    it.each(LADDER.map(([code], index) => ({ code, index })))(
        '$code comes before all that follows it',
        async ({ code, index }) => {
            // From the last rule to this one, so that what two of them change is as this one wants it.
            const input = LADDER.slice(index).reduceRight((broken, [, breakIt]) => breakIt(broken), BASE);
            expect(checkVoucherState(input, false, DEPLOYMENT)).toMatchObject({ code });
            const verify = vi.fn(() => Promise.resolve(false));
            expect(await checkVoucher(input, DEPLOYMENT, verify)).toEqual(checkVoucherState(input, false, DEPLOYMENT));
            expect(verify).not.toHaveBeenCalled();
        },
    );

    it('for the signature comes last', () => {
        expect(checkVoucherState(BASE, false, DEPLOYMENT)).toMatchObject({
            code: 'SIGNATURE_INVALID',
            context: { signer: AUTHORIZED_SIGNER },
            onChainError: { kind: 'precompile' },
        });
        // Only true is true.
        expect(checkVoucherState(BASE, 'yes' as unknown as boolean, DEPLOYMENT)).toMatchObject({
            code: 'SIGNATURE_INVALID',
        });
        expect(checkVoucherState(BASE, true, DEPLOYMENT)).toMatchObject({ kind: 'accepted' });
    });
});

describe('checkVoucher', () => {
    it('is checkVoucherState with what the verifier says', async () => {
        const few = fc.constantFrom(0n, 99n, 100n, 101n, 500n, 501n);
        const anyInput = fc.record({
            accepted: fc.option(
                few.map(cumulativeAmount => sign({ cumulativeAmount })),
                { nil: undefined },
            ),
            acceptedAmount: few,
            channel: fc.constantFrom<ChannelState>(OPEN, FINALIZED, closingUntil(NOW + 5n), GONE),
            marginSeconds: fc.constantFrom(0, 5),
            signedVoucher: fc
                .tuple(few, fc.constantFrom(0n, NOW, NOW + 5n), fc.constantFrom(SIGNATURE, OTHER_SIGNATURE))
                .map(([cumulativeAmount, expiresAt, signature]) =>
                    sign({ cumulativeAmount, expiresAt }, { signature }),
                ),
            unixTimestamp: fc.constant(NOW),
        });
        await fc.assert(
            fc.asyncProperty(anyInput, fc.boolean(), async (input, isGood) => {
                expect(await checkVoucher(input, DEPLOYMENT, () => Promise.resolve(isGood))).toEqual(
                    checkVoucherState(input, isGood, DEPLOYMENT),
                );
            }),
            runs(500),
        );
    });

    it('verifies with the key of the channel, and with verifyVoucher by default', async () => {
        const verify = vi.fn(() => Promise.resolve(true));
        const input = { channel: OPEN, signedVoucher: sign({ cumulativeAmount: 500_000n }), unixTimestamp: NOW };
        const rich = { ...OPEN, channel: { ...ACCOUNT, deposit: 500_000n } };
        expect(await checkVoucher({ ...input, channel: rich }, DEPLOYMENT, verify)).toMatchObject({ kind: 'accepted' });
        expect(verify).toHaveBeenCalledExactlyOnceWith(input.signedVoucher, AUTHORIZED_SIGNER);
        // The signature of the vectors is over this very voucher.
        expect(await checkVoucher({ ...input, channel: rich }, DEPLOYMENT)).toMatchObject({ kind: 'accepted' });
        expect(await checkVoucher({ ...input, channel: rich, signedVoucher: sign() }, DEPLOYMENT)).toMatchObject({
            code: 'SIGNATURE_INVALID',
        });
    });

    it('does not verify again what it has accepted', async () => {
        const verify = vi.fn(() => Promise.resolve(false));
        const input = { accepted: sign(), channel: OPEN, signedVoucher: sign(), unixTimestamp: NOW };
        expect(await checkVoucher(input, DEPLOYMENT, verify)).toMatchObject({ kind: 'replay' });
        expect(verify).not.toHaveBeenCalled();
        const again = { ...input, signedVoucher: sign({}, { signature: OTHER_SIGNATURE }) };
        expect(await checkVoucher(again, DEPLOYMENT, verify)).toMatchObject({ code: 'NOT_ABOVE_ACCEPTED' });
        expect(verify).toHaveBeenCalledOnce();
    });

    it('does not wait for its verifier for ever', async () => {
        vi.useFakeTimers({ toFake: ['clearTimeout', 'setTimeout'] });
        const input = { channel: OPEN, signedVoucher: sign(), unixTimestamp: NOW };
        try {
            const checking = checkVoucher(input, DEPLOYMENT, () => new Promise(() => undefined));
            const refused = expect(checking).rejects.toMatchObject({ code: 'NO_ANSWER' });
            await vi.advanceTimersByTimeAsync(60_000);
            await refused;
        } finally {
            vi.useRealTimers();
        }
    });

    it('passes on what its verifier throws', async () => {
        const broken = () => Promise.reject(new Error('no thread'));
        await expect(
            checkVoucher({ channel: OPEN, signedVoucher: sign(), unixTimestamp: NOW }, DEPLOYMENT, broken),
        ).rejects.toThrow('no thread');
    });
});

describe('bad input', () => {
    const bad = (field: string, values: readonly { title: string; value: unknown; code: PaymentChannelsErrorCode }[]) =>
        values.map(({ code, title, value }) => ({
            code,
            field,
            input: { [field]: value },
            title: `${title} as ${field}`,
        }));
    const notU32 = [
        { code: 'INTEGER_OUT_OF_RANGE' as const, title: '2 ** 32', value: 2 ** 32 },
        { code: 'INTEGER_NOT_EXACT' as const, title: 'text', value: '1' },
    ];
    const given = ({ value }: { value: unknown }) => value !== undefined;

    it.each([
        ...bad('unixTimestamp', BAD_I64),
        ...bad('acceptedAmount', BAD_U64.filter(given)),
        ...bad('minimumDelta', BAD_U64.filter(given)),
        ...bad('marginSeconds', notU32),
        ...[null, undefined, 7, {}].map(channel => ({
            code: 'VOUCHER_INVALID' as const,
            field: 'channel',
            input: { channel },
            title: `${String(channel)} as the channel`,
        })),
        {
            code: 'VOUCHER_INVALID' as const,
            field: 'channel.channel',
            input: { channel: { address: CHANNEL, kind: 'open' } },
            title: 'a channel without its account',
        },
        {
            code: 'INTEGER_NOT_EXACT' as const,
            field: 'channel.channel.deposit',
            input: { channel: { ...OPEN, channel: { ...ACCOUNT, deposit: '1' } } },
            title: 'a deposit that is no number',
        },
        {
            code: 'VOUCHER_INVALID' as const,
            field: 'instruction',
            input: { instruction: 'finalize' },
            title: 'another instruction',
        },
        {
            code: 'BYTES_LENGTH_INVALID' as const,
            field: 'signature',
            input: { signedVoucher: { ...sign(), signature: new Uint8Array(3) } },
            title: 'a malformed voucher',
        },
        {
            code: 'VOUCHER_INVALID' as const,
            field: 'signedVoucher',
            input: { accepted: null },
            title: 'null as the accepted voucher',
        },
    ])('is refused: $title', async ({ code, field, input }) => {
        const base: object = { channel: OPEN, signedVoucher: sign(), unixTimestamp: NOW };
        const merged = { ...base, ...input } as unknown as VoucherCheckInput;
        await expectRefusal(() => checkVoucherState(merged, true, DEPLOYMENT), code, { field });
        await expectRefusal(() => checkVoucher(merged, DEPLOYMENT), code, { field });
    });

    it('is refused: an accepted voucher of another channel', async () => {
        await expectRefusal(() => check({ accepted: sign({ channelId: addressOf(9) }) }), 'VOUCHER_CHANNEL_MISMATCH', {
            channel: CHANNEL,
            voucherChannelId: addressOf(9),
        });
    });

    it.each([null, undefined, 7])('is refused: %s in its place', async input => {
        await expectRefusal(
            () => checkVoucherState(input as unknown as VoucherCheckInput, true, DEPLOYMENT),
            'VOUCHER_INVALID',
            {
                field: 'input',
            },
        );
    });
});

describe('a channel of the other revision', () => {
    const mismatch = expect.objectContaining({ code: 'REVISION_MISMATCH' }) as Error;

    it.each(byRevision({ epoch: ['closed'], tombstone: ['distributed'] }))(
        'is told by what it is called there: %s',
        kind => {
            const channel = { ...OPEN, kind } as ChannelState;
            expect(() => check({ channel })).toThrow(mismatch);
        },
    );

    it('is told by the open slot that it lacks', () => {
        const { openSlot: _, ...channel } = ACCOUNT as ChannelOf<RevisionName> & { openSlot?: bigint };
        const call = () => check({ channel: { ...OPEN, channel } as ChannelState });
        if (byRevision({ epoch: true, tombstone: false })) expect(call).toThrow(mismatch);
        else expect(call()).toMatchObject({ kind: 'accepted' });
    });
});
