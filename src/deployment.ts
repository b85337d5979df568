import type { Address } from '@solana/kit';

import { PAYMENT_CHANNELS_PROGRAM_ADDRESS } from '../generated/tombstone';
import { assertIsInput, toAddress } from './input';

/**
 * One deployment of the program on a cluster or in a simulator.
 *
 * The treasury owner is compiled into the program (spec section 1): a client can't read it from the chain, and
 * `distribute` fails unless it names that owner's token account.
 */
export type Deployment = Readonly<{
    /** Interface of the program. */
    revision: 'tombstone';
    /** Address that the program is deployed at. */
    programAddress: Address;
    /** Wallet whose token account receives what nobody else can. */
    treasuryOwner: Address;
}>;

/** A kit client that says which deployment it is for, as that of a simulator does. */
export type ClientWithDeployment = { deployment: Deployment };

/** What a builder has to know of a deployment; a {@link Deployment} is one. */
export type DeploymentConfig = Readonly<Partial<Pick<Deployment, 'programAddress' | 'treasuryOwner'>>>;

/**
 * The reference program at its published address, with the placeholder that stands for the treasury owner where none
 * was set (spec section 1). It is the default of every builder and of the simulator. Nobody holds a key for that owner.
 */
export const LOCALNET_DEPLOYMENT: Deployment = /* @__PURE__ */ Object.freeze({
    revision: 'tombstone',
    programAddress: PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    treasuryOwner: 'DrLViEZBgqj6TgP8vKqu22uvLgV6p3tfkvCYfG8yqSUn' as Address,
});

/** The program to address, for the `config` of a generated function. Only what is not given has a default. */
export function getProgramConfig(config: DeploymentConfig): { programAddress: Address } {
    assertIsInput('config', config);
    const { programAddress = LOCALNET_DEPLOYMENT.programAddress } = config;
    return { programAddress: toAddress('config.programAddress', programAddress) };
}

/** The wallet that owns the treasury's token accounts. Only what is not given has a default. */
export function getTreasuryOwner(config: DeploymentConfig): Address {
    assertIsInput('config', config);
    const { treasuryOwner = LOCALNET_DEPLOYMENT.treasuryOwner } = config;
    return toAddress('config.treasuryOwner', treasuryOwner);
}
