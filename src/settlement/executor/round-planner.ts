import { createAddressCache, type AddressCache } from '../../channel/address-cache';
import { toU64 } from '../../core/input';
import { within } from '../../core/within';
import type { Deployment } from '../../revision/deployment';
import type { RevisionName } from '../../revision/revision-types';
import type { ChannelTask } from './channel-task';
import type { ExecutionState } from './execution-state';
import { readBatch, type AccountReader, type FetchedBatch } from './fetch-batch-items';
import { planRound, selectLastTries } from './plan-round';
import type { BatchRequest, CheckedExecuteOptions } from './execute-options';
import { getNextId, type RoundPlan } from './round';
import { verifyRound, type Verdicts, type Verification } from './verify-round';

/** Plans rounds, and asks the chain, the verifier and the price function for what a plan needs. */
export class RoundPlanner {
    readonly #addresses: AddressCache;

    constructor(
        private readonly requests: readonly BatchRequest[],
        private readonly options: CheckedExecuteOptions,
        private readonly readAccounts: AccountReader,
        private readonly deployment: Deployment,
    ) {
        const maxEntries = Math.max(10_000, 8 * requests.length);
        this.#addresses = options.plan.addresses ?? createAddressCache({ maxEntries });
    }

    /** @throws What the function throws, or that its answer is no price; `NO_ANSWER`; the reason of the signal. */
    async getPrice({ expired, rounds: round }: ExecutionState): Promise<bigint> {
        const { abortSignal, callbackTimeoutMs, computeUnitPrice: input } = this.options;
        if (typeof input !== 'function') return toU64('computeUnitPrice', input ?? 0n);
        const ask = () => input({ expired, round });
        return toU64('computeUnitPrice', (await within('computeUnitPrice', callbackTimeoutMs, ask, abortSignal)) ?? 0n);
    }

    async read(tasks: readonly ChannelTask[]): Promise<FetchedBatch<RevisionName>> {
        const indexes = tasks.flatMap(({ requestIndexes }) => requestIndexes).sort((a, b) => a - b);
        const requests = indexes.map(index => {
            const request = this.requests[index]!;
            // Splits that are of no use in a mode must not do any harm in it either.
            return this.options.distributes ? request : { ...request, splits: undefined };
        });
        const batch = await readBatch(this.readAccounts, requests, this.#addresses, this.deployment);
        return { ...batch, requestIndexes: batch.requestIndexes.map(index => indexes[index]!) };
    }

    async verify(
        tasks: readonly ChannelTask[],
        batch: FetchedBatch<RevisionName>,
        known: Verdicts,
    ): Promise<Verification> {
        const { lateMs, prove, verifier } = this.options;
        return await verifyRound(tasks, batch, known, verifier, prove, lateMs / 1_000);
    }

    /** When the verifier has failed: the channels that would otherwise be lost and have a voucher known to be good. */
    selectLastTries(state: ExecutionState, batch: FetchedBatch<RevisionName>): FetchedBatch<RevisionName> {
        return selectLastTries([...state.tasks], batch, state.verdicts, this.options.lateMs / 1_000);
    }

    plan(
        { payerTokenAccounts, round, tasks, verdicts }: ExecutionState,
        batch: FetchedBatch<RevisionName>,
        { computeUnitPrice, isLastTry }: Readonly<{ computeUnitPrice: bigint; isLastTry: boolean }>,
    ): RoundPlan {
        const { plan } = this.options;
        const options = {
            ...plan,
            addresses: this.#addresses,
            computeUnitPrice,
            isLastTry,
            maxPayerTokenAccounts: Math.max(0, Number(plan.maxPayerTokenAccounts ?? 0) - payerTokenAccounts),
            unixTimestamp: batch.unixTimestamp,
        };
        return planRound([...tasks], batch, {
            deployment: this.deployment,
            firstId: getNextId(round),
            options,
            verdicts,
        });
    }
}
