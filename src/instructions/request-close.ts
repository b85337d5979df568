import type { Address, TransactionSigner } from '@solana/kit';

import { getPart, getProgramConfig, type DeploymentParts } from '../revision/deployment';
import { readMembers, toAddress, toSigner } from '../core/input';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';

/** Input of {@link getRequestCloseInstruction}. */
export type RequestCloseInput = Readonly<{
    /** Payer of the channel. */
    payer: TransactionSigner;
    /** Open channel. */
    channel: Address;
}>;

/**
 * Starts the grace period of an open channel at the request of the payer (docs/program.md, section 7.5). Until it has
 * passed the payee can still settle and finalize; after that anyone can finalize.
 *
 * @throws `SIGNER_INVALID` or `ADDRESS_INVALID`, by field.
 *
 * @example
 * ```ts
 * const requestClose = getRequestCloseInstruction({ channel, payer }, MAINNET_DEPLOYMENT);
 * ```
 */
export function getRequestCloseInstruction<TRevision extends RevisionName>(
    input: RequestCloseInput,
    deployment: DeploymentParts<'programAddress' | 'requestClose' | 'revision', TRevision>,
): RevisionTypes[TRevision]['requestCloseInstruction'] {
    const { channel, payer } = readMembers('input', input, ['channel', 'payer']);
    const instruction = getPart(deployment, 'requestClose').build(
        { channel: toAddress('channel', channel), payer: toSigner('payer', payer) },
        getProgramConfig(deployment),
    );
    return instruction as RevisionTypes[TRevision]['requestCloseInstruction'];
}
