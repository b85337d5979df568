import type { Address } from '@solana/kit';

import { getPart, getProgramConfig, type DeploymentParts } from '../revision/deployment';
import { readMembers, toAddress } from '../core/input';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';

/** Input of {@link getFinalizeInstruction}. */
export type FinalizeInput = Readonly<{
    /** Closing channel whose grace period has passed. */
    channel: Address;
}>;

/**
 * Finalizes a closing channel once its grace period has passed (docs/program.md, section 7.6). Needs no signer.
 * Mainnet's program calls the instruction seal.
 *
 * @throws `ADDRESS_INVALID`, by field.
 *
 * @example
 * ```ts
 * const finalize = getFinalizeInstruction({ channel }, MAINNET_DEPLOYMENT);
 * ```
 */
export function getFinalizeInstruction<TRevision extends RevisionName>(
    input: FinalizeInput,
    deployment: DeploymentParts<'finalize' | 'programAddress' | 'revision', TRevision>,
): RevisionTypes[TRevision]['finalizeInstruction'] {
    const { channel } = readMembers('input', input, ['channel']);
    const { build } = getPart(deployment, 'finalize');
    const instruction = build({ channel: toAddress('channel', channel) }, getProgramConfig(deployment));
    return instruction as RevisionTypes[TRevision]['finalizeInstruction'];
}
