import type { Address } from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { COMPUTE_UNITS_PER_BUMP_STEP } from '../runtime/limits';

// Compute units of the deployed program's `distribute`, from recorded transactions (without the extra steps of
// derivations they fall on a few figures) and, where none was recorded, from the same calls of the same token programs
// in LiteSVM. The reference program of this repository needs fewer.

/** Telling of a redirect by an event; 1,000 to 1,170 were recorded. */
const COMPUTE_UNITS_PER_REDIRECT = 1_250;

// The first candidate for each token account is in these figures.
const COMPUTE_UNITS = {
    splToken: {
        // A finalized channel's refund, payee, close and first batch: 10,704 were recorded, and the sweep comes on top.
        base: 13_000,
        // 2,180 were recorded, and 1,852 for a batch of eight transfers.
        perRecipient: 2_450,
    },
    // With a mint that has all six extensions that the program allows: each transfer then takes 1,550 more.
    token2022: {
        // 16,991 were recorded for the same with a plain mint, 3,330 for a transfer.
        base: 26_000,
        // 5,043 were recorded with a plain mint.
        perRecipient: 6_700,
    },
} as const;

/** What determines the compute units of a `distribute`. */
export type DistributeComputeInput = Readonly<{
    tokenProgram: Address;
    recipientCount: number;
    /** Payouts that go to the treasury because their token account can't receive them. */
    redirectCount: number;
    /** Steps of all token accounts' bumps below 255, added up. */
    bumpSteps: number;
}>;

/** Transfers in one call to SPL Token (docs/program.md, section 9.2). */
const TRANSFERS_IN_BATCH = 8;
/** Beside the recipients: the payee, the payer's refund and the sweep to the treasury. */
export const OTHER_TRANSFERS = 3;

/** Calls that a `distribute` makes at most: transfers, events about redirected ones, and the closing of the escrow. */
export function getDistributeCalls(
    input: Readonly<{ isSplToken: boolean; recipientCount: number; redirectCount: number }>,
): number {
    const transfers = input.recipientCount + OTHER_TRANSFERS;
    return (input.isSplToken ? Math.ceil(transfers / TRANSFERS_IN_BATCH) : transfers) + input.redirectCount + 1;
}

/** An upper bound for the compute units of the deployed program's `distribute`, whatever it pays out. */
export function getDistributeComputeUnits(input: DistributeComputeInput): number {
    const { bumpSteps, recipientCount, redirectCount, tokenProgram } = input;
    const { base, perRecipient } = COMPUTE_UNITS[tokenProgram === TOKEN_PROGRAM_ADDRESS ? 'splToken' : 'token2022'];
    return (
        base +
        perRecipient * recipientCount +
        COMPUTE_UNITS_PER_REDIRECT * redirectCount +
        COMPUTE_UNITS_PER_BUMP_STEP * bumpSteps
    );
}

/**
 * The most that the bumps of some token accounts together fall short of 255 each, in 99 of 100 cases.
 *
 * Every other candidate is on the curve, so that the steps of one account are as many as tosses of a coin before the
 * first head, and those of several the sum.
 */
export function getLikelyBumpSteps(accountCount: number): number {
    let probability = 2 ** -accountCount;
    let steps = 0;
    for (let sum = probability; sum < 0.99; sum += probability) {
        steps++;
        probability *= (steps + accountCount - 1) / steps / 2;
    }
    return steps;
}
