// A made-up IDL that holds every kind of node of the standard, each in a place where it matters what it says.

type Node = Record<string, unknown>;

export const OWN = '6YrU7ZkPCwPbeqVzf3rdnXyZRgBd6XMZCyNN4wL2aWpQ';
export const OTHER = 'Vote111111111111111111111111111111111111111';

export const number = (format: string, endian = 'le') => ({ endian, format, kind: 'numberTypeNode' });
const U16 = number('u16');
const U64 = number('u64');
const ADDRESS = { kind: 'publicKeyTypeNode' };
export const link = (name: string, more: Node = {}) => ({ kind: 'definedTypeLinkNode', name, ...more });
export const field = (name: string, type: object, more: Node = {}) => ({
    kind: 'structFieldTypeNode',
    name,
    type,
    ...more,
});
export const struct = (...fields: object[]) => ({ fields, kind: 'structTypeNode' });
const tuple = (...items: object[]) => ({ items, kind: 'tupleTypeNode' });
const value = (number: number) => ({ kind: 'numberValueNode', number });
const text = (string: string) => ({ kind: 'stringValueNode', string });
const TEXT = { encoding: 'utf8', kind: 'stringTypeNode' };
const BYTES = { kind: 'bytesTypeNode' };
const bytes = (data: string) => ({ data, encoding: 'base16', kind: 'bytesValueNode' });
const constant = (data: string) => ({ kind: 'constantValueNode', type: BYTES, value: bytes(data) });
const prefixed = { kind: 'prefixedCountNode', prefix: U16 };
const fixed = (count: number) => ({ kind: 'fixedCountNode', value: count });
const remainder = { kind: 'remainderCountNode' };
export const argument = (name: string, type: object, more: Node = {}) => ({
    kind: 'instructionArgumentNode',
    name,
    type,
    ...more,
});
const withDefault = (defaultValue: object) => ({ defaultValue, defaultValueStrategy: 'optional' });
const account = (name: string, more: Node = {}) => ({
    isOptional: false,
    isSigner: false,
    isWritable: false,
    kind: 'instructionAccountNode',
    name,
    ...more,
});
const follow = (kind: string, name: string) => ({ kind, name });
const link_ = (kind: string, name: string) => ({ kind, name, program: { kind: 'programLinkNode', name: 'neighbour' } });
const seed = (name: string, type: object = ADDRESS) => ({ kind: 'variablePdaSeedNode', name, type });
const constantSeed = (type: object, value: object) => ({ kind: 'constantPdaSeedNode', type, value });
const given = (name: string, value: object) => ({ kind: 'pdaSeedValueNode', name, value });
const by = (name: string) => ({ kind: 'fieldDiscriminatorNode', name, offset: 0 });
const always = (number: number) => ({ defaultValue: value(number), defaultValueStrategy: 'omitted' });
const type = (name: string, of: object) => ({ docs: ['A type.'], kind: 'definedTypeNode', name, type: of });
const display = { display: { kind: 'stringDisplayNode' } };

