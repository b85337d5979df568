import { account, argument, instruction, link, number, placeOf, set, splice } from '../mutate';
import { FIELD, type Row } from './row';

const PAYER = { kind: 'instructionAccountNode', name: 'sponsor', isWritable: true, isSigner: true, docs: ['New.'] };
const ARGUMENT = { ...FIELD, kind: 'instructionArgumentNode' };

export const INSTRUCTIONS: Row[] = [
    [
        'instruction added',
        program => {
            const copy = structuredClone(instruction(program, 'finalize'));
            set(copy, 'name', 'reclaim');
            set(copy['arguments']![0]!['defaultValue']!, 'number', 9);
            splice(program['instructions'], 3, 0, copy);
        },
        ['compatible instruction-added instruction reclaim: Added.'],
    ],
    [
        'instruction removed',
        program => splice(program['instructions'], placeOf(program['instructions'], 'requestClose'), 1),
        ['wire instruction-removed instruction requestClose: Removed.'],
    ],
    [
        'instruction renamed: removed and added with the same discriminator',
        program => set(instruction(program, 'finalize'), 'name', 'seal'),
        ['types instruction-renamed instruction seal: `finalize` is now called `seal` (discriminator 0x06).'],
    ],
    [
        'instruction with another discriminator',
        program => set(argument(program, 'finalize', 'discriminator')['defaultValue']!, 'number', 60),
        ['wire instruction-discriminator instruction finalize: Selected by 0x3c instead of 0x06.'],
    ],
    [
        'accounts that are said to grow',
        program =>
            set(instruction(program, 'open'), 'byteDeltas', [
                { kind: 'instructionByteDeltaNode', value: { kind: 'numberValueNode', number: 216 }, withHeader: true },
            ]),
        ['types instruction-size instruction open: Says another number of bytes by which accounts grow or shrink.'],
    ],
    [
        'instructions in another order: no change',
        program => splice(program['instructions'], 0, 0, splice(program['instructions'], 4, 1)[0]),
        [],
    ],
    ['other docs: no change', program => set(instruction(program, 'open'), 'docs', ['Other.']), []],
];

export const ACCOUNTS: Row[] = [
    [
        'account inserted',
        program => splice(instruction(program, 'open')['accounts'], 1, 0, PAYER),
        [
            'wire account-inserted instruction open: Account `sponsor` (signer, writable) inserted at 1; 12 accounts after it move.',
        ],
    ],
    [
        'account added at the end',
        program =>
            splice(instruction(program, 'finalize')['accounts'], 1, 0, { ...PAYER, isOptional: true, isSigner: false }),
        ['wire account-inserted instruction finalize: Account `sponsor` (writable, optional) added at the end, at 1.'],
    ],
    [
        'account removed',
        program => splice(instruction(program, 'withdrawPayer')['accounts'], 0, 1),
        ['wire account-removed instruction withdrawPayer: Account `payer` (signer, read-only) removed from 0.'],
    ],
    [
        'accounts reordered',
        program => {
            const accounts = instruction(program, 'open')['accounts'];
            splice(accounts, 2, 0, splice(accounts, 1, 1)[0]);
        },
        ['wire account-moved instruction open: Account `payee` moved from 1 to 2.'],
    ],
    [
        'account moved to the end',
        program => {
            const accounts = instruction(program, 'topUp')['accounts'];
            splice(accounts, 5, 0, splice(accounts, 0, 1)[0]);
        },
        ['wire account-moved instruction topUp: Account `payer` moved from 0 to 5.'],
    ],
    [
        'account renamed: removed and added at the same place',
        program => set(account(program, 'settleAndFinalize', 'merchant'), 'name', 'payee'),
        ['types account-renamed instruction settleAndFinalize: Account 0, `merchant`, is now called `payee`.'],
    ],
    [
        'account renamed and another inserted before it',
        program => {
            set(account(program, 'settleAndFinalize', 'merchant'), 'name', 'payee');
            splice(instruction(program, 'settleAndFinalize')['accounts'], 0, 0, PAYER);
        },
        [
            'wire account-inserted instruction settleAndFinalize: Account `sponsor` (signer, writable) inserted at 0; 3 accounts after it move.',
            'types account-renamed instruction settleAndFinalize: Account 1, `merchant`, is now called `payee`.',
        ],
    ],
    [
        'account made signer',
        program => set(account(program, 'finalize', 'channel'), 'isSigner', true),
        ['wire account-signer instruction finalize: Account `channel` has to sign now.'],
    ],
    [
        'account that may sign or not',
        program => set(account(program, 'finalize', 'channel'), 'isSigner', 'either'),
        ['compatible account-signer instruction finalize: Account `channel` may sign or not now.'],
    ],
    [
        'account not signer any more',
        program => set(account(program, 'requestClose', 'payer'), 'isSigner', false),
        ['types account-signer instruction requestClose: Account `payer` does not sign any more.'],
    ],
    [
        'account made writable',
        program => set(account(program, 'requestClose', 'payer'), 'isWritable', true),
        ['wire account-writable instruction requestClose: Account `payer` is writable now.'],
    ],
    [
        'account made read-only',
        program => set(account(program, 'requestClose', 'channel'), 'isWritable', false),
        ['compatible account-writable instruction requestClose: Account `channel` is read-only now.'],
    ],
    [
        'account made optional',
        program => set(account(program, 'open', 'rent'), 'isOptional', true),
        ['compatible account-optional instruction open: Account `rent` is optional now.'],
    ],
    [
        'account with a default',
        program => set(account(program, 'open', 'mint'), 'defaultValue', { kind: 'accountValueNode', name: 'payee' }),
        ['compatible account-default instruction open: Account `mint` now has a default, account `payee`.'],
    ],
    [
        'account without its default',
        program => Reflect.deleteProperty(account(program, 'open', 'rent'), 'defaultValue'),
        ['types account-default instruction open: Account `rent` has no default any more.'],
    ],
    [
        'account with another default',
        program =>
            set(account(program, 'open', 'rent')['defaultValue']!, 'publicKey', '11111111111111111111111111111111'),
        [
            'wire account-default instruction open: Account `rent` defaults to 11111111111111111111111111111111 instead of SysvarRent111111111111111111111111111111111.',
        ],
    ],
    [
        'remaining accounts made signers',
        program => set(instruction(program, 'distribute')['remainingAccounts']![0]!, 'isSigner', true),
        [
            'wire remaining-accounts instruction distribute: The accounts after the named ones changed: `recipientTokenAccounts`.',
        ],
    ],
    [
        'remaining accounts gone',
        program => set(instruction(program, 'distribute'), 'remainingAccounts', []),
        [
            'wire remaining-accounts instruction distribute: Takes no more accounts after the named ones (`recipientTokenAccounts` before).',
        ],
    ],
    [
        'remaining accounts new',
        program =>
            set(instruction(program, 'settle'), 'remainingAccounts', [
                { kind: 'instructionRemainingAccountsNode', value: { kind: 'argumentValueNode', name: 'others' } },
            ]),
        ['compatible remaining-accounts instruction settle: Takes more accounts after the named ones: `others`.'],
    ],
];

