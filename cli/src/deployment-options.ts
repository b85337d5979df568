import { isAddress, type Address } from '@solana/kit';
import { Option, type Command } from 'commander';
import {
    EPOCH_LOCALNET,
    MAINNET_DEPLOYMENT,
    TOMBSTONE_LOCALNET,
    type Deployment,
    type RevisionName,
} from 'solana-payment-channels';

import { UsageError } from './io';

// Which revision of the program a command speaks, and where that one runs.

/** Where a program runs. */
export type DeploymentName = 'localnet' | 'mainnet';

/** What of it a user has said. */
export type DeploymentFlags = { deployment?: DeploymentName; revision?: RevisionName };

/** A deployment with the name that the command line has for it. */
export type NamedDeployment = Readonly<{ deployment: Deployment; name: DeploymentName }>;

/** Every deployment that there is, the first of those that fit being meant where nothing else is said. */
export const DEPLOYMENTS: readonly NamedDeployment[] = [
    { deployment: MAINNET_DEPLOYMENT, name: 'mainnet' },
    { deployment: EPOCH_LOCALNET, name: 'localnet' },
    { deployment: TOMBSTONE_LOCALNET, name: 'localnet' },
];

/** Every revision that there is. */
export const REVISIONS: readonly RevisionName[] = [
    ...new Set(DEPLOYMENTS.map(({ deployment }) => deployment.revision)),
];

/** Gives a command the options that say which revision of the program, and where. */
export function addDeploymentOptions(command: Command, usual: DeploymentName): Command {
    return command
        .addOption(
            new Option(
                '--revision <name>',
                'interface of the program: epoch is what runs on mainnet, tombstone what the first SDKs were built on ' +
                    `(default: ${DEPLOYMENTS[0]!.deployment.revision})`,
            ).choices(REVISIONS),
        )
        .addOption(
            new Option(
                '--deployment <name>',
                'program address and treasury owner: mainnet (epoch only), or localnet, which is the published address ' +
                    "of either revision with a placeholder for the treasury's owner " +
                    `(default: ${usual === 'localnet' ? usual : `${usual}, or localnet for a revision that it does not run`})`,
            ).choices(['localnet', 'mainnet'] satisfies DeploymentName[]),
        );
}

/**
 * The deployment that a user means.
 *
 * @param usual Where the program runs unless the user says so, if its revision runs there.
 * @throws {@link UsageError} for a deployment that runs another revision.
 */
export function findDeployment(
    { deployment: name, revision }: DeploymentFlags,
    usual: DeploymentName,
): NamedDeployment {
    const there = DEPLOYMENTS.filter(known => name === undefined || known.name === name);
    const fitting = there.filter(({ deployment }) => revision === undefined || deployment.revision === revision);
    const found = fitting.find(known => known.name === usual) ?? fitting[0];
    if (found !== undefined) return found;
    const [{ deployment: given }] = there as [NamedDeployment];
    return refuseRevision(`--deployment ${name}`, given.revision, revision!);
}

/**
 * The deployment that a user means, at another address or with another treasury owner.
 *
 * @throws {@link UsageError} for what is known to be of another revision, or contradicts the deployment that was named.
 */
export function findCustomDeployment(
    flags: DeploymentFlags & Readonly<{ program?: string; treasuryOwner?: string }>,
    usual: DeploymentName,
): Deployment {
    const { deployment } = findDeployment(flags, usual);
    const { programAddress, treasuryOwner } = deployment;
    const custom = {
        ...deployment,
        programAddress: toAddress('--program', flags.program ?? programAddress),
        treasuryOwner: toAddress('--treasury-owner', flags.treasuryOwner ?? treasuryOwner),
    };
    assertIsNoneOfOther('--program', 'programAddress', custom);
    assertIsNoneOfOther('--treasury-owner', 'treasuryOwner', custom);
    if (flags.deployment === undefined) return custom;
    for (const [field, expected, given] of [
        ['--program', programAddress, custom.programAddress],
        ['--treasury-owner', treasuryOwner, custom.treasuryOwner],
    ] as const) {
        if (given !== expected) {
            throw new UsageError(
                `${field} is of another deployment of the program: expected ${expected}, got ${given}`,
            );
        }
    }
    return custom;
}

/** Refuses an address that only deployments of another revision have. */
function assertIsNoneOfOther(field: string, what: 'programAddress' | 'treasuryOwner', custom: Deployment): void {
    const names = DEPLOYMENTS.filter(({ deployment }) => deployment[what] === custom[what]).map(
        ({ deployment }) => deployment.revision,
    );
    const [given] = names;
    if (given !== undefined && !names.includes(custom.revision)) refuseRevision(field, given, custom.revision);
}

/** Refuses what is of another revision than the deployment. */
export function refuseRevision(field: string, given: RevisionName, expected: RevisionName): never {
    throw new UsageError(
        `${field} is of the ${given} revision of the program, but the ${expected} revision is expected: check --revision and ` +
            '--deployment',
    );
}

function toAddress(field: string, value: string): Address {
    if (isAddress(value)) return value;
    throw new UsageError(`${field} is not a base58 address of 32 bytes: ${JSON.stringify(value)}`);
}
