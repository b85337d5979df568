import {
    appendTransactionMessageInstructions,
    createTransactionMessage,
    fetchEncodedAccount,
    fetchEncodedAccounts,
    getBase64EncodedWireTransaction,
    getSignatureFromTransaction,
    isSolanaError,
    pipe,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageFeePayerSigner,
    setTransactionMessageLifetimeUsingBlockhash,
    setTransactionMessageLoadedAccountsDataSizeLimit,
    signTransactionMessageWithSigners,
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_UNSUPPORTED_TRANSACTION_VERSION,
    type Address,
    type Base58EncodedBytes,
    type Base64EncodedWireTransaction,
    type Instruction,
    type KeyPairSigner,
    type Rpc,
    type SolanaRpcApi,
    type TransactionMessage,
    type TransactionMessageWithFeePayerSigner,
    type TransactionMessageWithLifetime,
} from '@solana/kit';
import { getTransferSolInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { fetchToken, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { beforeAll, describe, expect, it } from 'vitest';

import { createSimulatorRpc, type Simulator, type SimulatorRpcApi } from '../../src/testing';
import { addressOf } from '../fixtures/parties';
import { errorOf } from '../fixtures/refusals';
import { createTestSimulator } from '../fixtures/simulator';

// The RPC of a simulator answers as a node does, for every client that speaks kit.

const TO = addressOf(0x42);
const NOBODY = addressOf(0x43);
let simulator: Simulator;
let rpc: Rpc<SimulatorRpcApi>;
let payer: KeyPairSigner;
beforeAll(async () => {
    simulator = await createTestSimulator();
    rpc = createSimulatorRpc(simulator);
    payer = await simulator.createFundedSigner({ lamports: 10_000_000_000n });
});

type Message = TransactionMessage & TransactionMessageWithFeePayerSigner & TransactionMessageWithLifetime;
type Lifetime = Parameters<typeof setTransactionMessageLifetimeUsingBlockhash>[0];

async function build(instructions: readonly Instruction[], lifetime?: Lifetime, version: 'legacy' | 0 | 1 = 0) {
    const latest = lifetime ?? (await rpc.getLatestBlockhash().send()).value;
    const transaction = await pipe(
        createTransactionMessage({ version }) as TransactionMessage,
        m => setTransactionMessageFeePayerSigner(payer, m) as Message,
        m => setTransactionMessageLifetimeUsingBlockhash(latest, m) as Message,
        m => appendTransactionMessageInstructions(instructions, m) as Message,
        m => (version === 1 ? setTransactionMessageComputeUnitLimit(100_000, m) : m),
        m => (version === 1 ? setTransactionMessageLoadedAccountsDataSizeLimit(1_000_000, m) : m),
        m => signTransactionMessageWithSigners(m),
    );
    return { signature: getSignatureFromTransaction(transaction), wire: getBase64EncodedWireTransaction(transaction) };
}
const transfer = (amount: bigint, destination = TO) =>
    getTransferSolInstruction({ amount, destination, source: payer });
const send = (wire: Base64EncodedWireTransaction, skipPreflight = false) =>
    rpc.sendTransaction(wire, { encoding: 'base64', skipPreflight }).send();
const codeOf = async (request: () => Promise<unknown>) => {
    const error = await errorOf(request);
    return isSolanaError(error) ? error.context.__code : error;
};

describe('accounts', () => {
    it('are what kit and its clients read', async () => {
        const mint = await simulator.createMint();
        const tokenAccount = await simulator.mintTokens({ amount: 5n, mint, owner: payer.address });
        expect((await fetchToken(rpc, tokenAccount)).data).toMatchObject({ amount: 5n, mint });
        const account = simulator.svm.getAccount(tokenAccount);
        const { data, ...rest } = (await fetchEncodedAccount(rpc, tokenAccount)) as typeof account & {
            data: Uint8Array;
        };
        expect(rest).toEqual({ ...account, data: undefined });
        expect([...data]).toEqual([...(account as { data: Uint8Array }).data]);
        expect(await fetchEncodedAccounts(rpc, [NOBODY, tokenAccount])).toMatchObject([
            { exists: false },
            { address: tokenAccount, exists: true },
        ]);
    });

    it('are found by their size and their bytes, in slices and in either encoding', async () => {
        const mint = await simulator.createMint();
        const tokenAccount = await simulator.createTokenAccount({ mint, owner: payer.address });
        const filters = [
            { dataSize: 165n },
            { memcmp: { bytes: mint as string as Base58EncodedBytes, encoding: 'base58' as const, offset: 0n } },
        ];
        const found = await rpc
            .getProgramAccounts(TOKEN_PROGRAM_ADDRESS, {
                dataSlice: { length: 32, offset: 0 },
                encoding: 'base58',
                filters,
            })
            .send();
        expect(found).toMatchObject([{ account: { data: [mint, 'base58'], space: 165n }, pubkey: tokenAccount }]);
        const withContext = { encoding: 'base64' as const, filters, withContext: true as const };
        const { context, value } = await rpc.getProgramAccounts(TOKEN_PROGRAM_ADDRESS, withContext).send();
        expect([context.slot, value.length]).toEqual([simulator.getClock().slot, 1]);
        const elsewhere = [{ memcmp: { ...filters[1]!.memcmp!, offset: 160n } }];
        expect(
            await rpc.getProgramAccounts(TOKEN_PROGRAM_ADDRESS, { encoding: 'base64', filters: elsewhere }).send(),
        ).toEqual([]);
    });

    it('have a balance and a rent', async () => {
        simulator.setLamports(TO, 7n);
        expect((await rpc.getBalance(TO).send()).value).toBe(7n);
        expect((await rpc.getBalance(NOBODY).send()).value).toBe(0n);
        expect(await rpc.getMinimumBalanceForRentExemption(216n).send()).toBe(2_394_240n);
    });

    it.each<[title: string, request: () => Promise<unknown>]>([
        [
            'more than 100 addresses',
            () => rpc.getMultipleAccounts(Array<Address>(101).fill(TO), { encoding: 'base64' }).send(),
        ],
        [
            'more than 4 filters',
            () => rpc.getProgramAccounts(TO, { encoding: 'base64', filters: Array(5).fill({ dataSize: 1n }) }).send(),
        ],
        ['no address', () => rpc.getAccountInfo('x' as Address, { encoding: 'base64' }).send()],
        [
            'an encoding of no kind',
            () => rpc.getAccountInfo(payer.address, { encoding: 'base64+gzip' as never }).send(),
        ],
        [
            'a filter of no kind',
            () => rpc.getProgramAccounts(TO, { encoding: 'base64', filters: [{}] as never }).send(),
        ],
    ])('are refused for %s', async (_, request) => {
        expect(await codeOf(request)).toBe(SOLANA_ERROR__JSON_RPC__INVALID_PARAMS);
    });
});

describe('transactions', () => {
    it.each(['legacy', 0, 1] as const)('of version %s are sent and looked up', async version => {
        const before = await rpc.getBalance(TO).send();
        const { signature, wire } = await build([transfer(1_000_000n)], undefined, version);
        expect((await rpc.getSignatureStatuses([signature]).send()).value).toEqual([null]);
        expect(await send(wire)).toBe(signature);
        expect((await rpc.getBalance(TO).send()).value - before.value).toBe(1_000_000n);
        expect((await rpc.getSignatureStatuses([signature, signature]).send()).value[1]).toMatchObject({
            confirmationStatus: 'finalized',
            err: null,
            slot: simulator.getClock().slot,
        });
        const transaction = await rpc
            .getTransaction(signature, { encoding: 'json', maxSupportedTransactionVersion: 1 })
            .send();
        expect(transaction).toMatchObject({
            blockTime: simulator.getClock().unixTimestamp,
            meta: { err: null, fee: 5_000n },
            transaction: {
                message: { accountKeys: [payer.address, TO, SYSTEM_PROGRAM_ADDRESS] },
                signatures: [signature],
            },
            version,
        });
        const { postBalances, preBalances } = transaction!.meta!;
        expect(postBalances.map((post, index) => post - preBalances[index]!)).toEqual([-1_005_000n, 1_000_000n, 0n]);
        expect(transaction!.transaction.message.instructions).toMatchObject([{ accounts: [0, 1], programIdIndex: 2 }]);
    });

    it('are told only to a client that knows their version', async () => {
        const { signature, wire } = await build([transfer(1n)]);
        await send(wire);
        const request = () => rpc.getTransaction(signature, { encoding: 'json' }).send();
        expect(await codeOf(request)).toBe(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_UNSUPPORTED_TRANSACTION_VERSION);
        const unknown = (await build([transfer(2n)])).signature;
        expect(await rpc.getTransaction(unknown, { encoding: 'json' }).send()).toBeNull();
    });

    it('that fail are refused by the preflight, free of charge, and executed without it', async () => {
        const { signature, wire } = await build([transfer(10n ** 15n)]);
        const before = simulator.getLamports(payer.address);
        const error = await errorOf(() => send(wire));
        expect(isSolanaError(error, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE)).toBe(
            true,
        );
        expect((error as Error).cause).toMatchObject({ context: { code: 1, index: 0 } });
        expect((error as { context: { logs: string[] } }).context.logs).toContain(
            `Program ${SYSTEM_PROGRAM_ADDRESS} invoke [1]`,
        );
        expect(simulator.getLamports(payer.address)).toBe(before);
        await send(wire, true);
        expect(before - simulator.getLamports(payer.address)).toBe(5_000n);
        const { value } = await rpc.getSignatureStatuses([signature]).send();
        expect(value[0]?.err).toEqual({ InstructionError: [0n, { Custom: 1n }] });
    });

    it('with a bad signature are refused', async () => {
        const { wire } = await build([transfer(1n)]);
        const bytes = Buffer.from(wire, 'base64');
        bytes[10]! ^= 1;
        const request = () => send(bytes.toString('base64') as Base64EncodedWireTransaction);
        expect(await codeOf(request)).toBe(
            SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
        );
    });

    it.each(['', 'AAAA', '!'])('that are none are refused: %j', async wire => {
        expect(await codeOf(() => send(wire as Base64EncodedWireTransaction))).toBe(
            SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
        );
    });

    it('that are too large are refused', async () => {
        const { wire } = await build(
            Array.from({ length: 60 }, (_, index) => transfer(BigInt(index), addressOf(index + 1))),
        );
        expect(await codeOf(() => send(wire, true))).toBe(SOLANA_ERROR__JSON_RPC__INVALID_PARAMS);
    });
});

describe('a blockhash', () => {
    it('is good for several transactions, and there is a new one after', async () => {
        const { value: latest } = await rpc.getLatestBlockhash().send();
        const [first, second] = [await build([transfer(1n)], latest), await build([transfer(2n)], latest)];
        await send(first.wire);
        const { value: next } = await rpc.getLatestBlockhash().send();
        expect(next.blockhash).not.toBe(latest.blockhash);
        expect(await send(second.wire)).toBe(second.signature);
        expect((await rpc.isBlockhashValid(latest.blockhash).send()).value).toBe(true);
    });

    it('makes the same transaction only once', async () => {
        const { wire } = await build([transfer(3n)]);
        await send(wire);
        expect(((await errorOf(() => send(wire))) as Error).cause).toMatchObject({
            message: expect.stringContaining('already') as string,
        });
    });

    it('is good for 150 slots', async () => {
        const { value: latest } = await rpc.getLatestBlockhash().send();
        const { slot } = simulator.getClock();
        expect(latest.lastValidBlockHeight).toBe(slot + 150n);
        const [first, second] = [await build([transfer(4n)], latest), await build([transfer(5n)], latest)];
        simulator.advanceClock({ slots: 150n });
        await rpc.getLatestBlockhash().send();
        expect(await send(first.wire)).toBe(first.signature);
        await rpc.getLatestBlockhash().send();
        simulator.advanceClock({ slots: 1n });
        expect(await rpc.getBlockHeight().send()).toBe(slot + 151n);
        expect((await rpc.isBlockhashValid(latest.blockhash).send()).value).toBe(false);
        expect(((await errorOf(() => send(second.wire))) as Error).cause).toMatchObject({
            message: expect.stringContaining('lockhash') as string,
        });
    });
});

describe('a simulation', () => {
    it('tells what would happen and changes nothing', async () => {
        const { wire } = await build([transfer(1_000n)]);
        const before = simulator.getLamports(TO);
        const { context, value } = await rpc
            .simulateTransaction(wire, {
                accounts: { addresses: [TO, NOBODY], encoding: 'base64' },
                encoding: 'base64',
                innerInstructions: true,
                sigVerify: true,
            })
            .send();
        expect(context.slot).toBe(simulator.getClock().slot);
        expect(value).toMatchObject({
            accounts: [{ lamports: before + 1_000n }, null],
            err: null,
            innerInstructions: [],
            unitsConsumed: 150n,
        });
        expect(value.loadedAccountsDataSize).toBeGreaterThan(0);
        expect(simulator.getLamports(TO)).toBe(before);
    });

    it('needs neither signatures nor a blockhash unless it is told to look at them', async () => {
        const lifetime = { blockhash: NOBODY as string as Lifetime['blockhash'], lastValidBlockHeight: 0n };
        const { wire } = await build([transfer(1n)], lifetime);
        const bytes = Buffer.from(wire, 'base64').fill(0, 1, 65);
        const unsigned = bytes.toString('base64') as Base64EncodedWireTransaction;
        const run = async (config: object) => {
            const { value } = await rpc.simulateTransaction(unsigned, { encoding: 'base64', ...config }).send();
            return value;
        };
        expect(await run({ replaceRecentBlockhash: true })).toMatchObject({
            err: null,
            replacementBlockhash: { lastValidBlockHeight: simulator.getClock().slot + 150n },
        });
        expect(await run({})).toMatchObject({ err: 'BlockhashNotFound' });
        expect(await run({ sigVerify: true })).toMatchObject({ err: 'SignatureFailure' });
        // What a simulation turned off is on again.
        expect(await codeOf(() => send(unsigned))).toBe(
            SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
        );
    });
});

it('follows the clock of the simulator', async () => {
    const slot = await rpc.getSlot().send();
    simulator.advanceClock({ slots: 10n });
    expect(await rpc.getSlot().send()).toBe(slot + 10n);
    expect(await rpc.getSlot({ minContextSlot: slot + 10n }).send()).toBe(slot + 10n);
    expect(await rpc.getEpochInfo({ minContextSlot: slot + 10n }).send()).toMatchObject({
        absoluteSlot: slot + 10n,
        blockHeight: slot + 10n,
    });
    const request = () => rpc.getBalance(TO, { minContextSlot: slot + 11n }).send();
    expect(await codeOf(request)).toBe(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED);
});

it('refuses what it can not do, as a node does', async () => {
    const other = rpc as unknown as Rpc<SolanaRpcApi>;
    expect(await codeOf(() => other.getEpochSchedule().send())).toBe(SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND);
    expect(
        await codeOf(() =>
            (other as unknown as Record<string, () => { send(): Promise<unknown> }>)['toString2']!().send(),
        ),
    ).toBe(SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND);
    const aborted = { abortSignal: AbortSignal.abort(new Error('enough')) };
    expect(await errorOf(() => rpc.getSlot().send(aborted))).toMatchObject({ message: 'enough' });
});
