import type { Address } from '@solana/kit';

import type { ChannelRecord, ChainStatus, DueReason } from '../../ledger/record';
import type { RowChange, RowKind } from '../../ledger/rows';
import type { ChannelQuery, ChannelStore, StoreChange } from '../../store/store';
import { show } from './expect';
import type { Draw } from './random';
import { changeOf, channelOf, chargeOf, inOrder, recordOf, transactionRowOf, walletOf } from './store-samples';

/** A call of a store, and how many milliseconds later than the one before it is made. */
export type StoreStep = Readonly<{
    later: number;
    isOther: boolean;
    call:
        | Readonly<{
              name: 'commit';
              channel: number;
              /** Steps from the version that is there. */
              expected: number | 'absent' | 'current';
              record:
                  | Readonly<{ status: ChainStatus; dueIn: number | null; isQuarantined: boolean; payee: number }>
                  | undefined;
              rows: readonly Readonly<{
                  key: string;
                  kind: RowKind;
                  isDelete: boolean;
                  expected: RowChange['expected'];
              }>[];
          }>
        | Readonly<{ name: 'get' | 'getRows'; channel: number }>
        | Readonly<{ name: 'getMany'; channels: readonly number[] }>
        | Readonly<{ name: 'list'; query: Omit<ChannelQuery, 'dueBefore'>; dueIn: number | undefined }>
        | Readonly<{
              name: 'claimDue';
              owner: string;
              leaseMs: number;
              limit: number;
              reasons: readonly DueReason[] | undefined;
          }>
        | Readonly<{ name: 'release'; owner: string; channels: readonly number[] }>
        | Readonly<{ name: 'listPending'; limit: number }>
        | Readonly<{ name: 'purge' }>;
}>;

const MAX_STEPS = 60;
const CHANNELS = 5;
const KEYS = ['x', 'y'];
const DUE_IN = [-100, -1, 0, 5, 60, 100_000];
const CALLS = [
    ...Array.from({ length: 12 }, () => 'commit' as const),
    ...([
        'get',
        'getRows',
        'getMany',
        'list',
        'list',
        'claimDue',
        'claimDue',
        'release',
        'listPending',
        'purge',
    ] as const),
];

/** Some random calls; without the time, leases outlast them. */
export function drawStoreSteps(draw: Draw, hasTime: boolean): StoreStep[] {
    const { below, oneOf } = draw;
    return Array.from({ length: below(MAX_STEPS + 1) }, () => ({
        call: drawCall(draw, hasTime),
        isOther: below(2) === 0,
        later: hasTime ? oneOf([0, 0, 1, 1_000, 20_000]) : 0,
    }));
}

function drawCall({ below, oneOf }: Draw, hasTime: boolean): StoreStep['call'] {
    const name = oneOf(CALLS);
    const someOf = <T>(values: readonly T[]) => values.filter(() => below(2) === 0);
    const channel = below(CHANNELS);
    const channels = Array.from({ length: below(4) }, () => below(CHANNELS));
    const status = oneOf(['open', 'open', 'closing', 'absent'] as const);
    const owner = oneOf(['one', 'two']);
    switch (name) {
        case 'commit':
            return {
                channel,
                expected: oneOf(['current', 'current', 'current', 'absent', 1, 2] as const),
                name,
                record:
                    below(4) === 0
                        ? undefined
                        : {
                              dueIn: oneOf([null, ...DUE_IN.slice(0, hasTime ? 5 : 2)]),
                              isQuarantined: below(6) === 0,
                              payee: below(2),
                              status,
                          },
                rows: someOf(KEYS).map(key => ({
                    expected: oneOf(['absent', 'absent', 1, 2, 'any', 'any'] as const),
                    isDelete: below(4) === 0,
                    key: `${channelOf(channel)}/${key}`,
                    kind: oneOf(['charge', 'transaction'] as const),
                })),
            };
        case 'getMany':
            return { channels, name };
        case 'list':
            return {
                dueIn: below(2) === 0 ? undefined : oneOf([-50, 0, 1_000]),
                name,
                query: {
                    after: below(3) === 0 ? channelOf(channel) : undefined,
                    isQuarantined: below(3) === 0 ? below(2) === 0 : undefined,
                    limit: 1 + below(4),
                    payee: below(3) === 0 ? walletOf(10 + below(2)) : undefined,
                    status: below(3) === 0 ? status : undefined,
                },
            };
        case 'claimDue':
            return {
                leaseMs: hasTime ? oneOf([1_000, 20_000]) : 3_600_000,
                limit: 1 + below(3),
                name,
                owner,
                reasons: below(3) === 0 ? someOf(['settle', 'deadline'] as const) : undefined,
            };
        case 'release':
            return { channels, name, owner };
        case 'listPending':
            return { limit: 1 + below(3), name };
        case 'purge':
            return { name };
        default:
            return { channel, name };
    }
}

