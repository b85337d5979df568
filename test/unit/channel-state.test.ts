import { lamports, type MaybeEncodedAccount } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
    assertIsLiveChannelState,
    decodeChannelState,
    getChannelFigures,
    isFinalizable,
    isLiveChannelState,
    isSettleable,
    type ChannelState,
    type LiveChannelState,
} from '../../src';
import { accountOf, CHANNEL_ARGS, channelData, closingAt, NOW } from '../fixtures/channels';
import { BAD_I64, BAD_U64 } from '../fixtures/bad-input';
import { addressOf, SYSTEM_PROGRAM } from '../fixtures/parties';
import { I64_MAX, U64_MAX } from '../fixtures/random';
import { expectRefusal } from '../fixtures/refusals';
import { byRevision, ofEpoch, ofTombstone, STATUSES, UNKNOWN_STATUS, VECTOR_OPEN_SLOT } from '../fixtures/revision';
import { CHANNEL } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';
import { type ChannelArgs } from '../../src/tombstone';

const exists = (account: ReturnType<typeof accountOf>): MaybeEncodedAccount => ({ ...account, exists: true });
const stateOf = (fields: Partial<ChannelArgs>) =>
    decodeChannelState(exists(accountOf(channelData(fields))), DEPLOYMENT);
const live = (fields: Partial<ChannelArgs>): LiveChannelState => {
    const state = stateOf(fields);
    assertIsLiveChannelState(state);
    return state;
};
const TOMBSTONE = exists(accountOf(Uint8Array.of(2)));
const ABSENT: MaybeEncodedAccount = { address: CHANNEL, exists: false };
const finalized = { status: STATUSES.finalized };
/** Only the epoch revision has it, and rows about it. */
const distributed = { status: STATUSES['distributed'] ?? STATUSES.open };

/** The first slot after the window of the open slot (docs/program.md, section 4.1). */
const RECLAIMABLE = { reclaimableFromSlot: byRevision({ epoch: VECTOR_OPEN_SLOT + 1_501n, tombstone: 0n }) };

/** What a closed channel is, where it is something. */
const CLOSED = ofTombstone(TOMBSTONE).map(account => decodeChannelState(account, DEPLOYMENT));

