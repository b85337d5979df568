import { describe, expect, it } from 'vitest';

import { createRandom } from '../fixtures/seeded-random';
import { describeTransactionError } from '../../src/testing/rpc/error-text';
import { toUiTokenAmount } from '../../src/testing/rpc/ui-amount';
import { parseJson, toJsonText } from '../../src/testing/server/json';
import { RealClock } from '../../src/testing/server/real-clock';

// The parts of the served simulator that need no simulator.

describe('JSON', () => {
    it.each<[text: string, value: unknown]>([
        ['18446744073709551615', 18446744073709551615n],
        ['-9223372036854775808', -9223372036854775808n],
        ['9007199254740992', 9007199254740992n],
        ['9007199254740991', 9007199254740991],
        ['0000000000000000.5e1'.slice(15), 5],
        ['"18446744073709551615"', '18446744073709551615'],
        ['{"18446744073709551615":"\\"18446744073709551615"}', { '18446744073709551615': '"18446744073709551615' }],
        ['[1,18446744073709551615,"a\\\\",18446744073709551614]', [1, 2n ** 64n - 1n, 'a\\', 2n ** 64n - 2n]],
        ['1234567890123456.5', 1234567890123456.5],
        ['12345678901234567890e0', 12345678901234567890],
    ])('%s is read exactly', (text, value) => {
        expect(parseJson(text)).toEqual(value);
    });

    it('that is read is written as it was', () => {
        const random = createRandom('json');
        const make = (depth: number): string => {
            const kind = Math.floor(random() * (depth > 4 ? 4 : 6));
            const digits = () =>
                `${1 + Math.floor(random() * 9)}${'0123456789'.repeat(2).slice(0, Math.floor(random() * 19))}`;
            switch (kind) {
                case 0:
                    return digits();
                case 1:
                    return JSON.stringify(`${digits()}"\\\u2028ä,${digits()}`);
                case 2:
                    return `-${digits()}`;
                case 3:
                    return ['true', 'false', 'null'][Math.floor(random() * 3)]!;
                case 4:
                    return `[${[make(depth + 1), make(depth + 1)].join(',')}]`;
                default:
                    return `{"${digits()}a":${make(depth + 1)},"b\\"":${make(depth + 1)}}`;
            }
        };
        for (let round = 0; round < 2_000; round++) {
            const text = make(0);
            expect(toJsonText(parseJson(text))).toBe(text);
        }
    });

    it('leaves out what is undefined, and calls nobody', () => {
        const value = { a: undefined, b: 1n, c: [undefined, 2.5], toJSON: undefined };
        const shown = Object.defineProperty({ d: 2n ** 64n - 1n }, 'toJSON', { value: () => 'wrong' });
        expect(toJsonText({ ...value, shown })).toBe('{"b":1,"c":[null,2.5],"shown":{"d":18446744073709551615}}');
    });

    it.each(['', '{', '01', '['.repeat(100) + ']'.repeat(100), '['.repeat(1_000_000)])(
        'that is none is refused',
        text => {
            expect(() => parseJson(text)).toThrow(SyntaxError);
        },
    );
});

it.each<[amount: bigint, decimals: number, text: string]>([
    [0n, 0, '0'],
    [10n, 0, '10'],
    [100n, 1, '10'],
    [0n, 6, '0'],
    [1n, 6, '0.000001'],
    [1_500_000n, 6, '1.5'],
    [2n ** 64n - 1n, 9, '18446744073.709551615'],
    [5n, 19, '0.0000000000000000005'],
])('%s with %s decimals is %s', (amount, decimals, uiAmountString) => {
    expect(toUiTokenAmount(amount, decimals)).toEqual({
        amount: amount.toString(),
        decimals,
        uiAmount: Number(uiAmountString),
        uiAmountString,
    });
});

it.each<[err: unknown, text: string]>([
    ['BlockhashNotFound', 'Blockhash not found'],
    ['SomethingNew', 'SomethingNew'],
    [{ InstructionError: [2, { Custom: 6001 }] }, 'Error processing Instruction 2: custom program error: 0x1771'],
    [{ InstructionError: [0, 'InvalidArgument'] }, 'Error processing Instruction 0: invalid program argument'],
    [{ InstructionError: [0, 'SomethingNew'] }, 'Error processing Instruction 0: SomethingNew'],
    [
        { InsufficientFundsForRent: { account_index: 3 } },
        'Transaction results in an account (3) with insufficient funds for rent',
    ],
    [{ DuplicateInstruction: 1 }, 'Transaction contains a duplicate instruction (1) that is not allowed'],
    [{ SomethingNew: 1 }, '{"SomethingNew":1}'],
])('%j is told in the sentence of a node', (err, text) => {
    expect(describeTransactionError(err)).toBe(text);
});

describe('a real clock', () => {
    it('moves slots and seconds with the time, and loses none of it', () => {
        let slots = 0n;
        let seconds = 0n;
        const simulator = {
            advanceClock: (by: { seconds: number; slots: number }) => {
                slots += BigInt(by.slots);
                seconds += BigInt(by.seconds);
            },
        };
        const clock = new RealClock(simulator as never, 1_000);
        const random = createRandom('clock');
        let now = 1_000;
        for (let round = 0; round < 1_000; round++) {
            now += random() * 700;
            clock.moveTo(now);
            expect([Number(slots), Number(seconds)]).toEqual([
                Math.floor((now - 1_000 + 1e-6) / 400),
                Math.floor((now - 1_000 + 1e-6) / 1_000),
            ]);
        }
        // Back in time nothing moves.
        clock.moveTo(0);
        clock.moveTo(now);
        expect(Number(slots)).toBe(Math.floor((now - 1_000 + 1e-6) / 400));
    });
});
