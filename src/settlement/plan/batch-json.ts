import {
    getBase64Encoder,
    lamports,
    type Address,
    type AddressesByLookupTableAddress,
    type MaybeEncodedAccount,
    type ReadonlyUint8Array,
} from '@solana/kit';

import { createAddressCache, type AddressCache } from '../../channel/address-cache';
import { getDistributionHash, toSplits, type Split } from '../../channel/splits';
import { decodeChannelState, getLiveChannelState, type ChannelState } from '../../channel/channel-state';
import { JSON_FIELD_MISTYPED, JSON_MALFORMED } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { toResult } from '../../core/json-form';
import { describe, I64_MAX, readDeeply, toList, toTokenProgram, U32_MAX, U64_MAX } from '../../core/input';
import {
    fromJsonText,
    readAddress,
    readBase58,
    readDecimal,
    readObject,
    type JsonFields,
} from '../../core/strict-json';
import {
    getPart,
    getProgramConfig,
    getRevisionName,
    getTreasuryOwner,
    type Deployment,
} from '../../revision/deployment';
import { assertIsNoAccountOfOther, assertIsRevision, getTellingFields } from '../../revision/detect-other-revision';
import type { ChannelOf, RevisionName } from '../../revision/revision-types';
import { parseSignedVoucherJson } from '../../voucher/voucher-json';
import type { SignedVoucher } from '../../voucher/voucher';
import type { BatchItem } from './batch-input';

// The JSON of a batch. It may come from anywhere: every field is known, and amounts are strings of decimal digits, as in
// the JSON of vouchers.

/** The contents of the JSON of a batch. */
export type BatchJson<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** For `planBatchSettle`: an item for each voucher of a channel, and one for a channel without vouchers. */
    items: readonly BatchItem<TRevision>[];
    lookupTables: AddressesByLookupTableAddress | undefined;
    /** The addresses that were derived on the way. */
    addresses: AddressCache;
}>;

const MAX_FILE_LENGTH = 512 * 1024 * 1024;
const MAX_ADDRESSES = 4_000_000;
const HASH_LENGTH = 32;
const ADDRESS_FIELDS = ['payer', 'payee', 'authorizedSigner', 'mint'] as const;

/** Readers for the fields that channels have in one revision only. */
const OWN_FIELDS: Readonly<
    Record<Deployment['channel']['ownFields'][number], (field: string, value: unknown) => unknown>
> = { openSlot: (field, value) => readDecimal(field, value, 0n, U64_MAX), rentPayer: readAddress };

/**
 * Reads the channels, vouchers and lookup tables of a batch: the file of `payment-channels plan`.
 *
 * Strict: a field that is not known is an error, and so is a voucher of a channel that is not there. No signature is
 * verified.
 *
 * @param input The JSON text, or what was parsed from it.
 * @throws The errors of strict JSON, by field; those of {@link parseSignedVoucherJson} and {@link decodeChannelState};
 * `REVISION_MISMATCH` for what is of another revision than the deployment.
 *
 * @example
 * ```ts
 * const { items, lookupTables } = parseBatchJson(await request.text(), MAINNET_DEPLOYMENT);
 * const plan = planBatchSettle(items, { ...options, lookupTables }, MAINNET_DEPLOYMENT);
 * ```
 */
export function parseBatchJson<TRevision extends RevisionName>(
    input: unknown,
    deployment: Deployment<TRevision>,
): BatchJson<TRevision> {
    const revision = getRevisionName(deployment);
    getPart(deployment, 'channel');
    const file = readObject('file', fromJsonText('file', input, MAX_FILE_LENGTH), {
        optional: ['lookupTables', 'revision'],
        required: ['channels', 'vouchers'],
    });
    if (file.has('revision')) assertIsRevision('file.revision', file.get('revision'), revision);
    const addresses = createAddressCache({ maxEntries: MAX_ADDRESSES });
    const vouchers = new Map<Address, SignedVoucher[]>();
    const toVoucher = (value: unknown, path: string) => at(path, () => parseSignedVoucherJson(value));
    for (const voucher of readList('vouchers', file.get('vouchers'), toVoucher)) {
        const { channelId } = voucher.voucher;
        vouchers.set(channelId, [...(vouchers.get(channelId) ?? []), voucher]);
    }
    const toItem = (value: unknown, path: string) => readChannel(path, value, addresses, deployment);
    const items = readList('channels', file.get('channels'), toItem).flatMap(item => {
        const own = vouchers.get(item.channel.address) ?? [];
        vouchers.delete(item.channel.address);
        return own.length === 0 ? [item] : own.map(voucher => ({ ...item, voucher }));
    });
    const [unknown] = vouchers.keys();
    if (unknown !== undefined) mistyped('vouchers', 'vouchers of the channels in the file', `one of ${unknown}`);
    const lookupTables = readTables(file.get('lookupTables'));
    return toResult({ addresses, items: items as BatchItem[] as BatchItem<TRevision>[], lookupTables });
}

