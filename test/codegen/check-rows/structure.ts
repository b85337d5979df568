import { account, argument, fieldOf, instruction, link, named, set, splice, type, type Json } from '../mutate';
import { accountData, type Row } from './row';

export const SHAPE: Row[] = [
    [
        'another standard',
        (_, root) => set(root, 'standard', 'kinobi'),
        ['error standard standard: The standard is "kinobi" instead of "codama".'],
    ],
    [
        'no version',
        (_, root) => Reflect.deleteProperty(root, 'version'),
        ['error shape : This rootNode has no "version".'],
    ],
    [
        'an unknown version',
        (_, root) => set(root, 'version', '2.0.0'),
        ['error standard version: Version 2.0.0 of the Codama standard is not known here.'],
    ],
    [
        'a newer version, which is only a warning',
        (_, root) => set(root, 'version', '1.99.0'),
        ['warning standard version: Version 1.99.0 of the Codama standard is newer than the last one known here, 1.7.'],
    ],
    [
        'an unknown kind',
        program => set(argument(program, 'topUp', 'amount')['type']!, 'kind', 'integerTypeNode'),
        [
            'error unknown-kind program.instructions[2].arguments[1].type: There is no kind of node called "integerTypeNode".',
        ],
    ],
    [
        'a node of the wrong kind',
        program => set(argument(program, 'topUp', 'amount'), 'type', { kind: 'numberValueNode', number: 1 }),
        [
            'error shape program.instructions[2].arguments[1].type: This is a numberValueNode instead of a node: fixedSizeTypeNode, hiddenPrefixTypeNode, hiddenSuffixTypeNode or another of 25 kinds.',
        ],
    ],
    [
        'a node that is no node',
        program => set(program['instructions'] as Json, '0', 'open'),
        ['error shape program.instructions[0]: This is "open" instead of a node: instructionNode.'],
    ],
    [
        'an attribute that is missing',
        program => Reflect.deleteProperty(account(program, 'open', 'payer'), 'isSigner'),
        ['error shape program.instructions[0].accounts[0]: This instructionAccountNode has no "isSigner".'],
    ],
    [
        'a list that is none',
        program => set(instruction(program, 'open'), 'accounts', {}),
        [
            'error shape program.instructions[0].accounts: This is an object without a "kind" instead of a list of nodes: instructionAccountNode.',
        ],
    ],
    [
        'a flag that is none',
        program => set(account(program, 'open', 'payer'), 'isSigner', 'yes'),
        ['error shape program.instructions[0].accounts[0].isSigner: This is "yes" instead of true, false or "either".'],
    ],
    [
        'a name that is no identifier',
        program => set(instruction(program, 'open'), 'name', 'open-channel'),
        [
            'error shape program.instructions[0].name: This is "open-channel" instead of a name in camelCase, of letters and digits.',
        ],
    ],
    [
        'an address that is none',
        program => set(program, 'publicKey', 'CQAyft83'),
        ['error shape program.publicKey: This is "CQAyft83" instead of an address: the base58 of 32 bytes.'],
    ],
    [
        'docs that are no list',
        program => set(program, 'docs', 'Channels.'),
        ['error shape program.docs: This is "Channels." instead of a list of strings.'],
    ],
    [
        'a size that is no count',
        program => set(named(program['accounts'], 'channel'), 'size', -216),
        ['error shape program.accounts[0].size: This is -216 instead of a whole number that is not negative.'],
    ],
    [
        'account data that is no struct',
        program =>
            set(named(program['accounts'], 'channel'), 'data', {
                kind: 'fixedSizeTypeNode',
                size: 216,
                type: { kind: 'bytesTypeNode' },
            }),
        ['error shape program.accounts[0].data: This is a bytesTypeNode instead of a node: structTypeNode.'],
    ],
    [
        'a number format that there is not',
        program => set(argument(program, 'topUp', 'amount')['type']!, 'format', 'u256'),
        [
            'error number program.instructions[2].arguments[1].type.format: This is "u256" instead of "f32", "f64", "i128", "i16", "i32", "i64", "i8", "shortU16", "u128", "u16", "u32", "u64" or "u8".',
        ],
    ],
];