describe('decodeChannelState', () => {
    it.each([
        { account: ABSENT, expected: { address: CHANNEL, kind: 'absent' }, title: 'nothing' },
        {
            account: exists(accountOf(new Uint8Array(), CHANNEL, SYSTEM_PROGRAM)),
            expected: { address: CHANNEL, kind: 'absent' },
            title: 'a wallet that someone sent lamports to',
        },
        ...ofTombstone({ account: TOMBSTONE, expected: { address: CHANNEL, kind: 'closed' }, title: 'a tombstone' }),
        {
            account: exists(accountOf(channelData())),
            expected: { address: CHANNEL, channel: { ...CHANNEL_ARGS, discriminator: 1 }, kind: 'open' },
            title: 'an open channel',
        },
        {
            account: exists(accountOf(channelData(closingAt(NOW)))),
            expected: {
                address: CHANNEL,
                channel: { ...CHANNEL_ARGS, ...closingAt(NOW), discriminator: 1 },
                deadlineAt: NOW + 600n,
                kind: 'closing',
            },
            title: 'a closing channel',
        },
        {
            account: exists(accountOf(channelData(finalized))),
            expected: {
                address: CHANNEL,
                channel: { ...CHANNEL_ARGS, ...finalized, discriminator: 1 },
                kind: 'finalized',
                ...RECLAIMABLE,
            },
            title: 'a finalized channel',
        },
        ...ofEpoch({
            account: exists(accountOf(channelData(distributed))),
            expected: {
                address: CHANNEL,
                channel: { ...CHANNEL_ARGS, ...distributed, discriminator: 1 },
                kind: 'distributed',
                ...RECLAIMABLE,
            },
            title: 'a channel that waits for its rent',
        }),
    ])('tells $title', ({ account, expected }) => {
        const state = decodeChannelState(account, DEPLOYMENT);
        expect(state).toEqual(expected);
        expect(Object.isFrozen(state)).toBe(true);
    });

    it('has no deadline where the time would not fit an i64 (docs/program.md, section 11)', () => {
        const at = (closureStartedAt: bigint, gracePeriod: number) =>
            stateOf({ ...closingAt(closureStartedAt), gracePeriod });
        expect(at(I64_MAX - 600n, 600)).toMatchObject({ deadlineAt: I64_MAX });
        expect(at(I64_MAX - 599n, 600)).toMatchObject({ deadlineAt: undefined });
        expect(at(I64_MAX, 0xffff_ffff)).toMatchObject({ deadlineAt: undefined });
        expect(at(-5n, 3)).toMatchObject({ deadlineAt: -2n });
    });

    it.each([
        { account: exists(accountOf(channelData(), CHANNEL, SYSTEM_PROGRAM)), code: 'ACCOUNT_OWNER_MISMATCH' as const },
        {
            account: exists(accountOf(Uint8Array.of(2), CHANNEL, addressOf(9))),
            code: 'ACCOUNT_OWNER_MISMATCH' as const,
        },
        { account: exists(accountOf(channelData({}, [3, UNKNOWN_STATUS]))), code: 'ACCOUNT_MALFORMED' as const },
        { account: exists(accountOf(channelData({}, [0, 2]))), code: 'ACCOUNT_MALFORMED' as const },
        { account: exists(accountOf(channelData({ version: 2 }))), code: 'ACCOUNT_MALFORMED' as const },
        { account: exists(accountOf(channelData().subarray(1))), code: 'ACCOUNT_MALFORMED' as const },
        { account: exists(accountOf(new Uint8Array())), code: 'ACCOUNT_MALFORMED' as const },
        ...ofEpoch({ account: TOMBSTONE, code: 'ACCOUNT_MALFORMED' as const }),
        {
            account: exists(accountOf(channelData({ settlement: { payoutWatermark: 0n, settled: 1_001n } }))),
            code: 'ACCOUNT_MALFORMED' as const,
        },
        {
            account: exists(accountOf(channelData({ settlement: { payoutWatermark: 401n, settled: 400n } }))),
            code: 'ACCOUNT_MALFORMED' as const,
        },
    ])('refuses an account that the program did not write: case %#', async ({ account, code }) => {
        await expectRefusal(() => decodeChannelState(account, DEPLOYMENT), code, { address: CHANNEL });
    });

    it('takes the owner from the deployment', async () => {
        const programAddress = addressOf(9);
        const account = exists(accountOf(channelData(), CHANNEL, programAddress));
        expect(decodeChannelState(account, { ...DEPLOYMENT, programAddress }).kind).toBe('open');
        const other = exists(accountOf(channelData()));
        await expectRefusal(
            () => decodeChannelState(other, { ...DEPLOYMENT, programAddress }),
            'ACCOUNT_OWNER_MISMATCH',
        );
        await expectRefusal(
            () => decodeChannelState(TOMBSTONE, { ...DEPLOYMENT, programAddress }),
            'ACCOUNT_OWNER_MISMATCH',
        );
    });

    it.each([
        { account: null, code: 'ACCOUNT_MALFORMED' as const },
        { account: 'an account', code: 'ACCOUNT_MALFORMED' as const },
        { account: { address: 'x', exists: false }, code: 'ADDRESS_INVALID' as const },
        { account: { address: CHANNEL, exists: true }, code: 'ADDRESS_INVALID' as const },
        { account: { ...TOMBSTONE, data: [2] }, code: 'ACCOUNT_MALFORMED' as const },
    ])('refuses what is no account: case %#', async ({ account, code }) => {
        await expectRefusal(() => decodeChannelState(account as unknown as MaybeEncodedAccount, DEPLOYMENT), code);
    });
});

describe('isLiveChannelState and assertIsLiveChannelState', () => {
    it.each([
        { code: undefined, state: stateOf({}) },
        { code: undefined, state: stateOf(closingAt(NOW)) },
        { code: undefined, state: stateOf(finalized) },
        { code: 'CHANNEL_NOT_FOUND' as const, state: decodeChannelState(ABSENT, DEPLOYMENT) },
        ...ofEpoch({ code: undefined, state: stateOf(distributed) }),
        ...CLOSED.map(state => ({ code: 'CHANNEL_CLOSED' as const, state })),
    ])('of $state.kind', async ({ code, state }) => {
        expect(isLiveChannelState(state)).toBe(code === undefined);
        const assertion = () => assertIsLiveChannelState(state);
        if (code === undefined) expect(assertion).not.toThrow();
        else await expectRefusal(assertion, code, { address: CHANNEL });
    });
});

