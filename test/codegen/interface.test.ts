import { fileURLToPath } from 'node:url';

import { isNode, type ProgramNode } from 'codama';
import { describe, expect, it } from 'vitest';

import { readIdl } from '../../codegen/idl';
import { describeShared } from '../fixtures/shared';
import {
    flattenAccount,
    flattenDiscriminator,
    flattenEventDiscriminators,
    flattenFields,
    flattenRemainingAccounts,
    flattenSeeds,
    flattenType,
    getType,
    sizeOf,
    type FlatField,
} from './flatten-idl';
import { TOMBSTONE_LOCALNET } from '../../src';

// idl/tombstone.json against the published interface of the program: equal names, order, types and bytes. The
// interface is the least that the IDL says; the IDL has docs, more defaults, and types for what is a bare byte there.

type Interface = {
    program: string;
    programId: string;
    constants: {
        bpsDenominator: number;
        channelLength: number;
        channelVersion: number;
        closedChannelLength: number;
        eventTagHex: string;
        maxRecipients: number;
        treasuryOwner: { localnet: string };
        voucherLength: number;
    };
    accounts: Record<string, FlatField[]>;
    types: Record<string, { kind: string; fields?: FlatField[] }>;
    instructions: {
        name: string;
        discriminator: number;
        accounts: { name: string; signer: boolean; writable: boolean; default?: string }[];
        args: { name: string; type: string }[];
        remainingAccounts: { argument: string; signer: boolean; writable: boolean } | null;
    }[];
    errors: { code: number; name: string }[];
    events: { name: string; discriminatorHex: string; fields: FlatField[] }[];
    pdas: { name: string; seeds: { const?: string; account?: string; arg?: string; type?: string }[] }[];
};

const { program } = readIdl(fileURLToPath(new URL('../../idl/tombstone.json', import.meta.url)));

/** The node of a list by name; fails the test when the list has none. */
function named<T extends { name: string }>(nodes: readonly T[], name: string): T {
    const node = nodes.find(node => node.name === name);
    expect(node, `the IDL has no "${name}"`).toBeDefined();
    return node!;
}

const fieldsOfAccount = (program: ProgramNode, name: string): FlatField[] => {
    const { data } = named(program.accounts, name);
    return flattenFields(program, isNode(data, 'structTypeNode') ? data.fields : []);
};

describeShared<Interface>('spec/interface-tombstone.json', 'the IDL and the published interface', published => {
    it('is the same program at the same address', () => {
        expect({ name: program.name, publicKey: program.publicKey }).toEqual({
            name: published.program,
            publicKey: published.programId,
        });
        expect(TOMBSTONE_LOCALNET).toMatchObject({
            programAddress: published.programId,
            treasuryOwner: published.constants.treasuryOwner.localnet,
        });
    });

    it.each(Object.entries(published.accounts))('has account %s', (name, fields) => {
        // The status is a bare byte in the interface. Here it has a type, which must be a byte as well.
        const asPublished = fieldsOfAccount(program, name).map(field =>
            field.type === 'channelStatus' ? { ...field, type: 'u8' } : field,
        );
        expect(asPublished).toEqual(fields);
    });

    it('has no other accounts, and says how long they are', () => {
        expect(program.accounts.map(({ name, size }) => [name, size])).toEqual([
            ['channel', published.constants.channelLength],
            ['closedChannel', published.constants.closedChannelLength],
        ]);
        expect(program.accounts.map(({ data }) => sizeOf(program, data))).toEqual([216, 1]);
    });

    // The struct that an instruction takes as its argument is spread into arguments here.
    const argumentTypes = new Set(published.instructions.flatMap(({ args }) => args.map(({ type }) => type)));
    const types = Object.entries(published.types).filter(([name]) => !argumentTypes.has(name));

    it.each(types)('has type %s', (name, type) => {
        expect(flattenType(program, getType(program, name))).toEqual(type);
    });

    it('has no other types', () => {
        expect(program.definedTypes.map(({ name }) => name).sort()).toEqual(types.map(([name]) => name).sort());
        expect(sizeOf(program, getType(program, 'voucherArgs').type)).toBe(published.constants.voucherLength);
    });

    it('has the instructions, in order', () => {
        expect(program.instructions.map(({ name }) => name)).toEqual(published.instructions.map(({ name }) => name));
    });

    describe.each(published.instructions)('instruction $name', instruction => {
        const node = named(program.instructions, instruction.name);

        it('is selected by its first byte', () => {
            expect(flattenDiscriminator(node)).toBe(instruction.discriminator);
        });

        it('has the accounts, in order, with every published default', () => {
            const isPublishedDefault = (index: number) => instruction.accounts[index]?.default !== undefined;
            const accounts = node.accounts.map((account, index) => {
                const { default: value, ...rest } = flattenAccount(account);
                return isPublishedDefault(index) ? { ...rest, default: value } : rest;
            });
            expect(accounts).toEqual(instruction.accounts);
            expect(node.accounts.filter(({ isOptional }) => isOptional)).toEqual([]);
        });

        it('has the arguments: those of its argument struct, byte by byte', () => {
            const fields = instruction.args.flatMap(({ type }) => published.types[type]!.fields!);
            expect(flattenFields(program, node.arguments.slice(1))).toEqual(fields);
        });

        it('has the remaining accounts', () => {
            const { remainingAccounts: remaining } = instruction;
            expect(flattenRemainingAccounts(node)).toEqual(
                remaining && {
                    argument: remaining.argument,
                    others: [],
                    signer: remaining.signer,
                    writable: remaining.writable,
                },
            );
        });
    });

    it('has the errors, in order', () => {
        expect(program.errors.map(({ code, name }) => ({ code, name }))).toEqual(published.errors);
    });

    it.each(published.events)('has event $name: tag, discriminator, payload', ({ discriminatorHex, fields, name }) => {
        const event = named(program.events, name);
        expect(flattenEventDiscriminators(event)).toEqual([
            [0, published.constants.eventTagHex],
            [8, discriminatorHex],
        ]);
        expect(isNode(event.data, 'definedTypeLinkNode') && event.data.name).toBe(name);
        expect(flattenType(program, getType(program, name))).toEqual({ fields, kind: 'struct' });
    });

    it('has no other events', () => {
        expect(program.events.map(({ name }) => name)).toEqual(published.events.map(({ name }) => name));
    });

    it.each(published.pdas)('has PDA $name', ({ name, seeds }) => {
        expect(flattenSeeds(named(program.pdas, name))).toEqual(
            seeds.map(({ account, arg, const: constant, type }) =>
                constant === undefined ? { name: account ?? arg, type } : { const: constant },
            ),
        );
    });

    it('has the published constants', () => {
        const { bpsDenominator, channelVersion, maxRecipients } = published.constants;
        const values = program.constants.map(({ name, value }) => [
            name,
            isNode(value, 'numberValueNode') ? value.number : value.kind,
        ]);
        expect(Object.fromEntries(values)).toEqual({ bpsDenominator, channelVersion, maxRecipients });
    });
});

