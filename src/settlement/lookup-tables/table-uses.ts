import { isSignerRole, type Address, type Instruction } from '@solana/kit';

import type { BatchPlan, PlannedTransaction } from '../plan/batch-plan';

/** The addresses of a plan that a lookup table could hold, in the order in which they are used first. */
export type TableUses = Readonly<{
    /** Those that several channels use in several transactions, by how many transactions that are. */
    shared: ReadonlyMap<Address, number>;
    /** The others, channel by channel. */
    own: readonly (readonly Address[])[];
}>;

/**
 * Finds what of a plan a lookup table could hold: everything but who signs, what is invoked and what is known already.
 *
 * @param known Addresses that other tables hold.
 */
export function findTableUses({ transactions }: BatchPlan, known: ReadonlySet<Address>): TableUses {
    const uses = new Map<Address, { channel: Address | undefined; isShared: boolean; transactions: number }>();
    for (const transaction of transactions) {
        const pinned = getPinned(transaction);
        const channels = new Set(transaction.channels.map(({ channel }) => channel));
        const counted = new Set<Address>();
        for (const instruction of transaction.instructions) {
            const channel = findChannel(instruction, channels);
            for (const { address } of instruction.accounts ?? []) {
                if (pinned.has(address) || known.has(address)) continue;
                let use = uses.get(address);
                if (use === undefined) uses.set(address, (use = { channel, isShared: false, transactions: 0 }));
                if (use.channel !== channel) {
                    // A unit that only creates an account has no channel of its own: it counts for the first channel
                    // that uses the account.
                    if (use.channel !== undefined && channel !== undefined) use.isShared = true;
                    use.channel ??= channel;
                }
                if (!counted.has(address)) use.transactions++;
                counted.add(address);
            }
        }
    }
    const shared = new Map<Address, number>();
    const own = new Map<Address | undefined, Address[]>();
    for (const [address, use] of uses) {
        if (use.isShared && use.transactions > 1) shared.set(address, use.transactions);
        else {
            const addresses = own.get(use.channel);
            if (addresses === undefined) own.set(use.channel, [address]);
            else addresses.push(address);
        }
    }
    return { own: [...own.values()], shared };
}

/** The accounts that have to stand in the transaction itself. */
function getPinned({ instructions, signers }: PlannedTransaction): ReadonlySet<Address> {
    const pinned = new Set(signers);
    for (const { accounts = [], programAddress } of instructions) {
        pinned.add(programAddress);
        for (const { address, role } of accounts) if (isSignerRole(role)) pinned.add(address);
    }
    return pinned;
}

function findChannel({ accounts = [] }: Instruction, channels: ReadonlySet<Address>): Address | undefined {
    return accounts.find(({ address }) => channels.has(address))?.address;
}
