import { account, argument, fieldOf, instruction, named, number, set, splice, type } from '../mutate';
import { accountData, openChannel, type Row } from './row';

export const DISCRIMINATORS: Row[] = [
    [
        'two instructions with one discriminator',
        program => set(argument(program, 'finalize', 'discriminator')['defaultValue']!, 'number', 5),
        [
            'error duplicate-discriminator program.instructions[5]: The instructions "requestClose" and "finalize" have the same discriminator, 0x05.',
        ],
    ],
    [
        'a discriminator that another starts with',
        program => {
            const discriminator = argument(program, 'finalize', 'discriminator');
            set(discriminator, 'type', number('u16'));
            set(discriminator['defaultValue']!, 'number', 0x0105);
        },
        [
            'error overlapping-discriminator program.instructions[5]: There is data that is both instruction "requestClose" (0x05) and "finalize" (0x0501).',
        ],
    ],
    [
        'two events with one discriminator',
        program =>
            set(
                named(program['events'], 'payoutRedirected')['discriminators']![1]!['constant']!['value']!,
                'data',
                'a6ac61094d4cbd6d',
            ),
        [
            'error duplicate-discriminator program.events[1]: The events "opened" and "payoutRedirected" have the same discriminator, 0xe445a52e51cb9a1da6ac61094d4cbd6d.',
        ],
    ],
    [
        'two accounts with one size and one discriminator',
        program => {
            set(fieldOf(accountData(program, 'closedChannel'), 'discriminator')['defaultValue']!, 'number', 1);
            set(named(program['accounts'], 'closedChannel')['discriminators']![0]!, 'size', 216);
        },
        [
            'error duplicate-discriminator program.accounts[1]: The accounts "channel" and "closedChannel" have the same discriminator, 216 bytes, 0x01.',
        ],
    ],
    [
        'an account that nothing tells from the other',
        program => set(named(program['accounts'], 'closedChannel'), 'discriminators', []),
        [
            'error indistinguishable program.accounts[1]: Nothing tells account "closedChannel" from the other 1: it has no discriminators.',
        ],
    ],
    [
        'an instruction that nothing tells from the others',
        program => Reflect.deleteProperty(instruction(program, 'settle'), 'discriminators'),
        [
            'error indistinguishable program.instructions[1]: Nothing tells instruction "settle" from the other 8: it has no discriminators.',
        ],
    ],
    [
        'a byte that no argument writes',
        program => {
            const bytes = { kind: 'bytesValueNode', data: '06', encoding: 'base16' };
            const constant = { kind: 'constantValueNode', type: { kind: 'bytesTypeNode' }, value: bytes };
            set(instruction(program, 'finalize'), 'discriminators', [
                { kind: 'constantDiscriminatorNode', offset: 0, constant },
            ]);
            set(argument(program, 'finalize', 'discriminator')['type']!, 'format', 'u16');
            Reflect.deleteProperty(argument(program, 'finalize', 'discriminator'), 'defaultValue');
            Reflect.deleteProperty(argument(program, 'finalize', 'discriminator'), 'defaultValueStrategy');
        },
        [
            'error discriminator-not-written program.instructions[5]: The client would not write the discriminator of instruction "finalize", 0x06: what stands at 0 is given by the caller.',
        ],
    ],
    [
        'a field that stands elsewhere than its discriminator says',
        program => set(instruction(program, 'topUp')['discriminators']![0]!, 'offset', 1),
        [
            'error discriminator-not-written program.instructions[2]: The client would not write the discriminator of instruction "topUp", 0x03 at 1: what stands at 1 is given by the caller.',
        ],
    ],
    [
        'a byte that another field has',
        program => {
            const bytes = { kind: 'bytesValueNode', data: '07', encoding: 'base16' };
            const constant = { kind: 'constantValueNode', type: { kind: 'bytesTypeNode' }, value: bytes };
            set(named(program['accounts'], 'channel')['discriminators']!, '1', {
                kind: 'constantDiscriminatorNode',
                offset: 0,
                constant,
            });
        },
        [
            'error discriminator-not-written program.accounts[0]: The client would not write the discriminator of account "channel", 216 bytes, 0x07: the byte at 0 is 0x01.',
        ],
    ],
    [
        'a size that the data has not',
        program => set(named(program['accounts'], 'channel')['discriminators']![0]!, 'size', 215),
        [
            'error discriminator-not-written program.accounts[0]: The client would not write the discriminator of account "channel", 215 bytes, 0x01: its data has 216 bytes.',
        ],
    ],
];

