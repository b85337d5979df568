import type { Address } from '@solana/kit';

import { describe } from '../core/describe';
import { JSON_FIELD_MISTYPED, REVISION_MISMATCH } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { EPOCH_MARKS } from './epoch/marks';
import { TOMBSTONE_MARKS } from './tombstone/marks';
import type { RevisionName } from './revision-types';

// Tells revisions apart (docs/program.md, section 1), so that data of another revision is reported rather than misread.

/** The marks that distinguish a revision from the others. */
export type RevisionMarks = Readonly<{
    getChannelSize: () => number;
    getVoucherSize: () => number;
    /** The kinds of states that a channel can have. */
    kinds: readonly string[];
    /** Fields that every channel's account has and none of another revision. */
    ownFields: readonly string[];
    /** Where it was published. */
    programAddress: Address;
}>;

const MARKS: Readonly<Record<RevisionName, RevisionMarks>> = { epoch: EPOCH_MARKS, tombstone: TOMBSTONE_MARKS };

/**
 * Throws unless a text is the name of a revision.
 *
 * @throws `REVISION_MISMATCH` for the name of another one, `JSON_FIELD_MISTYPED` for anything else.
 */
export function assertIsRevision(field: string, given: unknown, expected: RevisionName): void {
    if (given === expected) return;
    const names = Object.keys(MARKS) as RevisionName[];
    const other = names.find(name => name === given);
    if (other !== undefined) throw new PaymentChannelsError(REVISION_MISMATCH, { expected, field, given: other });
    throw new PaymentChannelsError(JSON_FIELD_MISTYPED, {
        expected: `'${names.join("' or '")}'`,
        field,
        value: describe(given),
    });
}

/**
 * Throws when an address is where another revision of the program was published.
 *
 * @param field What is there, for the error.
 * @throws `REVISION_MISMATCH`.
 */
export function assertIsNoProgramOfOther(field: string, programAddress: Address, expected: RevisionName): void {
    refuseOther(field, expected, marks => marks.programAddress === programAddress);
}

/**
 * Throws when an account of the program is as long as the channels of another revision.
 *
 * @throws `REVISION_MISMATCH`.
 */
export function assertIsNoChannelOfOther(field: string, length: number, expected: RevisionName): void {
    refuseOther(field, expected, marks => marks.getChannelSize() === length);
}

/**
 * Throws when a message is as long as the vouchers of another revision.
 *
 * @throws `REVISION_MISMATCH`.
 */
export function assertIsNoVoucherOfOther(field: string, length: number, expected: RevisionName): void {
    refuseOther(field, expected, marks => marks.getVoucherSize() === length);
}

/** The fields that distinguish decoded channel accounts of the revisions. */
export function getTellingFields(): readonly string[] {
    return Object.values(MARKS).flatMap(({ ownFields }) => ownFields);
}

/** The telling fields of an account; one that it lacks is `undefined`. */
type TellingFields = Readonly<Record<string, unknown>>;

/**
 * Throws when the decoded account of a channel is one of another revision.
 *
 * @throws `REVISION_MISMATCH`.
 */
export function assertIsNoAccountOfOther(field: string, account: TellingFields, expected: RevisionName): void {
    const isTold = (marks: RevisionMarks, name: string) =>
        marks.ownFields.includes(name) === (account[name] !== undefined);
    refuseOther(field, expected, marks => getTellingFields().every(name => isTold(marks, name)));
}

/**
 * Throws when the account of a channel lacks what each has in a revision. Who makes one up for several revisions may give
 * it more than it has.
 *
 * @throws `REVISION_MISMATCH`.
 */
export function assertHasFieldsOf(field: string, account: TellingFields, expected: RevisionName): void {
    refuseOther(field, expected, marks => marks.ownFields.every(name => account[name] !== undefined));
}

/**
 * Throws when only in another revision a channel can become what it is said to be.
 *
 * @throws `REVISION_MISMATCH`.
 */
export function assertIsNoKindOfOther(field: string, kind: string, expected: RevisionName): void {
    refuseOther(field, expected, marks => marks.kinds.includes(kind));
}

/** An account that fits the expected revision is taken for one of it. */
function refuseOther(field: string, expected: RevisionName, fits: (marks: RevisionMarks) => boolean): void {
    if (Object.hasOwn(MARKS, expected) && fits(MARKS[expected])) return;
    const given = (Object.keys(MARKS) as RevisionName[]).find(name => name !== expected && fits(MARKS[name]));
    if (given !== undefined) throw new PaymentChannelsError(REVISION_MISMATCH, { expected, field, given });
}
