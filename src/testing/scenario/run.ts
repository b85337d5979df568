import { AccountState } from '@solana-program/token';
import { getCloseAccountInstruction } from '@solana-program/token';
import type { Address } from '@solana/kit';

import { TRANSACTION_FAILED } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { refuseInput } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import { signVoucher } from '../../voucher/sign-voucher';
import { verifyVoucher } from '../../voucher/verify-voucher';
import type { SignedVoucher } from '../../voucher/voucher';
import type { TransactionReport } from '../result';
import type { TransactionFailure } from '../runtime-error';
import type { Simulator } from '../simulator';
import { settleBatch } from './batch';
import type { Books } from './books';
import { makeTransaction, type Act, type Made } from './instructions';
import { findChannels, toNames, type ScenarioNames } from './names';
import type { ScenarioStepReport, ScenarioTransaction, UnmetExpectation } from './report';
import type { ScenarioProgress } from './run-scenario';
import type { ScenarioPayment, ScenarioStep } from './scenario';
import { findChannelPlace, findTokenAccount, type World, type WorldChannel } from './world';

type Stage = Readonly<{ books: Books; names: ScenarioNames; world: World }>;
type Failing = Readonly<{ fails?: string | readonly string[] | undefined }>;
/** A step by a transaction for each of its channels. */
type ChannelStep = Extract<ScenarioStep, Readonly<{ do: Act['action'] }>>;

/** Where the state of a token account stands, in both token programs. */
const STATE_OFFSET = 108;

/** The run of a scenario: every step in its order, each transaction recorded under its label. */
export class ScenarioRun {
    readonly transactions: ScenarioTransaction[] = [];
    readonly steps: ScenarioStepReport[] = [];
    /** Expectations of steps that were not met. */
    readonly unmet: UnmetExpectation[] = [];
    /** Rent that parties got for token accounts that they closed. */
    readonly gained = new Map<Address, bigint>();
    readonly #latest = new Map<WorldChannel, SignedVoucher>();
    readonly #channelOf: ReadonlyMap<string, WorldChannel>;
    readonly #start: bigint;
    #phase: { name: string; done: number; total: number } = { done: 0, name: '', total: 0 };
    #failure: string | undefined;
    #passedOver = 0;

    constructor(
        private readonly simulator: Simulator<RevisionName>,
        private readonly stage: Stage,
        private readonly onProgress: ((progress: ScenarioProgress) => void) | undefined,
    ) {
        this.#start = simulator.getClock().unixTimestamp;
        this.#channelOf = new Map(stage.world.channels.map(channel => [channel.name, channel]));
    }

    async runAll(steps: readonly ScenarioStep[]): Promise<void> {
        for (const [index, step] of steps.entries()) {
            // Steps of one kind in a row are one phase: a payment in each of many channels, for instance.
            if (steps[index - 1]?.do !== step.do) {
                const end = steps.findIndex((other, place) => place > index && other.do !== step.do);
                const alike = steps.slice(index, end === -1 ? undefined : end);
                this.#phase = {
                    done: 0,
                    name: step.do,
                    total: alike.reduce((sum, one) => sum + this.#countOf(one), 0),
                };
            }
            const atSeconds = this.#now();
            const before = this.transactions.length;
            this.#failure = undefined;
            this.#passedOver = 0;
            await this.#run(step, index);
            const isReclaim = this.#passedOver > 0;
            this.steps.push({
                action: step.do,
                atSeconds,
                failure: this.#failure,
                passedOver: isReclaim ? `${this.#passedOver} with no rent to bring back` : undefined,
                subject: this.#subjectOf(step),
                transactions: this.transactions.length - before,
            });
        }
    }

