import { join } from 'node:path';

import {
    booleanTypeNode,
    booleanValueNode,
    bytesTypeNode,
    constantDiscriminatorNode,
    constantNode,
    constantValueNode,
    definedTypeNode,
    enumEmptyVariantTypeNode,
    enumTypeNode,
    numberTypeNode,
    numberValueNode,
    publicKeyTypeNode,
    publicKeyValueNode,
    sizeDiscriminatorNode,
    stringTypeNode,
    stringValueNode,
    structTypeNode,
    structValueNode,
    bytesValueNode,
    type ConstantNode,
    type EventNode,
    type ProgramNode,
    type RootNode,
} from 'codama';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

import { readIdl } from '../../codegen/idl';
import { renderClient } from '../../codegen/render';
import { ROOT } from './project-copy';

// The pages that codegen/ adds to those of the renderer, for IDLs that idl/ does not hold (yet): what they can express
// is rendered, and what they cannot is an error that names the node.

const root = readIdl(join(ROOT, 'idl/tombstone.json'));

/** The client of the IDL with some parts of its program replaced, without the instructions, which are most of it. */
const renderWith = (parts: Partial<ProgramNode>) =>
    renderClient({ ...root, program: { ...root.program, instructions: [], ...parts } } as RootNode);

async function renderPage(path: string, parts: Partial<ProgramNode>): Promise<string> {
    return (await renderWith(parts)).get(path) ?? '';
}

describe('events', () => {
    const [opened, redirected] = root.program.events as [EventNode, EventNode];
    const bytesAt = (offset: number, data: string, encoding: 'base16' | 'utf8' = 'base16') =>
        constantDiscriminatorNode(constantValueNode(bytesTypeNode(), bytesValueNode(encoding, data)), offset);
    const renderEvent = (parts: Partial<EventNode>) =>
        renderPage('events/paymentChannels.ts', { events: [{ ...opened, ...parts }, redirected] });

    it('takes the discriminators in the order of their offsets', async () => {
        const page = await renderEvent({ discriminators: [bytesAt(2, '0304'), bytesAt(0, '0102')] });
        expect(page).toContain(
            'OPENED_EVENT_DISCRIMINATOR: ReadonlyUint8Array = /* @__PURE__ */ new Uint8Array([1, 2, 3, 4])',
        );
    });

    it.each([
        ['text', bytesAt(0, 'ab', 'utf8'), '97, 98'],
        ['digits', bytesAt(0, '6162'), '97, 98'],
    ])('takes a discriminator that is written as %s', async (_, discriminator, bytes) => {
        const page = await renderEvent({ discriminators: [discriminator] });
        expect(page).toContain(
            `OPENED_EVENT_DISCRIMINATOR: ReadonlyUint8Array = /* @__PURE__ */ new Uint8Array([${bytes}])`,
        );
    });

    it('takes bytes that do not start the data, or leave a gap, for bytes of the data itself', async () => {
        const page = await renderEvent({ discriminators: [bytesAt(0, '01'), bytesAt(2, '02')] });
        expect(page).toContain(
            'if (containsBytes(data, OPENED_EVENT_DISCRIMINATOR, 0) && containsBytes(data, OPENED_EVENT_DISCRIMINATOR_2, 2))',
        );
        expect(page).toContain('getOpenedDecoder().read(data, 0)');
    });

    it('takes a length for a discriminator', async () => {
        const page = await renderEvent({ discriminators: [sizeDiscriminatorNode(32)] });
        expect(page).toContain('if (data.length === 32) return PaymentChannelsEvent.Opened;');
    });

    it.each<[problem: string, parts: Partial<EventNode>]>([
        ['no discriminator', { discriminators: [] }],
        ['an empty discriminator', { discriminators: [bytesAt(0, '')] }],
    ])('leaves out an event with %s', async (_, parts) => {
        const page = await renderEvent(parts);
        expect(page).not.toContain('Opened');
        expect(page).toContain('PayoutRedirected');
    });

    it('gives data that is written out in place a type of its own', async () => {
        const client = await renderWith({ events: [{ ...opened, data: structTypeNode([]) }, redirected] });
        expect(client.get('types/openedEvent.ts')).toContain('export function getOpenedEventDecoder()');
        expect(client.get('events/paymentChannels.ts')).toContain('getOpenedEventDecoder().read(data, 16)');
    });

    it('has no page without events', async () => {
        const client = await renderWith({ events: [] });
        expect([...client.keys()].filter(path => path.startsWith('events/'))).toEqual([]);
        expect(client.get('index.ts')).not.toContain('./events');
    });
});

