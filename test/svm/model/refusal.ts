import { type Address } from '@solana/kit';

/** Who fails: the payment-channels program, one that it calls, or the runtime (precompiles leave no trace in the logs). */
type Culprit = Address | 'self' | 'runtime';

/** What an error is known by: its code or the name of a builtin error, and the program that returned it. */
export type ErrorIdentity =
    Readonly<{ custom: number; program: Culprit }> | Readonly<{ builtin: string; program: Culprit }>;

/** A custom error of the payment-channels program. */
export const custom = (code: number): ErrorIdentity => ({ custom: code, program: 'self' });

/** A builtin error of the payment-channels program. */
export const builtin = (name: string): ErrorIdentity => ({ builtin: name, program: 'self' });

/** Thrown to leave an instruction at the first check that fails; the transaction that runs it catches it. */
export class Refusal extends Error {
    constructor(readonly identity: ErrorIdentity) {
        super(JSON.stringify(identity));
    }
}

/** Fails the instruction: with a custom code, the name of a builtin error, or an error of another program. */
export function refuse(error: number | string | ErrorIdentity): never {
    if (typeof error === 'number') throw new Refusal(custom(error));
    if (typeof error === 'string') throw new Refusal(builtin(error));
    throw new Refusal(error);
}
