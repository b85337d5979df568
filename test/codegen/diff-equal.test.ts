import type { RootNode } from '@codama/nodes';
import { describe, expect, it } from 'vitest';

import { MEANINGS, DEFAULTS } from '../../codegen/diff/meanings';
import { diffIdl } from '../../codegen/diff/diff';
import { argument, EVERY_NODE, field, link, number, OTHER, OWN, struct } from './every-node';

// What takes the same bytes is never told as breaking on the wire, and what is said in another way not at all.

type Node = Record<string, unknown>;

const copy = (root: unknown = EVERY_NODE) => JSON.parse(JSON.stringify(root)) as Node;
const tell = (before: unknown, after: unknown) =>
    diffIdl(before as RootNode, after as RootNode).map(
        ({ impact, message, subject }) => `${impact}: ${subject}: ${message}`,
    );
const u8 = number('u8');
const u16 = number('u16');
const u64 = number('u64');
const bytes = { kind: 'bytesTypeNode' };
const address = { kind: 'publicKeyTypeNode' };
const text = { encoding: 'utf8', kind: 'stringTypeNode' };
const fixed = (size: number, type: object) => ({ kind: 'fixedSizeTypeNode', size, type });
const array = (item: object, count: object) => ({ count, item, kind: 'arrayTypeNode' });
const times = (value: number) => ({ kind: 'fixedCountNode', value });
const prefixed = (prefix: object) => ({ kind: 'prefixedCountNode', prefix });
const sized = (prefix: object, type: object) => ({ kind: 'sizePrefixTypeNode', prefix, type });
const option = (item: object, more: Node = {}) => ({ item, kind: 'optionTypeNode', prefix: u8, ...more });
const hex = (data: string) => ({
    kind: 'constantValueNode',
    type: bytes,
    value: { data, encoding: 'base16', kind: 'bytesValueNode' },
});
const hidden = (type: object, ...prefix: object[]) => ({ kind: 'hiddenPrefixTypeNode', prefix, type });
const scalar = (...variants: [name: string, value: number][]) => ({
    kind: 'enumTypeNode',
    size: u8,
    variants: variants.map(([name, discriminator]) => ({ discriminator, kind: 'enumEmptyVariantTypeNode', name })),
});

/** Changes each node of an IDL, from the leaves up. */
function changeEach(change: (node: Node) => unknown, root: unknown = EVERY_NODE): unknown {
    const visit = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map(visit);
        if (typeof value !== 'object' || value === null) return value;
        const inner = Object.fromEntries(Object.entries(value).map(([key, value]) => [key, visit(value)]));
        return 'kind' in inner ? change(inner) : inner;
    };
    return visit(root);
}

const toKebab = (name: string) => name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
const NAMES = ['account', 'key', 'name', 'path', 'variant'];

describe('an IDL that says the same in another way is the same', () => {
    it.each<[string, (node: Node) => unknown]>([
        [
            'with what the standard does not know',
            node => ({ idl: { kind: 'somethingNode' }, origin: 'anchor', ...node }),
        ],
        ['with its attributes in another order', node => Object.fromEntries(Object.entries(node).reverse())],
        ['with what is left out written', node => ({ ...DEFAULTS[node['kind'] as string], ...node })],
        [
            'with what can be left out left out',
            node => {
                const defaults = DEFAULTS[node['kind'] as string] ?? {};
                const isDefault = ([key, value]: [string, unknown]) =>
                    key in defaults && JSON.stringify(defaults[key]) === JSON.stringify(value);
                return Object.fromEntries(Object.entries(node).filter(entry => !isDefault(entry)));
            },
        ],
        [
            'with null for what is not there',
            node => {
                const attributes = Object.keys(MEANINGS[node['kind'] as string] ?? {});
                return { ...Object.fromEntries(attributes.map(attribute => [attribute, null])), ...node };
            },
        ],
        ['with other docs', node => ({ ...node, docs: ['Other.'] })],
        [
            'with names as Rust writes them',
            node => {
                const named = Object.entries(node).filter(
                    ([key, value]) => NAMES.includes(key) && typeof value === 'string',
                );
                return { ...node, ...Object.fromEntries(named.map(([key, value]) => [key, toKebab(value as string)])) };
            },
        ],
        [
            'with "optional" written where it goes without saying',
            node =>
                node['defaultValue'] === undefined || node['defaultValueStrategy'] !== undefined
                    ? node
                    : { ...node, defaultValueStrategy: 'optional' },
        ],
        [
            'with an order of bytes where there is one byte',
            node => (/^[iu]8$/.test(String(node['format'])) ? { ...node, endian: 'be' } : node),
        ],
        [
            'with its addresses named',
            node => (node['kind'] === 'publicKeyValueNode' ? { ...node, identifier: 'x' } : node),
        ],
    ])('%s', (_, change) => {
        const other = changeEach(change);
        expect(JSON.stringify(other)).not.toBe(JSON.stringify(EVERY_NODE));
        expect(tell(EVERY_NODE, other)).toEqual([]);
        expect(tell(other, EVERY_NODE)).toEqual([]);
    });

    it('with types written out where they are used', () => {
        const types = new Map((EVERY_NODE.program.definedTypes as Node[]).map(type => [type['name'], type['type']]));
        const isOpen = (node: Node) =>
            node['kind'] === 'definedTypeLinkNode' &&
            node['program'] === undefined &&
            // TypeScript tells enums apart by where they are declared, and one of the types holds itself.
            !['action', 'mode', 'node', 'step'].includes(String(node['name']));
        const other = changeEach(node => (isOpen(node) ? types.get(node['name']) : node));
        expect(JSON.stringify(other)).not.toBe(JSON.stringify(EVERY_NODE));
        expect(tell(EVERY_NODE, other)).toEqual([]);
        expect(tell(other, EVERY_NODE)).toEqual([]);
    });
});

