import Database from 'libsql';
import { describe, expect, it } from 'vitest';

import { getJournalContractCases, getStoreContractCases } from '../../../src/testing';
import { createPlace, type Driver, type OpenDatabase } from '../../fixtures/sqlite';

// What other drivers are strict about: better-sqlite3 has `all` for statements that return rows and `run` for those that
// don't, and refuses the other; with safe integers, which somebody may have switched on, every integer is a bigint.

const STRICT: Driver = {
    connect: path => {
        const database = new Database(path);
        database.defaultSafeIntegers(true);
        const strict: OpenDatabase = {
            close: () => database.close(),
            exec: sql => database.exec(sql),
            prepare: sql => {
                const statement = database.prepare<unknown[]>(sql);
                const isReader = /^\s*(SELECT|PRAGMA)/.test(sql);
                return {
                    all: (...values) => {
                        if (!isReader) throw new TypeError(`This statement does not return data: ${sql}`);
                        return statement.all(...values);
                    },
                    run: (...values) => {
                        if (isReader) throw new TypeError(`This statement returns data: ${sql}`);
                        return statement.run(...values);
                    },
                };
            },
        };
        return strict;
    },
    name: 'a strict driver with bigints',
};

it('integers are bigints', () => {
    const database = STRICT.connect(':memory:');
    expect(database.prepare('SELECT 1 AS one').all()).toMatchObject([{ one: 1n }]);
    database.close();
});

describe('the contract of a store', () => {
    const cases = getStoreContractCases({
        createStore: async ({ network, now }) => {
            const place = await createPlace(STRICT);
            return {
                close: place.remove,
                other: await place.openStore({ network, now }),
                store: await place.openStore({ network, now }),
            };
        },
        sequences: 10,
    });
    it.each(cases.map(({ name, run }) => [name, run] as const))('%s', async (_, run) => {
        await run();
    });
});

describe('the contract of a journal', () => {
    const cases = getJournalContractCases({
        createJournal: async ({ now }) => {
            const place = await createPlace(STRICT);
            return { close: place.remove, journal: await place.openJournal({ now }) };
        },
        sequences: 20,
    });
    it.each(cases.map(({ name, run }) => [name, run] as const))('%s', async (_, run) => {
        await run();
    });
});
