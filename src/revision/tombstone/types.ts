import type { Address } from '@solana/kit';

import type * as generated from '../../../generated/tombstone';
import type * as errors from '../../../generated/tombstone/errors';
import type { ErrorNameOf } from '../error-name';

/** The types that differ in the tombstone revision. */
export type TombstoneTypes = {
    agreed: object;
    channel: generated.Channel;
    assembleOpen: object;
    distributeInput: object;
    distributeInstruction: generated.DistributeInstruction<Address>;
    /** The end of a channel's account once it is paid out. */
    end: 'closed';
    errorName: ErrorNameOf<keyof typeof errors>;
    errorCode: generated.PaymentChannelsProgramErrorCode;
    event: generated.ParsedPaymentChannelsEvent;
    filter: object;
    finalizeInstruction: generated.FinalizeInstruction<Address>;
    inspectedOpen: object;
    openAgreement: object;
    openData: generated.OpenInstructionData;
    openInput: object;
    pluginOpenInput: object;
    openInstruction: generated.OpenInstruction<Address>;
    reclaim: undefined;
    reclaimInstruction: never;
    requestCloseInstruction: generated.RequestCloseInstruction<Address>;
    seeds: object;
    settleAndFinalizeInstruction: generated.SettleAndFinalizeInstruction<Address, string, string, string>;
    settleInstruction: generated.SettleInstruction<Address>;
    topUpData: generated.TopUpInstructionData;
    topUpInstruction: generated.TopUpInstruction<Address>;
    withdrawPayerInstruction: generated.WithdrawPayerInstruction<Address>;
};
