/** A map that keeps the entries used last and forgets the others. */
export class LruCache<TKey, TValue> {
    readonly #entries = new Map<TKey, TValue>();
    readonly #capacity: number;

    constructor(capacity: number) {
        this.#capacity = capacity;
    }

    get size(): number {
        return this.#entries.size;
    }

    /** The value of a key; made, and from then on kept, when it is not there. What `make` throws is not kept. */
    getOrMake(key: TKey, make: () => TValue): TValue {
        const known = this.#entries.get(key);
        if (known !== undefined) {
            // A map lists its entries in the order they were set: the oldest comes first.
            this.#entries.delete(key);
            this.#entries.set(key, known);
            return known;
        }
        const made = make();
        if (this.#capacity === 0) return made;
        if (this.#entries.size >= this.#capacity) this.#entries.delete(this.#entries.keys().next().value as TKey);
        this.#entries.set(key, made);
        return made;
    }
}
