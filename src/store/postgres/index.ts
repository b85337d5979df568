// Entry point ./store/postgres: a store and a journal in PostgreSQL.
export type { PostgresQuery } from './database';
export { migratePostgresStore, openPostgresJournal, openPostgresStore, type PostgresStoreOptions } from './store';
