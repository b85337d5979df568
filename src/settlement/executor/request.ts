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

import type { Split } from '../../channel/distribution';
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
import { createVoucherVerifier, type VoucherVerifier } from '../../voucher/verifier';
import type { BatchDistribution, BatchSettleOptions } from '../plan/batch';
import { readBatchOptions } from '../option-names';
import { refuse, toOptions } from '../plan/options';
import { createBoundedJournal } from '../../journal/bounded-journal';
import type { BatchJournal } from '../../journal/journal';
import type { BatchProgress } from './report';
import { SYSTEM_TIMERS, type Timers } from '../../sending/rpc-calls';
import { createSteadyTimers } from './steady-timers';
import { createProve, type Prove } from './verify-round';

/** A channel of a batch with one voucher of it; more vouchers of the same channel are further requests. */
export type BatchRequest = Readonly<{
    channel: Address;
    /** Voucher to bring in. */
    voucher?: SignedVoucher | undefined;
    /**
     * Whether the voucher's signature is good, where that is known already; otherwise it is verified. It is verified all the
     * same where there is no time for a refusal, and where the channel has another voucher, once a transaction fails as it
     * would for a bad signature.
     */
    isSignatureValid?: boolean | undefined;
    /** Payee of the channel, which has to sign to finalize it; the fee payer by default, where it is the payee. */
    payee?: TransactionSigner | undefined;
    /** Distribution plan, as the channel was opened with, for the modes that distribute. */
    splits?: readonly Split[] | undefined;
    /** Wallets whose share may go to the treasury for good, or `true` for every one; nobody's by default. */
    allowForfeit?: BatchDistribution['allowForfeit'];
}>;

/** The RPC methods that reading the channels of a batch takes. */
export type BatchFetchApi = GetMultipleAccountsApi;

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
        /** Where what is sent is recorded, and who may send: shared by all that may execute the same channels. */
        journal: BatchJournal;
        /**
         * Name of this executor in the journal, at most 200 characters. Something random is added to it, so that two
         * executions of the same name keep off each other's channels too; a restart is somebody else.
         */
        owner?: string | undefined;
        /** A lease is taken for so long and prolonged in time, 5 minutes by default. */
        leaseMs?: number | undefined;
        /**
         * Once nothing else is left to do, so many milliseconds are waited for channels that somebody else has leased; not
         * at all by default. A lease is prolonged as long as its owner is at work, and of one that was killed it ends after
         * its `leaseMs`, or at once where the journal can tell.
         */
        leaseWaitMs?: number | undefined;
        /**
         * Price of a compute unit in micro-lamports (u64), or a function that says what it is now; it is told how many
         * rounds of planning there were, and how many transactions have expired, so that it can bid more.
         */
        computeUnitPrice?: ComputeUnitPriceInput | undefined;
        /** Transactions that are under way at the same time, 16 by default. */
        concurrency?: number | undefined;
        /**
         * How final a transaction has to be, and what is read; `confirmed` by default. What is `processed` may be lost
         * with its fork, and is reported as done all the same.
         */
        commitment?: Commitment | undefined;
        /**
         * How often a channel may be in a transaction that does not land before it is given up, 5 by default. What has
         * less time left than the margin is tried as long as the chain takes it.
         */
        maxAttempts?: number | undefined;
        /** Milliseconds between two looks at the transactions under way, 1,000 by default. */
        pollIntervalMs?: number | undefined;
        /** Milliseconds after which a transaction that nobody has seen yet is sent again, 4,000 by default. */
        resendIntervalMs?: number | undefined;
        /** Milliseconds that a request may take, 15,000 by default. */
        requestTimeoutMs?: number | undefined;
        /**
         * Milliseconds after which a signer that has not signed is passed over, 60,000 by default: what is signed any
         * later would be refused for its old blockhash.
         */
        signTimeoutMs?: number | undefined;
        /**
         * Milliseconds without any answer of the RPC, with nothing but refusals of one question, or without a new block,
         * after which the execution stops; 120,000 by default.
         */
        patienceMs?: number | undefined;
        /**
         * Milliseconds that each call of the journal and of the function for the price may take, and the verifier for each
         * thousand vouchers; 30,000 by default. Then the execution stops, with what it has done and what is under way in
         * its result. What is answered any later is passed over, and leases are given back.
         */
        callbackTimeoutMs?: number | undefined;
        /**
         * Milliseconds after which a transaction that is neither on chain nor proved to be lost is `unknown` and the
         * execution stops, 900,000 by default: a blockhash is good for about a minute. The journal has it still.
         */
        followTimeoutMs?: number | undefined;
        /** Milliseconds after which what is not sent yet is read and planned anew, 30,000 by default. */
        roundMs?: number | undefined;
        /** Verifies the vouchers; one on Web Crypto by default. */
        verifier?: VoucherVerifier | undefined;
        /**
         * Called with every step. What it throws, or rejects with, ends the execution as `abortSignal` does; nobody waits
         * for it.
         */
        onProgress?: ((progress: BatchProgress) => void) | undefined;
        /**
         * Once it is aborted nothing more is signed or sent for the first time, and nobody's answer is waited for; what is
         * under way is followed to its end, and sent again where a node has dropped it: a minute or two, `patienceMs` where
         * the RPC is gone, `followTimeoutMs` at most.
         */
        abortSignal?: AbortSignal | undefined;
        /** Time, for tests that have their own; a sleep that never ends, or a clock that is set back, holds up nobody. */
        timers?: Timers | undefined;
    }>;

/** Options once they are checked. */
export type CheckedExecuteOptions = Readonly<{
    plan: Omit<BatchSettleOptions, 'computeUnitPrice' | 'unixTimestamp'> & Readonly<{ feePayer: TransactionSigner }>;
    /** Whether the mode pays out, so that the splits are of interest. */
    distributes: boolean;
    journal: Required<BatchJournal>;
    owner: string;
    /** What has less time left than this is tried until it is over. */
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
    /** Verifies what was believed to be good, and not taken by the chain. */
    prove: Prove;
    onProgress: ((progress: BatchProgress) => void) | undefined;
    abortSignal: AbortSignal | undefined;
    timers: Timers;
}>;

const COMMITMENTS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];
const MAX_CONCURRENCY = 1_000n;
/** What is added to it has its place in the journal too. */
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
    // What the planner would refuse in every round is refused before the first.
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
const REQUEST_NAMES = ['channel', ...OPTIONAL_REQUEST_NAMES] as const;

function toRequest(item: unknown, field: string): BatchRequest {
    // Whatever else an application keeps in it is its own.
    const request = readTerms(field, item as BatchRequest, REQUEST_NAMES, OPTIONAL_REQUEST_NAMES, 'BATCH_INVALID');
    const { payee, voucher } = request;
    if (payee !== undefined) toSigner(`${field}.payee`, payee);
    return Object.freeze({
        ...request,
        channel: toAddress(`${field}.channel`, request.channel),
        // The very voucher that is verified now is the one that is sent, however much later. What is wrong with it, or with
        // its verdict, concerns its channel only: planning says so.
        voucher: keepSignedVoucher(voucher),
    });
}
