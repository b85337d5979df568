import type { Address, Codec, FixedSizeEncoder, Instruction, ReadonlyUint8Array, TransactionSigner } from '@solana/kit';

import type { SeedLayout } from '../seeds';
import type { ChannelOf, RevisionName, RevisionTypes } from './types';

// What differs between the revisions of the program, as data and small functions. Shared code reads it from the
// revision of the deployment it is given, part by part, so that a bundle has the parts of the default revision that it
// uses and no others. A type parameter on the whole is enough: which revision a value is of follows from its name.

/** Where the account of a channel is in its life, by the name that the program gives it. */
export type LiveChannelKind = 'closing' | 'distributed' | 'finalized' | 'open' | 'sealed';

/** The account of a channel (spec section 3). */
export type ChannelLayout = Readonly<{
    decode: (data: ReadonlyUint8Array) => ChannelOf<RevisionName>;
    /** The account with these fields, every other one being zero. */
    encode: (fields: Readonly<Record<string, unknown>>) => ReadonlyUint8Array;
    discriminator: number;
    getSize: () => number;
    /** What each status byte says. */
    kinds: Readonly<Record<number, LiveChannelKind>>;
    version: number;
    /** The account that a closed channel leaves, where it leaves one. */
    tombstone: Readonly<{ discriminator: number; getSize: () => number }> | undefined;
}>;

/** The message that is signed as a voucher (spec section 3.3 or 3.4). */
export type VoucherLayout = Readonly<{
    getEncoder: () => FixedSizeEncoder<
        Readonly<{ channelId: Address; cumulativeAmount: bigint | number; expiresAt: bigint | number }>
    >;
    decode: (
        bytes: ReadonlyUint8Array,
    ) => Readonly<{ channelId: Address; cumulativeAmount: bigint; expiresAt: bigint; magic?: ReadonlyUint8Array }>;
}>;

/** The errors of the program by their codes. */
export type ProgramErrors = Readonly<Record<number, Readonly<{ name: string; message: string }>>>;

type ProgramConfig = Readonly<{ programAddress: Address }>;

/** What `open` is built of in any revision. */
export type OpenParts = Readonly<{
    authorizedSigner: Address;
    channel: Address;
    channelTokenAccount: Address;
    deposit: bigint;
    eventAuthority: Address;
    gracePeriod: number;
    mint: Address;
    payee: Address;
    payer: TransactionSigner;
    payerTokenAccount: Address;
    recipients: { recipient: Address; bps: number }[];
    salt: bigint;
    tokenProgram: Address;
}>;

/** What `open` takes in one revision only, once it is checked. */
export type OpenExtra = Readonly<{ openSlot?: bigint; rentPayer?: TransactionSigner }>;

/** How `open` is built, and what it asks of the address of the channel (spec section 7.1). */
export type OpenLayout = Readonly<{
    build: (parts: OpenParts & OpenExtra, config: ProgramConfig) => Instruction<Address>;
    /** Checks what only this revision takes. */
    toExtra: (input: object, payer: TransactionSigner) => OpenExtra;
    /** Whether lamports at the address of the channel, and an escrow that exists, don't stand in the way. */
    toleratesPrefunding: boolean;
    /** Most slots by which the current slot may be after the open slot, where there is one. */
    openSlotWindow: bigint | undefined;
}>;

/** How the data and the accounts of `open` are read. */
export type OpenReading = Readonly<{
    getDataCodec: () => Codec<RevisionTypes[RevisionName]['openData']>;
    /** The accounts of an instruction by their names, in its order. */
    getAccounts: (instruction: Instruction) => object;
}>;

/** What `distribute` is built of in any revision. */
export type DistributeParts = Readonly<{
    channel: Address;
    channelTokenAccount: Address;
    eventAuthority: Address;
    mint: Address;
    payeeTokenAccount: Address;
    payer: Address;
    payerTokenAccount: Address;
    recipients: { recipient: Address; bps: number }[];
    tokenProgram: Address;
    treasuryTokenAccount: Address;
}>;

/** What `distribute` takes in one revision only. */
export type DistributeExtra = Readonly<{ rentPayer?: Address }>;

/** How `distribute` is built (spec section 7.8). */
export type DistributeLayout = Readonly<{
    build: (parts: DistributeParts & DistributeExtra, config: ProgramConfig) => Instruction<Address>;
    /** Checks what only this revision takes. */
    toExtra: (input: object) => DistributeExtra;
    /** What stands for it where nothing is known but the number of recipients. */
    getPlaceholders: (next: () => Address) => DistributeExtra;
}>;

/** How a voucher is brought on chain (spec sections 7.2 and 7.4). */
export type SettleLayout = Readonly<{
    build: (
        parts: Readonly<{
            channel: Address;
            voucher: Readonly<{ channelId: Address; cumulativeAmount: bigint; expiresAt: bigint }>;
        }>,
        config: ProgramConfig,
    ) => Instruction<Address>;
}>;

/** How the payee ends a channel (spec section 7.4). */
export type SettleAndFinalizeLayout = Readonly<{
    name: Exclude<RevisionTypes[RevisionName]['voucherInstruction'], 'settle'>;
    build: (
        parts: Readonly<{
            channel: Address;
            payee: TransactionSigner;
            voucher: Readonly<{ channelId: Address; cumulativeAmount: bigint; expiresAt: bigint }> | undefined;
        }>,
        config: ProgramConfig,
    ) => Instruction<Address>;
}>;

/**
 * One revision of the program's interface: everything that differs from one to the other.
 *
 * It is made of what the package exports for it, and goes into a {@link Deployment}; nothing in it is of use by itself.
 */
export type Revision<TRevision extends RevisionName = RevisionName> = Readonly<{
    name: TRevision;
    /** Address that the program of this revision was published at. */
    programAddress: Address;
    channel: ChannelLayout;
    channelSeeds: SeedLayout;
    distribute: DistributeLayout;
    errors: ProgramErrors;
    /** The hash by which a channel holds its distribution plan. */
    hash: (preimage: Uint8Array) => Uint8Array;
    open: OpenLayout;
    openReading: OpenReading;
    parseEvent: (data: ReadonlyUint8Array) => RevisionTypes[RevisionName]['event'] | undefined;
    settle: SettleLayout;
    settleAndFinalize: SettleAndFinalizeLayout;
    /** The treasury owners of the deployments that are known: in an error they tell which one is meant. */
    treasuryOwners: readonly Address[];
    voucher: VoucherLayout;
}>;
