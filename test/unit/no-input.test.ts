import { describe, expect, it } from 'vitest';

import * as toolkit from '../fixtures/toolkit';

// A caller in JavaScript can pass anything, nothing included. Whatever a function takes as an object answers with a
// typed error, and never with the `TypeError` of a field that was read from nothing.

type Call = (...args: unknown[]) => unknown;

const codeOf = async (call: Call, args: unknown[]) => {
    try {
        await call(...args);
        return 'nothing was thrown';
    } catch (error) {
        return toolkit.isPaymentChannelsError(error) ? error.code : `${String(error)}`;
    }
};

const OURS = Object.entries(toolkit).filter(
    ([name, value]) =>
        typeof value === 'function' &&
        // Not the rendered functions below the builders, nor those that take something else than an object.
        /^(get\w+Instructions?(Async)?|find\w+Pda(Sync)?|getPayouts|toVoucher|toSignedVoucher|encodeVoucher)$/.test(
            name,
        ),
);

describe.each(OURS as [string, Call][])('%s', (name, call) => {
    const takesInput = !['findEventAuthorityPdaSync'].includes(name);

    const inputs: unknown[] = [undefined, null, 0, true, ...(name === 'getMemoInstruction' ? [] : ['text'])];

    it.runIf(takesInput).each(inputs)('refuses %s as its input', async input => {
        expect(await codeOf(call, [input])).toMatch(/^(INPUT_INVALID|VOUCHER_INVALID)$/);
    });
});

describe('a config', () => {
    const address = toolkit.MAINNET_DEPLOYMENT.programAddress;
    it.each<[string, () => unknown]>([
        ['a derivation', () => toolkit.findEventAuthorityPdaSync(null as never)],
        ['a builder', () => toolkit.getFinalizeInstruction({ channel: address }, null as never)],
        ['a treasury', () => toolkit.findTreasuryTokenPdaSync({ mint: address }, null as never)],
    ])('that is null is refused, by %s', async (_, call) => {
        expect(await codeOf(call, [])).toBe('INPUT_INVALID');
    });
});

it('finds what it is about', () => {
    expect(OURS.length).toBeGreaterThan(20);
});
