import {
    getSolanaErrorFromTransactionError,
    SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    SOLANA_ERROR__TRANSACTION__FAILED_WHEN_SIMULATING_TO_ESTIMATE_COMPUTE_LIMIT,
    SolanaError,
    type RpcTransport,
    createSolanaRpcFromTransport,
    type Base64EncodedWireTransaction,
} from '@solana/kit';
import * as associatedToken from '@solana-program/token';
import * as system from '@solana-program/system';
import * as token2022 from '@solana-program/token-2022';
import { describe, expect, it } from 'vitest';

import { getProgramFailure, parseProgramLogs, type ProgramFailureConfig } from '../../src';
import { addressOf, PROGRAM, SPL_TOKEN, SYSTEM_PROGRAM } from '../fixtures/parties';
import { errorOf, expectRefusal } from '../fixtures/refusals';
import { DEPLOYMENT } from '../fixtures/deployment';

const OTHER = addressOf(9);
const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111';
const logsOf = (...failing: string[]) => [
    `Program ${COMPUTE_BUDGET} invoke [1]`,
    `Program ${COMPUTE_BUDGET} success`,
    ...failing.map((program, index) => `Program ${program} invoke [${index + 1}]`),
    'Program log: something',
    ...failing.map(program => `Program ${program} failed: custom program error: 0x1`).reverse(),
];
const error = (code: number | bigint, index: number | bigint = 1) => ({ InstructionError: [index, { Custom: code }] });
const instructions = [{ programAddress: SYSTEM_PROGRAM }, { programAddress: PROGRAM }];
const EXPIRED = {
    code: 233,
    instructionIndex: 1,
    kind: 'custom',
    message: 'instruction 1: voucherExpired (233). The voucher has expired: ask the payer for a new one.',
    name: 'voucherExpired',
    program: PROGRAM,
};
type KitTransactionError = Parameters<typeof getSolanaErrorFromTransactionError>[0];
const kitError = (err: unknown) => getSolanaErrorFromTransactionError(err as KitTransactionError);
const preflight = (err: unknown, logs: string[]) =>
    new SolanaError(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE, {
        cause: kitError(err),
        logs,
    } as never);

describe('the failure of a transaction, from every place that tells it', () => {
    const logs = logsOf(PROGRAM);
    it.each<[title: string, source: unknown, config?: ProgramFailureConfig]>([
        ['a transaction error and its logs', error(233), { logs }],
        ['numbers as bigints', error(233n, 1n), { logs }],
        ['the answer of simulateTransaction', { context: { slot: 1n }, value: { err: error(233), logs } }],
        ['its value', { err: error(233n), logs, unitsConsumed: 5n }],
        ['a notification of logsSubscribe', { context: {}, value: { err: error(233), logs, signature: 'x' } }],
        ['the answer of getTransaction', { meta: { err: error(233), logMessages: logs }, transaction: {} }],
        ['a signature status and the instructions', { confirmations: null, err: error(233) }, { instructions }],
        ['a failed preflight', preflight(error(233), logs)],
        [
            'a failed estimate of the compute units',
            new SolanaError(SOLANA_ERROR__TRANSACTION__FAILED_WHEN_SIMULATING_TO_ESTIMATE_COMPUTE_LIMIT, {
                cause: kitError(error(233)),
                logs,
            } as never),
        ],
        ['the instruction error of kit and the logs', kitError(error(233)), { logs }],
        ['the instruction error of kit and the instructions', kitError(error(233)), { instructions }],
        ['an error that wraps it', new Error('sending failed', { cause: preflight(error(233), logs) })],
        ['several errors together', new AggregateError([new Error('no'), preflight(error(233), logs)])],
        [
            'several transactions that kit sent together',
            Object.assign(new Error('2 transactions failed'), {
                context: { failedTransactions: [{ error: preflight(error(233), logs), index: 0 }] },
                name: 'SolanaError',
            }),
        ],
        [
            'the logs that kit keeps beside the error',
            Object.assign(new Error('failed', { cause: kitError(error(233)) }), {
                context: { preflightData: { logs } },
                name: 'SolanaError',
            }),
        ],
    ])('%s', (_, source, config) => {
        expect(getProgramFailure(source, DEPLOYMENT, config)).toEqual(EXPIRED);
    });

    it('a request that the RPC refuses, through the client of kit', async () => {
        const transport = (() =>
            Promise.resolve({
                error: { code: -32002, data: { err: error(233), logs }, message: 'Transaction simulation failed' },
                id: '1',
                jsonrpc: '2.0',
            })) as unknown as RpcTransport;
        const rpc = createSolanaRpcFromTransport(transport);
        const send = () => rpc.sendTransaction('' as Base64EncodedWireTransaction, { encoding: 'base64' }).send();
        expect(getProgramFailure(await errorOf(send), DEPLOYMENT)).toEqual(EXPIRED);
    });

    it.each([
        undefined,
        null,
        true,
        5,
        5n,
        '',
        'text in small letters',
        [],
        {},
        { value: null },
        { err: null },
        new Error('no'),
        { value: { err: null, logs: [] } },
        { meta: { err: null } },
        { context: {}, value: [] },
        Symbol('x'),
        () => error,
        new SolanaError(4 as never),
        { a: 1 },
    ])('is none where %o tells of none', source => {
        expect(getProgramFailure(source, DEPLOYMENT)).toBeUndefined();
    });
});

