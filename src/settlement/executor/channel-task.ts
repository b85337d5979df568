import type { Address, Signature } from '@solana/kit';

import { toResult } from '../../core/json-form';
import type { TransactionFailure } from '../../revision/program-failure';
import type { PlannedAction } from '../../journal/journal';
import type { PlannedChannel, PlannedTransaction } from '../plan/batch-plan';
import type { ChannelState } from '../../channel/state';
import type { RevisionName } from '../../revision/types';
import { skip, type Skipped, type SkippedReason } from '../plan/skipped';
import type { SentChannel } from '../../journal/journal';
import type { BatchChannelAccount, BatchChannelResult, BatchChannelStatus } from './report';

/** A transaction of a round. */
export type Step = {
    readonly planned: PlannedTransaction;
    readonly tasks: readonly ChannelTask[];
    /** The channels that wait for it: its own, or of what only prepares others those of the steps that depend on it. */
    readonly concerns: ChannelTask[];
    /** Steps that have to have landed before. */
    readonly dependsOn: readonly Step[];
    state: 'dead' | 'landed' | 'underWay' | 'waiting';
};

/** How many channels are where. */
export type Tally = { done: number; notDone: number; underWay: number; waiting: number };

/** What a plan skips of a channel because what was wanted of it is on chain already. */
const DONE_ALREADY: readonly string[] = ['CHANNEL_NOT_SETTLEABLE', 'NOTHING_TO_DO', 'NOT_ABOVE_SETTLED'];

/** A channel of a batch, from its first request to what becomes of it. */
export class ChannelTask {
    /** How often a transaction with it did not land, other than by the fault of another channel. */
    attempts = 0;
    /** It shares transactions only with channels of the same group: one that is suspected has one of its own. */
    group = '';
    /** Its payee, once it has been read. */
    payee: Address | undefined;
    /** Until when, by the clock of the execution, it is not given up for attempts that came to nothing. */
    triedUntil = 0;
    /** Why it is not paid out by this execution any more; its voucher is brought in without. */
    payoutReason: SkippedReason | undefined;
    /** Whether no token accounts are created for it any more. */
    isWithoutCreation = false;
    /** Whether a step of its last round came to nothing, so that there is more to do once the others have landed. */
    needsPlan = true;
    /** Whether its vouchers are to be proved, whatever was said of them: a transaction failed as for a bad signature. */
    isDoubted = false;
    /** Whether they are proved: they are not doubted again. */
    isProved = false;
    /** Whether a voucher was proved bad after that. */
    isDisproved = false;
    /** Whether its end was put off for a voucher that is refused for now: it is looked at again once the others have landed. */
    isEndPutOff = false;
    /** Whether somebody else has its lease, so that nothing more is done once what is under way has ended. */
    hasLostLease = false;
    /** How often in a row, and since when, its lease has run out before what was signed for it could be sent. */
    lapses: Readonly<{ count: number; since: number }> | undefined;
    /** Until when somebody else has its lease, in milliseconds of the journal's clock. */
    leasedUntil: number | undefined;
    /** Steps of its last round that have not landed. */
    readonly open = new Set<Step>();
    skipped: readonly Skipped[] = [];
    failure: TransactionFailure | undefined;
    error: unknown;
    readonly signatures: Signature[] = [];
    /** What has failed though no other channel was in its transaction. */
    readonly #failed = new Set<string>();
    readonly #actions: PlannedAction[] = [];
    #status: BatchChannelStatus | undefined;
    #underWay = 0;
    #settledAmount: bigint | undefined;
    #watermark = 0n;
    #account: BatchChannelAccount | undefined;

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

    /** Its transaction failed as it would for a bad signature: it matters where there is another voucher to bring in. */
    doubt(): void {
        this.isDoubted = !this.isProved && this.requestIndexes.length > 1;
    }

    /** A transaction of its own has failed: it is not tried again, unless the chain shows that something else is to be done. */
    failAlone(planned: PlannedChannel): void {
        this.#failed.add(describe(planned));
    }

    get hasFailed(): boolean {
        return this.#failed.size > 0;
    }

    /** Whether a transaction of its own that would do the same has failed. */
    hasFailedWith(planned: PlannedChannel): boolean {
        return this.#failed.has(describe(planned));
    }

