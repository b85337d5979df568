import { runInNewContext } from 'node:vm';

import { generateKeyPairSigner, type KeyPairSigner, type SignatureBytes } from '@solana/kit';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import {
    checkVoucher,
    checkVoucherState,
    signVoucher,
    verifyVoucher,
    type ChannelState,
    type SignedVoucher,
    type VoucherCheckInput,
    type VoucherVerdict,
    type VerifySignedVoucher,
    type ChannelOf,
    type RevisionName,
} from '../../src';
import { EXTRA_FIELDS } from '../fixtures/channels';
import { addressOf, AUTHORIZED_SIGNER, MINT, PAYEE, PAYER } from '../fixtures/parties';
import { runs } from '../fixtures/random';
import { expectRefusal } from '../fixtures/refusals';
import { STATUSES } from '../fixtures/revision';
import { CHANNEL } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';

// What a merchant keeps can always be settled for at least what was promised before, and is what was verified.

const NOW = 1_000n;
const I64_MAX = 2n ** 63n - 1n;
const U64_MAX = 2n ** 64n - 1n;
const settleAndFinalize = 'settleAndFinalize';

const accountOf = (fields: Partial<ChannelOf<RevisionName>> & { settled?: bigint } = {}): ChannelOf<RevisionName> => ({
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
    settlement: { payoutWatermark: 0n, settled: fields.settled ?? 0n },
    status: STATUSES.open,
    version: 1,
    ...fields,
});
const openOf = (fields: Parameters<typeof accountOf>[0] = {}): ChannelState => ({
    address: CHANNEL,
    channel: accountOf(fields),
    kind: 'open',
});
const over = (cumulativeAmount: bigint, expiresAt = 0n, rest: Partial<SignedVoucher> = {}): SignedVoucher => ({
    signature: new Uint8Array(64).fill(Number(cumulativeAmount % 251n)) as SignatureBytes,
    signer: AUTHORIZED_SIGNER,
    voucher: { channelId: CHANNEL, cumulativeAmount, expiresAt },
    ...rest,
});
const check = (signedVoucher: SignedVoucher, input: Partial<VoucherCheckInput> = {}): VoucherVerdict =>
    checkVoucherState({ channel: openOf(), signedVoucher, unixTimestamp: NOW, ...input }, true, DEPLOYMENT);

