import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AccountRole, address, getAddressEncoder, getU64Encoder, type Instruction } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { getFinalizeInstruction, getSettleInstructions, isPaymentChannelsError } from '../../src';
import {
    assertSucceeded,
    ELF_ENVIRONMENT_VARIABLES,
    getElfForTreasuryOwner,
    readProgramElf,
    type Simulator,
} from '../../src/testing';
import { byRevision } from '../fixtures/revision';
import { createCast, TestChannel } from './fixtures/channel';
import { DEPLOYMENT } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';

const OWNER = address('Cs2zdfUNonRdRGsiZUQQLdTxzxVvJZmgiX2mpLYKuEqP');
const COMPUTE_BUDGET = address('ComputeBudget111111111111111111111111111111');

let simulator: Simulator;
beforeAll(async () => {
    simulator = await createTestSimulator();
});
afterEach(() => {
    vi.unstubAllEnvs();
});

const codeOf = async (attempt: () => unknown) => {
    try {
        await attempt();
        return undefined;
    } catch (error) {
        return isPaymentChannelsError(error) ? error.code : error;
    }
};

describe('a simulation', () => {
    const run = async (seed: string) => {
        const simulation = await createTestSimulator({ seed });
        const cast = await createCast(simulation, TOKEN_PROGRAM_ADDRESS);
        const channel = await TestChannel.plan(simulation, cast, { salt: 1n });
        const opened = await channel.send([await channel.getOpenInstruction()]);
        const settled = await channel.send(getSettleInstructions({ voucher: await channel.sign(1n) }, DEPLOYMENT));
        return [opened.signature, settled.signature];
    };

    it('repeats to the last signature with the same seed, and differs with another', async () => {
        const [first, again, other] = [await run('a'), await run('a'), await run('b')];
        expect(again).toEqual(first);
        expect(other).not.toEqual(first);
    });

    it('gives the same key for the same label and another one for each call without', async () => {
        const [a, again, b] = await Promise.all(['a', 'a', 'b'].map(label => simulator.createSigner(label)));
        expect(again!.address).toBe(a!.address);
        expect(b!.address).not.toBe(a!.address);
        // Of the simulator's own keys none is that of a label.
        const others = await createTestSimulator();
        const labelled = await Promise.all(
            ['#0', '#1', '##0', 'faucet', '#faucet'].map(label => others.createSigner(label)),
        );
        const own = [await others.createSigner(), await others.createSigner(), others.faucet];
        expect(new Set([...labelled, ...own].map(({ address }) => address)).size).toBe(8);
        const [one, two] = [await simulator.createSigner(), await simulator.createSigner()];
        expect(one.address).not.toBe(two.address);
    });
});

describe('the clock', () => {
    it('stands still until it is moved, and programs see it', async () => {
        const simulation = await createTestSimulator({ slot: 42n, unixTimestamp: 1_000n });
        expect(simulation.getClock()).toEqual({ slot: 42n, unixTimestamp: 1_000n });
        simulation.advanceClock({ seconds: 5 });
        simulation.advanceClock({ slots: 7n });
        expect(simulation.getClock()).toEqual({ slot: 49n, unixTimestamp: 1_005n });
        simulation.setClock({ unixTimestamp: -1n });
        expect(simulation.getClock()).toEqual({ slot: 49n, unixTimestamp: -1n });
    });

    it.each([
        [{ seconds: -1 }, 'INTEGER_OUT_OF_RANGE'],
        [{ seconds: 0.5 }, 'INTEGER_NOT_EXACT'],
        [{ slots: 2n ** 64n }, 'INTEGER_OUT_OF_RANGE'],
    ])('refuses to move by %o', async (by, code) => {
        expect(await codeOf(() => simulator.advanceClock(by))).toBe(code);
    });
});

