import { MAINNET_DEPLOYMENT } from '../../../src';
import { createNodeVoucherVerifier, openFileJournal } from '../../../src/node/index';
import {
    assertSucceeded,
    createSimulator,
    createSimulatorRpc,
    getElfForTreasuryOwner,
    getJournalContractCases,
    readProgramElf,
    runScenario,
    serveSimulator,
    simulated,
} from '../../../src/testing/index';
import { addressOf } from '../../fixtures/parties';
import type { createGoodValues } from './good-values';
import { refuseToAnswer, type Call, type MakeArguments } from './harness';

// A call with good arguments for every function of ./node and ./testing. What a call opens, it closes.

type Row = Readonly<{ call: Call; makeArguments: MakeArguments }>;
type Rows = Readonly<Record<string, Row | readonly Row[]>>;

const closing = (open: (...args: never[]) => Promise<Readonly<{ close: () => Promise<unknown> }>>): Call => {
    return async (...args) => {
        const opened = await open(...(args as never[]));
        await opened.close();
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
        openFileJournal: {
            call: closing(openFileJournal as never),
            makeArguments: () => ['a journal', { compactAtBytes: 1_000_000, now: () => 1 }],
        },
    };
}

export async function createTestingRows({ deployment }: ReturnType<typeof createGoodValues>): Promise<Rows> {
    const failed = { failure: { message: 'it failed' }, logs: ['a'], ok: false };
    const simulator = await createSimulator({ deployment });
    const { programAddress, revision, treasuryOwner } = deployment;
    const withoutParts = { programAddress, revision, treasuryOwner };
    const elf = readProgramElf('tombstone');
    return {
        assertSucceeded: { call: assertSucceeded as never, makeArguments: () => [{ ...failed, ok: true }] },
        createSimulator: {
            call: createSimulator as never,
            makeArguments: () => [{ deployment, seed: 'a', slot: 350_000_000n, unixTimestamp: 1_750_000_000n }],
        },
        createSimulatorRpc: { call: createSimulatorRpc as never, makeArguments: () => [simulator] },
        getElfForTreasuryOwner: {
            call: getElfForTreasuryOwner as never,
            makeArguments: () => [{ ...elf }, addressOf(3)],
        },
        getJournalContractCases: {
            call: getJournalContractCases as never,
            makeArguments: () => [{ clock: 'given', createJournal: refuseToAnswer, seed: 1, sequences: 2 }],
        },
        readProgramElf: {
            call: readProgramElf as never,
            makeArguments: () => ['tombstone', elf.source === 'embedded' ? undefined : elf.source],
        },
        // They end early: a whole scenario for every wrong value would take minutes.
        runScenario: [
            {
                call: (channels, onProgress = refuseToAnswer, seed) =>
                    runScenario({ channels, deployment, onProgress, seed } as never),
                makeArguments: () => [1, refuseToAnswer, 'a'],
            },
            { call: runScenario as never, makeArguments: () => [{ deployment: withoutParts }] },
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
    };
}
