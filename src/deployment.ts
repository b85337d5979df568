import type { Address } from '@solana/kit';

import { PaymentChannelsError } from './errors';
import { assertHasNoMisspelt, readMembers, refuseInput, toAddress } from './input';
import { assertIsNoProgramOfOther } from './revision/marks';
import type { Revision } from './revision/revision';
import { TOMBSTONE, TOMBSTONE_PROGRAM_ADDRESS } from './revision/tombstone';
import { PLACEHOLDER_TREASURY_OWNER } from './revision/treasury-owners';
import type { RevisionName } from './revision/types';

/**
 * One deployment of the program on a cluster or in a simulator.
 *
 * The treasury owner is compiled into the program (spec section 1): a client can't read it from the chain, and
 * `distribute` fails unless it names that owner's token account.
 */
export type Deployment<TRevision extends RevisionName = 'tombstone'> = Readonly<{
    /** Interface of the program. */
    revision: Revision<TRevision>;
    /** Address that the program is deployed at. */
    programAddress: Address;
    /** Wallet whose token account receives what nobody else can. */
    treasuryOwner: Address;
}>;

/** A kit client that says which deployment it is for, as that of a simulator does. */
export type ClientWithDeployment<TRevision extends RevisionName = 'tombstone'> = { deployment: Deployment<TRevision> };

/** What a builder has to know of a deployment; a {@link Deployment} is one. */
export type DeploymentConfig<TRevision extends RevisionName = 'tombstone'> = Readonly<Partial<Deployment<TRevision>>>;

/**
 * The reference program at its published address, with the placeholder that stands for the treasury owner where none
 * was set (spec section 1). It is the default of every builder and of the simulator. Nobody holds a key for that owner.
 */
export const LOCALNET_DEPLOYMENT: Deployment = /* @__PURE__ */ Object.freeze({
    revision: TOMBSTONE,
    programAddress: TOMBSTONE_PROGRAM_ADDRESS,
    treasuryOwner: PLACEHOLDER_TREASURY_OWNER,
});

/**
 * A part of the revision that a config is for; the default revision's where the config does not say.
 *
 * @param byDefault That part of the default revision: it comes from who asks, so that a bundle has no others.
 */
export function getRevisionPart<TPart extends Exclude<keyof Revision, 'name'>>(
    config: DeploymentConfig<RevisionName>,
    part: TPart,
    byDefault: Revision[TPart],
): Revision[TPart] {
    return toRevision(config)?.[part] ?? byDefault;
}

/** The name of the revision that a config is for; the default one's where the config does not say. */
export function getRevisionName(config: DeploymentConfig<RevisionName>): RevisionName {
    return toRevision(config)?.name ?? 'tombstone';
}

/**
 * Throws unless a config is for a revision, or for none in particular.
 *
 * @throws `REVISION_MISMATCH`, `INPUT_INVALID`.
 */
export function assertIsOfRevision(expected: RevisionName, config: DeploymentConfig<RevisionName>): void {
    const { name: given = expected } = toRevision(config) ?? {};
    if (given !== expected) {
        throw new PaymentChannelsError('REVISION_MISMATCH', { expected, field: 'config.revision', given });
    }
}

/** What an entry point adds to a config: the only revision that it speaks. */
type ConfigOfEntryPoint = DeploymentConfig<RevisionName> & Readonly<{ expectedRevision?: RevisionName }>;

const NAMES = ['programAddress', 'revision', 'treasuryOwner'] as const;

/**
 * What a config says of the deployment. Whatever else is in it is for others, but for a name that is nearly one of these:
 * a misspelt one would silently stand for the default.
 */
function readConfig(config: ConfigOfEntryPoint): ConfigOfEntryPoint {
    assertHasNoMisspelt('config', config, NAMES);
    return readMembers('config', config, ['expectedRevision', ...NAMES]);
}

function toRevision(config: ConfigOfEntryPoint): Revision | undefined {
    const { expectedRevision: expected, revision } = readConfig(config);
    if (revision === undefined) return undefined;
    assertIsRevision(revision);
    if (expected !== undefined && revision.name !== expected) {
        throw new PaymentChannelsError('REVISION_MISMATCH', {
            expected,
            field: 'config.revision',
            given: revision.name,
        });
    }
    return revision;
}

const PARTS = {
    channel: 'object',
    channelSeeds: 'object',
    distribute: 'object',
    errors: 'object',
    hash: 'function',
    name: 'string',
    open: 'object',
    openReading: 'object',
    parseEvent: 'function',
    programAddress: 'string',
    settle: 'object',
    settleAndFinalize: 'object',
    treasuryOwners: 'object',
    voucher: 'object',
} satisfies Record<keyof Revision, string>;

const knownRevisions = /* @__PURE__ */ new WeakSet<object>();

/** What is no revision of this package would be read as the default one, part by part. */
function assertIsRevision(value: Revision): void {
    const field = 'config.revision';
    const expected = 'the revision of a deployment, as LOCALNET_DEPLOYMENT has it';
    if (typeof value !== 'object' || (value as unknown) === null) refuseInput(field, expected, value);
    // By shape: the ES module and the CommonJS build have each their own.
    if (knownRevisions.has(value)) return;
    const names = Object.keys(PARTS) as (keyof Revision)[];
    const parts = readMembers(field, value, names);
    const { name, programAddress: _, ...others } = parts;
    if (!['epoch', 'tombstone'].includes(name)) refuseInput(field, expected, value);
    for (const part of Object.keys(others) as (keyof typeof others)[]) {
        if (typeof others[part] !== PARTS[part] || (others[part] as unknown) === null) {
            refuseInput(field, expected, value);
        }
    }
    knownRevisions.add(value);
}

/** The program to address, for the `config` of a generated function. Only what is not given has a default. */
export function getProgramConfig(config: DeploymentConfig<RevisionName>): { programAddress: Address } {
    const published = getRevisionPart(config, 'programAddress', TOMBSTONE_PROGRAM_ADDRESS);
    const { programAddress = published } = readConfig(config);
    if (programAddress === published) return { programAddress };
    const given = toAddress('config.programAddress', programAddress);
    assertIsNoProgramOfOther('config.programAddress', given, getRevisionName(config));
    return { programAddress: given };
}

/** The wallet that owns the treasury's token accounts. Only what is not given has a default. */
export function getTreasuryOwner(config: DeploymentConfig<RevisionName>): Address {
    const { treasuryOwner = PLACEHOLDER_TREASURY_OWNER } = readConfig(config);
    return toAddress('config.treasuryOwner', treasuryOwner);
}
