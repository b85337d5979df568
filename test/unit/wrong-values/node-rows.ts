import { AssertionError } from 'node:assert';

import { MAINNET_DEPLOYMENT } from '../../../src';
import { createNodeVoucherVerifier } from '../../../src/node/index';
import { migratePostgresStore, openPostgresJournal, openPostgresStore } from '../../../src/store/postgres/index';
import { migrateSqliteStore, openSqliteJournal, openSqliteStore } from '../../../src/store/sqlite/index';
import {
    assertBalanceChanges,
    assertChannel,
    assertConserved,
    assertEvents,
    assertLamports,
    assertProgramError,
    assertSucceeded,
    createMerchantScenario,
    assertTokens,
    createFaults,
    createSimulator,
    createSimulatorRpc,
    createSimulatorRpcSubscriptions,
    fetchProgramElf,
    getElfForTreasuryOwner,
    getJournalContractCases,
    getStoreContractCases,
    parseScenarioJson,
    readProgramElf,
    runScenario,
    serveSimulator,
    simulated,
    type Scenario,
    trackBalances,
    withFaults,
} from '../../../src/testing/index';
import { addressOf } from '../../fixtures/parties';
import type { createGoodValues } from './good-values';
import { refuseToAnswer, type Call, type MakeArguments } from './harness';

// A call with good arguments for every function of ./node and ./testing. What a call opens, it closes.

type Row = Readonly<{ call: Call; makeArguments: MakeArguments }>;
type Rows = Readonly<Record<string, Row | readonly Row[]>>;

