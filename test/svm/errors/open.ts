import { getOpenInstructionDataEncoder } from '../../../generated/tombstone';
import { withAccount, withData, withoutSigners } from '../alter';
import {
    ASSOCIATED_TOKEN_PROGRAM,
    CHANNEL_LENGTH,
    rentFor,
    SYSTEM_PROGRAM,
    TOKEN_2022_LENGTH,
    TOKEN_2022_PROGRAM,
    TOKEN_LENGTH,
    TOKEN_PROGRAM,
} from '../model';
import { builtin, changed, code, type Row } from './row';
import { DEPOSIT, GRACE_PERIOD, PAYER_TOKENS, type Stage } from './stage';

// Spec section 7.1, but for the checks of mint and payer account (tokens.ts) and of the plan (plan.ts).

const replaced = (index: number, choose: (stage: Stage) => Parameters<typeof withAccount>[2]) => (stage: Stage) =>
    changed(stage.open(), instruction => withAccount(instruction, index, choose(stage)));

const withArgs = (args: Readonly<{ deposit?: bigint; gracePeriod?: number }>) => (stage: Stage) =>
    changed(stage.open(), instruction => {
        const all = { deposit: DEPOSIT, gracePeriod: GRACE_PERIOD, salt: 0n, ...args };
        const data = getOpenInstructionDataEncoder().encode({ ...all, recipients: [...stage.splits] });
        return withData(instruction, new Uint8Array(data));
    });

export const openRows: readonly Row[] = (
    [
        {
            arrange: stage => changed(stage.open(), withoutSigners),
            expected: code(1),
            name: 'payer did not sign',
        },
        { arrange: replaced(1, stage => stage.payer), expected: code(2001), name: 'payee is the payer' },
        { arrange: withArgs({ deposit: 0n }), expected: code(200), name: 'deposit of 0' },
        { arrange: withArgs({ gracePeriod: 0 }), expected: code(201), name: 'grace period of 0' },
        {
            arrange: replaced(3, stage => stage.book.treasuryOwner),
            expected: code(2002),
            name: 'authorized signer off the curve',
        },
        {
            // The toolkit refuses this plan, so the bytes of a recipient are overwritten.
            arrange: stage =>
                changed(stage.open(), instruction => {
                    const data = getOpenInstructionDataEncoder().encode({
                        deposit: DEPOSIT,
                        gracePeriod: GRACE_PERIOD,
                        recipients: [{ bps: 1, recipient: stage.channel }],
                        salt: 0n,
                    });
                    return withData(instruction, new Uint8Array(data));
                }),
            expected: code(261),
            name: 'a recipient is the channel',
        },
        { arrange: replaced(4, stage => stage.stranger()), expected: code(2000), name: 'channel is another address' },
        {
            arrange: replaced(1, stage => stage.stranger()),
            expected: code(2000),
            name: 'payee is not the one that the channel derives from',
        },
        {
            arrange: replaced(2, stage => stage.stranger()),
            expected: code(2000),
            name: 'mint is not the one that the channel derives from',
        },
        {
            arrange: replaced(3, stage => stage.intruder.address),
            expected: code(2000),
            name: 'authorized signer is not the one that the channel derives from',
        },
        { arrange: replaced(6, stage => stage.payeeToken), expected: code(50), name: 'escrow is another address' },
        {
            arrange: replaced(9, stage => stage.stranger()),
            expected: builtin('InvalidArgument'),
            name: 'rent account is another address',
        },
        {
            arrange: replaced(11, stage => stage.stranger()),
            expected: code(8),
            name: 'event authority is another address',
        },
        {
            arrange: replaced(12, stage => stage.stranger()),
            expected: builtin('MissingAccount'),
            name: 'self program is another address',
        },
        {
            arrange: replaced(8, stage => stage.stranger()),
            expected: builtin('MissingAccount'),
            name: 'system program is another address',
        },
        {
            arrange: replaced(10, stage => stage.stranger()),
            expected: builtin('MissingAccount'),
            name: 'associated-token program is another address',
        },
        {
            arrange: stage => {
                stage.arena.set(stage.channel, { kind: 'wallet', lamports: 1n });
                return stage.open();
            },
            expected: code(0, { by: SYSTEM_PROGRAM }),
            name: 'channel address holds a lamport',
        },
        {
            arrange: stage => {
                stage.arena.setRaw(stage.channel, stage.book.programAddress, new Uint8Array(), rentFor(0));
                return stage.open();
            },
            expected: code(0, { by: SYSTEM_PROGRAM }),
            name: 'channel address belongs to the program already',
        },
        {
            arrange: stage => {
                stage.arena.set(stage.escrow, stage.token(stage.channel));
                return stage.open();
            },
            expected: builtin('IllegalOwner', { by: ASSOCIATED_TOKEN_PROGRAM }),
            name: 'escrow exists already',
        },
        {
            arrange: stage => {
                stage.arena.set(stage.payer, { kind: 'wallet', lamports: rentFor(CHANNEL_LENGTH) - 1n });
                return stage.open();
            },
            expected: code(1, { by: SYSTEM_PROGRAM }),
            name: 'payer lacks a lamport for the channel',
        },
        ...(['spl', 't22'] as const).map((token): Row => ({
            arrange: stage => {
                const length = token === 'spl' ? TOKEN_LENGTH : TOKEN_2022_LENGTH;
                const lamports = rentFor(CHANNEL_LENGTH) + rentFor(length) - 1n;
                stage.arena.set(stage.payer, { kind: 'wallet', lamports });
                return stage.open();
            },
            expected: code(1, { by: SYSTEM_PROGRAM }),
            name: `payer lacks a lamport for the escrow (${token})`,
            token,
        })),
        ...(['spl', 't22'] as const).map((token): Row => ({
            arrange: stage => stage.open({ deposit: PAYER_TOKENS + 1n }),
            expected: code(1, { by: token === 'spl' ? TOKEN_PROGRAM : TOKEN_2022_PROGRAM }),
            name: `payer lacks a token for the deposit (${token})`,
            token,
        })),
        ...(['fresh', 'open', 'closing', 'finalized', 'closed'] as const).map((given): Row => ({
            arrange: stage => stage.open(),
            expected: code(0, { by: SYSTEM_PROGRAM }),
            given,
            name: `channel is ${given}`,
        })),
    ] satisfies Row[]
).map((row: Row) => ({ ...row, given: row.given ?? 'nothing', name: `open: ${row.name}` }));