describe('a voucher over more', () => {
    const accepted = over(900n, NOW + 500n);

    it.each([
        { accepted: over(900n), expiresAt: NOW + 180n, title: 'before one that never does' },
        { accepted: over(900n), expiresAt: I64_MAX, title: 'at the end of time, before one that never does' },
        { accepted, expiresAt: NOW + 499n, title: 'a second before' },
    ])('is refused when it expires $title', ({ accepted, expiresAt }) => {
        const verdict = check(over(1_000n, expiresAt), { accepted });
        expect(verdict).toMatchObject({
            code: 'EXPIRES_EARLIER',
            context: { acceptedAmount: 900n, acceptedExpiresAt: accepted.voucher.expiresAt, expiresAt },
            kind: 'refused',
            onChainError: undefined,
        });
        expect(verdict).toHaveProperty('message', expect.stringMatching(/^the voucher expires at \d+, and .* 900 /));
    });

    it.each([
        { expiresAt: NOW + 500n, input: { accepted }, title: 'as long' },
        { expiresAt: NOW + 501n, input: { accepted }, title: 'longer' },
        { expiresAt: 0n, input: { accepted }, title: 'for ever' },
        { expiresAt: NOW + 1n, input: { accepted: over(900n, NOW) }, title: 'after what has expired' },
        { expiresAt: NOW + 1n, input: { accepted: over(900n, -1n) }, title: 'after what could never be settled' },
        {
            expiresAt: NOW + 1n,
            input: { accepted: over(900n), channel: openOf({ settled: 900n }) },
            title: 'after what is settled',
        },
        {
            expiresAt: NOW + 1n,
            input: { accepted: over(900n, 0n, { signer: PAYER }) },
            title: 'after one by a stranger',
        },
        {
            expiresAt: NOW + 1n,
            input: { acceptedAmount: 900n, acceptedExpiresAt: NOW + 1n },
            title: 'as long as is said',
        },
        { expiresAt: 0n, input: { acceptedAmount: 900n }, title: 'for ever, whatever is not said' },
        {
            expiresAt: NOW + 1n,
            input: { acceptedAmount: 900n, channel: openOf({ settled: 900n }) },
            title: 'after an amount that is settled',
        },
    ])('is accepted when it lasts $title', ({ expiresAt, input }) => {
        expect(check(over(1_000n, expiresAt), input)).toMatchObject({
            delta: 100n,
            kind: 'accepted',
            watermark: 1_000n,
        });
    });

    it('is refused when it expires, and nobody says when what was accepted does', () => {
        const verdict = check(over(1_000n, I64_MAX), { acceptedAmount: 900n });
        expect(verdict).toMatchObject({
            code: 'EXPIRES_EARLIER',
            context: { acceptedAmount: 900n, acceptedExpiresAt: undefined, expiresAt: I64_MAX },
        });
        expect(verdict).toHaveProperty('message', expect.stringMatching(/may last longer/));
        // The voucher that is given is not the one over the amount.
        const later = { accepted: over(500n, NOW + 1n), acceptedAmount: 900n };
        expect(check(over(1_000n, NOW + 2n), later)).toMatchObject({ code: 'EXPIRES_EARLIER' });
        expect(check(over(1_000n, NOW + 2n), { ...later, acceptedExpiresAt: NOW + 2n })).toMatchObject({
            kind: 'accepted',
        });
        // It is worth something as long as it is not settled.
        const better = { accepted: over(500n), acceptedAmount: 900n, acceptedExpiresAt: NOW + 2n };
        expect(check(over(1_000n, NOW + 2n), better)).toMatchObject({ code: 'EXPIRES_EARLIER' });
        expect(check(over(1_000n, NOW + 2n), { ...better, channel: openOf({ settled: 500n }) })).toMatchObject({
            kind: 'accepted',
        });
    });
});

describe('a voucher over as much', () => {
    const accepted = over(900n, NOW + 500n);

    it.each([
        { expiresAt: NOW + 501n, input: { accepted }, title: 'the voucher' },
        { expiresAt: 0n, input: { accepted, minimumDelta: 100n }, title: 'the voucher, for ever' },
        { expiresAt: 0n, input: { acceptedAmount: 900n, acceptedExpiresAt: I64_MAX }, title: 'what is said' },
    ])('that lasts longer than $title is extended, and worth nothing more', ({ expiresAt, input }) => {
        const longer = over(900n, expiresAt);
        expect(check(longer, input)).toEqual({ kind: 'extended', signedVoucher: longer, watermark: 900n });
        expect(Object.isFrozen(check(longer, input))).toBe(true);
        const unsigned = { channel: openOf(), signedVoucher: longer, unixTimestamp: NOW, ...input };
        expect(checkVoucherState(unsigned, false, DEPLOYMENT)).toMatchObject({ code: 'SIGNATURE_INVALID' });
    });

    it.each<{ expiresAt: bigint; input: Partial<VoucherCheckInput>; title: string }>([
        { expiresAt: NOW + 499n, input: { accepted }, title: 'less long' },
        {
            expiresAt: NOW + 500n,
            input: { accepted: over(900n, NOW + 500n, { signer: PAYER }) },
            title: 'as long, by another key',
        },
        { expiresAt: 0n, input: { accepted: over(900n, 0n, { signer: PAYER }) }, title: 'as one by a stranger' },
        { expiresAt: 0n, input: { acceptedAmount: 900n }, title: 'as nobody knows' },
        {
            expiresAt: 0n,
            input: { accepted: over(899n), acceptedAmount: 900n },
            title: 'as nobody knows, of a later one',
        },
    ])('that lasts $title is not', ({ expiresAt, input }) => {
        expect(check(over(900n, expiresAt), input)).toMatchObject({ code: 'NOT_ABOVE_ACCEPTED' });
    });

    it('is no extension of what is settled, nor one that leaves too little time', () => {
        const input = { accepted, channel: openOf({ settled: 900n }) };
        expect(check(over(900n), input)).toMatchObject({ code: 'NOT_ABOVE_SETTLED' });
        const soon = over(900n, NOW + 501n);
        expect(check(soon, { accepted, marginSeconds: 501 })).toMatchObject({ code: 'EXPIRES_TOO_SOON' });
        expect(check(soon, { accepted, marginSeconds: 500 })).toMatchObject({ kind: 'extended' });
    });
});