function readChannel(
    field: string,
    value: unknown,
    addresses: AddressCache,
    deployment: Deployment,
): BatchItem<RevisionName> {
    const fields = readObject(field, value, {
        optional: ['accounts', 'data', 'fields', 'splits', 'tokenProgram'],
        required: ['address'],
    });
    const address = readAddress(`${field}.address`, fields.get('address'));
    const tokenProgram = toTokenProgram(`${field}.tokenProgram`, fields.get('tokenProgram'));
    const splits = fields.has('splits') ? readSplits(`${field}.splits`, fields.get('splits'), deployment) : undefined;
    if (fields.has('data') === fields.has('fields')) {
        mistyped(field, 'a channel with either data or fields', fields.has('data') ? 'both' : 'neither');
    }
    const channel: ChannelState<RevisionName> = fields.has('data')
        ? decodeChannelState(
              toAccount(
                  address,
                  getProgramConfig(deployment).programAddress,
                  readBytes(`${field}.data`, fields.get('data')),
              ),
              deployment,
          )
        : getLiveChannelState(
              address,
              readFields(`${field}.fields`, fields.get('fields'), splits ?? [], deployment),
              deployment,
          );
    const item = { channel, tokenProgram };
    if (!fields.has('accounts')) return item;
    if (splits === undefined || !('channel' in channel)) {
        return mistyped(`${field}.accounts`, 'left out of a channel without splits', 'accounts');
    }
    const accounts = readAccounts(`${field}.accounts`, fields.get('accounts'), {
        addresses,
        channel: channel.channel,
        deployment,
        escrowOwner: address,
        splits,
        tokenProgram,
    });
    return { ...item, distribution: { accounts, splits } };
}

function readFields(
    field: string,
    value: unknown,
    splits: readonly Split[],
    deployment: Deployment,
): ChannelOf<RevisionName> {
    const { channel } = deployment;
    readDeeply(field, 'the fields of a channel', value, () => assertIsFieldsOf(field, value, deployment));
    const own = channel.ownFields.map(name => [name, OWN_FIELDS[name]] as const);
    const fields = readObject(field, value, {
        optional: [
            'closureStartedAt',
            'distributionHash',
            'gracePeriod',
            'payerWithdrawnAt',
            'payoutWatermark',
            'salt',
        ],
        required: [...ADDRESS_FIELDS, ...own.map(([name]) => name), 'deposit', 'settled', 'status'],
    });
    const number = (name: string, max: bigint) =>
        fields.has(name) ? readDecimal(`${field}.${name}`, fields.get(name), 0n, max) : 0n;
    const text = fields.get('status');
    const kinds = Object.entries(channel.kinds);
    const [status] = kinds.find(([, kind]) => kind === text) ?? [];
    if (status === undefined) {
        return mistyped(`${field}.status`, kinds.map(([, kind]) => `'${kind}'`).join(' or '), describe(text));
    }
    const [payer, payee, authorizedSigner, mint] = ADDRESS_FIELDS.map(name =>
        readAddress(`${field}.${name}`, fields.get(name)),
    ) as [Address, Address, Address, Address];
    return {
        ...Object.fromEntries(own.map(([name, read]) => [name, read(`${field}.${name}`, fields.get(name))])),
        authorizedSigner,
        // Nothing that is planned looks at these three.
        bump: 0,
        closureStartedAt: number('closureStartedAt', I64_MAX),
        deposit: number('deposit', U64_MAX),
        discriminator: channel.discriminator,
        distributionHash: fields.has('distributionHash')
            ? readBase58(`${field}.distributionHash`, fields.get('distributionHash'), HASH_LENGTH)
            : getDistributionHash(splits, deployment),
        gracePeriod: Number(number('gracePeriod', U32_MAX)),
        mint,
        payee,
        payer,
        payerWithdrawnAt: number('payerWithdrawnAt', I64_MAX),
        salt: number('salt', U64_MAX),
        settlement: {
            payoutWatermark: number('payoutWatermark', U64_MAX),
            settled: number('settled', U64_MAX),
        },
        status: Number(status),
        version: channel.version,
    };
}

/** Names the revision that the fields of a channel are of, where that is not the one that is due. */
function assertIsFieldsOf(field: string, value: unknown, { channel, revision }: Deployment): void {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'payer')) return;
    // One field of its own tells the revision that is due: that another one is missing is said when they are read.
    if (channel.ownFields.some(name => Object.hasOwn(value, name))) return;
    const given = getTellingFields().filter(name => Object.hasOwn(value, name));
    assertIsNoAccountOfOther(field, Object.fromEntries(given.map(name => [name, true])), revision);
}

