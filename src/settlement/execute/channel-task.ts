import type { Address, Signature } from '@solana/kit';

import type { TransactionFailure } from '../../program-error';
import type { PlannedAction, PlannedTransaction } from '../batch-plan';
import type { LeftOut } from '../left-out';
import type { SentChannel } from './journal';
import type { BatchChannelResult, BatchChannelStatus } from './report';

/** A transaction of a round. */
export type Step = {
    readonly planned: PlannedTransaction;
    readonly tasks: readonly ChannelTask[];
    /** Steps that have to have landed before. */
    readonly dependsOn: readonly Step[];
    state: 'dead' | 'landed' | 'underWay' | 'waiting';
};

/** A channel of a batch, from its first request to what becomes of it. */
export class ChannelTask {
    /** Once it is set, nothing more is done with the channel. */
    status: BatchChannelStatus | undefined;
    /** Transactions with it that are under way. */
    underWay = 0;
    /** How often a transaction with it did not land, other than by the fault of another channel. */
    attempts = 0;
    /** It shares transactions only with channels of the same group: one that is suspected has one of its own. */
    group = '';
    /** Its payee, once it has been read. */
    payee: Address | undefined;
    /** Whether a step of its last round came to nothing, so that there is more to do once the others have landed. */
    needsPlan = true;
    /** Steps of its last round that have not landed. */
    readonly open = new Set<Step>();
    leftOut: readonly LeftOut[] = [];
    failure: TransactionFailure | undefined;
    error: unknown;
    readonly signatures: Signature[] = [];
    readonly #actions: PlannedAction[] = [];
    #settledAmount: bigint | undefined;

    constructor(
        readonly channel: Address,
        readonly requestIndexes: readonly number[],
    ) {}

    get hasLanded(): boolean {
        return this.#actions.length > 0;
    }

    /** Whether it is to be planned, for the first time or again. */
    get isPending(): boolean {
        return this.status === undefined && this.underWay === 0 && this.open.size === 0;
    }

    land({ actions, cumulativeAmount }: SentChannel): void {
        this.#actions.push(...actions);
        this.#settledAmount = cumulativeAmount ?? this.#settledAmount;
        this.failure = undefined;
        this.error = undefined;
    }

    /** Takes what a plan leaves out; that its own voucher has landed meanwhile is no news. */
    setLeftOut(leftOut: readonly LeftOut[]): void {
        const isDistribution = ({ part }: LeftOut) => part === 'distribution';
        this.leftOut = this.hasLanded
            ? [...this.leftOut.filter(entry => !isDistribution(entry)), ...leftOut.filter(isDistribution)]
            : leftOut;
    }

    getResult(): BatchChannelResult {
        const { channel, error, failure, leftOut, signatures, status = 'notStarted' } = this;
        return Object.freeze({
            actions: Object.freeze([...this.#actions]),
            channel,
            error,
            failure,
            leftOut: Object.freeze([...leftOut]),
            settledAmount: this.#settledAmount,
            signatures: Object.freeze([...signatures]),
            status,
        });
    }
}
