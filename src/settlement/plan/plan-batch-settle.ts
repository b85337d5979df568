import type { Address } from '@solana/kit';

import { toResult } from '../../core/json-form';
import type { Deployment } from '../../revision/deployment';
import type { LiveChannelState } from '../../channel/channel-state';
import type { RevisionName } from '../../revision/revision-types';
import { assertHasMethods, getListLength, readDeeply, toList } from '../../core/input';
import { createBoundedVerifyAll, toCallbackTimeoutMs } from '../../voucher/bounded-verifier';
import type { VoucherVerifier } from '../../voucher/voucher-verifier';
import { keepSignedVoucher } from '../../voucher/voucher';
import type { BatchItem, BatchSettleOptions } from './batch-input';
import type { BatchPlan } from './batch-plan';
import { Bins } from './bins';
import { createDistributionPlanner } from './batch-distribution';
import { emitTransactions } from './emit-transactions';
import { type Skipped, type SkippedReason, toSkipped } from './skipped';
import { readBatchOptions } from '../read-batch-options';
import type { Party } from '../../runtime/party';
import { refuse, toOptions, type CheckedOptions } from './check-options';
import { groupTasks, packTasks } from './pack-tasks';
import { assertIsItemSpeltRight, ITEMS } from './group-by-channel';
import { type Selection, selectVouchers } from './select-vouchers';
import { createSettleTemplates } from './settle-templates';
import { getTotals } from './batch-totals';
import { endsChannel, toCreateUnit, toDistributeUnit, toSettleUnit, type Task, type Unit } from './tasks';

/**
 * Plans the settlement of many channels' vouchers in few transactions (docs/program.md, sections 7.2, 7.4, 7.6 and
 * 7.8).
 *
 * Pure: it judges the channels, the accounts and the time that it is given, and the same input gives the same plan. Of
 * several vouchers of a channel it takes the highest good one. Channels that are closing come first, by deadline. Every
 * transaction is filled as far as the limits of its version let it, and what depends on another one comes after it.
 * Whatever it does not do is in `skipped`, with its reason.
 *
 * No channel is ended with less than its best voucher, unless that one can never be settled: where it is only refused
 * for now (not verified, or over the deposit of an open channel), a lower one is settled and the channel goes on; one
 * that is closing is left alone, unless `isLastTry` says that there is no time for another plan. What can still be
 * settled is planned however little time is left; what is left less than the margin for goes first, in transactions of
 * its own.
 *
 * Nobody's share is forfeited unless it is asked for, and whoever can't be paid holds up nobody else: the voucher is
 * settled, and the payout waits. What the payer's own token account can't receive does not even hold up the payout of the
 * others; the channel is only not ended as long as that would forfeit its refund. Where it is the payee that can't be
 * paid, the voucher of an open channel waits with the payout, since anybody could distribute what is settled, and its own
 * share would go to the treasury for good. It is settled once it could be lost: when the channel is closing, or the
 * voucher expires within the margin.
 *
 * @throws By field: `ADDRESS_INVALID`, `BATCH_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`, `SIGNER_INVALID`,
 * `TOKEN_PROGRAM_UNSUPPORTED`, `TRANSACTION_VERSION_UNSUPPORTED`; as {@link toSignedVoucher}; `ACCOUNT_MALFORMED` for
 * amounts of a channel that contradict each other.
 *
 * @example
 * ```ts
 * const options = { feePayer: merchant, mode: 'settle', unixTimestamp, version: 1 } as const;
 * const { skipped, transactions } = planBatchSettle(items, options, MAINNET_DEPLOYMENT);
 * for (const transaction of transactions) await sendAndConfirm(getBatchTransactionMessage(transaction));
 * ```
 */
export function planBatchSettle<TRevision extends RevisionName>(
    items: readonly BatchItem<TRevision>[],
    options: BatchSettleOptions,
    deployment: Deployment<TRevision>,
): BatchPlan {
    const checked = toOptions(options);
    // A program in JavaScript may give anything in an item; what is the matter with most of it has a name of its own.
    return readDeeply('items', ITEMS, items, () => plan(items, checked, deployment), 'BATCH_INVALID');
}

