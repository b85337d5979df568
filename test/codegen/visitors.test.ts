import type { RootNode } from '@codama/nodes';
import { describe, expect, it } from 'vitest';

import { NAMES } from '../../codegen/names';
import { getClientPages } from '../../codegen/pages/client';
import { completeLists } from '../../codegen/visitors/complete-lists';
import { documentArguments } from '../../codegen/visitors/document-arguments';
import { escapeDocs } from '../../codegen/visitors/escape-docs';
import { flattenArguments } from '../../codegen/visitors/flatten-arguments';
import { followProgramAddress } from '../../codegen/visitors/follow-program-address';
import { leaveToCaller } from '../../codegen/visitors/leave-to-caller';
import { liftEventData } from '../../codegen/visitors/lift-event-data';
import { normalize, prepare, prepareWithoutDocs, type Prepared } from '../../codegen/visitors/prepare';
import { typeStatusFields } from '../../codegen/visitors/type-status-fields';
import { diffIdl } from '../../codegen/diff/diff';
import { getForeignIdl } from '../fixtures/foreign-idl';
import { getPublishedIdl } from '../fixtures/published-idl';
import {
    account,
    argument,
    fieldOf,
    instruction,
    link,
    loadIdl,
    mutate,
    named,
    number,
    set,
    splice,
    type,
    type Json,
} from './mutate';

// Each visitor on its own, on an edit of our IDL that gives it something to do, and on one that must be left alone.

const apply = (visitor: (root: RootNode) => RootNode, idl: Json): Json =>
    (visitor(idl as unknown as RootNode) as unknown as Json)['program']!;
const names = (list: Json | undefined) => [...(list ?? [])].map(item => item['name'] as unknown as string);
const tombstone = loadIdl();

it.each([
    ['tombstone', () => loadIdl('tombstone') as unknown as RootNode],
    ['epoch', () => loadIdl('epoch') as unknown as RootNode],
    ['published', getPublishedIdl],
    ['foreign', getForeignIdl],
])('leave the IDL that they are given as it is, and their own result: %s', (_, load) => {
    const idl = load();
    const normal = normalize(idl);
    expect(idl).toEqual(load());
    expect(normalize(normal)).toEqual(normal);
    expect(prepare(prepare(idl).root).root).toEqual(prepare(idl).root);
});

it.each([
    ['tombstone', () => loadIdl('tombstone') as unknown as RootNode],
    ['published', getPublishedIdl],
    ['foreign', getForeignIdl],
])('a tree without docs has all the names of a client: %s', (_, load) => {
    const namesOf = (prepared: Prepared) =>
        [...getClientPages(prepared, NAMES)]
            .filter(([path]) => !path.endsWith('index.ts') && !path.startsWith('shared/'))
            .flatMap(([, page]) => page.match(/(?<=^[ \t]*export (?:async )?(?:const|enum|function|type) )\w+/gm) ?? [])
            .sort();
    const without = prepareWithoutDocs(load());
    expect(JSON.stringify(without.root)).not.toMatch(/"docs":\[[^\]]/);
    expect(namesOf(without)).toEqual(namesOf(prepare(load())));
});

it('completeLists adds the lists that an older file lacks', () => {
    const program = apply(
        completeLists,
        mutate(program => ['events', 'constants'].forEach(list => Reflect.deleteProperty(program, list))),
    );
    expect([program['events'], program['constants']]).toEqual([[], []]);
});

describe('flattenArguments', () => {
    const withStruct = (edit: (program: Json) => void = () => undefined) =>
        mutate(program => {
            const args = instruction(program, 'open')['arguments'];
            const fields = splice(args, 1, 4, {
                kind: 'instructionArgumentNode',
                name: 'openArgs',
                type: link('openArgs'),
            });
            splice(program['definedTypes'], 0, 0, {
                kind: 'definedTypeNode',
                name: 'openArgs',
                type: {
                    kind: 'structTypeNode',
                    fields: fields.map(field => ({ ...field, kind: 'structFieldTypeNode' })),
                },
            });
            edit(program);
        });

    it('spreads a struct and drops its type', () => {
        expect(apply(flattenArguments, withStruct())).toEqual(tombstone['program']);
    });

    it('keeps a struct that something else uses', () => {
        const idl = withStruct(program => set(argument(program, 'topUp', 'amount'), 'type', link('openArgs')));
        expect(apply(flattenArguments, idl)).toEqual(idl['program']);
    });

    it('keeps a struct whose field has the name of another argument', () => {
        const idl = withStruct(program =>
            splice(instruction(program, 'open')['arguments'], 2, 0, {
                kind: 'instructionArgumentNode',
                name: 'salt',
                type: number('u8'),
            }),
        );
        expect(apply(flattenArguments, idl)).toEqual(idl['program']);
    });
});

