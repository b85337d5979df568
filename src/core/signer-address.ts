import { type Address, isMessageSigner, isTransactionSigner } from '@solana/kit';

import { readSafely } from './read-safely';

/** The address of a signer of kit; `undefined` for anything else. */
export function getSignerAddress(value: unknown): string | undefined {
    if (!hasAddress(value)) return undefined;
    return isGuarded(isTransactionSigner, value) || isGuarded(isMessageSigner, value) ? value.address : undefined;
}

/** Anything with an address as text: the guards of kit for signers throw for less. */
export function hasAddress(value: unknown): value is { address: Address } {
    if (typeof value !== 'object' || value === null) return false;
    return readSafely(() => typeof (value as { address?: unknown }).address === 'string', false);
}

/** The answer of a guard, which reads members of the value. */
export function isGuarded<T extends object>(guard: (value: T) => boolean, value: T): boolean {
    return readSafely(() => guard(value), false);
}
