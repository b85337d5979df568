import { describe, expect, it } from 'vitest';

import { getAvailable, getReserved } from '../../../src/ledger/record';
import { CHANNEL, IDENTITY, NOW, OPEN_ROW, TestLedger, toSignature, toVoucher, VIEW } from './records';

const opened = (...options: ConstructorParameters<typeof TestLedger>) => {
    const ledger = new TestLedger(...options);
    ledger.open();
    return ledger;
};

describe('opening a channel', () => {
    it('is recorded before the transaction is sent, with the splits and without a record', () => {
        const ledger = new TestLedger();
        ledger.do({ kind: 'open', signature: IDENTITY.openSignature, transaction: OPEN_ROW.value });
        expect(ledger.stored).toBeUndefined();
        expect(ledger.value('transaction', IDENTITY.openSignature)?.open?.identity.splits).toEqual(IDENTITY.splits);
    });

    it('starts accepted and spent at what is settled already', () => {
        const ledger = new TestLedger();
        ledger.open({ settled: 300n });
        expect(ledger.record).toMatchObject({ accepted: 300n, spent: 300n, voucher: null });
        expect(getAvailable(ledger.record)).toBe(0n);
    });

    it('gives a repetition the same answer and resets nothing', () => {
        const ledger = opened();
        ledger.pay(200n, 'a', 100n);
        const before = ledger.stored;
        const row = ledger.row('transaction', IDENTITY.openSignature)!;
        expect(ledger.do({ chain: VIEW, kind: 'activate', openedSlot: 99n, row })).toMatchObject({ kind: 'replayed' });
        const other = { ...row, key: toSignature(2) };
        expect(ledger.do({ chain: VIEW, kind: 'activate', openedSlot: 99n, row: other })).toMatchObject({
            code: 'OPEN_REPLAY_MISMATCH',
        });
        expect(ledger.stored).toBe(before);
    });

    it.each(['closing', 'sealed', 'distributed', 'absent'] as const)('refuses a channel that is %s', status => {
        const ledger = new TestLedger();
        expect(ledger.open({ status })).toMatchObject({ code: 'CHANNEL_STATE_MISMATCH' });
        expect(ledger.stored).toBeUndefined();
    });

    it('refuses a grace period that leaves no time to settle', () => {
        const ledger = new TestLedger({ leadSeconds: 450, settlementWindowSeconds: 900 });
        expect(ledger.open()).toMatchObject({ code: 'GRACE_PERIOD_TOO_SHORT' });
    });

    it('binds a challenge to one channel', () => {
        const ledger = new TestLedger();
        ledger.rows.set('challenge challenge 1', {
            key: 'challenge 1',
            kind: 'challenge',
            value: { channel: CHANNEL, expiresAt: NOW },
            version: 1,
        });
        expect(() => ledger.open()).toThrow('conflict: challenge challenge 1');
    });
});

