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
    findChannelPdaSync,
    findEscrowPdaSync,
    findEventAuthorityPdaSync,
    findTokenPdaSync,
} from '../../channel/find-pdas-sync';
import { getProgramConfig, getPart, type DeploymentParts } from '../../revision/deployment';
import type { InstructionReading, OpenData } from '../../revision/parts';
import type { RevisionName, RevisionTypes } from '../../revision/revision-types';
import type { CheckedAgreement, CheckedOpenAgreement, CheckedTopUpAgreement } from '../check-agreement';
import type { ExpectedAccount } from './judged-instruction';

// What inspection needs to know about the instructions: how to parse their data, and which accounts follow from the
// agreement. The order of the accounts, their roles and their names are those of the generated client.

/** One instruction of the program that payer and operator can agree on. */
export type ChannelInstruction<TAgreement extends CheckedAgreement, TData> = Readonly<{
    name: 'open' | 'topUp';
    reading: InstructionReading<TData>;
    /** @param data Of the instruction in the transaction, if it can be read. */
    getExpectedAccounts: (agreement: TAgreement, data: TData | undefined) => readonly ExpectedAccount[];
}>;

/** What the inspection of an open needs of a deployment. */
export type OpenInspectionParts<TRevision extends RevisionName = RevisionName> = DeploymentParts<
    'open' | 'openReading' | 'programAddress' | 'revision' | 'seeds' | 'splits',
    TRevision
>;

/** What the inspection of a topUp needs of a deployment. */
export type TopUpInspectionParts = DeploymentParts<'programAddress' | 'revision' | 'topUp' | 'topUpReading'>;

/** The data of `topUp`, in any revision. */
export type TopUpData = RevisionTypes[RevisionName]['topUpData'];

/** `open` (docs/program.md, section 7.1). */
export const getOpenToInspect = (
    deployment: OpenInspectionParts,
): ChannelInstruction<CheckedOpenAgreement, OpenData> => ({
    getExpectedAccounts: (agreement, data) => {
        const { authorizedSigner, deposit, gracePeriodSeconds, mint, payee, payer, splits, tokenProgram } = agreement;
        // The seeds of the transaction, so that another one shows once, and not in every address besides.
        const salt = data?.salt ?? (agreement.salt === 'any' ? 0n : agreement.salt);
        const openSlot = data?.openSlot ?? agreement.openSlot?.min;
        const seeds = { authorizedSigner, mint, openSlot: openSlot ?? 0n, payee, payer, salt };
        const [channel] = findChannelPdaSync<RevisionName>(seeds, deployment);
        const [eventAuthority] = findEventAuthorityPdaSync(deployment);
        const instruction = getPart(deployment, 'open').build(
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
            getProgramConfig(deployment),
        );
        return getNamedAccounts(instruction, getPart(deployment, 'openReading').getAccounts(instruction));
    },
    name: 'open',
    reading: getPart(deployment, 'openReading'),
});

/** `topUp` (docs/program.md, section 7.3). */
export const getTopUpToInspect = (
    deployment: TopUpInspectionParts,
): ChannelInstruction<CheckedTopUpAgreement, TopUpData> => ({
    getExpectedAccounts: agreement => {
        const { amount, channel, mint, payer, tokenProgram } = agreement;
        const instruction = getPart(deployment, 'topUp').build(
            {
                amount: amount.min,
                channel,
                mint,
                payer: createNoopSigner(payer),
                tokenProgram,
                ...getTokenAccounts(channel, agreement),
            },
            getProgramConfig(deployment),
        );
        return getNamedAccounts(instruction, getPart(deployment, 'topUpReading').getAccounts(instruction));
    },
    name: 'topUp',
    reading: getPart(deployment, 'topUpReading'),
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
