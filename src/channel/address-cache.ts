import type { ProgramDerivedAddress } from '@solana/kit';

import { getPart, getProgramConfig, getTreasuryOwner, type DeploymentParts } from '../revision/deployment';
import { assertHasNoMisspelt, assertIsInput, readMembers, readOnlyMembers, readTerms, toInteger } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import { LruCache } from '../core/lru';
import { getSeedNames, type SeedLayout } from '../runtime/seeds';
import type { AddressOrSigner, ChannelSeedsInput, TokenInput } from './find-pdas';
import {
    findChannelPdaSync,
    findEscrowPdaSync,
    findEventAuthorityPdaSync,
    findTokenPdaSync,
    findTreasuryTokenPdaSync,
} from './find-pdas-sync';

/**
 * Finds addresses as the functions of the same names do, and remembers the last ones.
 *
 * It takes what they take, returns what they return and throws what they throw.
 */
export type AddressCache = Readonly<{
    findChannelPdaSync: typeof findChannelPdaSync;
    findEscrowPdaSync: typeof findEscrowPdaSync;
    findEventAuthorityPdaSync: typeof findEventAuthorityPdaSync;
    findTokenPdaSync: typeof findTokenPdaSync;
    findTreasuryTokenPdaSync: typeof findTreasuryTokenPdaSync;
}>;

const DEFAULT_MAX_ENTRIES = 10_000;

/**
 * Creates a cache of derived addresses, for a server that meets the same channels, mints and wallets again and again.
 *
 * It holds `maxEntries` addresses (10,000 by default, about 6 MB) and forgets the ones that were not asked for the
 * longest. Nothing is cached implicitly: only what a cache is asked for is remembered.
 *
 * @throws `INPUT_INVALID`; `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for `maxEntries`, which has to be between 1 and 2 ** 24.
 *
 * @example
 * ```ts
 * const addresses = createAddressCache({ maxEntries: 100_000 });
 * const [channel] = addresses.findChannelPdaSync(
 *     { authorizedSigner: payer.address, mint, openSlot, payee, payer, salt: 1n },
 *     MAINNET_DEPLOYMENT,
 * );
 * ```
 */
export function createAddressCache(options: Readonly<{ maxEntries?: number | undefined }> = {}): AddressCache {
    const { maxEntries: maxEntriesInput = DEFAULT_MAX_ENTRIES } = readOnlyMembers('options', options, {
        maxEntries: true,
    });
    // A Map holds no more.
    const maxEntries = Number(toInteger('maxEntries', maxEntriesInput, 1n, 2n ** 24n));
    const known = new LruCache<string, ProgramDerivedAddress>(maxEntries);
    const keysOfLayouts = new WeakMap<SeedLayout, LayoutKey>();
    const getLayoutKey = (layout: SeedLayout): LayoutKey => {
        let key = keysOfLayouts.get(layout);
        if (key === undefined) keysOfLayouts.set(layout, (key = toLayoutKey(layout)));
        return key;
    };

    /**
     * Looks an address up by everything that it is derived from. `null` stands for a value that can't be part of a key.
     */
    const find = (derive: () => ProgramDerivedAddress, ...parts: readonly unknown[]): ProgramDerivedAddress => {
        let key = '';
        for (const part of parts) {
            // No valid part has a separator in it, so that the key of a bad input is never that of a good one.
            if (part === undefined) key += '|';
            else if (typeof part === 'string') key += `/${part}`;
            else return derive();
        }
        return known.getOrMake(key, derive);
    };
    const findOfOwner = (
        derive: () => ProgramDerivedAddress,
        owner: AddressOrSigner,
        { mint, tokenProgram }: TokenInput,
    ) => find(derive, 'token', owner, mint, tokenProgram);
    return Object.freeze<AddressCache>({
        findChannelPdaSync: <TRevision extends RevisionName>(
            seeds: ChannelSeedsInput<TRevision>,
            deployment: DeploymentParts<'programAddress' | 'revision' | 'seeds', TRevision>,
        ) => {
            assertIsInput('seeds', seeds);
            const { channel: layout } = getPart(deployment, 'seeds');
            const { key, named, names } = getLayoutKey(layout);
            const given = readMembers('input', seeds as unknown as Readonly<Record<string, unknown>>, names);
            const { programAddress } = getProgramConfig(deployment);
            // Left out it is the payer's; given as undefined it is no key, and no part of one.
            const isPayers = !('authorizedSigner' in seeds);
            if (isPayers) assertHasNoMisspelt('input', seeds, ['authorizedSigner']);
            const parts: unknown[] = ['channel', key, programAddress];
            for (const { kind, name } of named) {
                const value = given[isPayers && name === 'authorizedSigner' ? 'payer' : name];
                if (kind === 'address') parts.push(value ?? null);
                // A number that is not exact may read like a bigint that is.
                else if (typeof value === 'bigint' || Number.isSafeInteger(value)) parts.push(String(value));
                else parts.push(null);
            }
            return find(() => findChannelPdaSync(seeds, deployment), ...parts);
        },
        findEscrowPdaSync: input => {
            const token = readTerms('input', input, ['channel', 'mint', 'tokenProgram'], ['tokenProgram']);
            return findOfOwner(() => findEscrowPdaSync(token), token.channel, token);
        },
        findEventAuthorityPdaSync: deployment => {
            const { programAddress } = getProgramConfig(deployment);
            const derive = () => findEventAuthorityPdaSync(deployment);
            return find(derive, getLayoutKey(getPart(deployment, 'seeds').eventAuthority).key, programAddress);
        },
        findTokenPdaSync: input => {
            const token = readTerms('input', input, ['mint', 'owner', 'tokenProgram'], ['tokenProgram']);
            return findOfOwner(() => findTokenPdaSync(token), token.owner, token);
        },
        findTreasuryTokenPdaSync: (input, deployment) => {
            const token = readTerms('input', input, ['mint', 'tokenProgram'], ['tokenProgram']);
            return findOfOwner(() => findTreasuryTokenPdaSync(token, deployment), getTreasuryOwner(deployment), token);
        },
    });
}

/** A layout of seeds: what of it makes one address differ from another, and the seeds that have values. */
type LayoutKey = Readonly<{ key: string; named: readonly NamedSeed[]; names: readonly string[] }>;
type NamedSeed = Exclude<SeedLayout[number], { kind: 'text' }>;

function toLayoutKey(layout: SeedLayout): LayoutKey {
    return {
        key: layout.map(seed => (seed.kind === 'text' ? `'${seed.text}'` : seed.name)).join(),
        named: layout.filter(seed => seed.kind !== 'text'),
        names: getSeedNames(layout),
    };
}