describe('followProgramAddress', () => {
    const OWN = tombstone['program']!['publicKey'];

    it('puts the PDA in the place of a link to it', () => {
        const idl = mutate(program => {
            const value = account(program, 'open', 'channel')['defaultValue']!;
            set(value, 'pda', { kind: 'pdaLinkNode', name: 'channel' });
        });
        expect(apply(followProgramAddress, idl)).toEqual(tombstone['program']);
    });

    it('puts the program itself in the place of its address', () => {
        const idl = mutate(program => {
            set(account(program, 'open', 'selfProgram'), 'defaultValue', {
                kind: 'publicKeyValueNode',
                publicKey: OWN,
            });
            set(account(program, 'distribute', 'selfProgram'), 'defaultValue', {
                kind: 'programLinkNode',
                name: 'paymentChannels',
            });
            set(program['pdas']![0]!, 'programId', OWN);
        });
        expect(apply(followProgramAddress, idl)).toEqual(tombstone['program']);
    });

    it('lets the PDA of another program be that of the other program', () => {
        const vault = {
            ...structuredClone(tombstone['program']!),
            name: 'vault',
            publicKey: '11111111111111111111111111111112',
        };
        const idl = mutate((program, root) => {
            set(root, 'additionalPrograms', [vault]);
            const pda = { kind: 'pdaLinkNode', name: 'channel', program: { kind: 'programLinkNode', name: 'vault' } };
            set(account(program, 'open', 'channel')['defaultValue']!, 'pda', pda);
        });
        const { pda } = account(apply(followProgramAddress, idl), 'open', 'channel')['defaultValue']! as Record<
            string,
            unknown
        >;
        expect(pda).toMatchObject({ kind: 'pdaNode', programId: '11111111111111111111111111111112' });
    });

    it('leaves an address that is only a value', () => {
        const idl = mutate(program =>
            set(named(program['constants'], 'maxRecipients'), 'value', { kind: 'publicKeyValueNode', publicKey: OWN }),
        );
        expect(apply(followProgramAddress, idl)).toEqual(idl['program']);
    });
});

describe('typeStatusFields', () => {
    const asByte = (format = 'u8') =>
        mutate(program => set(fieldOf(program['accounts']![0]!['data']!, 'status'), 'type', number(format)));

    it('types a byte by the enum that is named after account and field', () => {
        expect(apply(typeStatusFields, asByte())).toEqual(tombstone['program']);
    });

    it('leaves a number of another size, and one without such an enum', () => {
        expect(apply(typeStatusFields, asByte('u16'))).toEqual(asByte('u16')['program']);
        const idl = mutate(program => set(type(program, 'channelStatus'), 'name', 'status'));
        expect(apply(typeStatusFields, idl)).toEqual(idl['program']);
    });
});

it('escapeDocs keeps docs inside of one comment, line by line', () => {
    const program = apply(
        escapeDocs,
        mutate(program => set(program, 'docs', ['One */ two\nthree'])),
    );
    expect(program['docs']).toEqual(['One *\\/ two', 'three']);
});

it('leaveToCaller takes out what needs a hand-written function', () => {
    const resolver = { kind: 'resolverValueNode', name: 'resolveAll' };
    const idl = mutate(program => {
        set(account(program, 'open', 'rent'), 'defaultValue', resolver);
        const condition = { kind: 'accountValueNode', name: 'payer' };
        set(account(program, 'open', 'mint'), 'defaultValue', {
            kind: 'conditionalValueNode',
            condition,
            ifTrue: resolver,
        });
        set(argument(program, 'open', 'salt'), 'defaultValue', resolver);
        set(argument(program, 'open', 'salt'), 'defaultValueStrategy', 'optional');
        set(instruction(program, 'settle'), 'remainingAccounts', [
            { kind: 'instructionRemainingAccountsNode', value: resolver },
        ]);
    });
    const program = apply(leaveToCaller, idl);
    expect(account(program, 'open', 'rent')).not.toHaveProperty('defaultValue');
    expect(account(program, 'open', 'mint')).not.toHaveProperty('defaultValue');
    expect(argument(program, 'open', 'salt')).toEqual(argument(tombstone['program']!, 'open', 'salt'));
    expect(instruction(program, 'settle')['remainingAccounts']).toMatchObject([
        { isOptional: true, value: { kind: 'argumentValueNode', name: 'resolveAll' } },
    ]);
});

it('liftEventData gives data a type, under a name that is free', () => {
    const idl = mutate(program => set(program['events']![0]!, 'data', { kind: 'structTypeNode', fields: [] }));
    const program = apply(liftEventData, idl);
    expect(program['events']![0]!['data']).toEqual(link('openedEvent'));
    expect(named(program['definedTypes'], 'openedEvent')['type']).toEqual({ kind: 'structTypeNode', fields: [] });
});

it('documentArguments gives data a type where only the docs change by it', () => {
    const idl = mutate(program => set(argument(program, 'open', 'deposit'), 'name', 'payee'));
    const { instructionData, root } = documentArguments(idl as unknown as RootNode);
    const own = names((root as unknown as Json)['program']!['definedTypes']).filter(name =>
        name.endsWith('InstructionData'),
    );
    // Not open, whose argument is named like an account, and none of those without arguments to give.
    expect(own).toEqual(['settle', 'topUp', 'settleAndFinalize', 'distribute'].map(name => `${name}InstructionData`));
    expect(instructionData.map(({ importAs }) => importAs)).toEqual(own);
});

it('the diff sees through all that is said in another form', () => {
    const changes = diffIdl(tombstone as unknown as RootNode, getPublishedIdl());
    // What the published IDL really lacks: defaults, discriminators and sizes of accounts, constants, the channel's PDA.
    expect(new Set(changes.map(({ kind }) => kind))).toEqual(
        new Set([
            'account-default',
            'account-type-discriminator',
            'constant-removed',
            'event-changed',
            'event-discriminator',
            'field-default',
            'field-retyped',
            'pda-removed',
        ]),
    );
});
