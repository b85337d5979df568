import type { AccountRole, Address, Blockhash, Nonce, TransactionVersion } from '@solana/kit';

import type { TokenInput } from '../channel/find-pdas';
import type { Split } from '../channel/splits';
import type { DistributionMethod } from '../instructions/distribute-limit';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';

// The terms that payer and operator agreed on before one of them built a transaction. Everything else is refused. So is
// an agreement with an unknown (misspelt) member, or with a limit that is `undefined`: to agree on no limit, leave it
// out.

/** An amount or a time that was agreed: exactly this much, or from `min` up to `max`, both included; one may be left out. */
export type Agreed = bigint | number | Readonly<{ min?: bigint | number; max?: bigint | number }>;

/** A blockhash with the last block height in which it is good; what `getLatestBlockhash` returns. */
export type BlockhashLifetime = Readonly<{ blockhash: Blockhash; lastValidBlockHeight: bigint }>;

/** A durable nonce: a transaction with it can be held back and sent at any time until the nonce is advanced. */
export type DurableNonce = Readonly<{
    nonce: Nonce;
    nonceAccountAddress: Address;
    /** Authority that signs to advance the nonce. */
    nonceAuthorityAddress: Address;
}>;

/** A program that wallets call to guard a transaction, and what it may be given. */
export type GuardProgram = Readonly<{
    programAddress: Address;
    /**
     * The accounts that may be passed to it, each with the most that it may be in the message. What an account may do
     * holds for the whole message: a payer that may be passed at all has to be a writable signer here. The operator
     * can't be listed.
     */
    accounts: readonly Readonly<{ address: Address; role: AccountRole }>[];
}>;

/** The terms of any transaction for two parties. */
export type TransactionAgreement = TokenInput &
    Readonly<{
        /** Wallet that locks the money and, unless a rent payer is agreed, pays all rent. */
        payer: Address;
        /** Wallet that pays the fee of the transaction, and nothing else that is not agreed; not the payer. */
        operator: Address;
        /** Blockhashes that the transaction may be built on: those that the operator gave out and still takes. */
        blockhashes: readonly BlockhashLifetime[];
        /** A durable nonce that the transaction may be built on instead. None by default. */
        durableNonce?: DurableNonce | undefined;
        /** Most lamports that the operator pays as the fee, for signatures and priority together. */
        maxFeeLamports: bigint | number;
        /** Versions of the transaction message; all three by default. */
        versions?: readonly TransactionVersion[];
        /**
         * Bounds of the compute-unit limit, from 1 by default. Of a message that sets none it is the runtime's own:
         * 200,000 for each instruction of a program, 3,000 for each of one that is built in, 1,400,000 at most.
         */
        computeUnitLimit?: Agreed;
        /** Most micro-lamports for a compute unit (legacy and version 0). The fee is bounded in any case. */
        maxComputeUnitPriceMicroLamports?: bigint | number;
        /** Memos by their whole content, each at most once: `required` ones have to be there. None by default. */
        memos?: Readonly<{ allowed?: readonly string[]; required?: readonly string[] }> | undefined;
        /**
         * Idempotent creations of associated token accounts for the agreed mint, paid by the payer. None by default.
         * `operatorPaysLamports` lets the operator pay instead; it is the rent of one such account, which follows from
         * the mint, and is what each is counted with in the operator's cost.
         */
        createTokenAccounts?:
            Readonly<{ owners: readonly Address[]; operatorPaysLamports?: bigint | number | undefined }> | undefined;
        /**
         * Programs whose guard instructions (such as Lighthouse's assertions) the payer's wallet may add, as many as it
         * likes. None by default.
         */
        guardPrograms?: readonly GuardProgram[] | undefined;
        /**
         * Contents of the lookup tables that version 0 messages may use; others are refused. Read them from the chain
         * yourself, and only from tables that can no longer change: whoever can extend a table decides what it says.
         */
        lookupTables?: Readonly<Record<Address, readonly Address[]>> | undefined;
    }>;

/** The agreed terms of a channel to open. */
export type OpenAgreement<TRevision extends RevisionName = RevisionName> = TransactionAgreement &
    RevisionTypes[TRevision]['openAgreement'] &
    Readonly<{
        /** Wallet that is paid by vouchers. */
        payee: Address;
        /** Ed25519 key that signs the vouchers. */
        authorizedSigner: Address;
        /** Salt of the channel, or `'any'` to leave it to the payer. */
        salt: bigint | number | 'any';
        /** Amount to lock, in base units of the token. */
        deposit: Agreed;
        /** Seconds between requestClose and finalize. */
        gracePeriodSeconds: Agreed;
        /** Splits: exactly these recipients and shares, in this order. */
        splits: readonly Split[];
        /** How the channel will be distributed, as for the builder. The transaction does not contain it. */
        distribution?: DistributionMethod | undefined;
    }>;

/** The agreed terms of a top-up. Payer, mint and token program are those of the channel's account. */
export type TopUpAgreement = TransactionAgreement &
    Readonly<{
        /** Open channel. */
        channel: Address;
        /** Amount to add, in base units of the token. */
        amount: Agreed;
    }>;
