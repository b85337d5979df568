import type { Signature } from '@solana/kit';

import { toRpcBlock, toRpcTransaction } from './executed';
import {
    getContext,
    isAskedFor,
    refuseRequest,
    toConfig,
    toRequestAddress,
    toRequestList,
    toRequestNumber,
    toRequestSignature,
    toRequestSlot,
    withContext,
    type RequestConfig,
    type RpcMethods,
} from './request';
import type { ExecutedTransaction } from '../history';
import { getRpcError } from '../runtime-error';
import { decodeMessage } from '../../transactions/decode-message';
import { MEMO_PROGRAM_ADDRESS } from '../../transactions/memo';
import type { RevisionName } from '../../revision/revision-types';
import { getSlotHash } from '../slot-hashes';
import type { Simulator } from '../simulator';

/** Number of slots for which a node keeps recent statuses; it finds older ones when it is asked to search. */
const STATUS_SLOTS = 300n;
const MAX_SIGNATURES = 256;
const MAX_SIGNATURES_FOR_ADDRESS = 1_000;
/** The most blocks that a node lists in one answer. */
const MAX_BLOCKS = 500_000n;

/** The methods of an RPC that look up transactions and the blocks that they are in. */
export function createLookupMethods(simulator: Simulator<RevisionName>): RpcMethods {
    const { blockhashes, history } = simulator.cluster;
    /** The slots whose blocks can be had: from the first transaction that the history has up to the clock's. */
    const getRange = () => {
        const { slot: last } = simulator.getClock();
        const slots = history.list().map(({ clock }) => clock.slot);
        return { first: slots.reduce((lowest, slot) => (slot < lowest ? slot : lowest), last), last };
    };
    const toBlockSlot = (value: unknown) => {
        const slot = toRequestSlot(value);
        const { first, last } = getRange();
        if (slot > last) refuseRequest('blockNotAvailable', `Block not available for slot ${slot}`);
        if (slot < first) {
            const message = `Block ${slot} cleaned up, does not exist on node. First available block: ${first}`;
            refuseRequest('blockCleanedUp', message);
        }
        return slot;
    };
    const getBlockhash = (slot: bigint): string => blockhashes.getBlockhash(slot) ?? getSlotHash(slot);
    return {
        getBlock(slot, rest) {
            const config = toConfig(rest);
            refuseProcessed(config);
            const wanted = toBlockSlot(slot);
            const executed = history.list().filter(({ clock }) => clock.slot === wanted);
            return {
                blockHeight: wanted,
                blockhash: getBlockhash(wanted),
                blockTime: getBlockTime(simulator, wanted),
                parentSlot: wanted > 0n ? wanted - 1n : 0n,
                previousBlockhash: getBlockhash(wanted > 0n ? wanted - 1n : 0n),
                ...toRpcBlock(executed, config),
            };
        },
        getBlocks(start, end, rest) {
            // The last slot may be left out, and the configuration be where it would be.
            const hasEnd = typeof end === 'number' || typeof end === 'bigint';
            refuseProcessed(toConfig(hasEnd ? rest : (end ?? rest)));
            return listSlots(getRange(), toRequestSlot(start), hasEnd ? toRequestSlot(end) : undefined);
        },
        getBlocksWithLimit(start, limit, rest) {
            refuseProcessed(toConfig(rest));
            const count = toRequestSlot(limit);
            if (count === 0n) return [];
            return listSlots(getRange(), toRequestSlot(start), toRequestSlot(start) + count - 1n);
        },
        getBlockTime: slot => getBlockTime(simulator, toBlockSlot(slot)),
        getFirstAvailableBlock: () => getRange().first,
        getSignaturesForAddress(address, rest) {
            const config = toConfig(rest);
            refuseProcessed(config);
            getContext(simulator, config);
            const wanted = toRequestAddress(address);
            const newestFirst = [...history.list()].reverse();
            return cut(newestFirst, config)
                .filter(({ addresses }) => addresses.includes(wanted))
                .slice(0, toLimit(config))
                .map(executed => ({
                    blockTime: executed.clock.unixTimestamp,
                    confirmationStatus: 'finalized',
                    err: getRpcError(executed.outcome),
                    memo: getMemo(executed),
                    signature: executed.result.signature,
                    slot: executed.clock.slot,
                }));
        },
        getSignatureStatuses(signatures, rest) {
            const searchesHistory = isAskedFor(toConfig(rest), 'searchTransactionHistory');
            const { slot: now } = simulator.getClock();
            const statuses = toRequestList(signatures, MAX_SIGNATURES, 'inputs provided').map(signature => {
                const executed = history.get(toRequestSignature(signature));
                if (!executed) return null;
                const { slot } = executed.clock;
                if (slot + STATUS_SLOTS < now && !searchesHistory) return null;
                const err = getRpcError(executed.outcome);
                const status = err === null ? { Ok: null } : { Err: err };
                return { confirmations: null, confirmationStatus: 'finalized', err, slot, status };
            });
            return withContext(simulator, {}, statuses);
        },
        getTransaction(signature, rest) {
            // The encoding may stand by itself.
            const config = typeof rest === 'string' ? { encoding: rest } : toConfig(rest);
            refuseProcessed(config);
            const executed = history.get(toRequestSignature(signature));
            return executed ? toRpcTransaction(executed, config) : null;
        },
    };
}

