import type { Address, Codec, FixedSizeEncoder, Instruction, ReadonlyUint8Array, TransactionSigner } from '@solana/kit';

import type { SeedLayout } from '../runtime/seeds';
import type { ChannelOf, RevisionName, RevisionTypes } from './revision-types';

// A revision of the program's interface is data and small functions over its rendered client, in parts: a function asks
// for the parts that it needs, so that a bundle has no others. Everything here is checked already; addresses are
// derived by the caller.

/** Where the account of a channel is in its life. A program may have a name of its own for it. */
export type LiveChannelKind = 'closing' | 'distributed' | 'finalized' | 'open';

/** The account of a channel (docs/program.md, section 3). */
export type ChannelLayout = Readonly<{
    decode: (data: ReadonlyUint8Array) => ChannelOf<RevisionName>;
    /** The account with these fields, every other one being zero. */
    encode: (fields: Readonly<Record<string, unknown>>) => ReadonlyUint8Array;
    discriminator: number;
    getSize: () => number;
    /**
     * Fields that only this revision's channels can be searched by. Another layout would ignore them, and the search would
     * find every channel.
     */
    ownFields: readonly ('openSlot' | 'rentPayer')[];
    /** The most slots that the current slot may be after the open slot, where channels have one. */
    openSlotWindow: bigint | undefined;
    /** First slot at which the rent of a channel can come back, by what its account says; `undefined` for none. */
    getReclaimableFromSlot: (channel: ChannelOf<RevisionName>) => bigint | undefined;
    /** The kind for each status byte. */
    kinds: Readonly<Record<number, LiveChannelKind>>;
    version: number;
    /** The account that a closed channel leaves, where it leaves one. */
    tombstone: Readonly<{ discriminator: number; getSize: () => number }> | undefined;
}>;

/** The message that is signed as a voucher (docs/program.md, section 3.4). */
export type VoucherLayout = Readonly<{
    /** The revision that it is of. */
    revision: RevisionName;
    getEncoder: () => FixedSizeEncoder<
        Readonly<{ channelId: Address; cumulativeAmount: bigint | number; expiresAt: bigint | number }>
    >;
    decode: (
        bytes: ReadonlyUint8Array,
    ) => Readonly<{ channelId: Address; cumulativeAmount: bigint; expiresAt: bigint; magic?: ReadonlyUint8Array }>;
}>;

/** The seeds of the program's addresses (docs/program.md, section 2). */
export type SeedsLayout = Readonly<{ channel: SeedLayout; eventAuthority: SeedLayout }>;

/** How splits are encoded, hashed and limited (docs/program.md, sections 3.4 and 5.1). */
export type SplitsLayout = Readonly<{
    /** The preimage of the hash: the number of recipients and each of them. */
    encode: (splits: readonly Readonly<{ recipient: Address; bps: number }>[]) => ReadonlyUint8Array;
    hash: (preimage: Uint8Array) => Uint8Array;
    maxRecipients: number;
}>;

/** The errors of the program by their codes. */
export type ProgramErrors = Readonly<Record<number, Readonly<{ name: string; message: string }>>>;

/** Errors that mean that the channel, or the time, has changed since it was read. */
export type OutdatedErrors = Readonly<{ names: readonly string[] }>;

/** How the program's events are encoded (docs/program.md, section 10). */
export type EventsLayout<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** The first bytes of the program's calls to itself. */
    getDiscriminator: () => ReadonlyUint8Array;
    parse: (data: ReadonlyUint8Array) => RevisionTypes[TRevision]['event'] | undefined;
}>;

/** The published addresses of a revision's program. */
export type Published = Readonly<{
    programAddress: Address;
    /** The treasury owners of the deployments that are known: in an error they tell which one is meant. */
    treasuryOwners: readonly Address[];
}>;

/** For the `config` of a rendered function. */
export type ProgramConfig = Readonly<{ programAddress: Address }>;

