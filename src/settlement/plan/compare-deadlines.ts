/** Orders deadlines, the earliest first; what has none comes last. */
export function compareDeadlines(a: bigint | undefined, b: bigint | undefined): number {
    if (a === b) return 0;
    if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
    return a < b ? -1 : 1;
}