/** A node looks up nothing that may still be rolled back. */
function refuseProcessed({ commitment }: RequestConfig): void {
    if (commitment !== 'processed') return;
    refuseRequest('invalidParams', 'Method does not support commitment below `confirmed`');
}

/** When a slot was: that of its transactions, and otherwise as long after those before it as slots take. */
function getBlockTime(simulator: Simulator<RevisionName>, slot: bigint): bigint {
    const now = simulator.getClock();
    const before = simulator.cluster.history
        .list()
        .filter(({ clock }) => clock.slot <= slot)
        .at(-1);
    if (!before || slot === now.slot) return now.unixTimestamp;
    const { clock } = before;
    const guessed = clock.unixTimestamp + ((slot - clock.slot) * 2n) / 5n;
    return guessed < now.unixTimestamp ? guessed : now.unixTimestamp;
}

function listSlots(range: Readonly<{ first: bigint; last: bigint }>, start: bigint, end = range.last): bigint[] {
    const first = start > range.first ? start : range.first;
    const last = end < range.last ? end : range.last;
    if (end - start > MAX_BLOCKS && last - first > MAX_BLOCKS) {
        refuseRequest('invalidParams', `Slot range too large; max ${MAX_BLOCKS}`);
    }
    return last < first ? [] : Array.from({ length: Number(last - first) + 1 }, (_, index) => first + BigInt(index));
}

function toLimit({ limit = MAX_SIGNATURES_FOR_ADDRESS }: RequestConfig): number {
    const count = toRequestNumber(limit);
    if (count >= 1 && count <= MAX_SIGNATURES_FOR_ADDRESS) return count;
    return refuseRequest('invalidParams', `Invalid limit; max ${MAX_SIGNATURES_FOR_ADDRESS}`);
}

/** The transactions between two signatures, neither of them included; a node that does not know one leaves out nothing. */
function cut(newestFirst: readonly ExecutedTransaction[], { before, until }: RequestConfig) {
    const find = (signature: Signature) => newestFirst.findIndex(({ result }) => result.signature === signature);
    const start = before === undefined ? -1 : find(toRequestSignature(before));
    const end = until === undefined ? -1 : find(toRequestSignature(until));
    return newestFirst.slice(start + 1, end < 0 ? undefined : end);
}

/** The memos of a transaction as a node writes them, each with its length; `null` where there is none. */
function getMemo({ transaction }: ExecutedTransaction): string | null {
    const memos = decodeMessage(transaction.messageBytes)
        .instructions.filter(({ programAddress }) => programAddress === MEMO_PROGRAM_ADDRESS)
        .map(({ data }) => `[${data.length}] ${new TextDecoder().decode(data as Uint8Array)}`);
    return memos.length === 0 ? null : memos.join('; ');
}
