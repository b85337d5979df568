import { randomInt } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setTimeout as setGlobalTimeout } from 'node:timers';
import { setTimeout } from 'node:timers/promises';

import Database from 'libsql';

import { isPaymentChannelsError } from '../../../src';
import { openSqliteJournal } from '../../../src/store/sqlite';
import { channelOf, transactionOf } from '../../fixtures/journal';

// One process of several that share a journal. What it says on its output it says before it goes on, so that nothing that
// it was told is lost when it is killed.

export type ChildMessage =
    | Readonly<{ kind: 'ready' | 'lost' }>
    /** A record that the journal has accepted. */
    | Readonly<{ kind: 'sent'; index: number; channel: number }>
    /** The end of a transaction that is about to be recorded. */
    | Readonly<{ kind: 'resolving'; index: number }>
    /** A lease, from after it was given to before it was given up, by the clock of the machine. */
    | Readonly<{ kind: 'held'; channel: number; from: string; to: string }>;

export type ChildOptions = Readonly<{
    path: string;
    owner: string;
    /** Transactions of this process are numbered from here. */
    firstIndex: number;
    channels: number;
    rounds: number;
    leaseMs: number;
    /** Asks for all channels and sends until a lease is lost, instead of giving them back after each transaction. */
    isGreedy: boolean;
}>;

/** Whoever started it may be gone, and not have ended it. */
const LIFE_MS = 300_000;
setGlobalTimeout(() => process.exit(3), LIFE_MS).unref();

const say = (message: ChildMessage) => writeSync(1, `${JSON.stringify(message)}\n`);
const options = JSON.parse(process.argv[2]!) as ChildOptions;
const { channels, firstIndex, leaseMs, owner, path, rounds } = options;

const database = new Database(path);
const journal = await openSqliteJournal(database, { network: 'localnet' });
say({ kind: 'ready' });
let index = firstIndex;
for (let round = 0; round < rounds; round += 1) await (options.isGreedy ? sendUntilLost() : sendOnce());
database.close();

async function sendOnce(): Promise<void> {
    const places = [randomInt(channels), randomInt(channels)];
    const held = await journal.acquire(owner, places.map(channelOf), leaseMs);
    const from = process.hrtime.bigint();
    const mine = [...new Set(places)].filter(place => held.includes(channelOf(place)));
    if (mine.length === 0) return;
    await Promise.all(mine.map(channel => sendFor(channel)));
    for (const channel of mine) say({ channel, from: `${from}`, kind: 'held', to: `${process.hrtime.bigint()}` });
    await journal.release(owner, held);
}

async function sendFor(place: number): Promise<boolean> {
    const own = index++;
    const transaction = transactionOf(own, [channelOf(place)], 600);
    try {
        await journal.recordSent(owner, transaction);
    } catch (error) {
        if (!isPaymentChannelsError(error, 'JOURNAL_LEASE_LOST')) throw error;
        return false;
    }
    say({ channel: place, index: own, kind: 'sent' });
    if (own % 5 !== 0) {
        say({ index: own, kind: 'resolving' });
        await journal.recordOutcome(transaction.signature, 'landed');
    }
    return true;
}

async function sendUntilLost(): Promise<void> {
    while ((await journal.acquire(owner, [channelOf(0)], leaseMs)).length === 0) await setTimeout(5);
    while (await sendFor(0)) {
        // The lease is never prolonged: it ends by time, or because somebody took it.
    }
    say({ kind: 'lost' });
}
