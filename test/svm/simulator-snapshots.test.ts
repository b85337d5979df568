import { getTransferSolInstruction } from '@solana-program/system';
import { beforeEach, describe, expect, it } from 'vitest';

import { getMemoInstruction } from '../../src';
import { createSimulatorRpc, readProgramElf, type Simulator } from '../../src/testing';
import { DEPLOYMENT } from '../fixtures/deployment';
import { addressOf } from '../fixtures/parties';
import { errorOf } from '../fixtures/refusals';
import { createTestSimulator } from '../fixtures/simulator';
import { SPL_TOKEN } from '../fixtures/parties';
import { createCast, TestChannel } from './fixtures/channel';
import { useClusterLab, getFailure, TO } from './fixtures/cluster';

const SLOT_HASHES = 'SysvarS1otHashes111111111111111111111111111';

/** Everything of a simulator that somebody can look at. */
function look(simulator: Simulator, channel: TestChannel) {
    const { cast } = channel;
    const { svm } = simulator;
    const named = {
        ...cast.tokenAccounts,
        channel: channel.address,
        escrow: channel.escrow,
        payer: cast.payer.address,
    };
    return {
        accounts: Object.values(named)
            .flat()
            .map(address => svm.getAccount(address)),
        blockhash: simulator.getLatestBlockhash(),
        clock: simulator.getClock(),
        epoch: svm.getClock().epoch,
        faucet: simulator.getLamports(simulator.faucet.address),
        mint: svm.getAccount(cast.mint),
        ofProgram: svm
            .getProgramAccounts(DEPLOYMENT.programAddress)
            .map(({ address }) => address)
            .sort(),
        slotHashes: svm.getAccount(SLOT_HASHES as never),
    };
}

describe('a snapshot', () => {
    let simulator: Simulator;
    let channel: TestChannel;
    beforeEach(async () => {
        simulator = await createTestSimulator();
        channel = await TestChannel.open(simulator, await createCast(simulator, SPL_TOKEN));
    });

    /** Opens another channel, moves the clock, changes accounts by hand, and makes a key. */
    async function live(): Promise<string[]> {
        const results: string[] = [];
        simulator.advanceClock({ seconds: 5n, slots: 500_000n });
        const other = await TestChannel.plan(simulator, channel.cast, { salt: 1_000_000n });
        const opened = await simulator.sendOrThrow([await other.getOpenInstruction()]);
        results.push(opened.signature, (await simulator.createFundedSigner()).address);
        simulator.setLamports(channel.address, 50_000_000n);
        const { signature } = await simulator.sendOrThrow([
            getTransferSolInstruction({ amount: 9_000_000n, destination: addressOf(0x31), source: channel.cast.payer }),
        ]);
        simulator.svm.setAccount({ ...simulator.svm.getAccount(channel.escrow), lamports: 7n } as never);
        simulator.svm.airdrop(addressOf(0x32), 5_000_000n as never);
        await createSimulatorRpc(simulator)
            .getAccountInfo(SLOT_HASHES as never, { encoding: 'base64' })
            .send();
        return [...results, signature, simulator.getLatestBlockhash().blockhash];
    }

    it('is gone back to, as if nothing had happened since', async () => {
        const before = look(simulator, channel);
        const snapshot = simulator.takeSnapshot();
        expect(snapshot.takenAt).toEqual(simulator.getClock());
        const first = await live();
        expect(look(simulator, channel)).not.toEqual(before);

        simulator.restoreSnapshot(snapshot);
        expect(look(simulator, channel)).toEqual(before);
        expect(simulator.getLamports(addressOf(0x31))).toBe(0n);
        expect(simulator.getLamports(addressOf(0x32))).toBe(0n);
        expect(simulator.getExecutedTransaction(first[0] as never)).toBeUndefined();

        // The same calls give the same results, down to the signatures.
        expect(await live()).toEqual(first);
        simulator.restoreSnapshot(snapshot);
        expect(look(simulator, channel)).toEqual(before);
    });

    it('stays good, whichever other one was gone back to meanwhile', async () => {
        const states: ReturnType<typeof look>[] = [];
        const snapshots = [];
        for (let index = 0; index < 4; index++) {
            states.push(look(simulator, channel));
            snapshots.push(simulator.takeSnapshot());
            simulator.setLamports(channel.escrow, 5_000_000n + BigInt(index));
            if (index > 1) simulator.setLamports(channel.cast.payer.address, 77n);
            simulator.advanceClock({ seconds: index + 1, slots: 2 });
            await simulator.sendOrThrow([getMemoInstruction(`step ${index}`)]);
        }
        for (const index of [2, 3, 0, 1, 3, 1, 0, 2]) {
            simulator.restoreSnapshot(snapshots[index]!);
            expect(look(simulator, channel)).toEqual(states[index]);
        }
    });

    it('brings back what was closed since, and removes what was opened', async () => {
        const snapshot = simulator.takeSnapshot();
        const other = await TestChannel.open(simulator, channel.cast);
        simulator.cluster.accounts.remove(channel.address);
        expect(simulator.getChannel(channel.address).kind).toBe('absent');
        simulator.restoreSnapshot(snapshot);
        expect(simulator.getChannel(channel.address).kind).toBe('open');
        expect(simulator.getChannel(other.address).kind).toBe('absent');
    });

    it('of another simulator is refused, and so is anything else', async () => {
        const other = await createTestSimulator({ seed: 'other' });
        const snapshot = simulator.takeSnapshot();
        for (const wrong of [other.takeSnapshot(), { ...snapshot }, undefined, null, 1]) {
            expect(await errorOf(() => simulator.restoreSnapshot(wrong as never))).toMatchObject({
                code: 'INPUT_INVALID',
                context: { field: 'snapshot' },
            });
        }
    });

    it('leaves a program that was loaded since', async () => {
        const snapshot = simulator.takeSnapshot();
        const address = addressOf(0x55);
        const call = { data: new Uint8Array([255]), programAddress: address };
        simulator.loadProgram({ address, elf: readProgramElf(DEPLOYMENT.revision).bytes });
        for (let round = 0; round < 2; round++) {
            expect((await simulator.send([call])).logs.join()).toContain(`Program ${address} invoke`);
            simulator.restoreSnapshot(snapshot);
        }
    });
});

