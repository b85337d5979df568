import type { Address, ProgramDerivedAddress } from '@solana/kit';
import { ASSOCIATED_TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { getProgramConfig, getPart, getTreasuryOwner, type DeploymentParts } from '../revision/deployment';
import {
    assertHasNoMisspelt,
    assertIsInput,
    readMembers,
    readTerms,
    toAddressBytes,
    toTokenProgram,
    toU64,
} from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import type { AddressOrSigner, ChannelSeedsInput, TokenInput } from './find-pdas';
import { findProgramDerivedAddress } from '../runtime/derive/program-derived-address';
import { encodeSeeds, getSeedNames, type SeedLayout } from '../runtime/seeds';

// Seeds of the associated-token program, which is not ours.
const TOKEN_PDA_SEEDS = [
    { kind: 'address', name: 'owner' },
    { kind: 'address', name: 'tokenProgram' },
    { kind: 'address', name: 'mint' },
] as const;

const OPTIONAL = ['tokenProgram'] as const;

/**
 * Derives the address of a channel and its bump synchronously (docs/program.md, section 2), for hot paths:
 * `findChannelPda` without a promise.
 *
 * @param seeds The seeds of the address. The terms of `open` include them; of a signer its address is taken.
 * @throws `ADDRESS_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for a bad seed, by name.
 *
 * @example
 * ```ts
 * const seeds = { authorizedSigner: payer.address, mint, openSlot, payee, payer, salt: 1n };
 * const [channel] = findChannelPdaSync(seeds, MAINNET_DEPLOYMENT);
 * ```
 */
export function findChannelPdaSync<TRevision extends RevisionName>(
    seeds: ChannelSeedsInput<TRevision>,
    deployment: DeploymentParts<'programAddress' | 'revision' | 'seeds', TRevision>,
): ProgramDerivedAddress {
    assertIsInput('seeds', seeds);
    const layout = getPart(deployment, 'seeds').channel;
    return findProgramDerivedAddress(
        encodeSeeds(layout, toSeedValues(layout, seeds)),
        getProgramAddressBytes(deployment),
    );
}

/** A value for each seed that has a name, from a field of that name. */
function toSeedValues(layout: SeedLayout, seeds: object): Record<string, bigint | Uint8Array> {
    const fields = readMembers('input', seeds as Readonly<Record<string, unknown>>, getSeedNames(layout));
    const values: Record<string, bigint | Uint8Array> = {};
    for (const seed of layout) {
        if (seed.kind === 'u64') values[seed.name] = toU64(seed.name, fields[seed.name]);
        if (seed.kind !== 'address') continue;
        // Left out it is the payer's, as for open; given as undefined it is missing by mistake.
        const isPayers = seed.name === 'authorizedSigner' && !(seed.name in seeds);
        if (isPayers) assertHasNoMisspelt('input', seeds, ['authorizedSigner']);
        values[seed.name] = toAddressBytes(seed.name, isPayers ? fields['payer'] : fields[seed.name]);
    }
    return values;
}

/**
 * Derives the address of a channel's escrow synchronously: its associated token account, which holds the deposit.
 *
 * @throws `ADDRESS_INVALID` or `TOKEN_PROGRAM_UNSUPPORTED` for a bad field, by name.
 *
 * @example
 * ```ts
 * const [escrow] = findEscrowPdaSync({ channel, mint });
 * ```
 */
export function findEscrowPdaSync(input: Readonly<{ channel: Address }> & TokenInput): ProgramDerivedAddress {
    const { channel, ...token } = readTerms('input', input, ['channel', 'mint', 'tokenProgram'], OPTIONAL);
    return deriveTokenPda('channel', channel, token);
}

/**
 * Derives the address of a wallet's token account synchronously: the associated one, which the program pays to.
 *
 * @throws `ADDRESS_INVALID` or `TOKEN_PROGRAM_UNSUPPORTED` for a bad field, by name.
 *
 * @example
 * ```ts
 * const [tokenAccount] = findTokenPdaSync({ mint, owner: payee, tokenProgram: TOKEN_2022_PROGRAM_ADDRESS });
 * ```
 */
export function findTokenPdaSync(input: Readonly<{ owner: AddressOrSigner }> & TokenInput): ProgramDerivedAddress {
    const { owner, ...token } = readTerms('input', input, ['mint', 'owner', 'tokenProgram'], OPTIONAL);
    return deriveTokenPda('owner', owner, token);
}

/**
 * Derives the address of the treasury's token account for a mint synchronously; `distribute` has to name it.
 *
 * @throws `ADDRESS_INVALID` or `TOKEN_PROGRAM_UNSUPPORTED` for a bad field, by name.
 *
 * @example
 * ```ts
 * const [treasury] = findTreasuryTokenPdaSync({ mint }, MAINNET_DEPLOYMENT);
 * ```
 */
export function findTreasuryTokenPdaSync(
    input: TokenInput,
    deployment: DeploymentParts<'treasuryOwner'>,
): ProgramDerivedAddress {
    const token = readTerms('input', input, ['mint', 'tokenProgram'], OPTIONAL);
    return deriveTokenPda('deployment.treasuryOwner', getTreasuryOwner(deployment), token);
}

/**
 * Derives the event authority synchronously: the address that signs the calls by which the program emits events
 * (docs/program.md, section 2).
 *
 * @throws `ADDRESS_INVALID` for a bad program address.
 *
 * @example
 * ```ts
 * const [eventAuthority] = findEventAuthorityPdaSync(MAINNET_DEPLOYMENT);
 * ```
 */
export function findEventAuthorityPdaSync(
    deployment: DeploymentParts<'programAddress' | 'seeds'>,
): ProgramDerivedAddress {
    const { eventAuthority: seeds } = getPart(deployment, 'seeds');
    const program = getProgramAddressBytes(deployment);
    if (known?.seeds === seeds && program.every((byte, index) => known!.program[index] === byte)) return known.pda;
    const pda = Object.freeze(findProgramDerivedAddress(encodeSeeds(seeds, {}), program));
    known = { pda, program, seeds };
    return pda;
}

/** The last event authority that was derived: a program has one, which every `distribute` and every `open` names. */
let known: Readonly<{ pda: ProgramDerivedAddress; program: Uint8Array; seeds: object }> | undefined;

/** The associated token account of a wallet; `field` is the name of the wallet in an error. */
export function deriveTokenPda(field: string, owner: AddressOrSigner, token: TokenInput): ProgramDerivedAddress {
    const values = {
        mint: toAddressBytes('mint', token.mint),
        owner: toAddressBytes(field, owner),
        tokenProgram: toAddressBytes('tokenProgram', toTokenProgram('tokenProgram', token.tokenProgram)),
    };
    const program = toAddressBytes('associatedTokenProgram', ASSOCIATED_TOKEN_PROGRAM_ADDRESS);
    return findProgramDerivedAddress(encodeSeeds(TOKEN_PDA_SEEDS, values), program);
}

function getProgramAddressBytes(deployment: DeploymentParts<'programAddress'>): Uint8Array {
    return toAddressBytes('deployment.programAddress', getProgramConfig(deployment).programAddress);
}
