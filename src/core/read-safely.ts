/** What a function reads, or a fallback where reading throws, as it does for a revoked proxy. */
export function readSafely<T>(read: () => T, otherwise: T): T {
    try {
        return read();
    } catch {
        return otherwise;
    }
}
