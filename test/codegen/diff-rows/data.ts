import { expect } from 'vitest';

import { fieldOf, named, number, placeOf, set, splice, type, type Json } from '../mutate';
import { FIELD, type Row } from './row';

const BYTES = (data: string) => ({
    kind: 'constantValueNode',
    type: { kind: 'bytesTypeNode' },
    value: { data, encoding: 'base16', kind: 'bytesValueNode' },
});
const dataOf = (program: Json, name: string) => named(program['accounts'], name)['data']!;

export const LAYOUTS: Row[] = [
    [
        'field inserted into an account, with the offsets that it moves',
        program => splice(dataOf(program, 'channel')['fields'], 13, 0, FIELD),
        [
            'wire field-added account channel: Field `extra`, u16, inserted (byte 152).',
            'wire offset-moved account channel: 2 fields at another offset: `authorizedSigner` 152 → 154, `mint` 184 → 186.',
        ],
    ],
    [
        'field added at the end of an account',
        program => {
            splice(dataOf(program, 'channel')['fields'], 15, 0, FIELD);
            set(named(program['accounts'], 'channel'), 'size', 218);
        },
        [
            'wire account-type-size account channel: Is 218 bytes instead of 216 bytes.',
            'types field-added account channel: Field `extra`, u16, added at the end (byte 216).',
        ],
    ],
    [
        'field removed',
        program => splice(type(program, 'distributionEntry')['type']!['fields'], 1, 1),
        ['wire field-removed type distributionEntry: Field `bps`, u16, removed (byte 32).'],
    ],
    [
        'field renamed',
        program => set(fieldOf(type(program, 'distributionEntry')['type']!, 'bps'), 'name', 'share'),
        ['types field-renamed type distributionEntry: Field `bps` is now called `share`.'],
    ],
    [
        'fields moved',
        program => {
            const fields = type(program, 'settlementWatermarks')['type']!['fields'];
            splice(fields, 1, 0, splice(fields, 0, 1)[0]);
        },
        [
            'wire field-moved type settlementWatermarks: Field `settled` moved from byte 0 to 8 among the others.',
            'wire offset-moved type settlementWatermarks: 1 field at another offset: `payoutWatermark` 8 → 0.',
        ],
    ],
    [
        'field retyped, with what it moves where its type is used',
        program =>
            set(fieldOf(type(program, 'settlementWatermarks')['type']!, 'payoutWatermark'), 'type', number('u128')),
        [
            'wire offset-moved account channel: 8 fields at another offset: `closureStartedAt` 36 → 44, `payerWithdrawnAt` 44 → 52, `gracePeriod` 52 → 60, `distributionHash` 56 → 64, `payer` 88 → 96, `payee` 120 → 128, `authorizedSigner` 152 → 160, `mint` 184 → 192.',
            'wire field-retyped type settlementWatermarks: Field `payoutWatermark` is u128 instead of u64.',
        ],
    ],
    [
        'field with a default',
        program =>
            set(fieldOf(dataOf(program, 'channel'), 'version'), 'defaultValue', { kind: 'numberValueNode', number: 1 }),
        ['compatible field-default account channel: Field `version` now has a default.'],
    ],
    [
        'account of another size',
        program => set(named(program['accounts'], 'channel'), 'size', 256),
        ['wire account-type-size account channel: Is 256 bytes instead of 216 bytes.'],
    ],
    [
        'account with another discriminator',
        program => set(fieldOf(dataOf(program, 'channel'), 'discriminator')['defaultValue']!, 'number', 3),
        [
            'wire account-type-discriminator account channel: Told from others by 0x03 instead of 0x01.',
            'wire field-default account channel: Field `discriminator` has another default.',
        ],
    ],
    [
        'account added',
        program => {
            const copy = structuredClone(named(program['accounts'], 'closedChannel'));
            set(copy, 'name', 'treasury');
            set(copy['data']!['fields']![0]!['defaultValue']!, 'number', 3);
            splice(program['accounts'], 2, 0, copy);
        },
        ['compatible account-type-added account treasury: Added.'],
    ],
    [
        'account after hidden bytes',
        program => {
            const account = named(program['accounts'], 'channel');
            set(account, 'data', { kind: 'hiddenPrefixTypeNode', prefix: [BYTES('07')], type: account['data'] });
            set(account, 'size', 217);
        },
        [
            'wire account-type-size account channel: Is 217 bytes instead of 216 bytes.',
            'wire account-type-retyped account channel: What is around its fields: { } after 0x07 instead of { }.',
            expect.stringMatching(
                /^wire offset-moved account channel: 15 fields at another offset: `discriminator` 0 → 1, `version` 1 → 2,/,
            ) as unknown as string,
        ],
    ],
    [
        'account at no PDA any more',
        program => Reflect.deleteProperty(named(program['accounts'], 'channel'), 'pda'),
        ['types account-type-pda account channel: Its address is that of no PDA instead of PDA `channel`.'],
    ],
    [
        'account removed',
        program => splice(program['accounts'], 1, 1),
        ['types account-type-removed account closedChannel: Removed.'],
    ],
    [
        'account renamed',
        program => set(named(program['accounts'], 'closedChannel'), 'name', 'tombstone'),
        ['types account-type-renamed account tombstone: `closedChannel` is now called `tombstone`.'],
    ],
];