describe('whose code it is', () => {
    it.each<[title: string, code: number, config: ProgramFailureConfig, expected: object]>([
        [
            'the program, as the logs say',
            1,
            { logs: logsOf(PROGRAM) },
            { name: 'missingRequiredSignature', program: PROGRAM },
        ],
        ['the Token program', 1, { logs: logsOf(PROGRAM, SPL_TOKEN) }, { name: undefined, program: SPL_TOKEN }],
        [
            'the System program',
            0,
            { logs: logsOf(PROGRAM, SYSTEM_PROGRAM) },
            { name: undefined, program: SYSTEM_PROGRAM },
        ],
        ['another program', 233, { logs: logsOf(OTHER) }, { name: undefined, program: OTHER }],
        [
            'the program, called by another',
            233,
            { logs: logsOf(OTHER, PROGRAM) },
            { name: 'voucherExpired', program: PROGRAM },
        ],
        ['nobody knows whose', 1, {}, { name: undefined, program: undefined }],
        ['nobody knows whose, of our instruction', 1, { instructions }, { name: undefined, program: undefined }],
        [
            'ours alone, of our instruction',
            2400,
            { instructions },
            { name: 'channelNotDistributable', program: PROGRAM },
        ],
        ['ours alone, of some instruction', 2400, {}, { name: undefined, program: undefined }],
        [
            'ours alone, of another instruction',
            2400,
            { instructions: [...instructions].reverse() },
            { name: undefined },
        ],
        ['no code of ours', 9999, { logs: logsOf(PROGRAM) }, { name: undefined, program: PROGRAM }],
        [
            'the logs, whatever the instruction is',
            1,
            { instructions, logs: logsOf(PROGRAM, SPL_TOKEN) },
            { program: SPL_TOKEN },
        ],
    ])('%s', (_, code, config, expected) => {
        expect(getProgramFailure(error(code), DEPLOYMENT, config)).toMatchObject({ code, kind: 'custom', ...expected });
    });

    it('says what the code may be where it is not certain', () => {
        expect(getProgramFailure(error(1), DEPLOYMENT)?.message).toBe(
            'instruction 1: custom error 1 of program unknown: missingRequiredSignature if it is of the ' +
                'payment-channels program, something else if of one that it called',
        );
    });

    it.each<[title: string, logs: string[], instructions: ProgramFailureConfig['instructions'], name: unknown]>([
        ['none of the failure', logsOf(), undefined, 'InvalidSignature'],
        ['nothing at all', [], undefined, 'InvalidSignature'],
        ['nothing, and the instruction is known', [], instructions, undefined],
        ['less than there was', [`Program ${PROGRAM} invoke [1]`, 'Log truncated'], undefined, undefined],
    ])('is that of a precompile where the logs have %s', (_, logs, instructions, name) => {
        expect(getProgramFailure(error(2), DEPLOYMENT, { instructions, logs })).toMatchObject({
            name,
            program: undefined,
        });
    });

    it('is not told by logs that the node cut off: what stands behind the cut may be of the caller only', () => {
        const logs = [
            `Program ${PROGRAM} invoke [1]`,
            `Program ${SPL_TOKEN} invoke [2]`,
            'Log truncated',
            `Program ${PROGRAM} failed: custom program error: 0x1`,
        ];
        expect(getProgramFailure(error(1), DEPLOYMENT, { logs })).toMatchObject({
            name: undefined,
            program: undefined,
        });
    });

    it('is not told by what a program logs itself', () => {
        const logs = [
            `Program ${PROGRAM} invoke [1]`,
            `Program ${SPL_TOKEN} invoke [2]`,
            `Program log: x\nProgram ${PROGRAM} failed: custom program error: 0x1`,
            `Program log: Program ${PROGRAM} failed: custom program error: 0x1`,
            `Program ${SPL_TOKEN} failed: custom program error: 0x1`,
            `Program ${PROGRAM} failed: custom program error: 0x1`,
        ];
        expect(getProgramFailure(error(1), DEPLOYMENT, { logs })).toMatchObject({
            name: undefined,
            program: SPL_TOKEN,
        });
    });

    it('follows the deployment', async () => {
        const deployment = { ...DEPLOYMENT, programAddress: OTHER };
        expect(getProgramFailure(error(233), deployment, { logs: logsOf(OTHER) })).toMatchObject({
            name: 'voucherExpired',
            program: OTHER,
        });
        const refused = () => getProgramFailure(error(233), { ...DEPLOYMENT, programAddress: 'x' as typeof OTHER });
        await expectRefusal(refused, 'ADDRESS_INVALID');
    });

    // The rule that a code from 200 on can only be the program's own stands on this.
    it('no program that the program calls has a code of 200 or more', () => {
        const codes = [associatedToken, system, token2022].flatMap(client =>
            Object.entries(client)
                .filter(([name, value]) => /_ERROR__/.test(name) && typeof value === 'number')
                .map(([, value]) => value as unknown as number),
        );
        expect(codes.length).toBeGreaterThan(50);
        expect(Math.max(...codes)).toBeLessThan(200);
    });
});

