import { type Address } from '@solana/kit';

import { type RevisionFacts } from '../revisions';

/** A wallet or any other account of the System program without data. One with 0 lamports does not exist. */
export type Wallet = Readonly<{ kind: 'wallet'; lamports: bigint }>;

/** What stands behind the first 165 bytes of a token account. SPL Token knows only `none`. */
export type TokenTrailer = 'none' | 'immutableOwner' | 'unsupported' | 'malformed';

export type TokenAccount = Readonly<{
    kind: 'token';
    lamports: bigint;
    tokenProgram: Address;
    mint: Address;
    owner: Address;
    amount: bigint;
    /** 0 uninitialised, 1 initialised, 2 frozen; anything above makes the program abort. */
    state: number;
    trailer: TokenTrailer;
}>;

export type Mint = Readonly<{
    kind: 'mint';
    lamports: bigint;
    tokenProgram: Address;
    decimals: number;
    /** A Token-2022 mint with extensions: one that is on the allow-list. */
    trailer: 'none' | 'metadataPointer';
}>;

export const STATUS_OPEN = 0;
export const STATUS_FINALIZED = 1;
export const STATUS_CLOSING = 2;
/** Of a channel that is paid out and waits for its address to be freed (epoch 3.2). */
export const STATUS_DISTRIBUTED = 3;

/** A channel, field by field as in docs/program.md, section 3.1; a revision without the last two fields ignores them. */
export type ChannelAccount = Readonly<{
    kind: 'channel';
    lamports: bigint;
    bump: number;
    status: number;
    salt: bigint;
    deposit: bigint;
    settled: bigint;
    payoutWatermark: bigint;
    closureStartedAt: bigint;
    payerWithdrawnAt: bigint;
    gracePeriod: number;
    distributionHash: Uint8Array;
    payer: Address;
    payee: Address;
    authorizedSigner: Address;
    mint: Address;
    rentPayer: Address;
    openSlot: bigint;
}>;

/** What a closed channel leaves (docs/program.md, section 3.2). */
export type Tombstone = Readonly<{ kind: 'tombstone'; lamports: bigint }>;

export type AccountState = Wallet | TokenAccount | Mint | ChannelAccount | Tombstone;

/** Everything that a transaction can see or change. A missing address is an account that does not exist. */
export type World = Readonly<{
    now: bigint;
    slot: bigint;
    accounts: ReadonlyMap<Address, AccountState>;
}>;

/** The seeds of a channel's address. */
export type ChannelSeeds = Readonly<{
    payer: Address;
    payee: Address;
    mint: Address;
    authorizedSigner: Address;
    salt: bigint;
    /** 0 where it is no seed. */
    openSlot: bigint;
}>;

/**
 * What is known of addresses. Derived addresses are looked up in reverse: two addresses are the same exactly when what
 * they were derived from is, so that the model needs no hashing and can't share a mistake in it with the program.
 */
export type Book = Readonly<{
    facts: RevisionFacts;
    programAddress: Address;
    eventAuthority: Address;
    treasuryOwner: Address;
    channelAt: (address: Address) => (ChannelSeeds & Readonly<{ bump: number }>) | undefined;
    associatedTokenAt: (
        address: Address,
    ) => Readonly<{ owner: Address; mint: Address; tokenProgram: Address }> | undefined;
}>;

export const SYSTEM_PROGRAM = '11111111111111111111111111111111' as Address;
export const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address;
export const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' as Address;
export const ASSOCIATED_TOKEN_PROGRAM = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL' as Address;
export const ED25519_PROGRAM = 'Ed25519SigVerify111111111111111111111111111' as Address;
export const INSTRUCTIONS_SYSVAR = 'Sysvar1nstructions1111111111111111111111111' as Address;
export const RENT_SYSVAR = 'SysvarRent111111111111111111111111111111111' as Address;

export const U64_MAX = 2n ** 64n - 1n;
export const I64_MAX = 2n ** 63n - 1n;

export const TOMBSTONE_LENGTH = 1;
export const TOKEN_LENGTH = 165;
/** Of an account that the associated-token program creates for Token-2022: with the ImmutableOwner extension. */
export const TOKEN_2022_LENGTH = 170;

/** Lamports that make an account of a length exempt from rent (docs/program.md, section 1). */
export const rentFor = (length: number): bigint => (128n + BigInt(length)) * 6960n;
