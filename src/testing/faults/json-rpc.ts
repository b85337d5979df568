import type { AnswerForm, Faults } from './faults';
import type { FaultyRequest } from './rule';

/** Answers a JSON-RPC request as faults have it. What is thrown is of the connection: no answer comes. */
export function answerWithFaults(
    faults: Faults,
    payload: unknown,
    answer: () => object | Promise<object>,
): object | Promise<object> {
    const request = faults.isQuiet ? undefined : readRequest(payload);
    if (request === undefined) return answer();
    const form: AnswerForm = {
        isError: given => 'error' in (given as object),
        read: given => (given as { result: unknown }).result,
        write: (given, result) => ({ id: request.id, jsonrpc: '2.0', ...(given as object | undefined), result }),
    };
    return faults.intercept(request, answer, form) as object | Promise<object>;
}

/** A request with a method; whatever is none is refused by whoever answers it. */
function readRequest(payload: unknown): (FaultyRequest & Readonly<{ id: unknown }>) | undefined {
    try {
        const { id = null, method, params } = structuredClone(payload) as Readonly<Record<string, unknown>>;
        if (typeof method !== 'string') return undefined;
        return { id, method, params: Array.isArray(params) ? (params as unknown[]) : [] };
    } catch {
        return undefined;
    }
}
