import { getAddressDecoder, type Address } from '@solana/kit';
import type { FeatureSet } from 'litesvm';

import { getLiteSvm } from './litesvm';

/** The feature that enables the `sol_blake3` syscall. */
const BLAKE3_SYSCALL = 'HTW2pSyErTj4BV6KBM9NZ9VBUJVxt7sacNWcf76wtzb3' as Address;

let cached: FeatureSet | undefined;

/**
 * Returns the runtime features that the tombstone revision needs: those of mainnet, which are LiteSVM's default, and
 * the blake3 syscall with which the program hashes splits.
 *
 * The set is built at the first call and shared by later ones: do not change it. Pass it to `withFeatureSet`, then load
 * builtins and programs again, since both depend on the features:
 *
 * ```ts
 * const svm = new LiteSVM().withFeatureSet(getSimulatorFeatureSet()).withBuiltins().withDefaultPrograms();
 * ```
 */
export function getSimulatorFeatureSet(): FeatureSet {
    cached ??= buildFeatureSet();
    return cached;
}

function buildFeatureSet(): FeatureSet {
    const { FeatureSet, LiteSVM } = getLiteSvm();
    // LiteSVM does not say which features it enables, but a default one holds an account for each of them.
    const defaults = new LiteSVM();
    const decoder = getAddressDecoder();
    const features = new FeatureSet();
    for (const id of FeatureSet.allEnabled().getActiveFeatures()) {
        const address = decoder.decode(id);
        if (address === BLAKE3_SYSCALL || defaults.getAccount(address).exists) features.activate(id, 0n);
    }
    return features;
}
