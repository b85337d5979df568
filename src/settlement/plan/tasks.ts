import { createNoopSigner, type Address, type Instruction } from '@solana/kit';
import { getCreateAssociatedTokenIdempotentInstruction } from '@solana-program/token';

import { COMPUTE_UNITS_PER_BUMP_STEP } from '../../runtime/limits';
import {
    CREATE_TOKEN_ACCOUNT_CALLS,
    CREATE_TOKEN_ACCOUNT_COMPUTE_UNITS,
    FINALIZE_BY_PAYEE_COMPUTE_UNITS,
    FINALIZE_COMPUTE_UNITS,
    SETTLE_AND_FINALIZE_COMPUTE_UNITS,
    SETTLE_COMPUTE_UNITS,
} from './compute-units';
import { compareDeadlines } from './deadlines';
import type { DistributeStep, MissingTokenAccount } from './batch-distribution';
import type { Party } from '../../runtime/party';
import type { Selection, SettleForm } from './select-vouchers';
import { createAccountsTemplate, type SettleTemplates } from './settle-templates';

/** Everything that is done with one channel. */
export type Task = Readonly<{
    selection: Selection;
    /** When a channel that is closing takes no voucher any more, in unix seconds; `undefined` for what can wait. */
    deadlineAt: bigint | undefined;
    settle: Unit | undefined;
    distribute: Unit | undefined;
}>;

/** Instructions that go into one transaction together, in their order. */
export type Unit = {
    readonly kind: 'create' | 'distribute' | 'reclaim' | 'settle' | 'settleAndDistribute';
    readonly instructions: readonly Instruction[];
    readonly computeUnits: number;
    /** Instructions of programs that the runtime grants the default for, and calls that they make. */
    readonly programCount: number;
    readonly callCount: number;
    /** Signatures that the precompile verifies; each costs as much as one of the transaction's. */
    readonly precompileCount: number;
    readonly selection: Selection | undefined;
    readonly creates: MissingTokenAccount | undefined;
    readonly deadlineAt: bigint | undefined;
    /** The unit that has to be in the same transaction or in an earlier one. */
    readonly after: readonly Unit[];
    /** Minimum number of bytes, without accounts that others may share. */
    readonly minBytes: number;
    /** Place of the bin that it was put in; -1 before that. */
    bin: number;
};

const SETTLE_FORMS: Readonly<Record<Exclude<SettleForm, 'none'>, number>> = {
    finalize: FINALIZE_COMPUTE_UNITS,
    finalizeByPayee: FINALIZE_BY_PAYEE_COMPUTE_UNITS,
    settle: SETTLE_COMPUTE_UNITS,
    settleAndFinalize: SETTLE_AND_FINALIZE_COMPUTE_UNITS,
};

export function toSettleUnit(selection: Selection, templates: SettleTemplates): Unit | undefined {
    const { channel, form, payee, voucher } = selection;
    if (form === 'none') return undefined;
    const instructions =
        form === 'settle'
            ? templates.settle(voucher!)
            : form === 'settleAndFinalize'
              ? templates.settleAndFinalize(voucher!, payee)
              : form === 'finalizeByPayee'
                ? templates.finalizeByPayee(channel.address, payee)
                : templates.finalize(channel.address);
    return {
        after: [],
        bin: -1,
        callCount: 0,
        computeUnits: SETTLE_FORMS[form],
        creates: undefined,
        deadlineAt: getDeadline(selection),
        instructions,
        kind: 'settle',
        minBytes: getMinBytes(instructions),
        precompileCount: instructions.length - 1,
        programCount: 1,
        selection,
    };
}

export function toDistributeUnit(
    selection: Selection,
    { calls, computeUnits, instruction }: DistributeStep,
    after: readonly Unit[],
): Unit {
    return {
        after,
        bin: -1,
        callCount: calls,
        computeUnits,
        creates: undefined,
        // A channel settled before the deadline can be distributed after it.
        deadlineAt: undefined,
        instructions: [instruction],
        kind: 'distribute',
        minBytes: getMinBytes([instruction]),
        precompileCount: 0,
        programCount: 1,
        selection,
    };
}

/** Both units of a channel as one. */
export function joinUnits(settle: Unit, distribute: Unit): Unit {
    return {
        after: distribute.after.filter(unit => unit !== settle),
        bin: -1,
        callCount: settle.callCount + distribute.callCount,
        computeUnits: settle.computeUnits + distribute.computeUnits,
        creates: undefined,
        deadlineAt: settle.deadlineAt,
        instructions: [...settle.instructions, ...distribute.instructions],
        kind: 'settleAndDistribute',
        minBytes: settle.minBytes + distribute.minBytes,
        precompileCount: settle.precompileCount,
        programCount: settle.programCount + distribute.programCount,
        selection: settle.selection,
    };
}

/** Creates the token account, or leaves it alone if somebody else has created it meanwhile. */
export function toCreateUnit(account: MissingTokenAccount, funder: Party): Unit {
    const { bumpSteps, mint, owner, tokenAccount, tokenProgram } = account;
    const payer = createNoopSigner(funder.address);
    const instruction = getCreateAssociatedTokenIdempotentInstruction({
        ata: tokenAccount,
        mint,
        owner,
        payer,
        tokenProgram,
    });
    return {
        after: [],
        bin: -1,
        callCount: CREATE_TOKEN_ACCOUNT_CALLS,
        computeUnits: CREATE_TOKEN_ACCOUNT_COMPUTE_UNITS + bumpSteps * COMPUTE_UNITS_PER_BUMP_STEP,
        creates: account,
        deadlineAt: undefined,
        instructions: [createAccountsTemplate(instruction, [funder.address])([funder])],
        kind: 'create',
        minBytes: getMinBytes([instruction]),
        precompileCount: 0,
        programCount: 1,
        selection: undefined,
    };
}

export function getMinBytes(instructions: readonly Instruction[]): number {
    return instructions.reduce((sum, { accounts, data }) => sum + (accounts?.length ?? 0) + (data?.length ?? 0), 0);
}

/** When what is settled can't be any more; of a voucher that expires, only once there is less than the margin left. */
function getDeadline({ channel, form, isLate, voucher }: Selection): bigint | undefined {
    const closesAt = channel.kind === 'closing' && form !== 'finalize' ? channel.deadlineAt : undefined;
    const { expiresAt = 0n } = voucher?.voucher ?? {};
    return isLate && expiresAt !== 0n && compareDeadlines(expiresAt, closesAt) < 0 ? expiresAt : closesAt;
}

/** Whether it is done with the channel's taking vouchers. */
export function endsChannel({ form }: Selection): boolean {
    return form !== 'none' && form !== 'settle';
}

/** The address of the payee if the unit needs its signature. */
export function getNeededPayee({ form, payee }: Selection): Address | undefined {
    return form === 'settleAndFinalize' || form === 'finalizeByPayee' ? payee.address : undefined;
}
