import type { Address } from '@solana/kit';

import { toResult } from '../../core/json-form';
import { getRentRecovery } from '../../channel/rent-recovery';
import {
    assertIsStateOf,
    isLiveChannelState,
    type ChannelState,
    type LiveChannelState,
} from '../../channel/channel-state';
import type { Deployment } from '../../revision/deployment';
import { getReclaimInstruction } from '../../instructions/reclaim';
import { readMembers, toAddress, toList, toTokenProgram, toU64 } from '../../core/input';
import type { RevisionWithReclaim } from '../../revision/revision-types';
import type { BatchSettleOptions } from './batch-input';
import type { BatchTotals, PlannedTransaction } from './batch-plan';
import { Bins } from './bins';
import { RECLAIM_COMPUTE_UNITS } from './compute-units';
import { emitTransactions } from './emit-transactions';
import { skip, type Skipped, toSkipped } from './skipped';
import { readBatchOptions } from '../read-batch-options';
import { refuse, toOptions } from './check-options';
import { Packer } from './bin-packer';
import type { Selection } from './select-vouchers';
import { createAccountsTemplate } from './settle-templates';
import { getTotals } from './batch-totals';
import { getMinBytes, type Unit } from './tasks';

/** How to plan reclaims; as for `planBatchSettle`. */
export type BatchReclaimOptions = Pick<
    BatchSettleOptions,
    'computeUnitLimit' | 'computeUnitPrice' | 'feePayer' | 'lookupTables' | 'version'
> &
    Readonly<{
        /** Slot of the cluster: what can't be reclaimed yet is skipped. */
        slot: bigint | number;
    }>;

/** Result of `planBatchReclaim`. */
export type BatchReclaimPlan = Readonly<{
    /** In any order: none depends on another. */
    transactions: readonly PlannedTransaction[];
    skipped: readonly Skipped[];
    feeLamports: bigint;
    totals: BatchTotals;
}>;

/**
 * Plans the recovery of the rent of many distributed channels in few transactions (docs/program.md, section 7.9). It
 * goes to the rent payer of each; nobody but the fee payer signs.
 *
 * Pure, as `planBatchSettle`: every transaction is filled as far as the limits of its version let it, and what can't be
 * reclaimed, or not yet, is in `skipped` with its reason. `getBatchTransactionMessage` makes the messages.
 *
 * @throws By field: `ADDRESS_INVALID`, `BATCH_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`, `SIGNER_INVALID`,
 * `TRANSACTION_VERSION_UNSUPPORTED`; `OPERATION_UNSUPPORTED` where there is no such instruction, `REVISION_MISMATCH` for a channel of another revision.
 *
 * @example
 * ```ts
 * const states = await fetchChannels(rpc, { rentPayer: sponsor.address, status: 'distributed' }, MAINNET_DEPLOYMENT);
 * const { transactions } = planBatchReclaim(states, { feePayer: sponsor, slot }, MAINNET_DEPLOYMENT);
 * ```
 */
export function planBatchReclaim(
    states: readonly ChannelState<RevisionWithReclaim>[],
    options: BatchReclaimOptions,
    deployment: Deployment<RevisionWithReclaim>,
): BatchReclaimPlan {
    const makeUnit = createUnitMaker(deployment);
    const given = readBatchOptions(options);
    const checked = toOptions({ ...given, mode: 'settle', unixTimestamp: 0n });
    const slot = toU64('slot', given.slot);
    const expected = 'an array of states of channels';
    const channels = toList(
        'states',
        states,
        expected,
        state => state as ChannelState<RevisionWithReclaim>,
        'BATCH_INVALID',
    );
    const skipped: Skipped[] = [];
    const groups = new Map<Address, Unit[]>();
    const seen = new Set<Address>();
    const bins = new Bins(checked);
    for (const [index, state] of channels.entries()) {
        const field = `states[${index}]`;
        if (typeof state !== 'object' || (state as unknown) === null) refuse(field, state, 'the state of a channel');
        const address = toAddress(`${field}.address`, readMembers(field, state, ['address']).address);
        assertIsStateOf(deployment, state, field);
        const reason = getReason(state, slot, seen.has(address), deployment);
        seen.add(address);
        if (reason !== undefined || !isLiveChannelState(state)) {
            skipped.push(toSkipped(index, address, 'channel', reason!));
            continue;
        }
        const { rentPayer } = readMembers(`${field}.channel`, state.channel, ['rentPayer']);
        toAddress(`${field}.channel.rentPayer`, rentPayer);
        const unit = makeUnit(state, index);
        const excess = bins.findExcess(unit);
        if (excess !== undefined) {
            skipped.push(toSkipped(index, address, 'channel', excess));
            continue;
        }
        const group = groups.get(rentPayer);
        if (group === undefined) groups.set(rentPayer, [unit]);
        else group.push(unit);
    }
    const packer = new Packer(bins);
    packer.packGroups(groups.values());
    const transactions = emitTransactions(packer.bins, checked);
    return toResult({
        feeLamports: transactions.reduce((sum, { feeLamports }) => sum + feeLamports, 0n),
        skipped: Object.freeze(skipped),
        totals: getTotals(transactions, new Map()),
        transactions: Object.freeze(transactions),
    });
}

function getReason(
    state: ChannelState<RevisionWithReclaim>,
    slot: bigint,
    isRepeated: boolean,
    deployment: Deployment<RevisionWithReclaim>,
) {
    const { address: channel, kind: status } = state;
    if (isRepeated || state.kind !== 'distributed') return skip('NOTHING_TO_DO', { channel, status });
    const { dueFromSlot, isDue } = getRentRecovery(state, { slot, unixTimestamp: 0n }, deployment);
    if (isDue) return undefined;
    if (dueFromSlot === undefined) return skip('NOTHING_TO_DO', { channel, status });
    return skip('RECLAIM_TOO_EARLY', { channel, dueFromSlot, slot });
}

// Two addresses that stand for the channel and its rent payer.
const CHANNEL = '11111111111111111111111111111112' as Address;
const RENT_PAYER = '11111111111111111111111111111113' as Address;

function createUnitMaker(deployment: Deployment<RevisionWithReclaim>) {
    const template = createAccountsTemplate(
        getReclaimInstruction({ channel: CHANNEL, rentPayer: RENT_PAYER }, deployment),
        [CHANNEL, RENT_PAYER],
    );
    return (state: LiveChannelState<RevisionWithReclaim>, index: number): Unit => {
        const { payee, rentPayer } = state.channel;
        const instructions = [template([{ address: state.address }, { address: rentPayer }])];
        const selection: Selection = {
            channel: state,
            distribution: undefined,
            form: 'none',
            index,
            isLate: false,
            payee: { address: payee, signer: undefined },
            tokenProgram: toTokenProgram('tokenProgram', undefined),
            voucher: undefined,
            voucherIndex: undefined,
        };
        return {
            after: [],
            bin: -1,
            callCount: 0,
            computeUnits: RECLAIM_COMPUTE_UNITS,
            creates: undefined,
            deadlineAt: undefined,
            instructions,
            kind: 'reclaim',
            minBytes: getMinBytes(instructions),
            precompileCount: 0,
            programCount: 1,
            selection,
        };
    };
}
