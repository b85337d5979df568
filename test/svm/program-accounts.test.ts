import { getAddressEncoder, lamports, type Address } from '@solana/kit';
import {
    getApproveInstruction,
    getRevokeInstruction,
    getTransferInstruction,
    TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { beforeAll, expect, it } from 'vitest';

import { createSimulatorRpc, type Simulator, type SimulatorSnapshot } from '../../src/testing';
import { DEPLOYMENT } from '../fixtures/deployment';
import { addressOf } from '../fixtures/parties';
import { createRandom } from '../fixtures/seeded-random';
import { createTestSimulator } from '../fixtures/simulator';

// Searches among the accounts of a program know every write, whoever has written.

let simulator: Simulator;
beforeAll(async () => {
    simulator = await createTestSimulator();
});

/** What a search finds, and what LiteSVM has. */
function search(program: Address) {
    const byAddress = (a: Readonly<{ address: Address }>, b: Readonly<{ address: Address }>) =>
        a.address < b.address ? -1 : 1;
    const list = (accounts: Iterable<Readonly<{ address: Address }>>) => [...accounts].sort(byAddress);
    return {
        found: list(simulator.cluster.accounts.getOfProgram(program)),
        there: list(simulator.svm.getProgramAccounts(program)),
    };
}

it('finds what there is after any writes, and after going back', async () => {
    const random = createRandom('program accounts');
    const pick = (count: number) => Math.floor(random() * count);
    const owner = await simulator.createFundedSigner();
    const mint = await simulator.createMint();
    const source = await simulator.mintTokens({ amount: 1_000_000n, mint, owner: owner.address });
    const others = await Promise.all([1, 2, 3].map(n => simulator.createTokenAccount({ mint, owner: addressOf(n) })));
    const made = await simulator.createChannels({ count: 5, deposit: 1_000n });
    const snapshots: SimulatorSnapshot[] = [];
    const actions: readonly (() => unknown)[] = [
        () => simulator.createChannel({ deposit: 5n }),
        () => simulator.createChannels({ count: 2, deposit: 3n }),
        () =>
            simulator.send(
                [
                    getTransferInstruction({
                        amount: 1n + BigInt(pick(99)),
                        authority: owner,
                        destination: others[pick(3)]!,
                        source,
                    }),
                ],
                { feePayer: owner },
            ),
        () => {
            const account = simulator.svm.getAccount(made[pick(5)]!.address);
            if (account.exists) simulator.svm.setAccount({ ...account, lamports: lamports(account.lamports + 1n) });
        },
        () => {
            const account = simulator.svm.getAccount(made[pick(5)]!.address);
            // It changes hands, or comes back.
            const programAddress = account.exists && pick(2) ? TOKEN_PROGRAM_ADDRESS : DEPLOYMENT.programAddress;
            if (account.exists) simulator.svm.setAccount({ ...account, programAddress });
        },
        () => simulator.setLamports(made[pick(5)]!.address, 0n),
        () => simulator.setFrozen(others[pick(3)]!, pick(2) === 0),
        () => snapshots.push(simulator.takeSnapshot()),
        () => snapshots.length > 0 && simulator.restoreSnapshot(snapshots[pick(snapshots.length)]!),
        () => simulator.advanceClock({ slots: 1n }),
    ];
    for (let round = 0; round < 60; round++) {
        try {
            await actions[pick(actions.length)]!();
        } catch {
            // An account of another owner is no channel any more, for instance.
        }
        if (pick(3) === 0) continue;
        for (const program of [DEPLOYMENT.programAddress, TOKEN_PROGRAM_ADDRESS]) {
            const { found, there } = search(program);
            expect(found).toMatchObject(there);
        }
    }
});

it('finds token accounts by their owner and by their delegate, until that is revoked', async () => {
    const rpc = createSimulatorRpc(simulator);
    const [owner, delegate] = [await simulator.createFundedSigner(), addressOf(0x77)];
    const mints = [await simulator.createMint(), await simulator.createMint()];
    const [first, second] = await Promise.all(
        mints.map(mint => simulator.mintTokens({ amount: 10n, mint, owner: owner.address })),
    );
    const byOwner = async (filter: object) => {
        const { value } = await rpc
            .getTokenAccountsByOwner(owner.address, filter as never, { encoding: 'base64' })
            .send();
        return value.map(({ pubkey }) => pubkey).sort();
    };
    const byDelegate = async () => {
        const config = { encoding: 'base64' } as const;
        const { value } = await rpc.getTokenAccountsByDelegate(delegate, { mint: mints[0]! }, config).send();
        return value.map(({ pubkey }) => pubkey);
    };
    expect(await byOwner({ mint: mints[1] })).toEqual([second]);
    expect(await byOwner({ programId: TOKEN_PROGRAM_ADDRESS })).toEqual([first, second].sort());
    expect(await byDelegate()).toEqual([]);
    const approve = getApproveInstruction({ amount: 5n, delegate, owner, source: first! });
    await simulator.sendOrThrow([approve], { feePayer: owner });
    expect(await byDelegate()).toEqual([first]);
    const beginning = simulator.takeSnapshot();
    await simulator.sendOrThrow([getRevokeInstruction({ owner, source: first! })], { feePayer: owner });
    expect(await byDelegate()).toEqual([]);
    simulator.restoreSnapshot(beginning);
    expect(await byDelegate()).toEqual([first]);
    // Its bytes are there, and it is none.
    const account = simulator.svm.getAccount(first!);
    if (!account.exists) throw new Error('it exists');
    const data = new Uint8Array(account.data);
    data.fill(0, 72, 76);
    expect(data.slice(76, 108)).toEqual(getAddressEncoder().encode(delegate));
    simulator.svm.setAccount({ ...account, data });
    expect(await byDelegate()).toEqual([]);
});