it('what is kept is never worth less than what was kept before, at any later time', () => {
    const anyVoucher = fc.tuple(fc.bigInt(1n, 5n), fc.constantFrom(0n, NOW + 3n, NOW + 5n, NOW + 8n, I64_MAX));
    const anyStep = fc.record({ bySeconds: fc.bigInt(0n, 3n), settles: fc.boolean(), voucher: anyVoucher });
    const worthAt = (time: bigint, signed: SignedVoucher | undefined, settled: bigint) => {
        const { cumulativeAmount = 0n, expiresAt = 0n } = signed?.voucher ?? {};
        const isGood = expiresAt === 0n || time < expiresAt;
        return isGood && cumulativeAmount > settled ? cumulativeAmount : settled;
    };
    fc.assert(
        fc.property(fc.array(anyStep, { maxLength: 12, minLength: 2 }), steps => {
            let [now, settled] = [NOW, 0n];
            let accepted: SignedVoucher | undefined;
            for (const { bySeconds, settles, voucher } of steps) {
                now += bySeconds;
                if (settles) settled = worthAt(now, accepted, settled);
                const verdict = check(over(...voucher), { accepted, channel: openOf({ settled }), unixTimestamp: now });
                if (verdict.kind !== 'accepted' && verdict.kind !== 'extended') continue;
                for (const later of [now, NOW + 4n, NOW + 7n, NOW + 9n, I64_MAX].filter(time => time >= now)) {
                    const before = worthAt(later, accepted, settled);
                    expect(worthAt(later, verdict.signedVoucher, settled)).toBeGreaterThanOrEqual(before);
                }
                accepted = verdict.signedVoucher;
            }
        }),
        runs(500),
    );
});