function plan(items: readonly BatchItem<RevisionName>[], checked: CheckedOptions, deployment: Deployment): BatchPlan {
    const skipped: Skipped[] = [];
    const selections = selectVouchers(items, checked, skipped, deployment);
    const { creates, planned, tasks } = toTasks(withOneSignerEach(selections, checked), checked, deployment, skipped);
    const transactions = emitTransactions(packTasks(groupTasks(tasks, checked), creates, checked), checked);
    skipped.sort((a, b) => a.index - b.index);
    return toResult({
        skipped: Object.freeze(skipped),
        mode: checked.mode,
        totals: getTotals(transactions, planned),
        transactions: Object.freeze(transactions),
    });
}

/**
 * Verifies the signatures of the vouchers that have not been verified yet, and plans as {@link planBatchSettle} does.
 *
 * @throws As {@link planBatchSettle} and the verifier; `NO_ANSWER` when that takes longer, for each thousand vouchers, than
 * `callbackTimeoutMs`, 30,000 by default.
 *
 * @example
 * ```ts
 * const verifier = createVoucherVerifier(MAINNET_DEPLOYMENT);
 * const { items, unixTimestamp } = await fetchBatchItems(rpc, requests, MAINNET_DEPLOYMENT);
 * const options = { feePayer: merchant, mode: 'settle', unixTimestamp, verifier } as const;
 * const { skipped, transactions } = await planBatchSettleAsync(items, options, MAINNET_DEPLOYMENT);
 * ```
 */
export async function planBatchSettleAsync<TRevision extends RevisionName>(
    items: readonly BatchItem<TRevision>[],
    options: BatchSettleOptions & Readonly<{ verifier: VoucherVerifier; callbackTimeoutMs?: number | undefined }>,
    deployment: Deployment<TRevision>,
): Promise<BatchPlan> {
    if (getListLength(items) === undefined) refuse('items', items, ITEMS);
    const { callbackTimeoutMs, verifier, ...others } = readBatchOptions(options);
    const timeoutMs = toCallbackTimeoutMs(callbackTimeoutMs);
    assertHasMethods('verifier', verifier, ['verifyAll'], 'BATCH_INVALID');
    // A copy: the plan uses exactly what was verified, even if the caller changes it.
    const kept = toList(
        'items',
        items,
        ITEMS,
        (item, field) => keepItem(item as BatchItem<TRevision>, field),
        'BATCH_INVALID',
    );
    const unverified: { index: number; item: BatchItem<TRevision>; authorizedSigner: Address }[] = [];
    for (const [index, item] of kept.entries()) {
        if (item?.voucher === undefined || item.isSignatureValid !== undefined) continue;
        // Every voucher of a channel without an account is refused, whoever signed it.
        const authorizedSigner = readDeeply(
            `items[${index}].channel`,
            'the state of a channel',
            item.channel,
            () => (item.channel as Partial<LiveChannelState<RevisionName>> | undefined)?.channel?.authorizedSigner,
            'BATCH_INVALID',
        );
        if (authorizedSigner !== undefined) unverified.push({ authorizedSigner, index, item });
    }
    const verifyAll = createBoundedVerifyAll(verifier, timeoutMs);
    const verdicts = await verifyAll(
        unverified.map(({ authorizedSigner, item }) => ({ authorizedSigner, signedVoucher: item.voucher! })),
    );
    for (const [place, { index, item }] of unverified.entries()) {
        kept[index] = { ...item, isSignatureValid: verdicts[place] };
    }
    return planBatchSettle(kept, others as unknown as BatchSettleOptions, deployment);
}

function keepItem<TRevision extends RevisionName>(item: BatchItem<TRevision>, field: string): BatchItem<TRevision> {
    return readDeeply(
        field,
        'a batch item',
        item,
        () => {
            if (typeof item === 'object' && (item as unknown) !== null) assertIsItemSpeltRight(field, item);
            return item?.voucher === undefined ? item : { ...item, voucher: keepSignedVoucher(item.voucher) };
        },
        'BATCH_INVALID',
    );
}

/** The plan for a channel, and what is skipped of it. */
type PlannedTask = Readonly<{
    selection: Selection;
    settle: Unit | undefined;
    distribute: Unit | undefined;
    distributionGroup?: string;
    /** The part that was not planned; if it is the channel, nothing is. */
    dropped?: Readonly<{ part: 'channel' | 'distribution'; reason: SkippedReason }>;
}>;

