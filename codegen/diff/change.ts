/** What a change means to those who use the interface. */
export type Impact =
    /** What was built for the old interface is refused, or misread, by the new one, or the other way round. */
    | 'wire'
    /** Bytes and accounts are as before, but code that uses the client does not compile or means something else. */
    | 'types'
    /** Code and bytes of before go on working. */
    | 'compatible';

/** Every kind of change that is told. */
export const CHANGE_KINDS = [
    'account-default',
    'account-inserted',
    'account-moved',
    'account-optional',
    'account-removed',
    'account-renamed',
    'account-signer',
    'account-type-added',
    'account-type-discriminator',
    'account-type-pda',
    'account-type-removed',
    'account-type-renamed',
    'account-type-retyped',
    'account-type-size',
    'account-writable',
    'argument-added',
    'argument-default',
    'argument-moved',
    'argument-removed',
    'argument-renamed',
    'argument-retyped',
    'constant-added',
    'constant-changed',
    'constant-removed',
    'error-added',
    'error-message',
    'error-removed',
    'error-renamed',
    'error-renumbered',
    'event-added',
    'event-changed',
    'event-discriminator',
    'event-removed',
    'event-renamed',
    'field-added',
    'field-default',
    'field-moved',
    'field-removed',
    'field-renamed',
    'field-retyped',
    'instruction-added',
    'instruction-discriminator',
    'instruction-removed',
    'instruction-renamed',
    'instruction-size',
    'offset-moved',
    'pda-added',
    'pda-program',
    'pda-removed',
    'pda-renamed',
    'program-added',
    'program-address',
    'program-removed',
    'program-renamed',
    'remaining-accounts',
    'seed-added',
    'seed-changed',
    'seed-moved',
    'seed-removed',
    'seed-renamed',
    'type-added',
    'type-removed',
    'type-renamed',
    'type-retyped',
    'variant-added',
    'variant-changed',
    'variant-removed',
    'variant-renamed',
    'variant-renumbered',
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One difference between two IDLs. */
export type Change = Readonly<{
    kind: ChangeKind;
    impact: Impact;
    /** What changed, for instance `instruction open`. */
    subject: string;
    /** How it changed. */
    message: string;
    /** What that means to callers. */
    meaning: string;
}>;

/** Collects changes of one subject. */
export type AddChange = (kind: ChangeKind, impact: Impact, message: string, meaning: string) => void;

/** Whether code or transactions of before may stop working. */
export function isBreaking({ impact }: Change): boolean {
    return impact !== 'compatible';
}