const TYPES = [
    type('aliased', U64),
    type('other', number('i32')),
    type('foreign', link('aliased', { program: { kind: 'programLinkNode', name: 'neighbour' } })),
    type('step', {
        kind: 'enumTypeNode',
        size: U16,
        variants: [
            { kind: 'enumStructVariantTypeNode', name: 'left', struct: struct(field('steps', U64)) },
            { kind: 'enumTupleVariantTypeNode', name: 'right', tuple: tuple(U64) },
        ],
    }),
    type('mode', {
        kind: 'enumTypeNode',
        size: U16,
        variants: [
            { discriminator: 3, docs: ['A variant.'], kind: 'enumEmptyVariantTypeNode', name: 'off', ...display },
            { discriminator: 5, kind: 'enumEmptyVariantTypeNode', name: 'on' },
        ],
    }),
    type('action', {
        kind: 'enumTypeNode',
        size: U16,
        variants: [
            { kind: 'enumEmptyVariantTypeNode', name: 'rest' },
            { discriminator: 1, kind: 'enumStructVariantTypeNode', name: 'walk', struct: struct(field('steps', U64)) },
            { discriminator: 2, kind: 'enumTupleVariantTypeNode', name: 'jump', tuple: tuple(U64, U16) },
        ],
    }),
    type(
        'node',
        struct(
            field('value', U64),
            field('next', { fixed: false, item: link('node'), kind: 'optionTypeNode', prefix: U16 }),
        ),
    ),
    type(
        'wrapped',
        struct(
            field('fixed', { kind: 'fixedSizeTypeNode', size: 12, type: TEXT }),
            field('prefixed', { kind: 'sizePrefixTypeNode', prefix: U16, type: TEXT }),
            field('sentinel', { kind: 'sentinelTypeNode', sentinel: constant('ff'), type: TEXT }),
            field('before', { kind: 'hiddenPrefixTypeNode', prefix: [constant('01')], type: U64 }),
            field('after', { kind: 'hiddenSuffixTypeNode', suffix: [constant('02')], type: U64 }),
            field('pre', { kind: 'preOffsetTypeNode', offset: 4, strategy: 'padded', type: U64 }),
            field('post', { kind: 'postOffsetTypeNode', offset: 4, strategy: 'padded', type: U64 }),
        ),
    ),
    type(
        'holders',
        struct(
            field('amount', { decimals: 6, kind: 'amountTypeNode', number: U64, unit: 'USDC' }),
            field('flag', { kind: 'booleanTypeNode', size: U16 }),
            field('time', { kind: 'dateTimeTypeNode', number: number('i64') }),
            field('lamports', { kind: 'solAmountTypeNode', number: U64 }),
            field('list', { count: prefixed, item: link('aliased'), kind: 'arrayTypeNode' }),
            field('few', { count: fixed(3), item: U16, kind: 'arrayTypeNode' }),
            field('set', { count: prefixed, item: U16, kind: 'setTypeNode' }),
            field('map', { count: prefixed, key: U16, kind: 'mapTypeNode', value: U64 }),
            field('maybe', { fixed: true, item: U64, kind: 'optionTypeNode', prefix: U16 }),
            field('zero', { item: ADDRESS, kind: 'zeroableOptionTypeNode', zeroValue: constant('ff'.repeat(32)) }),
            field('short', number('shortU16')),
            field('name', {
                kind: 'sizePrefixTypeNode',
                prefix: U16,
                type: { ...TEXT, encoding: 'base58', ...display },
            }),
            field('last', { kind: 'remainderOptionTypeNode', item: U64 }),
            field('rest', { count: remainder, item: U64, kind: 'arrayTypeNode' }),
        ),
    ),
    type(
        'defaults',
        struct(
            field(
                'list',
                { count: fixed(2), item: U16, kind: 'arrayTypeNode' },
                withDefault({ items: [value(1), value(2)], kind: 'arrayValueNode' }),
            ),
            field(
                'flag',
                { kind: 'booleanTypeNode', size: U16 },
                withDefault({ boolean: true, kind: 'booleanValueNode' }),
            ),
            field('bytes', { kind: 'fixedSizeTypeNode', size: 2, type: BYTES }, withDefault(bytes('0102'))),
            field('constant', { kind: 'fixedSizeTypeNode', size: 2, type: BYTES }, withDefault(constant('0304'))),
            field('mode', link('mode'), withDefault({ enum: link('mode'), kind: 'enumValueNode', variant: 'on' })),
            field(
                'action',
                link('action'),
                withDefault({
                    enum: link('action'),
                    kind: 'enumValueNode',
                    value: {
                        fields: [{ kind: 'structFieldValueNode', name: 'steps', value: value(7) }],
                        kind: 'structValueNode',
                    },
                    variant: 'walk',
                }),
            ),
            field('injected', U64, withDefault({ fallback: value(1), key: 'clock', kind: 'injectedValueNode' })),
            field(
                'map',
                { count: prefixed, key: U16, kind: 'mapTypeNode', value: U64 },
                withDefault({
                    entries: [{ key: value(1), kind: 'mapEntryValueNode', value: value(2) }],
                    kind: 'mapValueNode',
                }),
            ),
            field('none', { item: U64, kind: 'optionTypeNode', prefix: U16 }, withDefault({ kind: 'noneValueNode' })),
            field(
                'some',
                { item: U64, kind: 'optionTypeNode', prefix: U16 },
                withDefault({ kind: 'someValueNode', value: value(3) }),
            ),
            field('key', ADDRESS, withDefault({ identifier: 'vote', kind: 'publicKeyValueNode', publicKey: OTHER })),
            field(
                'set',
                { count: prefixed, item: U16, kind: 'setTypeNode' },
                withDefault({ items: [value(1)], kind: 'setValueNode' }),
            ),
            field('text', { kind: 'sizePrefixTypeNode', prefix: U16, type: TEXT }, withDefault(text('hello'))),
            field('pair', tuple(U16, U64), withDefault({ items: [value(1), value(2)], kind: 'tupleValueNode' })),
        ),
    ),
];