export const LINKS: Row[] = [
    [
        'a type that there is not',
        program => set(argument(program, 'settle', 'voucher')['type']!, 'name', 'voucher'),
        [
            'error dangling-link program.instructions[1].arguments[1].type: There is no type "voucher" in program "paymentChannels".',
        ],
    ],
    [
        'a PDA that there is not',
        program => set(named(program['accounts'], 'channel')['pda']!, 'name', 'channels'),
        ['error dangling-link program.accounts[0].pda: There is no PDA "channels" in program "paymentChannels".'],
    ],
    [
        'a program that there is not',
        program =>
            set(argument(program, 'settle', 'voucher')['type']!, 'program', { kind: 'programLinkNode', name: 'other' }),
        [
            'error dangling-link program.instructions[1].arguments[1].type.program: There is no program "other" in the file.',
        ],
    ],
    [
        'an account that there is not',
        program =>
            set(account(program, 'settle', 'channel'), 'accountLink', { kind: 'accountLinkNode', name: 'chanel' }),
        [
            'error dangling-link program.instructions[1].accounts[0].accountLink: There is no account "chanel" in program "paymentChannels".',
        ],
    ],
    [
        'a variant that there is not',
        program => {
            const value = { kind: 'enumValueNode', variant: 'opened', enum: link('channelStatus') };
            set(fieldOf(accountData(program, 'channel'), 'status'), 'defaultValue', value);
        },
        [
            'error dangling-link program.accounts[0].data.fields[3].defaultValue: There is no variant "opened" in type "channelStatus".',
        ],
    ],
    [
        'a discriminator that is no field',
        program => set(named(program['accounts'], 'channel')['discriminators']![1]!, 'name', 'kind'),
        [
            'error dangling-link program.accounts[0].discriminators[1]: The discriminator is field "kind", which account "channel" has not.',
        ],
    ],
    [
        'a discriminator without a value',
        program => Reflect.deleteProperty(argument(program, 'finalize', 'discriminator'), 'defaultValue'),
        [
            'error dangling-link program.instructions[5].discriminators[0]: The discriminator is field "discriminator", which has no fixed value.',
        ],
    ],
];

export const NAMES: Row[] = [
    [
        'two instructions of one name',
        program => set(instruction(program, 'settle'), 'name', 'open'),
        [
            'error duplicate-name program.instructions[1]: The name "open" is already taken by program.instructions[0]: instructions have names of their own.',
        ],
    ],
    [
        'an account and a type of one name',
        program => set(type(program, 'redirectReason'), 'name', 'closedChannel'),
        [
            'error dangling-link program.definedTypes[8].type.fields[4].type: There is no type "redirectReason" in program "paymentChannels".',
            'error duplicate-name program.definedTypes[6]: The name "closedChannel" is already taken by program.accounts[1]: accounts and types have names of their own.',
        ],
    ],
    [
        'two accounts of one name in an instruction',
        program => set(account(program, 'requestClose', 'payer'), 'name', 'channel'),
        [
            'error duplicate-name program.instructions[4].accounts[1]: The name "channel" is already taken by program.instructions[4].accounts[0]: the accounts of an instruction have names of their own.',
        ],
    ],
    [
        'two arguments of one name',
        program => set(argument(program, 'open', 'gracePeriod'), 'name', 'deposit'),
        [
            'error duplicate-name program.instructions[0].arguments[3]: The name "deposit" is already taken by program.instructions[0].arguments[2]: the arguments of an instruction have names of their own.',
        ],
    ],
    [
        'two fields of one name',
        program => set(fieldOf(type(program, 'voucherArgs')['type']!, 'expiresAt'), 'name', 'channelId'),
        [
            'error duplicate-name program.definedTypes[2].type.fields[2]: The name "channelId" is already taken by program.definedTypes[2].type.fields[0]: the fields of a struct have names of their own.',
        ],
    ],
    [
        'two variants of one name',
        program => set(type(program, 'channelStatus')['type']!['variants']![2]!, 'name', 'open'),
        [
            'error duplicate-name program.definedTypes[3].type.variants[2]: The name "open" is already taken by program.definedTypes[3].type.variants[0]: the variants of an enum have names of their own.',
        ],
    ],
    [
        'two errors of one code',
        program => set(named(program['errors'], 'gracePeriodMustBeNonZero'), 'code', 200),
        [
            'error error-code program.errors[24]: Code 200 of error "gracePeriodMustBeNonZero" is already that of "depositMustBeNonZero".',
        ],
    ],
    [
        'two errors of one name',
        program => set(named(program['errors'], 'gracePeriodMustBeNonZero'), 'name', 'depositMustBeNonZero'),
        [
            'error duplicate-name program.errors[24]: The name "depositMustBeNonZero" is already taken by program.errors[23]: errors have names of their own.',
        ],
    ],
    [
        'an error code that fits no error',
        program => set(named(program['errors'], 'payerAlreadyWithdrawn'), 'code', 2 ** 32),
        [
            'error error-code program.errors[44]: Code 4294967296 of error "payerAlreadyWithdrawn" does not fit the 32 bits of a custom error.',
        ],
    ],
    [
        'a name that is that of an index',
        program => set(named(program['accounts'], 'closedChannel'), 'name', 'index'),
        [
            'error unsupported program.accounts[1]: The name "index" cannot be rendered: its file would be the index of its folder.',
        ],
    ],
    [
        'a type that holds itself in every value',
        program =>
            splice(type(program, 'voucherArgs')['type']!['fields'], 0, 0, {
                kind: 'structFieldTypeNode',
                name: 'before',
                docs: ['The voucher before.'],
                type: link('voucherArgs'),
            }),
        [
            'error endless-type program.definedTypes[2]: Every value of type "voucherArgs" would hold another one, without an end.',
        ],
    ],
];