export const ARGUMENTS: Row[] = [
    [
        'argument inserted, with the offsets that it moves',
        program => splice(instruction(program, 'open')['arguments'], 2, 0, ARGUMENT),
        [
            'wire argument-added instruction open: Argument `extra`, u16, inserted (byte 9).',
            'wire offset-moved instruction open: 3 arguments at another offset: `deposit` 9 → 11, `gracePeriod` 17 → 19, `recipients` 21 → 23.',
        ],
    ],
    [
        'argument added at the end',
        program => splice(instruction(program, 'topUp')['arguments'], 2, 0, ARGUMENT),
        ['wire argument-added instruction topUp: Argument `extra`, u16, added at the end (byte 9).'],
    ],
    [
        'argument removed',
        program => splice(instruction(program, 'topUp')['arguments'], 1, 1),
        ['wire argument-removed instruction topUp: Argument `amount`, u64, removed (byte 1).'],
    ],
    [
        'argument renamed: removed and added at the same place with the same type',
        program => set(argument(program, 'topUp', 'amount'), 'name', 'lamports'),
        ['types argument-renamed instruction topUp: Argument `amount` is now called `lamports`.'],
    ],
    [
        'argument retyped',
        program => set(argument(program, 'open', 'gracePeriod'), 'type', number('u64')),
        [
            'wire argument-retyped instruction open: Argument `gracePeriod` is u64 instead of u32.',
            'wire offset-moved instruction open: 1 argument at another offset: `recipients` 21 → 25.',
        ],
    ],
    [
        'argument in another byte order',
        program => set(argument(program, 'topUp', 'amount')['type']!, 'endian', 'be'),
        ['wire argument-retyped instruction topUp: Argument `amount` is u64 big-endian instead of u64.'],
    ],
    [
        'argument retyped, with the same bytes',
        program => set(argument(program, 'settleAndFinalize', 'hasVoucher'), 'type', link('payoutBeneficiary')),
        [
            'types argument-retyped instruction settleAndFinalize: Argument `hasVoucher` is payoutBeneficiary instead of u8.',
        ],
    ],
    [
        'argument moved',
        program => {
            const args = instruction(program, 'open')['arguments'];
            splice(args, 2, 0, splice(args, 1, 1)[0]);
        },
        [
            'wire argument-moved instruction open: Argument `salt` moved from byte 1 to 9 among the others.',
            'wire offset-moved instruction open: 1 argument at another offset: `deposit` 9 → 1.',
        ],
    ],
    [
        'argument with a default',
        program =>
            set(argument(program, 'open', 'gracePeriod'), 'defaultValue', { kind: 'numberValueNode', number: 60 }),
        ['compatible argument-default instruction open: Argument `gracePeriod` now has a default.'],
    ],
];
