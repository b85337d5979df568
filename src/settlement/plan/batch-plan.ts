import type {
    Address,
    AddressesByLookupTableAddress,
    Instruction,
    TransactionSigner,
    TransactionVersion,
} from '@solana/kit';

import type { SignedVoucher } from '../../voucher/voucher';
import type { PlannedAction } from '../../journal/journal';
import type { BatchMode } from './batch-input';
import type { Skipped } from './skipped';

/** A channel in a transaction of a plan. */
export type PlannedChannel = Readonly<{
    channel: Address;
    /** Place of the item in the batch: the one whose voucher is settled, otherwise the first of the channel. */
    index: number;
    /** In the order in which they happen. */
    actions: readonly PlannedAction[];
    /** The voucher that this transaction settles. */
    voucher?: SignedVoucher | undefined;
}>;

/** A token account that a transaction creates. */
export type PlannedTokenAccount = Readonly<{
    owner: Address;
    mint: Address;
    tokenAccount: Address;
    /** Whether it belongs to the payer of the channel that it is created for. */
    isPayers: boolean;
}>;

/** One transaction of a plan; `getBatchTransactionMessage` makes its message. */
export type PlannedTransaction = Readonly<{
    version: TransactionVersion;
    feePayer: Address;
    feePayerSigner: TransactionSigner | undefined;
    /** Those of the compute budget are not among them: they follow from the fields below. */
    instructions: readonly Instruction[];
    channels: readonly PlannedChannel[];
    createdTokenAccounts: readonly PlannedTokenAccount[];
    /** Exact size on the wire, signatures and the compute budget's instructions included. */
    bytes: number;
    /** Everybody who has to sign, the fee payer first. */
    signers: readonly Address[];
    /** Compute units that it takes at most. */
    computeUnits: number;
    /** Compute-unit limit that it asks for; `undefined` when it asks for none. */
    computeUnitLimit: number | undefined;
    /** In micro-lamports; 0 when it names none. */
    computeUnitPrice: bigint;
    /** Limit for the size of the accounts it loads, which only version 1 has to ask for. */
    loadedAccountsDataSizeLimit: number | undefined;
    /** Total cost for signatures (including those that the precompile verifies) and for priority. */
    feeLamports: bigint;
    priorityFeeLamports: bigint;
    /** The tables that it uses, with their contents. */
    lookupTables: AddressesByLookupTableAddress;
    /** Places in the plan of the transactions that have to have landed before; each is lower than its own. */
    dependsOn: readonly number[];
    /**
     * The earliest time, in unix seconds, at which one of its closing channels takes no voucher any more, or a voucher
     * expires that is late.
     */
    deadlineAt: bigint | undefined;
}>;

/** Totals of a plan. */
export type BatchTotals = Readonly<{
    /** Channels that something is done with. */
    channels: number;
    vouchers: number;
    transactions: number;
    bytes: number;
    computeUnits: number;
    feeLamports: bigint;
    createdTokenAccounts: number;
    /**
     * The amount that the vouchers add to what was settled before; for a channel in another token, in units of that
     * token.
     */
    settledByMint: Readonly<Record<Address, bigint>>;
    /**
     * The most written account. A block takes transactions that write to the same account up to a cost of 12,000,000
     * (compute units, signatures, locks), so the plan needs at least this many blocks.
     */
    hottestAccount: Readonly<{ address: Address; transactions: number; minBlocks: number }> | undefined;
}>;

/** Result of `planBatchSettle`. */
export type BatchPlan = Readonly<{
    mode: BatchMode;
    /** In the order in which to send them: those that a deadline waits for first. */
    transactions: readonly PlannedTransaction[];
    skipped: readonly Skipped[];
    totals: BatchTotals;
}>;
