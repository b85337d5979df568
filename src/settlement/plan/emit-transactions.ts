import { isSignerRole, type Address, type AddressesByLookupTableAddress, type Instruction } from '@solana/kit';

import { toResult } from '../../core/json-form';
import { getTransactionFees } from '../../runtime/fees';
import { MAX_LOADED_ACCOUNTS_DATA_SIZE } from '../../runtime/limits';
import { measureTransaction } from '../../runtime/transaction-size';
import type { PlannedAction } from '../../journal/journal';
import type { PlannedChannel, PlannedTransaction } from './batch-plan';
import type { Bin, Bins } from './bins';
import { compareDeadlines } from './deadlines';
import type { CheckedOptions } from './check-options';
import type { Selection } from './select-vouchers';
import type { Unit } from './tasks';

const KIND_ORDER = {
    create: 0,
    settle: 1,
    settleAndDistribute: 2,
    distribute: 3,
    reclaim: 4,
} as const satisfies Record<Unit['kind'], number>;

/** Makes the transactions of a plan from the packed units, in the order in which they have to be sent. */
export function emitTransactions({ all }: Bins, options: CheckedOptions): readonly PlannedTransaction[] {
    const dependencies = all.map(getDependencies);
    const deadlines = all.map(getDeadline);
    // A transaction is as urgent as whatever waits for it.
    for (let index = all.length - 1; index >= 0; index--) {
        for (const dependency of dependencies[index]!) {
            deadlines[dependency] = getEarlier(deadlines[dependency], deadlines[index]);
        }
    }
    // Each depends on bins before it that are no less urgent, so that a stable order by urgency keeps them before it.
    const order = all.map((_, index) => index).sort((a, b) => compareDeadlines(deadlines[a], deadlines[b]) || a - b);
    const placeOf = new Map(order.map((index, place) => [index, place]));
    const tables = hasCommonAddresses(options.lookupTables) ? 'overlapping' : 'distinct';
    return order.map(index =>
        toTransaction(
            all[index]!,
            dependencies[index]!.map(dependency => placeOf.get(dependency)!).sort((a, b) => a - b),
            deadlines[index],
            tables,
            options,
        ),
    );
}

function toTransaction(
    bin: Bin,
    dependsOn: readonly number[],
    deadlineAt: bigint | undefined,
    tables: 'distinct' | 'overlapping',
    options: CheckedOptions,
): PlannedTransaction {
    const { computeBudget, computeUnitPrice, feePayer, version } = options;
    const units = [...bin.units].sort(
        (a, b) => KIND_ORDER[a.kind] - KIND_ORDER[b.kind] || compareDeadlines(a.deadlineAt, b.deadlineAt),
    );
    const instructions = units.flatMap(unit => unit.instructions);
    const lookupTables = Object.fromEntries(
        bin.sizer.getLookupTables().map(table => [table, options.lookupTables![table]!]),
    ) as AddressesByLookupTableAddress;
    const signers = getSigners(feePayer.address, instructions);
    const computeUnitLimit = computeBudget.computeUnitLimit ? bin.computeUnits : undefined;
    return toResult({
        // An account of two tables is looked up in the other one when one of them is left out.
        bytes:
            tables === 'overlapping'
                ? measureTransaction({
                      computeBudget,
                      feePayer: feePayer.address,
                      instructions,
                      lookupTables,
                      version,
                  }).bytes
                : bin.bytes,
        channels: Object.freeze(toChannels(units)),
        computeUnitLimit,
        computeUnitPrice,
        computeUnits: bin.computeUnits,
        createdTokenAccounts: Object.freeze(
            units.flatMap(({ creates }) => {
                if (creates === undefined) return [];
                const { isPayers, mint, owner, tokenAccount } = creates;
                return [toResult({ isPayers, mint, owner, tokenAccount })];
            }),
        ),
        deadlineAt,
        dependsOn: Object.freeze(dependsOn),
        ...getTransactionFees({ computeUnitLimit, computeUnitPrice, instructions, signerCount: signers.length }),
        feePayer: feePayer.address,
        feePayerSigner: feePayer.signer,
        instructions: Object.freeze(instructions),
        loadedAccountsDataSizeLimit: version === 1 ? MAX_LOADED_ACCOUNTS_DATA_SIZE : undefined,
        lookupTables: Object.freeze(lookupTables),
        signers: Object.freeze(signers),
        version,
    });
}

/** Each channel of the units once, in their order. */
function toChannels(units: readonly Unit[]): PlannedChannel[] {
    const channels = new Map<Address, { selection: Selection; actions: PlannedAction[] }>();
    for (const { kind, selection } of units) {
        if (selection === undefined) continue;
        const { address } = selection.channel;
        let entry = channels.get(address);
        if (entry === undefined) channels.set(address, (entry = { actions: [], selection }));
        if (kind === 'settle' || kind === 'settleAndDistribute') entry.actions.push(getSettleAction(selection));
        if (kind !== 'settle') entry.actions.push(kind === 'reclaim' ? kind : 'distribute');
    }
    return [...channels].map(([channel, { actions, selection }]) => {
        const { index, voucher, voucherIndex } = selection;
        const settles = voucher !== undefined && actions[0] !== 'distribute';
        return toResult({
            actions: Object.freeze(actions),
            channel,
            index: voucherIndex ?? index,
            ...(settles ? { voucher } : {}),
        });
    });
}

function getSettleAction({ form }: Selection): PlannedAction {
    if (form === 'settle') return form;
    return form === 'finalize' ? 'finalize' : 'settleAndFinalize';
}

function getSigners(feePayer: Address, instructions: readonly Instruction[]): readonly Address[] {
    const signers = new Set([feePayer]);
    for (const { accounts = [] } of instructions) {
        for (const { address, role } of accounts) if (isSignerRole(role)) signers.add(address);
    }
    return [...signers];
}

function getDependencies({ index, units }: Bin): readonly number[] {
    const dependencies = new Set<number>();
    for (const { after } of units) for (const { bin } of after) if (bin !== index) dependencies.add(bin);
    return [...dependencies];
}

function getDeadline({ units }: Bin): bigint | undefined {
    return units.reduce<bigint | undefined>((earliest, { deadlineAt }) => getEarlier(earliest, deadlineAt), undefined);
}

function getEarlier(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
    if (a === undefined || b === undefined) return a ?? b;
    return a < b ? a : b;
}

function hasCommonAddresses(lookupTables: AddressesByLookupTableAddress | undefined): boolean {
    const seen = new Set<Address>();
    for (const addresses of Object.values(lookupTables ?? {})) {
        for (const address of new Set(addresses)) {
            if (seen.has(address)) return true;
            seen.add(address);
        }
    }
    return false;
}
