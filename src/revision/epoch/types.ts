import type { Address, TransactionSigner } from '@solana/kit';

import type * as generated from '../../../generated/epoch';
import type * as errors from '../../../generated/epoch/errors';
import type { ErrorNameOf } from '../error-name';
import type { ReclaimLayout } from '../parts';

/** The types that differ in the epoch revision. */
export type EpochTypes = {
    agreed: Readonly<{
        /** Wallet that has to have paid the rent, to which it goes back, where it has to be a certain one. */
        rentPayer?: Address | TransactionSigner;
        /** Slot that the channel has to have been opened for (u64), where it has to be a certain one. */
        openSlot?: bigint | number;
    }>;
    channel: generated.Channel;
    assembleOpen: Readonly<{
        /** Wallet that pays the rent, the payer by default; often the operator. If it is not the payer, it signs later. */
        rentPayer?: Address | undefined;
    }>;
    distributeInput: Readonly<{
        /** Wallet that paid the rent at open and gets it back: the one in the channel's account. */
        rentPayer: Address | TransactionSigner;
    }>;
    distributeInstruction: generated.DistributeInstruction<Address>;
    /** The end of a channel's account once it is paid out. */
    end: 'distributed';
    errorName: ErrorNameOf<keyof typeof errors>;
    errorCode: generated.PaymentChannelsProgramErrorCode;
    event: generated.ParsedPaymentChannelsEvent;
    filter: Readonly<{
        /** Wallet that paid the rent, to which it goes back. */
        rentPayer?: Address | TransactionSigner;
        /** Slot that the channel was opened for (u64). */
        openSlot?: bigint | number;
    }>;
    finalizeInstruction: generated.SealInstruction<Address>;
    inspectedOpen: Readonly<{
        /** Slot that the channel is opened for. */
        openSlot: bigint;
        /** Wallet that pays the rent of the channel and its escrow. */
        rentPayer: Address;
    }>;
    openAgreement: Readonly<{
        /** A slot that the cluster has reached: what can't land any more, or not yet, is refused. */
        currentSlot: bigint | number;
        /** The open slot, if one was agreed; any that can still land by default. */
        openSlot?: bigint | number;
        /** Slots in which the transaction has to be able to land, 150 by default: as long as a blockhash lasts. */
        landingSlots?: bigint | number | undefined;
        /** Wallet that pays the rent of the channel and its escrow, to which it comes back: the payer by default. */
        rentPayer?: Address | undefined;
        /**
         * That rent in lamports, which has to be given where the operator pays it: it is part of the operator's cost. It
         * follows from the cluster and the mint.
         */
        rentLamports?: bigint | number | undefined;
    }>;
    openData: generated.OpenInstructionData;
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
    /** Input of the plugin's `open`, which chooses what can be chosen. */
    pluginOpenInput: Readonly<{
        /** Slot that the channel is opened for (u64); by default one that is chosen by the slot that the RPC has reached. */
        openSlot?: bigint | number | undefined;
        /** Slots in which the transaction has to be able to land, where no open slot is given; 1,500 by default. */
        landingSlots?: bigint | number | undefined;
        /**
         * Wallet that pays the rent of the channel and its escrow and gets it back at the end; the payer by default.
         * It signs.
         */
        rentPayer?: TransactionSigner | undefined;
    }>;
    openInstruction: generated.OpenInstruction<Address>;
    reclaim: ReclaimLayout;
    reclaimInstruction: generated.ReclaimInstruction<Address>;
    requestCloseInstruction: generated.RequestCloseInstruction<Address>;
    seeds: Readonly<{
        /** Slot that the channel is opened for (u64). */
        openSlot: bigint | number;
    }>;
    settleAndFinalizeInstruction: generated.SettleAndSealInstruction<Address, string, string, string>;
    settleInstruction: generated.SettleInstruction<Address>;
    topUpData: generated.TopUpInstructionData;
    topUpInstruction: generated.TopUpInstruction<Address>;
    withdrawPayerInstruction: generated.WithdrawPayerInstruction<Address>;
};