const SCENARIO: Scenario = {
    channels: [
        {
            ...{ deposit: 100n, gracePeriodSeconds: 60, name: 'tab', payee: 'bob', payer: 'alice', token: 'USDC' },
            splits: [{ bps: 100, recipient: 'carol' }],
        },
    ],
    end: {
        balances: [{ amount: 9n, asset: 'USDC', party: 'alice' }],
        channels: [{ channel: 'tab', is: 'open' }],
    },
    name: 'one payment',
    parties: [{ holds: [{ amount: 100n, token: 'USDC' }], name: 'alice' }, { name: 'bob' }, { name: 'carol' }],
    steps: [
        { channel: 'tab', do: 'open' },
        { amount: 1n, channel: 'tab', do: 'pay', vouchers: 2 },
        { channel: ['tab'], do: 'settle', fails: 'voucherExpired' },
        { do: 'advance', seconds: 1 },
    ],
    tokens: [{ decimals: 6, name: 'USDC', program: 'SPL Token' }],
};
const SCENARIO_JSON = JSON.parse(
    JSON.stringify(SCENARIO, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
) as unknown;

const closing = (open: (...args: never[]) => Promise<Readonly<{ close: () => Promise<unknown> }>>): Call => {
    return async (...args) => {
        const opened = await open(...(args as never[]));
        await opened.close();
    };
};

/** What is not as expected is told by an error of Node's. */
const asserting = (call: Call): Call => {
    return (...args) => {
        try {
            return call(...args);
        } catch (error) {
            if (error instanceof AssertionError) return undefined;
            throw error;
        }
    };
};

export function createNodeRows(): Rows {
    return {
        createNodeVoucherVerifier: {
            call: closing(createNodeVoucherVerifier as never),
            makeArguments: () => [
                MAINNET_DEPLOYMENT,
                { answerTimeoutMs: 5_000, backend: 'webcrypto', cacheSize: 10, threads: 1 },
            ],
        },
    };
}

/** What a handle is asked when it is opened, answered as by a database of this version. */
const DATABASE = {
    exec: () => undefined,
    prepare: (sql: string) => ({
        all: () => [{ journal_mode: 'wal', sql, synchronous: 2, value: 1 }],
        run: () => undefined,
    }),
};

export function createSqliteRows(): Rows {
    const options = { busyTimeoutMs: 5, network: 'localnet', now: () => 1 };
    return {
        migrateSqliteStore: { call: migrateSqliteStore as never, makeArguments: () => [DATABASE] },
        openSqliteJournal: { call: openSqliteJournal as never, makeArguments: () => [DATABASE, options] },
        openSqliteStore: { call: openSqliteStore as never, makeArguments: () => [DATABASE, options] },
    };
}

/** What a server is asked when a store is opened, answered as by one with tables of this version. */
const query = async () => ({
    rows: [{ encoding: 'UTF8', found: 'true', fsync: 'on', standby: 'false', synchronous: 'on', value: '1' }],
});

export function createPostgresRows(): Rows {
    const options = { network: 'localnet', schema: 'public' };
    return {
        migratePostgresStore: {
            call: migratePostgresStore as never,
            makeArguments: () => [query, { schema: 'public' }],
        },
        openPostgresJournal: { call: openPostgresJournal as never, makeArguments: () => [query, options] },
        openPostgresStore: { call: openPostgresStore as never, makeArguments: () => [query, options] },
    };
}

export async function createTestingRows({ deployment, RPC }: ReturnType<typeof createGoodValues>): Promise<Rows> {
    const failed = { failure: { message: 'it failed' }, logs: ['a'], ok: false };
    const simulator = await createSimulator({ deployment });
    const { programAddress, revision, treasuryOwner } = deployment;
    const withoutParts = { programAddress, revision, treasuryOwner };
    const elf = readProgramElf('tombstone');
    const balances = () => trackBalances(simulator, { payer: addressOf(3) });
    return {
        assertBalanceChanges: {
            call: asserting(assertBalanceChanges as never),
            makeArguments: () => [balances(), { payer: { lamports: 0n, tokens: 0n } }],
        },
        assertChannel: {
            call: asserting(assertChannel as never),
            makeArguments: () => [simulator, addressOf(3), { kind: 'absent' }],
        },
        assertConserved: { call: asserting(assertConserved as never), makeArguments: () => [balances(), 0n] },
        assertEvents: { call: asserting(assertEvents as never), makeArguments: () => [{ ...failed, events: [] }, []] },
        assertLamports: {
            call: asserting(assertLamports as never),
            makeArguments: () => [simulator, addressOf(3), 0n],
        },
        assertProgramError: {
            call: asserting(assertProgramError as never),
            makeArguments: () => [{ ...failed, events: [] }, 'invalidSplits'],
        },
        assertSucceeded: { call: assertSucceeded as never, makeArguments: () => [{ ...failed, ok: true }] },
        createMerchantScenario: {
            call: createMerchantScenario as never,
            makeArguments: () => [{ channels: 1, seed: 'a' }, deployment],
        },
        assertTokens: { call: asserting(assertTokens as never), makeArguments: () => [simulator, addressOf(3), 0n] },
        createFaults: { call: createFaults as never, makeArguments: () => [simulator] },
        createSimulator: {
            call: createSimulator as never,
            makeArguments: () => [{ deployment, seed: 'a', slot: 350_000_000n, unixTimestamp: 1_750_000_000n }],
        },
        createSimulatorRpc: {
            call: createSimulatorRpc as never,
            makeArguments: () => [simulator, { faults: createFaults(simulator) }],
        },
        createSimulatorRpcSubscriptions: {
            call: createSimulatorRpcSubscriptions as never,
            makeArguments: () => [simulator, { faults: createFaults(simulator) }],
        },
        fetchProgramElf: {
            call: fetchProgramElf as never,
            makeArguments: () => [RPC, addressOf(3), { commitment: 'confirmed', minContextSlot: 1n }],
        },
        getElfForTreasuryOwner: {
            call: getElfForTreasuryOwner as never,
            makeArguments: () => [{ ...elf }, addressOf(3)],
        },
        getJournalContractCases: {
            call: getJournalContractCases as never,
            makeArguments: () => [{ clock: 'given', createJournal: refuseToAnswer, seed: 1, sequences: 2 }],
        },
        getStoreContractCases: {
            call: getStoreContractCases as never,
            makeArguments: () => [{ clock: 'given', createStore: refuseToAnswer, seed: 1, sequences: 2 }],
        },
        parseScenarioJson: { call: parseScenarioJson, makeArguments: () => [SCENARIO_JSON] },
        readProgramElf: {
            call: readProgramElf as never,
            makeArguments: () => ['tombstone', elf.source === 'embedded' ? undefined : elf.source],
        },
        // They end early: a whole scenario for every wrong value would take minutes.
        runScenario: [
            {
                call: scenario => runScenario(scenario as never, { deployment, elfPath: '/nowhere/program.so' }),
                makeArguments: () => [SCENARIO],
            },
            {
                call: (onProgress = refuseToAnswer, seed) =>
                    runScenario({ ...SCENARIO, steps: [{ do: 'advance' }] }, { deployment, onProgress, seed } as never),
                makeArguments: () => [refuseToAnswer, 'a'],
            },
            { call: runScenario as never, makeArguments: () => [SCENARIO, { deployment: withoutParts }] },
        ],
        serveSimulator: {
            call: closing(serveSimulator),
            makeArguments: () => [
                simulator,
                {
                    clock: 'manual',
                    host: '127.0.0.1',
                    maxBodyBytes: 1_000,
                    port: 0,
                    requestTimeoutMs: 1_000,
                    webSocket: true,
                },
            ],
        },
        simulated: { call: simulated as never, makeArguments: () => [simulator] },
        trackBalances: {
            call: trackBalances as never,
            // The names are the caller's own: one of a few letters is not misspelt.
            makeArguments: () => [simulator, { one: addressOf(3) }],
        },
        withFaults: {
            call: withFaults as never,
            makeArguments: () => [createSimulatorRpc(simulator), createFaults(simulator)],
        },
    };
}