/** The program's own names of instructions, for reports to people. */
type Named = Readonly<{ programName: string }>;

type Token = Readonly<{ mint: Address; tokenProgram: Address }>;

/** How an instruction is built. */
type Builder<TInput> = Named & Readonly<{ build: (input: TInput, config: ProgramConfig) => Instruction<Address> }>;

/** How the data and the accounts of an instruction are read. */
export type InstructionReading<TData> = Readonly<{
    getDiscriminator: () => ReadonlyUint8Array;
    getDataCodec: () => Codec<TData>;
    /** The accounts of an instruction by their names, in its order. */
    getAccounts: (instruction: Instruction) => object;
}>;

/** What an instruction of the program does, whatever the program calls it. */
export type ChannelOperation =
    | 'distribute'
    | 'emitEvent'
    | 'finalize'
    | 'open'
    | 'reclaim'
    | 'requestClose'
    | 'settle'
    | 'settleAndFinalize'
    | 'topUp'
    | 'withdrawPayer';

/**
 * How every instruction of the program is read (docs/program.md, section 5), for reports to people. Who inspects an open or
 * a top-up needs only the reading of that.
 */
export type InstructionReadings = Readonly<Partial<Record<ChannelOperation, Named & InstructionReading<object>>>>;

/** The data of `open`, in any revision. */
export type OpenData = RevisionTypes[RevisionName]['openData'] & Readonly<{ openSlot?: bigint }>;

/** Agreed terms of an open that only one revision has. */
export type OpenTerms = Readonly<{
    /** The slots of opening that are as agreed. */
    openSlot: Readonly<{ min: bigint; max: bigint }> | undefined;
    /** The rent payer, where that is a party of its own, and the amount. */
    rent: Readonly<{ payer: Address; lamports: bigint }> | undefined;
}>;

/** How `open` is parsed, and what payer and operator have to agree on for it (docs/program.md, section 7.1). */
export type OpenReading = InstructionReading<OpenData> &
    Readonly<{
        /** Members of an agreement that only this revision has; `'given'` ones must not be `undefined`. */
        agreementMembers: Readonly<Record<string, 'given' | true>>;
        /** Checks what it names of that. */
        toTerms: (agreement: object, parties: Readonly<{ operator: Address; payer: Address }>) => OpenTerms;
    }>;

/** Checked input of `open` that only one revision has. */
export type OpenFields = Readonly<{ openSlot?: bigint; rentPayer?: TransactionSigner }>;

/** How `open` is built, and what it requires of the channel's address (docs/program.md, section 7.1). */
export type OpenLayout = Builder<
    OpenFields &
        Token &
        Readonly<{
            authorizedSigner: Address;
            channel: Address;
            channelTokenAccount: Address;
            deposit: bigint;
            eventAuthority: Address;
            gracePeriod: number;
            payee: Address;
            payer: TransactionSigner;
            payerTokenAccount: Address;
            recipients: { recipient: Address; bps: number }[];
            salt: bigint;
        }>
> &
    Readonly<{
        /** Checks what only this revision takes. */
        toFields: (input: object, payer: TransactionSigner) => OpenFields;
        /** Members for wallets that the input has by address, since they sign later, as signers. */
        getLaterSigners: (input: object) => Pick<OpenFields, 'rentPayer'>;
        /**
         * The same input with what follows from the chain alone, for who has an RPC at hand, and without what only says
         * how that is chosen.
         */
        complete: (input: object, fetchCurrentSlot: () => Promise<bigint>) => Promise<object>;
        /** Whether a channel can be opened although its address holds lamports, or its escrow exists. */
        toleratesPrefunding: boolean;
        /** Whether somebody other than the payer can pay the rent. */
        hasRentPayer: boolean;
    }>;

