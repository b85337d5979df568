import { createRequire } from 'node:module';

import { MODULE_MISSING } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { getInstallCommand, type OPTIONAL_PEERS } from '../core/optional-peers';

/**
 * Loads an optional peer dependency when it is needed, so that who only imports this package learns what is missing, and how
 * it is installed.
 *
 * @throws `MODULE_MISSING`.
 */
export function requirePeer(name: keyof typeof OPTIONAL_PEERS): unknown {
    try {
        return createRequire(import.meta.url)(name);
    } catch (cause) {
        const reason = cause instanceof Error ? cause.message.split('\n', 1)[0]! : 'it threw no error';
        const install = getInstallCommand(name);
        throw new PaymentChannelsError(MODULE_MISSING, { install, module: name, reason }, { cause });
    }
}
