import type { RootNode } from '@codama/nodes';
import { beforeAll, describe, expect, it } from 'vitest';

import { checkIdl, parseIdl } from '../../codegen/check/check';
import { TooDeepError } from '../../codegen/depth';
import { diffIdl } from '../../codegen/diff/diff';
import { renderClient } from '../../codegen/render';
import { loadCounted } from './counted';
import { argument, field, link, number, OTHER, struct } from './every-node';

// The check, the renderer and the diff take as long as an IDL is large, and not as its square: of each function and each loop
// it is counted how often it runs for IDLs of one, two and four times a size.

type Node = Record<string, unknown>;
const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
const named = (kind: string) => (name: string, more: Node) => ({ kind: `${kind}Node`, name, ...more });
const [U8, U32, U64] = [number('u8'), number('u32'), number('u64')];
const value = (of: number) => ({ kind: 'numberValueNode', number: of });
const text = (string: string) => ({ kind: 'stringValueNode', string });
const always = (of: number) => ({ defaultValue: value(of), defaultValueStrategy: 'omitted' });
const option = (item: object) => ({ item, kind: 'optionTypeNode', prefix: U8 });
const type = (name: string, of: object) => named('definedType')(name, { type: of });
const byTag = [{ kind: 'fieldDiscriminatorNode', name: 'tag', offset: 0 }];
const instruction = (index: number, args: object[] = [], more: Node = {}) =>
    named('instruction')(`ring${index}`, {
        accounts: [],
        arguments: [argument('tag', U32, always(index)), ...args],
        discriminators: byTag,
        ...more,
    });
const account = (name: string, more: Node = {}) =>
    named('instructionAccount')(name, { isSigner: false, isWritable: false, ...more });
const scalar = (names: readonly string[]) => ({
    kind: 'enumTypeNode',
    size: U32,
    variants: names.map(name => ({ kind: 'enumEmptyVariantTypeNode', name })),
});
const inOrder = (count: number) => times(count, index => `at${index}`);
const pda = (name: string, seeds: object[] = []) =>
    named('pda')(name, {
        seeds: [
            { kind: 'constantPdaSeedNode', type: { encoding: 'utf8', kind: 'stringTypeNode' }, value: text(name) },
            ...seeds,
        ],
    });
const ADDRESS = { kind: 'publicKeyTypeNode' };
const program = (name: string, parts: Node) => ({
    kind: 'programNode',
    name,
    publicKey: OTHER,
    version: '1.0.0',
    ...parts,
});
const root = (parts: Node, additionalPrograms: object[] = []): Node => ({
    additionalPrograms,
    kind: 'rootNode',
    program: program('till', parts),
    standard: 'codama',
    version: '1.0.0',
});

