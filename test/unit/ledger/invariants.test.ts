import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { LedgerCommand } from '../../../src/ledger/commands';
import { findBrokenInvariants } from '../../../src/ledger/invariants';
import { getReserved, type ChainStatus } from '../../../src/ledger/record';
import { CHANNEL, TestLedger, toSignature, toVoucher } from './records';

// Any sequence of commands, late, repeated and hostile ones among them. What was acknowledged is counted beside the ledger,
// in the plainest way.

type Step = (run: Run) => void;

/** The merchant's own notes: what it was told, and what that is worth. */
class Run {
    readonly ledger = new TestLedger({ maxDeliveries: 3, maxReservations: 3, settlementSchedule: { amount: 50n } });
    /** Amounts of charges that were acknowledged. */
    charged = 0n;
    /** Highest amount of a voucher that was acknowledged as accepted. */
    acknowledged = 0n;
    /** What was settled by somebody else above that. */
    foreign = 0n;
    endedWith: bigint | undefined;

    send(command: LedgerCommand): void {
        const before = this.ledger.stored;
        const decision = this.ledger.decide(command);
        const { change, events, result } = decision;
        if (change?.record) expect(findBrokenInvariants(change.record, before?.record)).toEqual([]);
        this.ledger.apply(decision);
        for (const event of events) if (event.kind === 'CHAIN_AHEAD') this.foreign = event.settled;
        if (result.kind === 'accepted' && command.kind === 'acceptVoucher' && result.delta > 0n) {
            expect(this.endedWith).toBeUndefined();
            this.acknowledged = command.voucher.cumulativeAmount;
        }
        if (result.kind === 'committed' && command.kind === 'commitDelivery') {
            expect(this.endedWith).toBeUndefined();
            this.acknowledged = command.voucher.cumulativeAmount;
            this.charged += result.amount;
        }
        if (result.kind === 'charged' && command.kind === 'commitCharge') this.charged += command.amount;
        const { record } = this.ledger;
        if (record.ending !== null) {
            this.endedWith ??= record.ending.amount;
            if (command.kind === 'end' && command.voucher && record.voucher) this.acknowledged = record.accepted;
        }
    }

    check(): void {
        const { record } = this.ledger;
        // No acknowledged voucher is lost, unless the chain has brought a higher one.
        if (this.foreign > this.acknowledged) expect(record.accepted).toBe(this.foreign);
        else expect(record.accepted).toBe(this.acknowledged);
        if (record.voucher !== null) expect(record.voucher.cumulativeAmount).toBe(record.accepted);
        // Nothing is charged that was not acknowledged, and nothing acknowledged is forgotten.
        expect(record.spent).toBeGreaterThanOrEqual(this.charged);
        if (this.foreign === 0n) expect(record.spent).toBe(this.charged);
        expect(record.spent + getReserved(record)).toBeLessThanOrEqual(record.accepted);
        if (this.endedWith !== undefined) expect(record.ending?.amount).toBe(this.endedWith);
    }
}

const amount = fc.bigInt({ max: 60n, min: 0n });
const key = fc.constantFrom('a', 'b', 'c', 'd');
const owner = fc.constantFrom('process 1', 'process 2');
const voucherOf = (run: Run, delta: bigint, expiry: bigint, isSignatureGood: boolean) =>
    toVoucher(run.ledger.record.accepted + delta - 10n, {
        expiresAt: expiry === 0n ? 0n : run.ledger.now + expiry * 100n,
        isSignatureGood,
    });
const voucher = fc.record({
    delta: amount,
    expiry: fc.bigInt({ max: 30n, min: -1n }),
    isGood: fc.boolean().map(isBad => !isBad || undefined),
});
const status = fc.constantFrom<ChainStatus>(
    'open',
    'open',
    'open',
    'open',
    'closing',
    'sealed',
    'distributed',
    'absent',
);

