import type { Address } from '@solana/kit';

import { toResult } from '../core/json-form';
import { getPart, type Deployment } from '../revision/deployment';
import { SALT_NOT_FOUND } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readTerms, toInteger, toU64, U64_MAX } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import type { ChannelSeedsInput, TokenInput } from './find-pdas';
import { getSeedNames } from '../runtime/seeds';
import { findChannelPdaSync, findEscrowPdaSync } from './find-pdas-sync';

/** Input of {@link findCheapChannelSalt}: the seeds of the channel but for the salt. */
export type CheapSaltInput<TRevision extends RevisionName = RevisionName> = Omit<ChannelSeedsInput<TRevision>, 'salt'> &
    TokenInput &
    Readonly<{
        /** The first salt to try (u64), 0 by default; the others follow it. Start where the last search ended. */
        firstSalt?: bigint | number | undefined;
        /**
         * The most salts to try, 64 by default: one in four is cheap, so that not even one search in ten million ends
         * without.
         */
        maxAttempts?: number | undefined;
    }>;

/** A salt with the addresses that follow from it. */
export type CheapSalt = Readonly<{
    salt: bigint;
    channel: Address;
    escrow: Address;
    /** Number of salts that were tried. */
    attempts: number;
}>;

const NAMES = ['firstSalt', 'maxAttempts', 'mint', 'tokenProgram'] as const;
const OPTIONAL = ['authorizedSigner', 'firstSalt', 'maxAttempts', 'tokenProgram'] as const;
const DEFAULT_MAX_ATTEMPTS = 64;
const MAX_ATTEMPTS = 1_000_000n;
const CHEAPEST_BUMP = 255;

/**
 * Finds a salt with which the channel and its escrow both have bump 255.
 *
 * The program derives these addresses again: each step of a bump below 255 costs about 1,500 compute units, in `open`
 * for both addresses, and for the escrow in every later instruction that moves tokens. That is 3,000 units of `open` on
 * average; `npx just bench salt` measures the others.
 *
 * It searches synchronously, four salts on average, in about a millisecond.
 *
 * @throws `SALT_NOT_FOUND` when none of `maxAttempts` salts will do; by field `ADDRESS_INVALID`,
 * `TOKEN_PROGRAM_UNSUPPORTED`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`.
 *
 * @example
 * ```ts
 * const terms = { authorizedSigner: payer.address, firstSalt: 1n, mint, openSlot, payee, payer };
 * const { channel, salt } = findCheapChannelSalt(terms, MAINNET_DEPLOYMENT);
 * ```
 */
export function findCheapChannelSalt<TRevision extends RevisionName>(
    input: CheapSaltInput<TRevision>,
    deployment: Deployment<TRevision>,
): CheapSalt {
    const seedNames = getSeedNames(getPart(deployment, 'seeds').channel).filter(name => name !== 'salt');
    const names = [...new Set([...seedNames, ...NAMES])] as (keyof CheapSaltInput)[];
    const given = readTerms('input', input as CheapSaltInput, names, OPTIONAL);
    const { firstSalt = 0n, maxAttempts: maxAttemptsInput = DEFAULT_MAX_ATTEMPTS, mint, tokenProgram, ...rest } = given;
    const first = toU64('firstSalt', firstSalt);
    const { authorizedSigner, ...parties } = rest;
    const seeds = 'authorizedSigner' in input ? { ...parties, authorizedSigner } : parties;
    const maxAttempts = Number(toInteger('maxAttempts', maxAttemptsInput, 1n, MAX_ATTEMPTS));
    for (let attempts = 1; attempts <= maxAttempts; attempts++) {
        const salt = first + BigInt(attempts - 1);
        if (salt > U64_MAX) break;
        const [channel, bump] = findChannelPdaSync<RevisionName>({ ...seeds, mint, salt }, deployment);
        if (bump !== CHEAPEST_BUMP) continue;
        const [escrow, escrowBump] = findEscrowPdaSync({ channel, mint, tokenProgram });
        if (escrowBump === CHEAPEST_BUMP) return toResult({ attempts, channel, escrow, salt });
    }
    throw new PaymentChannelsError(SALT_NOT_FOUND, { attempts: maxAttempts });
}