const BOX = {
    docs: ['Where it lies.'],
    kind: 'pdaNode',
    name: 'box',
    programId: OTHER,
    seeds: [constantSeed(TEXT, text('box')), { ...seed('owner'), docs: ['Who owns it.'] }],
};
const INLINE = {
    kind: 'pdaNode',
    name: 'inline',
    seeds: [
        constantSeed(U16, value(7)),
        constantSeed(ADDRESS, { kind: 'programIdValueNode' }),
        seed('owner'),
        seed('mark', U64),
    ],
};

const INSTRUCTION = {
    accounts: [
        account('payer', {
            defaultValue: { kind: 'payerValueNode' },
            docs: ['Who pays.'],
            isSigner: true,
            isWritable: true,
        }),
        account('owner', { defaultValue: { kind: 'identityValueNode' }, isSigner: 'either' }),
        account('box', {
            accountLink: { kind: 'accountLinkNode', name: 'drawer' },
            defaultValue: {
                kind: 'pdaValueNode',
                pda: link_('pdaLinkNode', 'box'),
                programId: follow('accountValueNode', 'program'),
                seeds: [given('owner', follow('accountValueNode', 'owner'))],
            },
        }),
        account('inline', {
            defaultValue: {
                kind: 'pdaValueNode',
                pda: INLINE,
                seeds: [
                    given('owner', follow('accountValueNode', 'owner')),
                    given('mark', follow('argumentValueNode', 'mark')),
                ],
            },
        }),
        account('program', { defaultValue: { kind: 'programIdValueNode' } }),
        account('neighbour', { defaultValue: { kind: 'programLinkNode', name: 'neighbour' } }),
        account('vote', { defaultValue: { identifier: 'vote', kind: 'publicKeyValueNode', publicKey: OTHER } }),
        account('chosen', {
            defaultValue: {
                condition: follow('argumentValueNode', 'mark'),
                ifFalse: follow('accountValueNode', 'payer'),
                ifTrue: follow('accountValueNode', 'owner'),
                kind: 'conditionalValueNode',
                value: value(1),
            },
        }),
        account('resolved', {
            defaultValue: {
                dependsOn: [follow('accountValueNode', 'owner')],
                docs: ['By hand.'],
                kind: 'resolverValueNode',
                name: 'resolve',
            },
            display: { kind: 'instructionAccountDisplayNode' },
        }),
        account('maybe', { isOptional: true }),
    ],
    arguments: [
        argument('discriminator', U16, always(1)),
        argument('mark', U64, { docs: ['A mark.'] }),
        argument('bump', number('u8'), withDefault(follow('accountBumpValueNode', 'box'))),
        argument('key', ADDRESS, withDefault({ account: 'box', kind: 'accountFieldValueNode', path: 'owner' })),
        argument('same', U64, withDefault(follow('argumentValueNode', 'mark'))),
    ],
    byteDeltas: [
        {
            kind: 'instructionByteDeltaNode',
            subtract: true,
            value: link_('accountLinkNode', 'drawer'),
            withHeader: true,
        },
    ],
    discriminators: [by('discriminator')],
    display: { kind: 'instructionDisplayNode' },
    docs: ['Does it.'],
    extraArguments: [argument('space', U64, withDefault(value(9)))],
    kind: 'instructionNode',
    name: 'run',
    optionalAccountStrategy: 'omitted',
    provides: [{ kind: 'providedNode', name: 'something', node: value(1) }],
    remainingAccounts: [
        {
            docs: ['Others.'],
            isOptional: true,
            isSigner: 'either',
            isWritable: true,
            kind: 'instructionRemainingAccountsNode',
            value: follow('argumentValueNode', 'others'),
        },
    ],
    status: { kind: 'instructionStatusNode', lifecycle: 'live', message: 'Fine.' },
    subInstructions: [
        {
            accounts: [account('payer')],
            arguments: [argument('discriminator', U16, always(2))],
            discriminators: [
                {
                    constant: { kind: 'constantValueNode', type: U16, value: value(2) },
                    kind: 'constantDiscriminatorNode',
                    offset: 0,
                },
            ],
            kind: 'instructionNode',
            name: 'runFast',
        },
    ],
};

