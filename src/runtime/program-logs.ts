import { isAddress, type Address } from '@solana/kit';

import { getListLength } from '../core/input';
import { toResult } from '../core/json-form';

/** One call of a program, as the logs of a transaction tell it. */
export type LoggedCall = Readonly<{
    program: Address;
    /** 1 for an instruction of the transaction, more for a call from another program. */
    stackHeight: number;
    /** The program that made the call; `undefined` for an instruction of the transaction. */
    caller: Address | undefined;
    /** The runtime's line about its failure, `undefined` where there is none. */
    failure: string | undefined;
}>;

/** The calls of a transaction as its logs show them. */
export type LoggedCalls = Readonly<{
    /** In the order in which they began. */
    calls: readonly LoggedCall[];
    /** The call that failed first: with calls nested, the innermost. */
    firstFailure: LoggedCall | undefined;
    /** Whether there may have been more: the node cut the logs off, or they are not what a node writes. */
    isIncomplete: boolean;
}>;

const CALL = /^Program (\w{32,44}) invoke \[(\d{1,3})\]$/;
const SUCCESS = /^Program (\w{32,44}) success$/;
const FAILURE = /^Program (\w{32,44}) failed: (.*)$/s;
const TRUNCATED = 'Log truncated';

/**
 * Reads the calls out of the logs of a transaction.
 *
 * What a program logs itself begins with other words, so that it can't pass for a line of the runtime. Events are not
 * in the logs: this program emits them by calls to itself, whose data only the inner instructions of a transaction have
 * (docs/program.md, section 10). The logs tell how many there were.
 *
 * @param logs Lines as an RPC has them; anything else reads as no logs at all.
 *
 * @example
 * ```ts
 * const { calls } = parseProgramLogs(logs);
 * ```
 */
export function parseProgramLogs(logs: readonly string[]): LoggedCalls {
    try {
        return readCalls(logs);
    } catch {
        // A proxy that throws when it is read.
        return readCalls(undefined);
    }
}

function readCalls(logs: unknown): LoggedCalls {
    const calls: { -readonly [TKey in keyof LoggedCall]: LoggedCall[TKey] }[] = [];
    const stack: (typeof calls)[number][] = [];
    let firstFailure: LoggedCall | undefined;
    const count = getListLength(logs);
    let isIncomplete = count === undefined;
    const end = (program: string) => {
        const call = stack.pop();
        return call?.program === program ? call : undefined;
    };
    for (const line of count === undefined ? [] : (logs as readonly unknown[])) {
        if (typeof line !== 'string') continue;
        const [, called, height] = CALL.exec(line) ?? [];
        const [, succeeded] = SUCCESS.exec(line) ?? [];
        const [, failed, failure] = FAILURE.exec(line) ?? [];
        if (called !== undefined) {
            isIncomplete ||= Number(height) !== stack.length + 1 || !isAddress(called);
            const caller = stack.at(-1)?.program;
            const call = { caller, failure: undefined, program: called as Address, stackHeight: Number(height) };
            calls.push(call);
            stack.push(call);
        } else if (succeeded !== undefined) {
            isIncomplete ||= end(succeeded) === undefined;
        } else if (failed !== undefined) {
            const call = end(failed);
            if (call) call.failure = failure;
            else isIncomplete = true;
            firstFailure ??= call;
        } else if (line === TRUNCATED) {
            isIncomplete = true;
        }
        // From here on a line may be missing, and with it what the others mean.
        if (isIncomplete) break;
    }
    calls.forEach(call => Object.freeze(call));
    return toResult({ calls: Object.freeze(calls), firstFailure, isIncomplete });
}
