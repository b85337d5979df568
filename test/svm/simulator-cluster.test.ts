import {
    appendTransactionMessageInstructions,
    createTransactionMessage,
    getBase58Decoder,
    getBase64EncodedWireTransaction,
    getSignatureFromTransaction,
    pipe,
    setTransactionMessageFeePayerSigner,
    setTransactionMessageLifetimeUsingBlockhash,
    setTransactionMessageLifetimeUsingDurableNonce,
    signTransactionMessageWithSigners,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    type Blockhash,
    type KeyPairSigner,
    type Nonce,
    type Transaction,
} from '@solana/kit';
import {
    getCreateAccountInstruction,
    getInitializeNonceAccountInstruction,
    getNonceDecoder,
    getNonceSize,
    getTransferSolInstruction,
    SYSTEM_PROGRAM_ADDRESS,
} from '@solana-program/system';
import { beforeEach, describe, expect, it } from 'vitest';

import { getMemoInstruction } from '../../src';
import { createSimulatorRpc, simulated } from '../../src/testing';
import { type FeePayerMessage, getFailure, getRefusal, type Lifetime, TO, useClusterLab } from './fixtures/cluster';

// What a cluster does with a transaction, in the simulator: it lands once, its blockhash ages, and everybody sees the same.

const AMOUNT = 100n;
const TOO_MUCH = 10n ** 15n;
const FEE = 5_000n;
const lab = useClusterLab();

const AGAIN = {
    cause: 'This transaction has already been processed',
    code: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
};
const TOO_OLD = { ...AGAIN, cause: 'Blockhash not found' };

type Way = readonly [title: string, send: (transaction: Transaction) => Promise<unknown>];
const FIRST_WAYS: readonly Way[] = [
    ['the simulator', async transaction => await Promise.resolve(lab.simulator.sendTransaction(transaction))],
    ['a connection', async transaction => await lab.sendOn(lab.rpc, transaction)],
    [
        'a connection without preflight',
        async transaction => await lab.sendOn(lab.rpc, transaction, { skipPreflight: true }),
    ],
];
const MEANWHILE: readonly (readonly [title: string, happen: () => Promise<unknown>])[] = [
    ['at once', async () => await Promise.resolve()],
    ['after 40 others', async () => await lab.others(40)],
    [
        'after new blockhashes',
        async () => {
            for (let index = 0; index < 3; index++) lab.simulator.svm.expireBlockhash();
            await lab.rpc.getLatestBlockhash().send();
        },
    ],
    [
        'as long as its blockhash is good',
        async () => {
            for (let slot = 0; slot < 3; slot++) {
                lab.simulator.advanceClock({ seconds: 20, slots: 50 });
                await lab.others(1);
            }
        },
    ],
];

describe.each(FIRST_WAYS)('a transaction that was sent by %s', (_, first) => {
    it.each(MEANWHILE)('lands once: %s it is known by every way', async (_when, happen) => {
        const transaction = await lab.build([lab.transfer()]);
        await first(transaction);
        await happen();
        const before = lab.simulator.getLamports(lab.payer.address);
        expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('AlreadyProcessed');
        const connections = [lab.rpc, createSimulatorRpc(lab.simulator), createClientRpc()];
        for (const connection of connections) {
            expect(await getRefusal(async () => await lab.sendOn(connection, transaction))).toEqual(AGAIN);
            // A node forwards it all the same, and answers with what it always answers with.
            const answer = await lab.sendOn(connection, transaction, { skipPreflight: true });
            expect(answer).toBe(getSignatureFromTransaction(transaction));
            for (const sigVerify of [true, false]) {
                const config = { encoding: 'base64', sigVerify } as never;
                const { value } = await connection
                    .simulateTransaction(getBase64EncodedWireTransaction(transaction), config)
                    .send();
                expect(value.err).toBe('AlreadyProcessed');
            }
        }
        expect(lab.getReceived()).toBe(AMOUNT);
        expect(lab.simulator.getLamports(lab.payer.address)).toBe(before);
        expect(await lab.getStatus(getSignatureFromTransaction(transaction))).toMatchObject({ err: null });
    });

    it('and failed is known as well, with what it cost and why', async () => {
        const transaction = await lab.build([lab.transfer(TOO_MUCH)]);
        const signature = getSignatureFromTransaction(transaction);
        const before = lab.simulator.getLamports(lab.payer.address);
        await first(transaction).catch(() => undefined);
        const hasLanded = lab.simulator.getLamports(lab.payer.address) === before - FEE;
        // The preflight of a node keeps it from landing, and it may land later: it was not processed.
        if (!hasLanded) expect(await lab.getStatus(signature)).toBeNull();
        lab.simulator.sendTransaction(transaction);
        await lab.others(40);
        expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('AlreadyProcessed');
        expect(await getRefusal(async () => await lab.sendOn(lab.rpc, transaction))).toEqual(AGAIN);
        expect(before - lab.simulator.getLamports(lab.payer.address)).toBe(FEE);
        const err = { InstructionError: [0n, { Custom: 1n }] };
        expect(await lab.getStatus(signature)).toMatchObject({
            confirmationStatus: 'finalized',
            err,
            status: { Err: err },
        });
    });
});

