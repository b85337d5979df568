import type { GetMultipleAccountsApi, Rpc } from '@solana/kit';

import type { Deployment } from '../../revision/deployment';
import { assertHasMethods } from '../../core/input';
import type { RevisionName } from '../../revision/types';
import { BatchExecutor } from './executor';
import type { BatchExecution } from './report';
import {
    toExecuteOptions,
    toRequests,
    type BatchExecuteApi,
    type BatchExecuteOptions,
    type BatchRequest,
} from './request';

/** Without isBlockhashValid, which is asked where it is served. */
const RPC_METHODS: readonly (keyof Rpc<BatchExecuteApi>)[] = [
    'getEpochInfo',
    'getLatestBlockhash',
    'getMultipleAccounts',
    'getSignatureStatuses',
    'sendTransaction',
];

/**
 * Brings the vouchers of many channels on chain: reads the channels, plans, signs, sends and confirms, and plans again
 * what did not land, until everything is done that can be done (docs/program.md, sections 7.2, 7.4, 7.6 and 7.8).
 *
 * It resolves with what has become of each channel, and does not reject once it has begun to send: an `abortSignal`, an
 * RPC that is gone or a fee payer without means end it early, with everything that is known in the result. As long as an
 * RPC does not answer it is asked again, and `onProgress` hears of `retrying`.
 *
 * - Every transaction that was sent is followed until it has landed, failed, or can't land any more. One that no node
 *   knows after its blockhash has expired is looked up in the channels themselves before anything of it is sent again:
 *   their numbers tell, and a channel that is gone tells nothing.
 * - No channel is ended below the best voucher that was given of it, unless that one can never be brought in; and what
 *   keeps a payout from being made keeps no voucher waiting (see {@link planBatchSettle}).
 * - A transaction that fails blames one of its channels: that one is read again and tried alone, once, and the others go
 *   on without it. Nodes simulate first, so that what fails costs nothing unless the channel changes on the way.
 * - What is sent is in the journal before. After a crash, the same call with the same journal goes on where it was: it
 *   first settles what has become of what was under way.
 * - Executors that share a journal never work on the same channel at the same time. What others have leased is reported
 *   with the time until when, or waited for with `leaseWaitMs`.
 * - It ends, whatever the RPC, the journal, the signers, the verifier, the function for the price or the clock do or leave
 *   undone: each is waited for as long as the options say.
 *
 * @throws Before anything is sent: `BATCH_INVALID`, `ADDRESS_INVALID`, `INPUT_INVALID`, `SIGNER_INVALID`,
 * `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field; and what the journal throws for taking the leases and for
 * telling what is under way. A voucher or splits that are malformed make their channel `unreadable`.
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
    // Whoever has no node is told at once, and not after the patience for one that does not answer.
    assertHasMethods('rpc', rpc, RPC_METHODS);
    return await new BatchExecutor(rpc, all, checked, deployment).run();
}
