import type { TransactionFailure } from '../../revision/program-failure';
import type { PlannedTransaction } from '../plan/batch-plan';

/**
 * The part of a transaction that it fails for and that its channels can do without, so that an obstacle to the payout of a
 * channel does not keep its voucher waiting as well.
 *
 * - `creation`: token accounts that it creates.
 * - `payout`: the payout of its channel, beside what is settled.
 *
 * @param prefixLength Number of instructions, those of the compute budget, before those of the plan.
 * @returns `undefined` where it fails in what settles a channel, where nothing but the payout was wanted, or where more
 * than one channel is in it: which of them it fails for has to be found out first.
 */
export function findDispensable(
    failure: TransactionFailure | undefined,
    { channels, createdTokenAccounts, instructions }: PlannedTransaction,
    prefixLength: number,
    hasLanded: boolean,
): 'creation' | 'payout' | undefined {
    const [first, ...others] = channels;
    if (first === undefined) return 'creation';
    if (others.length > 0) return undefined;
    const { actions, channel } = first;
    const isPaidOut = actions.includes('distribute');
    const isWanted = actions[0] === 'distribute' && !hasLanded;
    const payout = isPaidOut && !isWanted ? 'payout' : undefined;
    // Nothing says in which instruction it fails.
    if (failure === undefined || failure.kind === 'transaction') {
        return createdTokenAccounts.length > 0 ? 'creation' : payout;
    }
    const failedAt = failure.instructionIndex - prefixLength;
    const accounts = instructions[failedAt]?.accounts ?? [];
    // The precompile's instruction names no accounts, and belongs to the one that settles.
    if (accounts.length === 0) return undefined;
    const namesChannel = ({ accounts }: (typeof instructions)[number]) =>
        accounts?.some(({ address }) => address === channel) === true;
    if (!namesChannel(instructions[failedAt]!)) return 'creation';
    return actions[0] !== 'distribute' && failedAt === instructions.findIndex(namesChannel) ? undefined : payout;
}
