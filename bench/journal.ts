/** Records per second that the SQLite journal brings to the disk, against one fsync for each record in the same file system. */

import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { getAddressDecoder, getBase58Decoder, type Base64EncodedWireTransaction, type Signature } from '@solana/kit';
import Database from 'libsql';

import { createMemoryJournal, type BatchJournal, type SentTransaction } from '../src/settlement';
import { migrateSqliteStore, openSqliteJournal } from '../src/store/sqlite';
import type { BenchReport, BenchRow } from './report';

const BENCH = 'journal';
const UNIT = 'records/s';
const RECORDS = 1_000;
const ROUNDS = 3;
const OWNER = 'bench';
const CHANNELS_PER_TRANSACTION = 4;
/** A full transaction of version 0. */
const WIRE_BYTES = 1_232;

export async function run(): Promise<BenchReport> {
    const folder = await mkdtemp(join(tmpdir(), 'payment-channels-bench-'));
    try {
        const transactions = makeTransactions(RECORDS);
        const best = new Map<string, number>();
        const measure = async (name: string, record: () => Promise<void>) => {
            const start = performance.now();
            await record();
            const perSecond = (RECORDS * 1_000) / (performance.now() - start);
            best.set(name, Math.max(best.get(name) ?? 0, perSecond));
        };
        for (let round = 0; round < ROUNDS; round += 1) {
            await measure('fsync', () => recordPlainly(join(folder, `plain-${round}`), transactions));
            for (const atOnce of [1, 10, 100]) {
                const database = new Database(join(folder, `${atOnce}-${round}.db`));
                await migrateSqliteStore(database);
                const journal = await openSqliteJournal(database, { network: 'localnet' });
                await measure(`${atOnce}`, () => record(journal, transactions, atOnce));
                database.close();
            }
            await measure('memory', () => record(createMemoryJournal(), transactions, 100));
        }
        const baseline = best.get('fsync')!;
        const row = (name: string, title: string): BenchRow => {
            const value = best.get(name)!;
            return { baseline, bench: BENCH, case: title, ratio: value / baseline, unit: UNIT, value };
        };
        return {
            notes: [
                `${RECORDS} transactions of ${WIRE_BYTES} bytes with ${CHANNELS_PER_TRANSACTION} channels each, the best of ` +
                    `${ROUNDS} rounds in turn, in ${tmpdir()}; a slower fsync makes the ratios of concurrent calls larger.`,
            ],
            tables: [
                {
                    rows: [
                        { ...row('fsync', 'one write and one fsync for each record'), baseline: null, ratio: null },
                        row('1', 'openSqliteJournal, 1 recordSent at a time'),
                        row('10', 'openSqliteJournal, 10 at a time'),
                        row('100', 'openSqliteJournal, 100 at a time'),
                        row('memory', 'createMemoryJournal, 100 at a time'),
                    ],
                    title: 'recordSent, against a loop that writes each record as a line and waits for its fsync.',
                },
            ],
        };
    } finally {
        await rm(folder, { recursive: true });
    }
}

async function record(journal: BatchJournal, transactions: readonly SentTransaction[], atOnce: number): Promise<void> {
    await journal.acquire(
        OWNER,
        transactions.flatMap(({ channels }) => channels.map(({ channel }) => channel)),
        600_000,
    );
    let next = 0;
    const send = async () => {
        while (next < transactions.length) await journal.recordSent(OWNER, transactions[next++]!);
    };
    await Promise.all(Array.from({ length: atOnce }, send));
}

async function recordPlainly(path: string, transactions: readonly SentTransaction[]): Promise<void> {
    const file = await open(path, 'a');
    try {
        for (const transaction of transactions) {
            await file.write(
                `${JSON.stringify(transaction, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v))}\n`,
            );
            await file.datasync();
        }
    } finally {
        await file.close();
    }
}

function makeTransactions(count: number): SentTransaction[] {
    const fill = (length: number, number: number) => {
        const bytes = new Uint8Array(length).fill(7);
        new DataView(bytes.buffer).setUint32(0, number);
        return bytes;
    };
    return Array.from({ length: count }, (_, index) => ({
        channels: Array.from({ length: CHANNELS_PER_TRANSACTION }, (_, place) => ({
            actions: ['settle'],
            channel: getAddressDecoder().decode(fill(32, index * CHANNELS_PER_TRANSACTION + place)),
            cumulativeAmount: BigInt(index),
        })),
        feeLamports: 10_000n,
        lastValidBlockHeight: 300_000_000n,
        signature: getBase58Decoder().decode(fill(64, index)) as Signature,
        wireTransaction: Buffer.from(fill(WIRE_BYTES, index)).toString('base64') as Base64EncodedWireTransaction,
    }));
}
