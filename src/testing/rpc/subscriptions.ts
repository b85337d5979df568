import { bytesEqual, lamports, type Address, type EncodedAccount, type MaybeEncodedAccount } from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import type { LiteSVM } from 'litesvm';

import { MAX_BASE58_BYTES, MAX_FILTERS, toFilter, toRpcAccount } from './accounts';
import {
    isAskedFor,
    refuseRequest,
    toConfig,
    toRequestAddress,
    toRequestList,
    toRequestSignature,
    withContext,
    type RequestConfig,
} from './request';
import { decodeMessage } from '../../transactions/decode-message';
import type { RevisionName } from '../../revision/revision-types';
import type { ExecutedTransaction } from '../history';
import { getRpcError } from '../runtime-error';
import type { Simulator } from '../simulator';

/** Somebody who is told when something happens. */
export type Subscription = Readonly<{
    /** Name of the messages that tell it. */
    notification: string;
    /** Looks for what has happened since the last look; `executed` when a transaction has just been. */
    check: (executed: ExecutedTransaction | undefined) => void;
}>;

/** Where a subscription's messages go; `isLast` for one that ends it. */
type Tell = (result: unknown, isLast?: boolean) => void;
type Subscribe = (params: readonly unknown[], tell: Tell) => Subscription;

/** What can be subscribed to, by the name of the method. */
export type SubscriptionMethods = Readonly<Record<string, Subscribe>>;

/** The subscriptions of a simulator's RPC. Nothing is told before the first check. */
export function createSubscriptionMethods(simulator: Simulator<RevisionName>): SubscriptionMethods {
    const { cluster, svm } = simulator;
    return {
        accountSubscribe([address, rest], tell) {
            const [wanted, config] = [toRequestAddress(address), toConfig(rest)];
            let last = cluster.getAccount(wanted);
            assertIsAccountConfig(svm, config);
            return {
                check() {
                    const account = cluster.getAccount(wanted);
                    if (isSameAccount(last, account)) return;
                    last = account;
                    tell(withContext(simulator, {}, toToldAccount(svm, orEmpty(account), config)));
                },
                notification: 'accountNotification',
            };
        },
        logsSubscribe([filter, rest], tell) {
            toConfig(rest);
            const mentioned = toMentioned(filter);
            return {
                check(executed) {
                    if (!executed || (mentioned !== undefined && !executed.addresses.includes(mentioned))) return;
                    const { logs, signature } = executed.result;
                    tell(withContext(simulator, {}, { err: getRpcError(executed.outcome), logs, signature }));
                },
                notification: 'logsNotification',
            };
        },
        programSubscribe([program, rest], tell) {
            const [wanted, config] = [toRequestAddress(program), toConfig(rest)];
            const filters = toRequestList(config['filters'] ?? [], MAX_FILTERS, 'filters provided').map(toFilter);
            assertIsAccountConfig(svm, config);
            return {
                check(executed) {
                    if (!executed) return;
                    for (const address of getWritten(executed)) {
                        const account = cluster.getAccount(address);
                        if (!account.exists || account.programAddress !== wanted) continue;
                        if (!filters.every(isMatch => isMatch(account.data))) continue;
                        const value = { account: toToldAccount(svm, account, config), pubkey: address };
                        tell(withContext(simulator, {}, value));
                    }
                },
                notification: 'programNotification',
            };
        },
        rootSubscribe: (_, tell) => ({
            check: onNewSlot(simulator, slot => tell(slot)),
            notification: 'rootNotification',
        }),
        signatureSubscribe([signature, rest], tell) {
            const config: RequestConfig = toConfig(rest);
            const wanted = toRequestSignature(signature);
            const tellsReceived = isAskedFor(config, 'enableReceivedNotification');
            return {
                check(executed) {
                    const found =
                        executed === undefined
                            ? cluster.history.get(wanted)
                            : executed.result.signature === wanted
                              ? executed
                              : undefined;
                    if (!found) return;
                    if (tellsReceived) tell(withContext(simulator, {}, 'receivedSignature'));
                    tell(withContext(simulator, {}, { err: getRpcError(found.outcome) }), true);
                },
                notification: 'signatureNotification',
            };
        },
        slotSubscribe: (_, tell) => ({
            // Whatever has happened is final.
            check: onNewSlot(simulator, slot => tell({ parent: slot > 0n ? slot - 1n : 0n, root: slot, slot })),
            notification: 'slotNotification',
        }),
    };
}

/** Refuses at once what can't be told later. */
function assertIsAccountConfig(svm: LiteSVM, config: RequestConfig): void {
    toToldAccount(svm, orEmpty({ address: SYSTEM_PROGRAM_ADDRESS, exists: false }), config);
}

/** Tells each slot that the clock is found at: those that it has jumped over are left out. */
function onNewSlot(simulator: Simulator<RevisionName>, tell: (slot: bigint) => void): () => void {
    let { slot: last } = simulator.getClock();
    return () => {
        const { slot } = simulator.getClock();
        if (slot === last) return;
        last = slot;
        tell(slot);
    };
}

function toMentioned(filter: unknown): Address | undefined {
    if (filter === 'all' || filter === 'allWithVotes') return undefined;
    const { mentions } = toConfig(filter);
    const list = toRequestList(mentions, 1, 'addresses provided');
    if (list.length !== 1) refuseRequest('invalidParams', 'Invalid Request: Only 1 address supported');
    return toRequestAddress(list[0]);
}

/** The accounts that a transaction may have written; the one that has paid, if it has failed. */
function getWritten({ addresses, result, transaction }: ExecutedTransaction): readonly Address[] {
    if (!result.ok) return addresses.slice(0, 1);
    const { accounts } = decodeMessage(transaction.messageBytes);
    return addresses.filter((_, index) => accounts[index]?.isWritable === true);
}

function isSameAccount(one: MaybeEncodedAccount, other: MaybeEncodedAccount): boolean {
    if (!one.exists || !other.exists) return one.exists === other.exists;
    return (
        one.lamports === other.lamports &&
        one.programAddress === other.programAddress &&
        one.executable === other.executable &&
        bytesEqual(one.data, other.data)
    );
}

/** What a node tells of an account that is gone. */
function orEmpty(account: MaybeEncodedAccount): EncodedAccount {
    if (account.exists) return account;
    const empty = { data: new Uint8Array(), executable: false, lamports: lamports(0n), space: 0n };
    return { ...empty, address: account.address, programAddress: SYSTEM_PROGRAM_ADDRESS };
}

/** An account as it is told: nobody can be refused any more, so that what is too long for base58 is left out. */
function toToldAccount(svm: LiteSVM, account: EncodedAccount, config: RequestConfig): unknown {
    const { encoding = 'binary' } = config;
    const isBase58 = encoding === 'base58' || encoding === 'binary';
    const data = isBase58 && account.data.length > MAX_BASE58_BYTES ? new Uint8Array() : account.data;
    const told = toRpcAccount(svm, { ...account, data, exists: true }, config);
    if (data === account.data) return told;
    const message = 'error: data too large for bs58 encoding';
    return { ...(told as object), data: encoding === 'binary' ? message : [message, encoding] };
}