    /** Nothing more is to be done. */
    end(): void {
        this.status = this.hasLanded && !this.skipped.some(entry => this.#isMissed(entry)) ? 'done' : 'skipped';
    }

    /** Takes what the chain says of the channel. */
    see(state: ChannelState<RevisionName>): void {
        if ('channel' in state) {
            const { payee, settlement } = state.channel;
            this.payee = payee;
            this.#raiseWatermark(settlement.settled);
            this.#account = toResult({ settled: settlement.settled, status: state.kind });
            return;
        }
        // What was there and is not any more was paid out, and its rent freed.
        const wasThere = this.payee !== undefined || this.signatures.length > 0;
        const status = state.kind === 'absent' && wasThere ? 'freed' : state.kind;
        const settled = this.payee === undefined && !this.hasLanded ? undefined : this.#watermark;
        this.#account = toResult({ settled, status });
    }

    /** So much is settled on chain, at least. */
    #raiseWatermark(settled: bigint): void {
        if (settled > this.#watermark) this.#watermark = settled;
    }

    land({ actions, cumulativeAmount }: SentChannel): void {
        this.#actions.push(...actions);
        // It was read before.
        this.#account = undefined;
        const isEnded = actions.some(action => action !== 'distribute' && action !== 'settle');
        // What was skipped in one round may have been brought in by the next.
        this.skipped = this.skipped.filter(({ part, reason, voucher }) => {
            if (part === 'ending') return !isEnded;
            const isBroughtIn = voucher !== undefined && voucher.voucher.cumulativeAmount === cumulativeAmount;
            return !isBroughtIn || reason.code === 'DUPLICATE';
        });
        this.#settledAmount = cumulativeAmount ?? this.#settledAmount;
        this.#raiseWatermark(cumulativeAmount ?? 0n);
        this.failure = undefined;
        this.error = undefined;
    }

    /** Takes what a plan skips; that what has landed meanwhile is done already is no news. */
    setSkipped(skipped: readonly Skipped[]): void {
        if (!this.hasLanded) {
            this.skipped = skipped;
            return;
        }
        const news = skipped.filter(entry => {
            return entry.part === 'distribution' || this.#isMissed(entry) || !DONE_ALREADY.includes(entry.reason.code);
        });
        const isKnownStill = ({ index, part }: Skipped) =>
            part !== 'distribution' && !news.some(entry => entry.index === index && entry.part === part);
        this.skipped = [...this.skipped.filter(isKnownStill), ...news];
    }

    /** What else is wanted of the channel is done without what it can do without. */
    doWithout(part: 'creation' | 'payout', failure: TransactionFailure | undefined, error: unknown): void {
        this.failure = failure;
        this.error = error;
        if (part === 'creation') {
            this.isWithoutCreation = true;
            return;
        }
        const message = failure?.message ?? (error instanceof Error ? error.message : 'its transaction fails');
        this.payoutReason = skip('DISTRIBUTION_BLOCKED', { reasons: [message] });
    }

    getResult(): BatchChannelResult {
        const { channel, error, failure, skipped, signatures, status = 'notStarted' } = this;
        const lost = this.#getLost();
        const alreadySettled = lost === undefined ? this.#getAlreadySettled() : undefined;
        return toResult({
            account: this.#account,
            actions: Object.freeze([...this.#actions]),
            alreadySettled,
            channel,
            error,
            failure,
            leasedUntil: status === 'leased' ? this.leasedUntil : undefined,
            skipped: Object.freeze([...skipped]),
            lost,
            settledAmount: this.#settledAmount ?? alreadySettled,
            signatures: Object.freeze([...signatures]),
            status,
        });
    }

    /** What the account said is settled, if some voucher was skipped for it and none was brought in: it never gets less. */
    #getAlreadySettled(): bigint | undefined {
        if (this.#settledAmount !== undefined) return undefined;
        return getHighest(
            this.skipped.map(({ reason }) => {
                if (reason.code === 'NOT_ABOVE_SETTLED') return reason.context.settled;
                return 'alreadySettled' in reason.context ? reason.context.alreadySettled : undefined;
            }),
        );
    }

    /** What the highest voucher of a channel that takes none any more is over, above what is settled. */
    #getLost(): bigint | undefined {
        return getHighest(
            this.skipped.map(({ reason: { context } }) => ('lost' in context ? context.lost : undefined)),
        );
    }

    /** Whether a voucher is skipped that would have brought in more than what is on chain. */
    #isMissed({ part, voucher }: Skipped): boolean {
        return part !== 'distribution' && voucher !== undefined && voucher.voucher.cumulativeAmount > this.#watermark;
    }

    get #place(): keyof Tally {
        if (this.#status === 'done') return 'done';
        if (this.#status !== undefined) return 'notDone';
        return this.#underWay > 0 ? 'underWay' : 'waiting';
    }
}

function describe({ actions, voucher }: PlannedChannel): string {
    const { signature, voucher: terms } = voucher ?? {};
    return JSON.stringify([actions, String(terms?.cumulativeAmount), String(terms?.expiresAt), String(signature)]);
}

function getHighest(amounts: readonly (bigint | undefined)[]): bigint | undefined {
    return amounts.reduce((highest, amount) => {
        return amount !== undefined && (highest === undefined || amount > highest) ? amount : highest;
    }, undefined);
}

/** A task for each channel, in the order of the first request for it. */
export function createTasks(
    requests: readonly Readonly<{ channel: Address }>[],
    tally: Tally,
): ReadonlyMap<Address, ChannelTask> {
    const indexes = new Map<Address, number[]>();
    for (const [index, { channel }] of requests.entries()) {
        const known = indexes.get(channel);
        if (known === undefined) indexes.set(channel, [index]);
        else known.push(index);
    }
    return new Map([...indexes].map(([channel, of]) => [channel, new ChannelTask(channel, of, tally)]));
}