export const DEFAULTS: Row[] = [
    [
        'a default that is no account',
        program =>
            set(account(program, 'open', 'rent'), 'defaultValue', { kind: 'accountValueNode', name: 'rentSysvar' }),
        [
            'error dangling-default program.instructions[0].accounts[9].defaultValue: Instruction "open" has no account "rentSysvar" for this default to follow.',
        ],
    ],
    [
        'a seed that is no argument',
        program => set(openChannel(program)['seeds']![4]!['value']!, 'name', 'nonce'),
        [
            'error dangling-default program.instructions[0].accounts[4].defaultValue.seeds[4].value: Instruction "open" has no argument "nonce" for this default to follow.',
        ],
    ],
    [
        'a PDA with a seed missing',
        program => splice(openChannel(program)['seeds'], 4, 1),
        [
            'error pda-seeds program.instructions[0].accounts[4].defaultValue: PDA "channel" gets no value for its seed "salt", so it would be another address.',
        ],
    ],
    [
        'a PDA with a seed too many',
        program =>
            splice(openChannel(program)['seeds'], 5, 0, { ...openChannel(program)['seeds']![4]!, name: 'openSlot' }),
        [
            'error pda-seeds program.instructions[0].accounts[4].defaultValue.seeds[5]: PDA "channel" has no variable seed "openSlot".',
        ],
    ],
    [
        'a PDA without seeds',
        program => splice(program['pdas'], 2, 0, { kind: 'pdaNode', name: 'vault', docs: ['New.'], seeds: [] }),
        ['error pda-seeds program.pdas[2]: PDA "vault" has no seeds.'],
    ],
    [
        'a PDA with more seeds than possible',
        program => {
            const seeds = Array.from({ length: 16 }, (_, index) => ({
                kind: 'variablePdaSeedNode',
                name: `seed${index}`,
                docs: ['New.'],
                type: number('u8'),
            }));
            splice(program['pdas'], 2, 0, { kind: 'pdaNode', name: 'vault', docs: ['New.'], seeds });
        },
        ['error pda-seeds program.pdas[2]: PDA "vault" has 16 seeds; with its bump at most 16 are possible.'],
    ],
    [
        'defaults in a circle, which Codama finds',
        program => {
            set(account(program, 'open', 'payee'), 'defaultValue', { kind: 'accountValueNode', name: 'mint' });
            set(account(program, 'open', 'mint'), 'defaultValue', { kind: 'accountValueNode', name: 'payee' });
        },
        [
            "error codama program.instructions[0]: Codama says: Circular dependency detected when resolving the accounts and arguments' default values of the [open] instruction. Got the following dependency cycle [payee -> mint -> payee].",
        ],
    ],
    [
        'a value that a hand-written function computes, which is only a warning',
        program =>
            set(account(program, 'open', 'rent'), 'defaultValue', { kind: 'resolverValueNode', name: 'resolveRent' }),
        [
            'warning unsupported program.instructions[0].accounts[9].defaultValue: The value is computed by a hand-written function, "resolveRent", which the IDL does not hold.',
        ],
    ],
];

export const NUMBERS: Row[] = [
    [
        'a value that its format cannot hold',
        program => set(argument(program, 'finalize', 'discriminator')['defaultValue']!, 'number', 256),
        ['error number program.instructions[5].arguments[0].defaultValue: 256 does not fit u8, 0 to 255.'],
    ],
    [
        'a value with a fraction',
        program => set(named(program['constants'], 'maxRecipients')['value']!, 'number', 32.5),
        [
            'error number program.constants[0].value: 32.5 is not a whole number that JSON can hold exactly (at most 9007199254740991).',
        ],
    ],
    [
        'a value that JSON cannot hold',
        program => {
            set(named(program['constants'], 'maxRecipients'), 'type', number('u64'));
            set(named(program['constants'], 'maxRecipients')['value']!, 'number', 2 ** 64);
        },
        [
            'error number program.constants[0].value: 18446744073709552000 is not a whole number that JSON can hold exactly (at most 9007199254740991).',
        ],
    ],
    [
        'a count that can be negative',
        program => set(argument(program, 'open', 'recipients')['type']!['count']!['prefix']!, 'format', 'i32'),
        ['error number program.instructions[0].arguments[4].type.count.prefix: What counts or selects is i32 here.'],
    ],
    [
        'a variant that the enum cannot hold',
        program => set(type(program, 'redirectReason')['type']!['variants']![3]!, 'discriminator', 256),
        [
            'error number program.definedTypes[6].type.variants[3]: Value 256 of variant "reassignedAuthority" does not fit the enum\'s u8.',
        ],
    ],
    [
        'two variants of one value',
        program => set(type(program, 'redirectReason')['type']!['variants']![3]!, 'discriminator', 2),
        [
            'error number program.definedTypes[6].type.variants[3]: Value 2 of variant "reassignedAuthority" is already that of "notInitialized".',
        ],
    ],
    [
        'values of variants with fields, which cannot be rendered',
        program => {
            const struct = { kind: 'structTypeNode', fields: [] };
            const variant = {
                kind: 'enumStructVariantTypeNode',
                name: 'other',
                docs: ['New.'],
                discriminator: 9,
                struct,
            };
            splice(type(program, 'redirectReason')['type']!['variants'], 4, 0, variant);
        },
        [
            'error unsupported program.definedTypes[6].type.variants[4]: Variant "other" has value 9 at place 4; with fields in a variant only values that count up from 0 can be rendered.',
        ],
    ],
];

export const HOUSE: Row[] = [
    [
        'no docs',
        program => Reflect.deleteProperty(instruction(program, 'open'), 'docs'),
        ['error undocumented program.instructions[0]: The instructionNode "open" has no docs.'],
    ],
    [
        'empty docs',
        program => set(named(program['errors'], 'notImplemented'), 'docs', [' ']),
        ['error undocumented program.errors[0]: The errorNode "notImplemented" has no docs.'],
    ],
    [
        'an amount that is a float',
        program => set(argument(program, 'topUp', 'amount')['type']!, 'format', 'f64'),
        [
            'error u64-argument program.instructions[2].arguments[1]: The argument "amount" is a float, f64, which cannot hold every u64.',
        ],
    ],
    [
        'an amount of raw bytes',
        program =>
            set(argument(program, 'topUp', 'amount'), 'type', {
                kind: 'fixedSizeTypeNode',
                size: 8,
                type: { kind: 'bytesTypeNode' },
            }),
        [
            'error u64-argument program.instructions[2].arguments[1]: The argument "amount" is eight raw bytes, which cannot hold every u64.',
        ],
    ],
    [
        'a PDA written out with other seeds than declared',
        program => splice(openChannel(program)['pda']!['seeds'], 0, 1),
        [
            'error pda-copy program.instructions[0].accounts[4].defaultValue.pda: PDA "channel" is written out here with other seeds than the program declares it with.',
        ],
    ],
];