/** IDLs of any size. */
const IDLS: Readonly<Record<string, (count: number) => Node>> = {
    'instructions, each with a struct of its own': count =>
        root({
            definedTypes: times(count, index => type(`args${index}`, struct(field('sum', U64), field('fee', U8)))),
            instructions: times(count, index => instruction(index, [argument('args', link(`args${index}`))])),
        }),
    'instructions that share a type': count =>
        root({
            definedTypes: [type('shared', struct(field('sum', U64)))],
            instructions: times(count, index => instruction(index, [argument('shared', link('shared'))])),
        }),
    'PDAs, and instructions that default to them': count =>
        root({
            instructions: times(count, index =>
                instruction(index, [], {
                    accounts: [
                        account('owner'),
                        account('box', {
                            defaultValue: {
                                kind: 'pdaValueNode',
                                pda: { kind: 'pdaLinkNode', name: `box${index}` },
                                seeds: [
                                    {
                                        kind: 'pdaSeedValueNode',
                                        name: 'owner',
                                        value: { kind: 'accountValueNode', name: 'owner' },
                                    },
                                ],
                            },
                        }),
                    ],
                }),
            ),
            pdas: times(count, index =>
                pda(`box${index}`, [{ kind: 'variablePdaSeedNode', name: 'owner', type: ADDRESS }]),
            ),
        }),
    'accounts with a status and a PDA': count =>
        root({
            accounts: times(count, index =>
                named('account')(`box${index}`, {
                    data: struct(field('tag', U32, always(index)), field('status', U32)),
                    discriminators: byTag,
                    pda: { kind: 'pdaLinkNode', name: `box${index}` },
                }),
            ),
            definedTypes: times(count, index => type(`box${index}Status`, scalar(['open', 'shut']))),
            pdas: times(count, index => pda(`box${index}`)),
        }),
    'accounts and instructions that nothing tells apart': count =>
        root({
            accounts: times(count, index => named('account')(`box${index}`, { data: struct(field('sum', U64)) })),
            instructions: times(count, index => instruction(index, [], { arguments: [], discriminators: [] })),
        }),
    'instructions of the same bytes': count =>
        root({ instructions: times(count, index => ({ ...instruction(7), name: `ring${index}` })) }),
    events: count =>
        root({
            definedTypes: times(count, index => type(`rang${index}Data`, struct(field('sum', U64)))),
            events: times(count, index =>
                named('event')(`rang${index}`, {
                    data: link(`rang${index}Data`),
                    discriminators: [
                        {
                            constant: { kind: 'constantValueNode', type: U32, value: value(index) },
                            kind: 'constantDiscriminatorNode',
                            offset: 0,
                        },
                    ],
                }),
            ),
        }),
    'errors and constants': count =>
        root({
            constants: times(count, index => named('constant')(`limit${index}`, { type: U64, value: value(index) })),
            errors: times(count, index => named('error')(`shut${index}`, { code: index, message: `${index}` })),
        }),
    'types that hold one another in a row': count =>
        root({
            definedTypes: times(count, index =>
                type(
                    `type${index}`,
                    struct(
                        field('sum', U64),
                        ...(index === 0 ? [] : [field('next', option(link(`type${index - 1}`)))]),
                    ),
                ),
            ),
            instructions: [instruction(0, [argument('all', link(`type${count - 1}`))])],
        }),
    'types that hold the next one twice': count =>
        root({
            definedTypes: times(count, index => {
                const next = index === 0 ? U64 : option(link(`type${index - 1}`));
                return type(`type${index}`, { items: [next, next], kind: 'tupleTypeNode' });
            }),
        }),
    'types that hold one another in a circle': count =>
        root({
            definedTypes: times(count, index =>
                type(
                    `type${index}`,
                    struct(field('sum', U64), field('next', option(link(`type${(index + 1) % count}`)))),
                ),
            ),
        }),
    'types of the same shape that are used in each other and in instructions': count =>
        root({
            definedTypes: [
                type('shared', struct(field('sum', U64))),
                ...times(count, index => type(`type${index}`, struct(field('shared', link('shared'))))),
            ],
            instructions: times(count, index => instruction(index, [argument('given', link(`type${index}`))])),
        }),
    'enums in place': count =>
        root({
            definedTypes: [
                ...times(count, index => type(`type${index}`, struct(field('mode', scalar(['on', 'off']))))),
                type('all', { items: times(count, () => scalar(['on', 'off'])), kind: 'tupleTypeNode' }),
            ],
        }),
    'fields, variants and the values of them': count =>
        root({
            constants: [
                named('constant')('each', {
                    type: link('wide'),
                    value: {
                        fields: inOrder(count).map(name => ({ kind: 'structFieldValueNode', name, value: value(1) })),
                        kind: 'structValueNode',
                    },
                }),
            ],
            definedTypes: [
                type('wide', struct(...inOrder(count).map(name => field(name, U64)))),
                type('mode', scalar(inOrder(count))),
                type('choice', {
                    kind: 'enumTypeNode',
                    size: U32,
                    variants: inOrder(count).map(name => ({
                        kind: 'enumTupleVariantTypeNode',
                        name,
                        tuple: { items: [U64], kind: 'tupleTypeNode' },
                    })),
                }),
            ],
            instructions: inOrder(count).map((variant, index) => {
                const defaultValue = { enum: link('mode'), kind: 'enumValueNode', variant };
                return instruction(index, [argument('mode', link('mode'), { defaultValue })]);
            }),
        }),
    'sub-instructions': count =>
        root({
            instructions: [
                instruction(0, [], {
                    name: 'all',
                    subInstructions: times(count, index => instruction(index + 1, [argument('sum', U64)])),
                }),
            ],
        }),
    'accounts of an instruction that default to each other': count =>
        root({
            instructions: [
                instruction(0, [], {
                    accounts: inOrder(count).map((name, index) =>
                        account(
                            name,
                            index === 0 ? {} : { defaultValue: { kind: 'accountValueNode', name: `at${index - 1}` } },
                        ),
                    ),
                }),
            ],
        }),
    programs: count =>
        root(
            {},
            times(count, index =>
                program(`till${index}`, {
                    definedTypes: [type(`type${index}`, struct(field('sum', U64)))],
                    instructions: [instruction(index, [argument('given', link(`type${index}`))])],
                }),
            ),
        ),
    'types of another program': count =>
        root(
            {
                instructions: times(count, index =>
                    instruction(index, [
                        argument('given', {
                            ...link(`type${index}`),
                            program: { kind: 'programLinkNode', name: 'shelf' },
                        }),
                    ]),
                ),
            },
            [
                program('shelf', {
                    definedTypes: times(count, index => type(`type${index}`, struct(field('sum', U64)))),
                }),
            ],
        ),
};

const SIZE = 20;
const ORDERED: ReadonlySet<string> = new Set(
    'accounts arguments constants definedTypes errors events fields instructions items pdas variants'.split(' '),
);

/** The same IDL with other types, and everything in the reverse order. */
const turn = (idl: Node): Node =>
    JSON.parse(JSON.stringify(idl).replaceAll('"u64"', '"i64"'), (key, list: unknown) =>
        ORDERED.has(key) && Array.isArray(list) ? list.reverse() : list,
    ) as Node;
