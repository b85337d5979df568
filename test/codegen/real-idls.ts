import { argument, field, link, number, OTHER, OWN, struct } from './every-node';

// Reduced IDLs, each with a few of the things that real programs' hold.

const [U8, U64] = [number('u8'), number('u64')];
const ADDRESS = { kind: 'publicKeyTypeNode' };
const value = (number: number) => ({ kind: 'numberValueNode', number });
const always = (number: number) => ({ defaultValue: value(number), defaultValueStrategy: 'omitted' });
const type = (name: string, of: object) => ({ kind: 'definedTypeNode', name, type: of });
const option = (item: object) => ({ fixed: false, item, kind: 'optionTypeNode', prefix: U8 });
const list = (item: object) => ({ count: { kind: 'prefixedCountNode', prefix: U8 }, item, kind: 'arrayTypeNode' });
const byte = (data: string) => ({
    constant: {
        kind: 'constantValueNode',
        type: { kind: 'bytesTypeNode' },
        value: { data, encoding: 'base16', kind: 'bytesValueNode' },
    },
    kind: 'constantDiscriminatorNode',
    offset: 0,
});
const byTag = [{ kind: 'fieldDiscriminatorNode', name: 'tag', offset: 0 }];
const meta = (name: string, more: object = {}) => ({
    isSigner: false,
    isWritable: false,
    kind: 'instructionAccountNode',
    name,
    ...more,
});
const instruction = (name: string, tag: number, accounts: object[], args: object[] = [], more: object = {}) => ({
    accounts,
    arguments: [argument('tag', U8, always(tag)), ...args],
    discriminators: byTag,
    kind: 'instructionNode',
    name,
    ...more,
});
const follow = (kind: string, name: string) => ({ defaultValue: { kind, name } });
const program = (parts: object, name = 'till', publicKey = OWN) => ({
    kind: 'programNode',
    name,
    publicKey,
    version: '1.0.0',
    ...parts,
});
const root = (main: object, additionalPrograms?: object[]) => ({
    kind: 'rootNode',
    program: main,
    standard: 'codama',
    version: '1.0.0',
    ...(additionalPrograms && { additionalPrograms }),
});

const owner = { kind: 'variablePdaSeedNode', name: 'owner', type: ADDRESS };
const vault = { kind: 'pdaNode', name: 'vault', seeds: [owner] };
const ownerSeed = { kind: 'pdaSeedValueNode', name: 'owner', value: { kind: 'accountValueNode', name: 'owner' } };
const derived = (more: object) => ({ defaultValue: { kind: 'pdaValueNode', seeds: [ownerSeed], ...more } });

