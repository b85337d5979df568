import { sha256 } from '@noble/hashes/sha2.js';

import { createNoopSigner, getArrayEncoder, getU32Encoder } from '@solana/kit';
import {
    CHANNEL_DISCRIMINATOR,
    CHANNEL_PDA_SEEDS,
    CHANNEL_VERSION,
    ChannelStatus,
    EVENT_AUTHORITY_PDA_SEEDS,
    getChannelDecoder,
    getChannelEncoder,
    getChannelSize,
    getDistributeDiscriminatorBytes,
    getDistributeInstruction,
    getDistributeInstructionDataCodec,
    getDistributionEntryEncoder,
    getEmitEventDiscriminatorBytes,
    getEmitEventInstructionDataCodec,
    getOpenDiscriminatorBytes,
    getOpenInstruction,
    getOpenInstructionDataCodec,
    getReclaimDiscriminatorBytes,
    getReclaimInstruction,
    getReclaimInstructionDataCodec,
    getRequestCloseDiscriminatorBytes,
    getRequestCloseInstruction,
    getRequestCloseInstructionDataCodec,
    getSealDiscriminatorBytes,
    getSealInstruction,
    getSealInstructionDataCodec,
    getSettleAndSealDiscriminatorBytes,
    getSettleAndSealInstruction,
    getSettleAndSealInstructionDataCodec,
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
    OPEN_SLOT_WINDOW,
    parseDistributeInstruction,
    parseEmitEventInstruction,
    parseOpenInstruction,
    parsePaymentChannelsEvent,
    parseReclaimInstruction,
    parseRequestCloseInstruction,
    parseSealInstruction,
    parseSettleAndSealInstruction,
    parseSettleInstruction,
    parseTopUpInstruction,
    parseWithdrawPayerInstruction,
    PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    PAYMENT_CHANNELS_PROGRAM_ERRORS,
    type Channel,
    type ChannelArgs,
} from '../../../generated/epoch';
import { assertHasNoMisspelt, readMembers, readTerms, toAddress, toSigner, toU64 } from '../../core/input';
import { assertIsInWindow, chooseInWindow, getSlotAfterWindow } from '../open-slot-window';
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
    ReclaimLayout,
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
import { MAINNET_TREASURY_OWNER, PLACEHOLDER_TREASURY_OWNER } from '../treasury-owners';
import { AGREEMENT_MEMBERS, toTerms } from './agreement';
import type { EpochTypes } from './types';

export const EPOCH_PUBLISHED: Published = /* @__PURE__ */ definePart<Published>({
    programAddress: PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    treasuryOwners: [MAINNET_TREASURY_OWNER, PLACEHOLDER_TREASURY_OWNER],
});

export const EPOCH_ERRORS: ProgramErrors = /* @__PURE__ */ definePart<ProgramErrors>(PAYMENT_CHANNELS_PROGRAM_ERRORS);

export const EPOCH_EVENTS: EventsLayout<'epoch'> = /* @__PURE__ */ definePart<EventsLayout<'epoch'>>({
    getDiscriminator: getEmitEventDiscriminatorBytes,
    parse: parsePaymentChannelsEvent,
});

export const EPOCH_OUTDATED: OutdatedErrors = /* @__PURE__ */ definePart<OutdatedErrors>({
    names: [
        'channelCloseTooEarly',
        'channelNotDistributable',
        'invalidChannelStatus',
        'nothingToDistribute',
        'sealGracePeriodNotElapsed',
        'voucherExpired',
        'voucherOverDeposit',
        'voucherWatermarkNotMonotonic',
    ] satisfies EpochTypes['errorName'][],
});

export const EPOCH_SEEDS: SeedsLayout = /* @__PURE__ */ definePart<SeedsLayout>({
    channel: CHANNEL_PDA_SEEDS,
    eventAuthority: EVENT_AUTHORITY_PDA_SEEDS,
});

export const EPOCH_SPLITS: SplitsLayout = /* @__PURE__ */ definePart<SplitsLayout>({
    encode: splits => getArrayEncoder(getDistributionEntryEncoder(), { size: getU32Encoder() }).encode([...splits]),
    hash: preimage => sha256(preimage),
    maxRecipients: MAX_RECIPIENTS,
});

// A function of its own, since a bundler takes the reading of an enum for an effect.
const KINDS: ChannelLayout['kinds'] = /* @__PURE__ */ (() => ({
    [ChannelStatus.Closing]: 'closing',
    [ChannelStatus.Distributed]: 'distributed',
    [ChannelStatus.Open]: 'open',
    [ChannelStatus.Sealed]: 'finalized',
}))();

