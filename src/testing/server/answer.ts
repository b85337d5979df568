import { findConnectionFault } from '../faults/connection-fault';
import { parseJson, toJsonText } from './json';
import { createRefusal, toErrorAnswer, toInternalRefusal, type RefusalReason } from '../rpc/request';

/** Answers a request that has been read; `undefined` for one that wants no answer. */
export type AnswerRequest = (request: unknown) => object | Promise<object>;

/**
 * Answers a text as a node does: a request or a batch of them.
 *
 * @param answer Answers a request whose frame is that of JSON-RPC 2.0.
 * @returns The answer; empty where only notifications were sent, which have none.
 */
export async function answerText(text: string, answer: AnswerRequest): Promise<string> {
    let payload: unknown;
    try {
        payload = parseJson(text);
    } catch {
        return toJsonText(refuse('parseError', 'Parse error'));
    }
    if (!Array.isArray(payload)) {
        const single = await answerOne(payload, answer);
        return single === undefined ? '' : toJsonText(single);
    }
    if (payload.length === 0) return toJsonText(refuse('invalidRequest', 'Invalid request'));
    const answers: object[] = [];
    for (const request of payload as unknown[]) {
        const one = await answerOne(request, answer);
        if (one !== undefined) answers.push(one);
    }
    return answers.length === 0 ? '' : toJsonText(answers);
}

async function answerOne(request: unknown, answer: AnswerRequest): Promise<object | undefined> {
    if (typeof request !== 'object' || request === null || Array.isArray(request)) {
        return refuse('invalidRequest', 'Invalid request');
    }
    const { id, jsonrpc, method } = request as Readonly<Record<string, unknown>>;
    if (jsonrpc !== '2.0') return refuse('invalidRequest', 'Unsupported JSON-RPC protocol version', toId(id));
    if (id !== undefined && !isId(id)) return refuse('invalidRequest', 'Invalid request');
    if (typeof method !== 'string') return refuse('invalidRequest', 'Invalid request', toId(id));
    // As a node: what wants no answer is not done either.
    if (id === undefined) return undefined;
    try {
        return await answer(request);
    } catch (error) {
        // No answer comes: the connection is at fault.
        if (findConnectionFault(error)) throw error;
        return toErrorAnswer(toInternalRefusal(error), id);
    }
}

function isId(id: unknown): boolean {
    return id === null || typeof id === 'string' || typeof id === 'bigint' || Number.isSafeInteger(id);
}

function toId(id: unknown): unknown {
    return isId(id) ? id : null;
}

function refuse(reason: RefusalReason, message: string, id: unknown = null): object {
    return toErrorAnswer(createRefusal(reason, message), id);
}
