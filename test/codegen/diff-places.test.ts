import type { RootNode } from '@codama/nodes';
import { describe, expect, it } from 'vitest';

import { diffIdl } from '../../codegen/diff/diff';
import { argument, field, link, number, OWN, struct } from './every-node';

// What stands where in types that are written out, and what takes the same bytes by another number, by its values alone.

type Node = Record<string, unknown>;
const [u8, u16, u64, shortU16] = [number('u8'), number('u16'), number('u64'), number('shortU16')];
const text = { kind: 'sizePrefixTypeNode', prefix: u8, type: { encoding: 'utf8', kind: 'stringTypeNode' } };
const nothing = { kind: 'fixedSizeTypeNode', size: 0, type: { kind: 'bytesTypeNode' } };
const option = (item: object, prefix: object = u8) => ({ item, kind: 'optionTypeNode', prefix });
const flag = (size: object) => ({ kind: 'booleanTypeNode', size });
const list = (item: object, count: number) => ({
    count: { kind: 'fixedCountNode', value: count },
    item,
    kind: 'arrayTypeNode',
});
const variant = (name: string, ...held: object[]) =>
    held.length === 0
        ? { kind: 'enumEmptyVariantTypeNode', name }
        : { kind: 'enumTupleVariantTypeNode', name, tuple: { items: held, kind: 'tupleTypeNode' } };
const choice = (variants: object[], size: object = u8) => ({ kind: 'enumTypeNode', size, variants });
const padded = (kind: string, type: object) => ({ kind, offset: 2, strategy: 'padded', type });

const program = (more: Node): RootNode =>
    ({
        additionalPrograms: [],
        kind: 'rootNode',
        program: { kind: 'programNode', name: 'till', publicKey: OWN, version: '1.0.0', ...more },
        standard: 'codama',
        version: '1.0.0',
    }) as unknown as RootNode;
const taking = (type: object) =>
    program({ instructions: [{ arguments: [argument('held', type)], kind: 'instructionNode', name: 'ring' }] });
const account = (data: object, more: Node = {}) =>
    program({ accounts: [{ data, kind: 'accountNode', name: 'drawer', ...more }] });
const impactsOf = (before: RootNode, after: RootNode) => [
    ...new Set(diffIdl(before, after).map(({ impact }) => impact)),
];

describe('a type that is written out', () => {
    const three = [variant('a'), variant('b'), variant('c')];
    const holding = [variant('a', u8), variant('b', text)];

    it.each<[string, object, object, string[], string[]]>([
        ['that has one more variant', choice(three.slice(0, 2)), choice(three), ['types'], ['wire']],
        [
            'within another, with one more variant',
            option(choice(three.slice(0, 2))),
            option(choice(three)),
            ['types'],
            ['wire'],
        ],
        [
            'that has one more variant that holds something',
            choice(holding),
            choice([...holding, variant('c', u64)]),
            ['types'],
            ['wire'],
        ],
        [
            'whose variant has another number',
            choice(three),
            choice([three[1]!, three[0]!, three[2]!]),
            ['wire'],
            ['wire'],
        ],
        [
            'whose fields of one type are swapped',
            struct(field('min', u64), field('max', u64)),
            struct(field('max', u64), field('min', u64)),
            ['wire'],
            ['wire'],
        ],
        [
            'whose texts are swapped',
            struct(field('to', text), field('by', text)),
            struct(field('by', text), field('to', text)),
            ['wire'],
            ['wire'],
        ],
        [
            'within a list, whose fields are swapped',
            list(struct(field('a', u8), field('b', u8)), 2),
            list(struct(field('b', u8), field('a', u8)), 2),
            ['wire'],
            ['wire'],
        ],
        [
            'one of whose fields takes the place of another',
            struct(field('a', u16), field('b', u16)),
            struct(field('b', u16), field('c', u16)),
            ['wire'],
            ['wire'],
        ],
        [
            'whose fields are called otherwise',
            struct(field('a', u64), field('b', u64)),
            struct(field('c', u64), field('d', u64)),
            ['types'],
            ['types'],
        ],
        [
            'whose fields are together now',
            struct(field('a', u8), field('b', u8), field('c', u64)),
            struct(field('both', list(u8, 2)), field('c', u64)),
            ['types'],
            ['types'],
        ],
        [
            'where what takes no bytes stands elsewhere',
            struct(field('a', u64), field('none', nothing)),
            struct(field('none', nothing), field('a', u64)),
            [],
            [],
        ],
        [
            'of which there are none',
            list(choice([three[0]!, three[1]!]), 0),
            list(choice([three[1]!, three[0]!]), 0),
            [],
            [],
        ],
    ])('%s', (_, before, after, there, back) => {
        expect([impactsOf(taking(before), taking(after)), impactsOf(taking(after), taking(before))]).toEqual([
            there,
            back,
        ]);
    });

    it('is told in the same words in the account that has it', () => {
        const swapped = (first: string, second: string) =>
            account(struct(field('held', struct(field(first, u64), field(second, u64)))));
        expect(
            diffIdl(swapped('min', 'max'), swapped('max', 'min')).map(({ kind, message }) => `${kind}: ${message}`),
        ).toEqual(['field-retyped: Field `held` is { max: u64, min: u64 } instead of { min: u64, max: u64 }.']);
    });
});

