/** A value as text that is equal for equal values: without docs, and whatever the order of the attributes. */
export function toComparable(value: unknown): string {
    return JSON.stringify(value, (key, item: unknown) => {
        if (key === 'docs' || key === 'display') return undefined;
        if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
        return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
    });
}