describe('what can be done at a time', () => {
    const closing = stateOf(closingAt(NOW));
    const deadline = NOW + 600n;
    const neverEnding = stateOf(closingAt(I64_MAX));

    // Strictly before the deadline the payee can settle, from the deadline on anyone can finalize (docs/program.md,
    // section 4).
    type Row = [title: string, state: ChannelState, now: bigint, settleable: boolean, finalizable: boolean];
    it.each<Row>([
        ['open', stateOf({}), NOW, true, false],
        ['closing, just begun', closing, NOW, true, false],
        ['closing, a second before the deadline', closing, deadline - 1n, true, false],
        ['closing, at the deadline', closing, deadline, false, true],
        ['closing, after the deadline', closing, deadline + 1n, false, true],
        ['closing, without a deadline', neverEnding, I64_MAX, false, false],
        ['finalized', stateOf(finalized), NOW, false, false],
        ...ofEpoch<Row>(['distributed', stateOf(distributed), NOW, false, false]),
        ...CLOSED.map((state): Row => ['closed', state, NOW, false, false]),
        ['absent', decodeChannelState(ABSENT, DEPLOYMENT), NOW, false, false],
    ])('%s', (_, state, now, settleable, finalizable) => {
        expect([isSettleable(state, now), isFinalizable(state, now)]).toEqual([settleable, finalizable]);
    });

    it.each(BAD_I64)('refuses $title for a time', async ({ code, value }) => {
        await expectRefusal(() => isSettleable(closing, value as bigint), code, { field: 'unixTimestamp' });
        await expectRefusal(() => isFinalizable(closing, value as bigint), code, { field: 'unixTimestamp' });
    });
});

describe('getChannelFigures', () => {
    // The channel has a deposit of 1000, of which 400 are settled and 100 paid out.
    const open = { hasPayerWithdrawn: false, refundable: 600n, spendable: 600n, undistributed: 300n, unsettled: 0n };
    it.each([
        { acceptedAmount: undefined, expected: open, fields: {}, title: 'nothing is accepted' },
        { acceptedAmount: 399n, expected: open, fields: {}, title: 'less is accepted than settled' },
        { acceptedAmount: 400n, expected: open, fields: {}, title: 'what is accepted is settled' },
        {
            acceptedAmount: 650n,
            expected: { ...open, spendable: 350n, unsettled: 250n },
            fields: {},
            title: 'more is accepted than settled',
        },
        {
            acceptedAmount: 1_001n,
            expected: { ...open, spendable: 0n, unsettled: 601n },
            fields: {},
            title: 'more is accepted than deposited',
        },
        {
            acceptedAmount: 650n,
            expected: { ...open, spendable: 350n, unsettled: 250n },
            fields: closingAt(NOW),
            title: 'the channel is closing',
        },
        {
            acceptedAmount: 650n,
            expected: { ...open, spendable: 0n, unsettled: 250n },
            fields: finalized,
            title: 'the channel is finalized: nothing can be spent, and what was not settled is lost',
        },
        {
            acceptedAmount: 0n,
            expected: { ...open, hasPayerWithdrawn: true, refundable: 0n, spendable: 0n },
            fields: { ...finalized, payerWithdrawnAt: NOW },
            title: 'the payer has withdrawn',
        },
        {
            acceptedAmount: U64_MAX,
            expected: { ...open, refundable: U64_MAX, spendable: 0n, undistributed: 0n, unsettled: U64_MAX },
            fields: { deposit: U64_MAX, settlement: { payoutWatermark: 0n, settled: 0n } },
            title: 'the amounts are the largest',
        },
    ])('when $title', ({ acceptedAmount, expected, fields }) => {
        expect(getChannelFigures(live(fields), { acceptedAmount })).toEqual(expected);
    });

    it.each(BAD_U64.filter(({ value }) => value !== undefined))(
        'refuses $title for what is accepted',
        async ({ code, value }) => {
            const acceptedAmount = value as bigint;
            const refused = () => getChannelFigures(live({}), { acceptedAmount });
            await expectRefusal(refused, code, { field: 'acceptedAmount' });
        },
    );
});

// Keeps the account's lamports out of what a state says: they are the account's, not the channel's.
it('does not depend on the lamports', () => {
    const account = accountOf(channelData());
    expect(decodeChannelState(exists({ ...account, lamports: lamports(1n) }), DEPLOYMENT)).toEqual(
        decodeChannelState(exists(account), DEPLOYMENT),
    );
});
