const BITS = 5;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;

type Leaf<T> = readonly T[];
type Node<T> = Leaf<T> | readonly Node<T>[];

/**
 * A list that never changes: with another item at a place, or one more at its end, it is another list that shares nearly
 * everything with the one before. Its work grows with the logarithm of its length, where a copy of an array grows with it
 * and, from some thousand items on, has to be collected as garbage at once.
 */
export class PersistentList<T> implements Iterable<T> {
    private constructor(
        private readonly root: Node<T>,
        /** Bits of a place that the levels below the root take. */
        private readonly shift: number,
        readonly length: number,
    ) {}

    static of<T>(items: Iterable<T>): PersistentList<T> {
        const all = [...items];
        let level: Node<T>[] = split(all);
        let shift = 0;
        while (level.length > 1) {
            level = split(level);
            shift += BITS;
        }
        return new PersistentList<T>(level[0] ?? [], shift, all.length);
    }

    /** The item at a place; `undefined` where there is none. */
    at(place: number): T | undefined {
        return place >= 0 && place < this.length ? this.leafOf(place)[place & MASK] : undefined;
    }

    /** The list with another item at a place that it has. */
    with(place: number, item: T): PersistentList<T> {
        return new PersistentList<T>(replace(this.root, this.shift, place, item), this.shift, this.length);
    }

    /** The list with one more item. */
    append(item: T): PersistentList<T> {
        const isFull = this.length === WIDTH << this.shift;
        const shift = isFull ? this.shift + BITS : this.shift;
        const root = isFull ? [this.root] : this.root;
        return new PersistentList<T>(replace(root as Node<T>, shift, this.length, item), shift, this.length + 1);
    }

    *[Symbol.iterator](): Generator<T, void> {
        for (let place = 0; place < this.length; place += WIDTH) yield* this.leafOf(place);
    }

    filter(matches: (item: T) => boolean): T[] {
        return [...this].filter(item => matches(item));
    }

    some(matches: (item: T) => boolean): boolean {
        for (let place = 0; place < this.length; place += WIDTH) {
            if (this.leafOf(place).some(item => matches(item))) return true;
        }
        return false;
    }

    private leafOf(place: number): Leaf<T> {
        let node = this.root;
        for (let shift = this.shift; shift > 0; shift -= BITS) node = node[(place >>> shift) & MASK] as Node<T>;
        return node as Leaf<T>;
    }
}

function split<T>(items: readonly T[]): T[][] {
    return Array.from({ length: Math.ceil(items.length / WIDTH) }, (_, index) =>
        items.slice(index * WIDTH, (index + 1) * WIDTH),
    );
}

function replace<T>(node: Node<T> | undefined, shift: number, place: number, item: T): Node<T> {
    const copy = (node ?? []).slice() as (Node<T> | T)[];
    const index = (place >>> shift) & MASK;
    copy[index] = shift === 0 ? item : replace(copy[index] as Node<T> | undefined, shift - BITS, place, item);
    return copy as Node<T>;
}
