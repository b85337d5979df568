import {
    type Address,
    type AddressesByLookupTableAddress,
    type Commitment,
    type GetEpochInfoApi,
    type GetLatestBlockhashApi,
    type GetMultipleAccountsApi,
    type GetSignatureStatusesApi,
    type IsBlockhashValidApi,
    type SendTransactionApi,
    type TransactionSigner,
} from '@solana/kit';

import type { Split } from '../../channel/splits';
import {
    assertHasMethods,
    assertIsInput,
    readTerms,
    toAbortSignal,
    toAddress,
    toInteger,
    toList,
    toOneOf,
    toSigner,
    toU64,
} from '../../core/input';
import type { Deployment } from '../../revision/deployment';
import { keepSignedVoucher, type SignedVoucher } from '../../voucher/voucher';
import { createBoundedVerifyAll, toCallbackTimeoutMs } from '../../voucher/bounded-verifier';
import { createVoucherVerifier, type VoucherVerifier } from '../../voucher/voucher-verifier';
import type { BatchDistribution, BatchSettleOptions } from '../plan/batch-input';
import { readBatchOptions } from '../read-batch-options';
import { refuse, toOptions } from '../plan/check-options';
import { createBoundedJournal } from '../../journal/bounded-journal';
import type { BatchJournal } from '../../journal/journal';
import type { BatchProgress } from './execution-report';
import { SYSTEM_TIMERS, type Timers } from '../../sending/rpc-calls';
import { createSteadyTimers } from './steady-timers';
import { createProve, type Prove } from './verify-round';

/** A channel of a batch with one voucher of it; more vouchers of the same channel are further requests. */
export type BatchRequest = Readonly<{
    channel: Address;
    /** Voucher to settle. */
    voucher?: SignedVoucher | undefined;
    /**
     * Whether the voucher's signature is good, where that is known already; otherwise it is verified. It is verified anyway
     * where there is no time for a refusal; and, if the channel has another voucher, once a transaction fails as it would
     * for a bad signature.
     */
    isSignatureValid?: boolean | undefined;
    /** Payee of the channel, which has to sign to finalize it; the fee payer by default, where it is the payee. */
    payee?: TransactionSigner | undefined;
    /** Distribution plan, as the channel was opened with, for the modes that distribute. */
    splits?: readonly Split[] | undefined;
    /** Wallets whose share may go to the treasury for good, or `true` for all of them; none by default. */
    allowForfeit?: BatchDistribution['allowForfeit'];
}>;

/** The RPC methods that reading the channels of a batch takes. */
// An interface keeps its name wherever a type that mentions it is shown.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions, @typescript-eslint/no-empty-object-type
export interface BatchFetchApi extends GetMultipleAccountsApi {}

/** The RPC methods that executing a batch takes. */
export type BatchExecuteApi = BatchFetchApi &
    GetEpochInfoApi &
    GetLatestBlockhashApi &
    GetSignatureStatusesApi &
    IsBlockhashValidApi &
    SendTransactionApi;

/** Price of a compute unit in micro-lamports; a function is asked before every round of planning. */
export type ComputeUnitPriceInput =
    | bigint
    | number
    | ((round: Readonly<{ round: number; expired: number }>) => Promise<bigint | number> | bigint | number);

/** How to execute a batch; everything but the journal and what a plan needs has a default. */
export type BatchExecuteOptions = Omit<
    BatchSettleOptions,
    'computeUnitPrice' | 'feePayer' | 'funder' | 'isLastTry' | 'lookupTables' | 'unixTimestamp'
