import { blake3 } from '@noble/hashes/blake3.js';
import type { Address } from '@solana/kit';

import {
    CHANNEL_DISCRIMINATOR,
    CHANNEL_PDA_SEEDS,
    CHANNEL_VERSION,
    ChannelStatus,
    CLOSED_CHANNEL_DISCRIMINATOR,
    getChannelDecoder,
    getChannelEncoder,
    getChannelSize,
    getClosedChannelSize,
    getDistributeInstruction,
    getOpenInstruction,
    getOpenInstructionDataCodec,
    getSettleAndFinalizeInstruction,
    getSettleInstruction,
    getVoucherArgsDecoder,
    getVoucherArgsEncoder,
    parseOpenInstruction,
    parsePaymentChannelsEvent,
    PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    PAYMENT_CHANNELS_PROGRAM_ERRORS,
    type ChannelArgs,
} from '../../generated/tombstone';
import { toShown } from '../json-form';
import type {
    ChannelLayout,
    DistributeLayout,
    OpenLayout,
    OpenReading,
    ProgramErrors,
    Revision,
    SettleAndFinalizeLayout,
    SettleLayout,
    VoucherLayout,
} from './revision';
import { PLACEHOLDER_TREASURY_OWNER } from './treasury-owners';

// Each part by itself: it is the default of the shared code that uses it.

export const TOMBSTONE_PROGRAM_ADDRESS = PAYMENT_CHANNELS_PROGRAM_ADDRESS;
export const TOMBSTONE_CHANNEL_SEEDS = CHANNEL_PDA_SEEDS;
export const TOMBSTONE_HASH: (preimage: Uint8Array) => Uint8Array = preimage => blake3(preimage);
export const TOMBSTONE_ERRORS: ProgramErrors = PAYMENT_CHANNELS_PROGRAM_ERRORS;
export const TOMBSTONE_PARSE_EVENT: Revision['parseEvent'] = parsePaymentChannelsEvent;

export const TOMBSTONE_TREASURY_OWNERS: readonly Address[] = /* @__PURE__ */ Object.freeze([
    PLACEHOLDER_TREASURY_OWNER,
]);

// A function of its own, since a bundler takes the reading of an enum for an effect.
const KINDS: ChannelLayout['kinds'] = /* @__PURE__ */ (() => ({
    [ChannelStatus.Closing]: 'closing',
    [ChannelStatus.Finalized]: 'finalized',
    [ChannelStatus.Open]: 'open',
}))();

export const TOMBSTONE_CHANNEL: ChannelLayout = /* @__PURE__ */ Object.freeze<ChannelLayout>({
    decode: data => getChannelDecoder().decode(data),
    discriminator: CHANNEL_DISCRIMINATOR,
    encode: fields => getChannelEncoder().encode(fields as ChannelArgs),
    getSize: getChannelSize,
    kinds: KINDS,
    tombstone: { discriminator: CLOSED_CHANNEL_DISCRIMINATOR, getSize: getClosedChannelSize },
    version: CHANNEL_VERSION,
});

export const TOMBSTONE_VOUCHER: VoucherLayout = /* @__PURE__ */ Object.freeze<VoucherLayout>({
    decode: bytes => getVoucherArgsDecoder().decode(bytes),
    getEncoder: getVoucherArgsEncoder,
});

export const TOMBSTONE_OPEN: OpenLayout = /* @__PURE__ */ Object.freeze<OpenLayout>({
    build: (parts, config) => getOpenInstruction(parts, config),
    openSlotWindow: undefined,
    toExtra: () => ({}),
    toleratesPrefunding: false,
});

export const TOMBSTONE_OPEN_READING: OpenReading = /* @__PURE__ */ Object.freeze<OpenReading>({
    getAccounts: instruction =>
        parseOpenInstruction(instruction as Parameters<typeof parseOpenInstruction>[0]).accounts,
    getDataCodec: () => getOpenInstructionDataCodec() as ReturnType<OpenReading['getDataCodec']>,
});

export const TOMBSTONE_DISTRIBUTE: DistributeLayout = /* @__PURE__ */ Object.freeze<DistributeLayout>({
    build: (parts, config) => getDistributeInstruction(parts, config),
    getPlaceholders: () => ({}),
    toExtra: () => ({}),
});

export const TOMBSTONE_SETTLE: SettleLayout = /* @__PURE__ */ Object.freeze<SettleLayout>({
    build: (parts, config) => getSettleInstruction(parts, config),
});

export const TOMBSTONE_SETTLE_AND_FINALIZE: SettleAndFinalizeLayout =
    /* @__PURE__ */ Object.freeze<SettleAndFinalizeLayout>({
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
        name: 'settleAndFinalize',
    });

/** The revision that the package's root entry point speaks. */
export const TOMBSTONE: Revision<'tombstone'> = /* @__PURE__ */ toShown('tombstone', {
    channel: TOMBSTONE_CHANNEL,
    channelSeeds: TOMBSTONE_CHANNEL_SEEDS,
    distribute: TOMBSTONE_DISTRIBUTE,
    errors: TOMBSTONE_ERRORS,
    hash: TOMBSTONE_HASH,
    name: 'tombstone',
    open: TOMBSTONE_OPEN,
    openReading: TOMBSTONE_OPEN_READING,
    parseEvent: TOMBSTONE_PARSE_EVENT,
    programAddress: TOMBSTONE_PROGRAM_ADDRESS,
    settle: TOMBSTONE_SETTLE,
    settleAndFinalize: TOMBSTONE_SETTLE_AND_FINALIZE,
    treasuryOwners: TOMBSTONE_TREASURY_OWNERS,
    voucher: TOMBSTONE_VOUCHER,
});
