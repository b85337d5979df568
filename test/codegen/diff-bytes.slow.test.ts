import type { RootNode } from '@codama/nodes';
import { isSolanaError } from '@solana/kit';
import { expect, it } from 'vitest';

import { parseIdl } from '../../codegen/check/check';
import { diffIdl } from '../../codegen/diff/diff';
import { createOracle, NoBytesError, NotGivenError, toText, type Value } from './bytes-oracle';
import { change } from './made-up-changes';
import { createMaker, type Maker } from './made-up-pairs';
import { set, type Json } from './mutate';
import { byDepth } from '../fixtures/depth';

// Whether the interface diff says "wire" is compared with bytes: those that kit's encoders make of the same values for a
// made-up IDL and for the same IDL with one change. SEED=n alone runs that pair again; TEST_DEPTH=deep runs many.

const RUNS = byDepth({ all: 150, deep: 10_000, quick: 50 });
/** So many values are tried, and so many more where a difference is said to be. */
const [SAMPLES, MORE_SAMPLES] = [12, 400];

/** What has bytes on chain: a type, data, seeds. */
type Root = Readonly<{ what: string; id: string; node: Json }>;

const idOf = (node: Json) => node['id'] as unknown as string;
function rootsOf(program: Json): Root[] {
    return ['definedTypes', 'accounts', 'instructions', 'events', 'pdas'].flatMap(list =>
        [...program[list]!].map(node => ({ id: idOf(node), node, what: list })),
    );
}

/** Makes the bytes of a root for a value, and values for it. */
function createSide(program: Json, maker: Maker, complete: (field: Json) => Value) {
    const oracle = createOracle(program, complete);
    return {
        /** What its account says, or what all of its values take. */
        sizeOf: ({ node }: Root): number | undefined => {
            const sizes = new Set(
                Array.from({ length: 'size' in node ? 0 : 40 }, () => {
                    const value = maker.makeValue(node['data']!, oracle.find);
                    return oracle.encode(node['data']!, value).length;
                }),
            );
            return sizes.size === 1 ? [...sizes][0] : (node['size'] as unknown as number | undefined);
        },
        makeValue: ({ node, what }: Root): Value => {
            if (what === 'instructions') return maker.makeFields(node['arguments']!, oracle.find);
            if (what === 'pdas') {
                const variable = [...node['seeds']!].filter(seed => !('value' in seed));
                return maker.makeFields(variable, oracle.find);
            }
            return maker.makeValue((node['type'] ?? node['data'])!, oracle.find);
        },
        encode: ({ node, what }: Root, value: Value): Uint8Array => {
            if (what === 'instructions') return oracle.encodeFields(node['arguments']!, value);
            if (what !== 'pdas') return oracle.encode((node['type'] ?? node['data'])!, value);
            const given = value as Record<string, Value>;
            const seeds = [...node['seeds']!].map(seed =>
                'value' in seed
                    ? oracle.constantOf(seed)
                    : oracle.encode(seed['type']!, given[idOf(seed)] ?? complete(seed)),
            );
            return Uint8Array.from(seeds.flatMap(seed => [...seed]));
        },
    };
}