function readAccounts(
    field: string,
    value: unknown,
    known: Readonly<{
        addresses: AddressCache;
        channel: ChannelOf<RevisionName>;
        deployment: Deployment;
        escrowOwner: Address;
        splits: readonly Split[];
        tokenProgram: Address;
    }>,
) {
    const { addresses, channel, deployment, escrowOwner, splits, tokenProgram } = known;
    const { mint, payee, payer } = channel;
    const names = ['escrow', 'mint', 'payee', 'payer', 'recipients', 'treasury'];
    const fields = readObject(field, value, { required: names });
    const read = (name: string, address: Address, account: unknown) =>
        readAccount(`${field}.${name}`, address, account);
    const find = (owner: Address) => addresses.findTokenPdaSync({ mint, owner, tokenProgram })[0];
    const refuseRecipients = (count: string) =>
        mistyped(`${field}.recipients`, `one account for each of ${splits.length} splits`, count);
    const recipients = readList(`${field}.recipients`, fields.get('recipients'), (account, _, index) =>
        index < splits.length ? account : refuseRecipients('more'),
    );
    if (recipients.length < splits.length) refuseRecipients(`${recipients.length}`);
    return {
        escrow: read('escrow', find(escrowOwner), fields.get('escrow')),
        mint: read('mint', mint, fields.get('mint')),
        payee: read('payee', find(payee), fields.get('payee')),
        payer: read('payer', find(payer), fields.get('payer')),
        recipients: splits.map(({ recipient }, index) =>
            read(`recipients[${index}]`, find(recipient), recipients[index]),
        ),
        treasury: read('treasury', find(getTreasuryOwner(deployment)), fields.get('treasury')),
    };
}

/** An account as it stands on chain; null for none. */
function readAccount(field: string, address: Address, value: unknown): MaybeEncodedAccount {
    if (value === null) return { address, exists: false };
    const fields = readObject(field, value, { required: ['data', 'owner'] });
    return toAccount(
        address,
        readAddress(`${field}.owner`, fields.get('owner')),
        readBytes(`${field}.data`, fields.get('data')),
    );
}

function toAccount(address: Address, programAddress: Address, data: ReadonlyUint8Array): MaybeEncodedAccount {
    return {
        address,
        data: new Uint8Array(data),
        executable: false,
        exists: true,
        // Nothing that is planned looks at them.
        lamports: lamports(0n),
        programAddress,
        space: BigInt(data.length),
    };
}

function readSplits(field: string, value: unknown, deployment: Deployment): Split[] {
    const splits = readList(field, value, (entry, path): Split => {
        const fields: JsonFields = readObject(path, entry, { required: ['bps', 'recipient'] });
        return { bps: fields.get('bps') as number, recipient: fields.get('recipient') as Address };
    });
    return at(field, () => toSplits(splits, deployment));
}

function readTables(value: unknown): AddressesByLookupTableAddress | undefined {
    if (value === undefined) return undefined;
    const names = readDeeply('lookupTables', 'an object with members by name', value, () =>
        typeof value === 'object' && value !== null ? Object.keys(value) : [],
    );
    const tables = readObject('lookupTables', value, { required: names });
    return Object.fromEntries(
        [...tables].map(([table, addresses]) => {
            const field = `lookupTables.${table}`;
            return [
                readAddress(field, table),
                readList(field, addresses, (address, path) => readAddress(path, address)),
            ];
        }),
    ) as AddressesByLookupTableAddress;
}

/** Converts each item of a list of any length; the first invalid item ends it. */
function readList<T>(
    field: string,
    value: unknown,
    toItem: (item: unknown, path: string, index: number) => T,
): readonly T[] {
    const isList = readDeeply(field, 'a list', value, () => Array.isArray(value));
    return isList ? toList(field, value, 'a list', toItem) : mistyped(field, 'a list', describe(value));
}

function readBytes(field: string, value: unknown): ReadonlyUint8Array {
    const isBase64 = typeof value === 'string' && /^(?:[\w+/]{4})*(?:[\w+/]{2}==|[\w+/]{3}=)?$/.test(value);
    return isBase64 && !value.includes('_')
        ? getBase64Encoder().encode(value)
        : mistyped(field, 'base64', describe(value));
}

/** Puts the place in front of an error that names a field only. */
function at<T>(field: string, read: () => T): T {
    try {
        return read();
    } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new PaymentChannelsError(JSON_MALFORMED, { field, reason }, { cause });
    }
}

function mistyped(field: string, expected: string, value: string): never {
    throw new PaymentChannelsError(JSON_FIELD_MISTYPED, { expected, field, value });
}
