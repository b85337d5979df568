import type { GetMultipleAccountsApi, Rpc } from '@solana/kit';

import type { Deployment } from '../../revision/deployment';
import { assertHasMethods } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import { BatchExecutor } from './executor';
import type { BatchExecution } from './execution-report';
import {
    toExecuteOptions,
    toRequests,
    type BatchExecuteApi,
    type BatchExecuteOptions,
    type BatchRequest,
} from './execute-options';

/** Without isBlockhashValid, which not every RPC serves. */
const RPC_METHODS: readonly (keyof Rpc<BatchExecuteApi>)[] = [
    'getEpochInfo',
    'getLatestBlockhash',
    'getMultipleAccounts',
    'getSignatureStatuses',
    'sendTransaction',
];

/**
 * Settles the vouchers of many channels: reads the channels, plans, signs, sends and confirms, and plans again what did not
 * land, until everything is done that can be done (docs/program.md, sections 7.2, 7.4, 7.6 and 7.8).
 *
 * It resolves with the result of each channel, and does not reject once it has begun to send: an `abortSignal`, an RPC that
 * is gone or a fee payer that can't pay end it early, with everything that is known in the result. An RPC that does not
 * answer is asked again, and `onProgress` gets `retrying`.
 *
 * - Every transaction that was sent is followed until it has landed, failed, or can't land any more. If no node knows it
 *   after its blockhash has expired, the amounts of its channels tell whether it has landed, before anything of it is sent
 *   again; a channel that is gone tells nothing.
 * - No channel is ended below its best voucher, unless that one can never be settled; and an obstacle to a payout keeps no
 *   voucher waiting (see {@link planBatchSettle}).
 * - When a transaction fails, the channel that it fails for is read again and tried alone, once; the others continue without
 *   it. Nodes simulate first, so that a failure costs nothing unless the channel changes on the way.
 * - Every transaction is in the journal before it is sent. After a crash, the same call with the same journal continues: it
 *   first finds out how the transactions ended that were under way.
 * - Executors that share a journal never work on the same channel at the same time. A channel that is leased elsewhere is
 *   reported with the end of its lease, or waited for with `leaseWaitMs`.
 * - It ends, whatever the RPC, the journal, the signers, the verifier, the function for the price or the clock do: each is
 *   waited for no longer than the options say.
 *
 * @throws Before anything is sent: `BATCH_INVALID`, `ADDRESS_INVALID`, `INPUT_INVALID`, `SIGNER_INVALID`,
 * `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field; and errors of the journal while it takes the leases and tells
 * what is under way. A malformed voucher, or malformed splits, make their channel `unreadable`.
 *
 * @example
 * ```ts
 * const requests = vouchers.map(voucher => ({ channel: voucher.voucher.channelId, voucher }));
 * const options = { feePayer: merchant, journal, mode: 'settle', version: 1 } as const;
 * const { channels } = await executeBatchSettle(rpc, requests, options, MAINNET_DEPLOYMENT);
 * for (const { channel, skipped, status } of channels) {
 *     if (status !== 'done') console.warn(channel, status, skipped);
 * }
 * ```
 */
export async function executeBatchSettle<TRevision extends RevisionName>(
    rpc: Rpc<BatchExecuteApi & GetMultipleAccountsApi>,
    requests: readonly BatchRequest[],
    options: BatchExecuteOptions,
    deployment: Deployment<TRevision>,
): Promise<BatchExecution> {
    const checked = toExecuteOptions(options, deployment);
    const all = toRequests(requests);
    // At once, and not after the patience for a node that does not answer.
    assertHasMethods('rpc', rpc, RPC_METHODS);
    return await new BatchExecutor(rpc, all, checked, deployment).run();
}
