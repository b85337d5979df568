const LAMPORTS_PER_SIGNATURE = 5_000n;
const MICRO_LAMPORTS_PER_LAMPORT = 1_000_000n;

/** What a transaction costs, for its signatures (those that the precompile verifies included) and for priority. */
export function getFees({
    computeUnitLimit,
    computeUnitPrice,
    signatureCount,
}: Readonly<{ computeUnitLimit: number | undefined; computeUnitPrice: bigint; signatureCount: number }>) {
    const microLamports = BigInt(computeUnitLimit ?? 0) * computeUnitPrice;
    const priorityFeeLamports = (microLamports + MICRO_LAMPORTS_PER_LAMPORT - 1n) / MICRO_LAMPORTS_PER_LAMPORT;
    return { feeLamports: LAMPORTS_PER_SIGNATURE * BigInt(signatureCount) + priorityFeeLamports, priorityFeeLamports };
}
