import { describe, expect, it } from 'vitest';

import { Expiry, toRpcBlockhash, toRpcBlockHeight } from '../../src/sending/block-height';
import { toContextSlot } from '../../src/runtime/rpc-answer';

const U64_MAX = 2n ** 64n - 1n;
const BLOCKHASH = '4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';

describe('a blockhash of an RPC', () => {
    const answer = (lastValidBlockHeight: unknown, slot: unknown = 400_000n, blockhash: unknown = BLOCKHASH) => ({
        context: { slot },
        value: { blockhash, lastValidBlockHeight },
    });

    it('is good for 150 blocks at most, of which there are no more than slots', () => {
        expect(toRpcBlockhash(answer(400_150n))).toEqual({
            lifetime: { blockhash: BLOCKHASH, lastValidBlockHeight: 400_150n },
            slot: 400_000n,
        });
        expect(toRpcBlockhash(answer(0)).lifetime.lastValidBlockHeight).toBe(0n);
    });

    it.each([
        ['a height above those of its slot', answer(400_151n)],
        ['the highest height', answer(U64_MAX)],
        ['a height that is negative', answer(-1n)],
        ['a height that is none', answer('400000')],
        ['a slot beyond those of the runtime', answer(400_000n, 2n ** 63n)],
        ['no slot', answer(400_000n, null)],
        ['a blockhash that is none', answer(400_000n, 400_000n, 'abc')],
        ['nothing', undefined],
    ])('with %s is refused', (_, value) => {
        expect(() => toRpcBlockhash(value)).toThrow(expect.objectContaining({ code: 'RPC_RESPONSE_INVALID' }));
    });
});

describe('a block height of an RPC', () => {
    it('is one that there can be at its slot', () => {
        expect(toRpcBlockHeight({ absoluteSlot: 9n, blockHeight: 9n })).toEqual({ blockHeight: 9n, slot: 9n });
    });

    it.each([
        [{ absoluteSlot: 9n, blockHeight: 10n }],
        [{ absoluteSlot: 9n, blockHeight: U64_MAX }],
        [{ absoluteSlot: 2n ** 63n, blockHeight: 9n }],
        [{ absoluteSlot: 9n, blockHeight: -9n }],
        [{ absoluteSlot: 9n }],
        [null],
    ])('is refused otherwise: %o', value => {
        expect(() => toRpcBlockHeight(value)).toThrow(expect.objectContaining({ code: 'RPC_RESPONSE_INVALID' }));
    });

    it('as a context has a slot that a signed integer can hold', () => {
        expect(toContextSlot('answer', { context: { slot: 2n ** 63n - 1n } })).toBe(2n ** 63n - 1n);
        expect(() => toContextSlot('answer', { context: { slot: 2n ** 63n } })).toThrow(
            expect.objectContaining({ code: 'RPC_RESPONSE_INVALID' }),
        );
    });
});

const at = (blockHeight: bigint, slot = blockHeight) => ({ blockHeight, slot });

describe('a transaction has expired', () => {
    it('above its height, and not at it', () => {
        const expiry = new Expiry(1_000n);
        expect(expiry.isOver(at(1_000n), 0)).toBe(false);
        expect(expiry.isOver(at(1_001n), 0)).toBe(true);
    });

    it.each([U64_MAX, 5_000n])('once any blockhash has, whatever height is recorded: %s', lastValid => {
        const expiry = new Expiry(lastValid);
        expect(expiry.isOver(at(1_000n), 50)).toBe(false);
        // Long ago, and a node that is a lifetime behind may have told the first height.
        expect(expiry.isOver(at(1_300n), 1_000_000)).toBe(false);
        expect(expiry.isOver(at(1_301n), 1_000_000)).toBe(true);
    });

    it('not by a single height that is far too low: time has to pass as well', () => {
        const expiry = new Expiry(1_150n);
        expect(expiry.isOver(at(1n), 0)).toBe(false);
        expect(expiry.isOver(at(1_010n), 119_999)).toBe(false);
        // From the lowest on, whenever that was told.
        expect(expiry.isOver(at(0n), 100_000)).toBe(false);
        expect(expiry.isOver(at(1_020n), 219_999)).toBe(false);
        expect(expiry.isOver(at(1_151n), 219_999)).toBe(true);
    });

    it('not never by a single height that is far too high', () => {
        const expiry = new Expiry(U64_MAX);
        expect(expiry.isOver(at(2n ** 62n), 0)).toBe(false);
        expect(expiry.isOver(at(1_000n), 1_000)).toBe(false);
        expect(expiry.isOver(at(1_301n), 121_000)).toBe(true);
    });
});