const createClientRpc = () => simulated(lab.simulator)({}).rpc;

it('a transaction that was refused has not landed, and lands as soon as the reason is gone', async () => {
    const poor = await lab.simulator.createSigner('poor');
    const message = pipe(
        createTransactionMessage({ version: 0 }),
        m => setTransactionMessageFeePayerSigner(poor, m),
        m => setTransactionMessageLifetimeUsingBlockhash(lab.simulator.getLatestBlockhash(), m),
        m => appendTransactionMessageInstructions([getMemoInstruction('when I am rich')], m),
    );
    const transaction = await signTransactionMessageWithSigners(message);
    expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('AccountNotFound');
    expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('AccountNotFound');
    expect(await lab.getStatus(getSignatureFromTransaction(transaction))).toBeNull();
    lab.simulator.setLamports(poor.address, 10_000_000n);
    expect(getFailure(lab.simulator.sendTransaction(transaction))).toBeUndefined();
    expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('AlreadyProcessed');
});

describe('a blockhash ages', () => {
    const WAYS_TO_GET: readonly (readonly [title: string, get: () => Promise<Lifetime>])[] = [
        ['a connection', async () => (await lab.rpc.getLatestBlockhash().send()).value],
        ['the simulator', async () => await Promise.resolve(lab.simulator.getLatestBlockhash())],
        [
            'LiteSVM',
            async () => {
                const blockhash = lab.simulator.svm.latestBlockhash();
                return await Promise.resolve({ blockhash, lastValidBlockHeight: lab.simulator.getClock().slot + 150n });
            },
        ],
    ];
    const isValid = async (blockhash: Blockhash) =>
        await Promise.all(
            [lab.rpc, createSimulatorRpc(lab.simulator)].map(async connection => {
                const { value } = await connection.isBlockhashValid(blockhash).send();
                return value;
            }),
        );

    it.each(WAYS_TO_GET)('as of %s: good for 150 slots, for every connection', async (_, get) => {
        const lifetime = await get();
        const { slot } = lab.simulator.getClock();
        expect(lifetime.lastValidBlockHeight).toBe(slot + 150n);
        const [first, second] = [
            await lab.build([lab.transfer(1n)], lifetime),
            await lab.build([lab.transfer(2n)], lifetime),
        ];
        lab.simulator.advanceClock({ slots: 100 });
        await lab.others(5);
        lab.simulator.advanceClock({ slots: 50 });
        expect(await isValid(lifetime.blockhash)).toEqual([true, true]);
        expect(await lab.sendOn(createSimulatorRpc(lab.simulator), first)).toBe(getSignatureFromTransaction(first));
        lab.simulator.advanceClock({ slots: 1 });
        expect(await isValid(lifetime.blockhash)).toEqual([false, false]);
        expect(await getRefusal(async () => await lab.sendOn(lab.rpc, second))).toEqual(TOO_OLD);
        expect(getFailure(lab.simulator.sendTransaction(second))).toBe('BlockhashNotFound');
        // One that has landed is too old as well: a node looks at the age first.
        expect(await getRefusal(async () => await lab.sendOn(lab.rpc, first))).toEqual(TOO_OLD);
        expect(await lab.sendOn(lab.rpc, second, { skipPreflight: true })).toBe(getSignatureFromTransaction(second));
        expect(await lab.getStatus(getSignatureFromTransaction(second))).toBeNull();
        const simulate = async (config: object) => {
            const { value } = await lab.rpc
                .simulateTransaction(getBase64EncodedWireTransaction(second), { encoding: 'base64', ...config })
                .send();
            return value.err;
        };
        expect(await simulate({})).toBe('BlockhashNotFound');
        expect(await simulate({ replaceRecentBlockhash: true })).toBeNull();
    });

    it('for good: a clock that goes back makes nothing run a second time', async () => {
        const transaction = await lab.build([lab.transfer()]);
        expect(getFailure(lab.simulator.sendTransaction(transaction))).toBeUndefined();
        const { slot } = lab.simulator.getClock();
        lab.simulator.advanceClock({ slots: 10_000 });
        lab.simulator.setClock({ slot });
        expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('BlockhashNotFound');
        expect(lab.getReceived()).toBe(AMOUNT);
        expect((await lab.simulator.send([lab.transfer(1n)], { feePayer: lab.payer })).ok).toBe(true);
    });

    it("however the clock is moved, LiteSVM's own ways included", async () => {
        const transaction = await lab.build([lab.transfer()]);
        lab.simulator.svm.warpToSlot(lab.simulator.getClock().slot + 151n);
        expect(await getRefusal(async () => await lab.sendOn(lab.rpc, transaction))).toEqual(TOO_OLD);
        expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('BlockhashNotFound');
    });

    it('and one that never was is not found', async () => {
        const blockhash = TO as string as Blockhash;
        const transaction = await lab.build([lab.transfer()], { blockhash, lastValidBlockHeight: 2n ** 63n });
        expect(await isValid(blockhash)).toEqual([false, false]);
        expect(await getRefusal(async () => await lab.sendOn(lab.rpc, transaction))).toEqual(TOO_OLD);
        expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('BlockhashNotFound');
    });
});

