import {
    createSolanaRpcFromTransport,
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    type GetAccountInfoApi,
    type GetBalanceApi,
    type GetBlockHeightApi,
    type GetEpochInfoApi,
    type GetLatestBlockhashApi,
    type GetMinimumBalanceForRentExemptionApi,
    type GetMultipleAccountsApi,
    type GetProgramAccountsApi,
    type GetSignatureStatusesApi,
    type GetSlotApi,
    type GetTransactionApi,
    type IsBlockhashValidApi,
    type Rpc,
    type RpcTransport,
    type SendTransactionApi,
    type SimulateTransactionApi,
} from '@solana/kit';

import { createAccountMethods } from './rpc-accounts';
import { refuseRequest, RpcRefusal, toRequestList, type RpcMethods } from './rpc-request';
import { createTransactionMethods } from './rpc-transactions';
import { isPaymentChannelsError } from '../core/errors';
import { assertHasMethods, readMembers } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import type { Simulator } from './simulator';

/** The methods of a simulator's RPC: reading accounts, and sending, simulating and looking up transactions. */
export type SimulatorRpcApi = GetAccountInfoApi &
    GetBalanceApi &
    GetBlockHeightApi &
    GetEpochInfoApi &
    GetLatestBlockhashApi &
    GetMinimumBalanceForRentExemptionApi &
    GetMultipleAccountsApi &
    GetProgramAccountsApi &
    GetSignatureStatusesApi &
    GetSlotApi &
    GetTransactionApi &
    IsBlockhashValidApi &
    SendTransactionApi &
    SimulateTransactionApi;

/**
 * Creates an RPC for a simulator: kit's own client, answered in this process, so that the same program code runs on a
 * cluster and in LiteSVM.
 *
 * Requests and answers, errors included, have the shape that a node gives them. Everything is final as soon as it has
 * happened, whatever commitment is asked for, and every connection to a simulator sees the same. A blockhash is good for
 * 150 slots of the simulator's clock, and there is a new one after each transaction; a transaction lands once. Every slot
 * has a block, so that the block height is the slot. The statuses of more than 300 slots ago are told to those only who
 * search the history. A transaction that lacks a signature is refused with `skipPreflight`, too. An account can't be had as `base64+zstd`, a transaction not as `jsonParsed`, and the
 * token balances of a transaction are left out.
 *
 * @throws `INPUT_INVALID` for anything but a simulator.
 *
 * @example
 * ```ts
 * const simulator = await createSimulator({ deployment: MAINNET_DEPLOYMENT });
 * const rpc = createSimulatorRpc(simulator);
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * ```
 */
export function createSimulatorRpc(simulator: Simulator<RevisionName>): Rpc<SimulatorRpcApi> {
    const handle = createRequestHandler(simulator);
    const transport = (({ payload, signal }: Parameters<RpcTransport>[0]) =>
        new Promise<unknown>((resolve, reject) => {
            if (signal?.aborted) reject(signal.reason as Error);
            else resolve(handle(payload));
        })) as unknown as RpcTransport;
    return createSolanaRpcFromTransport(transport);
}

/**
 * Creates the function that answers JSON-RPC requests for a simulator.
 *
 * @throws `INPUT_INVALID` for anything but a simulator. It answers any input.
 */
export function createRequestHandler(simulator: Simulator<RevisionName>): (payload: unknown) => object {
    assertHasMethods('simulator', simulator, ['getClock', 'sendTransaction']);
    const { cluster, svm } = readMembers('simulator', simulator, ['cluster', 'svm']);
    assertHasMethods('simulator.cluster', cluster, ['execute', 'getAccount']);
    assertHasMethods('simulator.svm', svm, ['getAccount']);
    const methods: RpcMethods = {
        ...createAccountMethods(simulator),
        ...createTransactionMethods(simulator),
    };
    return payload => answer(methods, payload);
}

/** Answers a JSON-RPC request; errors that are not the caller's come through as they are. */
function answer(methods: RpcMethods, payload: unknown): object {
    let id: unknown = null;
    try {
        const request = copyRequest(payload);
        const { method, params } = request;
        ({ id = null } = request);
        if (typeof method !== 'string') return refuseRequest('invalidRequest', 'Invalid request');
        const handle = Object.hasOwn(methods, method) ? methods[method] : undefined;
        if (!handle) return refuseRequest('methodNotFound', `The RPC of a simulator has no method ${method}`);
        const given = toRequestList(params ?? [], MAX_PARAMS, 'params');
        return { id, jsonrpc: '2.0', result: handle(...given) };
    } catch (error) {
        const { code, data, message } = toRefusal(error);
        return { error: { code, message, ...(data === undefined ? {} : { data }) }, id, jsonrpc: '2.0' };
    }
}

/** No method takes more. */
const MAX_PARAMS = 10;

/** A request as it came over a wire: nothing in it that answers something else when it is read again. */
function copyRequest(payload: unknown): Readonly<Record<string, unknown>> {
    try {
        const copy: unknown = structuredClone(payload);
        if (typeof copy === 'object' && copy !== null) return copy as Readonly<Record<string, unknown>>;
    } catch {
        // A function is in it, for instance.
    }
    return refuseRequest('invalidRequest', 'Invalid request');
}

function toRefusal(error: unknown): RpcRefusal {
    if (error instanceof RpcRefusal) return error;
    if (
        isPaymentChannelsError(error, 'TRANSACTION_MALFORMED') ||
        isPaymentChannelsError(error, 'TRANSACTION_TOO_LARGE')
    ) {
        return new RpcRefusal(SOLANA_ERROR__JSON_RPC__INVALID_PARAMS, error.message);
    }
    throw error;
}
