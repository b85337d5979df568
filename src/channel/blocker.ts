import type { Address, MaybeEncodedAccount } from '@solana/kit';

import { getErrorCode, getPart, type DeploymentParts } from '../revision/deployment';
import type { ProgramErrorCodeOf, RevisionName } from '../revision/revision-types';
import { readMint, type TokenAccountCondition } from './token-account';

/** A reason for which a whole transaction would fail. */
export type Blocker<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** The subject of the reason. */
    subject: 'channel' | 'deployment' | 'escrow' | 'mint' | 'payee' | 'payer' | 'recipient' | 'splits' | 'treasury';
    /** The program's error code; none where another program or the runtime fails first. */
    code: ProgramErrorCodeOf<TRevision> | undefined;
    message: string;
}>;

/** The program's errors for a mandatory token account (docs/program.md, section 6.4). */
export type TokenAccountErrors = Readonly<Record<'base' | 'extensions' | 'other', string>>;

export const ESCROW_ERRORS = {
    base: 'invalidChannelTokenAccount',
    extensions: 'invalidChannelTokenExtensions',
    other: 'channelAccountMismatch',
} as const satisfies TokenAccountErrors;
export const PAYER_ERRORS = {
    base: 'invalidPayerTokenAccount',
    extensions: 'invalidPayerTokenExtensions',
    other: 'payerAccountMismatch',
} as const satisfies TokenAccountErrors;
export const TREASURY_ERRORS = {
    base: 'invalidTreasuryTokenAccount',
    extensions: 'invalidTreasuryTokenExtensions',
    other: 'treasuryAccountMismatch',
} as const satisfies TokenAccountErrors;

/** A blocker that is an error of the program. */
export function getBlocker<TRevision extends RevisionName>(
    subject: Blocker['subject'],
    name: string,
    deployment: DeploymentParts<'errors', TRevision>,
): Blocker<TRevision> {
    const code = getErrorCode(name, deployment);
    const { message } = getPart(deployment, 'errors')[code]!;
    return Object.freeze({ code: code as ProgramErrorCodeOf<TRevision>, message, subject });
}

/** A blocker that the program has no code for. */
export function getForeignBlocker(subject: Blocker['subject'], message: string): Blocker<never> {
    return Object.freeze({ code: undefined, message, subject });
}

/** The blocker that a mandatory token account causes, if any. */
export function getTokenAccountBlocker<TRevision extends RevisionName>(
    subject: Blocker['subject'],
    condition: TokenAccountCondition,
    errors: TokenAccountErrors,
    deployment: DeploymentParts<'errors', TRevision>,
): Blocker<TRevision> | undefined {
    switch (condition) {
        case 'usable':
            return undefined;
        case 'missing':
        case 'unreadable':
            return getBlocker(subject, errors.base, deployment);
        case 'malformedExtensions':
        case 'unsupportedExtension':
            return getBlocker(subject, errors.extensions, deployment);
        case 'frozen':
        case 'reassigned':
        case 'uninitialized':
            return getBlocker(subject, errors.other, deployment);
        case 'invalidState':
            return getAbortBlocker(subject);
    }
}

/** The program aborts on a token account in a state that it does not know (docs/program.md, section 6.4). */
export function getAbortBlocker(subject: Blocker['subject']): Blocker<never> {
    return getForeignBlocker(subject, `The token account of the ${subject} is in a state that the program aborts on.`);
}

/** The blocker that a mint causes, if any (docs/program.md, section 6.2). */
export function getMintBlocker<TRevision extends RevisionName>(
    account: MaybeEncodedAccount,
    tokenProgram: Address,
    deployment: DeploymentParts<'errors', TRevision>,
): Blocker<TRevision> | undefined {
    const errors = {
        malformed: 'malformedMintTokenAccountData',
        malformedExtensions: 'malformedMintTokenExtensions',
        unreadable: 'mintAccountMismatch',
        unsupportedExtension: 'malformedMintTokenExtensions',
    } as const;
    const condition = readMint(account, tokenProgram);
    return condition === 'usable' ? undefined : getBlocker('mint', errors[condition], deployment);
}
