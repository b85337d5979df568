import type { Address, AddressesByLookupTableAddress, TransactionSigner, TransactionVersion } from '@solana/kit';

import type { AddressCache } from '../../channel/address-cache';
import type { DistributionAccounts } from '../../channel/assess-distribution';
import type { Split } from '../../channel/splits';
import type { ChannelState } from '../../channel/channel-state';
import type { ChannelOf, RevisionName } from '../../revision/revision-types';
import type { SignedVoucher } from '../../voucher/voucher';

/**
 * The operation on the channels of a batch.
 *
 * - `settle`: settle the vouchers; the channels stay open.
 * - `settleAndDistribute`: the same, and distribute what is settled.
 * - `settleAndFinalize`: settle the last vouchers and finalize the channels.
 * - `settleAndFinalizeAndDistribute`: the same, then distribute, which pays everybody out and closes the channels.
 *
 * A channel that its payer has begun to close takes a voucher only with settleAndFinalize, so in every mode it is
 * settled that way.
 */
export type BatchMode = 'settle' | 'settleAndDistribute' | 'settleAndFinalize' | 'settleAndFinalizeAndDistribute';

/** A channel of a batch with one voucher of it; more vouchers of the same channel are further items. */
export type BatchItem<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** The channel as it stands on chain. */
    channel: ChannelState<TRevision> | Readonly<{ address: Address; channel: ChannelOf<TRevision> }>;
    /** Voucher to settle. */
    voucher?: SignedVoucher | undefined;
    /**
     * A verifier's answer for the voucher's signature and the channel's authorized signer. Without a `true` the voucher
     * is skipped: on chain a bad signature fails the whole transaction.
     */
    isSignatureValid?: boolean | undefined;
    /**
     * Payee of the channel, whose signature settleAndFinalize needs: its signer, or its address where it signs
     * elsewhere. By default the address in the channel; in a mode that does not finalize, a payee that is not named
     * does not sign.
     */
    payee?: Address | TransactionSigner | undefined;
    /** Token program of the channel's mint, SPL Token by default. */
    tokenProgram?: Address | undefined;
    /** Input for distributing the channel; without it, a mode that distributes skips the distribution. */
    distribution?: BatchDistribution | undefined;
}>;

/** Input for distributing a channel. */
export type BatchDistribution = Readonly<{
    /** Splits that the channel was opened with. */
    splits: readonly Split[];
    /** The accounts that decide who is paid, as they stand on chain. */
    accounts: DistributionAccounts;
    /** Wallets whose share may go to the treasury for good, or `true` for every one; nobody's by default. */
    allowForfeit?: readonly Address[] | boolean | undefined;
}>;

/** How to plan a batch. */
export type BatchSettleOptions = Readonly<{
    mode: BatchMode;
    /** Time of the cluster, in unix seconds. */
    unixTimestamp: bigint | number;
    /**
     * Seconds within which a voucher that expires, or a closing channel at its deadline, is late: 60 by default, the
     * lifetime of a blockhash (u32). A late channel is still planned: first, and in a transaction of its own, so that
     * nothing else fails with it.
     */
    marginSeconds?: bigint | number | undefined;
    /**
     * Whether this is the last plan before the deadlines of late channels. A late closing channel is then ended with
     * the best voucher that can be settled, even if a higher one is only refused for now. By default it waits for the
     * higher one, and everything is lost if nobody plans again in time.
     */
    isLastTry?: boolean | undefined;
    /** Pays the fees: its signer, or its address where it signs elsewhere. */
    feePayer: Address | TransactionSigner;
    /** Version of the transactions, 0 by default. */
    version?: TransactionVersion | undefined;
    /** Contents of the lookup tables that version 0 may use; a transaction names only those that make it smaller. */
    lookupTables?: AddressesByLookupTableAddress | undefined;
    /**
     * Whether the transactions ask for a compute-unit limit of what they need. By default they do if a price is named,
     * and in version 1, which has to; otherwise they get 200,000 for every instruction of a program.
     */
    computeUnitLimit?: boolean | undefined;
    /** Price of a compute unit, in micro-lamports (u64). */
    computeUnitPrice?: bigint | number | undefined;
    /**
     * What to do if a share would be forfeited because a token account is missing: create the account first, or skip
     * the distribution (default). Those of payers are created up to `maxPayerTokenAccounts`.
     */
    missingTokenAccounts?: 'create' | 'skip' | undefined;
    /**
     * The most token accounts of payers that `create` may create, in all transactions together (u32); 0 by default.
     * Whoever a token account belongs to can close it and keep its rent, and open the next channel.
     */
    maxPayerTokenAccounts?: bigint | number | undefined;
    /** Pays the rent of token accounts that are created; the fee payer by default. */
    funder?: Address | TransactionSigner | undefined;
    /** Remembers derived addresses from batch to batch; see `createAddressCache`. */
    addresses?: AddressCache | undefined;
}>;
