import { isBlockhash, isOffCurveAddress, type AccountRole, type Address, type TransactionVersion } from '@solana/kit';

import { toSplits, type Split } from '../channel/splits';
import { getPart, type DeploymentParts } from '../revision/deployment';
import { ADDRESS_OFF_CURVE, BLOCKHASH_INVALID, OPERATOR_IS_PAYER, PAYER_IS_PAYEE } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import {
    describe,
    readOnlyMembers,
    refuseInput,
    toAddress,
    toEntries,
    toInteger,
    toList,
    toOneOf,
    toTokenProgram,
    toU64,
    U32_MAX,
    U64_MAX,
    type OnlyMembers,
} from '../core/input';
import { toResult } from '../core/json-form';
import type { OpenTerms } from '../revision/parts';
import type { RevisionName } from '../revision/revision-types';
import type {
    Agreed,
    BlockhashLifetime,
    DurableNonce,
    GuardProgram,
    OpenAgreement,
    TopUpAgreement,
    TransactionAgreement,
} from './transaction-agreement';

/** An agreed amount with both ends. */
export type Bounds = Readonly<{ min: bigint; max: bigint }>;

/** An agreement whose every field is there and good. */
export type CheckedAgreement = Readonly<{
    payer: Address;
    operator: Address;
    mint: Address;
    tokenProgram: Address;
    blockhashes: readonly BlockhashLifetime[];
    durableNonce: DurableNonce | undefined;
    maxFeeLamports: bigint;
    versions: readonly TransactionVersion[];
    computeUnitLimit: Bounds;
    maxComputeUnitPriceMicroLamports: bigint;
    memos: Readonly<{ allowed: readonly string[]; required: readonly string[] }>;
    createTokenAccounts: Readonly<{ owners: readonly Address[]; operatorPaysLamports: bigint | undefined }>;
    guardPrograms: readonly GuardProgram[];
    lookupTables: ReadonlyMap<Address, readonly Address[]>;
    rent: OpenTerms['rent'];
}>;

export type CheckedOpenAgreement = CheckedAgreement &
    Readonly<{
        payee: Address;
        authorizedSigner: Address;
        salt: bigint | 'any';
        deposit: Bounds;
        gracePeriodSeconds: Bounds;
        openSlot: OpenTerms['openSlot'];
        splits: readonly Split[];
    }>;

export type CheckedTopUpAgreement = CheckedAgreement & Readonly<{ channel: Address; amount: Bounds }>;

const ALL_VERSIONS: readonly TransactionVersion[] = ['legacy', 0, 1];

// The members of an agreement. Those marked `given` are limits: they can be left out, but not be `undefined` by
// mistake.
const COMMON_MEMBERS: OnlyMembers<TransactionAgreement> = {
    blockhashes: true,
    computeUnitLimit: 'given',
    createTokenAccounts: true,
    durableNonce: true,
    guardPrograms: true,
    lookupTables: true,
    maxComputeUnitPriceMicroLamports: 'given',
    maxFeeLamports: true,
    memos: true,
    mint: true,
    operator: true,
    payer: true,
    tokenProgram: true,
    versions: 'given',
};
const TOP_UP_MEMBERS: OnlyMembers<TopUpAgreement> = /* @__PURE__ */ (() => ({
    ...COMMON_MEMBERS,
    amount: true,
    channel: true,
}))();
const OPEN_MEMBERS: OnlyMembers<OpenAgreement> = /* @__PURE__ */ (() => ({
    ...COMMON_MEMBERS,
    authorizedSigner: true,
    deposit: true,
    distribution: true,
    gracePeriodSeconds: true,
    payee: true,
    salt: true,
    splits: true,
}))();

/**
 * Checks what was agreed on a channel to open, by the rules of the program (docs/program.md, section 7.1) besides its
 * form.
 */
export function toOpenAgreement<TRevision extends RevisionName>(
    agreement: OpenAgreement<TRevision>,
    deployment: DeploymentParts<'openReading' | 'splits', TRevision>,
): CheckedOpenAgreement {
    const { agreementMembers, toTerms } = getPart(deployment, 'openReading');
    const members: typeof OPEN_MEMBERS = { ...OPEN_MEMBERS, ...agreementMembers };
    const input = readOnlyMembers('agreement', agreement as OpenAgreement, members, INVALID);
    const common = toAgreement(input);
    const payee = toAddress('agreement.payee', input.payee);
    if (payee === common.payer) throw new PaymentChannelsError(PAYER_IS_PAYEE, { address: payee });
    const authorizedSigner = toAddress('agreement.authorizedSigner', input.authorizedSigner);
    if (isOffCurveAddress(authorizedSigner)) {
        const field = 'agreement.authorizedSigner';
        throw new PaymentChannelsError(ADDRESS_OFF_CURVE, { address: authorizedSigner, field });
    }
    return Object.freeze({
        ...common,
        ...toTerms(input, common),
        authorizedSigner,
        deposit: toBounds('agreement.deposit', input.deposit, U64_MAX),
        gracePeriodSeconds: toBounds('agreement.gracePeriodSeconds', input.gracePeriodSeconds, U32_MAX),
        payee,
        salt: input.salt === 'any' ? 'any' : toU64('agreement.salt', input.salt),
        splits: toSplits(input.splits, deployment),
    });
}

