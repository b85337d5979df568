import { type Instruction } from '@solana/kit';

import { withBytesAdded } from '../alter';
import { type RevisionFacts } from '../revisions';
import { GRACE_PERIOD, NOW, type Given, type Stage, type TokenKind } from './stage';

/** A transaction that rows put a fault into, and a state in which it succeeds without one. */
type Control = Readonly<{
    name: string;
    given: Given;
    token: TokenKind;
    now?: bigint;
    build: (stage: Stage) => Promise<Instruction[]>;
}>;

const DEADLINE = NOW + BigInt(GRACE_PERIOD);

const TRANSACTIONS: readonly Omit<Control, 'token'>[] = [
    { build: stage => stage.open(), given: 'nothing', name: 'open' },
    { build: stage => stage.settle(500_000n), given: 'open', name: 'settle' },
    { build: stage => stage.topUp(), given: 'open', name: 'topUp' },
    { build: stage => stage.settleAndFinalize(500_000n), given: 'open', name: 'settleAndFinalize' },
    { build: stage => stage.settleAndFinalize(), given: 'open', name: 'settleAndFinalize without a voucher' },
    {
        build: stage => stage.settleAndFinalize(500_000n),
        given: 'closing',
        name: 'settleAndFinalize a second before the deadline',
        now: DEADLINE - 1n,
    },
    { build: stage => stage.requestClose(), given: 'open', name: 'requestClose' },
    { build: stage => stage.finalize(), given: 'closing', name: 'finalize at the deadline', now: DEADLINE },
    { build: stage => stage.distribute(), given: 'open', name: 'distribute' },
    { build: stage => stage.distribute(), given: 'finalized', name: 'distribute' },
    { build: stage => stage.withdrawPayer(), given: 'finalized', name: 'withdrawPayer' },
    { build: stage => stage.emitEvent(), given: 'nothing', name: 'emitEvent' },
];

const DATED_TRANSACTIONS: readonly Omit<Control, 'token'>[] = [
    {
        build: async stage => {
            stage.passWindow();
            return await stage.reclaim();
        },
        given: 'closed',
        name: 'reclaim',
    },
    {
        build: async stage => {
            stage.passWindow();
            return await stage.distribute();
        },
        given: 'finalized',
        name: 'distribute behind the window',
    },
    {
        build: async stage => {
            stage.arena.set(stage.channel, { kind: 'wallet', lamports: 1n });
            stage.arena.set(stage.escrow, stage.token(stage.channel, 7n));
            return await stage.open();
        },
        given: 'nothing',
        name: 'open over lamports and an escrow',
    },
    {
        build: async stage => {
            const [verify, settle] = await stage.settle(500_000n);
            return [verify!, withBytesAdded(settle!, 48)];
        },
        given: 'open',
        name: 'settle with data that is not looked at',
    },
];

export const controlsOf = ({ openSlotWindow }: RevisionFacts): readonly Control[] =>
    (['spl', 't22'] as const).flatMap(token =>
        [...TRANSACTIONS, ...(openSlotWindow === undefined ? [] : DATED_TRANSACTIONS)].map(transaction => ({
            ...transaction,
            token,
        })),
    );
