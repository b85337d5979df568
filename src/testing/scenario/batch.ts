import type { Address } from '@solana/kit';

import { TRANSACTION_FAILED } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { createMemoryJournal } from '../../journal/memory-journal';
import type { RevisionName } from '../../revision/revision-types';
import type { Timers } from '../../sending/rpc-calls';
import { executeBatchSettle } from '../../settlement/executor/execute-batch-settle';
import type { SignedVoucher } from '../../voucher/voucher';
import type { TransactionReport } from '../result';
import { createSimulatorRpc } from '../rpc';
import type { Simulator } from '../simulator';
import type { Books } from './books';
import type { ChannelAction } from './report';
import type { ScenarioBatchMode } from './scenario';
import type { WorldChannel, WorldParty } from './world';

/** A batch to settle. */
type Batch = Readonly<{
    by: WorldParty;
    channels: readonly WorldChannel[];
    latest: ReadonlyMap<WorldChannel, SignedVoucher>;
    mode: ScenarioBatchMode;
    /** The step, for errors. */
    path: string;
}>;

/** What came of a batch, transaction by transaction and channel by channel. */
type SettledBatch = Readonly<{
    transactions: readonly Readonly<{
        channels: readonly string[];
        feePayer: Address;
        label: string;
        result: TransactionReport;
    }>[];
    channels: readonly Readonly<{
        actions: readonly ChannelAction[];
        channel: WorldChannel;
        receivers: ReadonlySet<WorldParty>;
        settled: bigint | undefined;
    }>[];
}>;

/**
 * Settles channels through the executor, one transaction after the other, so that the same seed gives the same signatures.
 *
 * @throws `TRANSACTION_FAILED` for a channel that was not done.
 */
export async function settleBatch(
    simulator: Simulator<RevisionName>,
    { by, channels, latest, mode, path }: Batch,
    books: Books,
): Promise<SettledBatch> {
    const channelOf = new Map<Address, WorldChannel>();
    for (const channel of channels) channelOf.set(books.of(channel).place!.address, channel);
    const receivers = new Map<WorldChannel, ReadonlySet<WorldParty>>();
    for (const channel of channels) receivers.set(channel, await books.readReceivers(channel));
    const requests = [...channelOf].map(([channel, { payee, splits }]) => {
        return { channel, payee: payee.wallet!, splits, voucher: latest.get(channelOf.get(channel)!) };
    });
    const options = {
        concurrency: 1,
        feePayer: by.wallet!,
        journal: createMemoryJournal(),
        mode,
        timers: createInstantTimers(),
    };
    const rpc = createSimulatorRpc(simulator);
    const execution = await executeBatchSettle(rpc, requests, options, simulator.deployment);
    for (const { channel, skipped, status } of execution.channels) {
        if (status === 'done' && skipped.length === 0) continue;
        const codes = skipped.map(({ reason }) => reason.code).join(', ');
        const reason = `${path}, batchSettle: ${channelOf.get(channel)!.name} is ${status} ${codes}`.trimEnd();
        throw new PaymentChannelsError(TRANSACTION_FAILED, { logs: [], reason });
    }
    return {
        channels: execution.channels.map(({ actions, channel, settledAmount }) => {
            const of = channelOf.get(channel)!;
            return { actions, channel: of, receivers: receivers.get(of)!, settled: settledAmount };
        }),
        transactions: execution.transactions.map(({ channels: addresses, signature }) => {
            const count = addresses.length;
            return {
                channels: addresses.map(address => channelOf.get(address)!.name),
                feePayer: by.address,
                label: `batchSettle (${count === 1 ? '1 channel' : `${count} channels`})`,
                result: simulator.getExecutedTransaction(signature)!.result,
            };
        }),
    };
}

/** Time that passes as soon as somebody waits for it; that of the simulator stands still. */
function createInstantTimers(): Timers {
    let now = 0;
    return {
        now: () => now,
        sleep: async milliseconds => {
            await new Promise(resolve => {
                setImmediate(resolve);
            });
            now += milliseconds;
        },
    };
}