describe('a durable nonce', () => {
    let nonceAccount: KeyPairSigner;
    beforeEach(async () => {
        nonceAccount = await lab.simulator.createSigner('nonce');
        await lab.simulator.sendOrThrow(
            [
                getCreateAccountInstruction({
                    lamports: 2_000_000n,
                    newAccount: nonceAccount,
                    payer: lab.payer,
                    programAddress: SYSTEM_PROGRAM_ADDRESS,
                    space: getNonceSize(),
                }),
                getInitializeNonceAccountInstruction({
                    nonceAccount: nonceAccount.address,
                    nonceAuthority: lab.payer.address,
                }),
            ],
            { feePayer: lab.payer },
        );
    });
    const getNonce = () => {
        const account = lab.simulator.svm.getAccount(nonceAccount.address);
        if (!account.exists) throw new Error('there is no nonce account');
        return getNonceDecoder().decode(account.data).blockhash as string;
    };
    const buildWithNonce = async (amount: bigint) =>
        await signTransactionMessageWithSigners(
            pipe(
                createTransactionMessage({ version: 0 }),
                m => setTransactionMessageFeePayerSigner(lab.payer, m) as FeePayerMessage,
                m =>
                    setTransactionMessageLifetimeUsingDurableNonce(
                        {
                            nonce: getNonce() as Nonce,
                            nonceAccountAddress: nonceAccount.address,
                            nonceAuthorityAddress: lab.payer.address,
                        },
                        m,
                    ),
                m => appendTransactionMessageInstructions([lab.transfer(amount)], m),
            ),
        );

    it('is good at any time, and once', async () => {
        const transaction = await buildWithNonce(AMOUNT);
        lab.simulator.advanceClock({ slots: 10_000 });
        expect(await lab.sendOn(lab.rpc, transaction)).toBe(getSignatureFromTransaction(transaction));
        await lab.others(40);
        expect(await getRefusal(async () => await lab.sendOn(lab.rpc, transaction))).toEqual(TOO_OLD);
        expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('BlockhashNotFound');
        expect(lab.getReceived()).toBe(AMOUNT);
    });

    it('is used up by a transaction that fails, whose fee is charged once', async () => {
        const [before, value] = [lab.simulator.getLamports(lab.payer.address), getNonce()];
        const transaction = await buildWithNonce(TOO_MUCH);
        expect(getFailure(lab.simulator.sendTransaction(transaction))).toBeDefined();
        expect(getNonce()).not.toBe(value);
        await lab.others(40);
        expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('BlockhashNotFound');
        expect(before - lab.simulator.getLamports(lab.payer.address)).toBe(FEE);
        // The value is one that the runtime goes on from.
        expect(getFailure(lab.simulator.sendTransaction(await buildWithNonce(AMOUNT)))).toBeUndefined();
        expect(lab.getReceived()).toBe(AMOUNT);
    });
});