describe('constants', () => {
    const renderConstant = (type: ConstantNode['type'], value: ConstantNode['value']) =>
        renderPage('constants/paymentChannels.ts', { constants: [constantNode('answer', type, value)] });

    it.each([
        ['a number', numberTypeNode('u32'), numberValueNode(42), 'ANSWER = 42;'],
        ['a bigint, where a number may lose digits', numberTypeNode('u64'), numberValueNode(42), 'ANSWER = 42n;'],
        ['a negative bigint', numberTypeNode('i64'), numberValueNode(-42), 'ANSWER = -42n;'],
        ['text', stringTypeNode('utf8'), stringValueNode('it\'s "42"\n'), `ANSWER = 'it\\'s "42"\\n';`],
        ['a boolean', booleanTypeNode(), booleanValueNode(true), 'ANSWER = true;'],
    ] as const)('renders %s', async (_, type, value, code) => {
        expect(await renderConstant(type, value)).toContain(`export const ${code}`);
    });

    it('renders an address and bytes with their types', async () => {
        const { publicKey } = root.program;
        const address = await renderConstant(publicKeyTypeNode(), publicKeyValueNode(publicKey));
        expect(address).toContain(`'${publicKey}' as Address<'${publicKey}'>;`);
        expect(address).toContain("import { type Address } from '@solana/kit';");
        const bytes = await renderConstant(bytesTypeNode(), bytesValueNode('base16', '0102'));
        expect(bytes).toContain('export const ANSWER = /* @__PURE__ */ new Uint8Array([1, 2]) as ReadonlyUint8Array;');
    });

    it('leaves out a value that is made of others', async () => {
        expect(await renderConstant(structTypeNode([]), structValueNode([]))).toBe('');
    });
});

describe('enums', () => {
    const renderEnum = (values: (number | undefined)[], size?: 'u16') => {
        const variants = values.map((value, index) => enumEmptyVariantTypeNode(`variant${index}`, value));
        const type = enumTypeNode(variants, size && { size: numberTypeNode(size) });
        return renderPage('types/answer.ts', {
            definedTypes: [...root.program.definedTypes, definedTypeNode({ name: 'answer', type })],
        });
    };

    it('has the values that the IDL gives them, in the enum and in its codec', async () => {
        const page = await renderEnum([7, 3]);
        expect(page).toContain('Variant0 = 7');
        expect(page).toContain('Variant1 = 3');
        expect(page.match(/useValuesAsDiscriminators: true/g)).toHaveLength(2);
    });

    it.each([[[undefined, undefined]], [[0, 1]]])(
        'needs no values in its codec when it counts from 0: %o',
        async values => {
            expect(await renderEnum(values)).not.toContain('useValuesAsDiscriminators');
        },
    );

    it('can be wider than a byte', async () => {
        const page = await renderEnum([7, 3], 'u16');
        expect(page).toContain('size: getU16Encoder(), useValuesAsDiscriminators: true');
        expect(page).toContain('size: getU16Decoder(), useValuesAsDiscriminators: true');
    });

    it('carries the docs of its variants', async () => {
        const variants = [{ ...enumEmptyVariantTypeNode('first'), docs: ['The first.'] }];
        const page = await renderPage('types/answer.ts', {
            definedTypes: [
                ...root.program.definedTypes,
                definedTypeNode({ name: 'answer', type: enumTypeNode(variants) }),
            ],
        });
        expect(page).toContain('/** The first. */\n    First = 0,');
    });
});

describe('docs', () => {
    const ESCAPE = 'Harmless. */ globalThis.taken = true; /*';

    it('cannot leave their comment, whatever node they are of', async () => {
        // Every doc of the IDL replaced by one that ends the comment it is put into.
        const hostile = JSON.parse(JSON.stringify(root), (key, value: unknown) =>
            key === 'docs' ? [ESCAPE] : value,
        ) as RootNode;
        const client = await renderClient(hostile);
        expect([...client.values()].join('')).toContain('globalThis.taken');
        const taken = [...client].filter(([, content]) => withoutComments(content).includes('globalThis.taken'));
        expect(taken.map(([path]) => path)).toEqual([]);
    });

    it('can have several lines', async () => {
        const [constant] = root.program.constants as [ConstantNode];
        const page = await renderPage('constants/paymentChannels.ts', {
            constants: [{ ...constant, docs: ['First.', 'Second.'] }],
        });
        expect(page).toContain('/**\n * First.\n * Second.\n */\nexport const MAX_RECIPIENTS = 32;');
    });
});

function withoutComments(content: string): string {
    const printer = ts.createPrinter({ removeComments: true });
    return printer.printFile(ts.createSourceFile('file.ts', content, ts.ScriptTarget.Latest));
}
