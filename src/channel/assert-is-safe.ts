import type { Address } from '@solana/kit';

import { DISTRIBUTION_BLOCKED, DISTRIBUTION_FORFEITS, OPEN_BLOCKED, OPEN_UNREADY } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import {
    assertIsInput,
    describe,
    readDeeply,
    readMembers,
    readOnlyMembers,
    toAddress,
    toBoolean,
    toList,
} from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import type { DistributionAssessment, PayoutAssessment } from './assess-distribution';
import type { OpenAssessment } from './assess-open';

/**
 * Throws unless `distribute` would succeed and pay every party what it is due.
 *
 * @param options `willCreate`: wallets whose missing token account is created before, in the same transaction.
 * `allowForfeit`: wallets whose share may go to the treasury, or `true` for every one.
 * @throws `INPUT_INVALID` for what is no assessment; `DISTRIBUTION_BLOCKED` with what would make it fail; `DISTRIBUTION_FORFEITS` with who would lose how much.
 *
 * @example
 * ```ts
 * const { assessment } = await fetchDistributionAssessment(rpc, { channel, splits }, MAINNET_DEPLOYMENT);
 * // The payee has agreed to forfeit its share.
 * assertIsSafeToDistribute(assessment, { allowForfeit: [payee] });
 * ```
 */
export function assertIsSafeToDistribute(
    assessed: DistributionAssessment<RevisionName>,
    options: Readonly<{
        willCreate?: readonly Address[] | undefined;
        allowForfeit?: readonly Address[] | boolean | undefined;
    }> = {},
): void {
    const known = { allowForfeit: true, willCreate: true } as const;
    const { allowForfeit, willCreate: created = [] } = readOnlyMembers('options', options, known);
    const isAllowed = toForfeitRule('options.allowForfeit', allowForfeit);
    const willCreate = toWallets('options.willCreate', created);
    const names = ['blockers', 'isTreasuryMissing', 'payouts', 'treasuryOwner'] as const;
    const assessment = toAssessment(assessed, names, ['blockers', 'payouts']);
    const willExist = (owner: Address) => willCreate.includes(owner);
    const treasury = assessment.treasuryOwner;
    const willHaveTreasury = assessment.isTreasuryMissing === true && willExist(treasury);
    const reasons = getReasons(
        assessment.blockers.filter(({ subject }) => subject !== 'treasury' || !willHaveTreasury),
    );
    if (reasons.length > 0) throw new PaymentChannelsError(DISTRIBUTION_BLOCKED, { reasons });

    const lost = findForfeited(assessment.payouts, isAllowed, willCreate);
    if (lost.length > 0) {
        throw new PaymentChannelsError(DISTRIBUTION_FORFEITS, {
            amount: lost.reduce((sum, { amount }) => sum + amount, 0n),
            owners: lost.map(({ owner }) => owner),
        });
    }
}

/**
 * The shares that `distribute` would forfeit to the treasury, except those that may be forfeited and those whose token
 * account is created first.
 */
export function findForfeited(
    payouts: readonly PayoutAssessment[],
    isAllowed: (owner: Address) => boolean,
    willCreate: readonly Address[],
): readonly PayoutAssessment[] {
    return payouts.filter(
        ({ condition, outcome, owner }) =>
            outcome === 'forfeited' && !(condition === 'missing' && willCreate.includes(owner)) && !isAllowed(owner),
    );
}

/**
 * Throws when `open` would fail, or when something it needs later is missing that it does not create on the way.
 *
 * @param options `willCreate`: wallets whose missing token account is created in the same transaction. `allowUnready`:
 * whether parties may still be unable to receive.
 * @throws `INPUT_INVALID` for what is no assessment; `OPEN_BLOCKED` with what would make it fail; `OPEN_UNREADY` with who could not be paid as things are.
 *
 * @example
 * ```ts
 * const seeds = { ...terms, authorizedSigner: payer.address, openSlot, payer };
 * const assessment = await fetchOpenAssessment(rpc, seeds, MAINNET_DEPLOYMENT);
 * // The transaction creates the missing token accounts first.
 * assertIsSafeToOpen(assessment, { willCreate: assessment.missingTokenAccounts });
 * ```
 */
export function assertIsSafeToOpen(
    assessed: OpenAssessment<RevisionName>,
    options: Readonly<{ allowUnready?: boolean | undefined; willCreate?: readonly Address[] | undefined }> = {},
): void {
    const known = { allowUnready: true, willCreate: true } as const;
    const given = readOnlyMembers('options', options, known);
    const { allowUnready: allowed = false, willCreate: created = [] } = given;
    const isUnreadyAllowed = toBoolean('options.allowUnready', allowed);
    const willCreate = toWallets('options.willCreate', created);
    const assessment = toAssessment(assessed, ['blockers', 'unready'], ['blockers', 'unready']);
    const reasons = getReasons(assessment.blockers);
    if (reasons.length > 0) throw new PaymentChannelsError(OPEN_BLOCKED, { reasons });
    const unready = assessment.unready.filter(
        ({ condition, owner }) => !(condition === 'missing' && willCreate.includes(owner)),
    );
    if (unready.length > 0 && !isUnreadyAllowed) {
        const owners = unready.map(({ owner }) => owner);
        throw new PaymentChannelsError(OPEN_UNREADY, { owners });
    }
}

/** Whose share may be forfeited: the wallets of a list, everybody, or nobody. */
export function toForfeitRule(field: string, value: unknown): (owner: Address) => boolean {
    if (value === undefined || typeof value === 'boolean') return () => value === true;
    const owners = toWallets(field, value, 'an array of wallets, or true for every one');
    return owner => owners.includes(owner);
}

function toWallets(field: string, value: unknown, expected = 'an array of wallets'): readonly Address[] {
    return toList(field, value, expected, (owner, path) => toAddress(path, owner));
}

const MAX_REASON_LENGTH = 300;

function getReasons(blockers: readonly Readonly<{ message: string }>[]): readonly string[] {
    return blockers.map(({ message }: Readonly<{ message: unknown }>) =>
        typeof message === 'string' ? message.slice(0, MAX_REASON_LENGTH) : describe(message),
    );
}

/** The fields of an assessment that are used; its lists have to be there. */
function toAssessment<T extends object, TName extends keyof T & string>(
    assessment: T,
    names: readonly TName[],
    lists: readonly TName[],
): { [K in TName]: T[K] } {
    const read = readMembers('assessment', assessment, names);
    for (const name of lists) {
        const items = toList(`assessment.${name}`, read[name], 'a list, as an assessment has it', (item, path) =>
            readDeeply(path, 'what an assessment has there', item, () => {
                assertIsInput(path, item);
                return { ...item };
            }),
        );
        read[name] = items as unknown as T[TName];
    }
    return read;
}
