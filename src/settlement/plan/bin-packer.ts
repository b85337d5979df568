import type { Bin, Bins } from './bins';
import type { Unit } from './tasks';

/** Transactions that are looked at for a unit that its group has left over. */
const MAX_OPEN_BINS = 24;

/** Fills transactions with groups of units, each group by itself as far as it fills them, and the rests together. */
export class Packer {
    /** Those that hold rests of groups and have room. */
    readonly #open: Bin[] = [];

    constructor(readonly bins: Bins) {}

    packGroups(groups: Iterable<readonly Unit[]>): void {
        const rests = [...groups].map(group => this.#packGroup(group)).filter(({ length }) => length > 0);
        // The larger ones first: smaller ones find room behind them, not the other way round.
        rests.sort((a, b) => getSize(b) - getSize(a));
        for (const rest of rests) this.#packRest(rest);
    }

    /** Fills transactions with units that are as good as alike, and returns what does not fill the last one. */
    #packGroup(units: readonly Unit[]): readonly Unit[] {
        let bin: Bin | undefined;
        let start = 0;
        for (const [index, unit] of units.entries()) {
            if (bin !== undefined && this.bins.tryPut(bin, unit)) continue;
            bin = this.bins.create();
            this.bins.tryPut(bin, unit);
            start = index;
        }
        if (bin !== undefined) this.bins.removeLast();
        return units.slice(start);
    }

    #packRest(units: readonly Unit[]): void {
        let last: Bin | undefined;
        for (const unit of units) {
            const isAfter = last !== undefined && last.index >= getFirst(unit);
            if (last === undefined || !isAfter || !this.bins.tryPut(last, unit)) last = this.#putAnywhere(unit);
        }
    }

    /** Puts a unit into the first transaction that has room and comes after what the unit follows. */
    #putAnywhere(unit: Unit): Bin {
        const first = getFirst(unit);
        for (const bin of this.#open) {
            if (bin.index >= first && this.bins.tryPut(bin, unit)) return bin;
        }
        const bin = this.bins.create();
        this.bins.tryPut(bin, unit);
        this.#open.push(bin);
        if (this.#open.length > MAX_OPEN_BINS) {
            const fullest = this.#open.reduce((a, b) => (b.bytes > a.bytes ? b : a));
            this.#open.splice(this.#open.indexOf(fullest), 1);
        }
        return bin;
    }
}

/** The first transaction that comes no earlier than what the unit follows. */
function getFirst({ after }: Unit): number {
    return after.reduce((max, { bin }) => Math.max(max, bin), 0);
}

function getSize(units: readonly Unit[]): number {
    return units.reduce((sum, { minBytes }) => sum + minBytes, 0);
}