describe('transactions and snapshots', () => {
    const lab = useClusterLab();

    it('a transaction that landed after it lands again', async () => {
        const transaction = await lab.build([lab.transfer()]);
        const snapshot = lab.simulator.takeSnapshot();
        for (let round = 0; round < 3; round++) {
            expect(lab.simulator.sendTransaction(transaction).ok).toBe(true);
            expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('AlreadyProcessed');
            expect(lab.getReceived()).toBe(100n);
            lab.simulator.restoreSnapshot(snapshot);
            expect(lab.getReceived()).toBe(0n);
        }
    });

    it('one that landed before it does not', async () => {
        const transaction = await lab.build([lab.transfer()]);
        expect(lab.simulator.sendTransaction(transaction).ok).toBe(true);
        const snapshot = lab.simulator.takeSnapshot();
        await lab.others(2);
        lab.simulator.restoreSnapshot(snapshot);
        expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('AlreadyProcessed');
        expect(lab.getReceived()).toBe(100n);
    });

    it('a blockhash that was given out after it is none', async () => {
        const snapshot = lab.simulator.takeSnapshot();
        await lab.others(3);
        const transaction = await lab.build([lab.transfer()]);
        lab.simulator.restoreSnapshot(snapshot);
        expect(getFailure(lab.simulator.sendTransaction(transaction))).toBe('BlockhashNotFound');
        await lab.others(3);
        expect(lab.simulator.sendTransaction(transaction).ok).toBe(true);
    });

    it("LiteSVM's own blockhash is good afterwards, too", async () => {
        const snapshot = lab.simulator.takeSnapshot();
        await lab.others(2);
        lab.simulator.restoreSnapshot(snapshot);
        const blockhash = lab.simulator.svm.latestBlockhash();
        const transaction = await lab.build([lab.transfer()], { blockhash, lastValidBlockHeight: 10n ** 9n });
        expect(lab.simulator.sendTransaction(transaction).ok).toBe(true);
    });

    it("what is sent past the simulator's own methods is seen, too", async () => {
        const snapshot = lab.simulator.takeSnapshot();
        const blockhash = lab.simulator.svm.latestBlockhash();
        const transaction = await lab.build([lab.transfer()], { blockhash, lastValidBlockHeight: 10n ** 9n });
        lab.simulator.svm.sendTransaction(transaction);
        expect(lab.getReceived()).toBe(100n);
        lab.simulator.restoreSnapshot(snapshot);
        expect(lab.getReceived()).toBe(0n);
        expect(lab.simulator.getLamports(TO)).toBe(1_000_000n);
    });
});

describe('expireBlockhashes', () => {
    const lab = useClusterLab();

    it('makes every blockhash too old that was given out', async () => {
        const first = await lab.build([lab.transfer()]);
        lab.simulator.advanceClock({ slots: 3 });
        const second = await lab.build([lab.transfer(200n)]);
        const clock = lab.simulator.getClock();
        lab.simulator.expireBlockhashes();
        expect(lab.simulator.getClock()).toEqual(clock);
        expect(getFailure(lab.simulator.sendTransaction(first))).toBe('BlockhashNotFound');
        expect(getFailure(lab.simulator.sendTransaction(second))).toBe('BlockhashNotFound');
        const { blockhash } = lab.simulator.getLatestBlockhash();
        expect((await lab.rpc.isBlockhashValid(blockhash).send()).value).toBe(true);
        expect(lab.simulator.sendTransaction(await lab.build([lab.transfer()])).ok).toBe(true);
    });
});
