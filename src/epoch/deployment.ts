import { PAYMENT_CHANNELS_PROGRAM_ADDRESS } from '../../generated/epoch';
import type { Deployment as AnyDeployment } from '../deployment';
import { EPOCH } from '../revision/epoch';
import { MAINNET_TREASURY_OWNER, PLACEHOLDER_TREASURY_OWNER } from '../revision/treasury-owners';

/** A deployment of the program in its epoch revision. */
export type Deployment = AnyDeployment<'epoch'>;

/** The program that runs on mainnet, with the owner of its treasury (spec section 1). */
export const MAINNET_DEPLOYMENT: Deployment = /* @__PURE__ */ Object.freeze({
    programAddress: PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    revision: EPOCH,
    treasuryOwner: MAINNET_TREASURY_OWNER,
});

/**
 * The reference program at the published address, with the placeholder that stands for the treasury owner where none was
 * set (spec section 1). It is what a simulator runs; nobody holds a key for that owner, and the program on mainnet has
 * another: {@link MAINNET_DEPLOYMENT}.
 */
export const LOCALNET_DEPLOYMENT: Deployment = /* @__PURE__ */ Object.freeze({
    programAddress: PAYMENT_CHANNELS_PROGRAM_ADDRESS,
    revision: EPOCH,
    treasuryOwner: PLACEHOLDER_TREASURY_OWNER,
});
