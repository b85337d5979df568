import type { Address } from '@solana/kit';

import { REVISION_MISMATCH } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readMembers, readTerms, refuseInput, toAddress } from '../core/input';
import { assertIsNoProgramOfOther } from './detect-other-revision';
import { isPart } from './define-part';
import type { Revision } from './parts';
import type { ProgramErrorCodeOf, RevisionName } from './revision-types';

/**
 * One deployment of the program, on a cluster or in a simulator: a revision of its interface at an address.
 *
 * Every function that writes or reads a byte of the interface takes one, and which revision it is of decides what it
 * builds and what it returns: `MAINNET_DEPLOYMENT` is what runs on mainnet. Another one of the same interface is made of
 * it: `{ ...MAINNET_DEPLOYMENT, programAddress, treasuryOwner }`.
 *
 * The treasury owner is compiled into the program (docs/program.md, section 1): a client can't read it from the chain,
 * and `distribute` fails unless it names that owner's token account.
 */
// An interface keeps its name wherever a type that mentions it is shown.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export interface Deployment<TRevision extends RevisionName = RevisionName> extends Revision<TRevision> {
    /** Address that the program is deployed at. */
    readonly programAddress: Address;
    /** Wallet whose token account receives what nobody else can. */
    readonly treasuryOwner: Address;
}

/**
 * A deployment of one revision or the other, for code that is about all of them: its member `revision` tells which.
 *
 * @example
 * ```ts
 * const reclaim = (deployment: AnyDeployment, channel: Address, rentPayer: Address) =>
 *     deployment.revision === 'epoch' ? getReclaimInstruction({ channel, rentPayer }, deployment) : undefined;
 * ```
 */
export type AnyDeployment = { [K in RevisionName]: Deployment<K> }[RevisionName];

/**
 * The parts of a deployment that a function needs. A whole deployment fits; passing the parts alone keeps a bundle
 * small.
 */
export type DeploymentParts<TPart extends keyof Deployment, TRevision extends RevisionName = RevisionName> = Pick<
    Deployment<TRevision>,
    TPart
>;

/** A kit client that says which deployment it is for, as that of a simulator does. */
export type ClientWithDeployment<TRevision extends RevisionName = RevisionName> = { deployment: Deployment<TRevision> };

/** Members that are not parts of a revision: they are checked where they are used. */
const PLAIN: readonly (keyof Deployment)[] = ['programAddress', 'revision', 'treasuryOwner'];
const MAX_NAME_LENGTH = 64;
const EXPECTED = 'a deployment such as MAINNET_DEPLOYMENT, or the parts of one that are needed here';

/**
 * A part of a deployment.
 *
 * @throws `INPUT_INVALID` when it has no such part.
 */
export function getPart<TPart extends keyof Deployment, T extends DeploymentParts<TPart>>(
    deployment: T,
    part: TPart,
): NonNullable<T[TPart]> {
    const value = readPart<TPart, T>(deployment, part);
    if (value === undefined || value === null) return refuseInput(`deployment.${part}`, EXPECTED, value);
    return value;
}

/**
 * A part of a deployment that not every revision has.
 *
 * @throws `INPUT_INVALID` for what is no deployment at all.
 */
export function readPart<TPart extends keyof Deployment, T extends DeploymentParts<TPart>>(
    deployment: T,
    part: TPart,
): T[TPart] {
    if (typeof deployment !== 'object' || (deployment as unknown) === null) {
        return refuseInput('deployment', EXPECTED, deployment);
    }
    const { [part]: value } = readMembers('deployment', deployment, [part]);
    if (PLAIN.includes(part) || value === undefined || isPart(value)) return value;
    return refuseInput(`deployment.${part}`, EXPECTED, value);
}

/**
 * The name of the revision of a deployment.
 *
 * @throws `INPUT_INVALID` when it says none.
 */
export function getRevisionName<TRevision extends RevisionName>(
    deployment: DeploymentParts<'revision', TRevision>,
): TRevision {
    return toRevisionName(getPart<'revision', DeploymentParts<'revision', TRevision>>(deployment, 'revision'));
}

/** Any name that could be one: errors say it, so that it has to be short. */
function toRevisionName<TRevision extends RevisionName>(name: TRevision): TRevision {
    if (typeof name === 'string' && name.length > 0 && name.length <= MAX_NAME_LENGTH) return name;
    return refuseInput('deployment.revision', 'the name of a revision', name);
}

/**
 * Throws unless a deployment is of a revision.
 *
 * @throws `REVISION_MISMATCH`, `INPUT_INVALID`.
 */
export function assertIsOfRevision(expected: RevisionName, deployment: DeploymentParts<'revision'>): void {
    const given = getRevisionName(deployment);
    if (given !== expected) {
        throw new PaymentChannelsError(REVISION_MISMATCH, { expected, field: 'deployment.revision', given });
    }
}

/**
 * The program to address, for the `config` of a rendered function.
 *
 * @throws `ADDRESS_INVALID`; `REVISION_MISMATCH` for the address that another revision is published at.
 */
export function getProgramConfig(
    deployment: DeploymentParts<'programAddress'> & Partial<DeploymentParts<'revision'>>,
): { programAddress: Address } {
    const programAddress = toAddress('deployment.programAddress', readPart(deployment, 'programAddress'));
    const { revision } = readTerms('deployment', deployment, ['revision'], ['revision']);
    if (revision === undefined) return { programAddress };
    assertIsNoProgramOfOther('deployment.programAddress', programAddress, toRevisionName(revision));
    return { programAddress };
}

/**
 * The code of an error of the program, by its name.
 *
 * @throws `INPUT_INVALID` when the program has none of that name.
 */
export function getErrorCode(name: string, deployment: DeploymentParts<'errors'>): ProgramErrorCodeOf<RevisionName> {
    const errors = getPart(deployment, 'errors');
    const code = Object.keys(errors).find(key => errors[Number(key)]!.name === name);
    if (code === undefined) return refuseInput('deployment.errors', `errors with one named ${name}`, errors);
    return Number(code) as ProgramErrorCodeOf<RevisionName>;
}

/**
 * The wallet that owns the treasury's token accounts.
 *
 * @throws `ADDRESS_INVALID`.
 */
export function getTreasuryOwner(deployment: DeploymentParts<'treasuryOwner'>): Address {
    return toAddress('deployment.treasuryOwner', readPart(deployment, 'treasuryOwner'));
}
