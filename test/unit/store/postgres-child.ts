import { writeSync } from 'node:fs';
import { setTimeout as setGlobalTimeout } from 'node:timers';
import { setTimeout } from 'node:timers/promises';

import pg from 'pg';

import { isPaymentChannelsError } from '../../../src/core/errors';
import { commitOrRead } from '../../../src/store/commit';
import { openPostgresStore } from '../../../src/store/postgres';
import { channelOf, getStored, toCharge, toUpdate } from './postgres-records';

// One process of several that accept vouchers of the same channels. What it says was committed it says before it goes on, so
// that nothing that it was told is lost when it is killed.

export type ChildOptions = Readonly<{ url: string; schema: string; channels: number; name: string }>;
export type Acknowledged = Readonly<{ channel: number; accepted: string; key: string }>;

/** Whoever started it may be gone, and not have ended it. */
const LIFE_MS = 300_000;
setGlobalTimeout(() => process.exit(3), LIFE_MS).unref();

const { channels, name, schema, url } = JSON.parse(process.argv[2]!) as ChildOptions;
const pool = new pg.Pool({ connectionString: url, max: 2 });
pool.on('error', () => undefined);

/** Again, while the server is away. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
        try {
            return await work();
        } catch (error) {
            if (!isPaymentChannelsError(error, 'STORE_UNAVAILABLE')) throw error;
            await setTimeout(50);
        }
    }
}

const store = await persist(() =>
    openPostgresStore((text, values) => pool.query(text, values), { network: 'localnet', schema }),
);
for (let turn = 1; ; turn++) {
    const channel = Math.floor(Math.random() * channels) + 1;
    const row = toCharge(channelOf(channel), `${name} ${turn}`);
    const stored = await persist(() => getStored(store, channelOf(channel)));
    const change = toUpdate(stored, { rows: [row] });
    // A change that is repeated keeps its id: it is written once.
    if (!(await persist(() => commitOrRead(store, change)))) continue;
    const acknowledged: Acknowledged = { accepted: `${change.record!.accepted}`, channel, key: row.key };
    writeSync(1, `${JSON.stringify(acknowledged)}\n`);
}
