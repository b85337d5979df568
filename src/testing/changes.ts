import type { ExecutedTransaction } from './history';

/** Told of a transaction that was executed, or that something else may have changed: the clock, or an account. */
export type ChangeListener = (executed: ExecutedTransaction | undefined) => void;

/** Who wants to know when a cluster changes, as those who subscribe to its accounts do. */
export class Changes {
    readonly #listeners = new Set<ChangeListener>();

    /** @returns What ends it. */
    listen(listener: ChangeListener): () => void {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
    }

    notify(executed?: ExecutedTransaction): void {
        for (const listener of [...this.#listeners]) listener(executed);
    }
}