describe('a result', () => {
    const transfer = async (amount: bigint) => {
        const source = await simulator.createFundedSigner({ lamports: 1_000_000_000n });
        return { instruction: getTransferSolInstruction({ amount, destination: OWNER, source }), source };
    };

    it('tells the fee, whoever else gains or loses lamports', async () => {
        const { instruction, source } = await transfer(123_456_789n);
        const before = simulator.getLamports(source.address);
        const result = await simulator.sendOrThrow([instruction], { feePayer: source });
        expect(result.feeLamports).toBe(5_000n);
        expect(before - simulator.getLamports(source.address)).toBe(123_456_789n + 5_000n);
    });

    it('comes for each of many transactions that are sent at once, in their order', async () => {
        const transfers = await Promise.all([1n, 2n, 3n].map(amount => transfer(1_000_000n * amount)));
        const results = await Promise.all(transfers.map(({ instruction }) => simulator.send([instruction])));
        expect(results.map(({ ok }) => ok)).toEqual([true, true, true]);
        const tooMuch = await simulator.send([(await transfer(2_000_000_000n)).instruction]);
        expect(tooMuch.ok).toBe(false);
        expect((await simulator.send([(await transfer(1_000_000n)).instruction])).ok).toBe(true);
    });

    it('counts the signatures of precompiles and the priority fee', async () => {
        const cast = await createCast(simulator, TOKEN_PROGRAM_ADDRESS);
        const channel = await TestChannel.open(simulator, cast);
        const price: Instruction = {
            data: new Uint8Array([3, ...getU64Encoder().encode(10_000_000n)]),
            programAddress: COMPUTE_BUDGET,
        };
        const settle = getSettleInstructions({ voucher: await channel.sign(1n) }, DEPLOYMENT);
        const result = await simulator.sendOrThrow([price, ...settle], { computeUnitLimit: 1_000 });
        expect(result.feeLamports).toBe(5_000n + 5_000n + 10_000n);
        expect(result.computeUnits).toBeGreaterThan(0);
    });

    it.each(['legacy', 0, 1] as const)(
        'is the same in a transaction of version %s, but for its size',
        async version => {
            const cast = await createCast(simulator, TOKEN_PROGRAM_ADDRESS);
            const channel = await TestChannel.open(simulator, cast);
            const result = await simulator.sendOrThrow(
                getSettleInstructions({ voucher: await channel.sign(1n) }, DEPLOYMENT),
                {
                    feePayer: cast.payee,
                    version,
                },
            );
            // In the epoch revision the message has two bytes more, and the data does not repeat its 48.
            const difference = byRevision({ epoch: 2 - 48, tombstone: 0 });
            expect(result.bytes).toBe({ 0: 482, 1: 493, legacy: 480 }[version] + difference);
            expect(channel.account.settlement.settled).toBe(1n);
        },
    );

    it('names the error of the program and the instruction that failed', async () => {
        const cast = await createCast(simulator, TOKEN_PROGRAM_ADDRESS);
        const channel = await TestChannel.open(simulator, cast);
        const { instruction } = await transfer(1n);
        const result = await simulator.send([
            instruction,
            getFinalizeInstruction({ channel: channel.address }, DEPLOYMENT),
        ]);
        expect(result.failure).toEqual({
            code: 2,
            instructionIndex: 1,
            kind: 'custom',
            message: expect.stringMatching(/^instruction 1: invalidChannelStatus \(2\)\. .+/) as string,
            name: 'invalidChannelStatus',
            program: DEPLOYMENT.programAddress,
        });
        expect(await codeOf(() => assertSucceeded(result))).toBe('TRANSACTION_FAILED');
    });

    it("names the runtime's own errors", async () => {
        const result = await simulator.send([getFinalizeInstruction({ channel: OWNER }, DEPLOYMENT)]);
        expect(result.failure).toMatchObject({ instructionIndex: 0, kind: 'builtin', name: 'InvalidAccountOwner' });
    });

    it('names the error of a transaction that was refused before it ran, which costs nothing', async () => {
        const poor = await simulator.createSigner();
        const result = await simulator.send([getFinalizeInstruction({ channel: OWNER }, DEPLOYMENT)], {
            feePayer: poor,
        });
        expect(result).toMatchObject({ failure: { kind: 'transaction', name: 'AccountNotFound' }, feeLamports: 0n });
        const almostPoor = await simulator.createFundedSigner({ lamports: 900_000n });
        const { instruction, source } = await transfer(999_999_000n);
        const rent = await simulator.send([instruction], { feePayer: almostPoor });
        expect(rent.failure).toMatchObject({ kind: 'transaction', name: 'InsufficientFundsForRent' });
        expect(simulator.getLamports(source.address)).toBe(1_000_000_000n);
    });

    it('is refused for a transaction that is too large for a cluster', async () => {
        const large: Instruction = {
            accounts: Array.from({ length: 40 }, (_, index) => ({
                address: address(getAddressFrom(index)),
                role: AccountRole.READONLY,
            })),
            programAddress: COMPUTE_BUDGET,
        };
        expect(await codeOf(() => simulator.send([large]))).toBe('TRANSACTION_TOO_LARGE');
    });
});