> &
    Readonly<{
        feePayer: TransactionSigner;
        /** Pays the rent of token accounts that are created; the fee payer by default. */
        funder?: TransactionSigner | undefined;
        /** Contents of lookup tables that version 0 may use. */
        lookupTables?: AddressesByLookupTableAddress | undefined;
        /** Records what is sent, and who may send. All executors that may get the same channels share it. */
        journal: BatchJournal;
        /**
         * Name of this executor in the journal, at most 200 characters. A random part is added, so that two executions of
         * the same name keep off each other's channels too; so does a restart.
         */
        owner?: string | undefined;
        /** Milliseconds for which a lease is taken, 300,000 by default; it is renewed in time. */
        leaseMs?: number | undefined;
        /**
         * Milliseconds to wait, once nothing else is left to do, for channels that somebody else has leased; 0 by default.
         * An owner renews its leases as long as it is at work. Those of one that was killed end after its `leaseMs`.
         */
        leaseWaitMs?: number | undefined;
        /**
         * Price of a compute unit in micro-lamports (u64), or a function that says what it is now. The function gets the
         * number of rounds of planning and of transactions that have expired, so that it can bid more.
         */
        computeUnitPrice?: ComputeUnitPriceInput | undefined;
        /** Largest number of transactions under way at the same time, 16 by default. */
        concurrency?: number | undefined;
        /**
         * How final a transaction, and what is read, has to be; `confirmed` by default. A `processed` transaction can
         * still be dropped with its fork, after it was reported as landed.
         */
        commitment?: Commitment | undefined;
        /**
         * Number of transactions that may fail to land before their channel is abandoned, 5 by default. A channel with less
         * time left than the margin is tried as long as the chain takes it.
         */
        maxAttempts?: number | undefined;
        /** Milliseconds between two polls of the transactions under way, 1,000 by default. */
        pollIntervalMs?: number | undefined;
        /** Milliseconds after which a transaction without a status is sent again, 4,000 by default. */
        resendIntervalMs?: number | undefined;
        /** Milliseconds that a request to the RPC may take, 15,000 by default. */
        requestTimeoutMs?: number | undefined;
        /**
         * Milliseconds that a signer may take, 60,000 by default: a transaction that is signed any later would be refused
         * for its old blockhash.
         */
        signTimeoutMs?: number | undefined;
        /**
         * Milliseconds after which the execution stops if the RPC does not answer, refuses to answer one question, or shows
         * no new block; 120,000 by default.
         */
        patienceMs?: number | undefined;
        /**
         * Milliseconds that each call of the journal and of the function for the price may take, and the verifier for each
         * thousand vouchers; 30,000 by default. After that the execution stops; its result has what was done and what is
         * under way. Later answers are ignored, and leases that they grant are given back.
         */
        callbackTimeoutMs?: number | undefined;
        /**
         * Milliseconds after which the execution stops for a transaction that is neither on chain nor proved to have
         * expired, 900,000 by default: a blockhash is good for about a minute. It is `unknown`, and open in the journal.
         */
        followTimeoutMs?: number | undefined;
        /** Milliseconds after which transactions that are not sent yet are read and planned again, 30,000 by default. */
        roundMs?: number | undefined;
        /** Verifies the vouchers; one on Web Crypto by default. */
        verifier?: VoucherVerifier | undefined;
        /**
         * Called with every step. If it throws or rejects, the execution ends as with `abortSignal`. Its promise is not
         * awaited.
         */
        onProgress?: ((progress: BatchProgress) => void) | undefined;
        /**
         * Once it is aborted, nothing more is signed or sent for the first time, and no callback is awaited. Transactions
         * under way are followed to their end, and sent again where a node has dropped them: for a minute or two, for
         * `patienceMs` if the RPC is gone, for `followTimeoutMs` at most.
         */
        abortSignal?: AbortSignal | undefined;
        /** Time, for tests that have their own. A sleep that never ends, or a clock that is set back, does no harm. */
        timers?: Timers | undefined;
    }>;

/** Options once they are checked. */
export type CheckedExecuteOptions = Readonly<{
    plan: Omit<BatchSettleOptions, 'computeUnitPrice' | 'unixTimestamp'> & Readonly<{ feePayer: TransactionSigner }>;
    /** Whether the mode distributes, and so needs the splits. */
    distributes: boolean;
    journal: Required<BatchJournal>;
    owner: string;
    /** A channel with less time left than this is tried until it is over. */
    lateMs: number;
    leaseMs: number;
    leaseWaitMs: number;
    callbackTimeoutMs: number;
    computeUnitPrice: ComputeUnitPriceInput | undefined;
    concurrency: number;
    commitment: Commitment;
    maxAttempts: number;
    pollIntervalMs: number;
    resendIntervalMs: number;
    requestTimeoutMs: number;
    followTimeoutMs: number;
    patienceMs: number;
    roundMs: number;
    signTimeoutMs: number;
    verifier: Pick<VoucherVerifier, 'verifyAll'>;
    /** Verifies vouchers that were believed to be good, and that the chain did not take. */
    prove: Prove;
    onProgress: ((progress: BatchProgress) => void) | undefined;
    abortSignal: AbortSignal | undefined;
    timers: Timers;
}>;

const COMMITMENTS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];
const MAX_CONCURRENCY = 1_000n;
/** The journal has room for the random part as well. */
const MAX_OWNER_LENGTH = 200;
const MAX_ATTEMPTS = 1_000n;
const MAX_MS = 86_400_000n;
const JOURNAL_FUNCTIONS = ['acquire', 'getUnresolved', 'recordOutcome', 'recordSent', 'release'] as const;

