import {
    SOLANA_ERROR__JSON_RPC__INTERNAL_ERROR,
    SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    SOLANA_ERROR__JSON_RPC__INVALID_REQUEST,
    SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    SOLANA_ERROR__JSON_RPC__PARSE_ERROR,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_BLOCK_CLEANED_UP,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_BLOCK_NOT_AVAILABLE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_UNSUPPORTED_TRANSACTION_VERSION,
    isAddress,
    isBlockhash,
    isSignature,
    type Address,
    type Blockhash,
    type Signature,
} from '@solana/kit';

import { describe, U64_MAX } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';

/** The methods of an RPC by name, each with the parameters of a request. */
export type RpcMethods = Readonly<Record<string, (...params: readonly unknown[]) => unknown>>;

/** The configuration that stands last in the parameters of a request. */
export type RequestConfig = Readonly<Record<string, unknown>>;

const CODES = {
    blockCleanedUp: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_BLOCK_CLEANED_UP,
    blockNotAvailable: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_BLOCK_NOT_AVAILABLE,
    internalError: SOLANA_ERROR__JSON_RPC__INTERNAL_ERROR,
    invalidParams: SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
    invalidRequest: SOLANA_ERROR__JSON_RPC__INVALID_REQUEST,
    methodNotFound: SOLANA_ERROR__JSON_RPC__METHOD_NOT_FOUND,
    minContextSlotNotReached: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED,
    parseError: SOLANA_ERROR__JSON_RPC__PARSE_ERROR,
    preflightFailure: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    signatureVerificationFailure: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    unsupportedTransactionVersion: SOLANA_ERROR__JSON_RPC__SERVER_ERROR_UNSUPPORTED_TRANSACTION_VERSION,
} as const;

/** Why a node refuses a request. */
export type RefusalReason = keyof typeof CODES;

/** A node's error for a request that it does not fulfil. */
export class RpcRefusal extends Error {
    constructor(
        readonly code: number,
        message: string,
        readonly data?: unknown,
    ) {
        super(message);
    }
}

/** The answer of a node that refuses a request. */
export function toErrorAnswer({ code, data, message }: RpcRefusal, id: unknown): object {
    return { error: { code, message, ...(data === undefined ? {} : { data }) }, id, jsonrpc: '2.0' };
}

export function refuseRequest(reason: RefusalReason, message: string, data?: unknown): never {
    throw createRefusal(reason, message, data);
}

export function createRefusal(reason: RefusalReason, message: string, data?: unknown): RpcRefusal {
    return new RpcRefusal(CODES[reason], message, data);
}

/** A node's error for what has gone wrong on its own side. */
export function toInternalRefusal(error: unknown): RpcRefusal {
    const reason = error instanceof Error ? error.message : describe(error);
    return createRefusal('internalError', `Internal error: ${reason}`);
}

const COMMITMENTS: readonly unknown[] = ['processed', 'confirmed', 'finalized'];

/** A configuration as a node reads it: what is `null` is left out, and there are three commitments. */
export function toConfig(value: unknown): RequestConfig {
    if (value === undefined || value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value)) {
        return refuseRequest('invalidParams', `Invalid param: ${describe(value)} is no object`);
    }
    const config = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
    for (const name of ['commitment', 'preflightCommitment']) {
        if (config[name] === undefined || COMMITMENTS.includes(config[name])) continue;
        refuseRequest('invalidParams', `Invalid param: ${name} is ${describe(config[name])}, which is no commitment`);
    }
    return config;
}

/** Whether something was asked for that is not done by default; a node takes `true` and `false` for that, and no text. */
export function isAskedFor(config: RequestConfig, name: string): boolean {
    const value = config[name] ?? false;
    if (typeof value === 'boolean') return value;
    return refuseRequest('invalidParams', `Invalid param: ${name} is ${describe(value)}, neither true nor false`);
}

export function toRequestAddress(value: unknown): Address {
    if (typeof value === 'string' && isAddress(value)) return value;
    return refuseRequest('invalidParams', `Invalid param: ${describe(value)} is no address`);
}

export function toRequestNumber(value: unknown): number {
    return Number(toRequestSlot(value, BigInt(Number.MAX_SAFE_INTEGER)));
}

/** A count or a slot: JSON has it as a number, kit as a bigint. */
export function toRequestSlot(value: unknown, max = U64_MAX): bigint {
    if (typeof value === 'bigint' || Number.isSafeInteger(value)) {
        const integer = BigInt(value as bigint | number);
        if (integer >= 0n && integer <= max) return integer;
    }
    return refuseRequest('invalidParams', `Invalid param: ${describe(value)} is no count`);
}

export function toRequestBlockhash(value: unknown): Blockhash {
    if (typeof value === 'string' && isBlockhash(value)) return value;
    return refuseRequest('invalidParams', `Invalid param: ${describe(value)} is no blockhash`);
}

export function toRequestSignature(value: unknown): Signature {
    if (typeof value === 'string' && isSignature(value)) return value;
    return refuseRequest('invalidParams', `Invalid param: ${describe(value)} is no signature`);
}

export function toRequestList(value: unknown, max: number, what: string): readonly unknown[] {
    if (!Array.isArray(value)) return refuseRequest('invalidParams', 'Invalid param: a list was expected');
    if (value.length > max) refuseRequest('invalidParams', `Too many ${what}; max ${max}`);
    return Array.from(value as unknown[]);
}

/** An answer with the slot that it holds for, which has to have been reached. */
export function withContext(simulator: Simulator<RevisionName>, config: RequestConfig, value: unknown): object {
    return { context: getContext(simulator, config), value };
}

export function getContext(simulator: Simulator<RevisionName>, { minContextSlot }: RequestConfig): { slot: bigint } {
    const { slot } = simulator.getClock();
    if (minContextSlot !== undefined && minContextSlot !== null && slot < toRequestSlot(minContextSlot)) {
        refuseRequest('minContextSlotNotReached', 'Minimum context slot has not been reached', { contextSlot: slot });
    }
    return { slot };
}
