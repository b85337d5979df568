import Table from 'cli-table3';

/** A table for a terminal: the first columns are text, the others numbers. */
export function createTable(head: string[], textColumns: number) {
    return new Table({
        colAligns: head.map((_, column) => (column < textColumns ? 'left' : 'right')),
        head,
        style: { border: [], compact: true, head: [] },
    });
}

/** A number as a person reads it. */
export function format(amount: bigint | number): string {
    return amount.toLocaleString('en-US');
}