/** @throws As `executeBatchSettle`, by field. */
export function toExecuteOptions(given: BatchExecuteOptions, deployment: Deployment): CheckedExecuteOptions {
    const options = readBatchOptions(given, 'INPUT_INVALID');
    const { abortSignal, commitment = 'confirmed', journal, onProgress, owner, timers = SYSTEM_TIMERS } = options;
    toOneOf('commitment', commitment, COMMITMENTS, 'BATCH_INVALID');
    assertIsInput('journal', journal);
    assertHasMethods('journal', journal, JOURNAL_FUNCTIONS, 'BATCH_INVALID');
    toAbortSignal('abortSignal', abortSignal);
    if (onProgress !== undefined && typeof onProgress !== 'function') refuse('onProgress', onProgress, 'a function');
    if (owner !== undefined && (typeof owner !== 'string' || owner === '' || owner.length > MAX_OWNER_LENGTH)) {
        refuse('owner', owner, `a name of 1 to ${MAX_OWNER_LENGTH} characters`);
    }
    const { computeUnitPrice: price, concurrency = 16, maxAttempts = 5 } = options;
    if (price !== undefined && typeof price !== 'function') toU64('computeUnitPrice', price);
    const toMs = (field: keyof BatchExecuteOptions, fallback: number, min = 0n) =>
        Number(toInteger(field, options[field] === undefined ? fallback : options[field], min, MAX_MS));
    const { addresses, computeUnitLimit, funder, lookupTables, marginSeconds, missingTokenAccounts, mode, version } =
        options;
    const { maxPayerTokenAccounts } = options;
    const plan = {
        addresses,
        computeUnitLimit,
        feePayer: toSigner('feePayer', options.feePayer),
        funder: funder === undefined ? undefined : toSigner('funder', funder),
        lookupTables,
        marginSeconds,
        maxPayerTokenAccounts,
        missingTokenAccounts,
        mode,
        version,
    };
    const { verifier = createVoucherVerifier(deployment) } = options;
    assertHasMethods('verifier', verifier, ['verifyAll'], 'BATCH_INVALID');
    const callbackTimeoutMs = toCallbackTimeoutMs(options.callbackTimeoutMs);
    const bounded = { verifyAll: createBoundedVerifyAll(verifier, callbackTimeoutMs, abortSignal) };
    // Options that the planner would refuse in every round are refused before the first.
    const { distributes, marginSeconds: lateSeconds } = toOptions({
        ...plan,
        computeUnitPrice: typeof price === 'function' ? 1n : price,
        unixTimestamp: 0n,
    });
    return {
        abortSignal,
        commitment,
        computeUnitPrice: price,
        distributes,
        concurrency: Number(toInteger('concurrency', concurrency, 1n, MAX_CONCURRENCY)),
        callbackTimeoutMs,
        journal: createBoundedJournal(journal, callbackTimeoutMs, abortSignal),
        lateMs: 1_000 * lateSeconds,
        leaseMs: toMs('leaseMs', 300_000, 1n),
        leaseWaitMs: toMs('leaseWaitMs', 0),
        followTimeoutMs: toMs('followTimeoutMs', 900_000, 1n),
        maxAttempts: Number(toInteger('maxAttempts', maxAttempts, 1n, MAX_ATTEMPTS)),
        onProgress,
        owner: `${owner ?? 'executor'} ${crypto.randomUUID()}`,
        patienceMs: toMs('patienceMs', 120_000),
        plan,
        pollIntervalMs: toMs('pollIntervalMs', 1_000),
        requestTimeoutMs: toMs('requestTimeoutMs', 15_000, 1n),
        resendIntervalMs: toMs('resendIntervalMs', 4_000),
        roundMs: toMs('roundMs', 30_000, 1n),
        signTimeoutMs: toMs('signTimeoutMs', 60_000, 1n),
        timers: createSteadyTimers(timers, callbackTimeoutMs),
        prove: createProve(bounded, callbackTimeoutMs, abortSignal, deployment),
        verifier: bounded,
    };
}

/** The requests of a batch, checked as far as they can be without the chain. */
export function toRequests(requests: readonly BatchRequest[]): readonly BatchRequest[] {
    const expected = 'an array of { channel, voucher, … }';
    return toList('requests', requests, expected, (item, field) => toRequest(item, field), 'BATCH_INVALID');
}

const OPTIONAL_REQUEST_NAMES = ['allowForfeit', 'isSignatureValid', 'payee', 'splits', 'voucher'] as const;
const REQUEST_NAMES = /* @__PURE__ */ (() => ['channel', ...OPTIONAL_REQUEST_NAMES] as const)();

function toRequest(item: unknown, field: string): BatchRequest {
    // Other members are the application's own.
    const request = readTerms(field, item as BatchRequest, REQUEST_NAMES, OPTIONAL_REQUEST_NAMES, 'BATCH_INVALID');
    const { payee, voucher } = request;
    if (payee !== undefined) toSigner(`${field}.payee`, payee);
    return Object.freeze({
        ...request,
        channel: toAddress(`${field}.channel`, request.channel),
        // A copy: the voucher that is verified is the one that is sent. Planning reports what is wrong with it, or with its
        // verdict, since that concerns its channel only.
        voucher: keepSignedVoucher(voucher),
    });
}
