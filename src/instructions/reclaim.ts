import type { Address } from '@solana/kit';

import { OPERATION_UNSUPPORTED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readMembers, toAddress } from '../core/input';
import { getProgramConfig, readPart, type DeploymentParts } from '../revision/deployment';
import type { ReclaimLayout } from '../revision/parts';
import type { RevisionName, RevisionTypes, RevisionWithReclaim } from '../revision/revision-types';

/** Input of {@link getReclaimInstruction}; a fetched channel's data and address have it. */
export type ReclaimInput = Readonly<{
    /** Distributed channel, more than 1,500 slots after its open slot. */
    channel: Address;
    /** Wallet that paid the rent at open and gets it back: the one in the channel's account. */
    rentPayer: Address;
}>;

/**
 * Frees the account of a distributed channel and returns all of its lamports to the rent payer (docs/program.md,
 * section 7.9), once `isReclaimable` says so. Needs no signer; many fit into one transaction.
 *
 * @throws `ADDRESS_INVALID`, by field; `OPERATION_UNSUPPORTED` for a revision without this instruction, in which
 * `distribute` frees the rent.
 *
 * @example
 * ```ts
 * const { data } = await fetchChannel(rpc, channel, MAINNET_DEPLOYMENT);
 * const reclaim = getReclaimInstruction({ channel, rentPayer: data.rentPayer }, MAINNET_DEPLOYMENT);
 * ```
 */
export function getReclaimInstruction<TRevision extends RevisionWithReclaim>(
    input: ReclaimInput,
    deployment: DeploymentParts<'programAddress' | 'reclaim' | 'revision', TRevision>,
): RevisionTypes[TRevision]['reclaimInstruction'] {
    const { channel, rentPayer } = readMembers('input', input, ['channel', 'rentPayer']);
    const instruction = getReclaimLayout(deployment).build(
        { channel: toAddress('channel', channel), rentPayer: toAddress('rentPayer', rentPayer) },
        getProgramConfig(deployment),
    );
    return instruction as RevisionTypes[TRevision]['reclaimInstruction'];
}

/** @throws `OPERATION_UNSUPPORTED`. */
export function getReclaimLayout(deployment: DeploymentParts<'reclaim', RevisionName>): ReclaimLayout {
    const layout: ReclaimLayout | undefined = readPart(deployment, 'reclaim');
    if (layout === undefined) throw new PaymentChannelsError(OPERATION_UNSUPPORTED, { operation: 'reclaim' });
    return layout;
}
