import type { Address, MaybeEncodedAccount } from '@solana/kit';

import { PAYMENT_CHANNELS_PROGRAM_ERRORS, type PaymentChannelsProgramErrorCode } from '../../generated/tombstone';
import { readMint, type TokenAccountCondition } from './token-account';

/** Something that would make a transaction fail as a whole. */
export type Blocker = Readonly<{
    /** What is in the way. */
    subject: 'channel' | 'escrow' | 'mint' | 'payee' | 'payer' | 'recipient' | 'splits' | 'treasury';
    /** The program's error code; none where another program or the runtime fails first. */
    code: PaymentChannelsProgramErrorCode | undefined;
    message: string;
}>;

/** What the program answers for a token account that it can't do without (spec section 6.4). */
export type TokenAccountCodes = Readonly<Record<'base' | 'extensions' | 'other', PaymentChannelsProgramErrorCode>>;

export const ESCROW_CODES = { base: 51, extensions: 52, other: 50 } as const satisfies TokenAccountCodes;
export const PAYER_CODES = { base: 58, extensions: 59, other: 57 } as const satisfies TokenAccountCodes;
export const TREASURY_CODES = { base: 2402, extensions: 2403, other: 2401 } as const satisfies TokenAccountCodes;

/** A blocker that is an error of the program. */
export function getBlocker(subject: Blocker['subject'], code: PaymentChannelsProgramErrorCode): Blocker {
    return Object.freeze({ code, message: PAYMENT_CHANNELS_PROGRAM_ERRORS[code].message, subject });
}

/** A blocker that the program has no code for. */
export function getForeignBlocker(subject: Blocker['subject'], message: string): Blocker {
    return Object.freeze({ code: undefined, message, subject });
}

/** What a token account that is needed in any case stands in the way with. */
export function getTokenAccountBlocker(
    subject: Blocker['subject'],
    condition: TokenAccountCondition,
    codes: TokenAccountCodes,
): Blocker | undefined {
    switch (condition) {
        case 'usable':
            return undefined;
        case 'missing':
        case 'unreadable':
            return getBlocker(subject, codes.base);
        case 'malformedExtensions':
        case 'unsupportedExtension':
            return getBlocker(subject, codes.extensions);
        case 'frozen':
        case 'reassigned':
        case 'uninitialized':
            return getBlocker(subject, codes.other);
        case 'invalidState':
            return getAbortBlocker(subject);
    }
}

/** The program aborts on a token account in a state that it does not know (spec section 6.4). */
export function getAbortBlocker(subject: Blocker['subject']): Blocker {
    return getForeignBlocker(subject, `The token account of the ${subject} is in a state that the program aborts on.`);
}

/** What a mint stands in the way with (spec section 6.2). */
export function getMintBlocker(account: MaybeEncodedAccount, tokenProgram: Address): Blocker | undefined {
    const codes = { malformed: 55, malformedExtensions: 56, unreadable: 53, unsupportedExtension: 56 } as const;
    const condition = readMint(account, tokenProgram);
    return condition === 'usable' ? undefined : getBlocker('mint', codes[condition]);
}
