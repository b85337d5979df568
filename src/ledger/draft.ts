import type { Address } from '@solana/kit';

import type { DecidedChange, Decision, LedgerEvent, Refusal, RefusalCode, Standing } from './commands';
import { readDeeply } from '../core/input';
import { toResult } from '../core/json-form';
import { getDueWork } from './due';
import { assertHoldsInvariants } from './invariants';
import type { LedgerPolicy } from './policy';
import { getAvailable, getReserved, type ChannelRecord } from './record';
import type { RowChange } from './rows';

/** A record as it was read, with the version that a change of it is bound to. */
export type VersionedRecord = Readonly<{ record: ChannelRecord; version: number }>;

/** What a decision depends on besides the record and the command. */
export type DecisionContext = Readonly<{
    /** Unix time in seconds. */
    now: bigint;
    policy: LedgerPolicy;
}>;

/** The record of a channel while something is decided about it. */
export class Draft {
    readonly #before: VersionedRecord;
    readonly #rows: RowChange[] = [];
    readonly #events: LedgerEvent[] = [];
    #record: ChannelRecord;
    #isChanged = false;

    constructor(
        stored: VersionedRecord,
        readonly context: DecisionContext,
    ) {
        this.#before = stored;
        this.#record = stored.record;
        this.#dropAbandoned();
    }

    get record(): ChannelRecord {
        return this.#record;
    }

    get now(): bigint {
        return this.context.now;
    }

    get policy(): LedgerPolicy {
        return this.context.policy;
    }

    get channel(): Address {
        return this.#record.identity.channel;
    }

    set(fields: Partial<Omit<ChannelRecord, 'due' | 'identity'>>): void {
        this.#record = { ...this.#record, ...fields };
        this.#isChanged = true;
    }

    /** A change that is not worth a commit of its own. */
    setInPassing(fields: Partial<Omit<ChannelRecord, 'due' | 'identity'>>): void {
        this.#record = { ...this.#record, ...fields };
    }

    write(row: RowChange): void {
        this.#rows.push(row);
        this.#isChanged = true;
    }

    report(event: LedgerEvent): void {
        this.#events.push(event);
    }

    /** The decision, with what was changed so far. */
    decide<TAnswer>(result: Refusal | TAnswer): Decision<TAnswer> {
        if (!this.#isChanged) return { change: null, events: [], result };
        const record = { ...this.#record, due: getDueWork(this.#record, this.context) };
        assertHoldsInvariants(record, this.#before.record);
        const change: DecidedChange = {
            channel: this.channel,
            expected: this.#before.version,
            record,
            rows: this.#rows,
        };
        return { change, events: this.#events, result };
    }

    refuse(code: RefusalCode, requiredCumulative?: bigint): Decision<never> {
        return this.decide<never>({ code, kind: 'refused', requiredCumulative, standing: this.standing });
    }

    get standing(): Standing {
        return getStanding(this.#record);
    }

    /** The credit of requests whose process did not end them in time comes back; their handlers never run again. */
    #dropAbandoned(): void {
        const { reservations } = this.#record;
        const abandoned = reservations.filter(({ until }) => until <= this.now);
        if (abandoned.length === 0) return;
        this.setInPassing({ reservations: reservations.filter(({ until }) => until > this.now) });
        for (const { amount, key } of abandoned) {
            this.report({ amount, channel: this.channel, key, kind: 'CHARGE_ABANDONED' });
        }
    }
}

/**
 * Where a channel stands, as clients are told.
 *
 * @example
 * ```ts
 * const { accepted, deposit, settled, spent } = getStanding(record);
 * ```
 */
export function getStanding(
    record: Pick<ChannelRecord, 'accepted' | 'reservations' | 'spent'> &
        Readonly<{ chain: Pick<ChannelRecord['chain'], 'deposit' | 'settled'> }>,
): Standing {
    return readDeeply('record', 'the record of a channel', record, () => {
        const { accepted, chain, spent } = record;
        const { deposit, settled } = chain;
        const used = spent + getReserved(record);
        const standing = { accepted, deposit, settled, spent: used };
        for (const amount of Object.values(standing)) BigInt.asUintN(64, amount);
        return toResult(standing);
    });
}

/** The amount of a voucher with which the credit covers a price. */
export function getRequiredCumulative(record: ChannelRecord, price: bigint, policy: LedgerPolicy): bigint {
    const missing = price - getAvailable(record);
    const least = policy.minVoucherDelta > 1n ? policy.minVoucherDelta : 1n;
    return record.accepted + (missing > least ? missing : least);
}