/** Checks what was agreed on a top-up. */
export function toTopUpAgreement(agreement: TopUpAgreement): CheckedTopUpAgreement {
    const input = readOnlyMembers('agreement', agreement, TOP_UP_MEMBERS, INVALID);
    return Object.freeze({
        ...toAgreement(input),
        amount: toBounds('agreement.amount', input.amount, U64_MAX),
        channel: toAddress('agreement.channel', input.channel),
    });
}

const INVALID = 'AGREEMENT_INVALID';

function refuse(field: string, expected: string, value: unknown): never {
    return refuseInput(field, expected, value, INVALID);
}

function toAgreement(input: TransactionAgreement): CheckedAgreement {
    const payer = toAddress('agreement.payer', input.payer);
    const operator = toAddress('agreement.operator', input.operator);
    if (payer === operator) throw new PaymentChannelsError(OPERATOR_IS_PAYER, { address: payer });
    // Only what is not given has a default: null would silently widen what was agreed.
    const {
        computeUnitLimit,
        guardPrograms = [],
        lookupTables = {},
        maxComputeUnitPriceMicroLamports = U64_MAX,
        memos = {},
        versions = ALL_VERSIONS,
    } = input;
    const blockhashes = toList(
        'agreement.blockhashes',
        input.blockhashes,
        'an array of { blockhash, lastValidBlockHeight }',
        toBlockhashLifetime,
        INVALID,
    );
    const durableNonce = input.durableNonce === undefined ? undefined : toDurableNonce(input.durableNonce);
    if (blockhashes.length === 0 && !durableNonce) {
        refuse('agreement.blockhashes', 'at least one, where no durable nonce is agreed', input.blockhashes);
    }
    return {
        blockhashes,
        computeUnitLimit:
            computeUnitLimit === undefined
                ? Object.freeze({ max: U32_MAX, min: 1n })
                : toBounds('agreement.computeUnitLimit', computeUnitLimit, U32_MAX),
        createTokenAccounts: toCreations(input.createTokenAccounts),
        durableNonce,
        guardPrograms: toList(
            'agreement.guardPrograms',
            guardPrograms,
            'an array of { programAddress, accounts }',
            (guard, field) => toGuardProgram(field, guard as GuardProgram, operator),
            INVALID,
        ),
        lookupTables: toLookupTables(lookupTables),
        maxComputeUnitPriceMicroLamports: toU64(
            'agreement.maxComputeUnitPriceMicroLamports',
            maxComputeUnitPriceMicroLamports,
        ),
        maxFeeLamports: toU64('agreement.maxFeeLamports', input.maxFeeLamports),
        memos: toMemos(memos),
        mint: toAddress('agreement.mint', input.mint),
        operator,
        payer,
        rent: undefined,
        tokenProgram: toTokenProgram('agreement.tokenProgram', input.tokenProgram),
        versions: toList(
            'agreement.versions',
            versions,
            "an array of versions ('legacy', 0 or 1)",
            (version, field) => toOneOf(field, version, ALL_VERSIONS, INVALID),
            INVALID,
        ),
    };
}

function toBounds(field: string, value: Agreed, limit: bigint): Bounds {
    if (typeof value !== 'object' || value === null) {
        const exact = toInteger(field, value, 1n, limit);
        return Object.freeze({ max: exact, min: exact });
    }
    const bounds = readOnlyMembers(field, value, BOUNDS_MEMBERS, INVALID);
    const { max = limit, min: minInput = 1n } = bounds;
    // Nothing at all would be agreed by an object without either.
    if (bounds.max === undefined && bounds.min === undefined) refuse(field, 'an integer or { min, max }', value);
    const min = toInteger(`${field}.min`, minInput, 1n, limit);
    return Object.freeze({ max: toInteger(`${field}.max`, max, min, limit), min });
}

const BOUNDS_MEMBERS = { max: 'given', min: 'given' } as const;

const LIFETIME_MEMBERS: OnlyMembers<BlockhashLifetime> = { blockhash: true, lastValidBlockHeight: true };

function toBlockhashLifetime(value: unknown, field: string): BlockhashLifetime {
    const lifetime = readOnlyMembers(field, value as BlockhashLifetime, LIFETIME_MEMBERS, INVALID);
    return toResult({
        blockhash: toBlockhash(`${field}.blockhash`, lifetime.blockhash) as BlockhashLifetime['blockhash'],
        lastValidBlockHeight: toU64(`${field}.lastValidBlockHeight`, lifetime.lastValidBlockHeight),
    });
}

