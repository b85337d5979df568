import {
    createSolanaRpcFromTransport,
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    type GetAccountInfoApi,
    type GetBalanceApi,
    type GetBlockApi,
    type GetBlockHeightApi,
    type GetBlocksApi,
    type GetBlocksWithLimitApi,
    type GetBlockTimeApi,
    type GetEpochInfoApi,
    type GetFeeForMessageApi,
    type GetFirstAvailableBlockApi,
    type GetGenesisHashApi,
    type GetHealthApi,
    type GetIdentityApi,
    type GetLatestBlockhashApi,
    type GetMinimumBalanceForRentExemptionApi,
    type GetMultipleAccountsApi,
    type GetProgramAccountsApi,
    type GetRecentPrioritizationFeesApi,
    type GetSignaturesForAddressApi,
    type GetSignatureStatusesApi,
    type GetSlotApi,
    type GetSlotLeaderApi,
    type GetTokenAccountBalanceApi,
    type GetTokenAccountsByDelegateApi,
    type GetTokenAccountsByOwnerApi,
    type GetTokenSupplyApi,
    type GetTransactionApi,
    type GetTransactionCountApi,
    type GetVersionApi,
    type IsBlockhashValidApi,
    type RequestAirdropApi,
    type SendTransactionApi,
    type SimulateTransactionApi,
    type Rpc,
    type RpcTransport,
} from '@solana/kit';

import { answerWithFaults } from './faults/json-rpc';
import type { Faults } from './faults/faults';
import { assertIsFaults } from './faults/with-faults';
import { createAccountMethods } from './rpc/accounts';
import { createClusterMethods } from './rpc/cluster-state';
import { createControlMethods } from './rpc/controls';
import { createLookupMethods } from './rpc/lookups';
import { refuseRequest, RpcRefusal, toErrorAnswer, toRequestList, type RpcMethods } from './rpc/request';
import { createTokenMethods } from './rpc/tokens';
import { createTransactionMethods } from './rpc/transactions';
import { isPaymentChannelsError } from '../core/errors';
import { assertHasMethods, readMembers, readOnlyMembers } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import type { Simulator } from './simulator';

/** The methods of a simulator's RPC that kit knows. */
export type SimulatorRpcApi = GetAccountInfoApi &
    GetBalanceApi &
    GetBlockApi &
    GetBlockHeightApi &
    GetBlocksApi &
    GetBlocksWithLimitApi &
    GetBlockTimeApi &
    GetEpochInfoApi &
    GetFeeForMessageApi &
    GetFirstAvailableBlockApi &
    GetGenesisHashApi &
    GetHealthApi &
    GetIdentityApi &
    GetLatestBlockhashApi &
    GetMinimumBalanceForRentExemptionApi &
    GetMultipleAccountsApi &
    GetProgramAccountsApi &
    GetRecentPrioritizationFeesApi &
    GetSignaturesForAddressApi &
    GetSignatureStatusesApi &
    GetSlotApi &
    GetSlotLeaderApi &
    GetTokenAccountBalanceApi &
    GetTokenAccountsByDelegateApi &
    GetTokenAccountsByOwnerApi &
    GetTokenSupplyApi &
    GetTransactionApi &
    GetTransactionCountApi &
    GetVersionApi &
    IsBlockhashValidApi &
    RequestAirdropApi &
    SendTransactionApi &
    SimulateTransactionApi;

/** Options of {@link createSimulatorRpc}. */
export type SimulatorRpcOptions = Readonly<{
    /** What goes wrong with the requests of this connection; by default what goes wrong with everybody's. */
    faults?: Faults | undefined;
}>;

/**
 * Creates an RPC for a simulator: kit's own client, answered in this process, so that the same program code runs on a
 * cluster and in LiteSVM.
 *
 * Requests and answers, errors included, have the shape that a node gives them. Everything is final as soon as it has
 * happened, whatever commitment is asked for, and every connection to a simulator sees the same. A blockhash is good for
 * 150 slots of the simulator's clock, and there is a new one after each transaction; a transaction lands once. Every slot
 * has a block, so that the block height is the slot. The statuses of more than 300 slots ago are told to those only who
 * search the history. A transaction that lacks a signature is refused with `skipPreflight`, too. docs/simulator.md lists the
 * methods, and how they differ from a node's.
 *
 * @param options `faults` of this connection only; by default those of {@link Simulator.faults}.
 * @throws `INPUT_INVALID` for anything but a simulator.
 *
 * @example
 * ```ts
 * const simulator = await createSimulator({ deployment: MAINNET_DEPLOYMENT });
 * const rpc = createSimulatorRpc(simulator);
 * const state = await fetchChannelState(rpc, channel, MAINNET_DEPLOYMENT);
 * ```
 */
