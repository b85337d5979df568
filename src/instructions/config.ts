import type { Address } from '@solana/kit';

import { LOCALNET_DEPLOYMENT, type DeploymentConfig } from '../deployment';
import { toAddress } from '../input';

/** The program to address, for the `config` of a generated function. */
export function getProgramConfig(config: DeploymentConfig): { programAddress: Address } {
    return {
        programAddress: toAddress('config.programAddress', config.programAddress ?? LOCALNET_DEPLOYMENT.programAddress),
    };
}