export const EPOCH_CHANNEL: ChannelLayout = /* @__PURE__ */ definePart<ChannelLayout>({
    decode: data => getChannelDecoder().decode(data),
    discriminator: CHANNEL_DISCRIMINATOR,
    encode: fields => getChannelEncoder().encode(fields as ChannelArgs),
    getReclaimableFromSlot: channel => getSlotAfterWindow((channel as Channel).openSlot, OPEN_SLOT_WINDOW),
    getSize: getChannelSize,
    kinds: KINDS,
    openSlotWindow: OPEN_SLOT_WINDOW,
    ownFields: ['rentPayer', 'openSlot'],
    tombstone: undefined,
    version: CHANNEL_VERSION,
});

export const EPOCH_VOUCHER: VoucherLayout = /* @__PURE__ */ definePart<VoucherLayout>({
    decode: bytes => getVoucherArgsDecoder().decode(bytes),
    getEncoder: getVoucherArgsEncoder,
    revision: 'epoch',
});

export const EPOCH_OPEN: OpenLayout = /* @__PURE__ */ definePart<OpenLayout>({
    build: ({ openSlot, rentPayer, ...input }, config) =>
        getOpenInstruction({ ...input, openSlot: openSlot!, rentPayer: rentPayer! }, config),
    complete: async (terms, fetchCurrentSlot) => {
        const { landingSlots, openSlot: given, ...input } = terms as Partial<EpochTypes['pluginOpenInput']>;
        const names = ['landingSlots', 'openSlot'].filter(name => !Object.hasOwn(terms, name));
        assertHasNoMisspelt('input', input, names);
        const currentSlot = await fetchCurrentSlot();
        if (given === undefined) {
            return { ...input, currentSlot, openSlot: chooseInWindow({ currentSlot, landingSlots }, OPEN_SLOT_WINDOW) };
        }
        const openSlot = toU64('openSlot', given);
        assertIsInWindow({ currentSlot, landingSlots, openSlot }, OPEN_SLOT_WINDOW);
        return { ...input, currentSlot, openSlot };
    },
    getLaterSigners: input => {
        const names = ['rentPayer'] as const;
        const { rentPayer } = readTerms('input', input as EpochTypes['assembleOpen'], names, names);
        return rentPayer === undefined ? {} : { rentPayer: createNoopSigner(toAddress('rentPayer', rentPayer)) };
    },
    hasRentPayer: true,
    programName: 'open',
    toFields: (input, payer) => {
        const names = ['currentSlot', 'openSlot', 'rentPayer'] as const;
        const optional = ['currentSlot', 'rentPayer'] as const;
        const given = readTerms('input', input as Partial<EpochTypes['openInput']>, names, optional);
        const { currentSlot, openSlot: openSlotInput, rentPayer = payer } = given;
        const openSlot = toU64('openSlot', openSlotInput);
        if (currentSlot !== undefined) assertIsInWindow({ currentSlot, openSlot }, OPEN_SLOT_WINDOW);
        return { openSlot, rentPayer: toSigner('rentPayer', rentPayer) };
    },
    toleratesPrefunding: true,
});

export const EPOCH_OPEN_READING: Revision['openReading'] = /* @__PURE__ */ definePart<Revision['openReading']>({
    agreementMembers: AGREEMENT_MEMBERS,
    getAccounts: instruction =>
        parseOpenInstruction(instruction as Parameters<typeof parseOpenInstruction>[0]).accounts,
    getDataCodec: () => getOpenInstructionDataCodec() as ReturnType<Revision['openReading']['getDataCodec']>,
    getDiscriminator: getOpenDiscriminatorBytes,
    toTerms,
});

export const EPOCH_TOP_UP: TopUpLayout = /* @__PURE__ */ definePart<TopUpLayout>({
    build: (input, config) => getTopUpInstruction(input, config),
    programName: 'topUp',
});

export const EPOCH_TOP_UP_READING: Revision['topUpReading'] = /* @__PURE__ */ definePart<Revision['topUpReading']>({
    getAccounts: instruction =>
        parseTopUpInstruction(instruction as Parameters<typeof parseTopUpInstruction>[0]).accounts,
    getDataCodec: () => getTopUpInstructionDataCodec() as ReturnType<Revision['topUpReading']['getDataCodec']>,
    getDiscriminator: getTopUpDiscriminatorBytes,
});

export const EPOCH_SETTLE: SettleLayout = /* @__PURE__ */ definePart<SettleLayout>({
    build: ({ channel }, config) => getSettleInstruction({ channel }, config),
    programName: 'settle',
});