export function createSimulatorRpc(
    simulator: Simulator<RevisionName>,
    options: SimulatorRpcOptions = {},
): Rpc<SimulatorRpcApi> {
    const handle = createRequestHandler(simulator, options);
    const transport = (({ payload, signal }: Parameters<RpcTransport>[0]) =>
        new Promise<unknown>((resolve, reject) => {
            if (signal?.aborted) reject(signal.reason as Error);
            else resolve(handle(payload));
        })) as unknown as RpcTransport;
    return createSolanaRpcFromTransport(transport);
}

/** Answers a JSON-RPC request, at once unless something has to be waited for. */
export type RequestHandler = (payload: unknown) => object | Promise<object>;

/**
 * Creates the function that answers JSON-RPC requests for a simulator.
 *
 * @throws `INPUT_INVALID` for anything but a simulator. It answers any input.
 */
export function createRequestHandler(
    simulator: Simulator<RevisionName>,
    options: SimulatorRpcOptions = {},
): RequestHandler {
    assertHasMethods('simulator', simulator, ['getClock', 'sendTransaction']);
    const { cluster, svm } = readMembers('simulator', simulator, ['cluster', 'svm']);
    assertHasMethods('simulator.cluster', cluster, ['execute', 'getAccount']);
    assertHasMethods('simulator.svm', svm, ['getAccount']);
    simulator.cluster.recordsTokenBalances = true;
    const methods: RpcMethods = {
        ...createAccountMethods(simulator),
        ...createClusterMethods(simulator),
        ...createControlMethods(simulator),
        ...createLookupMethods(simulator),
        ...createTokenMethods(simulator),
        ...createTransactionMethods(simulator),
    };
    const { faults = simulator.faults } = readOnlyMembers('options', options, { faults: true });
    assertIsFaults('options.faults', faults);
    return payload => answerWithFaults(faults, payload, () => answer(methods, payload));
}

/** Answers a JSON-RPC request; errors that are not the caller's come through as they are. */
function answer(methods: RpcMethods, payload: unknown): object | Promise<object> {
    let id: unknown = null;
    try {
        const request = copyRequest(payload);
        const { method, params } = request;
        ({ id = null } = request);
        if (typeof method !== 'string') return refuseRequest('invalidRequest', 'Invalid request');
        const handle = Object.hasOwn(methods, method) ? methods[method] : undefined;
        if (!handle) return refuseRequest('methodNotFound', `The RPC of a simulator has no method ${method}`);
        const given = toRequestList(params ?? [], MAX_PARAMS, 'params');
        const result = handle(...given);
        if (!(result instanceof Promise)) return { id, jsonrpc: '2.0', result };
        return result.then(
            (later: unknown) => ({ id, jsonrpc: '2.0', result: later }),
            (error: unknown) => toErrorAnswer(toRefusal(error), id),
        );
    } catch (error) {
        return toErrorAnswer(toRefusal(error), id);
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

/** What the simulator says of values that a request has. */
const CODES_OF_CALLER = [
    'ADDRESS_INVALID',
    'INTEGER_NOT_EXACT',
    'INTEGER_OUT_OF_RANGE',
    'TOKEN_PROGRAM_UNSUPPORTED',
    'TRANSACTION_MALFORMED',
    'TRANSACTION_TOO_LARGE',
] as const;

function toRefusal(error: unknown): RpcRefusal {
    if (error instanceof RpcRefusal) return error;
    const isOfCaller = CODES_OF_CALLER.some(code => isPaymentChannelsError(error, code));
    if (isOfCaller) return new RpcRefusal(SOLANA_ERROR__JSON_RPC__INVALID_PARAMS, (error as Error).message);
    throw error;
}