/** How `topUp` is built (docs/program.md, section 7.3). */
export type TopUpLayout = Builder<
    Token &
        Readonly<{
            amount: bigint;
            channel: Address;
            channelTokenAccount: Address;
            payer: TransactionSigner;
            payerTokenAccount: Address;
        }>
>;

type CheckedVoucher = Readonly<{ channelId: Address; cumulativeAmount: bigint; expiresAt: bigint }>;

/** How a voucher is settled (docs/program.md, section 7.2). */
export type SettleLayout = Builder<Readonly<{ channel: Address; voucher: CheckedVoucher }>>;

/** How the payee ends a channel (docs/program.md, section 7.4). */
export type SettleAndFinalizeLayout = Builder<
    Readonly<{ channel: Address; payee: TransactionSigner; voucher: CheckedVoucher | undefined }>
>;

/** How the payer begins to end a channel (docs/program.md, section 7.5). */
export type RequestCloseLayout = Builder<Readonly<{ channel: Address; payer: TransactionSigner }>>;

/** How anybody ends a channel after its deadline (docs/program.md, section 7.6). */
export type FinalizeLayout = Builder<Readonly<{ channel: Address }>>;

/** How the payer is refunded (docs/program.md, section 7.7). */
export type WithdrawPayerLayout = Builder<
    Token &
        Readonly<{
            channel: Address;
            channelTokenAccount: Address;
            payer: TransactionSigner;
            payerTokenAccount: Address;
        }>
>;

/** Input of `distribute` that only one revision has. */
export type DistributeFields = Readonly<{ rentPayer?: Address }>;

/** How `distribute` is built (docs/program.md, section 7.8). */
export type DistributeLayout = Builder<
    DistributeFields &
        Token &
        Readonly<{
            channel: Address;
            channelTokenAccount: Address;
            eventAuthority: Address;
            payeeTokenAccount: Address;
            payer: Address;
            payerTokenAccount: Address;
            recipients: { recipient: Address; bps: number }[];
            treasuryTokenAccount: Address;
        }>
> &
    Readonly<{
        /** Checks what only this revision takes. */
        toFields: (input: object) => DistributeFields;
        /** The same of the account of a channel. */
        getFields: (channel: ChannelOf<RevisionName>) => DistributeFields;
        /** Placeholder for it where only the number of recipients is known. */
        getPlaceholders: (next: () => Address) => DistributeFields;
    }>;

/**
 * How the rent of a distributed channel comes back, where that is an instruction of its own (docs/program.md, section
 * 7.9).
 */
export type ReclaimLayout = Builder<Readonly<{ channel: Address; rentPayer: Address }>>;

/**
 * One revision of the program's interface, complete: everything that differs from one to the other.
 *
 * With an address and a treasury owner it makes a {@link Deployment}; by itself it is of no use.
 */
// An interface keeps its name wherever a type that mentions it is shown.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export interface Revision<TRevision extends RevisionName = RevisionName> {
    /** The name of the revision (docs/program.md). */
    readonly revision: TRevision;
    readonly published: Published;
    readonly channel: ChannelLayout;
    readonly errors: ProgramErrors;
    readonly events: EventsLayout<TRevision>;
    readonly outdated: OutdatedErrors;
    readonly seeds: SeedsLayout;
    readonly splits: SplitsLayout;
    readonly voucher: VoucherLayout;
    readonly distribute: DistributeLayout;
    readonly finalize: FinalizeLayout;
    readonly instructionReadings: InstructionReadings;
    readonly open: OpenLayout;
    readonly openReading: OpenReading;
    readonly reclaim: RevisionTypes[TRevision]['reclaim'];
    readonly requestClose: RequestCloseLayout;
    readonly settle: SettleLayout;
    readonly settleAndFinalize: SettleAndFinalizeLayout;
    readonly topUp: TopUpLayout;
    readonly topUpReading: InstructionReading<RevisionTypes[RevisionName]['topUpData']>;
    readonly withdrawPayer: WithdrawPayerLayout;
}
