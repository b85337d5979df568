import { downgradeRoleToNonSigner, getAddressEncoder, type Address } from '@solana/kit';

import { withAccount, withDataChanged, withoutSigners } from '../alter';
import {
    ASSOCIATED_TOKEN_PROGRAM,
    rentFor,
    SYSTEM_PROGRAM,
    TOKEN_2022_LENGTH,
    TOKEN_2022_PROGRAM,
    TOKEN_LENGTH,
    TOKEN_PROGRAM,
} from '../model';
import { openHeadLength, placeOf } from '../revisions';
import { builtin, changed, code, type Row, type Rows } from './row';
import { NOW, PAYER_TOKENS, SLOT, type Stage } from './stage';

// docs/program.md, section 7.1, but for the checks of mint and payer account (tokens.ts) and of the plan (plan.ts).

const replaced = (index: number, choose: (stage: Stage) => Parameters<typeof withAccount>[2]) => (stage: Stage) =>
    changed(stage.open(), instruction => withAccount(instruction, placeOf(stage.facts, 'open', index), choose(stage)));

/** A number of the data without its bits. */
const zeroed = (start: number, length: number) => (stage: Stage) =>
    changed(stage.open(), instruction => withDataChanged(instruction, data => data.fill(0, start, start + length)));

/** A revision that takes an address as it is has nothing against these. */
const strictRows: readonly Row[] = [
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
            stage.arena.set(stage.escrow, stage.token(stage.channel));
            return stage.open();
        },
        expected: builtin('IllegalOwner', { by: ASSOCIATED_TOKEN_PROGRAM }),
        name: 'escrow exists already',
    },
];

const signedBy = (choose: (stage: Stage) => readonly Address[]) => (stage: Stage) =>
    changed(stage.open(), instruction => {
        const signers = choose(stage);
        const accounts = instruction.accounts!.map(({ address, role }) => ({
            address,
            role: signers.includes(address) ? role : downgradeRoleToNonSigner(role),
        }));
        return { ...instruction, accounts };
    });

/** The open slot of the data moved away from the current slot; with it the channel is another one. */
const dated = (by: bigint) => (stage: Stage) =>
    changed(stage.open(), instruction =>
        withDataChanged(instruction, data => new DataView(data.buffer).setBigUint64(21, SLOT + by, true)),
    );

const atSlot = (slot: bigint) => (stage: Stage) => {
    stage.arena.setClock(NOW, slot);
    return stage.open();
};

/** Epoch 7.1. */
const datedRows: readonly Row[] = [
    { arrange: signedBy(stage => [stage.payer]), expected: code(1), name: 'rent payer did not sign' },
    { arrange: signedBy(stage => [stage.rentPayer]), expected: code(1), name: 'payer did not sign, rent payer did' },
    {
        arrange: stage =>
            changed(signedBy(({ payer }) => [payer])(stage), instruction => withAccount(instruction, 2, stage.payer)),
        expected: code(1),
        name: 'rent payer did not sign and payee is the payer: the signature comes first',
    },
    { arrange: atSlot(SLOT - 1n), expected: code(2003), name: 'open slot is the next slot' },
    { arrange: atSlot(0n), expected: code(2003), name: 'open slot when the cluster starts' },
    { arrange: atSlot(SLOT + 1_501n), expected: code(2003), name: 'open slot 1,501 slots ago' },
    { arrange: atSlot(2n ** 64n - 1n), expected: code(2003), name: 'open slot long ago' },
    { arrange: dated(-1n), expected: code(2000), name: 'open slot is not the one that the channel derives from' },
    { arrange: dated(1n), expected: code(2003), name: 'open slot of the future: it comes before the address' },
    {
        arrange: stage =>
            changed(atSlot(SLOT - 1n)(stage), instruction => withAccount(instruction, 4, stage.book.treasuryOwner)),
        expected: code(2002),
        name: 'authorized signer off the curve and a bad open slot: the signer comes first',
    },
    { arrange: stage => stage.open(), expected: code(2003), given: 'freed', name: 'channel was freed' },
    {
        arrange: stage => {
            stage.arena.set(stage.escrow, { ...stage.token(stage.channel), state: 2 });
            return stage.open();
        },
        expected: code(17, { by: TOKEN_PROGRAM }),
        name: 'escrow is there and frozen',
    },
    {
        arrange: stage => {
            stage.arena.set(stage.escrow, stage.token(stage.payee));
            return stage.open();
        },
        expected: code(0, { by: ASSOCIATED_TOKEN_PROGRAM }),
        name: 'escrow is there and of another owner',
    },
];

const sharedRows: readonly Row[] = [
    {
        arrange: stage => changed(stage.open(), withoutSigners),
        expected: code(1),
        name: 'payer did not sign',
    },
    { arrange: replaced(1, stage => stage.payer), expected: code(2001), name: 'payee is the payer' },
    { arrange: zeroed(9, 8), expected: code(200), name: 'deposit of 0' },
    { arrange: zeroed(17, 4), expected: code(201), name: 'grace period of 0' },
    {
        arrange: replaced(3, stage => stage.book.treasuryOwner),
        expected: code(2002),
        name: 'authorized signer off the curve',
    },
    {
        // The toolkit refuses this plan, so the bytes of a recipient are overwritten.
        arrange: stage =>
            changed(stage.open(), instruction =>
                withDataChanged(instruction, data => {
                    const channel = getAddressEncoder().encode(stage.channel);
                    data.set(channel, openHeadLength(stage.facts) + 4);
                }),
            ),
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
            stage.arena.setRaw(stage.channel, stage.book.programAddress, new Uint8Array(), rentFor(0));
            return stage.open();
        },
        expected: code(0, { by: SYSTEM_PROGRAM }),
        name: 'channel address belongs to the program already',
    },
    {
        arrange: stage => {
            stage.arena.set(stage.rentPayer, { kind: 'wallet', lamports: rentFor(stage.facts.channelLength) - 1n });
            return stage.open();
        },
        expected: code(1, { by: SYSTEM_PROGRAM }),
        name: 'whoever pays the rent lacks a lamport for the channel',
    },
    ...(['spl', 't22'] as const).map((token): Row => ({
        arrange: stage => {
            const length = token === 'spl' ? TOKEN_LENGTH : TOKEN_2022_LENGTH;
            const lamports = rentFor(stage.facts.channelLength) + rentFor(length) - 1n;
            stage.arena.set(stage.rentPayer, { kind: 'wallet', lamports });
            return stage.open();
        },
        expected: code(1, { by: SYSTEM_PROGRAM }),
        name: `whoever pays the rent lacks a lamport for the escrow (${token})`,
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
] satisfies Row[];

export const openRows: Rows = ({ openSlotWindow, toleratesPrefunding }) =>
    [...sharedRows, ...(toleratesPrefunding ? [] : strictRows), ...(openSlotWindow === undefined ? [] : datedRows)].map(
        row => ({ ...row, given: row.given ?? 'nothing', name: `open: ${row.name}` }),
    );