/** A program with one type, one account, one instruction and one event that hold a type, all by way of others. */
function holding(type: object, more: Node = {}): unknown {
    const declared = (name: string, type: object) => ({ kind: 'definedTypeNode', name, type });
    return {
        additionalPrograms: [],
        kind: 'rootNode',
        program: {
            accounts: [{ data: struct(field('held', type), field('last', u64)), kind: 'accountNode', name: 'drawer' }],
            constants: [],
            definedTypes: [
                declared('held', struct(field('held', type), field('again', type))),
                declared('mode', scalar(['a', 0], ['b', 1])),
            ],
            errors: [],
            events: [{ data: struct(field('held', type)), kind: 'eventNode', name: 'rang' }],
            instructions: [
                {
                    accounts: [],
                    arguments: [argument('held', type), argument('last', u64)],
                    kind: 'instructionNode',
                    name: 'ring',
                },
            ],
            kind: 'programNode',
            name: 'till',
            pdas: [],
            publicKey: OWN,
            version: '1.0.0',
            ...more,
        },
        standard: 'codama',
        version: '1.0.0',
    };
}

const impactsOf = (before: object, after: object) => [
    ...new Set(
        [...tell(holding(before), holding(after)), ...tell(holding(after), holding(before))].map(
            change => change.split(':')[0]!,
        ),
    ),
];