describe('a number of variable size takes one byte where it can only be small', () => {
    it.each<[string, (size: object) => object, string[]]>([
        ['of a flag', flag, []],
        ['before an option', size => option(u64, size), []],
        ['of an enum', size => choice([variant('a'), variant('b', u64)], size), []],
        ['of an enum with a great number', size => choice([{ ...variant('a'), discriminator: 200 }], size), ['wire']],
        ['before a text', size => ({ ...text, prefix: size }), ['wire']],
        ['by itself', size => size, ['wire']],
    ])('%s', (_, make, impacts) => {
        expect(impactsOf(taking(make(u8)), taking(make(shortU16)))).toEqual(impacts);
        expect(impactsOf(taking(make(shortU16)), taking(make(u8)))).toEqual(impacts);
        // Another number is another one in any case.
        expect(impactsOf(taking(make(u16)), taking(make(shortU16)))).toEqual(['wire']);
    });
});

describe('the size that an account has anyway', () => {
    it.each<[string, object, number]>([
        ['with bytes before a field', struct(field('a', padded('preOffsetTypeNode', u64))), 10],
        ['with bytes behind a field', struct(field('a', padded('postOffsetTypeNode', u64))), 10],
        ['with variants of one size', struct(field('a', choice([variant('a', u64), variant('b', list(u8, 8))]))), 9],
    ])('%s', (_, data, size) => {
        expect(impactsOf(account(data), account(data, { size }))).toEqual([]);
        expect(impactsOf(account(data), account(data, { size: size + 1 }))).toEqual(['wire']);
    });
});

it('fields that take no bytes may stand anywhere', () => {
    const fields = [field('a', u64), field('none', nothing), field('b', u64), field('empty', list(u64, 0))];
    const [a, none, b, empty] = fields as [object, object, object, object];
    for (const order of [
        [none, a, b, empty],
        [empty, none, a, b],
        [a, b, empty, none],
    ]) {
        expect(diffIdl(account(struct(...fields)), account(struct(...order)))).toEqual([]);
        expect(diffIdl(account(struct(...order)), account(struct(...fields)))).toEqual([]);
    }
    expect(impactsOf(account(struct(...fields)), account(struct(b, none, a, empty)))).toEqual(['wire']);
});

it('a constant seed that is cut in two moves no other', () => {
    const constant = (string: string) => ({
        kind: 'constantPdaSeedNode',
        type: { encoding: 'utf8', kind: 'stringTypeNode' },
        value: { kind: 'stringValueNode', string },
    });
    const variable = (name: string) => ({ kind: 'variablePdaSeedNode', name, type: { kind: 'publicKeyTypeNode' } });
    const deriving = (...seeds: object[]) => program({ pdas: [{ kind: 'pdaNode', name: 'box', seeds }] });
    const whole = deriving(constant('ab'), variable('owner'), constant('c'), variable('mint'));
    const cut = deriving(constant('a'), constant('b'), variable('owner'), constant('c'), variable('mint'));
    expect([diffIdl(whole, cut), diffIdl(cut, whole)]).toEqual([[], []]);
    const swapped = deriving(constant('a'), constant('b'), variable('mint'), constant('c'), variable('owner'));
    expect([impactsOf(whole, swapped), impactsOf(swapped, whole)]).toEqual([['wire'], ['wire']]);
});

it('a link and what it leads to are the same, with one more variant too', () => {
    const declared = (variants: object[], held: object) =>
        program({
            definedTypes: [{ kind: 'definedTypeNode', name: 'mode', type: choice(variants) }],
            instructions: [{ arguments: [argument('held', held)], kind: 'instructionNode', name: 'ring' }],
        });
    const [two, three] = [
        [variant('a', u8), variant('b', text)],
        [variant('a', u8), variant('b', text), variant('c', u64)],
    ];
    expect(
        diffIdl(declared(two, option(link('mode'))), declared(three, option(link('mode')))).map(
            ({ impact, kind }) => `${impact} ${kind}`,
        ),
    ).toEqual(['types variant-added']);
});

