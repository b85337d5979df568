import { lamports, type Address } from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import {
    AccountState,
    getMintSize,
    getMultisigSize,
    getTokenEncoder,
    getTokenSize,
    TOKEN_PROGRAM_ADDRESS,
    type TokenArgs,
} from '@solana-program/token';
import { beforeAll, describe, expect, it } from 'vitest';

import { TOKEN_2022_PROGRAM_ADDRESS } from '../../src';
import {
    assertSucceeded,
    createSimulator,
    createSimulatorRpc,
    getElfForTreasuryOwner,
    readProgramElf,
    simulated,
    type Simulator,
} from '../../src/testing';
import { findTokenAccounts } from '../../src/testing/scenario/ledger';
import { createRequestHandler } from '../../src/testing/rpc';
import { addressOf } from '../fixtures/parties';
import { errorOf, expectRefusal } from '../fixtures/refusals';
import { DEPLOYMENT } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';

// What the simulator reads out of accounts that may hold anything, and out of arguments that may be anything.

const [MINT, OWNER, PLACE] = [addressOf(0x51), addressOf(0x52), addressOf(0x53)];
let simulator: Simulator;
beforeAll(async () => {
    simulator = await createTestSimulator();
});

const encodeToken = (fields: Partial<TokenArgs> = {}) =>
    new Uint8Array(
        getTokenEncoder().encode({
            amount: 7n,
            closeAuthority: null,
            delegate: null,
            delegatedAmount: 0n,
            isNative: null,
            mint: MINT,
            owner: OWNER,
            state: AccountState.Initialized,
            ...fields,
        }),
    );
/** What Token-2022 writes behind the base of an account with extensions: its kind, and an immutable owner. */
const extended = (base: Uint8Array, kind: number, extension: readonly number[] = [7, 0, 0, 0]) =>
    Uint8Array.from([...base, ...Array<number>(getTokenSize() - base.length).fill(0), kind, ...extension]);
const filled = (length: number, byte = 0xff) => new Uint8Array(length).fill(byte);
const withState = (state: number) => {
    const data = encodeToken();
    const offset = encodeToken({ state: AccountState.Frozen }).findIndex((byte, index) => byte !== data[index]);
    data[offset] = state;
    return data;
};
const place = (data: Uint8Array, programAddress: Address) =>
    simulator.svm.setAccount({
        address: PLACE,
        data,
        executable: false,
        lamports: lamports(10_000_000n),
        programAddress,
        space: BigInt(data.length),
    });

const BOTH = [TOKEN_PROGRAM_ADDRESS, TOKEN_2022_PROGRAM_ADDRESS];
const ONLY_2022 = [TOKEN_2022_PROGRAM_ADDRESS];
const ACCOUNTS: readonly (readonly [title: string, data: Uint8Array, programs: readonly Address[], amount: bigint])[] =
    [
        ['a token account', encodeToken(), BOTH, 7n],
        ['a frozen token account', encodeToken({ state: AccountState.Frozen }), BOTH, 7n],
        ['a token account with an extension', extended(encodeToken(), 2), ONLY_2022, 7n],
        ['a token account with bytes that are no extension', extended(encodeToken(), 2, [1, 2, 3]), ONLY_2022, 7n],
        ['a token account that was never initialized', withState(AccountState.Uninitialized), BOTH, 0n],
        ['a state that no token program writes', withState(200), BOTH, 0n],
        ['a mint', filled(getMintSize()), BOTH, 0n],
        ['a mint with an extension', extended(filled(getMintSize()), 1), ONLY_2022, 0n],
        ['a mint with an extension and a base of a token account', extended(encodeToken(), 1), ONLY_2022, 0n],
        ['an extended account of no kind', extended(encodeToken(), 0), ONLY_2022, 0n],
        ['an extended account of SPL Token', extended(encodeToken(), 2), [TOKEN_PROGRAM_ADDRESS], 0n],
        ['a multisig', filled(getMultisigSize()), BOTH, 0n],
        [
            'a multisig with the bytes of a token account',
            Uint8Array.from([...extended(encodeToken(), 2), ...filled(185, 0)]),
            BOTH,
            0n,
        ],
        ['a byte too few', encodeToken().slice(0, -1), BOTH, 0n],
        ['a byte too many', Uint8Array.from([...encodeToken(), 3]), BOTH, 0n],
        ['other bytes', filled(getTokenSize()), BOTH, 0n],
        ['nothing', new Uint8Array(), BOTH, 0n],
        ['a token account that belongs to somebody else', encodeToken(), [OWNER, SYSTEM_PROGRAM_ADDRESS], 0n],
    ];

