import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { generateKeyPairSigner, type Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
    assertIsAgreedChannel,
    findChannelPdaSync,
    getChannelMismatches,
    getDistributionHash,
    isPaymentChannelsError,
    TOKEN_2022_PROGRAM_ADDRESS,
    type AgreedChannel,
    type ChannelState,
    type PaymentChannelsErrorCode,
    type Split,
    type ChannelOf,
} from '../../src';
import { BAD_ADDRESSES, BAD_U64 } from '../fixtures/bad-input';
import { EXTRA_FIELDS } from '../fixtures/channels';
import { addressOf, AUTHORIZED_SIGNER, MINT, PAYEE, PAYER } from '../fixtures/parties';
import { errorOf, expectRefusal } from '../fixtures/refusals';
import { byRevision, ofEpoch, OTHER_REVISION, REVISION, VECTOR_OPEN_SLOT } from '../fixtures/revision';
import type { RevisionName } from '../../src/revision/revision-types';
import { DEPLOYMENT, OPENED } from '../fixtures/deployment';

const SPLITS: readonly Split[] = [
    { bps: 300, recipient: addressOf(31) },
    { bps: 200, recipient: addressOf(32) },
];
const ACCOUNT = {
    ...EXTRA_FIELDS,
    authorizedSigner: AUTHORIZED_SIGNER,
    closureStartedAt: 0n,
    deposit: 10_000n,
    distributionHash: getDistributionHash(SPLITS, DEPLOYMENT),
    gracePeriod: 3_600,
    mint: MINT,
    payee: PAYEE,
    payer: PAYER,
    payerWithdrawnAt: 0n,
    salt: 7n,
    settlement: { payoutWatermark: 0n, settled: 0n },
} as unknown as ChannelOf<RevisionName>;

type Compared = Parameters<typeof getChannelMismatches>[0];
const stateOf = (fields: object = {}, state: object = {}): Compared => {
    const channel = { ...ACCOUNT, ...fields };
    const [address] = findChannelPdaSync({ ...OPENED, ...channel }, DEPLOYMENT);
    return { address, channel, kind: 'open', ...state } as Compared;
};
const OFFER: AgreedChannel = { gracePeriodSeconds: 3_600, mint: MINT, payee: PAYEE, splits: SPLITS };
const ALL_TERMS = {
    ...OFFER,
    authorizedSigner: AUTHORIZED_SIGNER,
    deposit: 10_000n,
    payer: PAYER,
    salt: 7n,
    tokenProgram: TOKEN_PROGRAM_ADDRESS,
    ...byRevision<object>({ epoch: EXTRA_FIELDS, tombstone: {} }),
};

describe('a channel that is what was agreed', () => {
    it.each<{ agreed?: object; fields?: object; state?: object; title: string }>([
        { title: 'in all that has to be agreed on' },
        { agreed: ALL_TERMS, title: 'in all that can be agreed on' },
        { agreed: ALL_TERMS, state: { tokenProgram: TOKEN_PROGRAM_ADDRESS }, title: 'in its token program' },
        { fields: { gracePeriod: 2 ** 32 - 1 }, title: 'with more time' },
        { agreed: { deposit: 9_999 }, title: 'with a higher deposit' },
        { fields: { payer: addressOf(9), salt: 1n }, title: 'of any payer' },
        { fields: { authorizedSigner: addressOf(9) }, title: 'with any signer' },
        {
            fields: { distributionHash: Buffer.from(ACCOUNT.distributionHash as Uint8Array) },
            title: 'whose hash is in a Buffer',
        },
    ])('passes: $title', ({ agreed, fields, state }) => {
        const channel = stateOf(fields, state);
        expect(getChannelMismatches(channel, { ...OFFER, ...agreed }, DEPLOYMENT)).toEqual([]);
        expect(() => assertIsAgreedChannel(channel, { ...OFFER, ...agreed }, DEPLOYMENT)).not.toThrow();
    });

    it('passes when its parties are given as signers', async () => {
        const [payee, payer] = await Promise.all([generateKeyPairSigner(), generateKeyPairSigner()]);
        const channel = stateOf({ authorizedSigner: payer.address, payee: payee.address, payer: payer.address });
        expect(getChannelMismatches(channel, { ...OFFER, authorizedSigner: payer, payee, payer }, DEPLOYMENT)).toEqual(
            [],
        );
    });
});

