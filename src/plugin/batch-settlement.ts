import { type ClientWithPayer, type ClientWithRpc, type Commitment, type ExtendedClient, type Rpc } from '@solana/kit';

import { toResult } from '../core/json-form';
import type { Deployment } from '../revision/deployment';
import { extendClient } from '../core/extend-client';
import { assertIsInput, readDeeply, readOnlyMembers, readTerms, refuseInput } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import type { BatchSettleOptions } from '../settlement/plan/batch-input';
import type { BatchPlan } from '../settlement/plan/batch-plan';
import { executeBatchSettle } from '../settlement/executor/execute-batch-settle';
import { fetchBatchItems, type FetchedBatch } from '../settlement/executor/fetch-batch-items';
import type { BatchJournal } from '../journal/journal';
import type { BatchExecution } from '../settlement/executor/execution-report';
import type { BatchExecuteApi, BatchExecuteOptions, BatchRequest } from '../settlement/executor/execute-options';
import { planBatchSettleAsync } from '../settlement/plan/plan-batch-settle';
import { createVoucherVerifier, type VoucherVerifier } from '../voucher/voucher-verifier';

/** The client that the plugin needs. After the plugin of payment channels it uses that one's deployment. */
export type BatchSettlementRequirements = ClientWithPayer &
    ClientWithRpc<BatchExecuteApi> &
    Readonly<{
        deployment?: Deployment;
        paymentChannels?: Readonly<{ deployment: Deployment }>;
    }>;

/** Config of the plugin. */
export type BatchSettlementConfig = Readonly<{
    /** Where what is sent is recorded: shared by all that may execute the same channels. */
    journal: BatchJournal;
    /** Verifies the vouchers; one on Web Crypto by default. */
    verifier?: VoucherVerifier | undefined;
    /** Commitment for reading and sending; `confirmed` by default. */
    commitment?: Commitment | undefined;
}>;

/** The revision of the program that a client is for. */
export type RevisionOfClient<TClient> = TClient extends {
    paymentChannels: { deployment: Deployment<infer TRevision> };
}
    ? TRevision
    : TClient extends { deployment: Deployment<infer TRevision> }
      ? TRevision
      : never;

/** The plugin's additions, as `client.batchSettlement`; the client's payer pays the fees. */
export type BatchSettlement<TRevision extends RevisionName> = Readonly<{
    /** As `executeBatchSettle`. */
    execute: (
        requests: readonly BatchRequest[],
        options: Omit<BatchExecuteOptions, 'commitment' | 'feePayer' | 'journal' | 'verifier'>,
    ) => Promise<BatchExecution>;
    /** The first plan of `execute` and the channels read for it: `fetchBatchItems` and `planBatchSettleAsync`. */
    plan: (
        requests: readonly BatchRequest[],
        options: Omit<BatchSettleOptions, 'feePayer' | 'unixTimestamp'> &
            Readonly<{ callbackTimeoutMs?: number | undefined }>,
    ) => Promise<Readonly<{ fetched: FetchedBatch<TRevision>; plan: BatchPlan }>>;
}>;

/**
 * A client plugin that settles the vouchers of many channels, as `client.batchSettlement`. It is apart from that of
 * payment channels, so that an application that settles none does not carry it.
 *
 * @throws `INPUT_INVALID` for a config that is none; what it adds throws as the functions that it calls.
 *
 * @example
 * ```ts
 * import { batchSettlement, payer, paymentChannels, rpc, transactionSending } from 'solana-payment-channels/kit';
 *
 * const client = createClient()
 *     .use(payer(merchant))
 *     .use(rpc(createSolanaRpc(url)))
 *     .use(transactionSending())
 *     .use(paymentChannels({ deployment: MAINNET_DEPLOYMENT }))
 *     .use(batchSettlement({ journal }));
 * const { channels } = await client.batchSettlement.execute(requests, { mode: 'settle', version: 1 });
 * ```
 */
export function batchSettlement(config: BatchSettlementConfig) {
    const members = { commitment: true, journal: true, verifier: true } as const;
    const given = readOnlyMembers('config', config, members);
    return <TClient extends BatchSettlementRequirements>(
        client: TClient,
    ): ExtendedClient<TClient, { batchSettlement: BatchSettlement<RevisionOfClient<TClient>> }> =>
        extendClient(client, {
            batchSettlement: createBatchSettlement(client, given) as BatchSettlement<RevisionOfClient<TClient>>,
        });
}

const EXPECTED = 'a deployment, of the client or of the plugin of payment channels before this one';

function createBatchSettlement(
    client: BatchSettlementRequirements,
    { commitment, journal, verifier: given }: BatchSettlementConfig,
): BatchSettlement<RevisionName> {
    const { paymentChannels, rpc, ...ofClient } = readTerms(
        'client',
        client,
        ['deployment', 'paymentChannels', 'rpc'],
        ['deployment', 'paymentChannels'],
    );
    const deployment = paymentChannels?.deployment ?? ofClient.deployment;
    if (deployment === undefined) return refuseInput('client.deployment', EXPECTED, deployment);
    const verifier = given ?? createVoucherVerifier(deployment);
    const api: Rpc<BatchExecuteApi> = rpc;
    return Object.freeze<BatchSettlement<RevisionName>>({
        execute: async (requests, options) => {
            const { payer: feePayer } = client;
            const own = copyOptions(options, ['commitment', 'feePayer', 'journal', 'verifier']);
            const all = { ...own, commitment, feePayer, journal, verifier };
            return await executeBatchSettle<RevisionName>(api, requests, all, deployment);
        },
        plan: async (requests, options) => {
            const given = copyOptions(options, ['feePayer', 'unixTimestamp', 'verifier']);
            const { addresses } = given;
            const fetched = await fetchBatchItems<RevisionName>(api, requests, deployment, { addresses, commitment });
            const { items, unixTimestamp } = fetched;
            const all = { ...given, feePayer: client.payer, unixTimestamp, verifier };
            return toResult({ fetched, plan: await planBatchSettleAsync<RevisionName>(items, all, deployment) });
        },
    });
}

/**
 * Options of a call.
 *
 * @param ofClient What the client says: an option that says something else would be passed over.
 */
function copyOptions<T extends object>(options: T, ofClient: readonly string[]): T {
    assertIsInput('options', options);
    const copied = readDeeply('options', 'an object whose members can be read', options, () => ({ ...options }));
    for (const name of ofClient) {
        if (name in copied) refuseInput(`options.${name}`, 'left out, since it is that of the client', 'a value');
    }
    return copied;
}
