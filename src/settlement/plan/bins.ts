import { isSignerRole } from '@solana/kit';

import { findExceededLimit, getTransactionLimits, type TransactionLimits } from '../../runtime/transaction-limits';
import type { TransactionSizer } from '../../runtime/transaction-size';
import {
    COMPUTE_BUDGET_INSTRUCTION_COMPUTE_UNITS,
    DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION,
    MAX_COMPUTE_UNITS,
    MAX_INSTRUCTION_TRACE,
} from '../../runtime/limits';
import { skip, type SkippedReason } from './skipped';
import type { CheckedOptions } from './check-options';
import type { Unit } from './tasks';

const ADDRESS_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Index of the program and lengths of accounts and data, at most. */
const MAX_INSTRUCTION_HEAD_BYTES = 7;
/**
 * Bytes by which the lengths in the head of a transaction may grow: of signatures, accounts, instructions and tables.
 */
const MAX_LENGTHS_BYTES = 8;

/** A transaction that is being filled. */
export type Bin = {
    readonly index: number;
    readonly sizer: TransactionSizer;
    readonly units: Unit[];
    bytes: number;
    computeUnits: number;
    programCount: number;
    instructionCount: number;
    callCount: number;
};

/** Transactions that are filled with units, each as far as every limit of the version lets it. */
export class Bins {
    readonly all: Bin[] = [];
    readonly #limits: TransactionLimits;
    readonly #empty: TransactionSizer;
    readonly #budgetCount: number;
    readonly #asksForLimit: boolean;

    constructor({ computeBudget, sizer, version }: CheckedOptions) {
        this.#limits = getTransactionLimits(version);
        this.#empty = sizer;
        this.#budgetCount = this.#empty.getMeasure().instructions;
        this.#asksForLimit = computeBudget.computeUnitLimit === true;
    }

    /** How many transactions are filled, a part of the last one included. */
    getFilledCount(): number {
        const last = this.all.at(-1);
        if (last === undefined) return 0;
        const { bytes } = this.#empty.getMeasure();
        return this.all.length - 1 + (last.sizer.getMeasure().bytes - bytes) / (this.#limits.bytes - bytes);
    }

    create(): Bin {
        const bin: Bin = {
            bytes: this.#empty.getMeasure().bytes,
            callCount: 0,
            computeUnits: this.#budgetCount * COMPUTE_BUDGET_INSTRUCTION_COMPUTE_UNITS,
            index: this.all.length,
            instructionCount: this.#budgetCount,
            programCount: 0,
            sizer: this.#empty.fork(),
            units: [],
        };
        this.all.push(bin);
        return bin;
    }

    /** Takes the bin away that was created last. */
    removeLast(): void {
        this.all.pop();
    }

    /** Whether a unit could fit, by what it takes whatever else is in the bin: quick, and right if it says no. */
    mayFit(bin: Bin, unit: Unit): boolean {
        return bin.bytes + unit.minBytes <= this.#limits.bytes;
    }

    /** Puts a unit into a bin, if it keeps every limit with it. */
    tryPut(bin: Bin, unit: Unit): boolean {
        const instructionCount = bin.instructionCount + unit.instructions.length;
        const computeUnits = bin.computeUnits + unit.computeUnits;
        if (
            !this.mayFit(bin, unit) ||
            computeUnits > this.#getMaxComputeUnits(bin.programCount + unit.programCount) ||
            instructionCount + bin.callCount + unit.callCount > MAX_INSTRUCTION_TRACE ||
            !bin.sizer.tryAppend(unit.instructions, this.#limits)
        ) {
            return false;
        }
        bin.bytes = bin.sizer.getMeasure().bytes;
        bin.callCount += unit.callCount;
        bin.computeUnits = computeUnits;
        bin.instructionCount = instructionCount;
        bin.programCount += unit.programCount;
        bin.units.push(unit);
        unit.bin = bin.index;
        return true;
    }

    /** Why a unit does not even fit into a transaction of its own, if that is so. */
    findExcess(unit: Unit): SkippedReason | undefined {
        const maxComputeUnits = this.#getMaxComputeUnits(unit.programCount);
        const computeUnits = this.#budgetCount * COMPUTE_BUDGET_INSTRUCTION_COMPUTE_UNITS + unit.computeUnits;
        if (computeUnits > maxComputeUnits) {
            return skip('TOO_LARGE', { actual: computeUnits, limit: 'compute units', max: maxComputeUnits });
        }
        const trace = this.#budgetCount + unit.instructions.length + unit.callCount;
        if (trace > MAX_INSTRUCTION_TRACE) {
            const limit = 'instructions, inner ones included,';
            return skip('TOO_LARGE', { actual: trace, limit, max: MAX_INSTRUCTION_TRACE });
        }
        if (this.#fitsSurely(unit)) return undefined;
        const exceeded = findExceededLimit(this.#empty.measureWith(unit.instructions), this.#limits);
        return exceeded === undefined ? undefined : skip('TOO_LARGE', exceeded);
    }

    /** Whether a unit fits whatever its accounts are: quicker than to measure it, and right if it says yes. */
    #fitsSurely({ instructions, minBytes }: Unit): boolean {
        const { accounts, bytes, signers } = this.#empty.getMeasure();
        let [accountCount, signerCount] = [accounts, signers];
        for (const { accounts: metas = [] } of instructions) {
            accountCount += 1 + metas.length;
            for (const { role } of metas) if (isSignerRole(role)) signerCount++;
        }
        const maxBytes =
            bytes +
            minBytes +
            MAX_INSTRUCTION_HEAD_BYTES * instructions.length +
            ADDRESS_BYTES * (accountCount - accounts) +
            SIGNATURE_BYTES * (signerCount - signers) +
            MAX_LENGTHS_BYTES;
        return (
            maxBytes <= this.#limits.bytes &&
            accountCount <= this.#limits.accounts &&
            signerCount <= this.#limits.signers
        );
    }

    #getMaxComputeUnits(programCount: number): number {
        if (this.#asksForLimit) return MAX_COMPUTE_UNITS;
        return Math.min(programCount * DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION, MAX_COMPUTE_UNITS);
    }
}
