import type { Address } from '@solana/kit';

import {
    getChannelSize as getEpochChannelSize,
    getVoucherArgsEncoder as getEpochVoucherEncoder,
    PAYMENT_CHANNELS_PROGRAM_ADDRESS as EPOCH_PROGRAM_ADDRESS,
} from '../../generated/epoch';
import {
    getChannelSize as getTombstoneChannelSize,
    getVoucherArgsEncoder as getTombstoneVoucherEncoder,
    PAYMENT_CHANNELS_PROGRAM_ADDRESS as TOMBSTONE_PROGRAM_ADDRESS,
} from '../../generated/tombstone';
import { PaymentChannelsError } from '../errors';
import type { RevisionName } from './types';

// By what the revisions are told apart (spec section 1), so that what is of another one is named and not misread.

/**
 * Throws when an address is where another revision of the program was published.
 *
 * @param field What is there, for the error.
 * @throws `REVISION_MISMATCH`.
 */
export function assertIsNoProgramOfOther(field: string, programAddress: Address, expected: RevisionName): void {
    const published = { epoch: EPOCH_PROGRAM_ADDRESS, tombstone: TOMBSTONE_PROGRAM_ADDRESS };
    refuseOther(field, published, programAddress, expected);
}

/**
 * Throws when an account of the program is as long as the channels of another revision.
 *
 * @throws `REVISION_MISMATCH`.
 */
export function assertIsNoChannelOfOther(field: string, length: number, expected: RevisionName): void {
    refuseOther(field, { epoch: getEpochChannelSize(), tombstone: getTombstoneChannelSize() }, length, expected);
}

/**
 * Throws when a message is as long as the vouchers of another revision.
 *
 * @throws `REVISION_MISMATCH`.
 */
export function assertIsNoVoucherOfOther(field: string, length: number, expected: RevisionName): void {
    const sizes = { epoch: getEpochVoucherEncoder().fixedSize, tombstone: getTombstoneVoucherEncoder().fixedSize };
    refuseOther(field, sizes, length, expected);
}

/**
 * Throws when the decoded account of a channel is one of another revision, which is told by whether it has an open slot.
 *
 * @throws `REVISION_MISMATCH`.
 */
export function assertIsNoAccountOfOther(field: string, hasOpenSlot: boolean, expected: RevisionName): void {
    refuseOther(field, { epoch: true, tombstone: false }, hasOpenSlot, expected);
}

function refuseOther<T>(
    field: string,
    marks: Readonly<Record<RevisionName, T>>,
    mark: T,
    expected: RevisionName,
): void {
    const given = (Object.keys(marks) as RevisionName[]).find(name => marks[name] === mark);
    if (given !== undefined && given !== expected) {
        throw new PaymentChannelsError('REVISION_MISMATCH', { expected, field, given });
    }
}