export const TYPES: Row[] = [
    [
        'type added',
        program =>
            splice(program['definedTypes'], 0, 0, { kind: 'definedTypeNode', name: 'extra', type: number('u8') }),
        ['compatible type-added type extra: Added.'],
    ],
    [
        'type removed',
        program => splice(program['definedTypes'], placeOf(program['definedTypes'], 'accountDiscriminator'), 1),
        ['types type-removed type accountDiscriminator: Removed.'],
    ],
    [
        'type renamed',
        program => set(type(program, 'accountDiscriminator'), 'name', 'accountKind'),
        ['types type-renamed type accountKind: `accountDiscriminator` is now called `accountKind`.'],
    ],
    [
        'type retyped',
        program => set(type(program, 'accountDiscriminator'), 'type', number('u16')),
        ['wire type-retyped type accountDiscriminator: Is u16 instead of enum of channel, closedChannel.'],
    ],
    [
        'variant added',
        program =>
            splice(type(program, 'channelStatus')['type']!['variants'], 3, 0, {
                kind: 'enumEmptyVariantTypeNode',
                name: 'distributed',
            }),
        ['types variant-added type channelStatus: Variant `distributed` = 3 added.'],
    ],
    [
        'variant removed',
        program => splice(type(program, 'redirectReason')['type']!['variants'], 3, 1),
        // The type is part of the event and of nothing else; the event's own layout is as it was.
        ['wire variant-removed type redirectReason: Variant `reassignedAuthority` = 3 removed.'],
    ],
    [
        'variant renamed',
        program => set(type(program, 'channelStatus')['type']!['variants']![1]!, 'name', 'sealed'),
        ['types variant-renamed type channelStatus: Variant 1, `finalized`, is now called `sealed`.'],
    ],
    [
        'variants renumbered',
        program => {
            set(type(program, 'channelStatus')['type']!['variants']![1]!, 'discriminator', 2);
            set(type(program, 'channelStatus')['type']!['variants']![2]!, 'discriminator', 1);
        },
        [
            'wire variant-renumbered type channelStatus: Variant `finalized` is 2 instead of 1.',
            'wire variant-renumbered type channelStatus: Variant `closing` is 1 instead of 2.',
        ],
    ],
    [
        'variant with fields',
        program => {
            const {
                docs: _,
                kind: __,
                ...variant
            } = type(program, 'redirectReason')['type']!['variants']![0]! as Record<string, unknown>;
            const struct = { kind: 'structTypeNode', fields: [FIELD] };
            splice(type(program, 'redirectReason')['type']!['variants'], 0, 1, {
                ...variant,
                kind: 'enumStructVariantTypeNode',
                struct,
            });
        },
        ['wire variant-changed type redirectReason: Variant `unsupportedExtension` holds other fields.'],
    ],
    [
        'wider enum',
        program => set(type(program, 'redirectReason')['type']!['size']!, 'format', 'u32'),
        ['wire type-retyped type redirectReason: Its values are written as u32 instead of u8.'],
    ],
];

const SEED = { kind: 'variablePdaSeedNode', name: 'openSlot', docs: ['New.'], type: number('u64') };
const channelPda = (program: Json) => named(program['pdas'], 'channel');

