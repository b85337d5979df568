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
    getOpenInstruction,
    getOpenInstructionDataCodec,
    getTopUpDiscriminatorBytes,
    getTopUpInstruction,
    getTopUpInstructionDataCodec,
    parseOpenInstruction,
    parseTopUpInstruction,
    type OpenInstructionData,
    type TopUpInstructionData,
} from '../../../generated/tombstone';
import {
    findChannelPdaSync,
    findEscrowPdaSync,
    findEventAuthorityPdaSync,
    findTokenPdaSync,
} from '../../channel/derive';
import type { CheckedAgreement, CheckedOpenAgreement, CheckedTopUpAgreement } from '../check-agreement';
import type { ExpectedAccount } from './instruction';

// What inspection has to know of the instructions of this revision: how to read their data, and which accounts follow
// from the agreement. The order of the accounts, their roles and their names are those of the generated client.

/** One instruction of the program that payer and operator can agree on. */
export type ChannelInstruction<TAgreement extends CheckedAgreement, TData> = Readonly<{
    name: 'open' | 'topUp';
    getDiscriminator: () => ReadonlyUint8Array;
    getDataCodec: () => Codec<TData>;
    /** @param data Of the instruction in the transaction, if it can be read. */
    getExpectedAccounts: (
        agreement: TAgreement,
        data: TData | undefined,
        programAddress: Address,
    ) => readonly ExpectedAccount[];
}>;

/** `open` (spec section 7.1). */
export const OPEN: ChannelInstruction<CheckedOpenAgreement, OpenInstructionData> = /* @__PURE__ */ Object.freeze({
    getDataCodec: () => getOpenInstructionDataCodec() as Codec<OpenInstructionData>,
    getExpectedAccounts: (agreement, data, programAddress) => {
        const { authorizedSigner, deposit, gracePeriodSeconds, mint, payee, payer, splits, tokenProgram } = agreement;
        // The salt of the transaction, so that another one shows once, and not in every address besides.
        const salt = data?.salt ?? (agreement.salt === 'any' ? 0n : agreement.salt);
        const [channel] = findChannelPdaSync({ authorizedSigner, mint, payee, payer, salt }, { programAddress });
        const [eventAuthority] = findEventAuthorityPdaSync({ programAddress });
        const instruction = getOpenInstruction(
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
            },
            { programAddress },
        );
        return getNamedAccounts(instruction, parseOpenInstruction(instruction).accounts);
    },
    getDiscriminator: getOpenDiscriminatorBytes,
    name: 'open',
});

/** `topUp` (spec section 7.3). */
export const TOP_UP: ChannelInstruction<CheckedTopUpAgreement, TopUpInstructionData> = /* @__PURE__ */ Object.freeze({
    getDataCodec: () => getTopUpInstructionDataCodec() as Codec<TopUpInstructionData>,
    getExpectedAccounts: (agreement, _data, programAddress) => {
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
            { programAddress },
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
