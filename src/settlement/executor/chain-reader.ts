import type { Address, Commitment, GetMultipleAccountsApi, Rpc } from '@solana/kit';

import { fetchAccountsAtOnce, MAX_REQUEST_TIMEOUT_MS } from '../../reading/fetch-channel';
import { decodeChannelState, type ChannelState } from '../../channel/state';
import type { Deployment } from '../../revision/deployment';
import { isPaymentChannelsError } from '../../core/errors';
import type { RevisionName } from '../../revision/types';
import type { AccountReader } from './fetch-batch-items';
import type { SentTransaction } from '../../journal/journal';
import type { RpcCalls } from '../../sending/rpc-calls';
import { getEvidence, type ChannelEvidence } from './landed-on-chain';

/** Reads accounts, never from a time before what has been seen to happen. */
export class ChainReader {
    constructor(
        private readonly rpc: Rpc<GetMultipleAccountsApi>,
        private readonly calls: RpcCalls,
        private readonly commitment: Commitment,
        private readonly getLastSlot: () => bigint,
        private readonly isWanted: () => boolean,
        private readonly deployment: Deployment,
    ) {}

    readonly read: AccountReader = addresses => this.#readFrom(this.getLastSlot(), addresses, this.isWanted);

    /**
     * Whether a transaction whose signature nobody knows any more, or ever did, has landed, as far as the channels tell.
     *
     * @param slot From which on it can't land any more.
     */
    async findEvidence({ channels }: SentTransaction, slot: bigint): Promise<ChannelEvidence> {
        const states = new Map<Address, ChannelState<RevisionName>>();
        const { accounts } = await this.#readFrom(
            slot,
            channels.map(({ channel }) => channel),
        );
        for (const account of accounts) {
            try {
                states.set(account.address, decodeChannelState(account, this.deployment));
            } catch (error) {
                // Whatever it is now, it does not tell what the transaction has left.
                if (!isPaymentChannelsError(error)) throw error;
            }
        }
        return getEvidence(channels, states);
    }

    #readFrom(minContextSlot: bigint, addresses: readonly Address[], isWanted?: () => boolean) {
        const { calls, commitment, rpc } = this;
        const read = (abortSignal: AbortSignal) =>
            fetchAccountsAtOnce(rpc, addresses, {
                abortSignal,
                commitment,
                // Who asks bounds it.
                requestTimeoutMs: MAX_REQUEST_TIMEOUT_MS,
                // A node that has not seen what landed would have it planned again.
                ...(minContextSlot > 0n ? { minContextSlot } : {}),
            });
        return calls.ask('getMultipleAccounts', read, isWanted);
    }
}