export const REST: Row[] = [
    [
        'seed added',
        program => splice(channelPda(program)['seeds'], 6, 0, SEED),
        ['wire seed-added PDA channel: Seed `openSlot`, u64, added at 6.'],
    ],
    [
        'seed removed',
        program => splice(channelPda(program)['seeds'], 5, 1),
        ['wire seed-removed PDA channel: Seed `salt` removed from 5.'],
    ],
    [
        'seeds reordered',
        program => splice(channelPda(program)['seeds'], 2, 0, splice(channelPda(program)['seeds'], 1, 1)[0]),
        ['wire seed-moved PDA channel: Seed `payer` moved from 1 to 2.'],
    ],
    [
        'seed renamed',
        program => set(named(channelPda(program)['seeds'], 'salt'), 'name', 'nonce'),
        ['types seed-renamed PDA channel: Seed 5, `salt`, is now called `nonce`.'],
    ],
    [
        'seed retyped',
        program => set(named(channelPda(program)['seeds'], 'salt'), 'type', number('u32')),
        ['wire seed-changed PDA channel: Seed `salt` is u32 instead of u64.'],
    ],
    [
        'seed with another constant',
        program => set(channelPda(program)['seeds']![0]!['value']!, 'string', 'channel-v2'),
        ['wire seed-changed PDA channel: Seed 0 is "channel-v2" instead of "channel".'],
    ],
    [
        'PDA of another program',
        program => set(channelPda(program), 'programId', '11111111111111111111111111111111'),
        ['wire pda-program PDA channel: Derived from 11111111111111111111111111111111 instead of the program itself.'],
    ],
    [
        'PDA added',
        program => splice(program['pdas'], 2, 0, { ...channelPda(program), name: 'vault', seeds: [SEED] }),
        ['compatible pda-added PDA vault: Added.'],
    ],
    [
        'PDA removed',
        program => {
            splice(program['pdas'], 0, 1);
        },
        // What is a default stays, written out where it is one.
        ['types pda-removed PDA channel: Removed.'],
    ],
    [
        'PDA renamed',
        program => set(named(program['pdas'], 'eventAuthority'), 'name', 'eventSigner'),
        ['types pda-renamed PDA eventSigner: `eventAuthority` is now called `eventSigner`.'],
    ],
    [
        'event with another payload',
        program => splice(type(program, 'opened')['type']!['fields'], 1, 0, FIELD),
        ['wire event-changed event opened: Field `extra`, u16, added at the end (byte 32).'],
    ],
    [
        'event with another name in its payload',
        program => set(type(program, 'opened')['type']!['fields']![0]!, 'name', 'address'),
        ['types event-changed event opened: Field `channel` is now called `address`.'],
    ],
    [
        'event with another discriminator',
        program =>
            set(
                named(program['events'], 'opened')['discriminators']![1]!['constant']!['value']!,
                'data',
                '0102030405060708',
            ),
        [
            'wire event-discriminator event opened: Told from others by 0xe445a52e51cb9a1d0102030405060708 instead of 0xe445a52e51cb9a1da6ac61094d4cbd6d.',
        ],
    ],
    [
        'event renamed',
        program => set(named(program['events'], 'opened'), 'name', 'channelOpened'),
        ['types event-renamed event channelOpened: `opened` is now called `channelOpened`.'],
    ],
    [
        'event removed',
        program => splice(program['events'], 1, 1),
        ['wire event-removed event payoutRedirected: Removed.'],
    ],
    [
        'event added',
        program => {
            const copy = structuredClone(named(program['events'], 'opened'));
            set(copy, 'name', 'closed');
            set(copy['discriminators']![1]!['constant']!['value']!, 'data', '0102030405060708');
            splice(program['events'], 2, 0, copy);
        },
        ['compatible event-added event closed: Added.'],
    ],
    [
        'error renumbered',
        program => set(named(program['errors'], 'payerAlreadyWithdrawn'), 'code', 2399),
        ['wire error-renumbered error payerAlreadyWithdrawn: Code 2399 instead of 2300.'],
    ],
    [
        'error renamed: removed and added with the same code',
        program => set(named(program['errors'], 'payerAlreadyWithdrawn'), 'name', 'refunded'),
        ['types error-renamed error refunded: Code 2300, `payerAlreadyWithdrawn`, is now called `refunded`.'],
    ],
    [
        'error with another message',
        program => set(named(program['errors'], 'payerAlreadyWithdrawn'), 'message', 'No.'),
        ['compatible error-message error payerAlreadyWithdrawn: Another message.'],
    ],
    [
        'error removed',
        program => splice(program['errors'], placeOf(program['errors'], 'payerAlreadyWithdrawn'), 1),
        ['types error-removed error payerAlreadyWithdrawn: Removed with code 2300.'],
    ],
    [
        'error added',
        program => splice(program['errors'], 0, 0, { kind: 'errorNode', name: 'extra', code: 7777, message: 'New.' }),
        ['compatible error-added error extra: Added with code 7777.'],
    ],
    [
        'constant changed',
        program => set(named(program['constants'], 'maxRecipients')['value']!, 'number', 64),
        ['types constant-changed constant maxRecipients: Is 64 instead of 32.'],
    ],
    [
        'constant removed',
        program => splice(program['constants'], 2, 1),
        ['types constant-removed constant channelVersion: Removed.'],
    ],
    [
        'constant added',
        program => splice(program['constants'], 0, 0, { ...program['constants']![0]!, name: 'extra' }),
        ['compatible constant-added constant extra: Added.'],
    ],
    [
        'program at another address',
        program => set(program, 'publicKey', '11111111111111111111111111111112'),
        [
            'wire program-address program paymentChannels: Is at 11111111111111111111111111111112 instead of CQAyft83tN1w2bRofB5PZ79eVDU2xZUVo43LU1qL4zRg.',
        ],
    ],
    [
        'program renamed',
        program => set(program, 'name', 'channels'),
        ['types program-renamed program channels: `paymentChannels` is now called `channels`.'],
    ],
    [
        'another program in the file',
        (program, root) =>
            set(root, 'additionalPrograms', [
                {
                    kind: 'programNode',
                    name: 'other',
                    publicKey: program['publicKey'] as unknown as string,
                    version: '1.0.0',
                },
            ]),
        ['compatible program-added program other: Added to the file.'],
    ],
];