const step: fc.Arbitrary<Step> = fc.oneof(
    {
        arbitrary: fc.tuple(voucher, fc.option(fc.tuple(key, amount, owner))).map(
            ([v, charge]): Step =>
                run =>
                    run.send({
                        charge: charge ? { ...run.ledger.request(charge[0], charge[1]), owner: charge[2] } : undefined,
                        kind: 'acceptVoucher',
                        voucher: voucherOf(run, v.delta, v.expiry, v.isGood ?? false),
                    }),
        ),
        weight: 6,
    },
    fc.tuple(key, amount, owner).map(
        ([k, price, by]): Step =>
            run =>
                run.send({ charge: run.ledger.request(k, price, undefined, by), kind: 'reserve' }),
    ),
    {
        arbitrary: fc.tuple(key, amount, owner, fc.boolean()).map(([k, charged, by, release]): Step => run => {
            const row = run.ledger.row('charge', `${CHANNEL}/${k}`);
            if (row === undefined) return;
            run.send(
                release
                    ? { kind: 'releaseCharge', owner: by, row }
                    : {
                          amount: charged,
                          kind: 'commitCharge',
                          owner: by,
                          receipt: '{}',
                          response: null,
                          row,
                          units: 1n,
                      },
            );
        }),
        weight: 4,
    },
    fc.tuple(amount, fc.option(key)).map(
        ([a, id]): Step =>
            run =>
                run.send({
                    amount: a,
                    id: id ?? undefined,
                    kind: 'reserveDelivery',
                    row: id === null ? undefined : run.ledger.row('delivery', `${CHANNEL}/${id}`),
                }),
    ),
    fc.tuple(fc.nat(3), voucher).map(([index, v]): Step => run => {
        const id = run.ledger.record.deliveries.pending[index]?.id ?? 'a';
        const row = run.ledger.row('delivery', `${CHANNEL}/${id}`);
        run.send({ id, kind: 'commitDelivery', row, voucher: voucherOf(run, v.delta, v.expiry, v.isGood ?? false) });
    }),
    fc
        .record({
            deposit: amount,
            isProven: fc.boolean(),
            lag: fc.bigInt({ max: 3n, min: -3n }),
            settled: fc.bigInt({ max: 3n, min: -2n }),
            status,
        })
        .map((seen): Step => run => {
            const { record } = run.ledger;
            const deposit = record.chain.deposit + seen.deposit - 20n;
            const base = seen.settled > 1n ? record.accepted + 7n : (record.accepted * (seen.settled + 2n)) / 3n;
            const settled = base < deposit ? base : deposit;
            run.send({
                chain: {
                    ...record.chain,
                    closureStartedAt: seen.status === 'open' ? null : run.ledger.now,
                    deposit,
                    observedAt: run.ledger.now,
                    observedSlot: record.chain.observedSlot + seen.lag,
                    paidOut: 0n,
                    settled: settled > 0n ? settled : 0n,
                    status: seen.status,
                },
                isAbsenceProven: seen.isProven,
                kind: 'observe',
            });
        }),
    fc
        .record({
            isLower: fc.boolean(),
            reason: fc.constantFrom('client', 'idle', 'operator', 'fault'),
            v: fc.option(voucher),
        })
        .map(
            ({ isLower, reason, v }): Step =>
                run =>
                    run.send({
                        kind: 'end',
                        mayEndBelowAccepted: isLower,
                        reason: reason as 'client',
                        voucher: v ? voucherOf(run, v.delta, v.expiry, v.isGood ?? false) : undefined,
                    }),
        ),
    fc.bigInt({ max: 40n, min: -40n }).map(
        (by): Step =>
            run =>
                run.send({ at: run.ledger.now + by, kind: 'touch' }),
    ),
    fc.boolean().map(
        (isTransient): Step =>
            run =>
                run.send({ error: { code: 'X', isTransient }, kind: 'worked' }),
    ),
    fc.option(fc.constant('poison')).map(
        (reason): Step =>
            run =>
                run.send({ kind: 'quarantine', reason }),
    ),
    fc.bigInt({ max: 200n, min: 0n }).map(
        (seconds): Step =>
            run =>
                void (run.ledger.now += seconds),
    ),
    // A clock of another host that is behind.
    fc.bigInt({ max: 20n, min: 0n }).map(
        (seconds): Step =>
            run =>
                void (run.ledger.now -= seconds),
    ),
);

describe('any sequence of commands', () => {
    it('keeps every invariant, loses no acknowledged voucher and charges nothing twice', () => {
        fc.assert(
            fc.property(fc.array(step, { maxLength: 60 }), steps => {
                const run = new Run();
                run.ledger.open();
                for (const next of steps) {
                    next(run);
                    run.check();
                }
            }),
            { numRuns: process.env.TEST_DEEP ? 20_000 : 1_000 },
        );
    });

    it('is decided by the version that was read: the same command on another one conflicts', () => {
        const ledger = new TestLedger();
        ledger.open();
        const decision = ledger.decide({ kind: 'acceptVoucher', voucher: toVoucher(100n) });
        ledger.accept(50n, { signature: toSignature(3) });
        expect(() => ledger.apply(decision)).toThrow('conflict');
    });
});