describe('what selects an instruction', () => {
    const tag = argument('tag', u8, {
        defaultValue: { kind: 'numberValueNode', number: 1 },
        defaultValueStrategy: 'omitted',
    });
    const byTag = { kind: 'fieldDiscriminatorNode', name: 'tag', offset: 0 };
    const bySize = (size: number) => ({ kind: 'sizeDiscriminatorNode', size });
    const byConstant = (data: string, offset = 0) => ({
        constant: {
            kind: 'constantValueNode',
            type: { kind: 'bytesTypeNode' },
            value: { data, encoding: 'base16', kind: 'bytesValueNode' },
        },
        kind: 'constantDiscriminatorNode',
        offset,
    });
    const selected = (args: object[], ...discriminators: object[]) =>
        program({ instructions: [{ arguments: args, discriminators, kind: 'instructionNode', name: 'ring' }] });
    const sum = argument('sum', u64);

    it.each<[string, RootNode, RootNode, string[], string[]]>([
        [
            'by the size that its data has anyway',
            selected([tag, sum], byTag),
            selected([tag, sum], byTag, bySize(9)),
            ['compatible'],
            ['compatible'],
        ],
        [
            'by a size that its data has not',
            selected([tag, sum], byTag),
            selected([tag, sum], byTag, bySize(10)),
            ['wire'],
            ['compatible'],
        ],
        ['by nothing, and then by a wrong size', selected([sum]), selected([sum], bySize(9)), ['wire'], ['compatible']],
        [
            'by a constant that an argument wrote',
            selected([tag], byTag),
            selected([], byConstant('01')),
            ['types'],
            ['types'],
        ],
        [
            'by another constant that no argument writes',
            selected([], byConstant('01')),
            selected([], byConstant('02')),
            ['wire'],
            ['wire'],
        ],
        [
            'by a constant behind the arguments, which is new',
            selected([sum]),
            selected([sum], byConstant('01', 8)),
            ['wire'],
            ['compatible', 'wire'],
        ],
    ])('%s', (_, before, after, there, back) => {
        expect([impactsOf(before, after), impactsOf(after, before)]).toEqual([there, back]);
    });

    it('says once that a constant is another one', () => {
        const changes = diffIdl(selected([], byConstant('01')), selected([], byConstant('02')));
        expect(changes.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
            'instruction-discriminator: Selected by 0x02 instead of 0x01.',
        ]);
    });
});

describe('bytes that are always there, as a field that nobody can give and as hidden ones', () => {
    const constant = (value: number, type: object = u8) => ({
        kind: 'constantValueNode',
        type,
        value: { kind: 'numberValueNode', number: value },
    });
    const tag = (value: number, name = 'tag') =>
        field(name, u8, { defaultValue: { kind: 'numberValueNode', number: value }, defaultValueStrategy: 'omitted' });
    const behind = (prefix: object[], type: object) => ({ kind: 'hiddenPrefixTypeNode', prefix, type });
    const before = (suffix: object[], type: object) => ({ kind: 'hiddenSuffixTypeNode', suffix, type });
    const sum = field('sum', u64);
    const plain = struct(tag(1), sum);
    const hidden = behind([constant(1)], struct(sum));
    const typeOf = (type: object) => program({ definedTypes: [{ kind: 'definedTypeNode', name: 'slip', type }] });
    const event = (data: object) => program({ events: [{ data, kind: 'eventNode', name: 'rung' }] });

    it.each<[string, (data: object) => RootNode]>([
        ['an account', account],
        ['a type', typeOf],
        ['an event', event],
    ])('are the same bytes in %s, both ways', (_, of) => {
        expect(impactsOf(of(plain), of(hidden))).toEqual(['types']);
        expect(impactsOf(of(hidden), of(plain))).toEqual(['types']);
        const both = struct(tag(2), tag(1, 'other'), sum);
        expect(impactsOf(of(both), of(behind([constant(0x0102, u16)], struct(sum))))).toEqual(['types']);
        expect(impactsOf(of(struct(sum, tag(1))), of(before([constant(1)], struct(sum))))).toEqual(['types']);
    });

    it.each<[string, object, object]>([
        ['other bytes', plain, behind([constant(2)], struct(sum))],
        ['more of them', plain, behind([constant(1, u16)], struct(sum))],
        ['elsewhere', plain, before([constant(1)], struct(sum))],
        ['a field that can be given', struct(field('tag', u8), sum), hidden],
        [
            'with fields of one type in another order',
            struct(tag(1), sum, field('due', u64)),
            behind([constant(1)], struct(field('due', u64), sum)),
        ],
    ])('are other bytes where they are %s', (_, one, other) => {
        expect(impactsOf(account(one), account(other))).toContain('wire');
        expect(impactsOf(account(other), account(one))).toContain('wire');
    });

    it('are told of an account whose type has no end as well', () => {
        const endless = (value: number) =>
            program({
                accounts: [{ data: link('drawer'), kind: 'accountNode', name: 'drawer' }],
                definedTypes: [
                    { kind: 'definedTypeNode', name: 'drawer', type: behind([constant(value)], link('drawer')) },
                ],
            });
        expect(impactsOf(endless(1), endless(2))).toEqual(['wire']);
    });
});
