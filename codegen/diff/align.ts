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
 * the same neighbours are one that was renamed, if `isSame` says that all but their names is equal.
 */
export function align<T extends { name: string }>(
    before: readonly T[],
    after: readonly T[],
    isSame: (before: T, after: T) => boolean,
): Alignment<T>[] {
    const placeBefore = new Map(before.map(({ name }, index) => [name, index]));
    const common = after.flatMap(({ name }, newIndex) => {
        const oldIndex = placeBefore.get(name);
        return oldIndex === undefined ? [] : [{ newIndex, oldIndex }];
    });
    const still = longestRising(common.map(({ oldIndex }) => oldIndex)).map(index => common[index]!);
    const movedTo = new Map(common.filter(pair => !still.includes(pair)).map(pair => [pair.newIndex, pair.oldIndex]));
    const movedFrom = new Set(movedTo.values());

    const result: Alignment<T>[] = [];
    let [oldIndex, newIndex] = [0, 0];
    // Between two items that stayed there is a gap: what is gone from it, and what came into it.
    for (const anchor of [...still, { newIndex: after.length, oldIndex: before.length }]) {
        const gone = range(oldIndex, anchor.oldIndex).filter(index => !movedFrom.has(index));
        const came = range(newIndex, anchor.newIndex);
        const renamed = new Map<number, number>();
        for (const index of came.filter(index => !movedTo.has(index))) {
            const from = gone.findIndex(candidate => isSame(before[candidate]!, after[index]!));
            if (from < 0) continue;
            const skipped = gone.splice(0, from + 1);
            renamed.set(index, skipped.pop()!);
            for (const index of skipped) result.push(removed(index));
        }
        for (const index of gone) result.push(removed(index));
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
    for (const key of [({ name }: T) => name, ...keys]) {
        for (const item of after) {
            const wanted = key(item);
            if (counterpart.has(item) || wanted === undefined) continue;
            const found = [...free].find(candidate => key(candidate) === wanted);
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
    const runs: number[][] = [];
    for (const [index, number] of numbers.entries()) {
        const before = runs.filter(run => numbers[run.at(-1)!]! < number);
        const longest = before.reduce<number[]>((best, run) => (run.length > best.length ? run : best), []);
        runs.push([...longest, index]);
    }
    return runs.reduce<number[]>((best, run) => (run.length > best.length ? run : best), []);
}
