import { type AddressesByLookupTableAddress, type TransactionVersion } from '@solana/kit';

import { createAddressCache, type AddressCache } from '../../channel/address-cache';
import { assertHasMethods, refuseInput, toBoolean, toI64, toOneOf, toU32, toU64 } from '../../core/input';
import {
    createTransactionSizer,
    toAddressesByTable,
    type ComputeBudgetParts,
    type TransactionSizer,
} from '../../runtime/transaction-size';
import { toTransactionVersion } from '../../runtime/transaction-limits';
import type { BatchMode, BatchSettleOptions } from './batch-input';
import { toParty, type Party } from '../../runtime/party';
import { readBatchOptions } from '../read-batch-options';

/** Options once they are checked. */
export type CheckedOptions = Readonly<{
    mode: BatchMode;
    finalizes: boolean;
    distributes: boolean;
    now: bigint;
    marginSeconds: number;
    isLastTry: boolean;
    feePayer: Party;
    version: TransactionVersion;
    lookupTables: AddressesByLookupTableAddress | undefined;
    computeBudget: ComputeBudgetParts;
    /** In micro-lamports; 0 without one. */
    computeUnitPrice: bigint;
    createsTokenAccounts: boolean;
    maxPayerTokenAccounts: number;
    funder: Party;
    addresses: AddressCache;
    /** Measures a transaction that has nothing in it yet; it knows the lookup tables, which takes a while to learn. */
    sizer: TransactionSizer;
}>;

const DEFAULT_MARGIN_SECONDS = 60;
const MODES: readonly BatchMode[] = [
    'settle',
    'settleAndDistribute',
    'settleAndFinalize',
    'settleAndFinalizeAndDistribute',
];

/** @throws As `planBatchSettle`, by field. */
export function toOptions(given: BatchSettleOptions): CheckedOptions {
    const options = readBatchOptions(given);
    const { isLastTry = false, marginSeconds = DEFAULT_MARGIN_SECONDS, mode } = options;
    const { missingTokenAccounts = 'skip' } = options;
    toOneOf('mode', mode, MODES, 'BATCH_INVALID');
    const distributes = mode.endsWith('AndDistribute');
    const finalizes = mode.startsWith('settleAndFinalize');
    toBoolean('isLastTry', isLastTry, 'BATCH_INVALID');
    toOneOf('missingTokenAccounts', missingTokenAccounts, ['create', 'skip'], 'BATCH_INVALID');
    const { computeUnitPrice: price = 0n, version: versionInput = 0 } = options;
    const version = toTransactionVersion('version', versionInput);
    const computeUnitPrice = toU64('computeUnitPrice', price);
    const { computeUnitLimit: asksForLimit = version === 1 || computeUnitPrice > 0n } = options;
    // Without a limit a price would be for whatever the runtime grants by default.
    const needsLimit = version === 1 || computeUnitPrice > 0n;
    if (typeof asksForLimit !== 'boolean' || (needsLimit && !asksForLimit)) {
        refuse('computeUnitLimit', asksForLimit, needsLimit ? 'true, with a price or in version 1' : 'true or false');
    }
    const feePayer = toParty('feePayer', options.feePayer);
    const lookupTables = toLookupTables(version, options.lookupTables);
    const computeBudget: ComputeBudgetParts = {
        computeUnitLimit: asksForLimit,
        computeUnitPrice: computeUnitPrice > 0n,
        loadedAccountsDataSizeLimit: version === 1,
    };
    return {
        addresses: toAddressCache(options.addresses),
        computeBudget,
        computeUnitPrice,
        createsTokenAccounts: missingTokenAccounts === 'create',
        distributes,
        feePayer,
        finalizes,
        funder: options.funder === undefined ? feePayer : toParty('funder', options.funder),
        isLastTry,
        lookupTables,
        marginSeconds: toU32('marginSeconds', marginSeconds),
        maxPayerTokenAccounts: toU32('maxPayerTokenAccounts', options.maxPayerTokenAccounts ?? 0),
        mode,
        now: toI64('unixTimestamp', options.unixTimestamp),
        sizer: createTransactionSizer({
            computeBudget,
            feePayer: feePayer.address,
            lookupTables,
            omitsCostlyLookupTables: true,
            version,
        }),
        version,
    };
}

/** The mode that does the same, but pays nobody out. */
export function withoutDistribution(mode: BatchMode): BatchMode {
    return mode.replace(/AndDistribute$/, '') as BatchMode;
}

function toLookupTables(
    version: TransactionVersion,
    lookupTables: AddressesByLookupTableAddress | undefined,
): AddressesByLookupTableAddress | undefined {
    if (lookupTables === undefined) return undefined;
    // A caller that names tables counts on them; no other version can use any.
    if (version !== 0) refuse('lookupTables', lookupTables, 'left out: only version 0 has lookup tables');
    return toAddressesByTable('lookupTables', lookupTables, 'BATCH_INVALID');
}

/** A cache of derived addresses, a new one where none is given. */
function toAddressCache(value: AddressCache | undefined): AddressCache {
    if (value === undefined) return createAddressCache();
    assertHasMethods('addresses', value, ['findEscrowPdaSync', 'findTokenPdaSync'], 'BATCH_INVALID');
    return value;
}

/**
 * @param expected What the field has to be, as it stands behind "has to be".
 * @throws `BATCH_INVALID`.
 */
export function refuse(field: string, value: unknown, expected: string): never {
    return refuseInput(field, expected, value, 'BATCH_INVALID');
}