describe('the time there is to settle', () => {
    it.each([
        { gracePeriod: 1, isEnough: true, marginSeconds: 0 },
        { gracePeriod: 1, isEnough: false, marginSeconds: 1 },
        { gracePeriod: 1, isEnough: false, marginSeconds: 120 },
        { gracePeriod: 120, isEnough: false, marginSeconds: 120 },
        { gracePeriod: 121, isEnough: true, marginSeconds: 120 },
        { gracePeriod: 2 ** 32 - 1, isEnough: false, marginSeconds: 2 ** 32 - 1 },
    ])('a grace period of $gracePeriod and a margin of $marginSeconds', ({ gracePeriod, isEnough, marginSeconds }) => {
        for (const instruction of ['settle', settleAndFinalize] as const) {
            const verdict = check(over(900n), { channel: openOf({ gracePeriod }), instruction, marginSeconds });
            expect(verdict).toMatchObject(
                isEnough
                    ? { kind: 'accepted' }
                    : {
                          code: 'GRACE_PERIOD_TOO_SHORT',
                          context: { channel: CHANNEL, gracePeriodSeconds: gracePeriod, marginSeconds },
                          onChainError: undefined,
                      },
            );
        }
    });

    it('of a channel that is closing already is what its deadline leaves', () => {
        const channel: ChannelState = {
            address: CHANNEL,
            channel: accountOf({ gracePeriod: 60, status: STATUSES.closing }),
            deadlineAt: NOW + 50n,
            kind: 'closing',
        };
        const input = { channel, instruction: 'settleAndFinalize' } as const;
        expect(check(over(900n), { ...input, marginSeconds: 50 })).toMatchObject({ code: 'DEADLINE_TOO_SOON' });
        expect(check(over(900n), { ...input, marginSeconds: 49 })).toMatchObject({ kind: 'accepted' });
    });

    it.each([
        { code: 'EXPIRED', expiresAt: I64_MAX, now: I64_MAX },
        { code: undefined, expiresAt: 0n, now: I64_MAX },
        { code: undefined, expiresAt: I64_MAX, now: I64_MAX - 1n },
        { code: undefined, expiresAt: 1n, now: -(2n ** 63n) },
        { code: 'EXPIRED', expiresAt: -(2n ** 63n), now: -(2n ** 63n) },
        { code: undefined, expiresAt: 0n, now: 0n },
    ])('at $now, with a voucher until $expiresAt: $code', ({ code, expiresAt, now }) => {
        const channel = openOf({ deposit: U64_MAX });
        const verdict = check(over(U64_MAX, expiresAt), { channel, unixTimestamp: now });
        expect(verdict).toMatchObject(code === undefined ? { delta: U64_MAX, kind: 'accepted' } : { code });
    });
});

describe('what a verifier answers', () => {
    const input = { channel: openOf(), signedVoucher: over(900n), unixTimestamp: NOW };

    it.each<{ answer: unknown; title: string }>([
        { answer: [true], title: 'a list' },
        { answer: [false], title: 'a list of false' },
        { answer: 'true', title: 'a text' },
        { answer: 1, title: '1' },
        { answer: 0, title: '0' },
        { answer: undefined, title: 'nothing' },
        { answer: null, title: 'null' },
        { answer: { valid: true }, title: 'an object' },
        { answer: Object(true), title: 'a Boolean' },
    ])('is no answer: $title', async ({ answer }) => {
        const verify = () => Promise.resolve(answer) as Promise<boolean>;
        await expectRefusal(() => checkVoucher(input, DEPLOYMENT, verify), 'VERIFIER_ANSWER_INVALID', {
            field: 'verify',
        });
    });

    it('has to come from a function', async () => {
        for (const verify of [null, {}, true]) {
            const call = () => checkVoucher(input, DEPLOYMENT, verify as unknown as VerifySignedVoucher);
            await expectRefusal(call, 'INPUT_INVALID', { field: 'verify' });
        }
    });
});

