import { UsageError } from './io';

/** What works whatever a project installs. */
const ELSEWHERE = 'run it from a folder without a project: npx payment-channels …';

/**
 * Loads what checks, compares and renders IDLs, when a command needs it: it takes a while.
 *
 * @throws {@link UsageError} where npm gave the renderer other packages than those that it was tested with.
 */
export async function importCodegen() {
    const codegen = await import('solana-payment-channels-codegen');
    try {
        codegen.assertHasExactVersions();
    } catch (cause) {
        if (!(cause instanceof codegen.WrongVersionError)) throw cause;
        throw new UsageError(`${cause.message}: ${ELSEWHERE}`, { cause });
    }
    return codegen;
}