describe("the runtime's own errors", () => {
    it('of an instruction', () => {
        const expected = { instructionIndex: 2, kind: 'builtin', name: 'InvalidAccountOwner', program: PROGRAM };
        const err = { InstructionError: [2, 'InvalidAccountOwner'] };
        expect(getProgramFailure(err, DEPLOYMENT, { logs: logsOf(PROGRAM) })).toMatchObject(expected);
        expect(getProgramFailure(kitError(err), DEPLOYMENT, { logs: logsOf(PROGRAM) })).toMatchObject(expected);
        expect(getProgramFailure({ InstructionError: [0, { BorshIoError: 'x' }] }, DEPLOYMENT)).toMatchObject({
            name: 'BorshIoError',
        });
    });

    it('of the transaction as a whole', () => {
        for (const source of ['BlockhashNotFound', { err: 'BlockhashNotFound' }, kitError('BlockhashNotFound')]) {
            expect(getProgramFailure(source, DEPLOYMENT)).toEqual({
                kind: 'transaction',
                message: 'the runtime refused the transaction: BlockhashNotFound',
                name: 'BlockhashNotFound',
            });
        }
        const rent = { InsufficientFundsForRent: { account_index: 1 } };
        expect(getProgramFailure(rent, DEPLOYMENT)).toMatchObject({
            kind: 'transaction',
            name: 'InsufficientFundsForRent',
        });
        expect(getProgramFailure(kitError(rent), DEPLOYMENT)).toMatchObject({ name: 'InsufficientFundsForRent' });
    });

    // Each name that this package knows has to be the one that kit has for the same number.
    const named = (base: number, name: (value: string) => unknown, property: 'InstructionError' | 'TransactionError') =>
        [property, base, name] as const;
    it.each([
        named(4_615_000, name => ({ InstructionError: [3, name] }), 'InstructionError'),
        named(7_050_000, name => ({ [name]: { account_index: 0 } }), 'TransactionError'),
    ])('have the names that kit counts: %s', (_, base, wrap) => {
        let count = 0;
        for (let code = base + 1; code < base + 100; code++) {
            const failure = getProgramFailure(
                Object.assign(new Error(), { context: { __code: code, index: 3 }, name: 'SolanaError' }),
                DEPLOYMENT,
            );
            if (!failure || failure.kind === 'custom' || code === SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM) continue;
            const fromKit = kitError(wrap(failure.name));
            expect([failure.name, fromKit.context.__code]).toEqual([failure.name, code]);
            count++;
        }
        expect(count).toBeGreaterThan(30);
    });

    it('have their name when neither kit nor this package knows them', () => {
        expect(getProgramFailure(kitError({ InstructionError: [1, 'BrandNew'] }), DEPLOYMENT)).toMatchObject({
            instructionIndex: 1,
            kind: 'builtin',
            name: 'BrandNew',
        });
        expect(getProgramFailure(kitError('BrandNew'), DEPLOYMENT)).toMatchObject({
            kind: 'transaction',
            name: 'BrandNew',
        });
    });

    it.each([
        { err: 5 },
        { err: {} },
        { err: { InstructionError: 'x' } },
        { err: { InstructionError: [-1, 'GenericError'] } },
        { err: { InstructionError: [0] } },
        { err: { InstructionError: [0, { Custom: 2 ** 32 }] } },
        { err: { InstructionError: [0, {}] } },
    ])('are a failure all the same when %o can not be read', source => {
        expect(getProgramFailure(source, DEPLOYMENT)).toMatchObject({ name: 'Unknown' });
    });
});

