/** A statement that is put together: its values come in the order of their placeholders. */
export type Statement = Readonly<{ text: string; values: readonly unknown[] }>;

/** Collects values; the placeholder of each is what `add` returns. */
export function createValues() {
    const values: unknown[] = [];
    return {
        add: (value: unknown, type?: string) => `$${values.push(value)}${type === undefined ? '' : `::${type}`}`,
        values,
    };
}

/** The database's clock, in unix seconds: that of the moment, and not of the beginning of a transaction. */
export const NOW_SECONDS = 'floor(extract(epoch FROM clock_timestamp()))::bigint';
/** The same in milliseconds. */
export const NOW_MS = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/**
 * For the end of a statement that must be on the disk when it has been answered: a session may come with another setting
 * than the one that the store was opened with.
 */
export const KEEP = `CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END`;