describe('the program ELF', () => {
    const folder = mkdtempSync(join(tmpdir(), 'payment-channels-elf-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const write = (name: string, bytes: Uint8Array) => {
        writeFileSync(join(folder, name), bytes);
        return join(folder, name);
    };
    const embedded = readFileSync(new URL('../../program/tombstone.so', import.meta.url));
    const placeholder = getAddressEncoder().encode(DEPLOYMENT.treasuryOwner);

    it('is the embedded one, or the one the environment names, or the one the caller names', () => {
        const byEnvironment = write('environment.so', Buffer.concat([embedded, Buffer.of(0)]));
        const byCaller = write('caller.so', Buffer.concat([embedded, Buffer.of(0, 0)]));
        vi.stubEnv(ELF_ENVIRONMENT_VARIABLES.tombstone, '');
        expect(readProgramElf('tombstone')).toMatchObject({ source: 'embedded' });
        vi.stubEnv(ELF_ENVIRONMENT_VARIABLES.tombstone, byEnvironment);
        expect(readProgramElf('tombstone')).toMatchObject({ source: byEnvironment });
        expect(readProgramElf('tombstone', byCaller)).toMatchObject({ source: byCaller });
        expect(readProgramElf('tombstone', byCaller).sha256).not.toBe(readProgramElf('tombstone').sha256);
    });

    it.each([
        ['a missing file', () => join(folder, 'missing.so')],
        ['a file that is no ELF', () => write('text.so', Buffer.from('#!/bin/sh'))],
        ['a truncated ELF', () => write('truncated.so', embedded.subarray(0, 1_000))],
    ])('is refused: %s', async (_, path) => {
        expect(await codeOf(() => createTestSimulator({ elfPath: path() }))).toBe('ELF_INVALID');
    });

    it('gets the treasury owner of the deployment in the place of the placeholder', () => {
        const elf = readProgramElf('tombstone', write('own.so', embedded));
        const patched = Buffer.from(getElfForTreasuryOwner(elf, OWNER));
        expect(patched.includes(Buffer.from(placeholder))).toBe(false);
        expect(patched.indexOf(Buffer.from(getAddressEncoder().encode(OWNER)))).toBe(
            embedded.indexOf(Buffer.from(placeholder)),
        );
        expect(patched.length).toBe(embedded.length);
        // A dump from that deployment holds its owner already.
        const dumped = readProgramElf('tombstone', write('dumped.so', patched));
        expect(getElfForTreasuryOwner(dumped, OWNER)).toBe(dumped.bytes);
    });

    it.each([
        ['neither the owner nor the placeholder', () => Buffer.from(embedded).fill(1, 4)],
        ['the placeholder twice', () => Buffer.concat([embedded, Buffer.from(placeholder)])],
    ])('is refused for another treasury owner when it holds %s', async (_, bytes) => {
        const elf = readProgramElf('tombstone', write('bad.so', bytes()));
        expect(await codeOf(() => getElfForTreasuryOwner(elf, OWNER))).toBe('ELF_INVALID');
    });
});

/** Some address that differs for each index. */
function getAddressFrom(index: number): string {
    const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
    return `CQAyft83tN1w2bRofB5PZ79eVDU2xZUVo43LU1qL4z${digits[index]}g`;
}
