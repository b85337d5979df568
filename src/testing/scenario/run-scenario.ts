import { readOnlyMembers, refuseInput } from '../../core/input';
import { toResult } from '../../core/json-form';
import type { Deployment } from '../../revision/deployment';
import type { RevisionName } from '../../revision/revision-types';
import { createSimulator } from '../create-simulator';
import { toText } from '../seeded-signer';
import { Books } from './books';
import { findMissingRent, findUnlistedTokens, findUnmet, findWrongHoldings } from './checks';
import { toScenario } from './form';
import { findDiscrepancies, readBalances, readSupplies, type LedgerAccount } from './ledger';
import { readNames } from './names';
import type { ScenarioReport } from './report';
import { ScenarioRun } from './run';
import type { Scenario, ScenarioChannelStatus } from './scenario';
import { createWorld, findChannelPlace, getLedgerAccounts, type WorldChannel } from './world';

/** The options of a run. */
export type ScenarioOptions = Readonly<{
    /** Deployment to simulate, and with it the revision. */
    deployment: Deployment;
    /** Every key follows from this: the same scenario and seed give the same output to the last signature; `1` by default. */
    seed?: string | undefined;
    /** Path of the program ELF, as for {@link createSimulator}. */
    elfPath?: string | undefined;
    /** Called when something was done. */
    onProgress?: ((progress: ScenarioProgress) => void) | undefined;
}>;

/** Progress of a scenario: `done` of `total` in the phase named `phase`. */
export type ScenarioProgress = Readonly<{ phase: string; done: number; total: number }>;

/**
 * Runs a scenario on a simulator of its own, and checks that every token and every lamport is accounted for: that nothing
 * came from nowhere, and that everybody has what follows from terms, vouchers and the rules of the program alone.
 *
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, with the path of the member; `ELF_INVALID` when
 * there is no program to run; `TRANSACTION_FAILED` with the step and the label when a transaction fails that must not; the
 * errors of the builders for what no instruction can be made of.
 *
 * @example
 * ```ts
 * const scenario: Scenario = {
 *     name: 'one payment',
 *     tokens: [{ name: 'USDC' }],
 *     parties: [{ name: 'alice', holds: [{ token: 'USDC', amount: 1_000n }] }, { name: 'bob' }],
 *     channels: [
 *         { name: 'tab', payer: 'alice', payee: 'bob', token: 'USDC', deposit: 1_000n, gracePeriodSeconds: 60 },
 *     ],
 *     steps: [
 *         { do: 'open', channel: 'tab' },
 *         { do: 'pay', channel: 'tab', amount: 250n, vouchers: 10 },
 *         { do: 'settleAndFinalize', channel: 'tab' },
 *         { do: 'distribute', channel: 'tab' },
 *     ],
 *     end: { balances: [{ party: 'bob', asset: 'USDC', amount: 250n }] },
 * };
 * const { discrepancies, unmet } = await runScenario(scenario, { deployment: MAINNET_DEPLOYMENT });
 * console.log(discrepancies.length + unmet.length); // 0
 * ```
 */
export async function runScenario(scenario: Scenario, options: ScenarioOptions): Promise<ScenarioReport> {
    const given = readOnlyMembers('options', options, {
        deployment: true,
        elfPath: true,
        onProgress: true,
        seed: true,
    });
    const { deployment, elfPath, onProgress } = given;
    const seed = toText('seed', given.seed) ?? '1';
    if (onProgress !== undefined && typeof onProgress !== 'function') {
        refuseInput('onProgress', 'a function', onProgress);
    }
    const checked = toScenario(scenario);
    const names = readNames(checked);
    const simulator = await createSimulator<RevisionName>({ deployment, elfPath, seed: `scenario ${seed}` });
    const world = await createWorld(simulator, names);
    const books = new Books(simulator, world);
    const run = new ScenarioRun(simulator, { books, names, world }, onProgress);

    const parties = getLedgerAccounts(world);
    const beforehand = readBalances(simulator, parties);
    await run.runAll(checked.steps);

    // Where a channel is follows from when it was opened; before that there was nothing.
    const places = new Map(
        await Promise.all(
            world.channels.map(async channel => {
                const place = books.of(channel).place ?? (await findChannelPlace(simulator, channel));
                return [channel, place] as const;
            }),
        ),
    );
    const ofChannels = world.channels.flatMap((channel): LedgerAccount[] => {
        const { address, escrow } = places.get(channel)!;
        return [
            { address, party: channel.name },
            { address: escrow, mint: channel.token.mint, party: channel.name },
        ];
    });
    const before = [...beforehand, ...readBalances(simulator, ofChannels).map(balance => ({ ...balance, amount: 0n }))];
    const accounts = [...parties, ...ofChannels];
    const after = readBalances(simulator, accounts);

    const statusOf = (channel: WorldChannel): ScenarioChannelStatus => {
        const { isOpened } = books.of(channel);
        const { kind } = simulator.getChannel(places.get(channel)!.address);
        return kind === 'absent' && isOpened ? 'closed' : kind;
    };
    const { transactions } = run;
    const feeLamports = transactions.reduce((sum, transaction) => sum + transaction.feeLamports, 0n);
    const rentOf = (size: number) => simulator.svm.minimumBalanceForRentExemption(BigInt(size));
    const { tombstone } = deployment.channel;
    return toResult({
        balances: { after, before },
        channels: world.channels.length,
        deployment,
        discrepancies: [
            ...findDiscrepancies({ after, before, feeLamports, supplies: readSupplies(simulator, world.tokens) }),
            ...findUnlistedTokens(simulator, world, accounts),
            ...findWrongHoldings(simulator, world, books),
            ...findMissingRent({
                after,
                before,
                channels: world.channels
                    .filter(channel => books.of(channel).isOpened)
                    .map(channel => ({
                        ...places.get(channel)!,
                        isClosed: statusOf(channel) === 'closed',
                        name: channel.name,
                        rentPayer: (channel.rentPayer ?? channel.payer).address,
                    })),
                gained: run.gained,
                parties: world.parties,
                tombstoneLamports: tombstone === undefined ? 0n : rentOf(tombstone.getSize()),
                transactions,
            }),
        ],
        elf: { sha256: simulator.elf.sha256, source: simulator.elf.source },
        flows: books.getFlows(),
        lives: books.getLives().map((life, index) => ({ ...life, status: statusOf(world.channels[index]!) })),
        scenario: { description: checked.description, name: checked.name },
        steps: run.steps,
        tokens: world.tokens.map(({ decimals, mint, name, program }) => ({ decimals, mint, name, program })),
        transactions,
        unmet: [...run.unmet, ...findUnmet(checked.end, { after, names, statusOf, world })],
        vouchers: world.channels.reduce((sum, channel) => sum + books.of(channel).vouchers, 0),
    });
}
