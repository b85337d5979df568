import { createHash } from 'node:crypto';

import { getBase58Decoder, getBase64Encoder, lamports, type Blockhash, type ReadonlyUint8Array } from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';

import {
    getContext,
    refuseRequest,
    toConfig,
    toRequestAddress,
    toRequestBlockhash,
    toRequestList,
    toRequestSlot,
    withContext,
    type RpcMethods,
} from './request';
import { getEpochOf, SLOTS_IN_EPOCH } from '../clock';
import { getMessageFees } from './message-fees';
import { encodeAddress } from '../../core/address-bytes';
import { describe } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import { decodeMessage } from '../../transactions/decode-message';
import type { Simulator } from '../simulator';

/** Slots whose priority fees a node remembers. */
const FEE_SLOTS = 150n;
const MAX_WRITABLE_ACCOUNTS = 128;
/** The runtime that LiteSVM 1.5 is built of, and the first bytes of the hash of its features, as a node would say. */
const VERSION = { 'feature-set': 0, 'solana-core': '3.1.0' };

/** The methods of an RPC that tell the state of the cluster: its clock, blockhashes and fees; and its faucet. */
export function createClusterMethods(simulator: Simulator<RevisionName>): RpcMethods {
    const { blockhashes, history } = simulator.cluster;
    const identity = simulator.faucet.address;
    return {
        getBlockHeight: rest => getContext(simulator, toConfig(rest)).slot,
        getEpochInfo(rest) {
            const { slot } = getContext(simulator, toConfig(rest));
            return {
                absoluteSlot: slot,
                blockHeight: slot,
                ...getEpochOf(slot),
                slotsInEpoch: SLOTS_IN_EPOCH,
                transactionCount: BigInt(history.count),
            };
        },
        getFeeForMessage(text, rest) {
            const bytes = toMessageBytes(text);
            const { feeLamports } = getMessageFees(bytes);
            const isRecent = blockhashes.isRecent(decodeMessage(bytes).lifetimeToken as Blockhash);
            return withContext(simulator, toConfig(rest), isRecent ? feeLamports : null);
        },
        // It follows from the simulator's seed: no real cluster has it.
        getGenesisHash: () => getBase58Decoder().decode(createHash('sha256').update(encodeAddress(identity)!).digest()),
        getHealth: () => 'ok',
        getIdentity: () => ({ identity }),
        getLatestBlockhash: rest => withContext(simulator, toConfig(rest), blockhashes.getLatest()),
        getRecentPrioritizationFees(addresses) {
            const writable = toRequestList(addresses ?? [], MAX_WRITABLE_ACCOUNTS, 'inputs provided').map(
                toRequestAddress,
            );
            const { slot: now } = simulator.getClock();
            const first = now > FEE_SLOTS ? now - FEE_SLOTS + 1n : 0n;
            const fees = new Map<bigint, bigint>();
            for (const executed of history.list()) {
                const { slot } = executed.clock;
                if (slot < first || slot > now || !writable.every(one => executed.addresses.includes(one))) continue;
                const { computeUnitPrice } = getMessageFees(executed.transaction.messageBytes);
                const lowest = fees.get(slot);
                if (lowest === undefined || computeUnitPrice < lowest) fees.set(slot, computeUnitPrice);
            }
            return Array.from({ length: Number(now - first) + 1 }, (_, index) => {
                const slot = first + BigInt(index);
                return { prioritizationFee: fees.get(slot) ?? 0n, slot };
            });
        },
        getSlot: rest => getContext(simulator, toConfig(rest)).slot,
        getSlotLeader(rest) {
            getContext(simulator, toConfig(rest));
            return identity;
        },
        getTransactionCount(rest) {
            getContext(simulator, toConfig(rest));
            return BigInt(history.count);
        },
        getVersion: () => VERSION,
        isBlockhashValid(blockhash, rest) {
            return withContext(simulator, toConfig(rest), blockhashes.isRecent(toRequestBlockhash(blockhash)));
        },
        async requestAirdrop(address, amount, rest) {
            toConfig(rest);
            const [destination, given] = [toRequestAddress(address), toRequestSlot(amount)];
            if (given === 0n || given >= simulator.getLamports(identity)) {
                refuseRequest('invalidParams', `Invalid param: the faucet has no ${given} lamports to give`);
            }
            const transfer = getTransferSolInstruction({
                amount: lamports(given),
                destination,
                source: simulator.faucet,
            });
            const { failure, signature } = await simulator.send([transfer]);
            return failure === undefined
                ? signature
                : refuseRequest('invalidParams', `The airdrop failed: ${failure.message}`);
        },
    };
}

function toMessageBytes(text: unknown): ReadonlyUint8Array {
    try {
        return getBase64Encoder().encode(text as string);
    } catch {
        return refuseRequest('invalidParams', `Invalid param: ${describe(text)} is no message in base64`);
    }
}
