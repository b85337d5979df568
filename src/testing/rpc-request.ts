import {
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_UNSUPPORTED_TRANSACTION_VERSION,
    isAddress,
    type Address,
} from '@solana/kit';

import type { RevisionName } from '../revision/types';
import type { Simulator } from './simulator';

/** The methods of an RPC by name, each with the parameters of a request. */
export type RpcMethods = Readonly<Record<string, (...params: readonly unknown[]) => unknown>>;

/** The configuration that stands last in the parameters of a request. */
export type RequestConfig = Readonly<Record<string, unknown>>;

const CODES = {
    invalidParams: SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    methodNotFound: SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    minContextSlotNotReached: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED,
    preflightFailure: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    signatureVerificationFailure: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    unsupportedTransactionVersion: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_UNSUPPORTED_TRANSACTION_VERSION,
} as const;

/** What a node answers to a request that it does not fulfil. */
export class RpcRefusal extends Error {
    constructor(
        readonly code: number,
        message: string,
        readonly data?: unknown,
    ) {
        super(message);
    }
}

export function refuseRequest(reason: keyof typeof CODES, message: string, data?: unknown): never {
    throw new RpcRefusal(CODES[reason], message, data);
}

export function toConfig(value: unknown): RequestConfig {
    return typeof value === 'object' && value !== null ? (value as RequestConfig) : {};
}

export function toRequestAddress(value: unknown): Address {
    if (typeof value === 'string' && isAddress(value)) return value;
    return refuseRequest('invalidParams', `Invalid param: ${String(value)} is no address`);
}

export function toRequestNumber(value: unknown): number {
    const number = Number(value);
    if (Number.isSafeInteger(number) && number >= 0) return number;
    return refuseRequest('invalidParams', `Invalid param: ${String(value)} is no count`);
}

/** An answer with the slot that it holds for, which has to have been reached. */
export function withContext(simulator: Simulator<RevisionName>, config: RequestConfig, value: unknown): object {
    return { context: getContext(simulator, config), value };
}

export function getContext(simulator: Simulator<RevisionName>, { minContextSlot }: RequestConfig): { slot: bigint } {
    const { slot } = simulator.getClock();
    if (minContextSlot !== undefined && slot < BigInt(minContextSlot as bigint | number)) {
        refuseRequest('minContextSlotNotReached', 'Minimum context slot has not been reached', { contextSlot: slot });
    }
    return { slot };
}
