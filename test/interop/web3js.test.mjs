// @solana/web3.js 1.x as it is published, against the simulator.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
    ComputeBudgetProgram,
    Connection,
    Keypair,
    LAMPORTS_PER_SOL,
    PublicKey,
    sendAndConfirmTransaction,
    SendTransactionError,
    SystemProgram,
    Transaction,
    TransactionMessage,
    VersionedTransaction,
} from '@solana/web3.js';

import { startSimulator } from './simulator.mjs';

const TOKEN_PROGRAM = new PublicKey('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
let simulator;
let connection;
let payer;
before(async () => {
    simulator = await startSimulator();
    // The WebSocket URL is found by web3.js itself: the port after that of HTTP.
    connection = new Connection(simulator.url, 'confirmed');
    payer = Keypair.fromSecretKey(simulator.readKey('payer'));
});
after(async () => {
    // web3.js keeps its socket for a while after the last subscription, and connects again for ever to a node that is gone.
    connection?._rpcWebSocket.close();
    await simulator?.close();
});

const to = Keypair.generate().publicKey;
const transfer = lamports => SystemProgram.transfer({ fromPubkey: payer.publicKey, lamports, toPubkey: to });

describe('web3.js', () => {
    it('gets an airdrop and confirms it', async () => {
        const { publicKey } = Keypair.generate();
        const signature = await connection.requestAirdrop(publicKey, 2 * LAMPORTS_PER_SOL);
        const latest = await connection.getLatestBlockhash();
        const { value } = await connection.confirmTransaction({ signature, ...latest });
        assert.equal(value.err, null);
        assert.equal(await connection.getBalance(publicKey), 2 * LAMPORTS_PER_SOL);
    });

    it('sends and confirms a legacy transaction, and is told of what it changes', async () => {
        const before_ = await connection.getBalance(payer.publicKey);
        const [account, logs] = [later(), later()];
        const ids = [
            connection.onAccountChange(to, info => account.resolve(info)),
            connection.onLogs(to, found => logs.resolve(found)),
        ];
        const slots = later();
        const slotId = connection.onSlotChange(info => slots.resolve(info));
        await settled(connection);
        const signature = await sendAndConfirmTransaction(connection, new Transaction().add(transfer(1_000_000)), [
            payer,
        ]);
        assert.equal(await connection.getBalance(payer.publicKey), before_ - 1_005_000);
        assert.equal((await account.promise).lamports, 1_000_000);
        assert.equal((await logs.promise).signature, signature);
        assert.ok((await slots.promise).slot > 350_000_000);
        await connection.removeAccountChangeListener(ids[0]);
        await connection.removeOnLogsListener(ids[1]);
        await connection.removeSlotChangeListener(slotId);

        const { value } = await connection.getSignatureStatus(signature);
        assert.equal(value.confirmationStatus, 'finalized');
        const [newest] = await connection.getSignaturesForAddress(to);
        assert.equal(newest.signature, signature);
        const parsed = await connection.getParsedTransaction(signature);
        assert.equal(parsed.transaction.message.instructions[0].parsed.type, 'transfer');
        assert.equal(parsed.transaction.message.instructions[0].parsed.info.lamports, 1_000_000);
        assert.deepEqual(
            parsed.meta.postBalances.map((post, index) => post - parsed.meta.preBalances[index]),
            [-1_005_000, 1_000_000, 0],
        );
        const block = await connection.getBlock(newest.slot, { maxSupportedTransactionVersion: 0 });
        assert.ok(block.transactions.some(one => one.transaction.signatures[0] === signature));
        assert.equal(await connection.getBlockTime(newest.slot), newest.blockTime);
    });

    it('simulates and sends a versioned transaction with a priority fee', async () => {
        const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
        const instructions = [
            ComputeBudgetProgram.setComputeUnitLimit({ units: 10_000 }),
            ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1_000_000 }),
            transfer(7),
        ];
        const message = new TransactionMessage({ instructions, payerKey: payer.publicKey, recentBlockhash: blockhash });
        const compiled = message.compileToV0Message();
        assert.equal((await connection.getFeeForMessage(compiled)).value, 5_000 + 10_000);
        const transaction = new VersionedTransaction(compiled);
        const simulated = await connection.simulateTransaction(transaction, {
            accounts: { addresses: [to.toBase58()], encoding: 'base64' },
            replaceRecentBlockhash: true,
            sigVerify: false,
        });
        assert.equal(simulated.value.err, null);
        assert.equal(simulated.value.unitsConsumed, 450);
        const before_ = await connection.getBalance(to);
        assert.equal(simulated.value.accounts[0].lamports, before_ + 7);
        transaction.sign([payer]);
        const signature = await connection.sendTransaction(transaction);
        await connection.confirmTransaction({ blockhash, lastValidBlockHeight, signature }, 'finalized');
        assert.equal(await connection.getBalance(to), before_ + 7);
        const found = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
        assert.deepEqual([found.version, found.meta.fee], [0, 15_000]);
        // A node takes it once.
        await assert.rejects(connection.sendTransaction(transaction), /already been processed/);
        const fees = await connection.getRecentPrioritizationFees();
        assert.ok(fees.some(({ prioritizationFee }) => prioritizationFee === 1_000_000));
    });

    it('shows why a transaction fails', async () => {
        const send = sendAndConfirmTransaction(connection, new Transaction().add(transfer(10 ** 15)), [payer]);
        const error = await send.then(
            () => undefined,
            reason => reason,
        );
        assert.ok(error instanceof SendTransactionError);
        assert.match(error.message, /Error processing Instruction 0: custom program error: 0x1/);
        assert.ok(error.logs.some(line => line.includes('insufficient lamports')));
    });

    it('reads accounts, tokens, programs and the cluster', async () => {
        for (const { address, decimals, tokenProgram } of simulator.mints) {
            const mint = new PublicKey(address);
            const supply = await connection.getTokenSupply(mint);
            assert.deepEqual([supply.value.decimals, supply.value.uiAmount], [decimals, 3_000_000]);
            const { value: parsed } = await connection.getParsedAccountInfo(mint);
            assert.equal(parsed.data.parsed.type, 'mint');
            const { value: owned } = await connection.getParsedTokenAccountsByOwner(payer.publicKey, { mint });
            assert.equal(owned[0].account.data.parsed.info.tokenAmount.uiAmountString, '1000000');
            assert.equal(owned[0].account.data.program, tokenProgram === 'SPL Token' ? 'spl-token' : 'spl-token-2022');
            const balance = await connection.getTokenAccountBalance(owned[0].pubkey);
            assert.equal(balance.value.amount, '1000000000000');
            const { value: plain } = await connection.getTokenAccountsByOwner(payer.publicKey, { mint });
            assert.ok(plain[0].account.data.subarray(0, 32).equals(mint.toBuffer()));
        }
        const [mint] = simulator.mints;
        const filters = [{ dataSize: 165 }, { memcmp: { bytes: mint.address, offset: 0 } }];
        const holders = await connection.getProgramAccounts(TOKEN_PROGRAM, { filters });
        // Three wallets and the treasury's owner.
        assert.equal(holders.length, 4);
        const [one, none] = await connection.getMultipleAccountsInfo([payer.publicKey, Keypair.generate().publicKey]);
        assert.deepEqual([one.owner.equals(SystemProgram.programId), none], [true, null]);
        const info = await connection.getAccountInfo(new PublicKey(simulator.programAddress));
        assert.equal(info.executable, true);

        const slot = await connection.getSlot();
        assert.ok((await connection.getBlockHeight()) >= slot);
        const epoch = await connection.getEpochInfo();
        assert.equal(epoch.slotsInEpoch, 432_000);
        assert.ok((await connection.getVersion())['solana-core']);
        assert.equal(new PublicKey(await connection.getGenesisHash()).toBytes().length, 32);
        assert.equal(await connection.getMinimumBalanceForRentExemption(165), 2_039_280);
        const { blockhash } = await connection.getLatestBlockhash();
        assert.equal((await connection.isBlockhashValid(blockhash)).value, true);
        assert.ok((await connection.getTransactionCount()) > 0);
        const first = await connection.getFirstAvailableBlock();
        assert.ok((await connection.getBlocks(first, first + 2)).includes(first));
    });
});

/** Until what was subscribed to is. */
async function settled(connection_) {
    const isOpen = () => Object.values(connection_._subscriptionsByHash).every(({ state }) => state === 'subscribed');
    for (let attempt = 0; !isOpen() && attempt < 1_000; attempt++)
        await new Promise(resolve => setTimeout(resolve, 10));
    assert.ok(isOpen());
}

/** A promise with what settles it. */
function later() {
    let resolve;
    const promise = new Promise(settle => (resolve = settle));
    return { promise, resolve };
}
