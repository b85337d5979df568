import { writeSync } from 'node:fs';
import { setTimeout as setGlobalTimeout } from 'node:timers';

import Database from 'libsql';

import { isPaymentChannelsError } from '../../../src';
import { openSqliteStore } from '../../../src/store/sqlite';
import { channelOf } from '../../fixtures/journal';
import { changeOf, chargeOf, withAccepted } from './sqlite-records';

// A process that accepts vouchers, one unit more with each, and says what was committed before it goes on.

export type StoreChildMessage =
    /** Committed, and told to the client. */
    | Readonly<{ kind: 'accepted'; channel: number; amount: string }>
    | Readonly<{ kind: 'conflict'; channel: number }>
    /** The store has failed: nothing was told to the client. */
    | Readonly<{ kind: 'failed'; channel: number; code: string; reason: string }>
    | Readonly<{ kind: 'ready' }>;

export type StoreChildOptions = Readonly<{
    path: string;
    /** Unique for each process. */
    owner: string;
    channels: number;
    /** Rounds of one voucher for each channel, all at once. */
    rounds: number;
    /** A driver that says FULL and does NORMAL. */
    isLowered?: boolean;
    /** Pages of the log that are enough for a checkpoint. */
    checkpointPages?: number;
}>;

/** Whoever started it may be gone, and not have ended it. */
const LIFE_MS = 300_000;
setGlobalTimeout(() => process.exit(3), LIFE_MS).unref();

const say = (message: StoreChildMessage) => writeSync(1, `${JSON.stringify(message)}\n`);
const {
    channels,
    checkpointPages = 1_000,
    isLowered,
    owner,
    path,
    rounds,
} = JSON.parse(process.argv[2]!) as StoreChildOptions;

const database = new Database(path);
const store = await openSqliteStore(database, { network: 'localnet' });
database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
if (isLowered) database.exec('PRAGMA synchronous = NORMAL');
say({ kind: 'ready' });
for (let round = 0; round < rounds; round += 1) {
    await Promise.all(Array.from({ length: channels }, (_, channel) => accept(channel)));
}
database.close();

async function accept(channel: number): Promise<void> {
    try {
        const stored = (await store.get(channelOf(channel)))!;
        const amount = stored.record.accepted + 1n;
        const rows = [chargeOf(channel, `${owner}-${amount}`)];
        const change = changeOf(withAccepted(stored.record, amount), stored.version, { rows });
        const isCommitted = (await store.commit({ ...change, changeId: `${owner} ${amount}` })) === 'committed';
        say(isCommitted ? { amount: `${amount}`, channel, kind: 'accepted' } : { channel, kind: 'conflict' });
    } catch (error) {
        if (!isPaymentChannelsError(error, 'STORE_UNAVAILABLE')) throw error;
        say({ channel, code: error.code, kind: 'failed', reason: error.context.reason });
    }
}