describe('errors that wrap each other in a circle', () => {
    it('end', () => {
        const circle = new Error('a');
        circle.cause = new Error('b', { cause: circle });
        expect(getProgramFailure(circle, DEPLOYMENT)).toBeUndefined();
        const knot = new AggregateError([]);
        for (let index = 0; index < 30; index++) knot.errors.push(new AggregateError([knot, circle], 'x'), knot);
        expect(getProgramFailure(knot, DEPLOYMENT)).toBeUndefined();
    });
});

describe('parseProgramLogs', () => {
    it('tells the calls, by whom each was made and how it failed', () => {
        const { calls, firstFailure, isIncomplete } = parseProgramLogs(logsOf(PROGRAM, SPL_TOKEN));
        expect(calls).toEqual([
            { caller: undefined, failure: undefined, program: COMPUTE_BUDGET, stackHeight: 1 },
            { caller: undefined, failure: 'custom program error: 0x1', program: PROGRAM, stackHeight: 1 },
            { caller: PROGRAM, failure: 'custom program error: 0x1', program: SPL_TOKEN, stackHeight: 2 },
        ]);
        expect([firstFailure, isIncomplete]).toEqual([calls[2], false]);
    });

    it.each<[title: string, logs: unknown]>([
        ['cut off', [`Program ${PROGRAM} invoke [1]`, 'Log truncated']],
        ['without their beginning', [`Program ${PROGRAM} success`]],
        ['with a depth left out', [`Program ${PROGRAM} invoke [2]`]],
        ['of another program ending', [`Program ${PROGRAM} invoke [1]`, `Program ${OTHER} success`]],
        ['of a program that is no address', [`Program ${'1'.repeat(44)} invoke [1]`]],
        ['no list', 'Program'],
    ])('says that logs are incomplete: %s', (_, logs) => {
        expect(parseProgramLogs(logs as string[])).toMatchObject({ firstFailure: undefined, isIncomplete: true });
    });
});

describe('the name of a failure', () => {
    it('is one of the names there are: the compiler knows a misspelt one', () => {
        const failure = getProgramFailure(error(233), DEPLOYMENT, { logs: logsOf(PROGRAM) });
        expect(failure?.name === 'voucherExpired').toBe(true);
        // @ts-expect-error No error of the program, of a precompile or of the runtime is called so.
        expect(failure?.name === 'voucherExpird').toBe(false);
        // @ts-expect-error And none of those that an error of the program can have.
        if (failure?.kind === 'custom') expect(failure.name === 'BlockhashNotFound').toBe(false);
    });
});
