import type { Address } from '@solana/kit';

import { getPath, toAddress, toU64 } from '../core/input';
import type { ChannelLayout } from '../revision/parts';

/** The name of a field that channels have in some revisions only. */
export type OwnFieldName = ChannelLayout['ownFields'][number];

/** The values of such fields. */
export type OwnFields = Readonly<Partial<Record<OwnFieldName, unknown>>>;

const CONVERSIONS: Readonly<Record<OwnFieldName, (field: string, value: unknown) => Address | bigint>> = {
    openSlot: toU64,
    rentPayer: toAddress,
};

/**
 * The values of such fields, checked.
 *
 * @param path What the error calls the object.
 */
export function toOwnFields(
    path: string,
    names: readonly OwnFieldName[],
    given: OwnFields,
): Readonly<Partial<Record<OwnFieldName, Address | bigint>>> {
    return Object.fromEntries(names.map(name => [name, CONVERSIONS[name](getPath(path, name), given[name])]));
}

/** Such fields as members of an object in which unknown members are refused; each may be left out. */
export function getOwnMembers({ ownFields }: ChannelLayout): Readonly<Record<string, 'given'>> {
    return Object.fromEntries(ownFields.map(name => [name, 'given']));
}