describe('the amount in a token account', () => {
    it.each(
        ACCOUNTS.flatMap(([title, data, programs, amount]) =>
            programs.map(program => [title, program, data, amount] as const),
        ),
    )('of %s of %s', (title, program, data, amount) => {
        expect(title.includes('multisig')).toBe(data.length === getMultisigSize());
        place(data, program);
        expect(simulator.getTokenAmount(PLACE)).toBe(amount);
        const found = BOTH.flatMap(tokenProgram => findTokenAccounts(simulator, { mint: MINT, tokenProgram }));
        expect(found).toEqual(amount === 0n ? [] : [PLACE]);
    });

    it('is 0 where there is nothing, or a channel', async () => {
        expect(simulator.getTokenAmount(addressOf(0x54))).toBe(0n);
        place(filled(100), DEPLOYMENT.programAddress);
        expect(simulator.getTokenAmount(PLACE)).toBe(0n);
        await expectRefusal(() => simulator.getChannel(PLACE), 'ACCOUNT_MALFORMED');
    });
});

describe('no argument makes a public function throw an error without a code', () => {
    const THROWING = new Proxy(
        {},
        {
            get: () => {
                throw new Error('hostile');
            },
        },
    );
    const VALUES = [undefined, null, 5, 'x', Symbol('s'), {}, [], [null], [{}], THROWING, () => undefined];
    const CALLS: Readonly<Record<string, (value: never) => unknown>> = {
        advanceClock: value => simulator.advanceClock(value),
        assertSucceeded: value => {
            assertSucceeded(value);
        },
        createFundedSigner: value => simulator.createFundedSigner(value),
        createMint: value => simulator.createMint(value),
        createRequestHandler: value => createRequestHandler(value),
        createSigner: value => simulator.createSigner(value),
        createSimulator: value => createTestSimulator(value),
        createSimulatorRpc: value => createSimulatorRpc(value),
        createTokenAccount: value => simulator.createTokenAccount(value),
        createTreasuryTokenAccount: value => simulator.createTreasuryTokenAccount(value),
        deployment: value => createSimulator({ deployment: value }),
        elfPath: value => createTestSimulator({ elfPath: value }),
        feePayer: value => simulator.send([], { feePayer: value }),
        getChannel: value => simulator.getChannel(value),
        getElfForTreasuryOwner: value => getElfForTreasuryOwner(value, OWNER),
        getExecutedTransaction: value => simulator.getExecutedTransaction(value),
        getLamports: value => simulator.getLamports(value),
        getTokenAmount: value => simulator.getTokenAmount(value),
        mintTokens: value => simulator.mintTokens(value),
        readProgramElf: value => readProgramElf(value),
        seed: value => createTestSimulator({ seed: value }),
        send: value => simulator.send(value),
        sendTransaction: value => simulator.sendTransaction(value),
        setClock: value => {
            simulator.setClock(value);
        },
        setLamports: value => {
            simulator.setLamports(value, 1n);
        },
        simulated: value => simulated(value),
        treasuryOwner: value => getElfForTreasuryOwner(readProgramElf('epoch'), value),
        version: value => simulator.send([], { version: value }),
    };
    it.each(Object.entries(CALLS))('%s', async (_, call) => {
        for (const value of VALUES) {
            try {
                await call(value as never);
            } catch (error) {
                expect(error).toMatchObject({ code: expect.any(String) as string, name: 'PaymentChannelsError' });
            }
        }
    });

    it.each([
        [
            'setClock',
            () => {
                simulator.setClock({ slots: 1n } as never);
            },
        ],
        [
            'advanceClock',
            () => {
                simulator.advanceClock({ slot: 1n } as never);
            },
        ],
        ['createSimulator', () => createTestSimulator({ sed: 'x' } as never)],
        ['createMint', () => simulator.createMint({ decimal: 9 } as never)],
        ['createFundedSigner', () => simulator.createFundedSigner({ lamport: 9n } as never)],
        ['send', () => simulator.send([], { feepayer: OWNER } as never)],
    ])('%s refuses a member that is misspelt', async (_, call) => {
        await expectRefusal(call, 'INPUT_INVALID');
    });

    it('what no transaction can be made of is malformed, and a signer that fails is not to blame on the message', async () => {
        const writesToProgram = { accounts: [{ address: 'x', role: 1 }], programAddress: OWNER } as never;
        await expectRefusal(() => simulator.send([writesToProgram]), 'TRANSACTION_MALFORMED', { field: 'message' });
        const error = new Error('the wallet was closed');
        const feePayer = { address: OWNER, signTransactions: () => Promise.reject(error) };
        expect(await errorOf(() => simulator.send([], { feePayer }))).toBe(error);
        // Those that come after are sent.
        expect((await simulator.send([])).ok).toBe(true);
    });
});