/** The same IDL with other names. */
const rename = (idl: Node): Node => {
    const text = JSON.stringify(idl);
    return JSON.parse(text.replaceAll(/"(name|variant)":"([a-z]+)(\d+)/g, '"$1":"$2Of$3')) as Node;
};

describe('the work grows as the IDL does', () => {
    let counted: Awaited<ReturnType<typeof loadCounted>>;
    beforeAll(async () => {
        counted = await loadCounted();
    });

    /** What runs much more than twice as often when an IDL is twice as large. */
    function findTooMuch(prepare: (count: number) => () => void): string[] {
        const [one, two, four] = [SIZE, 2 * SIZE, 4 * SIZE].map(count => counted.countWork(prepare(count)));
        return [...four!].flatMap(([place, last]) => {
            const [first, second] = [one!.get(place) ?? 0, two!.get(place) ?? 0];
            // What is not of this project goes through the inputs of an instruction again and again, and no IDL has many.
            const isOurs = place.startsWith('codegen/');
            const isMore = last - second > 2.6 * (second - first) && last > 4 * SIZE * 16;
            return isOurs && isMore ? [`${place}: ${first}, ${second}, ${last}`] : [];
        });
    }
    const read = (idl: Node) => counted.parseIdl(JSON.stringify(idl), { use: 'compare' }).root!;

    it.each(Object.entries(IDLS))('%s', (_, make) => {
        const found = {
            check: findTooMuch(count => {
                const text = JSON.stringify(make(count));
                return () => counted.parseIdl(text);
            }),
            ...Object.fromEntries(
                Object.entries({ rename, same: (idl: Node) => idl, turn }).map(([name, change]) => [
                    name,
                    findTooMuch(count => {
                        const [before, after] = [read(make(count)), read(change(make(count)))];
                        return () => counted.diffIdl(before, after);
                    }),
                ]),
            ),
        };
        expect(found).toEqual({ check: [], rename: [], same: [], turn: [] });
    });

    it('and it would be found if it did not', () => {
        const items = (count: number) => times(count, index => ({ name: `at${index}` }));
        const search = (count: number) => () => counted.findEach(items(count));
        expect(findTooMuch(search)).toEqual([expect.stringMatching(/^codegen\/entry\.ts/)]);
    });
});

describe('what is too deep is refused as that', () => {
    const DEPTH = 10_000;
    const deep = (wrap: (inner: unknown) => unknown, innermost: unknown = U8) =>
        times(DEPTH, () => undefined).reduce((inner: unknown) => wrap(inner), innermost);
    const idls = {
        'a type': root({ definedTypes: [type('deep', deep(option as (inner: unknown) => object) as object)] }),
        'a value': root({
            constants: [
                named('constant')('deep', {
                    type: U8,
                    value: deep(inner => ({ kind: 'someValueNode', value: inner }), value(1)),
                }),
            ],
        }),
        'lists in what nobody reads': { ...root({}), extra: deep(inner => [inner]) },
        'objects in what nobody reads': { ...root({}), extra: deep(inner => ({ inner })) },
    };
    // Such a text can't be made by JSON.stringify, which calls itself.
    const write = (open: string, shut: string) =>
        `${JSON.stringify(root({})).slice(0, -1)},"extra":${open.repeat(DEPTH)}1${shut.repeat(DEPTH)}}`;
    const message = 'Objects and lists stand in each other more than 200 deep.';

    it.each(Object.entries(idls))('%s', async (_, idl) => {
        expect(checkIdl(idl)).toMatchObject([{ message, severity: 'error' }]);
        const trusted = idl as unknown as RootNode;
        const good = root({}) as unknown as RootNode;
        expect(() => diffIdl(trusted, good)).toThrow(TooDeepError);
        expect(() => diffIdl(good, trusted)).toThrow(TooDeepError);
        await expect(renderClient(trusted)).rejects.toThrow(TooDeepError);
    });

    it.each([
        ['[', ']'],
        ['{"a":', '}'],
        ['{"kind":"optionTypeNode","item":', '}'],
    ])('a text of %j', (open, shut) => {
        expect(parseIdl(write(open, shut)).findings).toMatchObject([{ message, severity: 'error' }]);
        expect(parseIdl(open.repeat(DEPTH)).findings).toMatchObject([{ rule: 'json' }]);
    });

    it('types that hold each other in a row are none of it, in the diff', () => {
        const row = (size: object) =>
            root({
                definedTypes: times(2_000, index =>
                    type(
                        `type${index}`,
                        struct(
                            field('sum', size),
                            ...(index === 0 ? [] : [field('next', option(link(`type${index - 1}`)))]),
                        ),
                    ),
                ),
            }) as unknown as RootNode;
        expect(diffIdl(row(U8), row(U8))).toEqual([]);
        expect(diffIdl(row(U8), row(U64)).filter(({ kind }) => kind === 'field-retyped')).toHaveLength(2_000);
    });
});
