import type { Address } from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findTokenPdaSync, PaymentChannelsError, TOKEN_2022_PROGRAM_ADDRESS } from '../../src';
import { createTokenPdaMatcher } from '../../src/runtime/derive/match-token-pda';
import { anyAddress, runs } from '../fixtures/random';

const anyToken = fc.record({
    mint: anyAddress,
    tokenProgram: fc.constantFrom(TOKEN_PROGRAM_ADDRESS, TOKEN_2022_PROGRAM_ADDRESS),
});

describe('createTokenPdaMatcher', () => {
    it('finds the bump of every associated token account, one matcher for many wallets', () => {
        fc.assert(
            fc.property(anyToken, fc.array(anyAddress, { maxLength: 8, minLength: 1 }), (token, owners) => {
                const match = createTokenPdaMatcher(token);
                for (const owner of owners) {
                    const [address, bump] = findTokenPdaSync({ ...token, owner });
                    // Those that it leaves to the derivation are one in 65,536.
                    expect(match(owner, address)).toBe(bump > 255 - 16 ? bump : undefined);
                }
            }),
            runs(60),
        );
    });

    it('matches nothing else', () => {
        fc.assert(
            fc.property(anyToken, anyAddress, anyAddress, (token, owner, other) => {
                const match = createTokenPdaMatcher(token);
                expect(match(owner, other)).toBeUndefined();
                expect(match(owner, owner)).toBeUndefined();
                const [ofOther] = findTokenPdaSync({ ...token, owner: other });
                expect(match(owner, ofOther)).toBe(owner === other ? expect.any(Number) : undefined);
                const [ofOtherToken] = findTokenPdaSync({ ...token, mint: other, owner });
                expect(match(owner, ofOtherToken)).toBeUndefined();
            }),
            runs(40),
        );
    });

    it.each(['', 'no address', '1'.repeat(45), undefined, null, 7, {}])('matches no %j', value => {
        const token = { mint: TOKEN_PROGRAM_ADDRESS, tokenProgram: TOKEN_PROGRAM_ADDRESS };
        expect(createTokenPdaMatcher(token)(TOKEN_PROGRAM_ADDRESS, value)).toBeUndefined();
        expect(() => createTokenPdaMatcher({ ...token, mint: 'no address' as Address })).toThrow(PaymentChannelsError);
    });
});
