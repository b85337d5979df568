import type { Deployment } from '../../revision/deployment';
import { isPaymentChannelsError, type PaymentChannelsError } from '../../core/errors';
import type { RevisionName } from '../../revision/types';
import { createBoundedVerifyAll } from '../../voucher/bounded-verifier';
import { createVoucherVerifier, type VoucherVerification, type VoucherVerifier } from '../../voucher/verifier';
import { toSignedVoucher } from '../../voucher/voucher';
import { isLate } from '../plan/select';
import type { ChannelTask } from './channel-task';
import type { FetchedBatch } from './fetch-batch-items';

/** What is verified once is not verified again: by place of the request. */
export type Verdicts = Map<number, boolean>;

/** A voucher to verify, of a request. */
type Open = Readonly<{ requestIndex: number; task: ChannelTask; verification: VoucherVerification }>;

/** Verifies without asking who was believed before; what can't be said is an error, and no bad signature. */
export type Prove = VoucherVerifier['verifyAll'];

/**
 * Verifies the vouchers that have not been verified yet. A task whose channel or voucher can't be read gets that as its
 * status.
 *
 * What the caller says of a signature is believed, until a transaction fails as it would for a bad one: then every voucher
 * of a channel that has several is proved, and its task has failed where that can't be done. Where a refusal would cost time
 * that there isn't, nothing is believed that can be proved.
 *
 * @param marginSeconds How little time that is.
 * @throws What the verifier throws.
 */
export async function verifyRound(
    tasks: readonly ChannelTask[],
    batch: FetchedBatch<RevisionName>,
    verdicts: Verdicts,
    verifier: Pick<VoucherVerifier, 'verifyAll'>,
    prove: Prove = verifier.verifyAll,
    marginSeconds = 0,
): Promise<void> {
    const byChannel = new Map(tasks.map(task => [task.channel, task]));
    for (const { channel, error } of batch.unreadable) giveUp(byChannel.get(channel)!, error);
    const [doubted, late, unverified]: readonly Open[][] = [[], [], []];
    const time = { marginSeconds, now: batch.unixTimestamp };
    for (const [index, { channel, isSignatureValid, voucher }] of batch.items.entries()) {
        const requestIndex = batch.requestIndexes[index]!;
        const task = byChannel.get(channel.address)!;
        if (voucher === undefined || (verdicts.has(requestIndex) && !task.isDoubted)) continue;
        try {
            toSignedVoucher(voucher);
        } catch (error) {
            if (!isPaymentChannelsError(error)) throw error;
            giveUp(task, error);
            continue;
        }
        if (!('channel' in channel)) continue;
        const { authorizedSigner } = channel.channel;
        const open = { requestIndex, task, verification: { authorizedSigner, signedVoucher: voucher } };
        if (task.isDoubted) doubted!.push(open);
        else if (isSignatureValid === undefined) unverified!.push(open);
        else {
            verdicts.set(requestIndex, isSignatureValid);
            const isUrgent = 'kind' in channel && isLate(channel, voucher, time);
            if (isSignatureValid === true && isUrgent) late!.push(open);
        }
    }
    await proveDoubted(doubted!, verdicts, prove);
    // Whoever said that they are good may be right, where nobody can prove it.
    await decide(late!, verdicts, prove).catch(() => undefined);
    await decide(unverified!, verdicts, verifier.verifyAll);
}

async function decide(vouchers: readonly Open[], verdicts: Verdicts, verifyAll: Prove): Promise<void> {
    if (vouchers.length === 0) return;
    const answers = await verifyAll(vouchers.map(({ verification }) => verification));
    for (const [place, { requestIndex }] of vouchers.entries()) verdicts.set(requestIndex, answers[place]!);
}

async function proveDoubted(vouchers: readonly Open[], verdicts: Verdicts, prove: Prove): Promise<void> {
    try {
        await decide(vouchers, verdicts, prove);
        for (const { requestIndex, task } of vouchers) {
            task.isDoubted = false;
            task.isProved = true;
            if (verdicts.get(requestIndex) === false) task.isDisproved = true;
        }
    } catch (error) {
        // Others have nothing to do with it.
        for (const { task } of vouchers) {
            task.error = error;
            task.status ??= 'failed';
        }
    }
}

/**
 * Proves signatures by the platform's own crypto, whoever is asked otherwise; by that one where the platform can't.
 *
 * @throws What the platform's failed for, where neither says anything.
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

export function giveUp(task: ChannelTask, error: PaymentChannelsError): void {
    task.error = error;
    task.status = 'unreadable';
}
