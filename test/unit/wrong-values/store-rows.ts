import * as store from '../../../src/store/index';
import { channelOf, recordOf } from '../../../src/testing/contract/store-samples';
import type { Call, MakeArguments } from './harness';

// A call with good arguments for every function of ./store, and for every method of a store.

type Row = Readonly<{ call: Call; makeArguments: MakeArguments }>;

const A = channelOf(1);
const NOW = 1_760_000_000n;
const NAMED = { identity: { channel: A } };
const createStore = () => store.createMemoryStore({ network: 'localnet', now: () => 1_760_000_000_000 });
const CHALLENGE = { channel: A, expiresAt: 5n };
const ROW = { expected: 'absent', key: 'a key', kind: 'challenge', unknown: undefined, value: CHALLENGE } as const;
const RECORD = { ...recordOf(1), due: null };
const { createLedgerPolicy } = store;
const AMOUNTS = { accepted: 9n, reservations: [{ amount: 1n }], spent: 2n };

/** An own record would be looked at by the rows of encodeChannelRecord; the change has one that is short. */
const CHANGE = {
    changeId: 'an id',
    channel: A,
    expected: 'absent',
    record: undefined,
    rows: [ROW],
    unknown: undefined,
};

export const STORE_METHODS: Readonly<Record<string, MakeArguments>> = {
    claimDue: () => [{ leaseMs: 1_000, limit: 5, owner: 'me', reasons: ['settle'] }],
    close: () => [],
    commit: () => [CHANGE],
    get: () => [A],
    getMany: () => [[A]],
    getRow: () => ['challenge', 'a key'],
    list: () => [
        {
            ...{ after: A, dueBefore: 5n, isQuarantined: true, limit: 5 },
            ...{ payee: A, payer: A, rentPayer: A, status: 'open' },
        },
    ],
    listPending: () => [5],
    purge: () => [{ charges: 5n, closed: 5n }],
};

const rowOf = (call: (...args: never[]) => unknown, makeArguments: MakeArguments): Row => ({
    call: call as Call,
    makeArguments,
});

export const createStoreObject = createStore;

export function createStoreRows(): Readonly<Record<string, Row | readonly Row[]>> {
    const stored = { record: RECORD, version: 1 };
    const policy = createLedgerPolicy();
    const context = { now: NOW, policy: { ...policy, settlementSchedule: { ...policy.settlementSchedule } } };
    const charge = { fingerprint: 'f', key: 'k', owner: 'me', price: 0n, row: undefined, units: 0n, until: NOW + 5n };
    const voucher = {
        channelId: A,
        cumulativeAmount: 5n,
        expiresAt: 0n,
        isSignatureGood: true,
        signature: RECORD.identity.openSignature,
    };
    const decideWith = (command: object): Row =>
        // The record is looked at where it is read from a store, and where it is written to one.
        rowOf(
            (given: never, surroundings: never) => store.decide(stored, given, surroundings),
            () => [command, context],
        );
    const options = {
        ...{ clockToleranceSeconds: 30, closingScanSeconds: 60, deliverySeconds: 300, leadSeconds: 120 },
        ...{ maxAtRisk: 5n, maxDeliveries: 4, maxReservations: 4, minVoucherDelta: 1n },
        settlementSchedule: { amount: 5n, intervalSeconds: 60, units: 5n },
        settlementWindowSeconds: 900,
    };
    return {
        assertIsDurable: rowOf(store.assertIsDurable, () => [
            { durability: 'machine' },
            { allowEphemeral: true, replicas: 'one' },
        ]),
        assertIsWritable: rowOf(store.assertIsWritable, () => [A, 1]),
        commitCommand: rowOf(store.commitCommand as never, () => [
            createStore(),
            A,
            () => ({ kind: 'end', reason: 'operator' }),
            {
                createId: () => 'an id',
                getContext: () => ({ now: NOW, policy }),
                known: store.createKnownChannels(),
                onEvent: () => undefined,
                pause: async () => undefined,
            },
        ]),
        commitOrRead: rowOf(store.commitOrRead as never, () => [createStore(), CHANGE]),
        createCheckedStore: rowOf(store.createCheckedStore as never, () => [createStore()]),
        createKnownChannels: rowOf(store.createKnownChannels as never, () => [{ maxChannels: 5 }]),
        createLedgerPolicy: rowOf(createLedgerPolicy as never, () => [options]),
        createMemoryStore: rowOf(store.createMemoryStore as never, () => [
            { maxChannels: 5, network: 'localnet', now: () => 1 },
        ]),
        decide: [
            decideWith({ charge, kind: 'acceptVoucher', voucher }),
            decideWith({ charge, kind: 'reserve' }),
            decideWith({ at: NOW, kind: 'touch' }),
            decideWith({ kind: 'end', mayEndBelowAccepted: true, reason: 'client', voucher }),
            decideWith({ kind: 'quarantine', reason: 'a reason' }),
            decideWith({ amount: 5n, expiresAt: NOW + 9n, id: 'an id', kind: 'reserveDelivery', row: undefined }),
        ],
        decodeChannelRecord: rowOf(store.decodeChannelRecord, () => [A, store.encodeChannelRecord(RECORD)]),
        decodeRow: rowOf(store.decodeRow as never, () => [
            'challenge',
            'a key',
            store.encodeRow('challenge', CHALLENGE),
        ]),
        encodeChannelRecord: rowOf(store.encodeChannelRecord as never, () => [RECORD, undefined]),
        encodeRow: rowOf(store.encodeRow as never, () => ['challenge', CHALLENGE, undefined]),
        exportChannels: rowOf(store.exportChannels as never, () => [createStore(), { onUnreadable: () => undefined }]),
        getAtRisk: rowOf(store.getAtRisk as never, () => [{ accepted: 9n, chain: { settled: 5n }, ending: null }]),
        getAvailable: rowOf(store.getAvailable as never, () => [AMOUNTS]),
        getChargeKey: rowOf(store.getChargeKey as never, () => [NAMED, 'a key']),
        getDeliveryKey: rowOf(store.getDeliveryKey as never, () => [NAMED, 'an id']),
        getReserved: rowOf(store.getReserved as never, () => [{ reservations: [{ amount: 1n }] }]),
        getStanding: rowOf(store.getStanding as never, () => [{ ...AMOUNTS, chain: { deposit: 9n, settled: 5n } }]),
        getVoucherToEndWith: rowOf(store.getVoucherToEndWith as never, () => [{ endingVoucher: null, voucher: null }]),
        importChannel: rowOf(store.importChannel as never, () => [createStore(), '{"schema":1}']),
    };
}
