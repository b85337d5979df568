import { describe, it } from 'vitest';

import { openPostgresStore, type PostgresQuery } from '../../../src/store/postgres';
import { getStoreContractCases } from '../../../src/testing';
import { useTestDatabase } from '../../fixtures/postgres/database';

const getDatabase = useTestDatabase();
let queries: readonly [PostgresQuery, PostgresQuery] | undefined;

describe('the contract of a store (Store 1 to 9, 13, 14, 16)', () => {
    const cases = getStoreContractCases({
        clock: 'own',
        createStore: async ({ network }) => {
            const { connect, run, schema } = getDatabase();
            const [query, otherQuery] = (queries ??= [connect(), connect()]);
            await run(
                `WITH channels AS (DELETE FROM "${schema}".pc_channel), leases AS (DELETE FROM "${schema}".pc_lease),
                 rows AS (DELETE FROM "${schema}".pc_row) DELETE FROM "${schema}".pc_sent`,
            );
            return {
                openNetwork: name => openPostgresStore(query, { network: name, schema }),
                other: await openPostgresStore(otherQuery, { network, schema }),
                overwrite: async (channel, form, text) => {
                    const sql = `UPDATE "${schema}".pc_channel SET schema = $2, record = $3 WHERE channel = $1`;
                    await run(sql, [channel, form, text]);
                },
                overwriteRow: async (kind, key, text) => {
                    await run(`UPDATE "${schema}".pc_row SET value = $3 WHERE kind = $1 AND key = $2`, [
                        kind,
                        key,
                        text,
                    ]);
                },
                store: await openPostgresStore(query, { network, schema }),
            };
        },
        sequences: 10,
    });
    it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());
});
