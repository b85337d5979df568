import type { Address } from '@solana/kit';

import {
    getFinalizeInstruction as getGeneratedFinalizeInstruction,
    type FinalizeInstruction,
} from '../../generated/tombstone';
import { getProgramConfig, type DeploymentConfig } from '../deployment';
import { assertIsInput, toAddress } from '../input';

/** What {@link getFinalizeInstruction} takes. */
export type FinalizeInput = Readonly<{
    /** Closing channel whose grace period has passed. */
    channel: Address;
}>;

/**
 * Finalizes a closing channel once its grace period has passed (spec section 7.6). Needs no signer.
 *
 * @throws `ADDRESS_INVALID`, by field.
 */
export function getFinalizeInstruction(
    input: FinalizeInput,
    config: DeploymentConfig = {},
): FinalizeInstruction<Address> {
    assertIsInput('input', input);
    return getGeneratedFinalizeInstruction({ channel: toAddress('channel', input.channel) }, getProgramConfig(config));
}
