/** Numbers from 0 to 1 (exclusive) that follow from a seed, as good as a test needs them (splitmix32). */
export function createRandom(seed: string): () => number {
    let state = [...seed].reduce(
        (hash, character) => Math.imul(hash ^ character.charCodeAt(0), 0x01000193),
        0x811c9dc5,
    );
    return () => {
        state = (state + 0x9e3779b9) | 0;
        let mixed = state ^ (state >>> 16);
        mixed = Math.imul(mixed, 0x21f0aaad);
        mixed ^= mixed >>> 15;
        mixed = Math.imul(mixed, 0x735a2d97);
        return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
    };
}

/** Draws from numbers of {@link createRandom}. */
export type Draw = Readonly<{
    /** An integer from 0 to below a bound. */
    below: (bound: number) => number;
    oneOf: <T>(values: readonly T[]) => T;
}>;

export function createDraw(seed: string): Draw {
    const random = createRandom(seed);
    const below = (bound: number) => Math.floor(random() * bound);
    return { below, oneOf: values => values[below(values.length)]! };
}