/** A step as a line of a report. */
export function showStoreStep({ call, isOther, later }: StoreStep): string {
    const { name, ...rest } = call;
    return `${later === 0 ? '' : `${later} ms later `}${isOther ? 'other.' : ''}${name}: ${show(rest)}`;
}

type Row = { kind: RowKind; key: string; version: number; value: unknown; recordedAt: bigint; isPending: boolean };

/** What a store answers to steps, and what the rules are, as plainly as they can be written. */
export class StoreModel {
    readonly #records = new Map<Address, { record: ChannelRecord; version: number; changeId: string }>();
    readonly #rows = new Map<string, Row>();
    readonly #leases = new Map<Address, { owner: string; until: number }>();
    readonly #start: bigint;
    /** Makes every amount, deadline and time another one, so that there is one order only. */
    #count = 0n;

    constructor(start: bigint) {
        this.#start = start;
    }

    /** The answer of a store, and the one of the model. */
    async take(
        { call }: StoreStep,
        store: ChannelStore,
        atMs: number,
    ): Promise<readonly [given: unknown, expected: unknown]> {
        switch (call.name) {
            case 'commit': {
                const change = this.#getChange(call);
                return [await store.commit(change), this.#commit(change)];
            }
            case 'get':
                return [this.#show(await store.get(channelOf(call.channel))), this.#find(channelOf(call.channel))];
            case 'getMany': {
                const found = await store.getMany(call.channels.map(channelOf));
                const expected = [...new Set(call.channels)].map(channelOf).flatMap(one => this.#find(one) ?? []);
                return [found.map(this.#show), expected];
            }
            case 'getRows':
                return [await this.#readRows(store, call.channel), this.#findRows(call.channel)];
            case 'list': {
                const dueBefore = call.dueIn === undefined ? undefined : this.#start + BigInt(call.dueIn);
                const query = { ...call.query, dueBefore };
                const { channels, next } = await store.list(query);
                return [{ channels: channels.map(this.#show), next }, this.#list(query)];
            }
            case 'claimDue': {
                const { leaseMs, limit, owner, reasons } = call;
                const claimed = await store.claimDue({ leaseMs, limit, owner, reasons });
                return [claimed.map(this.#show), this.#claim(call, atMs)];
            }
            case 'release': {
                const channels = call.channels.map(channelOf);
                await store.journal.release(call.owner, channels);
                for (const channel of channels) {
                    if (this.#leases.get(channel)?.owner === call.owner) this.#leases.delete(channel);
                }
                return [undefined, undefined];
            }
            case 'listPending': {
                const pending = await store.listPending(call.limit);
                const expected = [...this.#rows.values()]
                    .filter(({ isPending }) => isPending)
                    .sort((a, b) => Number(a.recordedAt - b.recordedAt))
                    .slice(0, call.limit);
                return [pending.map(({ key }) => key), expected.map(({ key }) => key)];
            }
            case 'purge': {
                // Whatever the clocks of machines say: everything that is proven absent, and nothing else.
                const limits = { charges: 0n, closed: this.#start + 1_000_000n };
                return [await store.purge(limits), this.#purge()];
            }
        }
    }

    #getChange({ channel, expected, record, rows }: Extract<StoreStep['call'], { name: 'commit' }>): StoreChange {
        const count = ++this.#count;
        const due =
            record === undefined || record.dueIn === null
                ? null
                : { at: this.#start + BigInt(record.dueIn) - 1n, record };
        return changeOf(
            channelOf(channel),
            expected === 'current' ? (this.#find(channelOf(channel))?.version ?? 'absent') : expected,
            {
                record:
                    record &&
                    recordOf(channel, {
                        accepted: count * 10n ** 15n,
                        chain: { status: record.status },
                        due: due && {
                            at: due.at,
                            deadline: record.status === 'closing' ? this.#start + count : null,
                            reason: record.status === 'closing' ? 'deadline' : 'settle',
                        },
                        identity: { payee: walletOf(10 + record.payee) },
                        isQuarantined: record.isQuarantined,
                    }),
                rows: rows.map(({ expected: version, isDelete, key, kind }, index): RowChange =>
                    kind === 'charge'
                        ? { expected: version, key, kind, value: isDelete ? 'delete' : chargeOf(Number(count)) }
                        : {
                              expected: version,
                              key,
                              kind: 'transaction',
                              value: isDelete
                                  ? 'delete'
                                  : transactionRowOf(channel, {
                                        outcome: count % 2n === 0n ? 'pending' : 'landed',
                                        recordedAt: count * 10n + BigInt(index),
                                    }),
                          },
                ),
            },
        );
    }

    #commit({ changeId, channel, expected, record, rows }: StoreChange): 'committed' | 'conflict' {
        const before = this.#records.get(channel);
        const isExpected = rows.every(
            ({ expected: version, key, kind }) =>
                version === 'any' || (this.#rows.get(`${kind} ${key}`)?.version ?? 'absent') === version,
        );
        if ((before?.version ?? 'absent') !== expected || !isExpected) return 'conflict';
        for (const { key, kind, value } of rows) {
            const version = (this.#rows.get(`${kind} ${key}`)?.version ?? 0) + 1;
            if (value === 'delete') this.#rows.delete(`${kind} ${key}`);
            else {
                const { outcome, recordedAt } = { outcome: '', recordedAt: 0n, ...(value as object) };
                const row = { isPending: outcome === 'pending', key, kind, recordedAt, value, version };
                this.#rows.set(`${kind} ${key}`, row);
            }
        }
        if (record) this.#records.set(channel, { changeId, record, version: (before?.version ?? 0) + 1 });
        return 'committed';
    }

    readonly #find = (channel: Address) => this.#records.get(channel);

    readonly #show = (stored: object | undefined): unknown => {
        if (stored === undefined || 'error' in stored) return stored;
        const { changeId, record, version } = stored as { changeId: string; record: ChannelRecord; version: number };
        return { changeId, record, version };
    };

    async #readRows(store: ChannelStore, channel: number): Promise<unknown> {
        const rows = ['charge', 'transaction'].flatMap(kind => KEYS.map(key => [kind as RowKind, key] as const));
        const found = await Promise.all(rows.map(([kind, key]) => store.getRow(kind, `${channelOf(channel)}/${key}`)));
        return found.map(row => row && { value: row.value, version: row.version });
    }

    #findRows(channel: number): unknown {
        return ['charge', 'transaction'].flatMap(kind =>
            KEYS.map(key => {
                const row = this.#rows.get(`${kind} ${channelOf(channel)}/${key}`);
                return row && { value: row.value, version: row.version };
            }),
        );
    }

    #list({ after, dueBefore, isQuarantined, limit, payee, status }: ChannelQuery): unknown {
        const found = inOrder([...this.#records.keys()]).filter(channel => {
            const { chain, due, identity, quarantine } = this.#find(channel)!.record;
            if (after !== undefined && channel <= after) return false;
            if (dueBefore !== undefined && (due === null || due.at > dueBefore)) return false;
            if (isQuarantined !== undefined && isQuarantined !== (quarantine !== null)) return false;
            return (
                (payee === undefined || payee === identity.payee) && (status === undefined || status === chain.status)
            );
        });
        const page = found.slice(0, limit);
        return { channels: page.map(this.#find), next: found.length > limit ? page.at(-1) : undefined };
    }

    #claim(
        { leaseMs, limit, owner, reasons }: Extract<StoreStep['call'], { name: 'claimDue' }>,
        atMs: number,
    ): unknown {
        const now = BigInt(Math.floor(atMs / 1_000));
        const due = [...this.#records].filter(([channel, { record }]) => {
            if (record.due === null || record.due.at > now || record.quarantine !== null) return false;
            if (reasons !== undefined && !reasons.includes(record.due.reason)) return false;
            return (this.#leases.get(channel)?.until ?? 0) <= atMs;
        });
        due.sort(([, { record: a }], [, { record: b }]) => {
            const [first, second] = [a.due!.deadline, b.due!.deadline];
            if (first !== null || second !== null) return Number((first ?? 2n ** 62n) - (second ?? 2n ** 62n));
            return a.accepted > b.accepted ? -1 : 1;
        });
        const claimed = due.slice(0, limit);
        for (const [channel] of claimed) this.#leases.set(channel, { owner, until: atMs + leaseMs });
        return claimed.map(([, stored]) => stored);
    }

    #purge(): number {
        const gone = [...this.#records]
            .filter(([, { record }]) => record.chain.status === 'absent')
            .map(([one]) => one);
        const rows = [...this.#rows].filter(([, { key }]) => gone.some(channel => key.startsWith(channel)));
        for (const channel of gone) this.#records.delete(channel);
        for (const [id] of rows) this.#rows.delete(id);
        return gone.length + rows.length;
    }
}