    async #run(step: ScenarioStep, index: number): Promise<void> {
        switch (step.do) {
            case 'advance':
                this.simulator.advanceClock({ seconds: step.seconds ?? 0, slots: step.slots ?? 0 });
                return this.#progress(1);
            case 'freeze':
            case 'thaw':
                await this.#setState(step, index);
                return this.#progress(1);
            case 'closeTokenAccount':
                await this.#closeTokenAccount(step, index);
                return this.#progress(1);
            case 'pay':
                return await this.#pay(step, index);
            case 'batchSettle':
                return await this.#batchSettle(step, index);
            default:
                return await this.#act(step, index);
        }
    }

    async #act(step: ChannelStep, index: number): Promise<void> {
        const path = `scenario.steps[${index}]`;
        for (const channel of this.#channelsOf(step.channel, path)) {
            const { books } = this.stage;
            if (step.do === 'reclaim' && step.fails === undefined && !this.#hasRentToReclaim(channel)) {
                this.#passedOver += 1;
                this.#progress(1);
                continue;
            }
            if (books.of(channel).place === undefined || (step.do === 'open' && !books.of(channel).isOpened)) {
                books.setPlace(channel, await findChannelPlace(this.simulator, channel));
            }
            const { isFinal, place, settled } = books.of(channel);
            const receivers = step.do === 'distribute' ? await books.readReceivers(channel) : undefined;
            const voucher = this.#latest.get(channel);
            const amount = step.do === 'topUp' ? BigInt(step.amount) : undefined;
            const by = step.by === undefined ? undefined : this.stage.world.partyOf.get(step.by)!;
            const act: Act = { action: step.do, amount, by, channel, isFinal, path, place: place!, settled, voucher };
            const made = await makeTransaction(this.simulator, act);
            if (await this.#send(made, step, { channels: [channel.name], step: index })) {
                const isSettling = step.do === 'settle' || step.do === 'settleAndFinalize';
                const change = {
                    deposit: step.do === 'open' ? BigInt(channel.terms.deposit) : amount,
                    receivers,
                    settled: isSettling ? voucher?.voucher.cumulativeAmount : undefined,
                };
                books.enter(channel, [step.do], change, index);
            }
            this.#progress(1);
        }
    }

    /** Where the rent comes back with the payout, or is back already, there is nothing to reclaim. */
    #hasRentToReclaim(channel: WorldChannel): boolean {
        const address = this.stage.books.of(channel).place?.address;
        return address !== undefined && this.simulator.getChannel(address).kind === 'distributed';
    }

    /** The payer signs vouchers in equal steps; the payee verifies each, and keeps the best. */
    async #pay(
        { amount, channel: given, expiresInSeconds, vouchers = 1 }: ScenarioPayment,
        index: number,
    ): Promise<void> {
        const { deployment } = this.simulator;
        const expiresAt =
            expiresInSeconds === undefined
                ? undefined
                : this.simulator.getClock().unixTimestamp + BigInt(expiresInSeconds);
        for (const channel of this.#channelsOf(given, `scenario.steps[${index}]`)) {
            const { books } = this.stage;
            const { authorized, place } = books.of(channel);
            if (place === undefined)
                return refuseInput(`scenario.steps[${index}].channel`, 'a channel that is open', channel.name);
            for (let number = 1; number <= vouchers; number++) {
                const cumulativeAmount = authorized + (BigInt(amount) * BigInt(number)) / BigInt(vouchers);
                const terms = { channelId: place.address, cumulativeAmount, expiresAt };
                const voucher = await signVoucher(terms, channel.session, deployment);
                if (!(await verifyVoucher(voucher, channel.session.address, deployment))) {
                    throw new Error(`voucher ${number} of ${place.address} does not verify`);
                }
                this.#latest.set(channel, voucher);
                this.#progress(1);
            }
            books.pay(channel, authorized + BigInt(amount), vouchers, index);
        }
    }

    async #batchSettle(step: Extract<ScenarioStep, { do: 'batchSettle' }>, index: number): Promise<void> {
        const path = `scenario.steps[${index}]`;
        const channels = this.#channelsOf(step.channel, path);
        const results = await settleBatch(
            this.simulator,
            {
                by: step.by === undefined ? channels[0]!.payee : this.stage.world.partyOf.get(step.by)!,
                channels,
                latest: this.#latest,
                mode: step.mode ?? 'settleAndFinalizeAndDistribute',
                path,
            },
            this.stage.books,
        );
        for (const { channels: names, feePayer, label, result } of results.transactions) {
            this.#record({ feePayer, label, result }, { action: step.do, channels: names, step: index });
        }
        for (const { actions, channel, receivers, settled } of results.channels) {
            this.stage.books.enter(channel, actions, { receivers, settled }, index);
        }
        this.#progress(channels.length);
    }

    /** As the mint's freeze authority does it, which these mints do not have. */
    async #setState(step: Extract<ScenarioStep, { do: 'freeze' | 'thaw' }>, index: number): Promise<void> {
        const address = await this.#tokenAccountOf(step);
        const account = this.simulator.svm.getAccount(address);
        if (!account.exists)
            return refuseInput(`scenario.steps[${index}].party`, 'a party with an account for it', step.party);
        const data = new Uint8Array(account.data);
        data[STATE_OFFSET] = step.do === 'freeze' ? AccountState.Frozen : AccountState.Initialized;
        this.simulator.svm.setAccount({ ...account, data });
    }

    async #closeTokenAccount(step: Extract<ScenarioStep, { do: 'closeTokenAccount' }>, index: number): Promise<void> {
        const { address: owner, wallet } = this.stage.world.partyOf.get(step.party)!;
        const token = this.stage.world.tokens.find(({ name }) => name === step.token)!;
        const account = await this.#tokenAccountOf(step);
        const rent = this.simulator.getLamports(account);
        const instruction = getCloseAccountInstruction(
            { account, destination: owner, owner: wallet! },
            { programAddress: token.tokenProgram },
        );
        const label = `closeTokenAccount ${step.party} (${step.token})`;
        const made = { feePayer: wallet!, instructions: [instruction], label };
        if (await this.#send(made, step, { channels: [], step: index })) {
            this.gained.set(owner, (this.gained.get(owner) ?? 0n) + rent);
        }
    }

    async #tokenAccountOf(step: Readonly<{ party: string; token: string }>): Promise<Address> {
        const token = this.stage.world.tokens.find(({ name }) => name === step.token)!;
        return await findTokenAccount(this.stage.world.partyOf.get(step.party)!, token);
    }

    /** Whether it has succeeded; one that fails must fail by the name of an error that the step has. */
    async #send(
        made: Made,
        step: Failing & Readonly<{ do: ScenarioStep['do'] }>,
        place: Readonly<{ channels: readonly string[]; step: number }>,
    ): Promise<boolean> {
        const { feePayer, instructions, label } = made;
        const result = await this.simulator.send(instructions, { feePayer });
        const failure = result.ok ? undefined : getName(result.failure);
        const fails = toNames(step.fails);
        if (failure !== undefined && fails.length === 0) {
            const reason = `scenario.steps[${place.step}], ${label}: ${result.failure!.message}`;
            throw new PaymentChannelsError(TRANSACTION_FAILED, { logs: result.logs, reason });
        }
        this.#record({ failure, feePayer: feePayer.address, label, result }, { action: step.do, ...place });
        if (failure !== undefined) this.#failure = failure;
        if (fails.length > 0 && !fails.includes(failure ?? '')) {
            this.unmet.push({
                actual: failure ?? 'it succeeded',
                expected: `it fails with ${fails.join(' or ')}`,
                what: `scenario.steps[${place.step}], ${label}`,
            });
        }
        return result.ok;
    }

    #record(
        {
            failure,
            feePayer,
            label,
            result,
        }: Readonly<{ failure?: string | undefined; feePayer: Address; label: string; result: TransactionReport }>,
        known: Pick<ScenarioTransaction, 'action' | 'channels' | 'step'>,
    ): void {
        const { bytes, computeUnits, feeLamports, signature } = result;
        const atSeconds = this.#now();
        const of = failure === undefined ? {} : { failure };
        this.transactions.push({
            ...known,
            ...of,
            atSeconds,
            bytes,
            computeUnits,
            feeLamports,
            feePayer,
            label,
            signature,
        });
    }

    #channelsOf(given: ScenarioPayment['channel'], path: string): readonly WorldChannel[] {
        return findChannels(this.stage.names, `${path}.channel`, given).map(({ name }) => this.#channelOf.get(name)!);
    }

    #now(): bigint {
        return this.simulator.getClock().unixTimestamp - this.#start;
    }

    /** How much of its phase a step is. */
    #countOf(step: ScenarioStep): number {
        if (!('channel' in step)) return 1;
        const channels = this.#channelsOf(step.channel, 'scenario.steps').length;
        return step.do === 'pay' ? channels * (step.vouchers ?? 1) : channels;
    }

    #subjectOf(step: ScenarioStep): string {
        if ('party' in step) return `${step.party} (${step.token})`;
        if (step.do === 'advance') return `${step.seconds ?? 0} seconds, ${step.slots ?? 0} slots`;
        const channels = this.#channelsOf(step.channel, 'scenario.steps');
        return channels.length === 1 ? channels[0]!.name : `${channels.length} channels`;
    }

    #progress(by: number): void {
        this.#phase.done += by;
        const { done, name: phase, total } = this.#phase;
        this.onProgress?.({ done, phase, total });
    }
}

/** The name of a failure as scenarios have it: errors of other programs go by their numbers. */
function getName(failure: TransactionFailure): string {
    return failure.name ?? (failure.kind === 'custom' ? `Custom ${failure.code}` : 'Unknown');
}
