import {
    readOnlyMembers,
    refuseInput,
    type OnlyMembers,
    toInteger,
    toU32,
    toU64,
    U32_MAX,
    U64_MAX,
} from '../core/input';
import { toResult } from '../core/json-form';

/** When accepted vouchers are brought on chain while a channel is open; each member makes it due by itself. */
export type SettlementSchedule = Readonly<{
    /** Units charged since the last settlement. */
    units?: bigint | number | undefined;
    /** Amount accepted and not settled, in base units. */
    amount?: bigint | number | undefined;
    /** Time since the last settlement, while something is unsettled. */
    intervalSeconds?: number | undefined;
}>;

/** The server's rules that the decisions about a channel depend on. */
export type LedgerPolicyOptions = Readonly<{
    settlementSchedule?: SettlementSchedule | undefined;
    /** A channel is settled when this much is accepted and not on chain, in base units. By default there is no limit. */
    maxAtRisk?: bigint | number | undefined;
    /** Least increment of a voucher, in base units; 0 by default, which is any. */
    minVoucherDelta?: bigint | number | undefined;
    /** How long a voucher must still live when it is accepted: the time a settlement may take. 900 by default. */
    settlementWindowSeconds?: number | undefined;
    /** How long before a deadline the worker begins. 120 by default. */
    leadSeconds?: number | undefined;
    /** Longest time between two scans for channels that payers close. 60 by default. */
    closingScanSeconds?: number | undefined;
    /** How far the clocks of hosts may be apart before an idle channel is closed too early. 30 by default. */
    clockToleranceSeconds?: number | undefined;
    /** Requests of one channel that may hold credit at the same time. 64 by default. */
    maxReservations?: number | undefined;
    /** Deliveries of one channel that may be reserved at the same time. 64 by default. */
    maxDeliveries?: number | undefined;
    /** Longest life of a reserved delivery. 300 by default. */
    deliverySeconds?: number | undefined;
}>;

/** {@link LedgerPolicyOptions}, checked and complete. */
export type LedgerPolicy = Readonly<{
    settlementSchedule: Readonly<{ units: bigint | null; amount: bigint | null; intervalSeconds: number | null }>;
    maxAtRisk: bigint | null;
    minVoucherDelta: bigint;
    settlementWindowSeconds: number;
    leadSeconds: number;
    closingScanSeconds: number;
    clockToleranceSeconds: number;
    maxReservations: number;
    maxDeliveries: number;
    deliverySeconds: number;
}>;

const MAX_RESERVATIONS = 1_024n;

const MEMBERS: OnlyMembers<LedgerPolicyOptions> = {
    clockToleranceSeconds: true,
    closingScanSeconds: true,
    deliverySeconds: true,
    leadSeconds: true,
    maxAtRisk: true,
    maxDeliveries: true,
    maxReservations: true,
    minVoucherDelta: true,
    settlementSchedule: 'given',
    settlementWindowSeconds: true,
};
const SCHEDULE: OnlyMembers<SettlementSchedule> = { amount: true, intervalSeconds: true, units: true };

/** Those that were checked: a decision is made a thousand times a second. */
const checked = /* @__PURE__ */ new WeakSet<object>();

/**
 * Checks the rules of a server and fills in the defaults.
 *
 * @throws `INPUT_INVALID` for a misspelt name; `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field. A settlement
 * window that is shorter than the lead is refused: vouchers would be accepted that can't be settled in time.
 *
 * @example
 * ```ts
 * const policy = createLedgerPolicy({ settlementSchedule: { amount: 1_000_000n, intervalSeconds: 3_600 } });
 * ```
 */
export function createLedgerPolicy(options: LedgerPolicyOptions = {}): LedgerPolicy {
    const given = readOnlyMembers('policy', options, MEMBERS);
    const schedule = readOnlyMembers('policy.settlementSchedule', given.settlementSchedule ?? {}, SCHEDULE);
    const toAmount = (field: string, value: bigint | number | undefined) =>
        value === undefined ? null : toInteger(field, value, 1n, U64_MAX);
    const toCount = (field: string, value: number | undefined, fallback: number, min: bigint, max = MAX_RESERVATIONS) =>
        Number(toInteger(field, value ?? fallback, min, max));
    const policy: LedgerPolicy = {
        clockToleranceSeconds: toU32('policy.clockToleranceSeconds', given.clockToleranceSeconds ?? 30),
        closingScanSeconds: toCount('policy.closingScanSeconds', given.closingScanSeconds, 60, 1n, U32_MAX),
        deliverySeconds: toCount('policy.deliverySeconds', given.deliverySeconds, 300, 1n, U32_MAX),
        leadSeconds: toU32('policy.leadSeconds', given.leadSeconds ?? 120),
        maxAtRisk: toAmount('policy.maxAtRisk', given.maxAtRisk),
        maxDeliveries: toCount('policy.maxDeliveries', given.maxDeliveries, 64, 0n),
        maxReservations: toCount('policy.maxReservations', given.maxReservations, 64, 1n),
        minVoucherDelta: toU64('policy.minVoucherDelta', given.minVoucherDelta ?? 0n),
        settlementSchedule: Object.freeze({
            amount: toAmount('policy.settlementSchedule.amount', schedule.amount),
            intervalSeconds:
                schedule.intervalSeconds === undefined
                    ? null
                    : toU32('policy.settlementSchedule.intervalSeconds', schedule.intervalSeconds, 1n),
            units: toAmount('policy.settlementSchedule.units', schedule.units),
        }),
        settlementWindowSeconds: toU32('policy.settlementWindowSeconds', given.settlementWindowSeconds ?? 900),
    };
    if (policy.settlementWindowSeconds < policy.leadSeconds) {
        refuseInput(
            'policy.settlementWindowSeconds',
            `at least leadSeconds, ${policy.leadSeconds}`,
            policy.settlementWindowSeconds,
        );
    }
    checked.add(policy);
    return toResult(policy);
}

/** The rules that a decision is given: those of {@link createLedgerPolicy}, or what looks like them and is complete. */
export function readPolicy(policy: LedgerPolicy): LedgerPolicy {
    if (checked.has(policy)) return policy;
    const complete = <T extends object>(field: string, value: T, members: OnlyMembers<T>): T => {
        const given = readOnlyMembers(field, value, members) as Record<string, unknown>;
        for (const name of Object.keys(members)) {
            if (given[name] === undefined)
                refuseInput(`${field}.${name}`, 'there: createLedgerPolicy makes it', undefined);
            // What is no limit is left out of the options.
            if (given[name] === null) given[name] = undefined;
        }
        return given as T;
    };
    const given = complete<LedgerPolicyOptions>('policy', policy as LedgerPolicyOptions, MEMBERS);
    const schedule = complete('policy.settlementSchedule', given.settlementSchedule!, SCHEDULE);
    return createLedgerPolicy({ ...given, settlementSchedule: schedule });
}

/** The shortest grace period of a channel that leaves time to see that it closes, and to settle. */
export function getMinGracePeriod({ closingScanSeconds, leadSeconds }: LedgerPolicy): number {
    return 2 * leadSeconds + closingScanSeconds;
}
