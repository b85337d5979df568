import type {
    ActivateCommand,
    Answers,
    Decision,
    ObserveCommand,
    OpenCommand,
    RefusalCode,
    TopUpSeenCommand,
} from './commands';
import { type Draft, getStanding, type DecisionContext, type VersionedRecord } from './draft';
import { getDueWork } from './due';
import { assertHoldsInvariants } from './invariants';
import { getMinGracePeriod } from './policy';
import { getReserved, type ChainView, type ChannelRecord } from './record';
import type { RowChange } from './rows';
import { laterOf } from './vouchers';

const refuse = (code: RefusalCode): Decision<never> => ({
    change: null,
    events: [],
    result: { code, kind: 'refused' },
});

/** Records the transaction of an open before it is sent: it alone knows the splits until the channel is proven. */
export function recordOpen(
    stored: VersionedRecord | undefined,
    { signature, transaction }: OpenCommand,
): Decision<Answers['open']> {
    if (stored !== undefined) return refuse('OPEN_REPLAY_MISMATCH');
    const row: RowChange = { expected: 'absent', key: signature, kind: 'transaction', value: transaction };
    return {
        change: { channel: transaction.channel, expected: 'absent', rows: [row] },
        events: [],
        result: { kind: 'recorded' },
    };
}

/** Makes the record of a channel that was seen open on chain. */
export function activate(
    stored: VersionedRecord | undefined,
    { chain, challenge, openedSlot, row }: ActivateCommand,
    context: DecisionContext,
): Decision<Answers['activate']> {
    const { open } = row.value;
    if (open === null) return refuse('CHANNEL_STATE_MISMATCH');
    if (stored !== undefined) return repeatActivation(stored.record, row.key);
    const { now, policy } = context;
    if (chain.status !== 'open') return refuse('CHANNEL_STATE_MISMATCH');
    if (open.identity.gracePeriodSeconds < getMinGracePeriod(policy)) return refuse('GRACE_PERIOD_TOO_SHORT');
    const opened: ChannelRecord = {
        accepted: chain.settled,
        attempts: 0,
        chain,
        deliveries: { lastSequence: 0, pending: [] },
        due: null,
        ending: null,
        endingVoucher: null,
        identity: { ...open.identity, openedSlot },
        idleTimeoutSeconds: open.idleTimeoutSeconds,
        lastActivityAt: now,
        lastError: null,
        quarantine: null,
        reservations: [],
        settledMark: { amount: chain.settled, at: now, units: 0n },
        spent: chain.settled,
        units: 0n,
        voucher: null,
    };
    const record = { ...opened, due: getDueWork(opened, context) };
    assertHoldsInvariants(record);
    const { channel } = record.identity;
    const rows: RowChange[] = [
        {
            expected: row.version,
            key: row.key,
            kind: 'transaction',
            unknown: row.unknown,
            value: { ...row.value, outcome: 'landed' },
        },
    ];
    if (challenge !== undefined) {
        const { expiresAt, id } = challenge;
        rows.push({ expected: 'absent', key: id, kind: 'challenge', value: { channel, expiresAt } });
    }
    return {
        change: { channel, expected: 'absent', record, rows },
        events: [],
        result: { kind: 'activated', standing: getStanding(record) },
    };
}

/** A repeated open gets the same answer, and never resets anything. */
function repeatActivation(record: ChannelRecord, signature: string): Decision<Answers['activate']> {
    const standing = getStanding(record);
    if (record.identity.openSignature !== signature) return refuse('OPEN_REPLAY_MISMATCH');
    return { change: null, events: [], result: { kind: 'replayed', standing } };
}

/** A view that says nothing new is not written more often than this. */
const REFRESH_SECONDS = 5n;

/**
 * Takes what was seen on chain, unless it is older than what is known. Amounts only ever grow, so that a node which lies
 * takes nothing back; a payer that has begun to close ends the service in the same commit.
 *
 * @returns Whether it was as new as what is known.
 */
export function takeView(draft: Draft, seen: ChainView, isAbsenceProven = false): boolean {
    const { chain } = draft.record;
    if (seen.observedSlot < chain.observedSlot) return false;
    // A node that has not seen the channel yet, or no longer, says the same as one where it is gone for good.
    if (seen.status === 'absent' && !isAbsenceProven) return false;
    const next: ChainView = {
        ...seen,
        deposit: laterOf(seen.deposit, chain.deposit),
        paidOut: laterOf(seen.paidOut, chain.paidOut),
        payerWithdrawn: laterOf(seen.payerWithdrawn, chain.payerWithdrawn),
        settled: laterOf(seen.settled, chain.settled),
    };
    if (isSame(next, chain)) {
        if (next.observedAt < chain.observedAt + REFRESH_SECONDS) draft.setInPassing({ chain: next });
        else draft.set({ chain: next });
    } else {
        draft.set({ chain: next });
    }
    if (next.settled > draft.record.accepted) takeForeignSettlement(draft, next.settled);
    if (next.settled > chain.settled) noteSettled(draft, next.settled);
    if (draft.record.ending === null && next.status !== 'open') {
        draft.set({ ending: { amount: draft.record.accepted, at: draft.now, reason: 'payer' } });
    }
    return true;
}

function isSame(a: ChainView, b: ChainView): boolean {
    return (
        a.status === b.status &&
        a.deposit === b.deposit &&
        a.settled === b.settled &&
        a.paidOut === b.paidOut &&
        a.closureStartedAt === b.closureStartedAt &&
        a.payerWithdrawn === b.payerWithdrawn &&
        a.reclaimableFromSlot === b.reclaimableFromSlot &&
        a.commitment === b.commitment
    );
}

/**
 * More is settled than was ever accepted here: the record was lost and found in an older state, or a voucher went another
 * way. What it paid for is not known, so that none of it is left as credit but what requests in progress have set aside.
 */
function takeForeignSettlement(draft: Draft, settled: bigint): void {
    const { accepted, spent } = draft.record;
    draft.report({ accepted, channel: draft.channel, kind: 'CHAIN_AHEAD', settled });
    draft.set({
        accepted: settled,
        spent: laterOf(spent, settled - getReserved(draft.record)),
        voucher: null,
    });
}

/** A settlement has landed, whoever sent it: the schedule counts from here, and what went wrong is over. */
function noteSettled(draft: Draft, settled: bigint): void {
    const { units } = draft.record;
    draft.set({ attempts: 0, lastError: null, settledMark: { amount: settled, at: draft.now, units } });
}

export function observe(draft: Draft, { chain, isAbsenceProven }: ObserveCommand): Decision<Answers['observe']> {
    const isTaken = takeView(draft, chain, isAbsenceProven);
    return draft.decide({ kind: isTaken ? 'observed' : 'ignored' });
}

/** Credits a top-up: the deposit is what the chain says, so that no transaction counts twice. */
export function seeTopUp(draft: Draft, { chain, row }: TopUpSeenCommand): Decision<Answers['topUpSeen']> {
    if (row.value.outcome === 'landed') return draft.decide({ kind: 'replayed', standing: draft.standing });
    if (!takeView(draft, chain)) return draft.refuse('VIEW_OUT_OF_DATE');
    draft.set({ lastActivityAt: laterOf(draft.record.lastActivityAt, draft.now) });
    draft.write({
        expected: row.version,
        key: row.key,
        kind: 'transaction',
        unknown: row.unknown,
        value: { ...row.value, outcome: 'landed' },
    });
    return draft.decide({ kind: 'credited', standing: draft.standing });
}
