import type { Address } from '@solana/kit';

import {
    getReclaimInstruction as getGeneratedReclaimInstruction,
    type ReclaimInstruction,
} from '../../generated/epoch';
import { assertIsOfRevision, getProgramConfig, type DeploymentConfig } from '../deployment';
import { readMembers, toAddress } from '../input';
import { EPOCH } from '../revision/epoch';

/** What {@link getReclaimInstruction} takes; a fetched channel's data and address have it. */
export type ReclaimInput = Readonly<{
    /** Distributed channel, more than 1,500 slots after its open slot. */
    channel: Address;
    /** Wallet that paid the rent at open, to which it goes back: the one in the channel's account. */
    rentPayer: Address;
}>;

/**
 * Frees the account of a distributed channel and gives all of its lamports to who paid the rent (spec section 7.9), once
 * `isReclaimable` says so. Needs no signer; many fit into one transaction.
 *
 * @throws `ADDRESS_INVALID`, by field; `REVISION_MISMATCH` for a deployment of another revision.
 */
export function getReclaimInstruction(
    input: ReclaimInput,
    config: DeploymentConfig<'epoch'> = {},
): ReclaimInstruction<Address> {
    const { channel, rentPayer } = readMembers('input', input, ['channel', 'rentPayer']);
    assertIsOfRevision('epoch', config);
    return getGeneratedReclaimInstruction(
        { channel: toAddress('channel', channel), rentPayer: toAddress('rentPayer', rentPayer) },
        getProgramConfig({ ...config, revision: EPOCH }),
    );
}