describe('types of the same bytes', () => {
    it.each<[string, object, object]>([
        ['a size that it has anyway', u64, fixed(8, u64)],
        ['bytes after a length, and counted bytes', sized(u16, bytes), array(u8, prefixed(u16))],
        ['hidden bytes in one and in two', hidden(u64, hex('0102')), hidden(u64, hex('01'), hex('02'))],
        [
            'hidden bytes in another encoding',
            hidden(u64, hex('ff')),
            hidden(u64, { ...hex('ff'), value: { data: '5Q', encoding: 'base58', kind: 'bytesValueNode' } }),
        ],
        ['an offset of nothing', u64, { kind: 'preOffsetTypeNode', offset: 0, strategy: 'relative', type: u64 }],
        [
            'none that is zeros anyway',
            { item: u64, kind: 'zeroableOptionTypeNode' },
            { item: u64, kind: 'zeroableOptionTypeNode', zeroValue: hex('00'.repeat(8)) },
        ],
    ])('%s are the same', (name, before, after) => {
        // What is bytes to one and a list of numbers to the other has another type in the client.
        expect(impactsOf(before, after)).toEqual(name.startsWith('bytes') ? ['types'] : []);
    });

    it.each<[string, object, object]>([
        ['a number and an amount', u64, { decimals: 6, kind: 'amountTypeNode', number: u64 }],
        ['a number and a time', number('i64'), { kind: 'dateTimeTypeNode', number: number('i64') }],
    ])('%s differ in nothing that breaks', (_, before, after) => {
        expect(impactsOf(before, after)).toEqual(['compatible']);
    });

    it.each<[string, object, object]>([
        ['a number and a flag', u8, { kind: 'booleanTypeNode', size: u8 }],
        ['a number and an enum', u8, link('mode')],
        ['a number and lamports', u64, { kind: 'solAmountTypeNode', number: u64 }],
        [
            'decimals',
            { decimals: 6, kind: 'amountTypeNode', number: u64 },
            { decimals: 9, kind: 'amountTypeNode', number: u64 },
        ],
        ['an address and bytes', address, fixed(32, bytes)],
        ['bytes and a list of numbers', fixed(4, bytes), array(u8, times(4))],
        ['a list and a set', array(u16, prefixed(u8)), { count: prefixed(u8), item: u16, kind: 'setTypeNode' }],
        ['a tuple and a list', { items: [u16, u16], kind: 'tupleTypeNode' }, array(u16, times(2))],
        [
            'a tuple and a struct',
            { items: [u16, u64], kind: 'tupleTypeNode' },
            struct(field('a', u16), field('b', u64)),
        ],
        [
            'structs in structs',
            struct(field('a', u16), field('b', struct(field('c', u64)))),
            struct(field('a', u16), field('c', u64)),
        ],
        ['names of fields', struct(field('a', u16)), struct(field('b', u16))],
        ['names of variants', option(scalar(['a', 0])), option(scalar(['b', 0]))],
    ])('%s differ in types only', (_, before, after) => {
        expect(impactsOf(before, after)).toEqual(['types']);
    });

    it.each<[string, object, object]>([
        ['sign', u64, number('i64')],
        ['order of bytes', u64, number('u64', 'be')],
        ['what an option starts with', option(u64), option(u64, { prefix: number('u32') })],
        ['an option that always takes its place', option(u64), option(u64, { fixed: true })],
        ['how a list is counted', array(u64, prefixed(u8)), array(u64, prefixed(u16))],
        ['how many there are', array(u64, times(2)), array(u64, times(3))],
        ['a size', fixed(4, text), fixed(5, text)],
        ['an encoding', sized(u8, text), sized(u8, { ...text, encoding: 'base58' })],
        [
            'a sentinel',
            { kind: 'sentinelTypeNode', sentinel: hex('00'), type: text },
            { kind: 'sentinelTypeNode', sentinel: hex('ff'), type: text },
        ],
        ['hidden bytes', hidden(u64, hex('01')), hidden(u64, hex('02'))],
        ['hidden bytes that are new', u64, hidden(u64, hex('02'))],
        [
            'hidden bytes at the end',
            { kind: 'hiddenSuffixTypeNode', suffix: [hex('01')], type: u64 },
            { kind: 'hiddenSuffixTypeNode', suffix: [hex('02')], type: u64 },
        ],
        [
            'an offset',
            { kind: 'preOffsetTypeNode', offset: 1, strategy: 'padded', type: u64 },
            { kind: 'preOffsetTypeNode', offset: 2, strategy: 'padded', type: u64 },
        ],
        [
            'on which side an offset is',
            { kind: 'preOffsetTypeNode', offset: 1, strategy: 'padded', type: u64 },
            { kind: 'postOffsetTypeNode', offset: 1, strategy: 'padded', type: u64 },
        ],
        ['the values of an enum', option(scalar(['a', 0], ['b', 1])), option(scalar(['a', 1], ['b', 0]))],
        [
            'a default far inside',
            option(struct(field('a', u16, { defaultValue: { kind: 'numberValueNode', number: 1 } }))),
            option(struct(field('a', u16, { defaultValue: { kind: 'numberValueNode', number: 2 } }))),
        ],
        [
            'what none is',
            { item: u64, kind: 'zeroableOptionTypeNode' },
            { item: u64, kind: 'zeroableOptionTypeNode', zeroValue: hex('ff'.repeat(8)) },
        ],
        [
            'fields that changed places',
            struct(field('a', u64), field('b', u64)),
            struct(field('b', u64), field('a', u64)),
        ],
    ])('%s is told as breaking on the wire', (_, before, after) => {
        expect(impactsOf(before, after)).toContain('wire');
    });
});