describe('a voucher', () => {
    it('is accepted with what it adds', () => {
        const ledger = opened();
        expect(ledger.accept(100n)).toMatchObject({ delta: 100n, kind: 'accepted' });
        expect(ledger.accept(250n)).toMatchObject({ delta: 150n, standing: { accepted: 250n, spent: 0n } });
        expect(ledger.record.voucher).toEqual({
            cumulativeAmount: 250n,
            expiresAt: 0n,
            signature: toVoucher(250n).signature,
        });
    });

    it.each([
        ['another channel', toVoucher(200n, { channelId: IDENTITY.payer }), 'VOUCHER_CHANNEL_MISMATCH'],
        [
            'the amount of the one before, with other bytes',
            toVoucher(100n, { signature: toSignature(5) }),
            'CUMULATIVE_NOT_MONOTONIC',
        ],
        ['a lower amount', toVoucher(99n), 'CUMULATIVE_NOT_MONOTONIC'],
        ['more than the deposit', toVoucher(1_001n), 'EXCEEDS_DEPOSIT'],
        ['too small an increment', toVoucher(109n), 'BELOW_MIN_DELTA'],
        ['a bad signature', toVoucher(200n, { isSignatureGood: false }), 'INVALID_SIGNATURE'],
        ['one that expires now', toVoucher(200n, { expiresAt: NOW }), 'EXPIRED'],
        [
            'one that has no time left to be settled',
            toVoucher(200n, { expiresAt: NOW + 899n }),
            'EXPIRES_WITHIN_SETTLEMENT_WINDOW',
        ],
        ['a negative expiry', toVoucher(200n, { expiresAt: -1n }), 'EXPIRED'],
    ] as const)('is refused: %s', (_, voucher, code) => {
        const ledger = opened({ minVoucherDelta: 10n });
        ledger.accept(100n);
        const before = ledger.stored;
        expect(ledger.do({ kind: 'acceptVoucher', voucher })).toMatchObject({ code, kind: 'refused' });
        expect(ledger.stored).toBe(before);
    });

    it('that expires earlier than the one before is refused, one that never does is taken', () => {
        const ledger = opened();
        ledger.accept(100n, { expiresAt: NOW + 5_000n });
        expect(ledger.accept(200n, { expiresAt: NOW + 4_999n })).toMatchObject({ code: 'EXPIRES_EARLIER' });
        expect(ledger.accept(200n)).toMatchObject({ kind: 'accepted' });
        expect(ledger.accept(300n, { expiresAt: NOW + 5_000n })).toMatchObject({ code: 'EXPIRES_EARLIER' });
    });

    it('that is sent again is a replay: nothing changes, and a bad signature is bad again', () => {
        const ledger = opened();
        ledger.accept(100n);
        const before = ledger.stored;
        expect(ledger.accept(100n)).toMatchObject({ kind: 'replayed' });
        expect(ledger.accept(100n, { isSignatureGood: false })).toMatchObject({ code: 'INVALID_SIGNATURE' });
        expect(ledger.stored).toBe(before);
    });

    it('that is sent again is a replay when the channel has ended since, or the voucher has expired', () => {
        const ledger = opened();
        ledger.accept(100n, { expiresAt: NOW + 1_000n });
        ledger.do({ kind: 'end', reason: 'operator' });
        ledger.now += 2_000n;
        expect(ledger.accept(100n, { expiresAt: NOW + 1_000n })).toMatchObject({ kind: 'replayed' });
        expect(ledger.accept(200n)).toMatchObject({ code: 'CHANNEL_CLOSE_PENDING' });
    });

    it('is refused in the commit that learns that the payer closes', () => {
        const ledger = opened();
        ledger.accept(100n);
        const observation = { ...VIEW, closureStartedAt: NOW, observedSlot: 101n, status: 'closing' as const };
        const result = ledger.do({ kind: 'acceptVoucher', observation, voucher: toVoucher(200n) });
        expect(result).toMatchObject({ code: 'CHANNEL_CLOSING_ON_CHAIN' });
        expect(ledger.record).toMatchObject({ accepted: 100n, ending: { amount: 100n, reason: 'payer' } });
        expect(ledger.record.due).toEqual({ at: NOW, deadline: NOW + 900n, reason: 'deadline' });
    });
});

