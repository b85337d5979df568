import {
    getAddressDecoder,
    lamports,
    type Address,
    type Instruction,
    type KeyPairSigner,
    type SignatureBytes,
} from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import {
    checkVoucher,
    checkVoucherState,
    decodeChannelState,
    getVerifyVoucherInstruction,
    signVoucher,
    verifyVoucher,
    type ChannelState,
    type SignedVoucher,
    type VoucherInstruction,
    type VoucherVerdict,
} from '../../src';
import * as epoch from '../../generated/epoch';
import * as tombstone from '../../generated/tombstone';
import { type Simulator, type TransactionResult } from '../../src/testing';
import { EXTRA_FIELDS } from '../fixtures/channels';
import { addressOf } from '../fixtures/parties';
import { anyAddress, anyI64, anyU32, anyU64, I64_MAX } from '../fixtures/random';
import { byDepth } from '../fixtures/depth';
import { byRevision, ofTombstone, STATUSES } from '../fixtures/revision';
import { DEPLOYMENT } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';
import { type ChannelArgs } from '../../src/tombstone';
import { rendered } from '../fixtures/rendered';

const { getChannelEncoder, getClosedChannelEncoder } = rendered;

// The check says of random vouchers in random channels what the program in the simulator says: the same ones are
// accepted, and the others refused with the same error.

const TIMEOUT = 20 * 60_000;

let simulator: Simulator;
let session: KeyPairSigner;
let stranger: KeyPairSigner;
let payee: KeyPairSigner;
beforeAll(async () => {
    simulator = await createTestSimulator();
    session = await simulator.createSigner('session');
    stranger = await simulator.createSigner('stranger');
    payee = await simulator.createFundedSigner({ label: 'payee' });
});

/** A value near another one, where the rules change, or anywhere. */
const near = (base: bigint, any: fc.Arbitrary<bigint>, min: bigint, max: bigint) =>
    fc.oneof(
        { arbitrary: fc.bigInt({ max: 2n, min: -2n }).map(offset => clamp(base + offset, min, max)), weight: 3 },
        { arbitrary: any, weight: 1 },
    );
const clamp = (value: bigint, min: bigint, max: bigint) => (value < min ? min : value > max ? max : value);
const maxOf = (...values: bigint[]) => values.reduce((a, b) => (a > b ? a : b));

/** How the payee ends a channel. */
const settleAndFinalize = 'settleAndFinalize';
/** Every status but that of an open channel. */
const ENDING_STATUSES = Object.values(STATUSES).filter(status => status !== (STATUSES.open as number));

const anyNow = fc.oneof(fc.bigInt({ max: 2_000_000_000n, min: 1n }), anyI64);

const anyCase = fc
    .record({
        account: fc.oneof(
            { arbitrary: fc.constant('channel' as const), weight: 12 },
            { arbitrary: fc.constantFrom('absent' as const, ...ofTombstone('closed' as const)), weight: 1 },
        ),
        closureStartedAt: fc.oneof(fc.constant(undefined), anyI64),
        deposit: anyU64,
        gracePeriod: fc.oneof(fc.nat(1_000), anyU32),
        instruction: fc.constantFrom<VoucherInstruction>('settle', settleAndFinalize),
        isChannelRight: fc.oneof({ arbitrary: fc.constant(true), weight: 9 }, fc.boolean()),
        isSignatureRight: fc.oneof({ arbitrary: fc.constant(true), weight: 9 }, fc.boolean()),
        isSignerRight: fc.oneof({ arbitrary: fc.constant(true), weight: 9 }, fc.boolean()),
        now: anyNow,
        settledOf: fc.nat(100),
        status: fc.oneof(
            { arbitrary: fc.constant(STATUSES.open), weight: 2 },
            { arbitrary: fc.constantFrom<number>(...ENDING_STATUSES), weight: 1 },
        ),
    })
    .chain(base => {
        const settled = (base.deposit * BigInt(base.settledOf)) / 100n;
        // So that the deadline is about now.
        const aboutNow = clamp(base.now - BigInt(base.gracePeriod), -(2n ** 63n), I64_MAX);
        return fc.record({
            base: fc.constant({ ...base, settled }),
            closureStartedAt: near(base.closureStartedAt ?? aboutNow, anyI64, -(2n ** 63n), I64_MAX),
            cumulativeAmount: fc.oneof(
                near(settled, anyU64, 0n, 2n ** 64n - 1n),
                near(base.deposit, anyU64, 0n, 2n ** 64n - 1n),
                fc.bigInt({ max: maxOf(settled, base.deposit), min: settled }),
            ),
            expiresAt: fc.oneof(fc.constant(0n), near(base.now, anyI64, -(2n ** 63n), I64_MAX)),
            otherChannel: anyAddress,
        });
    });
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never;

let planted = 0;

/** Puts a channel as the case has it into the simulator. */
function plant({ base, closureStartedAt }: Case): Address {
    planted += 1;
    const address = getAddressDecoder().decode(
        Uint8Array.from({ length: 32 }, (_, index) => (index < 4 ? (planted >> (8 * index)) & 0xff : 0x5a)),
    );
    if (base.account === 'absent') return address;
    const channel: ChannelArgs = {
        ...EXTRA_FIELDS,
        authorizedSigner: session.address,
        bump: 255,
        closureStartedAt: base.status === STATUSES.closing ? closureStartedAt : 0n,
        deposit: base.deposit,
        distributionHash: new Uint8Array(32),
        gracePeriod: base.gracePeriod,
        mint: addressOf(3),
        payee: payee.address,
        payer: addressOf(1),
        payerWithdrawnAt: 0n,
        salt: 1n,
        settlement: { payoutWatermark: 0n, settled: base.settled },
        status: base.status,
        version: 1,
    };
    const data = new Uint8Array(
        base.account === 'closed' ? getClosedChannelEncoder().encode({}) : getChannelEncoder().encode(channel),
    );
    simulator.svm.setAccount({
        address,
        data,
        executable: false,
        lamports: lamports(10_000_000n),
        programAddress: simulator.deployment.programAddress,
        space: BigInt(data.length),
    });
    return address;
}

