import { join } from 'node:path';

import { isNode } from '@codama/nodes';
import { expect, it } from 'vitest';

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
import { ROOT } from './project-copy';

// idl/epoch.json against the published interface of that revision: equal names, order, types and bytes.

type Interface = {
    program: string;
    programId: string;
    constants: Record<
        'bpsDenominator' | 'channelLength' | 'channelVersion' | 'maxRecipients' | 'openSlotWindow',
        number
    > & {
        eventTagHex: string;
        voucherLength: number;
        voucherMagicHex: string;
    };
    accounts: Record<'channel', FlatField[]>;
    types: Record<string, { kind: string; fields?: FlatField[] }>;
    instructions: {
        name: string;
        discriminator: number;
        accounts: { default?: string; name: string }[];
        args: { type: string }[];
        remainingAccounts: { argument: string; signer: boolean; writable: boolean } | null;
    }[];
    errors: { code: number; name: string }[];
    events: { discriminatorHex: string; name: string }[];
    pdas: { name: string; seeds: { account?: string; arg?: string; const?: string; type?: string }[] }[];
};

const { program } = readIdl(join(ROOT, 'idl/epoch.json'), { isHouse: true });
const names = (nodes: readonly { name: string }[]) => nodes.map(({ name }) => name);

// Two types say more in the IDL than in the interface: the bytes are the same.
const asPublished = (fields: readonly FlatField[]) =>
    fields.map(field => ({
        ...field,
        type: field.type === 'channelStatus' ? 'u8' : field.type === 'bytes2' ? 'u8[2]' : field.type,
    }));

describeShared<Interface>('spec/interface-epoch.json', 'the IDL of the epoch revision', published => {
    it('is the same program, with the same account', () => {
        expect([program.name, program.publicKey]).toEqual([published.program, published.programId]);
        const [channel, ...others] = program.accounts;
        expect(others).toEqual([]);
        const fields = isNode(channel!.data, 'structTypeNode') ? channel!.data.fields : [];
        expect(asPublished(flattenFields(program, fields))).toEqual(published.accounts.channel);
        expect([channel!.size, sizeOf(program, channel!.data)]).toEqual([256, published.constants.channelLength]);
    });

    it('has the types, but for the structs of arguments, which are spread', () => {
        const structs = new Set(published.instructions.flatMap(({ args }) => args.map(({ type }) => type)));
        const types = Object.entries(published.types).filter(([name]) => !structs.has(name));
        expect(names(program.definedTypes).sort()).toEqual(types.map(([name]) => name).sort());
        for (const [name, type] of types) {
            const flat = flattenType(program, getType(program, name)) as typeof type;
            expect(flat.fields ? { ...flat, fields: asPublished(flat.fields) } : flat, name).toEqual(type);
        }
    });

    it('has the instructions: bytes, accounts with their defaults, arguments, remaining accounts', () => {
        expect(names(program.instructions)).toEqual(names(published.instructions));
        for (const [
            index,
            { accounts, args, discriminator, name, remainingAccounts },
        ] of published.instructions.entries()) {
            const node = program.instructions[index]!;
            expect(flattenDiscriminator(node), name).toBe(discriminator);
            const flat = node.accounts
                .map(flattenAccount)
                .map(({ default: value, ...rest }, place) =>
                    accounts[place]?.default === undefined ? rest : { ...rest, default: value },
                );
            expect(flat, name).toEqual(accounts);
            const fields = args.flatMap(({ type }) => published.types[type]!.fields!);
            expect(flattenFields(program, node.arguments.slice(1)), name).toEqual(fields);
            expect(flattenRemainingAccounts(node), name).toEqual(
                remainingAccounts && {
                    argument: remainingAccounts.argument,
                    others: [],
                    signer: remainingAccounts.signer,
                    writable: remainingAccounts.writable,
                },
            );
        }
    });

    it('has the errors, events, PDAs and constants', () => {
        expect(program.errors.map(({ code, name }) => ({ code, name }))).toEqual(published.errors);
        expect(program.events.map(event => [event.name, flattenEventDiscriminators(event)])).toEqual(
            published.events.map(({ discriminatorHex, name }) => [
                name,
                [
                    [0, published.constants.eventTagHex],
                    [8, discriminatorHex],
                ],
            ]),
        );
        for (const { name, seeds } of published.pdas) {
            const flat = seeds.map(({ account, arg, const: constant, type }) =>
                constant === undefined ? { name: account ?? arg, type } : { const: constant },
            );
            expect(flattenSeeds(program.pdas.find(pda => pda.name === name)!), name).toEqual(flat);
        }
        const { bpsDenominator, channelVersion, maxRecipients, openSlotWindow } = published.constants;
        const values = program.constants.map(({ name, value }) => [
            name,
            isNode(value, 'numberValueNode') && value.number,
        ]);
        expect(Object.fromEntries(values)).toEqual({ bpsDenominator, channelVersion, maxRecipients, openSlotWindow });
    });

    it('writes the magic and the length of a voucher', () => {
        const { type } = getType(program, 'voucherArgs');
        expect(sizeOf(program, type)).toBe(published.constants.voucherLength);
        const [magic] = isNode(type, 'structTypeNode') ? type.fields : [];
        expect(magic).toMatchObject({
            defaultValue: { data: published.constants.voucherMagicHex, encoding: 'base16' },
            defaultValueStrategy: 'omitted',
        });
    });
});
