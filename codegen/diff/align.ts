/** How the items of an ordered list became those of another. */
export type Alignment<T> =
    | { how: 'added'; new: T; newIndex: number }
    | { how: 'kept' | 'moved' | 'renamed'; old: T; new: T; oldIndex: number; newIndex: number }
    | { how: 'removed'; old: T; oldIndex: number };

/**
 * Tells what became of the items of a list whose order matters, in the order of the new list, removed ones where they
 * were.
 *
 * Items are the same when their names are. As few as possible count as moved. A removed item and an added one between
 * the same neighbours are one that was renamed, if `keyOf` says the same of both: all but their names is equal.
 */
export function align<T extends { name: string }>(
    before: readonly T[],
    after: readonly T[],
    keyOf: (item: T, side: 'new' | 'old') => string,
): Alignment<T>[] {
    const placeBefore = new Map(before.map(({ name }, index) => [name, index]));
    const common = after.flatMap(({ name }, newIndex) => {
        const oldIndex = placeBefore.get(name);
        return oldIndex === undefined ? [] : [{ newIndex, oldIndex }];
    });
    const still = longestRising(common.map(({ oldIndex }) => oldIndex)).map(index => common[index]!);
    const stays = new Set(still);
    const movedTo = new Map(common.filter(pair => !stays.has(pair)).map(pair => [pair.newIndex, pair.oldIndex]));
    const movedFrom = new Set(movedTo.values());

    const result: Alignment<T>[] = [];
    let [oldIndex, newIndex] = [0, 0];
    // Between two items that stayed there is a gap: what is gone from it, and what came into it.
    for (const anchor of [...still, { newIndex: after.length, oldIndex: before.length }]) {
        const gone = range(oldIndex, anchor.oldIndex).filter(index => !movedFrom.has(index));
        const came = range(newIndex, anchor.newIndex);
        const renamed = new Map<number, number>();
        let next = 0;
        const findGone = createFinder(gone.map(index => keyOf(before[index]!, 'old')));
        for (const index of came.filter(index => !movedTo.has(index))) {
            const place = findGone(keyOf(after[index]!, 'new'), next);
            if (place === undefined) continue;
            for (const index of gone.slice(next, place)) result.push(removed(index));
            renamed.set(index, gone[place]!);
            next = place + 1;
        }
        for (const index of gone.slice(next)) result.push(removed(index));
        for (const index of came) {
            const from = renamed.get(index) ?? movedTo.get(index);
            if (from === undefined) result.push({ how: 'added', new: after[index]!, newIndex: index });
            else result.push(pair(renamed.has(index) ? 'renamed' : 'moved', from, index));
        }
        if (anchor.newIndex < after.length) result.push(pair('kept', anchor.oldIndex, anchor.newIndex));
        [oldIndex, newIndex] = [anchor.oldIndex + 1, anchor.newIndex + 1];
    }
    return result;

    function removed(index: number): Alignment<T> {
        return { how: 'removed', old: before[index]!, oldIndex: index };
    }
    function pair(how: 'kept' | 'moved' | 'renamed', oldIndex: number, newIndex: number): Alignment<T> {
        return { how, new: after[newIndex]!, newIndex, old: before[oldIndex]!, oldIndex };
    }
}

/** Finds the first place of a key at or after another place; those that are asked for rise. */
function createFinder(keys: readonly string[]): (key: string, from: number) => number | undefined {
    const places = new Map<string, number[]>();
    for (const [place, key] of keys.entries()) {
        const others = places.get(key);
        if (others === undefined) places.set(key, [place]);
        else others.push(place);
    }
    for (const list of places.values()) list.reverse();
    return (key, from) => {
        const left = places.get(key) ?? [];
        while (left.length > 0 && left.at(-1)! < from) left.pop();
        return left.at(-1);
    };
}

/** What became of the items of a list whose order does not matter. */
export type Match<T> = { old?: T; new?: T };

/**
 * Pairs the items of two lists: by name, and those that are left by one key after the other. In the order of the new
 * list, what has no counterpart in it last.
 */
export function match<T extends { name: string }>(
    before: readonly T[],
    after: readonly T[],
    ...keys: ((item: T) => string | undefined)[]
): Match<T>[] {
    const counterpart = new Map<T, T>();
    const free = new Set(before);
    for (const keyOf of [({ name }: T) => name, ...keys]) {
        const waiting = new Map<string, T[]>();
        for (const item of [...free].reverse()) {
            const key = keyOf(item);
            if (key === undefined) continue;
            const others = waiting.get(key);
            if (others === undefined) waiting.set(key, [item]);
            else others.push(item);
        }
        for (const item of after) {
            const wanted = counterpart.has(item) ? undefined : keyOf(item);
            const found = wanted === undefined ? undefined : waiting.get(wanted)?.pop();
            if (found === undefined) continue;
            counterpart.set(item, found);
            free.delete(found);
        }
    }
    return [
        ...after.map((item): Match<T> => {
            const old = counterpart.get(item);
            return old === undefined ? { new: item } : { new: item, old };
        }),
        ...[...free].map((old): Match<T> => ({ old })),
    ];
}

function range(from: number, to: number): number[] {
    return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

/** The places of a longest rising run, not necessarily one after the other, of a list of different numbers. */
function longestRising(numbers: readonly number[]): number[] {
    /** By length less one: the places where a run of at most that length ends, the first of which is the earliest. */
    const ends: number[][] = [];
    const previous: (number | undefined)[] = [];
    for (const [index, number] of numbers.entries()) {
        // Within a length the numbers fall, and the last of each are the lowest that a run of that length ends with.
        const length = findFirst(ends.length, at => numbers[ends[at]!.at(-1)!]! >= number);
        const shorter = ends[length - 1] ?? [];
        previous.push(shorter[findFirst(shorter.length, at => numbers[shorter[at]!]! < number)]);
        (ends[length] ??= []).push(index);
    }
    const run: number[] = [];
    for (let at = ends.at(-1)?.[0]; at !== undefined; at = previous[at]) run.push(at);
    return run.reverse();
}

/** The first of so many places from which on something holds; their number when it holds nowhere. */
function findFirst(length: number, holds: (place: number) => boolean): number {
    let [low, high] = [0, length];
    while (low < high) {
        const middle = (low + high) >> 1;
        if (holds(middle)) high = middle;
        else low = middle + 1;
    }
    return low;
}