function toTasks(
    selections: readonly Selection[],
    options: CheckedOptions,
    deployment: Deployment,
    skipped: Skipped[],
) {
    const templates = createSettleTemplates(deployment);
    const planDistribution = createDistributionPlanner(options, deployment);
    const bins = new Bins(options);
    const creates = new Map<Address, Unit>();
    let payersCreated = 0;
    const mayCreateForPayer = (tokenAccount: Address) =>
        creates.has(tokenAccount) || payersCreated < options.maxPayerTokenAccounts;

    const planTask = (selection: Selection): PlannedTask => {
        let settle = toSettleUnit(selection, templates);
        const task = { distribute: undefined, selection, settle };
        if (!options.distributes) return task;
        const step = planDistribution(selection, mayCreateForPayer);
        if (step.kind === 'refused') {
            const isOpen = selection.channel.kind === 'open';
            const { reason, wouldForfeitPayee, wouldForfeitRefund } = step;
            // Anybody can distribute what is settled, and a share that is forfeited then is gone for good
            // (docs/program.md, section 8).
            const canWait = isOpen && !selection.isLate;
            const goesOn = settle !== undefined && !(wouldForfeitPayee && canWait);
            if (goesOn && isOpen && wouldForfeitRefund && endsChannel(selection))
                return planWithoutEnd(selection, reason);
            return { ...task, dropped: { part: goesOn ? 'distribution' : 'channel', reason } };
        }
        const created = step.creates.map(
            account => creates.get(account.tokenAccount) ?? toCreateUnit(account, options.funder),
        );
        // Anybody can distribute what is settled: the accounts are created first, unless that could take too long.
        if (settle !== undefined && settle.deadlineAt === undefined) settle = { ...settle, after: created };
        const distribute = toDistributeUnit(selection, step, [...created, ...(settle === undefined ? [] : [settle])]);
        const excess = bins.findExcess(distribute);
        if (excess !== undefined) {
            return { ...task, dropped: { part: settle === undefined ? 'channel' : 'distribution', reason: excess } };
        }
        for (const unit of created) {
            const { isPayers, tokenAccount } = unit.creates!;
            if (isPayers && !creates.has(tokenAccount)) payersCreated++;
            creates.set(tokenAccount, unit);
        }
        return { distribute, distributionGroup: step.group, selection, settle };
    };

    /** The payer's token account keeps its refund waiting, not what the others are due: the channel stays open for it. */
    const planWithoutEnd = (selection: Selection, reason: SkippedReason): PlannedTask => {
        const form = selection.voucher === undefined ? 'none' : 'settle';
        const task = planTask({ ...selection, form });
        const isNothing = task.settle === undefined && task.distribute === undefined;
        return { ...task, dropped: { part: isNothing ? 'channel' : 'distribution', reason } };
    };

    const planned = new Map<Address, Selection>();
    const tasks: (Task & { distributionGroup: string | undefined })[] = [];
    for (const task of selections.map(planTask)) {
        const { distribute, distributionGroup, dropped, selection, settle } = task;
        if (dropped !== undefined) {
            const { channel, index, voucher, voucherIndex } = selection;
            const { part, reason } = dropped;
            const unsettled = part === 'distribution' ? undefined : voucher;
            skipped.push(toSkipped(voucherIndex ?? index, channel.address, part, reason, unsettled));
            if (part === 'channel') continue;
        }
        planned.set(selection.channel.address, selection);
        tasks.push({ deadlineAt: settle?.deadlineAt, distribute, distributionGroup, selection, settle });
    }
    return { creates: [...creates.values()], planned, tasks };
}

/** One signer for each address: kit refuses a transaction with two that are not the same object. */
function withOneSignerEach(selections: readonly Selection[], { feePayer, funder }: CheckedOptions): Selection[] {
    const parties = new Map<Address, Party>();
    for (const party of [feePayer, funder, ...selections.map(({ payee }) => payee)]) {
        if (parties.get(party.address)?.signer === undefined) parties.set(party.address, party);
    }
    return selections.map(selection => ({ ...selection, payee: parties.get(selection.payee.address)! }));
}
