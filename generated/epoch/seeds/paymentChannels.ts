/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

/** The seeds of the address "channel", in order. */
export const CHANNEL_PDA_SEEDS = [
    { kind: 'text', text: 'channel' },
    { kind: 'address', name: 'payer' },
    { kind: 'address', name: 'payee' },
    { kind: 'address', name: 'mint' },
    { kind: 'address', name: 'authorizedSigner' },
    { kind: 'u64', name: 'salt' },
    { kind: 'u64', name: 'openSlot' },
] as const;

/** The seeds of the address "eventAuthority", in order. */
export const EVENT_AUTHORITY_PDA_SEEDS = [{ kind: 'text', text: 'event_authority' }] as const;
