import type { Address, AccountMeta, TransactionSigner } from '@solana/kit';

import type * as epoch from '../../generated/epoch';
import type * as tombstone from '../../generated/tombstone';

/** What has another type in each revision of the program's interface. */
export type RevisionTypes = {
    tombstone: {
        agreed: unknown;
        channel: tombstone.Channel;
        distributeInput: unknown;
        distributeInstruction: tombstone.DistributeInstruction<Address>;
        errorCode: tombstone.PaymentChannelsProgramErrorCode;
        event: tombstone.ParsedPaymentChannelsEvent;
        finalizeInstruction: tombstone.FinalizeInstruction<Address>;
        openData: tombstone.OpenInstructionData;
        openInput: unknown;
        openInstruction: tombstone.OpenInstruction<Address>;
        seeds: unknown;
        settleAndFinalizeInstruction: tombstone.SettleAndFinalizeInstruction<Address, string, string, string>;
        settleInstruction: tombstone.SettleInstruction<Address>;
        voucherInstruction: 'settle' | 'settleAndFinalize';
    };
    epoch: {
        agreed: Readonly<{
            /** Wallet that has to have paid the rent, to which it goes back, where it has to be a certain one. */
            rentPayer?: Address | TransactionSigner;
            /** Slot that the channel has to have been opened for (u64), where it has to be a certain one. */
            openSlot?: bigint | number;
        }>;
        channel: epoch.Channel;
        distributeInput: Readonly<{
            /** Wallet that paid the rent at open, to which it goes back: the one in the channel's account. */
            rentPayer: Address | TransactionSigner;
        }>;
        distributeInstruction: epoch.DistributeInstruction<Address>;
        errorCode: epoch.PaymentChannelsProgramErrorCode;
        event: epoch.ParsedPaymentChannelsEvent;
        finalizeInstruction: epoch.SealInstruction<Address>;
        openData: epoch.OpenInstructionData;
        openInput: Readonly<{
            /**
             * Slot that the channel is opened for, a seed of its address (u64): `open` lands only from this slot on, and up
             * to 1,500 slots after it. {@link chooseOpenSlot} picks it.
             */
            openSlot: bigint | number;
            /**
             * Wallet that pays the rent of the channel and its escrow and gets it back at the end; the payer by default.
             * It signs.
             */
            rentPayer?: TransactionSigner | undefined;
            /** A slot that the cluster has reached, if it is known: an open slot that can't land now is refused. */
            currentSlot?: bigint | number | undefined;
        }>;
        openInstruction: epoch.OpenInstruction<Address>;
        seeds: Readonly<{
            /** Slot that the channel is opened for (u64). */
            openSlot: bigint | number;
        }>;
        settleAndFinalizeInstruction: epoch.SettleAndSealInstruction<Address, string, string, string>;
        settleInstruction: epoch.SettleInstruction<Address>;
        voucherInstruction: 'settle' | 'settleAndSeal';
    };
};

/** An interface of the program, by the name that the spec gives it. */
export type RevisionName = keyof RevisionTypes;

/** The decoded account of a channel. */
export type ChannelOf<TRevision extends RevisionName> = RevisionTypes[TRevision]['channel'];

/** An error code of the program. */
export type ProgramErrorCodeOf<TRevision extends RevisionName> = RevisionTypes[TRevision]['errorCode'];

/** An instruction with writable accounts behind its own. */
export type WithRemainingAccounts<TInstruction extends { accounts: readonly unknown[] }> = TInstruction extends unknown
    ? Omit<TInstruction, 'accounts'> & Readonly<{ accounts: readonly [...TInstruction['accounts'], ...AccountMeta[]] }>
    : never;