/** A blockhash, or the value of a durable nonce, which has the same form. */
export function toBlockhash(field: string, value: unknown): string {
    if (typeof value !== 'string' || !isBlockhash(value)) {
        throw new PaymentChannelsError(BLOCKHASH_INVALID, { field, value: describe(value) });
    }
    return value;
}

const NONCE_MEMBERS: OnlyMembers<DurableNonce> = {
    nonce: true,
    nonceAccountAddress: true,
    nonceAuthorityAddress: true,
};

function toDurableNonce(value: DurableNonce): DurableNonce {
    const field = 'agreement.durableNonce';
    const input = readOnlyMembers(field, value, NONCE_MEMBERS, INVALID);
    return Object.freeze({
        nonce: toBlockhash(`${field}.nonce`, input.nonce) as DurableNonce['nonce'],
        nonceAccountAddress: toAddress(`${field}.nonceAccountAddress`, input.nonceAccountAddress),
        nonceAuthorityAddress: toAddress(`${field}.nonceAuthorityAddress`, input.nonceAuthorityAddress),
    });
}

const MEMOS_MEMBERS: OnlyMembers<NonNullable<TransactionAgreement['memos']>> = { allowed: true, required: 'given' };

function toMemos(value: NonNullable<TransactionAgreement['memos']>): CheckedAgreement['memos'] {
    const { allowed = [], required = [] } = readOnlyMembers('agreement.memos', value, MEMOS_MEMBERS, INVALID);
    const toContents = (field: string, contents: readonly string[]) =>
        toList(
            field,
            contents,
            'an array of strings',
            (content, path) => (typeof content === 'string' ? content : refuse(path, 'a string', content)),
            INVALID,
        );
    return Object.freeze({
        allowed: toContents('agreement.memos.allowed', allowed),
        required: toContents('agreement.memos.required', required),
    });
}

type Creations = NonNullable<TransactionAgreement['createTokenAccounts']>;

const CREATIONS_MEMBERS: OnlyMembers<Creations> = { operatorPaysLamports: true, owners: true };

function toCreations(value: Creations | undefined): CheckedAgreement['createTokenAccounts'] {
    if (value === undefined) return Object.freeze({ operatorPaysLamports: undefined, owners: [] });
    const field = 'agreement.createTokenAccounts';
    const { operatorPaysLamports, owners } = readOnlyMembers(field, value, CREATIONS_MEMBERS, INVALID);
    return Object.freeze({
        operatorPaysLamports:
            operatorPaysLamports === undefined
                ? undefined
                : toU64(`${field}.operatorPaysLamports`, operatorPaysLamports),
        owners: toAddresses(`${field}.owners`, owners),
    });
}

const GUARD_MEMBERS: OnlyMembers<GuardProgram> = { accounts: true, programAddress: true };
const GUARD_ACCOUNT_MEMBERS: OnlyMembers<GuardProgram['accounts'][number]> = { address: true, role: true };

function toGuardProgram(field: string, value: GuardProgram, operator: Address): GuardProgram {
    const input = readOnlyMembers(field, value, GUARD_MEMBERS, INVALID);
    const toAccount = (item: unknown, path: string) => {
        const members = GUARD_ACCOUNT_MEMBERS;
        const account = readOnlyMembers(path, item as GuardProgram['accounts'][number], members, INVALID);
        const address = toAddress(`${path}.address`, account.address);
        // It signs and pays: a program that is passed it could spend all its lamports.
        if (address === operator) refuse(`${path}.address`, 'somebody else than the operator', address);
        return Object.freeze({
            address,
            role: Number(toInteger(`${path}.role`, account.role, 0n, 3n)) as AccountRole,
        });
    };
    return Object.freeze({
        accounts: toList(`${field}.accounts`, input.accounts, 'an array of { address, role }', toAccount, INVALID),
        programAddress: toAddress(`${field}.programAddress`, input.programAddress),
    });
}

function toLookupTables(value: NonNullable<TransactionAgreement['lookupTables']>): CheckedAgreement['lookupTables'] {
    const field = 'agreement.lookupTables';
    const expected = 'an object that names, for the address of each table, an array of the addresses in it';
    return new Map(
        toEntries(field, value, expected, INVALID).map(([table, addresses]): [Address, readonly Address[]] => [
            toAddress(`${field}.${table}`, table),
            toAddresses(`${field}.${table}`, addresses),
        ]),
    );
}

function toAddresses(field: string, value: unknown): Address[] {
    return toList(field, value, 'an array of addresses', (address, path) => toAddress(path, address), INVALID);
}