describe('a charge', () => {
    it('reserves with the voucher, and is spent when the handler is done', () => {
        const ledger = opened();
        expect(ledger.pay(100n, 'a', 60n)).toMatchObject({ charge: { kind: 'reserved' }, kind: 'accepted' });
        expect([ledger.record.spent, getReserved(ledger.record)]).toEqual([0n, 60n]);
        expect(ledger.commit('a', 60n)).toMatchObject({ kind: 'charged', standing: { accepted: 100n, spent: 60n } });
        expect([ledger.record.spent, getReserved(ledger.record), ledger.record.units]).toEqual([60n, 0n, 1n]);
    });

    it('that the voucher does not cover leaves the voucher accepted, and says what would do', () => {
        const ledger = opened({ minVoucherDelta: 50n });
        expect(ledger.pay(50n, 'a', 60n)).toMatchObject({ charge: { kind: 'insufficient', requiredCumulative: 100n } });
        expect(ledger.record).toMatchObject({ accepted: 50n, reservations: [] });
        expect(ledger.pay(100n, 'a', 60n)).toMatchObject({ charge: { kind: 'reserved' } });
    });

    it('is answered again for the same request, and refused for another one with its key', () => {
        const ledger = opened();
        ledger.pay(100n, 'a', 60n);
        expect(ledger.pay(100n, 'a', 60n)).toMatchObject({ code: 'CHARGE_RUNNING' });
        ledger.commit('a', 60n);
        expect(ledger.pay(100n, 'a', 60n)).toMatchObject({ kind: 'answered', row: { stage: 'committed' } });
        const charge = ledger.request('a', 60n, 'another request');
        expect(ledger.do({ charge, kind: 'acceptVoucher', voucher: toVoucher(160n) })).toMatchObject({
            code: 'IDEMPOTENCY_CONFLICT',
        });
        expect(ledger.record.spent).toBe(60n);
    });

    it('whose handler failed may be tried again with the same key and the same voucher, on the credit that is left', () => {
        const ledger = opened();
        ledger.pay(100n, 'a', 60n);
        expect(ledger.release('a')).toMatchObject({ kind: 'released', standing: { spent: 0n } });
        expect(ledger.pay(100n, 'a', 60n)).toMatchObject({ charge: { kind: 'reserved' }, delta: 0n });
        ledger.release('a');
        // Another request has brought a higher voucher meanwhile.
        ledger.pay(140n, 'b', 140n);
        expect(ledger.pay(100n, 'a', 60n)).toMatchObject({
            charge: { kind: 'insufficient', requiredCumulative: 200n },
        });
    });

    it('that was abandoned gives its credit back, and its handler does not run again', () => {
        const ledger = opened();
        ledger.pay(100n, 'a', 60n);
        ledger.now += 30n;
        expect(ledger.pay(100n, 'a', 60n)).toMatchObject({ code: 'CHARGE_ABANDONED' });
        expect(ledger.commit('a', 60n)).toMatchObject({ code: 'CHARGE_ABANDONED' });
        expect(ledger.pay(150n, 'b', 150n)).toMatchObject({ charge: { kind: 'reserved' } });
        expect(ledger.record).toMatchObject({ accepted: 150n, spent: 0n });
    });

    it('belongs to the process that made it', () => {
        const ledger = opened();
        ledger.pay(100n, 'a', 60n);
        expect(ledger.commit('a', 60n, 'process 2')).toMatchObject({ code: 'CHARGE_NOT_RUNNING' });
        expect(ledger.release('a', 'process 2')).toMatchObject({ code: 'CHARGE_NOT_RUNNING' });
        expect(ledger.commit('a', 61n)).toMatchObject({ code: 'AMOUNT_EXCEEDS_RESERVATION' });
        expect(ledger.commit('a', 40n)).toMatchObject({ standing: { spent: 40n } });
        expect(ledger.commit('a', 40n)).toMatchObject({ code: 'CHARGE_NOT_RUNNING' });
    });

    it('can be reserved on credit without a voucher, as often as there is room', () => {
        const ledger = opened({ maxReservations: 2 });
        ledger.accept(100n);
        expect(ledger.do({ charge: ledger.request('a', 40n), kind: 'reserve' })).toMatchObject({ kind: 'reserved' });
        expect(ledger.do({ charge: ledger.request('b', 61n), kind: 'reserve' })).toMatchObject({
            kind: 'insufficient',
            requiredCumulative: 101n,
        });
        ledger.do({ charge: ledger.request('b', 40n), kind: 'reserve' });
        expect(ledger.do({ charge: ledger.request('c', 1n), kind: 'reserve' })).toMatchObject({
            code: 'TOO_MANY_RESERVATIONS',
        });
    });
});

describe('the view of the chain', () => {
    it('is not replaced by an older one', () => {
        const ledger = opened();
        ledger.see({ closureStartedAt: NOW, observedSlot: 200n, status: 'closing' });
        expect(ledger.see({ observedSlot: 199n, status: 'open' })).toEqual({ kind: 'ignored' });
        expect(ledger.record.chain.status).toBe('closing');
    });

    it('that says nothing new is no change', () => {
        const ledger = opened();
        const before = ledger.stored;
        ledger.now += 4n;
        ledger.see({});
        expect(ledger.stored).toBe(before);
        ledger.now += 1n;
        ledger.see({});
        expect(ledger.record.chain.observedAt).toBe(NOW + 5n);
    });

    it('believes that a channel is gone only where that is proven', () => {
        const ledger = opened();
        expect(ledger.see({ status: 'absent' })).toEqual({ kind: 'ignored' });
        expect(ledger.see({ status: 'absent' }, true)).toEqual({ kind: 'observed' });
        expect(ledger.record.due).toBeNull();
    });

    it('with more settled than was accepted raises accepted and spent, and says so', () => {
        const ledger = opened();
        ledger.pay(100n, 'a', 60n);
        const seen = { ...ledger.record.chain, observedSlot: 500n, settled: 400n };
        const decision = ledger.decide({ chain: seen, kind: 'observe' });
        expect(decision.events).toEqual([{ accepted: 100n, channel: CHANNEL, kind: 'CHAIN_AHEAD', settled: 400n }]);
        ledger.apply(decision);
        expect(ledger.record).toMatchObject({ accepted: 400n, spent: 340n, voucher: null });
        expect(getAvailable(ledger.record)).toBe(0n);
    });

    it('takes the deposit of a top-up from the chain, once for each transaction', () => {
        const ledger = opened();
        const row = {
            key: toSignature(77),
            kind: 'transaction' as const,
            value: { ...OPEN_ROW.value, kind: 'topUp' as const, open: null },
            version: 1,
        };
        ledger.rows.set(`transaction ${row.key}`, row);
        const chain = { ...VIEW, deposit: 1_500n, observedSlot: 101n };
        expect(ledger.do({ chain, kind: 'topUpSeen', row })).toMatchObject({ standing: { deposit: 1_500n } });
        const again = ledger.row('transaction', row.key)!;
        expect(ledger.do({ chain, kind: 'topUpSeen', row: again })).toMatchObject({ kind: 'replayed' });
        expect(ledger.record.chain.deposit).toBe(1_500n);
    });
});