function readState(address: Address): ChannelState {
    const account = simulator.svm.getAccount(address);
    return decodeChannelState(account.exists ? account : { address, exists: false }, simulator.deployment);
}

async function makeVoucher(
    { base, cumulativeAmount, expiresAt, otherChannel }: Case,
    channel: Address,
): Promise<SignedVoucher> {
    const channelId = base.isChannelRight ? channel : otherChannel;
    const signed = await signVoucher(
        { channelId, cumulativeAmount, expiresAt },
        base.isSignerRight ? session : stranger,
        DEPLOYMENT,
    );
    if (base.isSignatureRight) return signed;
    return {
        ...signed,
        signature: signed.signature.map((byte, index) => (index === 40 ? byte ^ 1 : byte)) as SignatureBytes,
    };
}

function bringIn(signed: SignedVoucher, channel: Address, instruction: VoucherInstruction): Promise<TransactionResult> {
    const { voucher } = signed;
    const { programAddress } = simulator.deployment;
    const verify = getVerifyVoucherInstruction(signed, DEPLOYMENT);
    const config = { programAddress };
    // Not the builders of the package: they refuse a voucher of another channel themselves.
    const settle = byRevision<() => Instruction>({
        epoch: () => epoch.getSettleInstruction({ channel }, config),
        tombstone: () => tombstone.getSettleInstruction({ channel, voucher }, config),
    });
    const end = byRevision<() => Instruction>({
        epoch: () => epoch.getSettleAndSealInstruction({ channel, hasVoucher: 1, payee }, config),
        tombstone: () =>
            tombstone.getSettleAndFinalizeInstruction({ channel, hasVoucher: 1, merchant: payee, voucher }, config),
    });
    return simulator.send([verify, instruction === 'settle' ? settle() : end()]);
}

/** What a verdict says will happen on chain, in the words of the simulator. */
function getPrediction(verdict: VoucherVerdict): object {
    if (verdict.kind !== 'refused') return { ok: true };
    const error = verdict.onChainError;
    if (error === undefined) throw new Error(`no rule of the server's own was given, but: ${verdict.message}`);
    if (error.kind === 'precompile') return { failure: { instructionIndex: 0 }, ok: false };
    return { failure: { ...error, instructionIndex: 1 }, ok: false };
}

describe('checkVoucher', () => {
    it(
        'agrees with the program about acceptance and error',
        async () => {
            const seen = new Map<string, number>();
            await fc.assert(
                fc.asyncProperty(anyCase, async test => {
                    const { instruction, now } = test.base;
                    simulator.setClock({ unixTimestamp: now });
                    const address = plant(test);
                    const signedVoucher = await makeVoucher(test, address);
                    const input = { channel: readState(address), instruction, signedVoucher, unixTimestamp: now };
                    const verdict = await checkVoucher(input, DEPLOYMENT);
                    const isSignatureGood = await verifyVoucher(signedVoucher, session.address, DEPLOYMENT);
                    expect(checkVoucherState(input, isSignatureGood, DEPLOYMENT)).toEqual(verdict);

                    const result = await bringIn(signedVoucher, address, instruction);
                    const isSignedBySigner = await verifyVoucher(signedVoucher, signedVoucher.signer, DEPLOYMENT);
                    if (!isSignedBySigner) {
                        // Nothing else is looked at on chain.
                        expect(verdict.kind).toBe('refused');
                        expect(result).toMatchObject({ failure: { instructionIndex: 0 }, ok: false });
                    } else {
                        expect(result).toMatchObject(getPrediction(verdict));
                    }
                    if (verdict.kind === 'accepted') {
                        const state = readState(address);
                        expect(state).toMatchObject({ channel: { settlement: { settled: verdict.watermark } } });
                        expect(verdict.watermark - test.base.settled).toBe(verdict.delta);
                    }
                    const key = verdict.kind === 'refused' ? verdict.code : verdict.kind;
                    seen.set(key, (seen.get(key) ?? 0) + 1);
                }),
                { numRuns: byDepth({ all: 250, deep: 7_500, quick: 250 }), seed: 5 },
            );
            // The cases are worth something: each verdict that the program knows comes up.
            expect([...seen.keys()].sort()).toEqual([
                'CHANNEL_MISMATCH',
                'CHANNEL_NOT_SETTLEABLE',
                'DEADLINE_PASSED',
                'EXPIRED',
                'NOT_ABOVE_SETTLED',
                'OVER_DEPOSIT',
                'SIGNATURE_INVALID',
                'SIGNER_MISMATCH',
                'accepted',
            ]);
            expect(seen.get('accepted')).toBeGreaterThan(20);
        },
        TIMEOUT,
    );

    it('takes an address that only holds lamports for an absent channel, as the program does', async () => {
        const address = addressOf(0x5b);
        simulator.setLamports(address, 1_000_000_000n);
        expect(simulator.svm.getAccount(address)).toMatchObject({ programAddress: SYSTEM_PROGRAM_ADDRESS });
        const signedVoucher = await signVoucher({ channelId: address, cumulativeAmount: 1n }, session, DEPLOYMENT);
        const verdict = await checkVoucher(
            { channel: readState(address), signedVoucher, unixTimestamp: 1n },
            DEPLOYMENT,
        );
        expect(await bringIn(signedVoucher, address, 'settle')).toMatchObject(getPrediction(verdict));
    });
});
