import {
    type Address,
    type AddressesByLookupTableAddress,
    type TransactionSigner,
    type TransactionVersion,
} from '@solana/kit';

import { createAddressCache, type AddressCache } from '../channel/address-cache';
import { PaymentChannelsError } from '../errors';
import { describe, toAddress, toI64, toSigner, toU32, toU64 } from '../input';
import {
    createTransactionSizer,
    toTransactionVersion,
    type ComputeBudgetParts,
    type TransactionSizer,
} from '../transaction-size';
import type { DeploymentConfig } from '../deployment';
import type { RevisionName } from '../revision/types';
import type { BatchMode, BatchSettleOptions } from './batch';
import { getEndingNames } from './revision-names';

/** Somebody who signs: here, or elsewhere. */
export type Party = Readonly<{ address: Address; signer: TransactionSigner | undefined }>;

/** Options once they are checked. */
export type CheckedOptions = Readonly<{
    mode: BatchMode<RevisionName>;
    /** What the actions are called that end a channel. */
    endingNames: ReturnType<typeof getEndingNames>;
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
/** An index into a table is a byte. */
const MAX_TABLE_LENGTH = 256;

/** @throws As `planBatchSettle`, by field. */
export function toOptions(
    options: BatchSettleOptions<RevisionName>,
    config: DeploymentConfig<RevisionName>,
): CheckedOptions {
    if (typeof options !== 'object' || (options as unknown) === null) refuse('options', options);
    const { isLastTry = false, marginSeconds = DEFAULT_MARGIN_SECONDS, mode } = options;
    const { missingTokenAccounts = 'leaveOut' } = options;
    const endingNames = getEndingNames(config);
    const { settleAndFinalize } = endingNames;
    const distributes = mode === 'settleAndDistribute' || mode === `${settleAndFinalize}AndDistribute`;
    const finalizes = mode === settleAndFinalize || mode === `${settleAndFinalize}AndDistribute`;
    if (mode !== 'settle' && !distributes && !finalizes) refuse('mode', mode);
    if (missingTokenAccounts !== 'create' && missingTokenAccounts !== 'leaveOut') {
        refuse('missingTokenAccounts', missingTokenAccounts);
    }
    if (typeof (isLastTry as unknown) !== 'boolean') refuse('isLastTry', isLastTry);
    const version = toTransactionVersion('version', options.version ?? 0);
    const computeUnitPrice = toU64('computeUnitPrice', options.computeUnitPrice ?? 0n);
    const asksForLimit = options.computeUnitLimit ?? (version === 1 || computeUnitPrice > 0n);
    // Without a limit a price would be for whatever the runtime grants by default.
    const needsLimit = version === 1 || computeUnitPrice > 0n;
    if (typeof asksForLimit !== 'boolean' || (needsLimit && !asksForLimit)) refuse('computeUnitLimit', asksForLimit);
    const feePayer = toParty('feePayer', options.feePayer);
    const lookupTables = toLookupTables(version, options.lookupTables);
    const computeBudget: ComputeBudgetParts = {
        computeUnitLimit: asksForLimit,
        computeUnitPrice: computeUnitPrice > 0n,
        loadedAccountsDataSizeLimit: version === 1,
    };
    return {
        addresses: options.addresses ?? createAddressCache(),
        computeBudget,
        computeUnitPrice,
        createsTokenAccounts: missingTokenAccounts === 'create',
        distributes,
        endingNames,
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
export function withoutDistribution(mode: BatchMode<RevisionName>): BatchMode<RevisionName> {
    return mode.replace(/AndDistribute$/, '') as BatchMode<RevisionName>;
}

/** @throws `ADDRESS_INVALID` or `SIGNER_INVALID`. */
export function toParty(field: string, value: Address | TransactionSigner): Party {
    if (typeof value !== 'object') return { address: toAddress(field, value), signer: undefined };
    const signer = toSigner(field, value);
    return { address: signer.address, signer };
}

function toLookupTables(
    version: TransactionVersion,
    lookupTables: AddressesByLookupTableAddress | undefined,
): AddressesByLookupTableAddress | undefined {
    if (lookupTables === undefined) return undefined;
    // A caller that names tables counts on them; no other version can use any.
    if (version !== 0 || typeof lookupTables !== 'object' || lookupTables === null)
        refuse('lookupTables', lookupTables);
    const tables: Record<Address, readonly Address[]> = {};
    for (const [table, addresses] of Object.entries(lookupTables)) {
        const field = `lookupTables.${table}`;
        if (!Array.isArray(addresses) || addresses.length > MAX_TABLE_LENGTH) refuse(field, addresses);
        tables[toAddress('lookupTables', table)] = Array.from(addresses as unknown[], (address, index) =>
            toAddress(`${field}[${index}]`, address),
        );
    }
    return tables as AddressesByLookupTableAddress;
}

/** @throws `BATCH_INVALID`. */
export function refuse(field: string, value: unknown): never {
    throw new PaymentChannelsError('BATCH_INVALID', { field, value: describe(value) });
}
