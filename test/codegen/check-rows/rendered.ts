import { account, argument, instruction, link, named, number, set, splice, type, type Json } from '../mutate';
import { openChannel, type Row } from './row';

const docs = ['New.'];
const U64 = number('u64');
const addType = (program: Json, name: string, of: object) =>
    splice(program['definedTypes'], 0, 0, { kind: 'definedTypeNode', name, docs, type: of });
const struct = (...fields: object[]) => ({ kind: 'structTypeNode', fields });
const field = (name: string, of: object) => ({ kind: 'structFieldTypeNode', name, docs, type: of });
const SUM = struct(field('sum', U64));
const union = {
    kind: 'enumTypeNode',
    size: number('u8'),
    variants: [{ kind: 'enumStructVariantTypeNode', name: 'one', docs, struct: SUM }],
};

/** Names that are taken in what is rendered, and not in the file. */
export const RENDERED_NAMES: Row[] = [
    [
        'a type that is called like what another one is given as',
        program => (addType(program, 'split', SUM), addType(program, 'splitArgs', SUM)),
        [
            'error duplicate-name program.definedTypes[1]: The client would have two things called "SplitArgs", of type "split" and of type "splitArgs" (program.definedTypes[0]).',
        ],
    ],
    [
        'an account that is called like an import from kit',
        program => set(named(program['accounts'], 'closedChannel'), 'name', 'account'),
        [
            'error duplicate-name program.accounts[1]: "Account" would be the name of account "account" and of something else that its page needs.',
        ],
    ],
    [
        'a type that is called like a format of numbers, on its own page',
        program => addType(program, 'u64', SUM),
        [
            'error duplicate-name program.definedTypes[0]: "getU64Decoder" would be the name of type "u64" and of something else that its page needs.',
        ],
    ],
    [
        'a type that is called like a format of numbers, where both are needed',
        program => (
            addType(program, 'u16', struct(field('on', { kind: 'publicKeyTypeNode' }))),
            addType(program, 'fee', struct(field('sum', number('u16')), field('other', link('u16'))))
        ),
        [
            'error duplicate-name program.definedTypes[1]: "getU16Decoder" would be the name of type "u16" and of something else that the page of type "fee" (program.definedTypes[0]) needs.',
        ],
    ],
    [
        'a type that is called like a global',
        program => (
            addType(program, 'promise', SUM),
            splice(program['accounts'], 2, 0, {
                kind: 'accountNode',
                name: 'fee',
                docs,
                data: struct(field('next', link('promise'))),
                discriminators: [{ kind: 'sizeDiscriminatorNode', size: 8 }],
            })
        ),
        [
            'error duplicate-name program.definedTypes[0]: "Promise" would be the name of type "promise" and of something else that the page of account "fee" (program.accounts[2]) needs.',
        ],
    ],
    [
        'a type that is called like the enum of the program',
        program => addType(program, 'paymentChannelsAccount', SUM),
        [
            'error duplicate-name program.definedTypes[0]: The client would have two things called "PaymentChannelsAccount", of type "paymentChannelsAccount" and of program "paymentChannels" (program).',
        ],
    ],
    [
        'an event that is called like an enum of a page',
        program => addType(program, 'paymentChannelsEvent', SUM),
        [
            'error duplicate-name program.definedTypes[0]: The client would have two things called "PaymentChannelsEvent", of type "paymentChannelsEvent" and of program "paymentChannels" (program).',
        ],
    ],
    [
        'an instruction with the name of the program',
        program => set(instruction(program, 'topUp'), 'name', 'paymentChannels'),
        [
            'error duplicate-name program.instructions[2]: The client would have two things called "PaymentChannelsInstruction", of instruction "paymentChannels" and of program "paymentChannels" (program).',
        ],
    ],
    [
        'a constant with the name of what tells an instruction',
        program => set(program['constants']![0]!, 'name', 'topUpDiscriminator'),
        [
            'error duplicate-name program.constants[0]: The client would have two things called "TOP_UP_DISCRIMINATOR", of constant "topUpDiscriminator" and of instruction "topUp" (program.instructions[2]).',
        ],
    ],
    [
        'an account with the name of an instruction',
        program => set(named(program['accounts'], 'closedChannel'), 'name', 'topUp'),
        [
            'error duplicate-name program.instructions[2]: The client would have two things called "TOP_UP_DISCRIMINATOR", of instruction "topUp" and of account "topUp" (program.accounts[1]).',
        ],
    ],
    [
        'a union whose function is a word of the language',
        program => addType(program, 'delete', union),
        [
            'error duplicate-name program.definedTypes[0]: "delete" would be a name in the client of type "delete", and is a word of the language.',
        ],
    ],
    [
        'files that differ in case',
        program => (addType(program, 'feeRate', SUM), addType(program, 'feerate', SUM)),
        [
            'error duplicate-name program.definedTypes[1]: types/feerate.ts and types/feeRate.ts, one file where names have no case, would be of type "feerate" (program.definedTypes[0]) and of type "feeRate".',
        ],
    ],
    [
        'a program that is called like the index of a folder',
        program => set(program, 'name', 'index'),
        ['error unsupported program: The name "index" cannot be rendered: its file would be the index of its folder.'],
    ],
    [
        'an event that is called like the index of a folder',
        program => (
            set(named(program['events'], 'opened'), 'data', SUM),
            set(named(program['events'], 'opened'), 'name', 'index')
        ),
        [
            'error unsupported program.events[0]: The name "index" cannot be rendered: its file would be the index of its folder.',
        ],
    ],
    [
        'two programs with a PDA of one name',
        (program, root) =>
            set(root, 'additionalPrograms', [
                {
                    kind: 'programNode',
                    name: 'other',
                    publicKey: program['publicKey'] as unknown,
                    docs,
                    pdas: [program['pdas']![0]],
                },
            ]),
        [
            'error duplicate-name additionalPrograms[0].pdas[0]: The file pdas/channel.ts would be of PDA "channel" (program.pdas[0]) and of PDA "channel".',
        ],
    ],
    [
        'a field that every object has',
        program => addType(program, 'fee', struct(field('constructor', U64))),
        [
            'error unsupported program.definedTypes[0].type.fields[0]: Every object has a member "constructor", which would be taken for what has that name.',
        ],
    ],
    [
        'a variant that no enum can have',
        program => set(type(program, 'channelStatus')['type']!['variants']![2]!, 'name', 'infinity'),
        [
            'error unsupported program.definedTypes[3].type.variants[2]: No enum of TypeScript can have a member "Infinity".',
        ],
    ],
];

