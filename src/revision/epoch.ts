import { sha256 } from '@noble/hashes/sha2.js';

import {
    CHANNEL_DISCRIMINATOR,
    CHANNEL_PDA_SEEDS,
    CHANNEL_VERSION,
    ChannelStatus,
    getChannelDecoder,
    getChannelEncoder,
    getChannelSize,
    getDistributeInstruction,
    getOpenInstruction,
    getOpenInstructionDataCodec,
    getSettleAndSealInstruction,
    getSettleInstruction,
    getVoucherArgsDecoder,
    getVoucherArgsEncoder,
    OPEN_SLOT_WINDOW,
    parseOpenInstruction,
    parsePaymentChannelsEvent,
    PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    PAYMENT_CHANNELS_PROGRAM_ERRORS,
    type ChannelArgs,
} from '../../generated/epoch';
import { assertIsOpenSlotInWindow } from './open-slot';
import { readMembers, readTerms, toAddress, toSigner, toU64 } from '../input';
import { toShown } from '../json-form';
import { MAINNET_TREASURY_OWNER, PLACEHOLDER_TREASURY_OWNER } from './treasury-owners';
import type { DistributeExtra, OpenExtra, OpenReading, Revision } from './revision';
import type { RevisionTypes } from './types';

type OpenInput = Partial<RevisionTypes['epoch']['openInput']>;
type DistributeInput = Partial<RevisionTypes['epoch']['distributeInput']>;

// A function of its own, since a bundler takes the reading of an enum for an effect.
const KINDS: Revision['channel']['kinds'] = /* @__PURE__ */ (() => ({
    [ChannelStatus.Closing]: 'closing',
    [ChannelStatus.Distributed]: 'distributed',
    [ChannelStatus.Open]: 'open',
    [ChannelStatus.Sealed]: 'sealed',
}))();

/** The revision of the program that runs on mainnet, which the entry point `./epoch` speaks. */
export const EPOCH: Revision<'epoch'> = /* @__PURE__ */ toShown('epoch', {
    channel: {
        decode: data => getChannelDecoder().decode(data),
        discriminator: CHANNEL_DISCRIMINATOR,
        encode: fields => getChannelEncoder().encode(fields as ChannelArgs),
        getSize: getChannelSize,
        kinds: KINDS,
        tombstone: undefined,
        version: CHANNEL_VERSION,
    },
    channelSeeds: CHANNEL_PDA_SEEDS,
    distribute: {
        build: ({ rentPayer, ...parts }, config) =>
            getDistributeInstruction({ ...parts, rentPayer: rentPayer! }, config),
        getPlaceholders: next => ({ rentPayer: next() }),
        toExtra: (input): DistributeExtra => ({
            rentPayer: toAddress('rentPayer', readMembers('input', input as DistributeInput, ['rentPayer']).rentPayer),
        }),
    },
    errors: PAYMENT_CHANNELS_PROGRAM_ERRORS,
    hash: preimage => sha256(preimage),
    name: 'epoch',
    open: {
        build: ({ openSlot, rentPayer, ...parts }, config) =>
            getOpenInstruction({ ...parts, openSlot: openSlot!, rentPayer: rentPayer! }, config),
        openSlotWindow: OPEN_SLOT_WINDOW,
        toExtra: (input, payer): OpenExtra => {
            const names = ['currentSlot', 'openSlot', 'rentPayer'] as const;
            const given = readTerms('input', input as OpenInput, names, ['currentSlot', 'rentPayer']);
            const { currentSlot, openSlot: openSlotInput, rentPayer = payer } = given;
            const openSlot = toU64('openSlot', openSlotInput);
            if (currentSlot !== undefined) assertIsOpenSlotInWindow({ currentSlot, openSlot });
            return { openSlot, rentPayer: toSigner('rentPayer', rentPayer) };
        },
        toleratesPrefunding: true,
    },
    openReading: {
        getAccounts: instruction =>
            parseOpenInstruction(instruction as Parameters<typeof parseOpenInstruction>[0]).accounts,
        getDataCodec: () => getOpenInstructionDataCodec() as ReturnType<OpenReading['getDataCodec']>,
    },
    parseEvent: parsePaymentChannelsEvent,
    programAddress: PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    settle: { build: ({ channel }, config) => getSettleInstruction({ channel }, config) },
    settleAndFinalize: {
        build: ({ channel, payee, voucher }, config) =>
            getSettleAndSealInstruction({ channel, hasVoucher: voucher === undefined ? 0 : 1, payee }, config),
        name: 'settleAndSeal',
    },
    treasuryOwners: [MAINNET_TREASURY_OWNER, PLACEHOLDER_TREASURY_OWNER],
    voucher: { decode: bytes => getVoucherArgsDecoder().decode(bytes), getEncoder: getVoucherArgsEncoder },
} satisfies Revision<'epoch'>);
