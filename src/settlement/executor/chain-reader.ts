import type { Address, Commitment, GetMultipleAccountsApi, Rpc } from '@solana/kit';

import { fetchAccountsAtOnce, MAX_REQUEST_TIMEOUT_MS } from '../../reading/fetch-channel';
import { decodeChannelState, type ChannelState } from '../../channel/channel-state';
import type { Deployment } from '../../revision/deployment';
import { isPaymentChannelsError } from '../../core/errors';
import type { RevisionName } from '../../revision/revision-types';
import type { AccountReader } from './fetch-batch-items';
import type { SentTransaction } from '../../journal/journal';
import type { RpcCalls } from '../../sending/rpc-calls';
import { getEvidence, type ChannelEvidence } from './landed-on-chain';

/** Reads accounts at a slot that is not older than anything that was seen to happen. */
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
     * Whether a transaction without a known status has landed, as far as its channels tell.
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
                // Without a state it does not tell.
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
                // RpcCalls bounds the request.
                requestTimeoutMs: MAX_REQUEST_TIMEOUT_MS,
                // By a node that is behind, what has landed would be planned again.
                ...(minContextSlot > 0n ? { minContextSlot } : {}),
            });
        return calls.ask('getMultipleAccounts', read, isWanted);
    }
}