export const EVERY_NODE = {
    additionalPrograms: [
        {
            accounts: [
                {
                    data: struct(field('sum', U64)),
                    discriminators: [{ kind: 'sizeDiscriminatorNode', size: 8 }],
                    kind: 'accountNode',
                    name: 'drawer',
                },
            ],
            definedTypes: [type('aliased', U16)],
            kind: 'programNode',
            name: 'neighbour',
            pdas: [BOX, { ...BOX, name: 'crate', seeds: [...BOX.seeds].reverse() }],
            publicKey: OTHER,
            version: '1.0.0',
        },
        {
            kind: 'programNode',
            name: 'unused',
            publicKey: 'Stake11111111111111111111111111111111111111',
            version: '1.0.0',
        },
    ],
    kind: 'rootNode',
    program: {
        accounts: [
            {
                data: {
                    kind: 'hiddenPrefixTypeNode',
                    prefix: [constant('aa')],
                    type: struct(field('tag', U16, always(1)), field('owner', ADDRESS), field('sum', link('aliased'))),
                },
                discriminators: [
                    { constant: constant('aa'), kind: 'constantDiscriminatorNode', offset: 0 },
                    { kind: 'sizeDiscriminatorNode', size: 43 },
                ],
                docs: ['A drawer.'],
                kind: 'accountNode',
                name: 'drawer',
                pda: link_('pdaLinkNode', 'box'),
                size: 43,
            },
            {
                data: struct(field('tag', U16, always(2)), field('sum', U64)),
                discriminators: [by('tag')],
                kind: 'accountNode',
                name: 'shelf',
            },
        ],
        constants: [{ docs: ['Most.'], kind: 'constantNode', name: 'most', type: U64, value: value(10) }],
        definedTypes: TYPES,
        docs: ['A program.'],
        errors: [{ code: 6000, docs: ['Why.'], kind: 'errorNode', message: 'It is full.', name: 'full' }],
        events: [
            {
                data: struct(field('tag', U16, always(9)), field('also', U16, always(7)), field('sum', U64)),
                discriminators: [by('tag')],
                docs: ['It rang.'],
                kind: 'eventNode',
                name: 'rang',
            },
        ],
        instructions: [INSTRUCTION],
        kind: 'programNode',
        name: 'till',
        pdas: [
            { ...BOX, name: 'chest' },
            { kind: 'pdaNode', name: 'box', seeds: [seed('owner')] },
        ],
        publicKey: OWN,
        version: '1.0.0',
    },
    standard: 'codama',
    version: '1.0.0',
};