describe('a signature', () => {
    it('that is bad is refused before anything runs, also of a transaction that has landed', async () => {
        const [fresh, landed] = [await lab.build([lab.transfer(1n)]), await lab.build([lab.transfer(2n)])];
        await lab.sendOn(lab.rpc, landed);
        const before = lab.simulator.getLamports(lab.payer.address);
        for (const transaction of [fresh, landed]) {
            for (const byte of [0, 1]) {
                const forged = lab.forge(transaction, byte);
                expect(await getRefusal(async () => await lab.sendOn(lab.rpc, forged))).toMatchObject({
                    code: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
                });
                expect(getFailure(lab.simulator.sendTransaction(forged))).toBe('SignatureFailure');
                const config = { encoding: 'base64', sigVerify: true } as const;
                const { value } = await lab.rpc
                    .simulateTransaction(getBase64EncodedWireTransaction(forged), config)
                    .send();
                expect(value.err).toBe('SignatureFailure');
            }
        }
        expect(lab.simulator.getLamports(lab.payer.address)).toBe(before);
        expect(getFailure(lab.simulator.sendTransaction(fresh))).toBeUndefined();
    });

    it("is the transaction's own in every answer, whatever becomes of it", async () => {
        const cosigner = await lab.simulator.createFundedSigner();
        const bySeveral = getTransferSolInstruction({ amount: 1n, destination: TO, source: cosigner });
        const good = await lab.build([lab.transfer(), bySeveral]);
        const failing = await lab.build([lab.transfer(TOO_MUCH), bySeveral]);
        const [old, unknown] = [await lab.build([lab.transfer(3n)]), { blockhash: TO as string as Blockhash }];
        const lost = await lab.build([lab.transfer(4n)], { ...unknown, lastValidBlockHeight: 0n });
        await lab.sendOn(lab.rpc, good);
        const skip = { skipPreflight: true };
        const check = async (transaction: Transaction) => {
            const [own] = Object.values(transaction.signatures);
            const expected = getBase58Decoder().decode(own!);
            expect(await lab.sendOn(lab.rpc, transaction, skip)).toBe(expected);
            expect(lab.simulator.sendTransaction(transaction).signature).toBe(expected);
        };
        for (const transaction of [good, failing, lost, lab.forge(old), lab.forge(good)]) await check(transaction);
        lab.simulator.advanceClock({ slots: 151 });
        for (const transaction of [good, failing, old]) await check(transaction);
    });

    it('that is missing is refused without a preflight, too', async () => {
        const { messageBytes } = await lab.build([lab.transfer()]);
        const unsigned = { messageBytes, signatures: { [lab.payer.address]: null } };
        expect(
            await getRefusal(async () => await lab.sendOn(lab.rpc, unsigned, { skipPreflight: true })),
        ).toMatchObject({
            code: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
        });
    });
});

describe('a status', () => {
    it('is at hand for 300 slots, and found later by those who search', async () => {
        const { signature } = await lab.simulator.sendOrThrow([getMemoInstruction('long ago')]);
        const { slot } = lab.simulator.getClock();
        lab.simulator.advanceClock({ slots: 300 });
        expect(await lab.getStatus(signature)).toMatchObject({ slot });
        lab.simulator.advanceClock({ slots: 1 });
        expect(await lab.getStatus(signature)).toBeNull();
        expect(await lab.getStatus(signature, true)).toMatchObject({
            confirmationStatus: 'finalized',
            err: null,
            slot,
        });
        const config = { encoding: 'json', maxSupportedTransactionVersion: 0 } as const;
        expect(await lab.rpc.getTransaction(signature, config).send()).toMatchObject({ meta: { err: null }, slot });
    });
});
