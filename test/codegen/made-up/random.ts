// What made-up IDLs are put together from: numbers that are the same for the same seed, names, and small nodes.

export type Json = Record<string, unknown>;
export type Random = {
    pick: <T>(list: readonly T[]) => T;
    chance: (probability: number) => boolean;
    below: (end: number) => number;
};

/** Numbers that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): Random {
    let state = seed >>> 0;
    const next = () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
    const below = (end: number) => Math.floor(next() * end);
    return { below, chance: probability => next() < probability, pick: list => list[below(list.length)]! };
}

const PLAIN = [
    'vault',
    'ring',
    'till',
    'drawer',
    'note',
    'sum',
    'clerk',
    'payee',
    'mint',
    'lock',
    'config',
    'rule',
    'page',
    'slot',
];
/** Names that kit, the language or the pages have, that end as rendered names do, or that Codama writes in another way. */
const NASTY = (
    'account address array option promise record map set uint8Array date number string object function default new delete ' +
    'class enum import index constructor toString valueOf then config configArgs rule ruleArgs ruleEncoder getRule data ' +
    'args input value kind encoder codec instruction instructionData program programId programAddress signer ' +
    'transactionSigner lamports some none k t tProgram tAddress tillAccount tillInstruction tillEvent parsedTillEvent ' +
    'tillPlugin vaultRef vaultInput vaultAsyncInput vaultSeeds fetchVault decodeVault maybeVault allVault getVault ' +
    'infinity naN undefined symbol error readonly partial pick omit parameters returnType accountMeta discriminator ' +
    'remainingAccounts makeOptional endian drawerState ringData ringInstructionData eventEnum till-2 Vault_Data RingRing ' +
    'ring__two 2fa é'
).split(' ');

export const number = (format: string, endian = 'le') => ({ endian, format, kind: 'numberTypeNode' });
export const value = (amount: number) => ({ kind: 'numberValueNode', number: amount });
export const bytesOf = (data: string) => ({ data, encoding: 'base16', kind: 'bytesValueNode' });
export const fixedBytes = (size: number) => ({ kind: 'fixedSizeTypeNode', size, type: { kind: 'bytesTypeNode' } });
export const constant = (data: string) => ({
    kind: 'constantValueNode',
    type: fixedBytes(data.length / 2),
    value: bytesOf(data),
});

export const OTHER = '4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
export const key = { kind: 'publicKeyValueNode', publicKey: OTHER };

export type Names = ReturnType<typeof createNames>;

/** Makes lists of things with names, in some IDLs with nasty ones. */
export function createNames({ below, chance, pick }: Random) {
    const nastiness = pick([0, 0, 0.15, 0.5]);
    const nameOf = () => (chance(nastiness) ? pick(NASTY) : `${pick(PLAIN)}${chance(0.5) ? '' : below(4) + 1}`);
    const many = <T>(max: number, make: () => T): T[] => Array.from({ length: below(max + 1) }, make);
    /** Things with names; now and then two have the same. */
    const named = (max: number, make: (name: string) => Json): Json[] => {
        const taken = new Set<string>();
        return many(max, nameOf).flatMap(name => {
            if (taken.has(name.toLowerCase()) && !chance(0.02)) return [];
            taken.add(name.toLowerCase());
            return [make(name)];
        });
    };
    const namedOrOne = (max: number, make: (name: string) => Json): Json[] => {
        const made = named(max, make);
        return made.length > 0 || chance(0.02) ? made : [make('only')];
    };
    return { many, nameOf, named, namedOrOne };
}
