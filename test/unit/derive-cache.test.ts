import type { Address, ProgramDerivedAddress } from '@solana/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
    createAddressCache,
    findChannelPdaSync,
    findEscrowPdaSync,
    findEventAuthorityPdaSync,
    findTokenPdaSync,
    findTreasuryTokenPdaSync,
    type AddressCache,
} from '../../src';
import { addressOf, AUTHORIZED_SIGNER, MINT, PAYEE, PAYER, SALT, SPL_TOKEN, TOKEN_2022 } from '../fixtures/parties';
import { runs } from '../fixtures/random';
import { expectRefusal } from '../fixtures/refusals';
import { byRevision, ofEpoch, VECTOR_OPEN_SLOT } from '../fixtures/revision';
import { DEPLOYMENT, OPENED, deploymentWith } from '../fixtures/deployment';

const SEEDS = { authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: PAYEE, payer: PAYER, salt: SALT };
const UNCACHED: AddressCache = {
    findChannelPdaSync,
    findEscrowPdaSync,
    findEventAuthorityPdaSync,
    findTokenPdaSync,
    findTreasuryTokenPdaSync,
};

describe('an address cache', () => {
    it('gives what is derived without it, whatever it was asked before', () => {
        // Few values, so that questions repeat and differ in one part only.
        const anyParty = fc.constantFrom(addressOf(1), addressOf(2));
        const anyConfig = fc.constantFrom(
            undefined,
            {},
            { programAddress: addressOf(1) },
            { programAddress: addressOf(2), treasuryOwner: addressOf(1) },
        );
        const anyToken = fc.record({
            mint: anyParty,
            tokenProgram: fc.constantFrom(undefined, SPL_TOKEN, TOKEN_2022),
        });
        type Find = (from: AddressCache) => ProgramDerivedAddress;
        const anyQuestion: fc.Arbitrary<Find> = fc.oneof(
            fc
                .tuple(
                    fc.record({
                        authorizedSigner: anyParty,
                        mint: anyParty,
                        payee: anyParty,
                        payer: anyParty,
                        salt: fc.constantFrom(1, 1n, 2n),
                        ...byRevision<object>({ epoch: { openSlot: fc.constantFrom(1, 1n, 2n) }, tombstone: {} }),
                    }),
                    anyConfig,
                )
                .map(
                    ([seeds, config]): Find =>
                        from =>
                            from.findChannelPdaSync({ ...OPENED, ...seeds }, deploymentWith(config)),
                ),
            fc.tuple(anyParty, anyToken).map(
                ([channel, token]): Find =>
                    from =>
                        from.findEscrowPdaSync({ ...token, channel }),
            ),
            fc.tuple(anyParty, anyToken).map(
                ([owner, token]): Find =>
                    from =>
                        from.findTokenPdaSync({ ...token, owner }),
            ),
            fc.tuple(anyToken, anyConfig).map(
                ([token, config]): Find =>
                    from =>
                        from.findTreasuryTokenPdaSync(token, deploymentWith(config)),
            ),
            anyConfig.map(
                (config): Find =>
                    from =>
                        from.findEventAuthorityPdaSync(deploymentWith(config)),
            ),
        );
        fc.assert(
            fc.property(fc.array(anyQuestion, { maxLength: 60 }), fc.integer({ max: 20, min: 1 }), (questions, max) => {
                const cache = createAddressCache({ maxEntries: max });
                for (const find of questions) expect(find(cache)).toEqual(find(UNCACHED));
            }),
            runs(30),
        );
    });

    it('derives a second time only what it has forgotten: what was not asked for the longest', () => {
        const cache = createAddressCache({ maxEntries: 2 });
        const find = (salt: bigint) => cache.findChannelPdaSync({ ...OPENED, ...SEEDS, salt }, DEPLOYMENT);
        const [first, second] = [find(1n), find(2n)];
        expect(find(1n)).toBe(first);
        find(3n);
        expect(find(1n)).toBe(first);
        const again = find(2n);
        expect(again).not.toBe(second);
        expect(again).toEqual(second);
    });

    it.each([
        ['a salt as text', { salt: '42' }, 'INTEGER_NOT_EXACT'],
        ['a salt that is not exact', { salt: 2 ** 60 }, 'INTEGER_NOT_EXACT'],
        ['a salt that is missing', { salt: undefined }, 'INTEGER_NOT_EXACT'],
        ...ofEpoch(
            ['an open slot as text', { openSlot: `${VECTOR_OPEN_SLOT}` }, 'INTEGER_NOT_EXACT'] as const,
            ['an open slot that is missing', { openSlot: undefined }, 'INTEGER_NOT_EXACT'] as const,
        ),
        ['a mint that is missing', { mint: undefined }, 'ADDRESS_INVALID'],
        ['a mint as a number', { mint: BigInt('1'.repeat(32)) }, 'ADDRESS_INVALID'],
        ['parts that run into each other', { mint: `${MINT}/${AUTHORIZED_SIGNER}`, payee: '' }, 'ADDRESS_INVALID'],
        ['an object that reads like an address', { mint: { toString: () => MINT } }, 'ADDRESS_INVALID'],
    ] as const)('refuses %s, though it knows the address that it reads like', async (_, wrong, code) => {
        const cache = createAddressCache();
        cache.findChannelPdaSync({ ...OPENED, ...SEEDS }, DEPLOYMENT);
        cache.findChannelPdaSync({ ...OPENED, ...SEEDS, salt: BigInt(2 ** 60) }, DEPLOYMENT);
        cache.findChannelPdaSync({ ...OPENED, ...SEEDS, mint: '1'.repeat(32) as Address }, DEPLOYMENT);
        await expectRefusal(
            () => cache.findChannelPdaSync({ ...OPENED, ...SEEDS, ...(wrong as object) }, DEPLOYMENT),
            code,
        );
    });

    it('refuses an empty token program and a program address that is null', async () => {
        const cache = createAddressCache();
        cache.findEscrowPdaSync({ channel: PAYER, mint: MINT });
        cache.findEventAuthorityPdaSync(DEPLOYMENT);
        const tokenProgram = '' as Address;
        await expectRefusal(
            () => cache.findEscrowPdaSync({ channel: PAYER, mint: MINT, tokenProgram }),
            'ADDRESS_INVALID',
        );
        const programAddress = null as unknown as Address;
        await expectRefusal(
            () => cache.findEventAuthorityPdaSync({ ...DEPLOYMENT, programAddress }),
            'ADDRESS_INVALID',
        );
    });

    it.each([
        [0, 'INTEGER_OUT_OF_RANGE'],
        [-1, 'INTEGER_OUT_OF_RANGE'],
        [2 ** 24 + 1, 'INTEGER_OUT_OF_RANGE'],
        [1.5, 'INTEGER_NOT_EXACT'],
        [Infinity, 'INTEGER_NOT_EXACT'],
    ] as const)('refuses to hold %s entries', async (maxEntries, code) => {
        await expectRefusal(() => createAddressCache({ maxEntries }), code, { field: 'maxEntries' });
    });

    it.each([null, undefined, 0, 'text'])('refuses %s as an input and as a config', async value => {
        const cache = createAddressCache();
        const wrong = value as never;
        await expectRefusal(() => cache.findChannelPdaSync(wrong as never, DEPLOYMENT), 'INPUT_INVALID');
        await expectRefusal(() => cache.findEscrowPdaSync(wrong), 'INPUT_INVALID');
        await expectRefusal(() => cache.findTokenPdaSync(wrong), 'INPUT_INVALID');
        await expectRefusal(() => cache.findTreasuryTokenPdaSync(wrong, DEPLOYMENT), 'INPUT_INVALID');
        if (value === undefined) return;
        await expectRefusal(() => createAddressCache(wrong), 'INPUT_INVALID');
        await expectRefusal(() => cache.findChannelPdaSync({ ...OPENED, ...SEEDS }, wrong), 'INPUT_INVALID');
        await expectRefusal(() => cache.findEventAuthorityPdaSync(wrong), 'INPUT_INVALID');
        await expectRefusal(() => cache.findTreasuryTokenPdaSync({ mint: MINT }, wrong), 'INPUT_INVALID');
    });
});
