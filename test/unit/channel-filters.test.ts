import { getAddressEncoder, getBase58Encoder, type Address } from '@solana/kit';
import { expect, it, describe } from 'vitest';

import { getChannelFilters, type ChannelFilter } from '../../src';
import { BAD_ADDRESSES } from '../fixtures/bad-input';
import { RENT_PAYER } from '../fixtures/channels';
import { AUTHORIZED_SIGNER, MINT, PAYEE, PAYER } from '../fixtures/parties';
import { expectRefusal } from '../fixtures/refusals';
import { byRevision, REVISION, STATUSES } from '../fixtures/revision';
import { describeShared } from '../fixtures/shared';
import { DEPLOYMENT } from '../fixtures/deployment';

const FIELDS = {
    authorizedSigner: AUTHORIZED_SIGNER,
    mint: MINT,
    payee: PAYEE,
    payer: PAYER,
    ...byRevision<object>({ epoch: { rentPayer: RENT_PAYER }, tombstone: {} }),
};
const FIELD_COUNT = Object.keys(FIELDS).length;

/** The bytes that the filters ask for, by their offset in the account. */
function bytesOf(filter: ChannelFilter): Map<number, number> {
    return new Map(
        getChannelFilters(filter, DEPLOYMENT).flatMap(part => {
            if (!('memcmp' in part)) return [];
            const bytes = getBase58Encoder().encode(part.memcmp.bytes);
            return Array.from(bytes, (byte, index) => [Number(part.memcmp.offset) + index, byte] as const);
        }),
    );
}

/** Each way to ask for some of the fields, with a status or without. */
const EVERY_FILTER: ChannelFilter[] = Array.from({ length: 2 ** FIELD_COUNT }, (_, bits) =>
    Object.fromEntries(Object.entries(FIELDS).filter((_field, index) => bits & (1 << index))),
).flatMap(fields => [undefined, ...Object.keys(STATUSES)].map(status => ({ ...fields, status }) as ChannelFilter));

type Interface = { accounts: { channel: { field: string; offset: number; size: number }[] } };

describeShared<Interface>(`spec/interface-${REVISION}.json`, 'the filters, against the interface', ({ accounts }) => {
    const layoutOf = (name: string) => accounts.channel.find(({ field }) => field === name)!;

    it.each(EVERY_FILTER)('of %o ask for exactly its fields, where the account has them', filter => {
        const expected = new Map<number, number>();
        for (const [field, value] of Object.entries(filter) as [keyof ChannelFilter, string | undefined][]) {
            if (value === undefined) continue;
            const { offset, size } = layoutOf(field);
            const bytes =
                field === 'status' ? [STATUSES[value as 'open']!] : getAddressEncoder().encode(value as Address);
            expect(bytes).toHaveLength(size);
            bytes.forEach((byte, index) => expected.set(offset + index, byte));
        }
        expect(bytesOf(filter)).toEqual(expected);
    });

    it('ask for the size of the account', () => {
        const { offset, size } = accounts.channel.at(-1)!;
        expect(getChannelFilters({}, DEPLOYMENT)).toEqual([{ dataSize: BigInt(offset + size) }]);
    });
});

describe('the filters', () => {
    it.each(EVERY_FILTER)('of %o are no more and no longer than an RPC takes', filter => {
        const filters = getChannelFilters(filter, DEPLOYMENT);
        expect(filters.length).toBeLessThanOrEqual(4);
        for (const part of filters) {
            if ('memcmp' in part) expect(getBase58Encoder().encode(part.memcmp.bytes).length).toBeLessThanOrEqual(128);
        }
    });

    it.each(BAD_ADDRESSES.filter(({ value }) => value !== undefined))('refuse $title', async ({ value }) => {
        for (const field of Object.keys(FIELDS)) {
            await expectRefusal(() => getChannelFilters({ [field]: value }, DEPLOYMENT), 'ADDRESS_INVALID', { field });
        }
    });

    it.each([
        'closed',
        'absent',
        ...byRevision({ epoch: ['closed', 'sealed'], tombstone: ['sealed', 'distributed'] }),
        'toString',
        '',
        0,
        null,
    ])('refuse %o for a status', async status => {
        const refused = () => getChannelFilters({ status } as unknown as ChannelFilter, DEPLOYMENT);
        await expectRefusal(refused, 'CHANNEL_STATUS_INVALID');
    });
});
