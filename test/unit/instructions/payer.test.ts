import { describe, expect, it } from 'vitest';

import {
    getFinalizeInstruction,
    getRequestCloseInstruction,
    getTopUpInstructionAsync,
    getWithdrawPayerInstructionAsync,
    type FinalizeInput,
    type RequestCloseInput,
    type TopUpInput,
    type WithdrawPayerInput,
    type Deployment,
} from '../../../src';
import {
    BAD_ADDRESSES,
    BAD_CONFIGS,
    BAD_NON_ZERO_U64,
    BAD_SIGNERS,
    BAD_TOKEN_PROGRAMS,
} from '../../fixtures/bad-input';
import { accountsOf, BUILDS, dataOf } from '../../fixtures/instructions';
import { deriveAta, MINT, PAYER, PAYER_SIGNER, SPL_TOKEN } from '../../fixtures/parties';
import { U64_MAX } from '../../fixtures/random';
import { expectRefusal, withBad } from '../../fixtures/refusals';
import { CHANNEL } from '../../fixtures/vectors';
import { DEPLOYMENT, deploymentWith } from '../../fixtures/deployment';

// What the payer does with a channel after open: top it up, ask to close it, finalize it (as anyone may), withdraw.

const INPUT = { amount: 500_000n, channel: CHANNEL, mint: MINT, payer: PAYER_SIGNER, tokenProgram: SPL_TOKEN };

describe.each(BUILDS)('$title', ({ config, program, tokenProgram }) => {
    const input = { ...INPUT, tokenProgram };

    it('getTopUpInstructionAsync: accounts and data of docs/program.md, section 7.3', async () => {
        const topUp = await getTopUpInstructionAsync(input, deploymentWith(config));
        expect(topUp.programAddress).toBe(program);
        expect(accountsOf(topUp)).toEqual([
            [PAYER, 'S W'],
            [CHANNEL, 'W'],
            [await deriveAta(PAYER, tokenProgram), 'W'],
            [await deriveAta(CHANNEL, tokenProgram), 'W'],
            [MINT, ''],
            [tokenProgram, ''],
        ]);
        expect(dataOf(topUp)).toBe('0320a1070000000000');
    });

    it('getRequestCloseInstruction: accounts and data of docs/program.md, section 7.5', () => {
        const requestClose = getRequestCloseInstruction(input, deploymentWith(config));
        expect(requestClose.programAddress).toBe(program);
        expect(accountsOf(requestClose)).toEqual([
            [PAYER, 'S'],
            [CHANNEL, 'W'],
        ]);
        expect(dataOf(requestClose)).toBe('05');
    });

    it('getFinalizeInstruction: account and data of docs/program.md, section 7.6', () => {
        const finalize = getFinalizeInstruction(input, deploymentWith(config));
        expect(finalize.programAddress).toBe(program);
        expect(accountsOf(finalize)).toEqual([[CHANNEL, 'W']]);
        expect(dataOf(finalize)).toBe('06');
    });

    it('getWithdrawPayerInstructionAsync: accounts and data of docs/program.md, section 7.7', async () => {
        const withdraw = await getWithdrawPayerInstructionAsync(input, deploymentWith(config));
        expect(withdraw.programAddress).toBe(program);
        expect(accountsOf(withdraw)).toEqual([
            [PAYER, 'S'],
            [CHANNEL, 'W'],
            [await deriveAta(CHANNEL, tokenProgram), 'W'],
            [await deriveAta(PAYER, tokenProgram), 'W'],
            [MINT, ''],
            [tokenProgram, ''],
        ]);
        expect(dataOf(withdraw)).toBe('08');
    });
});

it('topUp takes every amount from 1 to the largest', async () => {
    const dataOfAmount = async (amount: bigint | number) =>
        dataOf(await getTopUpInstructionAsync({ ...INPUT, amount }, DEPLOYMENT));
    expect(await dataOfAmount(1)).toBe('030100000000000000');
    expect(await dataOfAmount(1n)).toBe('030100000000000000');
    expect(await dataOfAmount(2 ** 53 - 1)).toBe('03ffffffffffff1f00');
    expect(await dataOfAmount(U64_MAX)).toBe('03ffffffffffffffff');
});

const channel = withBad(INPUT, 'channel', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' });
const payer = withBad(INPUT, 'payer', BAD_SIGNERS, { code: 'SIGNER_INVALID' });
const token = [
    ...withBad(INPUT, 'mint', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }),
    ...withBad(INPUT, 'tokenProgram', BAD_TOKEN_PROGRAMS),
];
const amount = withBad(INPUT, 'amount', BAD_NON_ZERO_U64);

type Build = (
    input: TopUpInput & RequestCloseInput & FinalizeInput & WithdrawPayerInput,
    deployment: Deployment,
) => unknown;

describe.each([
    {
        badInputs: [...amount, ...channel, ...payer, ...token],
        build: getTopUpInstructionAsync as Build,
        name: 'getTopUpInstructionAsync',
    },
    {
        badInputs: [...channel, ...payer],
        build: getRequestCloseInstruction as Build,
        name: 'getRequestCloseInstruction',
    },
    { badInputs: channel, build: getFinalizeInstruction as Build, name: 'getFinalizeInstruction' },
    {
        badInputs: [...channel, ...payer, ...token],
        build: getWithdrawPayerInstructionAsync as Build,
        name: 'getWithdrawPayerInstructionAsync',
    },
])('$name refuses', ({ badInputs, build }) => {
    it.each(badInputs)('$title: $code', async ({ code, context, input }) => {
        await expectRefusal(() => build(input, DEPLOYMENT), code, context);
    });

    it.each(BAD_CONFIGS)('$title as the program address', async ({ config }) => {
        const field = 'deployment.programAddress';
        await expectRefusal(() => build(INPUT, config), 'ADDRESS_INVALID', { field });
    });
});
