import type { Address, MaybeEncodedAccount } from '@solana/kit';

import { getRevisionPart, type DeploymentConfig } from '../deployment';
import { TOMBSTONE_ERRORS } from '../revision/tombstone';
import type { ProgramErrorCodeOf, RevisionName } from '../revision/types';
import { readMint, type TokenAccountCondition } from './token-account';

/** Something that would make a transaction fail as a whole. */
export type Blocker<TRevision extends RevisionName = 'tombstone'> = Readonly<{
    /** What is in the way. */
    subject: 'channel' | 'deployment' | 'escrow' | 'mint' | 'payee' | 'payer' | 'recipient' | 'splits' | 'treasury';
    /** The program's error code; none where another program or the runtime fails first. */
    code: ProgramErrorCodeOf<TRevision> | undefined;
    message: string;
}>;

/** What the program answers for a token account that it can't do without (spec section 6.4). */
export type TokenAccountCodes = Readonly<Record<'base' | 'extensions' | 'other', ProgramErrorCodeOf<'tombstone'>>>;

export const ESCROW_CODES = { base: 51, extensions: 52, other: 50 } as const satisfies TokenAccountCodes;
export const PAYER_CODES = { base: 58, extensions: 59, other: 57 } as const satisfies TokenAccountCodes;
export const TREASURY_CODES = { base: 2402, extensions: 2403, other: 2401 } as const satisfies TokenAccountCodes;

/** A blocker that is an error of the program. */
export function getBlocker<TRevision extends RevisionName>(
    subject: Blocker['subject'],
    code: ProgramErrorCodeOf<RevisionName>,
    config: DeploymentConfig<TRevision>,
): Blocker<TRevision> {
    const { message } = getRevisionPart(config, 'errors', TOMBSTONE_ERRORS)[code]!;
    return Object.freeze({ code: code as ProgramErrorCodeOf<TRevision>, message, subject });
}

/** A blocker that the program has no code for. */
export function getForeignBlocker(subject: Blocker['subject'], message: string): Blocker<never> {
    return Object.freeze({ code: undefined, message, subject });
}

/** What a token account that is needed in any case stands in the way with. */
export function getTokenAccountBlocker<TRevision extends RevisionName>(
    subject: Blocker['subject'],
    condition: TokenAccountCondition,
    codes: TokenAccountCodes,
    config: DeploymentConfig<TRevision>,
): Blocker<TRevision> | undefined {
    switch (condition) {
        case 'usable':
            return undefined;
        case 'missing':
        case 'unreadable':
            return getBlocker(subject, codes.base, config);
        case 'malformedExtensions':
        case 'unsupportedExtension':
            return getBlocker(subject, codes.extensions, config);
        case 'frozen':
        case 'reassigned':
        case 'uninitialized':
            return getBlocker(subject, codes.other, config);
        case 'invalidState':
            return getAbortBlocker(subject);
    }
}

/** The program aborts on a token account in a state that it does not know (spec section 6.4). */
export function getAbortBlocker(subject: Blocker['subject']): Blocker<never> {
    return getForeignBlocker(subject, `The token account of the ${subject} is in a state that the program aborts on.`);
}

/** What a mint stands in the way with (spec section 6.2). */
export function getMintBlocker<TRevision extends RevisionName>(
    account: MaybeEncodedAccount,
    tokenProgram: Address,
    config: DeploymentConfig<TRevision>,
): Blocker<TRevision> | undefined {
    const codes = { malformed: 55, malformedExtensions: 56, unreadable: 53, unsupportedExtension: 56 } as const;
    const condition = readMint(account, tokenProgram);
    return condition === 'usable' ? undefined : getBlocker('mint', codes[condition], config);
}