type ErrorList = { tombstone: { code: number; name: string }[] };

describeShared<ErrorList>('spec/errors.json', 'the IDL and the published list of errors', ({ tombstone }) => {
    it('has every code with its name, and no other', () => {
        const pascalCase = (name: string) => name[0]!.toUpperCase() + name.slice(1);
        expect(program.errors.map(({ code, name }) => `${code} ${pascalCase(name)}`)).toEqual(
            tombstone.map(({ code, name }) => `${code} ${name}`),
        );
    });
});

type AnyNode = { kind: string; name?: string; docs?: string[]; message?: string } & Record<string, unknown>;

/** Every node of a tree, with the path to it. */
function* nodesOf(value: unknown, path = ''): Generator<[path: string, node: AnyNode]> {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
        for (const item of value) yield* nodesOf(item, path);
        return;
    }
    const node = value as AnyNode;
    const here = node.name === undefined ? path : `${path}/${node.name}`;
    if (typeof node.kind === 'string') yield [here, node];
    for (const child of Object.values(node)) yield* nodesOf(child, here);
}

describe('the IDL on its own', () => {
    const nodes = [...nodesOf(program)];
    const KINDS_WITH_DOCS = new Set([
        'accountNode',
        'constantNode',
        'definedTypeNode',
        'enumEmptyVariantTypeNode',
        'errorNode',
        'eventNode',
        'instructionAccountNode',
        'instructionArgumentNode',
        'instructionNode',
        'instructionRemainingAccountsNode',
        'pdaNode',
        'programNode',
        'structFieldTypeNode',
        'variablePdaSeedNode',
    ]);

    it('documents every node that can have docs', () => {
        const documentable = nodes.filter(([, { kind }]) => KINDS_WITH_DOCS.has(kind));
        expect(new Set(documentable.map(([, { kind }]) => kind))).toEqual(KINDS_WITH_DOCS);
        const undocumented = documentable.filter(([, { docs }]) => !docs?.some(line => line.trim() !== ''));
        expect(undocumented.map(([path, { kind }]) => `${kind} ${path}`)).toEqual([]);
    });

    it('has a sentence as the message of every error', () => {
        const messages = nodes.filter(([, { kind }]) => kind === 'errorNode').map(([, { message }]) => message);
        expect(messages).toHaveLength(60);
        // Capital at the start, full stop at the end, and more than the name in other words.
        expect(messages.filter(message => !/^[A-Z][^\n]{20,}\.$/.test(message ?? ''))).toEqual([]);
    });

    it('writes out a PDA in a default exactly as it declares it', () => {
        // A default holds the PDA itself and not a link to it: a link would not follow an overridden program address.
        const declared = new Map(program.pdas.map(pda => [pda.name as string, pda]));
        const defaults = nodes.filter(([, { kind }]) => kind === 'pdaValueNode').map(([, { pda }]) => pda as AnyNode);
        expect(new Set(defaults.map(({ kind }) => kind))).toEqual(new Set(['pdaNode']));
        const own = defaults.filter(({ name }) => name !== 'associatedToken');
        expect(new Set(own.map(({ name }) => name))).toEqual(new Set(declared.keys()));
        for (const pda of own) expect(pda).toEqual(declared.get(pda.name!));
    });
});
