import {
    bytesEqual,
    createNoopSigner,
    type AccountMeta,
    type Address,
    type Codec,
    type Instruction,
    type ReadonlyUint8Array,
} from '@solana/kit';

import {
    getOpenDiscriminatorBytes,
    getTopUpDiscriminatorBytes,
    getTopUpInstruction,
    getTopUpInstructionDataCodec,
    parseTopUpInstruction,
    type TopUpInstructionData,
} from '../../../generated/tombstone';
import {
    findChannelPdaSync,
    findEscrowPdaSync,
    findEventAuthorityPdaSync,
    findTokenPdaSync,
} from '../../channel/derive';
import { getProgramConfig, getRevisionPart, type DeploymentConfig } from '../../deployment';
import { TOMBSTONE_OPEN, TOMBSTONE_OPEN_READING } from '../../revision/tombstone';
import type { RevisionName, RevisionTypes } from '../../revision/types';
import type { CheckedAgreement, CheckedOpenAgreement, CheckedTopUpAgreement } from '../check-agreement';
import type { ExpectedAccount } from './instruction';

// What inspection has to know of the instructions: how to read their data, and which accounts follow from the agreement.
// The order of the accounts, their roles and their names are those of the generated client.

/** One instruction of the program that payer and operator can agree on. */
export type ChannelInstruction<TAgreement extends CheckedAgreement, TData> = Readonly<{
    name: 'open' | 'topUp';
    getDiscriminator: () => ReadonlyUint8Array;
    getDataCodec: (config: DeploymentConfig<RevisionName>) => Codec<TData>;
    /** @param data Of the instruction in the transaction, if it can be read. */
    getExpectedAccounts: (
        agreement: TAgreement,
        data: TData | undefined,
        config: DeploymentConfig<RevisionName>,
    ) => readonly ExpectedAccount[];
}>;

/** The data of `open`, in any revision. */
export type OpenData = RevisionTypes[RevisionName]['openData'];

/** `open` (spec section 7.1). */
export const OPEN: ChannelInstruction<CheckedOpenAgreement, OpenData> = /* @__PURE__ */ Object.freeze({
    getDataCodec: config => getRevisionPart(config, 'openReading', TOMBSTONE_OPEN_READING).getDataCodec(),
    getExpectedAccounts: (agreement, data, config) => {
        const { authorizedSigner, deposit, gracePeriodSeconds, mint, payee, payer, splits, tokenProgram } = agreement;
        // The seeds of the transaction, so that another one shows once, and not in every address besides.
        const salt = data?.salt ?? (agreement.salt === 'any' ? 0n : agreement.salt);
        const openSlot = data && 'openSlot' in data ? data.openSlot : agreement.openSlot?.min;
        const seeds = { authorizedSigner, mint, openSlot: openSlot ?? 0n, payee, payer, salt };
        const [channel] = findChannelPdaSync<RevisionName>(seeds, config);
        const [eventAuthority] = findEventAuthorityPdaSync(config);
        const instruction = getRevisionPart(config, 'open', TOMBSTONE_OPEN).build(
            {
                authorizedSigner,
                channel,
                deposit: deposit.min,
                eventAuthority,
                gracePeriod: Number(gracePeriodSeconds.min),
                mint,
                payee,
                payer: createNoopSigner(payer),
                recipients: [...splits],
                salt,
                tokenProgram,
                ...getTokenAccounts(channel, agreement),
                ...(openSlot === undefined ? {} : { openSlot }),
                ...(agreement.rent && { rentPayer: createNoopSigner(agreement.rent.payer) }),
            },
            getProgramConfig(config),
        );
        const reading = getRevisionPart(config, 'openReading', TOMBSTONE_OPEN_READING);
        return getNamedAccounts(instruction, reading.getAccounts(instruction));
    },
    getDiscriminator: getOpenDiscriminatorBytes,
    name: 'open',
});

/** `topUp` (spec section 7.3). */
export const TOP_UP: ChannelInstruction<CheckedTopUpAgreement, TopUpInstructionData> = /* @__PURE__ */ Object.freeze({
    getDataCodec: () => getTopUpInstructionDataCodec() as Codec<TopUpInstructionData>,
    getExpectedAccounts: (agreement, _data, config) => {
        const { amount, channel, mint, payer, tokenProgram } = agreement;
        const instruction = getTopUpInstruction(
            {
                amount: amount.min,
                channel,
                mint,
                payer: createNoopSigner(payer),
                tokenProgram,
                ...getTokenAccounts(channel, agreement),
            },
            getProgramConfig(config),
        );
        return getNamedAccounts(instruction, parseTopUpInstruction(instruction).accounts);
    },
    getDiscriminator: getTopUpDiscriminatorBytes,
    name: 'topUp',
});

/** The two token accounts between which the money moves. */
function getTokenAccounts(channel: Address, { mint, payer, tokenProgram }: CheckedAgreement) {
    const [channelTokenAccount] = findEscrowPdaSync({ channel, mint, tokenProgram });
    const [payerTokenAccount] = findTokenPdaSync({ mint, owner: payer, tokenProgram });
    return { channelTokenAccount, payerTokenAccount };
}

/** Reads data with a codec; `isExact` says that there is only this one way to write it. */
export function decodeExactly<T>(codec: Codec<T>, data: ReadonlyUint8Array): { value?: T; isExact: boolean } {
    try {
        const value = codec.decode(data);
        return { isExact: bytesEqual(new Uint8Array(codec.encode(value)), new Uint8Array(data)), value };
    } catch {
        return { isExact: false };
    }
}

/** The accounts of a built instruction, each with its name: a parsed instruction has them in the same order. */
export function getNamedAccounts(instruction: Instruction, parsed: object): readonly ExpectedAccount[] {
    const names = Object.keys(parsed);
    return (instruction.accounts ?? []).map(({ address, role }: Pick<AccountMeta, 'address' | 'role'>, index) =>
        Object.freeze({ address, name: names[index]!, role }),
    );
}
