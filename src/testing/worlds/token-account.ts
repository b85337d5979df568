import type { Address, EncodedAccount } from '@solana/kit';
import { AccountState, getMintDecoder, getMintEncoder, getMintSize } from '@solana-program/token';

import { getTokenOffsets, readTokenHolding, type TokenHolding } from '../../channel/token-account';
import { refuseInput, toAddress, toBoolean } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';

/** Freezes a token account or thaws it. */
export function setFrozen(simulator: Simulator<RevisionName>, tokenAccount: Address, isFrozen: boolean): void {
    const { account } = readTokenAccount(simulator, tokenAccount);
    const data = Uint8Array.from(account.data);
    data[getTokenOffsets().state] = toBoolean('isFrozen', isFrozen) ? AccountState.Frozen : AccountState.Initialized;
    simulator.cluster.accounts.set({ ...account, data });
    simulator.cluster.changes.notify();
}

/** Closes a token account, and burns the tokens in it. */
export function closeTokenAccount(simulator: Simulator<RevisionName>, tokenAccount: Address): void {
    const { account, holding } = readTokenAccount(simulator, tokenAccount);
    const { amount, mint, owner } = holding;
    simulator.cluster.accounts.remove(account.address);
    if (amount > 0n) addToSupply(simulator, mint, -amount);
    simulator.setLamports(owner, simulator.getLamports(owner) + account.lamports);
}

/** Changes the supply of a mint by what was made or burned outside of any transaction. */
export function addToSupply({ cluster, svm }: Simulator<RevisionName>, mint: Address, amount: bigint): void {
    const account = svm.getAccount(mint);
    if (!account.exists || account.data.length < getMintSize()) return;
    const base = getMintDecoder().decode(account.data.subarray(0, getMintSize()));
    const data = Uint8Array.from(account.data);
    data.set(getMintEncoder().encode({ ...base, supply: base.supply + amount }));
    cluster.accounts.set({ ...account, data });
}

function readTokenAccount(
    { svm }: Simulator<RevisionName>,
    tokenAccount: Address,
): Readonly<{ account: EncodedAccount; holding: TokenHolding }> {
    const account = svm.getAccount(toAddress('tokenAccount', tokenAccount));
    const holding = account.exists ? readTokenHolding(account) : undefined;
    if (account.exists && holding) return { account, holding };
    return refuseInput('tokenAccount', 'the address of a token account', tokenAccount);
}
