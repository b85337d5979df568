import { blake3 } from '@noble/hashes/blake3.js';

import { getArrayEncoder, getU32Encoder } from '@solana/kit';
import {
    CHANNEL_DISCRIMINATOR,
    CHANNEL_PDA_SEEDS,
    CHANNEL_VERSION,
    ChannelStatus,
    CLOSED_CHANNEL_DISCRIMINATOR,
    EVENT_AUTHORITY_PDA_SEEDS,
    getChannelDecoder,
    getChannelEncoder,
    getChannelSize,
    getClosedChannelSize,
    getDistributeDiscriminatorBytes,
    getDistributeInstruction,
    getDistributeInstructionDataCodec,
    getDistributionEntryEncoder,
    getEmitEventDiscriminatorBytes,
    getEmitEventInstructionDataCodec,
    getFinalizeDiscriminatorBytes,
    getFinalizeInstruction,
    getFinalizeInstructionDataCodec,
    getOpenDiscriminatorBytes,
    getOpenInstruction,
    getOpenInstructionDataCodec,
    getRequestCloseDiscriminatorBytes,
    getRequestCloseInstruction,
    getRequestCloseInstructionDataCodec,
    getSettleAndFinalizeDiscriminatorBytes,
    getSettleAndFinalizeInstruction,
    getSettleAndFinalizeInstructionDataCodec,
    getSettleDiscriminatorBytes,
    getSettleInstruction,
    getSettleInstructionDataCodec,
    getTopUpDiscriminatorBytes,
    getTopUpInstruction,
    getTopUpInstructionDataCodec,
    getVoucherArgsDecoder,
    getVoucherArgsEncoder,
    getWithdrawPayerDiscriminatorBytes,
    getWithdrawPayerInstruction,
    getWithdrawPayerInstructionDataCodec,
    MAX_RECIPIENTS,
    parseDistributeInstruction,
    parseEmitEventInstruction,
    parseFinalizeInstruction,
    parseOpenInstruction,
    parsePaymentChannelsEvent,
    parseRequestCloseInstruction,
    parseSettleAndFinalizeInstruction,
    parseSettleInstruction,
    parseTopUpInstruction,
    parseWithdrawPayerInstruction,
    PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    PAYMENT_CHANNELS_PROGRAM_ERRORS,
    type ChannelArgs,
} from '../../../generated/tombstone';
import { definePart } from '../define-part';
import { toReading } from '../instruction-reading';
import type {
    ChannelLayout,
    DistributeLayout,
    EventsLayout,
    FinalizeLayout,
    InstructionReadings,
    OpenLayout,
    OutdatedErrors,
    ProgramErrors,
    Published,
    RequestCloseLayout,
    Revision,
    SeedsLayout,
    SettleAndFinalizeLayout,
    SettleLayout,
    SplitsLayout,
    TopUpLayout,
    VoucherLayout,
    WithdrawPayerLayout,
} from '../parts';
import { PLACEHOLDER_TREASURY_OWNER } from '../treasury-owners';
import type { TombstoneTypes } from './types';

export const TOMBSTONE_PUBLISHED: Published = /* @__PURE__ */ definePart<Published>({
    programAddress: PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    treasuryOwners: [PLACEHOLDER_TREASURY_OWNER],
});

export const TOMBSTONE_ERRORS: ProgramErrors = /* @__PURE__ */ definePart<ProgramErrors>(
    PAYMENT_CHANNELS_PROGRAM_ERRORS,
);

export const TOMBSTONE_EVENTS: EventsLayout<'tombstone'> = /* @__PURE__ */ definePart<EventsLayout<'tombstone'>>({
    getDiscriminator: getEmitEventDiscriminatorBytes,
    parse: parsePaymentChannelsEvent,
});

export const TOMBSTONE_OUTDATED: OutdatedErrors = /* @__PURE__ */ definePart<OutdatedErrors>({
    names: [
        'channelNotDistributable',
        'invalidChannelStatus',
        'nothingToDistribute',
        'voucherExpired',
        'voucherOverDeposit',
        'voucherWatermarkNotMonotonic',
    ] satisfies TombstoneTypes['errorName'][],
});

export const TOMBSTONE_SEEDS: SeedsLayout = /* @__PURE__ */ definePart<SeedsLayout>({
    channel: CHANNEL_PDA_SEEDS,
    eventAuthority: EVENT_AUTHORITY_PDA_SEEDS,
});