/** Finds a root whose bytes are others, for a value that the old client has; `undefined` when there is none. */
function findDifference(before: Json, after: Json, maker: Maker, samples: number): string | undefined {
    const [oldProgram, newProgram] = [before['program']!, after['program']!];
    const known = new Set(JSON.stringify(oldProgram).match(/"id":"id\d+"/g));
    const isNew = (node: Json) => !known.has(`"id":"${idOf(node)}"`);
    const find = (name: string) => createOracle(newProgram, () => '').find(name);
    const old = createSide(oldProgram, maker, () => {
        throw new NotGivenError();
    });
    // An encoder asks twice, for the size and for the bytes.
    const completed = new Map<string, Value>();
    const next = createSide(newProgram, maker, field => {
        if (!isNew(field)) throw new NotGivenError();
        if (!completed.has(idOf(field))) completed.set(idOf(field), maker.makeValue(field['type']!, find));
        return completed.get(idOf(field))!;
    });
    const byId = new Map(rootsOf(newProgram).map(root => [root.id, root]));
    for (const root of rootsOf(oldProgram)) {
        const other = byId.get(root.id);
        if (other === undefined) continue;
        if (root.what === 'accounts' && old.sizeOf(root) !== next.sizeOf(other)) return `size of ${root.id}`;
        const compared = root.what === 'accounts' ? { ...other, node: withoutNewAtEnd(other.node, isNew) } : other;
        for (let left = samples; left > 0; left--) {
            const value = old.makeValue(root);
            const bytes = toText(old.encode(root, value));
            completed.clear();
            const others = encode(compared, value);
            if (others !== undefined && others !== bytes) return `${root.what} ${root.id}: ${bytes}, ${others}`;
        }
    }
    return undefined;

    function encode(root: Root, value: Value): string | undefined {
        try {
            return toText(next.encode(root, value));
        } catch (error) {
            if (error instanceof NotGivenError) return undefined;
            if (error instanceof NoBytesError || isSolanaError(error)) return 'none';
            throw error;
        }
    }
}

/** Who reads an account reads over what is new behind it. */
function withoutNewAtEnd(account: Json, isNew: (node: Json) => boolean): Json {
    const fields = [...account['data']!['fields']!];
    while (fields.length > 0 && isNew(fields.at(-1)!)) fields.pop();
    return { ...account, data: { ...account['data'], fields } } as unknown as Json;
}

/** An IDL and the same with one change; `undefined` when that is none that can be compared. */
function makePair(seed: string) {
    const maker = createMaker(seed);
    const before = maker.makeIdl();
    const after = JSON.parse(JSON.stringify(before)) as Json;
    const how = change(after, maker);
    for (const account of after['program']!['accounts']!) {
        if ((account['size'] as unknown) !== 'own') continue;
        const size = createOracle(after['program']!, () => '').fixedSizeOf(account['data']!);
        if (size === undefined) Reflect.deleteProperty(account, 'size');
        else set(account, 'size', size);
    }
    const [old, next] = [before, after].map(idl => parseIdl(JSON.stringify(idl), { use: 'compare' }));
    if (!old?.root) throw new Error(`The IDL is not good: ${JSON.stringify(old?.findings[0])}`);
    return next?.root ? { after, before, how, maker, new: next.root, old: old.root } : undefined;
}

function findMistake(seed: string): string | undefined {
    const pair = makePair(seed);
    if (pair === undefined) return undefined;
    const { after, before, how, maker } = pair;
    const tell = (from: RootNode, to: RootNode) => diffIdl(from, to);
    for (const [direction, from, to, changes] of [
        ['there', before, after, tell(pair.old, pair.new)],
        ['back', after, before, tell(pair.new, pair.old)],
    ] as const) {
        const told = changes.filter(({ impact }) => impact === 'wire');
        const difference =
            findDifference(from, to, maker, SAMPLES) ??
            (told.length > 0 ? findDifference(from, to, maker, MORE_SAMPLES) : undefined);
        if ((difference !== undefined) === told.length > 0) continue;
        const words = changes.map(({ impact, message, subject }) => `${impact}: ${subject}: ${message}`);
        return `SEED=${seed} ${direction}: ${how}: ${difference ?? 'the same bytes'}, but told is ${words.join(' ') || 'nothing'}`;
    }
    return undefined;
}

it('says "wire" where bytes are others, and nowhere else', () => {
    const seed = process.env['SEED'];
    const seeds = seed === undefined ? Array.from({ length: RUNS }, (_, index) => `${index}`) : [seed];
    const mistakes = seeds.map(findMistake).filter(mistake => mistake !== undefined);
    expect(mistakes).toEqual([]);
}, 600_000);