const value = (amount: number) => ({ kind: 'numberValueNode', number: amount });
const bytes = { kind: 'bytesTypeNode' };

/** Values that their types cannot have, and what follows from inputs of another type. */
export const VALUES: Row[] = [
    [
        'a string for a number',
        program => set(argument(program, 'topUp', 'amount'), 'defaultValue', { kind: 'stringValueNode', string: '5' }),
        [
            'error wrong-value program.instructions[2].arguments[1].defaultValue: A string stands here for a numberTypeNode (u64).',
        ],
    ],
    [
        'a list of another length',
        program =>
            addType(
                program,
                'fee',
                struct({
                    ...field('rates', {
                        kind: 'arrayTypeNode',
                        item: U64,
                        count: { kind: 'fixedCountNode', value: 2 },
                    }),
                    defaultValue: { kind: 'arrayValueNode', items: [value(1)] },
                }),
            ),
        ['error wrong-value program.definedTypes[0].type.fields[0].defaultValue: 1 items stand here for 2.'],
    ],
    [
        'bytes that are no hexadecimal digits',
        program =>
            addType(
                program,
                'fee',
                struct({
                    ...field('mark', bytes),
                    defaultValue: { kind: 'bytesValueNode', data: 'xy', encoding: 'base16' },
                }),
            ),
        ['error wrong-value program.definedTypes[0].type.fields[0].defaultValue: "xy" is no base16.'],
    ],
    [
        'zeros for nothing, of what has no size',
        program => addType(program, 'fee', struct(field('note', { kind: 'zeroableOptionTypeNode', item: bytes }))),
        [
            'error wrong-value program.definedTypes[0].type.fields[0].type.item: Zeros stand for nothing here, but how many depends on the value: bytes has no fixed size.',
        ],
    ],
    [
        'a value of the surroundings where none can be given',
        program =>
            set(argument(program, 'topUp', 'amount'), 'type', {
                kind: 'hiddenPrefixTypeNode',
                type: U64,
                prefix: [{ kind: 'constantValueNode', type: U64, value: { kind: 'injectedValueNode', key: 'fee' } }],
            }),
        [
            'error unsupported program.instructions[2].arguments[1].type.prefix[0].value: The value "fee" is given by what surrounds it, which a client knows nothing of.',
        ],
    ],
    [
        'an account that follows an argument',
        program =>
            set(account(program, 'topUp', 'mint'), 'defaultValue', { kind: 'argumentValueNode', name: 'amount' }),
        [
            'error wrong-value program.instructions[2].accounts[4].defaultValue: The argument "amount" is u64, and what follows it address.',
        ],
    ],
    [
        'an argument that follows an account',
        program =>
            set(argument(program, 'topUp', 'amount'), 'defaultValue', { kind: 'accountValueNode', name: 'mint' }),
        [
            'error wrong-value program.instructions[2].arguments[1].defaultValue: The account "mint" is an address, and the argument is u64.',
        ],
    ],
    [
        'a signer that follows an account that is none',
        program => set(account(program, 'topUp', 'payer'), 'defaultValue', { kind: 'accountValueNode', name: 'mint' }),
        [
            'error wrong-value program.instructions[2].accounts[0].defaultValue: The account "payer" has to sign, and "mint", which it follows, does not.',
        ],
    ],
    [
        'what follows an argument that is always the same',
        program =>
            set(argument(program, 'topUp', 'amount'), 'defaultValue', {
                kind: 'argumentValueNode',
                name: 'discriminator',
            }),
        [
            'error wrong-value program.instructions[2].arguments[1].defaultValue: The argument "discriminator" always has the same value, so that nothing can follow it.',
        ],
    ],
    [
        'a seed of another type',
        program =>
            set(named(openChannel(program)['seeds'], 'payee'), 'value', { kind: 'argumentValueNode', name: 'salt' }),
        [
            'error wrong-value program.instructions[0].accounts[4].defaultValue.seeds[1].value: The argument "salt" is u64, and what follows it address.',
        ],
    ],
    [
        'accounts that follow a number',
        program =>
            set(instruction(program, 'topUp'), 'remainingAccounts', [
                {
                    kind: 'instructionRemainingAccountsNode',
                    docs,
                    value: { kind: 'argumentValueNode', name: 'amount' },
                },
            ]),
        [
            'error wrong-value program.instructions[2].remainingAccounts[0].value: The argument "amount" is u64, and no list of addresses.',
        ],
    ],
    [
        'accounts with the name of an account',
        program =>
            set(instruction(program, 'topUp'), 'remainingAccounts', [
                { kind: 'instructionRemainingAccountsNode', docs, value: { kind: 'argumentValueNode', name: 'mint' } },
            ]),
        [
            'error wrong-value program.instructions[2].remainingAccounts[0].value: "mint" is already the name of another input of the instruction.',
        ],
    ],
    [
        'bytes of an account without a size',
        program => (
            Reflect.deleteProperty(named(program['accounts'], 'channel'), 'size'),
            set(instruction(program, 'open'), 'byteDeltas', [
                {
                    kind: 'instructionByteDeltaNode',
                    withHeader: true,
                    value: { kind: 'accountLinkNode', name: 'channel' },
                },
            ])
        ),
        [
            'error wrong-value program.instructions[0].byteDeltas[0].value: The account "channel" has no "size", so that nothing says how many bytes it adds.',
        ],
    ],
    [
        'what has no end before something else',
        program => addType(program, 'fee', struct(field('note', bytes), field('sum', U64))),
        [
            'error unsupported program.definedTypes[0].type.fields[0]: "note" goes on to the end of the data, so that "sum", which stands behind it, could not be read.',
        ],
    ],
    [
        'more bytes than fit',
        program => addType(program, 'fee', struct(field('note', { kind: 'fixedSizeTypeNode', size: 4, type: U64 }))),
        [
            'error unsupported program.definedTypes[0].type.fields[0].type.size: 8 bytes are put in 4 here, so that the last ones would be lost.',
        ],
    ],
    [
        'what is moved to where there is nothing',
        program =>
            addType(
                program,
                'fee',
                struct(
                    field('sum', { kind: 'preOffsetTypeNode', offset: 4, strategy: 'relative', type: U64 }),
                    field('rate', U64),
                ),
            ),
        [
            'error unsupported program.definedTypes[0]: Its offsets move what it holds so that bytes 12 to 20 are written, and there are 16.',
        ],
    ],
    [
        'what is moved to where something else is',
        program =>
            addType(
                program,
                'fee',
                struct(
                    field('sum', U64),
                    field('rate', { kind: 'preOffsetTypeNode', offset: 0, strategy: 'absolute', type: U64 }),
                ),
            ),
        [
            'error unsupported program.definedTypes[0]: Its offsets move what it holds so that the byte at 0 is written twice.',
        ],
    ],
    [
        'what is read from before its end',
        program => addType(program, 'fee', { kind: 'postOffsetTypeNode', offset: -8, strategy: 'relative', type: U64 }),
        [
            'error unsupported program.definedTypes[0]: Its offsets move what it holds so that it is read to byte 0 of 8.',
        ],
    ],
    [
        'more than an account holds',
        program => addType(program, 'fee', { kind: 'fixedSizeTypeNode', size: 2 ** 40, type: bytes }),
        [
            'error number program.definedTypes[0]: This is 1099511627776 bytes or items, and no account holds more than 10485760.',
            'error number program.definedTypes[0].type: This is 1099511627776 bytes or items, and no account holds more than 10485760.',
        ],
    ],
    [
        'a tuple by default',
        program =>
            addType(
                program,
                'fee',
                struct({
                    ...field('pair', { kind: 'tupleTypeNode', items: [U64, U64] }),
                    defaultValue: { kind: 'tupleValueNode', items: [value(1), value(2)] },
                }),
            ),
        [
            'error unsupported program.definedTypes[0].type.fields[0].defaultValue: No default of a tuple is rendered: the compiler takes it for a list.',
        ],
    ],
    [
        'a list of nothing up to the end',
        program =>
            addType(
                program,
                'fee',
                struct(
                    field('notes', { kind: 'arrayTypeNode', item: struct(), count: { kind: 'remainderCountNode' } }),
                ),
            ),
        [
            'error unsupported program.definedTypes[0].type.fields[0].type: What it holds takes no bytes, so that nothing tells whether there is any, or how many.',
        ],
    ],
    [
        'an enum without variants',
        program => addType(program, 'fee', { ...union, variants: [] }),
        [
            'error unsupported program.definedTypes[0].type: An enum without variants has no value, and TypeScript has no such enum.',
        ],
    ],
    [
        'a number in another type as the size of an enum',
        program =>
            addType(program, 'fee', { ...union, size: { kind: 'fixedSizeTypeNode', size: 1, type: number('u8') } }),
        [
            'error unsupported program.definedTypes[0].type.size: What counts or selects is a number in a fixedSizeTypeNode here, which is not rendered.',
        ],
    ],
];