describe('a channel that is not what was agreed', () => {
    const other = addressOf(9);
    it.each<{ agreed?: object; expected: string; field: string; fields?: object; given: string; state?: object }>([
        { expected: PAYEE, field: 'payee', fields: { payee: other }, given: other },
        { expected: MINT, field: 'mint', fields: { mint: other }, given: other },
        { expected: 'at least 3600', field: 'gracePeriodSeconds', fields: { gracePeriod: 3_599 }, given: '3599' },
        { expected: 'at least 3600', field: 'gracePeriodSeconds', fields: { gracePeriod: 1 }, given: '1' },
        { agreed: { deposit: 10_001n }, expected: 'at least 10001', field: 'deposit', given: '10000' },
        { agreed: { payer: other }, expected: other, field: 'payer', given: PAYER },
        { agreed: { authorizedSigner: other }, expected: other, field: 'authorizedSigner', given: AUTHORIZED_SIGNER },
        { agreed: { salt: 8 }, expected: '8', field: 'salt', given: '7' },
        {
            agreed: { tokenProgram: TOKEN_2022_PROGRAM_ADDRESS },
            expected: TOKEN_2022_PROGRAM_ADDRESS,
            field: 'tokenProgram',
            given: TOKEN_PROGRAM_ADDRESS,
            state: { tokenProgram: TOKEN_PROGRAM_ADDRESS },
        },
        { expected: 'open', field: 'status', given: 'closing', state: { deadlineAt: 5n, kind: 'closing' } },
        { expected: 'open', field: 'status', given: 'finalized', state: { kind: 'finalized' } },
        { expected: 'open', field: 'status', given: 'absent', state: { channel: undefined, kind: 'absent' } },
        ...ofEpoch(
            {
                agreed: { rentPayer: other },
                expected: other,
                field: 'rentPayer',
                given: (EXTRA_FIELDS as { rentPayer?: Address }).rentPayer!,
            },
            { agreed: { openSlot: 0n }, expected: '0', field: 'openSlot', given: `${VECTOR_OPEN_SLOT}` },
        ),
    ])('is named by its $field: $given', async ({ agreed, expected, field, fields, given, state }) => {
        const channel = stateOf(fields, state);
        const mismatches = [{ expected, field, given }];
        expect(getChannelMismatches(channel, { ...OFFER, ...agreed }, DEPLOYMENT)).toEqual(mismatches);
        const refused = () => assertIsAgreedChannel(channel, { ...OFFER, ...agreed }, DEPLOYMENT);
        await expectRefusal(refused, 'CHANNEL_NOT_AGREED', { address: channel.address, mismatches });
        expect(refused).toThrow(`${field} has to be ${expected}, and is ${given}`);
    });

    it.each<{ splits: readonly Split[]; title: string }>([
        { splits: [], title: 'none' },
        { splits: [...SPLITS].reverse(), title: 'in another order' },
        { splits: [{ ...SPLITS[0]!, bps: 301 }, SPLITS[1]!], title: 'a little more' },
        { splits: SPLITS.slice(1), title: 'one less' },
        { splits: [{ bps: 10_000, recipient: other }], title: 'all to another' },
    ])('is named by its splits: $title', ({ splits }) => {
        const channel = stateOf({ distributionHash: getDistributionHash(splits, DEPLOYMENT) });
        expect(getChannelMismatches(channel, OFFER, DEPLOYMENT)).toMatchObject([{ field: 'splits' }]);
    });

    it('is named with everything at once', async () => {
        const channel = stateOf(
            { distributionHash: getDistributionHash([], DEPLOYMENT), gracePeriod: 1, mint: other, payee: other },
            { address: other },
        );
        const error = await errorOf(() => assertIsAgreedChannel(channel, OFFER, DEPLOYMENT));
        if (!isPaymentChannelsError(error, 'CHANNEL_NOT_AGREED')) throw error;
        expect(error.context.mismatches.map(({ field }) => field)).toEqual([
            'address',
            'payee',
            'mint',
            'splits',
            'gracePeriodSeconds',
        ]);
        expect(Object.isFrozen(error.context.mismatches)).toBe(true);
    });

    it('is named by its address: what stands at one that does not follow from its terms, for this program', () => {
        const elsewhere = { ...DEPLOYMENT, programAddress: addressOf(77) };
        expect(getChannelMismatches(stateOf(), OFFER, elsewhere)).toMatchObject([{ field: 'address' }]);
        const [address] = findChannelPdaSync({ ...OPENED, ...ACCOUNT }, elsewhere);
        expect(getChannelMismatches(stateOf({}, { address }), OFFER, DEPLOYMENT)).toMatchObject([{ field: 'address' }]);
        expect(getChannelMismatches(stateOf({}, { address }), OFFER, elsewhere)).toEqual([]);
    });

    it('is no channel of this revision', async () => {
        const fields = byRevision<object>({
            epoch: { openSlot: undefined, rentPayer: undefined },
            tombstone: { openSlot: 5n, rentPayer: PAYER },
        });
        const channel = { ...stateOf(), channel: { ...ACCOUNT, ...fields } } as ChannelState;
        await expectRefusal(() => assertIsAgreedChannel(channel, OFFER, DEPLOYMENT), 'REVISION_MISMATCH', {
            expected: REVISION,
            field: 'channel.channel',
            given: OTHER_REVISION.name,
        });
    });
});

