/** Counts what came out of the instructions that were generated: a generator of errors alone would test nothing. */
export class Tally {
    readonly #counts = new Map<string, Map<string, number>>();

    add(group: string, outcome: string): void {
        const outcomes = this.#counts.get(group) ?? new Map<string, number>();
        this.#counts.set(group, outcomes);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }

    count(group: string, outcome: string): number {
        return this.#counts.get(group)?.get(outcome) ?? 0;
    }

    /** One line for each group, the most frequent outcome first. */
    toString(): string {
        const lines = [...this.#counts].map(([group, outcomes]) => {
            const sorted = [...outcomes].sort(([, a], [, b]) => b - a);
            return `${group}: ${sorted.map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`;
        });
        return lines.sort().join('\n');
    }
}