describe('the end of a channel', () => {
    it('is set once, and fixes what is settled', () => {
        const ledger = opened();
        ledger.accept(100n);
        expect(ledger.do({ kind: 'end', reason: 'operator' })).toMatchObject({ isFirst: true });
        ledger.now += 10n;
        const again = ledger.do({ kind: 'end', reason: 'client', voucher: toVoucher(100n) });
        expect(again).toMatchObject({ ending: { amount: 100n, at: NOW, reason: 'operator' }, isFirst: false });
        expect(ledger.do({ kind: 'end', reason: 'client', voucher: toVoucher(200n) })).toMatchObject({
            code: 'CLOSE_VOUCHER_MISMATCH',
        });
        expect(ledger.record.due).toMatchObject({ reason: 'close' });
    });

    it('by idleness waits for its time, the tolerance and the requests in progress', () => {
        const ledger = opened();
        ledger.pay(100n, 'a', 60n);
        ledger.now = NOW + 629n;
        expect(ledger.do({ kind: 'end', reason: 'idle' })).toMatchObject({ code: 'NOT_IDLE' });
        ledger.now = NOW + 630n;
        ledger.do({ charge: { ...ledger.request('b', 10n) }, kind: 'reserve' });
        expect(ledger.do({ kind: 'end', reason: 'idle' })).toMatchObject({ code: 'NOT_IDLE' });
        ledger.release('b');
        expect(ledger.do({ kind: 'end', reason: 'idle' })).toMatchObject({ isFirst: true });
        expect(ledger.do({ at: ledger.now, kind: 'touch' })).toEqual({ kind: 'unchanged' });
    });

    it('takes a higher voucher, and a lower one only where both agreed on it', () => {
        const ledger = opened();
        ledger.pay(100n, 'a', 60n);
        ledger.commit('a', 60n);
        const end = (amount: bigint, mayEndBelowAccepted = false) =>
            ledger.do({ kind: 'end', mayEndBelowAccepted, reason: 'client', voucher: toVoucher(amount) });
        expect(end(80n)).toMatchObject({ code: 'CUMULATIVE_NOT_MONOTONIC' });
        expect(end(59n, true)).toMatchObject({ code: 'CUMULATIVE_NOT_MONOTONIC' });
        expect(end(60n, true)).toMatchObject({ ending: { amount: 60n }, voucher: { cumulativeAmount: 60n } });
        expect(ledger.record.accepted).toBe(100n);
    });
});

describe('the side channel', () => {
    it('reserves within the deposit, and commits what the voucher adds', () => {
        const ledger = opened({ maxDeliveries: 2 });
        const reserve = (amount: bigint, id?: string) =>
            ledger.do({ amount, id, kind: 'reserveDelivery', row: undefined });
        expect(reserve(600n)).toMatchObject({ delivery: { id: `${CHANNEL}:1`, sequence: 1 } });
        expect(reserve(401n)).toMatchObject({ code: 'EXCEEDS_AVAILABLE_DEPOSIT' });
        expect(reserve(1n, `${CHANNEL}:1`)).toMatchObject({ code: 'DELIVERY_EXISTS' });
        expect(reserve(400n)).toMatchObject({ delivery: { sequence: 2 } });
        expect(reserve(0n)).toMatchObject({ code: 'TOO_MANY_DELIVERIES' });
        const commit = (id: string, voucher = toVoucher(500n)) =>
            ledger.do({ id, kind: 'commitDelivery', row: ledger.row('delivery', `${CHANNEL}/${id}`), voucher });
        expect(commit('unknown')).toMatchObject({ code: 'DELIVERY_NOT_FOUND' });
        expect(commit(`${CHANNEL}:1`, toVoucher(601n))).toMatchObject({ code: 'AMOUNT_EXCEEDS_RESERVATION' });
        expect(commit(`${CHANNEL}:1`)).toMatchObject({ amount: 500n, kind: 'committed' });
        expect(commit(`${CHANNEL}:1`)).toMatchObject({ amount: 500n, kind: 'replayed' });
        expect(commit(`${CHANNEL}:1`, toVoucher(501n))).toMatchObject({ code: 'DELIVERY_CONFLICT' });
        expect(ledger.record).toMatchObject({ accepted: 500n, spent: 500n });
    });

    it('ends reservations by itself, also those that ask for eternity', () => {
        const ledger = opened({ deliverySeconds: 300 });
        const command = { amount: 1_000n, kind: 'reserveDelivery', row: undefined } as const;
        expect(ledger.do({ ...command, expiresAt: 4_102_444_800n })).toMatchObject({
            delivery: { expiresAt: NOW + 300n },
        });
        // It stands in the way of no voucher.
        expect(ledger.accept(1_000n)).toMatchObject({ kind: 'accepted' });
        ledger.now += 300n;
        expect(ledger.do({ ...command, amount: 0n })).toMatchObject({ delivery: { sequence: 2 } });
    });
});