export const TOMBSTONE_SPLITS: SplitsLayout = /* @__PURE__ */ definePart<SplitsLayout>({
    encode: splits => getArrayEncoder(getDistributionEntryEncoder(), { size: getU32Encoder() }).encode([...splits]),
    hash: preimage => blake3(preimage),
    maxRecipients: MAX_RECIPIENTS,
});

// A function of its own, since a bundler takes the reading of an enum for an effect.
const KINDS: ChannelLayout['kinds'] = /* @__PURE__ */ (() => ({
    [ChannelStatus.Closing]: 'closing',
    [ChannelStatus.Finalized]: 'finalized',
    [ChannelStatus.Open]: 'open',
}))();

export const TOMBSTONE_CHANNEL: ChannelLayout = /* @__PURE__ */ definePart<ChannelLayout>({
    decode: data => getChannelDecoder().decode(data),
    discriminator: CHANNEL_DISCRIMINATOR,
    encode: fields => getChannelEncoder().encode(fields as ChannelArgs),
    getReclaimableFromSlot: () => 0n,
    getSize: getChannelSize,
    kinds: KINDS,
    openSlotWindow: undefined,
    ownFields: [],
    tombstone: { discriminator: CLOSED_CHANNEL_DISCRIMINATOR, getSize: getClosedChannelSize },
    version: CHANNEL_VERSION,
});

export const TOMBSTONE_VOUCHER: VoucherLayout = /* @__PURE__ */ definePart<VoucherLayout>({
    decode: bytes => getVoucherArgsDecoder().decode(bytes),
    getEncoder: getVoucherArgsEncoder,
    revision: 'tombstone',
});

export const TOMBSTONE_OPEN: OpenLayout = /* @__PURE__ */ definePart<OpenLayout>({
    build: (input, config) => getOpenInstruction(input, config),
    complete: async input => input,
    getLaterSigners: () => ({}),
    hasRentPayer: false,
    programName: 'open',
    toFields: () => ({}),
    toleratesPrefunding: false,
});

export const TOMBSTONE_OPEN_READING: Revision['openReading'] = /* @__PURE__ */ definePart<Revision['openReading']>({
    agreementMembers: {},
    getAccounts: instruction =>
        parseOpenInstruction(instruction as Parameters<typeof parseOpenInstruction>[0]).accounts,
    getDataCodec: () => getOpenInstructionDataCodec() as ReturnType<Revision['openReading']['getDataCodec']>,
    getDiscriminator: getOpenDiscriminatorBytes,
    toTerms: () => ({ openSlot: undefined, rent: undefined }),
});

export const TOMBSTONE_TOP_UP: TopUpLayout = /* @__PURE__ */ definePart<TopUpLayout>({
    build: (input, config) => getTopUpInstruction(input, config),
    programName: 'topUp',
});

export const TOMBSTONE_TOP_UP_READING: Revision['topUpReading'] = /* @__PURE__ */ definePart<Revision['topUpReading']>({
    getAccounts: instruction =>
        parseTopUpInstruction(instruction as Parameters<typeof parseTopUpInstruction>[0]).accounts,
    getDataCodec: () => getTopUpInstructionDataCodec() as ReturnType<Revision['topUpReading']['getDataCodec']>,
    getDiscriminator: getTopUpDiscriminatorBytes,
});

export const TOMBSTONE_SETTLE: SettleLayout = /* @__PURE__ */ definePart<SettleLayout>({
    build: (input, config) => getSettleInstruction(input, config),
    programName: 'settle',
});

export const TOMBSTONE_SETTLE_AND_FINALIZE: SettleAndFinalizeLayout =
    /* @__PURE__ */ definePart<SettleAndFinalizeLayout>({
        build: ({ channel, payee, voucher }, config) =>
            getSettleAndFinalizeInstruction(
                {
                    channel,
                    hasVoucher: voucher === undefined ? 0 : 1,
                    // The program's interface calls the payee merchant.
                    merchant: payee,
                    // The data has its 48 bytes either way; without a voucher the program does not look at them.
                    voucher: voucher ?? { channelId: channel, cumulativeAmount: 0n, expiresAt: 0n },
                },
                config,
            ),
        programName: 'settleAndFinalize',
    });

