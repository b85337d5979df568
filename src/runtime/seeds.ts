import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

type Seed =
    | Readonly<{ kind: 'address'; name: string }>
    | Readonly<{ kind: 'text'; text: string }>
    | Readonly<{ kind: 'u64'; name: string }>;

/** The seeds of an address in their order, as generated/ has them. */
export type SeedLayout = readonly Seed[];

/** A value for each seed that has a name: the 32 bytes of an address, or a u64. */
export type SeedValues<TLayout extends SeedLayout> = {
    readonly [TSeed in Extract<TLayout[number], { name: string }> as TSeed['name']]: TSeed extends { kind: 'u64' }
        ? bigint
        : Uint8Array;
};

/** The names of the values that an address follows from. */
export function getSeedNames(layout: SeedLayout): readonly string[] {
    return layout.flatMap(seed => (seed.kind === 'text' ? [] : [seed.name]));
}

/** The bytes of seeds, one after the other. */
export function encodeSeeds<TLayout extends SeedLayout>(layout: TLayout, values: SeedValues<TLayout>): Uint8Array {
    const valueOf = values as Readonly<Record<string, bigint | Uint8Array>>;
    return concatBytes(
        ...layout.map(seed => {
            if (seed.kind === 'text') return utf8ToBytes(seed.text);
            const value = valueOf[seed.name]!;
            return typeof value === 'bigint' ? encodeU64(value) : value;
        }),
    );
}

function encodeU64(value: bigint): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return bytes;
}
