import { containsBytes, type Address, type ReadonlyUint8Array } from '@solana/kit';

import { isBytes } from '../core/bytes';
import { readDeeply, refuseInput } from '../core/input';
import { toResult } from '../core/json-form';
import { getProgramConfig, getPart, type DeploymentParts } from '../revision/deployment';
import { parseProgramLogs } from '../runtime/program-logs';
import type { EventsLayout } from '../revision/parts';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';
import {
    getExecutedInstructions,
    toExecutedInstructions,
    type ExecutedInstruction,
    type RpcTransaction,
} from '../runtime/rpc-transaction';

/** An event of the program that this version of the package does not know, with its bytes. */
export type UnknownEvent = Readonly<{ eventType: 'unknown'; data: ReadonlyUint8Array }>;

/** An event of the program. */
export type ChannelEvent<TRevision extends RevisionName = RevisionName> =
    Readonly<RevisionTypes[TRevision]['event']> | UnknownEvent;

/**
 * Reads the events of the program out of the instructions that a successful transaction executed.
 *
 * The program emits an event by a call to itself that its event authority signs (docs/program.md, section 10), so that
 * nobody else can emit one: what another program is called with, or what calls this program from outside, is no event.
 *
 * @param instructions In the order of their execution. With `stackHeight`, and with the instructions of the transaction
 * among them, the caller of each is looked at as well; without, they have to be inner instructions of a transaction that
 * succeeded, where the program itself has looked at the signature.
 * @returns The events in their order; one that this package does not know, or can't read, as `unknown`.
 * @throws `RPC_RESPONSE_INVALID` for what is no instruction; `ADDRESS_INVALID` for the program address of the config.
 *
 * @example
 * ```ts
 * const events = parseEvents(executed, MAINNET_DEPLOYMENT);
 * ```
 */
export function parseEvents<TRevision extends RevisionName>(
    instructions: readonly ExecutedInstruction[],
    deployment: DeploymentParts<'events' | 'programAddress' | 'revision', TRevision>,
): readonly ChannelEvent<TRevision>[] {
    const expected = 'an array of the instructions that a transaction executed';
    return readDeeply('instructions', expected, instructions, () => readEvents(instructions, deployment));
}

function readEvents<TRevision extends RevisionName>(
    instructions: readonly ExecutedInstruction[],
    deployment: DeploymentParts<'events' | 'programAddress' | 'revision', TRevision>,
): readonly ChannelEvent<TRevision>[] {
    const { programAddress } = getProgramConfig(deployment);
    const layout = getPart(deployment, 'events') as EventsLayout;
    const events: ChannelEvent<RevisionName>[] = [];
    const stack: (Address | undefined)[] = [];
    // Whether the program was called since the last instruction of the transaction: where no height says by whom it was
    // called now, it can have been by itself only then.
    let isRunning = false;
    const trace = toExecutedInstructions(instructions);
    const isWholeTrace = trace.some(({ stackHeight }) => stackHeight === 1);
    for (const { data, programAddress: program, stackHeight } of trace) {
        if (stackHeight === 1) isRunning = false;
        const caller = stackHeight === undefined ? undefined : stack[stackHeight - 2];
        if (stackHeight !== undefined) {
            stack.length = stackHeight;
            stack[stackHeight - 1] = program;
        }
        if (program !== programAddress) continue;
        if (!data || !isEvent(data, layout)) {
            isRunning = true;
            continue;
        }
        const isSelfCall = caller === undefined ? !isWholeTrace || isRunning : caller === programAddress;
        if (isSelfCall) events.push(toEvent(data, layout));
    }
    return Object.freeze(events) as readonly ChannelEvent<TRevision>[];
}

/**
 * Reads the events of the program out of a transaction, as getTransaction and getBlock answer it in any encoding.
 *
 * A transaction that failed has none: what it emitted was undone.
 *
 * @throws `RPC_RESPONSE_INVALID` with the place of what can't be read, also when the node recorded no inner
 * instructions: events are nowhere else; `ADDRESS_INVALID` for the program address of the config.
 *
 * @example
 * ```ts
 * const config = { commitment: 'confirmed', encoding: 'json', maxSupportedTransactionVersion: 0 } as const;
 * const transaction = await rpc.getTransaction(txSignature, config).send();
 * for (const event of parseTransactionEvents(transaction, MAINNET_DEPLOYMENT)) console.log(event.data);
 * ```
 */
export function parseTransactionEvents<TRevision extends RevisionName>(
    transaction: RpcTransaction | null,
    deployment: DeploymentParts<'events' | 'programAddress' | 'revision', TRevision>,
): readonly ChannelEvent<TRevision>[] {
    const expected = 'a transaction, as getTransaction answers it';
    const read = () => getExecutedInstructions(transaction);
    return parseEvents(readDeeply('transaction', expected, transaction, read), deployment);
}

/**
 * Counts the events that a transaction emitted, by its logs. What they say is only in the inner instructions of the
 * transaction: fetch it and read them with {@link parseTransactionEvents}.
 *
 * @param logs As in a notification of logsSubscribe, in `logMessages`, or of a simulation.
 * @returns 0 for a transaction that failed, `undefined` when the node cut the logs off.
 * @throws `ADDRESS_INVALID` for the program address of the config.
 *
 * @example
 * ```ts
 * // undefined where a node has cut the logs short.
 * const count = getLoggedEventCount(logs, MAINNET_DEPLOYMENT);
 * ```
 */
export function getLoggedEventCount(
    logs: readonly string[],
    deployment: DeploymentParts<'programAddress'>,
): number | undefined {
    const { programAddress } = getProgramConfig(deployment);
    const { calls, firstFailure, isIncomplete } = parseProgramLogs(logs);
    if (firstFailure) return 0;
    if (isIncomplete) return undefined;
    return calls.filter(({ caller, program }) => program === programAddress && caller === programAddress).length;
}

/**
 * Decodes the data of an event: of an inner instruction that the program sent to itself (docs/program.md, section 10).
 *
 * The data alone proves nothing: {@link parseEvents} and {@link parseTransactionEvents} look at who sent it as well.
 *
 * @returns The event; one that this package does not know, or can't read, as `unknown`. `undefined` for other data.
 * @throws `INPUT_INVALID` for what is no bytes.
 *
 * @example
 * ```ts
 * const event = decodeEvent(bytes, MAINNET_DEPLOYMENT);
 * ```
 */
export function decodeEvent<TRevision extends RevisionName>(
    data: ReadonlyUint8Array,
    deployment: DeploymentParts<'events', TRevision>,
): ChannelEvent<TRevision> | undefined {
    const layout = getPart(deployment, 'events') as EventsLayout;
    if (!isBytes(data)) return refuseInput('data', 'bytes, in a Uint8Array', data);
    return isEvent(data, layout) ? (toEvent(data, layout) as ChannelEvent<TRevision>) : undefined;
}

/** Everything that the program is sent by itself is an event: it has no other instruction that it calls. */
function isEvent(data: ReadonlyUint8Array, { getDiscriminator }: EventsLayout): boolean {
    return containsBytes(data, getDiscriminator(), 0);
}

function toEvent(data: ReadonlyUint8Array, { parse }: EventsLayout): ChannelEvent<RevisionName> {
    try {
        const event = parse(data);
        if (event) return toResult(event);
    } catch {
        // A payload of another length, or an enum with another value: of another revision or a later version.
    }
    return toResult({ data, eventType: 'unknown' });
}
