import type { Address, TransactionSigner } from '@solana/kit';

import {
    getRequestCloseInstruction as getGeneratedRequestCloseInstruction,
    type RequestCloseInstruction,
} from '../../generated/tombstone';
import { getProgramConfig, type DeploymentConfig } from '../deployment';
import { readMembers, toAddress, toSigner } from '../input';
import type { RevisionName } from '../revision/types';

/** What {@link getRequestCloseInstruction} takes. */
export type RequestCloseInput = Readonly<{
    /** Payer of the channel. */
    payer: TransactionSigner;
    /** Open channel. */
    channel: Address;
}>;

/**
 * Starts the grace period of an open channel at the request of the payer (spec section 7.5). Until it has passed the
 * payee can still settle and finalize; after that anyone can finalize.
 *
 * @throws `SIGNER_INVALID` or `ADDRESS_INVALID`, by field.
 */
export function getRequestCloseInstruction(
    input: RequestCloseInput,
    config: DeploymentConfig<RevisionName> = {},
): RequestCloseInstruction<Address> {
    const { channel, payer } = readMembers('input', input, ['channel', 'payer']);
    return getGeneratedRequestCloseInstruction(
        { channel: toAddress('channel', channel), payer: toSigner('payer', payer) },
        getProgramConfig(config),
    );
}
