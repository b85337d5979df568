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

/** How many channels are where. */
export type Tally = { done: number; notDone: number; underWay: number; waiting: number };

/** What a plan leaves out of a channel because what was wanted of it is on chain already. */
const DONE_ALREADY: readonly string[] = ['CHANNEL_NOT_SETTLEABLE', 'NOTHING_TO_DO', 'NOT_ABOVE_SETTLED'];

/** A channel of a batch, from its first request to what becomes of it. */
export class ChannelTask {
    /** How often a transaction with it did not land, other than by the fault of another channel. */
    attempts = 0;
    /** It shares transactions only with channels of the same group: one that is suspected has one of its own. */
    group = '';
    /** Its payee, once it has been read. */
    payee: Address | undefined;
    /** Whether a step of its last round came to nothing, so that there is more to do once the others have landed. */
    needsPlan = true;
    /** Whether somebody else has its lease, so that nothing more is done once what is under way has ended. */
    hasLostLease = false;
    /** Until when somebody else has its lease, in milliseconds of the journal's clock. */
    leasedUntil: number | undefined;
    /** Steps of its last round that have not landed. */
    readonly open = new Set<Step>();
    leftOut: readonly LeftOut[] = [];
    failure: TransactionFailure | undefined;
    error: unknown;
    readonly signatures: Signature[] = [];
    readonly #actions: PlannedAction[] = [];
    #status: BatchChannelStatus | undefined;
    #underWay = 0;
    #settledAmount: bigint | undefined;
    #watermark = 0n;

    constructor(
        readonly channel: Address,
        readonly requestIndexes: readonly number[],
        private readonly tally: Tally,
    ) {
        tally.waiting++;
    }

    /** Once it is set, nothing more is done with the channel. */
    get status(): BatchChannelStatus | undefined {
        return this.#status;
    }

    set status(status: BatchChannelStatus | undefined) {
        this.tally[this.#place]--;
        this.#status = status;
        this.tally[this.#place]++;
    }

    /** Transactions with it that are under way. */
    get underWay(): number {
        return this.#underWay;
    }

    set underWay(underWay: number) {
        this.tally[this.#place]--;
        this.#underWay = underWay;
        this.tally[this.#place]++;
    }

    get hasLanded(): boolean {
        return this.#actions.length > 0;
    }

    /** Whether its turn comes once somebody else has given up its lease. */
    get isWaitingForLease(): boolean {
        return this.hasLostLease && this.status === undefined && this.underWay === 0;
    }

    /** Whether it is to be planned, for the first time or again. */
    get isPending(): boolean {
        return this.status === undefined && this.underWay === 0 && this.open.size === 0;
    }

    /** Its lease was had after all. */
    takeUp(): void {
        this.hasLostLease = false;
        this.needsPlan = true;
    }

    /** Nothing more is to be done. */
    end(): void {
        this.status = this.hasLanded && !this.leftOut.some(entry => this.#isMissed(entry)) ? 'done' : 'leftOut';
    }

    /** So much is settled on chain, at least. */
    raiseWatermark(settled: bigint): void {
        if (settled > this.#watermark) this.#watermark = settled;
    }

    land({ actions, cumulativeAmount }: SentChannel): void {
        this.#actions.push(...actions);
        this.#settledAmount = cumulativeAmount ?? this.#settledAmount;
        this.raiseWatermark(cumulativeAmount ?? 0n);
        this.failure = undefined;
        this.error = undefined;
    }

    /** Takes what a plan leaves out; that what has landed meanwhile is done already is no news. */
    setLeftOut(leftOut: readonly LeftOut[]): void {
        if (!this.hasLanded) {
            this.leftOut = leftOut;
            return;
        }
        const news = leftOut.filter(entry => {
            return entry.part === 'distribution' || this.#isMissed(entry) || !DONE_ALREADY.includes(entry.reason.code);
        });
        const isKnownStill = ({ index, part }: LeftOut) =>
            part !== 'distribution' && !news.some(entry => entry.index === index && entry.part === part);
        this.leftOut = [...this.leftOut.filter(isKnownStill), ...news];
    }

    getResult(): BatchChannelResult {
        const { channel, error, failure, leftOut, signatures, status = 'notStarted' } = this;
        return Object.freeze({
            actions: Object.freeze([...this.#actions]),
            channel,
            error,
            failure,
            leasedUntil: status === 'leased' ? this.leasedUntil : undefined,
            leftOut: Object.freeze([...leftOut]),
            settledAmount: this.#settledAmount,
            signatures: Object.freeze([...signatures]),
            status,
        });
    }

    /** Whether a voucher is left out that would have brought in more than what is on chain. */
    #isMissed({ part, voucher }: LeftOut): boolean {
        return part !== 'distribution' && voucher !== undefined && voucher.voucher.cumulativeAmount > this.#watermark;
    }

    get #place(): keyof Tally {
        if (this.#status === 'done') return 'done';
        if (this.#status !== undefined) return 'notDone';
        return this.#underWay > 0 ? 'underWay' : 'waiting';
    }
}
