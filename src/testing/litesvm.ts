import { createRequire } from 'node:module';

import type * as LiteSvmModule from 'litesvm';
import type { FailedTransactionMetadata } from 'litesvm';

import { MODULE_MISSING } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { getInstallCommand } from '../core/optional-peers';

let loaded: typeof LiteSvmModule | undefined;

/**
 * LiteSVM, an optional peer dependency: its native code is loaded when something is simulated, so that who only imports
 * this package learns what is missing, and how it is installed.
 *
 * @throws `MODULE_MISSING`.
 */
export function getLiteSvm(): typeof LiteSvmModule {
    try {
        return (loaded ??= createRequire(import.meta.url)('litesvm') as typeof LiteSvmModule);
    } catch (cause) {
        const reason = cause instanceof Error ? cause.message.split('\n', 1)[0]! : 'it threw no error';
        const install = getInstallCommand('litesvm');
        throw new PaymentChannelsError(MODULE_MISSING, { install, module: 'litesvm', reason }, { cause });
    }
}

/** Whether LiteSVM refused a transaction, or it failed while it ran. */
export function isFailed(outcome: object): outcome is FailedTransactionMetadata {
    return outcome instanceof getLiteSvm().FailedTransactionMetadata;
}