describe('what is the same by another name or place', () => {
    const programOf = (root: unknown) => (root as { program: Node }).program;
    const edit = (change: (program: Node) => void) => {
        const root = copy();
        change(programOf(root));
        return root;
    };
    const instructionOf = (program: Node) => (program['instructions'] as Node[])[0]!;
    const accountOf = (program: Node, index: number) => (instructionOf(program)['accounts'] as Node[])[index]!;

    it('a PDA of constants and its address', () => {
        const pda = {
            kind: 'pdaNode',
            name: 'box',
            seeds: [{ kind: 'constantPdaSeedNode', type: text, value: { kind: 'stringValueNode', string: 'box' } }],
        };
        const root = (defaultValue: object) => {
            const box = {
                defaultValue,
                isSigner: false,
                isWritable: false,
                kind: 'instructionAccountNode',
                name: 'box',
            };
            return holding(u8, {
                instructions: [{ accounts: [box], arguments: [], kind: 'instructionNode', name: 'ring' }],
                publicKey: OTHER,
            });
        };
        const derived = root({ kind: 'pdaValueNode', pda, seeds: [] });
        // As told by the report of a real IDL.
        const written = root({ kind: 'publicKeyValueNode', publicKey: '9XdKraZr4cMYZ2pTncQUL5DH6UHHQ9CwJXzLSiqEp1py' });
        expect(tell(written, derived)).toEqual([]);
        expect(tell(derived, written)).toEqual([]);
        const other = root({ kind: 'publicKeyValueNode', publicKey: OWN });
        expect(tell(other, derived)).toEqual([
            `wire: instruction ring: Account \`box\` defaults to PDA \`box\` instead of ${OWN}.`,
        ]);
    });

    it('constant seeds that are cut in other places', () => {
        const seed = (string: string) => ({
            kind: 'constantPdaSeedNode',
            type: text,
            value: { kind: 'stringValueNode', string },
        });
        const root = (...seeds: string[]) =>
            holding(u8, { pdas: [{ kind: 'pdaNode', name: 'box', seeds: seeds.map(seed) }] });
        expect(tell(root('cash', 'box'), root('cas', 'hbox'))).toEqual([]);
        expect(tell(root('cash', 'cash'), root('cash', 'cash'))).toEqual([]);
        expect(tell(root('cash', 'box'), root('box', 'cash'))).not.toEqual([]);
    });

    it('the fields of a struct that several instructions take, and the struct itself', () => {
        const type = {
            kind: 'definedTypeNode',
            name: 'ringArgs',
            type: struct(field('sum', u64), field('note', sized(u16, text))),
        };
        const ring = (...args: object[]) => ({ accounts: [], arguments: args, kind: 'instructionNode', name: 'ring' });
        const other = { ...ring(argument('args', link('ringArgs'))), name: 'other' };
        const flat = holding(u8, {
            definedTypes: [type],
            instructions: [ring(argument('sum', u64), argument('note', sized(u16, text))), other],
        });
        const nested = holding(u8, {
            definedTypes: [type],
            instructions: [ring(argument('args', link('ringArgs'))), other],
        });
        expect(tell(flat, nested).filter(change => change.startsWith('wire'))).toEqual([]);
        expect(tell(flat, nested)).toContain(
            'types: instruction ring: Arguments `sum` and `note` are now given as `args`.',
        );
    });

    it('an account that is left out where it is not given, at the end', () => {
        const added = edit(program =>
            (instructionOf(program)['accounts'] as Node[]).push({
                isOptional: true,
                isSigner: false,
                isWritable: false,
                kind: 'instructionAccountNode',
                name: 'late',
            }),
        );
        expect(tell(EVERY_NODE, added).map(change => change.split(':')[0])).toEqual(['compatible']);
        const required = edit(program =>
            (instructionOf(program)['accounts'] as Node[]).push({
                isSigner: false,
                isWritable: false,
                kind: 'instructionAccountNode',
                name: 'late',
            }),
        );
        expect(tell(EVERY_NODE, required).map(change => change.split(':')[0])).toEqual(['wire']);
    });

    it('the seeds of a PDA that is written out are told, though one of that name is declared as before', () => {
        const changed = edit(program => {
            const { pda } = accountOf(program, 3)['defaultValue'] as { pda: { seeds: Node[] } };
            (pda.seeds[0]!['value'] as Node)['number'] = 8;
        });
        expect(tell(EVERY_NODE, changed)).toEqual([
            expect.stringMatching(
                /^wire: instruction run: Account `inline` defaults to PDA `inline` of 0x0800.* instead of PDA `inline` of 0x0700/,
            ),
        ]);
    });

    it('types that hold themselves, by another name too', () => {
        const node = (name: string, value: object, other = name) => ({
            kind: 'definedTypeNode',
            name,
            type: struct(field('value', value), field('next', option(link(other)))),
        });
        const root = (...definedTypes: object[]) => holding(link('node'), { definedTypes });
        const renamed = holding(link('knot'), { definedTypes: [node('knot', u8)] });
        expect(tell(root(node('node', u8)), root(node('node', u8)))).toEqual([]);
        expect(tell(root(node('node', u8)), root(node('node', u64)))).toContain(
            'wire: type node: Field `value` is u64 instead of u8.',
        );
        expect(tell(root(node('node', u8)), renamed)).toEqual(['types: type knot: `node` is now called `knot`.']);
        const pair = [node('node', u8, 'other'), node('other', u16, 'node')];
        const otherPair = holding(link('knot'), {
            definedTypes: [node('knot', u8, 'another'), node('another', u16, 'knot')],
        });
        expect(tell(root(...pair), otherPair).map(change => change.split(':')[0])).toEqual(['types', 'types']);
        // A type that is nothing but itself is no reason to go on for ever.
        const endless = root({ kind: 'definedTypeNode', name: 'node', type: fixed(8, link('node')) });
        expect(tell(endless, root(node('node', u8)))).not.toEqual([]);
        expect(tell(endless, endless)).toEqual([]);
    });
});