describe('the work that is due', () => {
    const due = (ledger: TestLedger) => ledger.record.due;

    it('follows the schedule by amount, units and interval', () => {
        const byAmount = opened({ settlementSchedule: { amount: 100n } });
        byAmount.accept(99n);
        expect(due(byAmount)).toMatchObject({ reason: 'close' });
        byAmount.accept(100n);
        expect(due(byAmount)).toEqual({ at: NOW, deadline: null, reason: 'settle' });
        const byTime = opened({ settlementSchedule: { intervalSeconds: 60 } });
        expect(due(byTime)).toMatchObject({ reason: 'close' });
        byTime.accept(1n);
        expect(due(byTime)).toEqual({ at: NOW + 60n, deadline: null, reason: 'settle' });
        const byUnits = opened({ settlementSchedule: { units: 2n } });
        byUnits.pay(10n, 'a', 5n);
        byUnits.commit('a', 5n);
        expect(due(byUnits)).toMatchObject({ reason: 'close' });
        byUnits.do({ charge: byUnits.request('b', 5n), kind: 'reserve' });
        byUnits.commit('b', 5n);
        expect(due(byUnits)).toEqual({ at: NOW, deadline: null, reason: 'settle' });
        byUnits.see({ settled: 10n });
        expect(due(byUnits)).toMatchObject({ reason: 'close' });
    });

    it('comes before a voucher expires, and never compares 0 with the clock', () => {
        const ledger = opened();
        ledger.accept(100n, { expiresAt: NOW + 1_000n });
        expect(due(ledger)).toMatchObject({ reason: 'close' });
        ledger.stored = { ...ledger.stored!, record: { ...ledger.record, idleTimeoutSeconds: null } };
        ledger.accept(110n, { expiresAt: NOW + 1_000n });
        expect(due(ledger)).toEqual({ at: NOW + 880n, deadline: NOW + 1_000n, reason: 'voucherExpiry' });
        ledger.accept(120n);
        expect(due(ledger)).toBeNull();
    });

    it('waits after an error, but never beyond half of what is left to the deadline', () => {
        const ledger = opened();
        ledger.accept(100n);
        ledger.see({ closureStartedAt: NOW, status: 'closing' });
        const error = { code: 'RPC_UNAVAILABLE', isTransient: true };
        for (let n = 0; n < 9; n++) ledger.do({ error, kind: 'worked' });
        ledger.now = NOW + 880n;
        ledger.do({ error, kind: 'worked' });
        expect(due(ledger)).toEqual({ at: NOW + 890n, deadline: NOW + 900n, reason: 'deadline' });
        ledger.now = NOW + 900n;
        ledger.do({ kind: 'worked' });
        expect(due(ledger)).toEqual({ at: NOW + 900n, deadline: null, reason: 'seal' });
    });

    it('is none in quarantine, until a newer voucher or the operator', () => {
        const ledger = opened({ settlementSchedule: { amount: 1n } });
        ledger.accept(100n);
        ledger.do({ kind: 'quarantine', reason: 'SIGNATURE_INVALID' });
        expect(due(ledger)).toBeNull();
        ledger.accept(200n);
        expect(due(ledger)).toMatchObject({ reason: 'settle' });
    });

    it('goes on after the end: distribute, then reclaim when the rent can come back', () => {
        const ledger = opened();
        ledger.see({ status: 'sealed' });
        expect(due(ledger)).toMatchObject({ reason: 'distribute' });
        ledger.see({ observedSlot: 1_000n, reclaimableFromSlot: 1_010n, status: 'distributed' });
        expect(due(ledger)).toEqual({ at: NOW + 4n, deadline: null, reason: 'reclaim' });
        ledger.see({ reclaimableFromSlot: null, observedSlot: 1_001n });
        expect(due(ledger)).toBeNull();
    });
});