describe('what was checked', () => {
    let signer: KeyPairSigner;
    let signed: SignedVoucher;
    let channel: ChannelState;
    beforeAll(async () => {
        signer = await generateKeyPairSigner();
        signed = await signVoucher({ channelId: CHANNEL, cumulativeAmount: 900n }, signer, DEPLOYMENT);
        channel = openOf({ authorizedSigner: signer.address });
    });
    const inputWith = (signature: unknown): VoucherCheckInput => ({
        channel,
        signedVoucher: { ...signed, signature: signature as SignatureBytes },
        unixTimestamp: NOW,
    });
    const isVerified = async (verdict: VoucherVerdict) =>
        verdict.kind === 'accepted' && (await verifyVoucher(verdict.signedVoucher, signer.address, DEPLOYMENT));

    it.each<{ make: (signature: SignatureBytes) => Uint8Array; title: string }>([
        { make: signature => new Uint8Array(signature), title: 'bytes' },
        { make: signature => Buffer.from(signature), title: 'a Buffer, whose memory is shared with others' },
        {
            make: signature => {
                const bytes = new Uint8Array(new SharedArrayBuffer(64));
                bytes.set(signature);
                return bytes;
            },
            title: 'memory that is shared with threads',
        },
        {
            make: signature => {
                const bytes = runInNewContext('new Uint8Array(64)') as Uint8Array;
                bytes.set(signature);
                return bytes;
            },
            title: 'bytes of another realm',
        },
        {
            make: signature => {
                const bytes = new Uint8Array(signature);
                return Object.assign(bytes, { constructor: { [Symbol.species]: () => bytes }, slice: () => bytes });
            },
            title: 'bytes whose copies are no copies',
        },
    ])('is what is in the verdict, given as $title that change meanwhile', async ({ make }) => {
        const signature = make(signed.signature);
        const pending = checkVoucher(inputWith(signature), DEPLOYMENT);
        signature.fill(0);
        expect(await isVerified(await pending)).toBe(true);
    });

    it('is what is in the verdict, whatever the verifier does with its bytes', async () => {
        const verify: VerifySignedVoucher = (voucher, key) => {
            const answer = verifyVoucher(voucher, key, DEPLOYMENT);
            (voucher.signature as Uint8Array).fill(0);
            return answer;
        };
        expect(await isVerified(await checkVoucher(inputWith(signed.signature), DEPLOYMENT, verify))).toBe(true);
    });

    it('is the channel as it was', async () => {
        const account = { ...accountOf({ authorizedSigner: signer.address }) };
        const state = { address: CHANNEL, channel: account, kind: 'open' } as const;
        const verify = vi.fn(() => {
            Object.assign(account, { deposit: 1n });
            Object.assign(state, { address: addressOf(9), kind: 'absent' });
            return Promise.resolve(true);
        });
        const verdict = await checkVoucher(
            { channel: state, signedVoucher: signed, unixTimestamp: NOW },
            DEPLOYMENT,
            verify,
        );
        expect(verdict).toMatchObject({ delta: 900n, kind: 'accepted' });
        expect(verify).toHaveBeenCalledExactlyOnceWith(signed, signer.address);
    });

    it('is read once', async () => {
        const values = [900n, 10_000n];
        const voucher = { channelId: CHANNEL, expiresAt: 0n } as SignedVoucher['voucher'];
        Object.defineProperty(voucher, 'cumulativeAmount', { get: () => values.shift() });
        const verdict = await checkVoucher(
            { channel, signedVoucher: { ...signed, voucher }, unixTimestamp: NOW },
            DEPLOYMENT,
        );
        expect(verdict).toMatchObject({ delta: 900n, kind: 'accepted', watermark: 900n });
        expect(await isVerified(verdict)).toBe(true);
    });

    it.each<{ actualLength: number; signature: () => unknown; title: string }>([
        { actualLength: -1, signature: () => 'a'.repeat(64), title: 'text' },
        { actualLength: -1, signature: () => Array.from(signed.signature), title: 'a list' },
        { actualLength: -1, signature: () => new Int8Array(64), title: 'signed bytes' },
        { actualLength: -1, signature: () => signed.signature.buffer, title: 'a buffer' },
        { actualLength: -1, signature: () => Object.create(Uint8Array.prototype) as unknown, title: 'a pretender' },
        { actualLength: -1, signature: () => new Proxy(new Uint8Array(64), {}), title: 'a proxy' },
        {
            actualLength: 0,
            signature: () => {
                const bytes = new Uint8Array(64);
                structuredClone(bytes, { transfer: [bytes.buffer] });
                return bytes;
            },
            title: 'bytes that were given away',
        },
        {
            actualLength: 63,
            signature: () => Object.defineProperty(new Uint8Array(63), 'length', { value: 64 }),
            title: 'bytes that say that they are more',
        },
    ])('is no signature: $title', async ({ actualLength, signature }) => {
        const call = () => checkVoucher(inputWith(signature()), DEPLOYMENT);
        await expectRefusal(call, 'BYTES_LENGTH_INVALID', { actualLength, expectedLength: 64, field: 'signature' });
        await expect(call()).rejects.toThrow(/64 bytes, in a Uint8Array; got (?!-1)/);
    });
});
