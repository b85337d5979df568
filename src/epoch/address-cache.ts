import { createAddressCache as createSharedCache, type AddressCache as SharedCache } from '../channel/address-cache';
import type { findChannelPdaSync, findEventAuthorityPdaSync, findTreasuryTokenPdaSync } from './functions';
import { withEpoch } from './with-epoch';

/** Finds addresses as the functions of the same names do, and remembers the last ones. */
export type AddressCache = Pick<SharedCache, 'findEscrowPdaSync' | 'findTokenPdaSync'> &
    Readonly<{
        findChannelPdaSync: typeof findChannelPdaSync;
        findEventAuthorityPdaSync: typeof findEventAuthorityPdaSync;
        findTreasuryTokenPdaSync: typeof findTreasuryTokenPdaSync;
    }>;

/**
 * Creates a cache of derived addresses, for a server that meets the same channels, mints and wallets again and again.
 *
 * @param options `maxEntries`: how many addresses it holds, 10,000 by default.
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`.
 */
export function createAddressCache(options: Parameters<typeof createSharedCache>[0] = {}): AddressCache {
    const cache = createSharedCache(options);
    return Object.freeze({
        ...cache,
        findChannelPdaSync: withEpoch(cache.findChannelPdaSync<'epoch'>, 1),
        findEventAuthorityPdaSync: withEpoch(cache.findEventAuthorityPdaSync, 0),
        findTreasuryTokenPdaSync: withEpoch(cache.findTreasuryTokenPdaSync, 1),
    });
}
