import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as node from '../../../src/node/index';
import * as postgres from '../../../src/store/postgres/index';
import * as store from '../../../src/store/index';
import * as sqlite from '../../../src/store/sqlite/index';
import * as testing from '../../../src/testing/index';
import { MAINNET_DEPLOYMENT, TOMBSTONE_LOCALNET } from '../../../src';
import { createGoodValues } from './good-values';
import { findFaults, findPassedOver } from './harness';
import { createStoreRows } from './store-rows';
import { createObjectRows, getMethods } from './object-rows';
import { createNodeRows, createPostgresRows, createSqliteRows, createTestingRows } from './node-rows';

// As wrong-values.test.ts, for what the other entry points export, and for the methods of everything that is made.

// A wrong path is a path: whatever is written to it is written here.
const home = process.cwd();
let folder: string;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wrong-values-'));
    process.chdir(folder);
});
afterAll(async () => {
    process.chdir(home);
    await rm(folder, { recursive: true });
});

describe.each([
    ['node', node, createNodeRows()],
    ['store/postgres', postgres, createPostgresRows()],
    ['store', store, createStoreRows()],
    ['store/sqlite', sqlite, createSqliteRows()],
    ['testing', testing, await createTestingRows(createGoodValues(MAINNET_DEPLOYMENT))],
] as const)('%s', (_, entry, rows) => {
    const functions = Object.entries(entry as Record<string, unknown>).filter(
        ([key, value]) => typeof value === 'function' && !/^[A-Z]/.test(key),
    );

    it('every function that is exported is looked at', () => {
        expect(Object.keys(rows).sort()).toEqual(functions.map(([key]) => key).sort());
    });

    it.each(Object.entries(rows))('%s', async (_key, row) => {
        for (const { call, makeArguments } of [row].flat()) {
            expect(await findFaults(call, makeArguments)).toEqual([]);
            const passed = await findPassedOver(call, makeArguments);
            // Only read for the message of an error.
            expect(passed.filter(place => !/^\[0\]\[(failure|source)\]/.test(place))).toEqual([]);
        }
    });
});

describe.each([MAINNET_DEPLOYMENT, TOMBSTONE_LOCALNET])('what is made for $revision', async deployment => {
    describe.each(Object.entries(await createObjectRows(deployment)))('%s', async (_, { create, rows }) => {
        const { dispose, object } = await create();
        const methods = getMethods(object);
        afterAll(async () => await dispose?.());

        it('every method is looked at', () => {
            expect(Object.keys(rows).sort()).toEqual(Object.keys(methods).sort());
        });

        // Closed it refuses everything.
        it.each(Object.entries(rows).filter(([name]) => name !== 'close'))('%s', async (name, makeArguments) => {
            expect(await findFaults(methods[name]!, makeArguments)).toEqual([]);
            const passed = await findPassedOver(methods[name]!, makeArguments);
            // Those of an instruction of kit; what is wrong with one channel of a batch is said in its result.
            expect(passed.filter(place => !/\[accounts\] as|^\[0\]\[0\]\[voucher\]/.test(place))).toEqual([]);
        });
    });
});
