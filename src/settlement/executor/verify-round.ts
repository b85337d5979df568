import type { Address } from '@solana/kit';

import type { Deployment } from '../../revision/deployment';
import { isPaymentChannelsError, type PaymentChannelsError } from '../../core/errors';
import type { RevisionName } from '../../revision/revision-types';
import { createBoundedVerifyAll } from '../../voucher/bounded-verifier';
import { createVoucherVerifier, type VoucherVerification, type VoucherVerifier } from '../../voucher/voucher-verifier';
import { toSignedVoucher } from '../../voucher/voucher';
import { isLate } from '../plan/deadlines';
import type { ChannelTask } from './channel-task';
import type { FetchedBatch } from './fetch-batch-items';

/** Whether the signature of a request's voucher is good, by place of the request: it is verified once. */
export type Verdicts = ReadonlyMap<number, boolean>;

/** The knowledge about the vouchers of a round. */
export type Verification = Readonly<{
    /** The new verdicts. */
    verdicts: Verdicts;
    /** Channels with a request that can't be read. */
    unreadable: ReadonlyMap<Address, PaymentChannelsError>;
    /** Channels whose vouchers were doubted, and whether one of them is bad. */
    proved: ReadonlyMap<Address, 'bad' | 'good'>;
    /** Channels whose vouchers were doubted, where no verifier could tell. */
    unproved: ReadonlyMap<Address, unknown>;
    /** Why the others could not be verified. */
    failure: Readonly<{ error: unknown }> | undefined;
}>;

/** A voucher to verify, of a request. */
type Open = Readonly<{ channel: Address; requestIndex: number; verification: VoucherVerification }>;

/** Verifies without asking who was believed before; a failure to verify is an error, and no bad signature. */
export type Prove = VoucherVerifier['verifyAll'];

/**
 * Verifies the vouchers that have not been verified yet.
 *
 * What the caller says of a signature is believed, until a transaction fails as it would for a bad one: then every voucher
 * of a channel that has several is proved. Where there is no time for a refusal, nothing is believed that can be proved.
 *
 * @param known Verdicts so far.
 * @param marginSeconds How little time that is.
 */
export async function verifyRound(
    tasks: readonly Pick<ChannelTask, 'channel' | 'trust'>[],
    batch: FetchedBatch<RevisionName>,
    known: Verdicts,
    verifier: Pick<VoucherVerifier, 'verifyAll'>,
    prove: Prove = verifier.verifyAll,
    marginSeconds = 0,
): Promise<Verification> {
    const verdicts = new Map<number, boolean>();
    const isDoubted = new Map(tasks.map(({ channel, trust }) => [channel, trust === 'doubted']));
    const unreadable = new Map(batch.unreadable.map(({ channel, error }) => [channel, error]));
    const [doubted, late, unverified]: readonly Open[][] = [[], [], []];
    const time = { marginSeconds, now: batch.unixTimestamp };
    for (const [index, { channel, isSignatureValid, voucher }] of batch.items.entries()) {
        const requestIndex = batch.requestIndexes[index]!;
        const { address } = channel;
        if (voucher === undefined || (known.has(requestIndex) && !isDoubted.get(address))) continue;
        try {
            toSignedVoucher(voucher);
        } catch (error) {
            if (!isPaymentChannelsError(error)) throw error;
            unreadable.set(address, error);
            continue;
        }
        if (!('channel' in channel)) continue;
        const { authorizedSigner } = channel.channel;
        const open = { channel: address, requestIndex, verification: { authorizedSigner, signedVoucher: voucher } };
        if (isDoubted.get(address)) doubted!.push(open);
        else if (isSignatureValid === undefined) unverified!.push(open);
        else {
            verdicts.set(requestIndex, isSignatureValid);
            const isUrgent = 'kind' in channel && isLate(channel, voucher, time);
            if (isSignatureValid === true && isUrgent) late!.push(open);
        }
    }
    const doubts = await proveDoubted(doubted!, verdicts, prove);
    // Whoever said that they are good may be right, where nobody can prove it.
    await decide(late!, verdicts, prove).catch(() => undefined);
    const failure = await decide(unverified!, verdicts, verifier.verifyAll).then(
        () => undefined,
        (error: unknown) => ({ error }),
    );
    return { ...doubts, failure, unreadable, verdicts };
}

async function decide(vouchers: readonly Open[], verdicts: Map<number, boolean>, verifyAll: Prove): Promise<void> {
    if (vouchers.length === 0) return;
    const answers = await verifyAll(vouchers.map(({ verification }) => verification));
    for (const [place, { requestIndex }] of vouchers.entries()) verdicts.set(requestIndex, answers[place]!);
}

async function proveDoubted(vouchers: readonly Open[], verdicts: Map<number, boolean>, prove: Prove) {
    const proved = new Map<Address, 'bad' | 'good'>();
    const unproved = new Map<Address, unknown>();
    try {
        await decide(vouchers, verdicts, prove);
        for (const { channel, requestIndex } of vouchers) {
            const isBad = verdicts.get(requestIndex) === false || proved.get(channel) === 'bad';
            proved.set(channel, isBad ? 'bad' : 'good');
        }
    } catch (error) {
        // Others have nothing to do with it.
        for (const { channel } of vouchers) unproved.set(channel, error);
    }
    return { proved, unproved };
}

/**
 * Verifies with the platform's own crypto rather than the given verifier; with that one where the platform can't.
 *
 * @throws The error of the platform's crypto, if both fail.
 */
export function createProve(
    verifier: Pick<VoucherVerifier, 'verifyAll'>,
    milliseconds: number,
    abortSignal: AbortSignal | undefined,
    deployment: Deployment,
): Prove {
    const proveOurselves = createBoundedVerifyAll(createVoucherVerifier(deployment), milliseconds, abortSignal);
    return async vouchers => {
        try {
            return await proveOurselves(vouchers);
        } catch (error) {
            return await verifier.verifyAll(vouchers).catch(() => {
                throw error;
            });
        }
    };
}