export const TOMBSTONE_REQUEST_CLOSE: RequestCloseLayout = /* @__PURE__ */ definePart<RequestCloseLayout>({
    build: (input, config) => getRequestCloseInstruction(input, config),
    programName: 'requestClose',
});

export const TOMBSTONE_FINALIZE: FinalizeLayout = /* @__PURE__ */ definePart<FinalizeLayout>({
    build: (input, config) => getFinalizeInstruction(input, config),
    programName: 'finalize',
});

export const TOMBSTONE_WITHDRAW_PAYER: WithdrawPayerLayout = /* @__PURE__ */ definePart<WithdrawPayerLayout>({
    build: (input, config) => getWithdrawPayerInstruction(input, config),
    programName: 'withdrawPayer',
});

export const TOMBSTONE_DISTRIBUTE: DistributeLayout = /* @__PURE__ */ definePart<DistributeLayout>({
    build: (input, config) => getDistributeInstruction(input, config),
    getFields: () => ({}),
    getPlaceholders: () => ({}),
    programName: 'distribute',
    toFields: () => ({}),
});

export const TOMBSTONE_INSTRUCTION_READINGS: InstructionReadings = /* @__PURE__ */ (() =>
    definePart<InstructionReadings>({
        distribute: toReading(
            'distribute',
            getDistributeDiscriminatorBytes,
            getDistributeInstructionDataCodec,
            parseDistributeInstruction,
        ),
        emitEvent: toReading(
            'emitEvent',
            getEmitEventDiscriminatorBytes,
            getEmitEventInstructionDataCodec,
            parseEmitEventInstruction,
        ),
        finalize: toReading(
            'finalize',
            getFinalizeDiscriminatorBytes,
            getFinalizeInstructionDataCodec,
            parseFinalizeInstruction,
        ),
        open: toReading('open', getOpenDiscriminatorBytes, getOpenInstructionDataCodec, parseOpenInstruction),
        requestClose: toReading(
            'requestClose',
            getRequestCloseDiscriminatorBytes,
            getRequestCloseInstructionDataCodec,
            parseRequestCloseInstruction,
        ),
        settle: toReading('settle', getSettleDiscriminatorBytes, getSettleInstructionDataCodec, parseSettleInstruction),
        settleAndFinalize: toReading(
            'settleAndFinalize',
            getSettleAndFinalizeDiscriminatorBytes,
            getSettleAndFinalizeInstructionDataCodec,
            parseSettleAndFinalizeInstruction,
        ),
        topUp: toReading('topUp', getTopUpDiscriminatorBytes, getTopUpInstructionDataCodec, parseTopUpInstruction),
        withdrawPayer: toReading(
            'withdrawPayer',
            getWithdrawPayerDiscriminatorBytes,
            getWithdrawPayerInstructionDataCodec,
            parseWithdrawPayerInstruction,
        ),
    }))();

/** The interface of the first published program, which LiteSVM and clusters with the blake3 syscall run. */
export const TOMBSTONE: Revision<'tombstone'> = /* @__PURE__ */ Object.freeze<Revision<'tombstone'>>({
    channel: TOMBSTONE_CHANNEL,
    distribute: TOMBSTONE_DISTRIBUTE,
    errors: TOMBSTONE_ERRORS,
    events: TOMBSTONE_EVENTS,
    finalize: TOMBSTONE_FINALIZE,
    instructionReadings: TOMBSTONE_INSTRUCTION_READINGS,
    open: TOMBSTONE_OPEN,
    openReading: TOMBSTONE_OPEN_READING,
    outdated: TOMBSTONE_OUTDATED,
    published: TOMBSTONE_PUBLISHED,
    reclaim: undefined,
    requestClose: TOMBSTONE_REQUEST_CLOSE,
    revision: 'tombstone',
    seeds: TOMBSTONE_SEEDS,
    settle: TOMBSTONE_SETTLE,
    settleAndFinalize: TOMBSTONE_SETTLE_AND_FINALIZE,
    splits: TOMBSTONE_SPLITS,
    topUp: TOMBSTONE_TOP_UP,
    topUpReading: TOMBSTONE_TOP_UP_READING,
    voucher: TOMBSTONE_VOUCHER,
    withdrawPayer: TOMBSTONE_WITHDRAW_PAYER,
});
