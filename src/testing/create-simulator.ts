import { getProgramConfig, getRevisionName, getTreasuryOwner, type Deployment } from '../revision/deployment';
import { readOnlyMembers, toI64, toU64 } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import { startClock } from './clock';
import { getElfForTreasuryOwner, loadElf, readProgramElf } from './elf';
import { getSimulatorFeatureSet } from './feature-set';
import { getLiteSvm } from './litesvm';
import { createSeededSigner, toText } from './seeded-signer';
import { Simulator } from './simulator';

/** Options of {@link createSimulator}. */
export type SimulatorOptions<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** Deployment to simulate: `MAINNET_DEPLOYMENT`, or one of those for localnets. */
    deployment: Deployment<TRevision>;
    /**
     * Path of the program ELF. By default the one that the environment names (`PAYMENT_CHANNELS_TOMBSTONE_ELF`, or
     * `PAYMENT_CHANNELS_EPOCH_ELF` for that revision), otherwise the reference program of this package.
     */
    elfPath?: string | undefined;
    /** Unix time in seconds that the simulation starts at. */
    unixTimestamp?: bigint | number | undefined;
    /** Slot that the simulation starts at. */
    slot?: bigint | number | undefined;
    /** Every key that the simulator makes follows from this: the same seed gives the same addresses and signatures. */
    seed?: string | undefined;
}>;

const DEFAULT_UNIX_TIMESTAMP = 1_750_000_000n;
const DEFAULT_SLOT = 350_000_000n;
// Enough that no test ever has to think of it.
const FAUCET_LAMPORTS = 1_000_000_000_000_000n;

/**
 * Creates a simulator with the program loaded.
 *
 * It is deterministic: the same options and the same calls give the same addresses, signatures and results. Create one
 * for a group of tests rather than one for each: every program that LiteSVM loads maps memory until it is collected.
 *
 * @throws `MODULE_MISSING` where LiteSVM is not installed; `ELF_INVALID` when there is no program to load;
 * `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the clock; `INPUT_INVALID` or `ADDRESS_INVALID`, by field.
 *
 * @example
 * ```ts
 * const simulator = await createSimulator({ deployment: MAINNET_DEPLOYMENT });
 * const payer = await simulator.createFundedSigner();
 * const mint = await simulator.createMint();
 * await simulator.mintTokens({ amount: 1_000_000n, mint, owner: payer.address });
 * ```
 */
export async function createSimulator<TRevision extends RevisionName>(
    options: SimulatorOptions<TRevision>,
): Promise<Simulator<TRevision>> {
    const given = readOnlyMembers('options', options, {
        deployment: true,
        elfPath: true,
        seed: true,
        slot: true,
        unixTimestamp: true,
    });
    const { deployment } = given;
    const { programAddress } = getProgramConfig(deployment);
    const seed = toText('seed', given.seed) ?? 'simulator';
    const clock = {
        slot: toU64('slot', given.slot ?? DEFAULT_SLOT),
        unixTimestamp: toI64('unixTimestamp', given.unixTimestamp ?? DEFAULT_UNIX_TIMESTAMP),
    };
    const elf = readProgramElf(getRevisionName(deployment), toText('elfPath', given.elfPath));
    const svm = new (getLiteSvm().LiteSVM)()
        .withFeatureSet(getSimulatorFeatureSet())
        .withBuiltins()
        .withDefaultPrograms()
        // The logs say which program failed; LiteSVM would cut them after 10,000 bytes.
        .withLogBytesLimit();
    const bytes = getElfForTreasuryOwner(elf, getTreasuryOwner(deployment));
    loadElf(svm, programAddress, { bytes, source: elf.source });
    startClock(svm, clock);
    const simulator = new Simulator(svm, deployment, elf, await createSeededSigner(seed, '#faucet'), seed);
    simulator.setLamports(simulator.faucet.address, FAUCET_LAMPORTS);
    return simulator;
}
