import type { TransactionFailure } from '../../revision/program-failure';
import type { ChannelTask, Step } from './channel-task';

/**
 * What its channels can do without, of what a transaction fails for, so that whatever keeps the payout of a channel
 * waiting does not keep its voucher waiting as well.
 *
 * - `creation`: token accounts that it creates.
 * - `payout`: the payout of its channel, beside what is settled.
 *
 * @param prefixLength Number of instructions, those of the compute budget, before those of the plan.
 * @returns `undefined` where it fails in what settles a channel, where nothing but the payout was wanted, or where more
 * than one channel is in it: whose fault it is, has to be found out first.
 */
export function findDispensable(
    failure: TransactionFailure | undefined,
    { planned, tasks }: Pick<Step, 'planned'> & Readonly<{ tasks: readonly Pick<ChannelTask, 'hasLanded'>[] }>,
    prefixLength: number,
): 'creation' | 'payout' | undefined {
    const { channels, createdTokenAccounts, instructions } = planned;
    const [first, ...others] = channels;
    if (first === undefined) return 'creation';
    if (others.length > 0) return undefined;
    const { actions, channel } = first;
    const isPaidOut = actions.includes('distribute');
    const isWanted = actions[0] === 'distribute' && !tasks.some(({ hasLanded }) => hasLanded);
    const payout = isPaidOut && !isWanted ? 'payout' : undefined;
    // The runtime, or nobody, says where it fails.
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
