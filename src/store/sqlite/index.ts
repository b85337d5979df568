/** A store of channels in an SQLite database: `solana-payment-channels/store/sqlite`. */

export type { SqliteDatabase, SqliteStatement } from './connection';
export { migrateSqliteStore, openSqliteJournal, openSqliteStore, type SqliteStoreOptions } from './sqlite-store';