describe('bad input', () => {
    const badAddresses = (name: string) =>
        BAD_ADDRESSES.filter(({ value }) => value !== undefined).map(({ value }) => ({
            agreed: { [name]: value },
            code: 'ADDRESS_INVALID' as const,
            field: `agreed.${name}`,
        }));
    it.each<{ agreed: object; code: PaymentChannelsErrorCode; field: string }>([
        ...['payee', 'mint', 'payer', 'authorizedSigner', 'tokenProgram', ...ofEpoch('rentPayer')].flatMap(
            badAddresses,
        ),
        ...BAD_U64.filter(({ value }) => value !== undefined).flatMap(({ code, value }) =>
            ['deposit', 'salt', ...ofEpoch('openSlot')].map(name => ({
                agreed: { [name]: value },
                code,
                field: `agreed.${name}`,
            })),
        ),
        { agreed: { payee: undefined }, code: 'ADDRESS_INVALID', field: 'agreed.payee' },
        { agreed: { mint: undefined }, code: 'ADDRESS_INVALID', field: 'agreed.mint' },
        { agreed: { splits: undefined }, code: 'SPLITS_INVALID', field: 'splits' },
        { agreed: { gracePeriodSeconds: undefined }, code: 'INTEGER_NOT_EXACT', field: 'agreed.gracePeriodSeconds' },
        // No channel has none: it would let every channel pass.
        { agreed: { gracePeriodSeconds: 0 }, code: 'INTEGER_OUT_OF_RANGE', field: 'agreed.gracePeriodSeconds' },
        { agreed: { gracePeriodSeconds: 2 ** 32 }, code: 'INTEGER_OUT_OF_RANGE', field: 'agreed.gracePeriodSeconds' },
        { agreed: { gracePeriod: 3_600 }, code: 'AGREEMENT_INVALID', field: 'agreed.gracePeriod' },
        { agreed: { authorisedSigner: PAYER }, code: 'AGREEMENT_INVALID', field: 'agreed.authorisedSigner' },
        // Given as nothing, it would let any pass.
        ...['payer', 'authorizedSigner', 'deposit', 'salt', 'tokenProgram'].map(name => ({
            agreed: { [name]: undefined },
            code: 'AGREEMENT_INVALID' as const,
            field: `agreed.${name}`,
        })),
        ...byRevision({
            epoch: [],
            tombstone: [
                { agreed: { rentPayer: PAYER }, code: 'AGREEMENT_INVALID' as const, field: 'agreed.rentPayer' },
            ],
        }),
    ])('of what was agreed is refused: $agreed', async ({ agreed, code, field }) => {
        const bad = { ...OFFER, ...agreed };
        await expectRefusal(() => getChannelMismatches(stateOf(), bad, DEPLOYMENT), code, { field });
        await expectRefusal(() => assertIsAgreedChannel(stateOf(), bad, DEPLOYMENT), code, { field });
    });

    it.each<{ channel: unknown; code: PaymentChannelsErrorCode; field: string }>([
        ...[undefined, null, 7, 'text'].map(channel => ({ channel, code: 'INPUT_INVALID' as const, field: 'channel' })),
        { channel: {}, code: 'ADDRESS_INVALID', field: 'channel.address' },
        { channel: { ...stateOf(), kind: 'unknown' }, code: 'INPUT_INVALID', field: 'channel.kind' },
        { channel: { ...stateOf(), channel: undefined }, code: 'INPUT_INVALID', field: 'channel.channel' },
        {
            channel: { ...stateOf(), channel: { ...ACCOUNT, deposit: '1' } },
            code: 'INTEGER_NOT_EXACT',
            field: 'channel.channel.deposit',
        },
        {
            channel: { ...stateOf(), channel: { ...ACCOUNT, distributionHash: new Uint8Array(31) } },
            code: 'BYTES_LENGTH_INVALID',
            field: 'channel.channel.distributionHash',
        },
        {
            channel: { ...stateOf(), channel: { ...ACCOUNT, payee: 'nobody' } },
            code: 'ADDRESS_INVALID',
            field: 'channel.channel.payee',
        },
    ])('in the place of a channel is refused: $field', async ({ channel, code, field }) => {
        await expectRefusal(() => assertIsAgreedChannel(channel as Compared, OFFER, DEPLOYMENT), code, { field });
    });

    it.each([undefined, null, 7, [], new Map()])('in the place of what was agreed is refused: %s', async agreed => {
        const call = () => assertIsAgreedChannel(stateOf(), agreed as unknown as AgreedChannel, DEPLOYMENT);
        await expectRefusal(call, 'AGREEMENT_INVALID', { field: 'agreed' });
    });
});
