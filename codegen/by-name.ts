type Named = { readonly name: string };

const INDEXES = new WeakMap<readonly Named[], ReadonlyMap<string, number>>();

/**
 * Where the first of a list stands that has a name; `undefined` when none has it. What is looked up for each of many nodes is
 * looked for once in the whole list, which nobody changes afterwards: each visitor makes lists of its own.
 */
export function placeByName(list: readonly Named[], name: string): number | undefined {
    let index = INDEXES.get(list);
    if (index === undefined) {
        index = new Map(list.map((item, place) => [item.name, place] as const).reverse());
        INDEXES.set(list, index);
    }
    return index.get(name);
}

/** The first of a list that has a name. */
export function findByName<TItem extends Named>(list: readonly TItem[], name: string): TItem | undefined {
    const place = placeByName(list, name);
    return place === undefined ? undefined : list[place];
}