export const EPOCH_SETTLE_AND_FINALIZE: SettleAndFinalizeLayout = /* @__PURE__ */ definePart<SettleAndFinalizeLayout>({
    build: ({ channel, payee, voucher }, config) =>
        getSettleAndSealInstruction({ channel, hasVoucher: voucher === undefined ? 0 : 1, payee }, config),
    programName: 'settleAndSeal',
});

export const EPOCH_REQUEST_CLOSE: RequestCloseLayout = /* @__PURE__ */ definePart<RequestCloseLayout>({
    build: (input, config) => getRequestCloseInstruction(input, config),
    programName: 'requestClose',
});

export const EPOCH_FINALIZE: FinalizeLayout = /* @__PURE__ */ definePart<FinalizeLayout>({
    build: (input, config) => getSealInstruction(input, config),
    programName: 'seal',
});

export const EPOCH_WITHDRAW_PAYER: WithdrawPayerLayout = /* @__PURE__ */ definePart<WithdrawPayerLayout>({
    build: (input, config) => getWithdrawPayerInstruction(input, config),
    programName: 'withdrawPayer',
});

export const EPOCH_DISTRIBUTE: DistributeLayout = /* @__PURE__ */ definePart<DistributeLayout>({
    build: ({ rentPayer, ...input }, config) => getDistributeInstruction({ ...input, rentPayer: rentPayer! }, config),
    getFields: channel => ({ rentPayer: (channel as Channel).rentPayer }),
    getPlaceholders: next => ({ rentPayer: next() }),
    programName: 'distribute',
    toFields: input => {
        const given = readMembers('input', input as Partial<EpochTypes['distributeInput']>, ['rentPayer']);
        return { rentPayer: toAddress('rentPayer', given.rentPayer) };
    },
});

export const EPOCH_RECLAIM: ReclaimLayout = /* @__PURE__ */ definePart<ReclaimLayout>({
    build: (input, config) => getReclaimInstruction(input, config),
    programName: 'reclaim',
});

export const EPOCH_INSTRUCTION_READINGS: InstructionReadings = /* @__PURE__ */ (() =>
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
        finalize: toReading('seal', getSealDiscriminatorBytes, getSealInstructionDataCodec, parseSealInstruction),
        open: toReading('open', getOpenDiscriminatorBytes, getOpenInstructionDataCodec, parseOpenInstruction),
        reclaim: toReading(
            'reclaim',
            getReclaimDiscriminatorBytes,
            getReclaimInstructionDataCodec,
            parseReclaimInstruction,
        ),
        requestClose: toReading(
            'requestClose',
            getRequestCloseDiscriminatorBytes,
            getRequestCloseInstructionDataCodec,
            parseRequestCloseInstruction,
        ),
        settle: toReading('settle', getSettleDiscriminatorBytes, getSettleInstructionDataCodec, parseSettleInstruction),
        settleAndFinalize: toReading(
            'settleAndSeal',
            getSettleAndSealDiscriminatorBytes,
            getSettleAndSealInstructionDataCodec,
            parseSettleAndSealInstruction,
        ),
        topUp: toReading('topUp', getTopUpDiscriminatorBytes, getTopUpInstructionDataCodec, parseTopUpInstruction),
        withdrawPayer: toReading(
            'withdrawPayer',
            getWithdrawPayerDiscriminatorBytes,
            getWithdrawPayerInstructionDataCodec,
            parseWithdrawPayerInstruction,
        ),
    }))();

/** The interface of the program that runs on mainnet. */
export const EPOCH: Revision<'epoch'> = /* @__PURE__ */ Object.freeze<Revision<'epoch'>>({
    channel: EPOCH_CHANNEL,
    distribute: EPOCH_DISTRIBUTE,
    errors: EPOCH_ERRORS,
    events: EPOCH_EVENTS,
    finalize: EPOCH_FINALIZE,
    instructionReadings: EPOCH_INSTRUCTION_READINGS,
    open: EPOCH_OPEN,
    openReading: EPOCH_OPEN_READING,
    outdated: EPOCH_OUTDATED,
    published: EPOCH_PUBLISHED,
    reclaim: EPOCH_RECLAIM,
    requestClose: EPOCH_REQUEST_CLOSE,
    revision: 'epoch',
    seeds: EPOCH_SEEDS,
    settle: EPOCH_SETTLE,
    settleAndFinalize: EPOCH_SETTLE_AND_FINALIZE,
    splits: EPOCH_SPLITS,
    topUp: EPOCH_TOP_UP,
    topUpReading: EPOCH_TOP_UP_READING,
    voucher: EPOCH_VOUCHER,
    withdrawPayer: EPOCH_WITHDRAW_PAYER,
});