export const IDLS = {
    names: root(
        program(
            {
                accounts: [{ data: struct(field('Sum', U64)), kind: 'accountNode', name: 'Kept_Box' }],
                definedTypes: [type('CashBox', struct(field('in_coins', U8)))],
                errors: [{ code: 6000, kind: 'errorNode', message: 'It is empty.', name: 'NoCash' }],
                instructions: [instruction('RingUp', 1, [meta('the_clerk')], [argument('cash-box', link('CashBox'))])],
            },
            'till-2',
        ),
    ),
    lists: root({ kind: 'programNode', name: 'till', publicKey: OWN }),
    old: {
        ...root(
            program({ accounts: null, instructions: [instruction('ring', 1, [meta('clerk', { docs: null })])] }),
            [],
        ),
        standard: 'kinobi',
        version: '0.20.0',
    },
    empty: root(
        program({
            accounts: [
                {
                    data: struct(field('tag', U8, always(1))),
                    discriminators: byTag,
                    kind: 'accountNode',
                    name: 'realm',
                },
                {
                    data: struct(),
                    discriminators: [{ kind: 'sizeDiscriminatorNode', size: 0 }],
                    kind: 'accountNode',
                    name: 'treasury',
                    size: 0,
                },
            ],
        }),
    ),
    constants: root(
        program({
            instructions: [
                { discriminators: [byte('0102')], kind: 'instructionNode', name: 'ring' },
                { accounts: [meta('clerk')], discriminators: [byte('0103')], kind: 'instructionNode', name: 'void' },
            ],
        }),
    ),
    subs: root(
        program({
            instructions: [
                {
                    ...instruction('close', 7, [meta('clerk')], [argument('how', U8)]),
                    subInstructions: [
                        instruction('closeFast', 7, [meta('clerk')], [argument('how', U8, always(0))]),
                        instruction('closeSlow', 7, [meta('clerk'), meta('clock')], [argument('how', U8, always(1))]),
                    ],
                },
            ],
        }),
    ),
    types: root(
        program({
            definedTypes: [
                type('nothing', struct()),
                type('lists', struct(field('linked', list(link('nothing'))), field('inPlace', list(struct())))),
                type(
                    'door',
                    struct(
                        field('state', {
                            kind: 'enumTypeNode',
                            size: U8,
                            variants: ['shut', 'open'].map(name => ({ kind: 'enumEmptyVariantTypeNode', name })),
                        }),
                        field('bell', { kind: 'hiddenPrefixTypeNode', prefix: [], type: U8 }),
                    ),
                ),
                type(
                    'held',
                    struct(
                        field('owner', {
                            item: ADDRESS,
                            kind: 'zeroableOptionTypeNode',
                            zeroValue: byte('ff'.repeat(32)).constant,
                        }),
                        field('none', list(struct())),
                        // Written behind the next one, and read from there.
                        field('late', {
                            kind: 'postOffsetTypeNode',
                            offset: -2,
                            strategy: 'relative',
                            type: { kind: 'preOffsetTypeNode', offset: 1, strategy: 'relative', type: U8 },
                        }),
                        field('early', {
                            kind: 'postOffsetTypeNode',
                            offset: 1,
                            strategy: 'relative',
                            type: U8,
                        }),
                    ),
                ),
                type('chain', struct(field('sum', U64), field('next', option(link('chain'))))),
                type('tree', struct(field('leaf', U8), field('branches', list(link('branch'))))),
                type('branch', struct(field('length', U8), field('tree', link('tree')))),
                type(
                    'near',
                    struct(field('coin', link('coin', { program: { kind: 'programLinkNode', name: 'mint' } }))),
                ),
            ],
        }),
        [program({ definedTypes: [type('coin', struct(field('worth', U64)))] }, 'mint', OTHER)],
    ),
    inputs: root(
        program({
            definedTypes: [type('tip', option(U8))],
            instructions: [
                instruction(
                    'ring',
                    1,
                    [
                        meta('clerk', { isSigner: 'either' }),
                        meta('payee', follow('accountValueNode', 'clerk')),
                        meta('boss', { isSigner: true, isOptional: true }),
                    ],
                    [
                        argument('sum', U64),
                        argument('limit', U64, follow('argumentValueNode', 'sum')),
                        argument(
                            'loud',
                            { kind: 'booleanTypeNode', size: U8 },
                            {
                                defaultValue: { boolean: true, kind: 'booleanValueNode' },
                            },
                        ),
                        argument('tip', option(U64), { defaultValue: { kind: 'someValueNode', value: value(5) } }),
                    ],
                    { optionalAccountStrategy: 'omitted' },
                ),
                instruction('void', 2, [meta('clerk'), meta('boss', { isOptional: true })]),
                // An argument that nobody gives has the name of an account, and one that is given has another's.
                instruction(
                    'swap',
                    3,
                    [
                        meta('tag'),
                        meta('sum'),
                        meta('payee', {
                            defaultValue: {
                                condition: { kind: 'argumentValueNode', name: 'limit' },
                                ifFalse: { kind: 'accountValueNode', name: 'sum' },
                                ifTrue: { kind: 'accountValueNode', name: 'tag' },
                                kind: 'conditionalValueNode',
                                value: value(1),
                            },
                        }),
                    ],
                    [
                        argument('sum', U64),
                        argument('limit', U64),
                        argument('tip', link('tip')),
                        argument('echo', link('tip'), follow('argumentValueNode', 'tip')),
                    ],
                ),
            ],
        }),
    ),
    hidden: root(
        program({
            instructions: [
                instruction(
                    'ring',
                    1,
                    [
                        meta('clerk'),
                        meta('bell', {
                            defaultValue: {
                                condition: { kind: 'argumentValueNode', name: 'loud' },
                                ifFalse: { kind: 'programIdValueNode' },
                                ifTrue: { kind: 'accountValueNode', name: 'clerk' },
                                kind: 'conditionalValueNode',
                            },
                        }),
                    ],
                    [
                        argument('loud', { kind: 'booleanTypeNode', size: U8 }),
                        argument('space', U8, { defaultValue: value(3) }),
                        argument('payees', list(ADDRESS), { defaultValue: { items: [], kind: 'arrayValueNode' } }),
                    ],
                    {
                        byteDeltas: [
                            {
                                kind: 'instructionByteDeltaNode',
                                value: { kind: 'argumentValueNode', name: 'space' },
                                withHeader: false,
                            },
                        ],
                        remainingAccounts: [
                            {
                                kind: 'instructionRemainingAccountsNode',
                                value: { kind: 'argumentValueNode', name: 'payees' },
                            },
                        ],
                    },
                ),
            ],
        }),
    ),
    config: root(
        program({
            accounts: [
                {
                    data: struct(field('tag', U8, always(1))),
                    discriminators: byTag,
                    kind: 'accountNode',
                    name: 'config',
                    pda: { kind: 'pdaLinkNode', name: 'vault' },
                },
            ],
            pdas: [vault],
        }),
    ),
    following: root(
        program({
            instructions: [
                instruction('ring', 1, [meta('clerk')]),
                instruction('split', 2, [meta('clerk')], [], {
                    remainingAccounts: [
                        {
                            isWritable: true,
                            kind: 'instructionRemainingAccountsNode',
                            value: { kind: 'argumentValueNode', name: 'payees' },
                        },
                    ],
                }),
            ],
        }),
    ),
    pdas: root(
        program({
            instructions: [
                instruction('deposit', 1, [
                    meta('owner'),
                    meta('vault', derived({ pda: { kind: 'pdaLinkNode', name: 'vault' } })),
                ]),
                instruction('host', 2, [
                    meta('owner'),
                    meta('host'),
                    meta('vault', derived({ pda: vault, programId: { kind: 'accountValueNode', name: 'host' } })),
                    meta(
                        'box',
                        derived({
                            pda: {
                                kind: 'pdaLinkNode',
                                name: 'box',
                                program: { kind: 'programLinkNode', name: 'mint' },
                            },
                        }),
                    ),
                ]),
            ],
            pdas: [vault],
        }),
        [program({ pdas: [{ ...vault, name: 'box' }] }, 'mint', OTHER)],
    ),
};
