import type {
    ChargeAnswer,
    ChargeRequest,
    CommitChargeCommand,
    Decision,
    RefusalCode,
    ReleaseChargeCommand,
    ReserveCommand,
} from './commands';
import { getRequiredCumulative, type Draft } from './draft';
import type { Answers } from './commands';
import { getAvailable, toKeyOf, type ChannelNamed, type ChannelRecord, type Reservation } from './record';
import type { ChargeRow, StoredRow } from './rows';
import { findEnd, laterOf } from './vouchers';

/** What the key of a request says of it before anything else is looked at; `undefined` when it may be charged. */
export type EarlierRequest =
    Readonly<{ kind: 'answered'; row: ChargeRow }> | Readonly<{ kind: 'refused'; code: RefusalCode }>;

/** Looks a request up by its key. A charge whose reservation is gone was abandoned: it may have had its effects. */
export function findEarlierRequest(
    { reservations }: ChannelRecord,
    { fingerprint, key, row }: ChargeRequest,
): EarlierRequest | undefined {
    // A row that says otherwise was read at another time than the record.
    if (row?.value.stage !== 'running' && reservations.some(reservation => reservation.key === key)) {
        return { code: 'CHARGE_RUNNING', kind: 'refused' };
    }
    if (row === undefined) return undefined;
    const { value } = row;
    if (value.fingerprint !== fingerprint) return { code: 'IDEMPOTENCY_CONFLICT', kind: 'refused' };
    if (value.stage === 'committed') return { kind: 'answered', row: value };
    // Nothing was charged, and nothing was delivered.
    if (value.stage === 'released') return undefined;
    const isRunning = reservations.some(reservation => isOf(reservation, key, value.owner));
    return { code: isRunning ? 'CHARGE_RUNNING' : 'CHARGE_ABANDONED', kind: 'refused' };
}

const isOf = (reservation: Reservation, key: string, owner: string) =>
    reservation.key === key && reservation.owner === owner;

/** Sets credit aside for a request whose key is free. */
export function reserveCredit(draft: Draft, charge: ChargeRequest): ChargeAnswer | RefusalCode {
    const { fingerprint, key, owner, price, row, units, until } = charge;
    const { record } = draft;
    if (getAvailable(record) < price) {
        return { kind: 'insufficient', requiredCumulative: getRequiredCumulative(record, price, draft.policy) };
    }
    if (record.reservations.length >= draft.policy.maxReservations) return 'TOO_MANY_RESERVATIONS';
    draft.set({ reservations: [...record.reservations, { amount: price, key, owner, until }] });
    draft.write({
        expected: row?.version ?? 'absent',
        key: getChargeKey(record, key),
        kind: 'charge',
        value: {
            endedAt: null,
            fingerprint,
            owner,
            price,
            receipt: null,
            response: null,
            stage: 'running',
            startedAt: draft.now,
            units,
        },
        unknown: row?.unknown,
    });
    return { key, kind: 'reserved' };
}

/**
 * The key of a charge's row: those of different channels are apart, whatever clients write into them.
 *
 * @example
 * ```ts
 * const row = await store.getRow('charge', getChargeKey(record, idempotencyKey));
 * ```
 */
export function getChargeKey(record: ChannelNamed, idempotencyKey: string): string {
    return toKeyOf('idempotencyKey', record, idempotencyKey);
}

export function reserve(draft: Draft, { charge }: ReserveCommand): Decision<Answers['reserve']> {
    const earlier = findEarlierRequest(draft.record, charge);
    if (earlier?.kind === 'refused') return draft.refuse(earlier.code);
    if (earlier !== undefined) return draft.decide(earlier);
    const ended = findEnd(draft.record);
    if (ended !== undefined) return draft.refuse(ended);
    const answer = reserveCredit(draft, charge);
    return typeof answer === 'string' ? draft.refuse(answer) : draft.decide(answer);
}

/** Finds the reservation that a process made for a charge, as long as it is there. */
function findReservation(
    { record }: Draft,
    { owner, row }: Readonly<{ owner: string; row: StoredRow<'charge'> }>,
): Reservation | undefined {
    if (row.value.stage !== 'running' || row.value.owner !== owner) return undefined;
    return record.reservations.find(
        reservation => getChargeKey(record, reservation.key) === row.key && reservation.owner === owner,
    );
}

export function commitCharge(draft: Draft, command: CommitChargeCommand): Decision<Answers['commitCharge']> {
    const { amount, receipt, response, row, units } = command;
    const reservation = findReservation(draft, command);
    if (reservation === undefined) return draft.refuse(getLostCode(command.row, command.owner));
    if (amount > reservation.amount) return draft.refuse('AMOUNT_EXCEEDS_RESERVATION');
    const { lastActivityAt, reservations, spent } = draft.record;
    draft.set({
        lastActivityAt: amount > 0n || units > 0n ? laterOf(lastActivityAt, draft.now) : lastActivityAt,
        reservations: reservations.filter(other => other !== reservation),
        spent: spent + amount,
        units: draft.record.units + units,
    });
    draft.write({
        expected: row.version,
        key: row.key,
        kind: 'charge',
        unknown: row.unknown,
        value: { ...row.value, endedAt: draft.now, price: amount, receipt, response, stage: 'committed', units },
    });
    return draft.decide({ kind: 'charged', standing: draft.standing });
}

export function releaseCharge(draft: Draft, command: ReleaseChargeCommand): Decision<Answers['releaseCharge']> {
    const { row } = command;
    const reservation = findReservation(draft, command);
    if (reservation === undefined) return draft.refuse(getLostCode(command.row, command.owner));
    draft.set({ reservations: draft.record.reservations.filter(other => other !== reservation) });
    draft.write({
        expected: row.version,
        key: row.key,
        kind: 'charge',
        unknown: row.unknown,
        value: { ...row.value, endedAt: draft.now, stage: 'released' },
    });
    return draft.decide({ kind: 'released', standing: draft.standing });
}

function getLostCode({ value }: StoredRow<'charge'>, owner: string): RefusalCode {
    return value.stage === 'running' && value.owner === owner ? 'CHARGE_ABANDONED' : 'CHARGE_NOT_RUNNING';
}
