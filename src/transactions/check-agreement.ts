import { isBlockhash, isOffCurveAddress, type AccountRole, type Address, type TransactionVersion } from '@solana/kit';

import { toSplits, type Split } from '../channel/distribution';
import { assertIsOpenSlotInWindow, chooseOpenSlot } from '../revision/open-slot';
import { getRevisionPart, type DeploymentConfig } from '../deployment';
import { PaymentChannelsError } from '../errors';
import { describe, toAddress, toInteger, toTokenProgram, toU64, U32_MAX, U64_MAX } from '../input';
import { TOMBSTONE_OPEN } from '../revision/tombstone';
import type { RevisionName } from '../revision/types';
import type {
    Agreed,
    BlockhashLifetime,
    DurableNonce,
    GuardProgram,
    OpenAgreement,
    TopUpAgreement,
    TransactionAgreement,
} from './agreement';

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
    /** Who pays rent, where that is a party of its own, and how much of it. */
    rent: Readonly<{ payer: Address; lamports: bigint }> | undefined;
}>;

export type CheckedOpenAgreement = CheckedAgreement &
    Readonly<{
        payee: Address;
        authorizedSigner: Address;
        salt: bigint | 'any';
        deposit: Bounds;
        gracePeriodSeconds: Bounds;
        /** Where the revision has open slots. */
        openSlot: Bounds | undefined;
        splits: readonly Split[];
    }>;

export type CheckedTopUpAgreement = CheckedAgreement & Readonly<{ channel: Address; amount: Bounds }>;

const ALL_VERSIONS: readonly TransactionVersion[] = ['legacy', 0, 1];

/** Checks what was agreed on a channel to open, by the rules of the program (spec section 7.1) besides its form. */
export function toOpenAgreement<TRevision extends RevisionName>(
    input: OpenAgreement<TRevision>,
    config: DeploymentConfig<TRevision>,
): CheckedOpenAgreement {
    const common = toAgreement(input);
    const payee = toAddress('agreement.payee', input.payee);
    if (payee === common.payer) throw new PaymentChannelsError('PAYER_IS_PAYEE', { address: payee });
    const authorizedSigner = toAddress('agreement.authorizedSigner', input.authorizedSigner);
    if (isOffCurveAddress(authorizedSigner)) {
        const field = 'agreement.authorizedSigner';
        throw new PaymentChannelsError('ADDRESS_OFF_CURVE', { address: authorizedSigner, field });
    }
    return Object.freeze({
        ...common,
        ...toOpenSlotAndRent(input, common, config),
        authorizedSigner,
        deposit: toBounds('agreement.deposit', input.deposit, U64_MAX),
        gracePeriodSeconds: toBounds('agreement.gracePeriodSeconds', input.gracePeriodSeconds, U32_MAX),
        payee,
        salt: input.salt === 'any' ? 'any' : toU64('agreement.salt', input.salt),
        splits: toSplits(input.splits),
    });
}

/** As long as a blockhash lasts. */
const DEFAULT_LANDING_SLOTS = 150n;

/** What only a revision with open slots and rent payers asks for. */
function toOpenSlotAndRent(
    input: TransactionAgreement,
    { operator, payer }: CheckedAgreement,
    config: DeploymentConfig<RevisionName>,
): Pick<CheckedOpenAgreement, 'openSlot' | 'rent'> {
    if (getRevisionPart(config, 'open', TOMBSTONE_OPEN).openSlotWindow === undefined) {
        return { openSlot: undefined, rent: undefined };
    }
    const given = input as OpenAgreement<'epoch'>;
    const currentSlot = toU64('agreement.currentSlot', given.currentSlot);
    const { landingSlots = DEFAULT_LANDING_SLOTS, rentLamports = 0n, rentPayer: rentPayerInput = payer } = given;
    const rentPayer = toAddress('agreement.rentPayer', rentPayerInput);
    if (rentPayer === operator && given.rentLamports === undefined) refuse('agreement.rentLamports', undefined);
    const rent = Object.freeze({ lamports: toU64('agreement.rentLamports', rentLamports), payer: rentPayer });
    const min = chooseOpenSlot({ currentSlot, landingSlots });
    if (given.openSlot === undefined) return { openSlot: Object.freeze({ max: currentSlot, min }), rent };
    const openSlot = toU64('agreement.openSlot', given.openSlot);
    assertIsOpenSlotInWindow({ currentSlot, landingSlots, openSlot });
    return { openSlot: Object.freeze({ max: openSlot, min: openSlot }), rent };
}

/** Checks what was agreed on a top-up. */
export function toTopUpAgreement(input: TopUpAgreement): CheckedTopUpAgreement {
    return Object.freeze({
        ...toAgreement(input),
        amount: toBounds('agreement.amount', input.amount, U64_MAX),
        channel: toAddress('agreement.channel', input.channel),
    });
}

function refuse(field: string, value: unknown): never {
    throw new PaymentChannelsError('AGREEMENT_INVALID', { field, value: describe(value) });
}

function toAgreement(input: TransactionAgreement): CheckedAgreement {
    toRecord('agreement', input);
    const payer = toAddress('agreement.payer', input.payer);
    const operator = toAddress('agreement.operator', input.operator);
    if (payer === operator) throw new PaymentChannelsError('OPERATOR_IS_PAYER', { address: payer });
    // Only what is not given has a default: null would silently widen what was agreed.
    const {
        computeUnitLimit = {},
        guardPrograms = [],
        lookupTables = {},
        maxComputeUnitPriceMicroLamports = U64_MAX,
        memos = {},
        versions = ALL_VERSIONS,
    } = input;
    const blockhashes = toList('agreement.blockhashes', input.blockhashes).map(toBlockhashLifetime);
    const durableNonce = input.durableNonce === undefined ? undefined : toDurableNonce(input.durableNonce);
    if (blockhashes.length === 0 && !durableNonce) refuse('agreement.blockhashes', 'none');
    return {
        blockhashes,
        computeUnitLimit: toBounds('agreement.computeUnitLimit', computeUnitLimit, U32_MAX),
        createTokenAccounts: toCreations(input.createTokenAccounts),
        durableNonce,
        guardPrograms: toList('agreement.guardPrograms', guardPrograms).map((guard, index) =>
            toGuardProgram(`agreement.guardPrograms[${index}]`, guard, operator),
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
        versions: toList('agreement.versions', versions).map((version, index) =>
            ALL_VERSIONS.includes(version) ? version : refuse(`agreement.versions[${index}]`, version),
        ),
    };
}

function toBounds(field: string, value: Agreed, limit: bigint): Bounds {
    if (typeof value !== 'object' || value === null) {
        const exact = toInteger(field, value, 1n, limit);
        return Object.freeze({ max: exact, min: exact });
    }
    const { max = limit, min: minInput = 1n } = value;
    const min = toInteger(`${field}.min`, minInput, 1n, limit);
    return Object.freeze({ max: toInteger(`${field}.max`, max, min, limit), min });
}

function toBlockhashLifetime(lifetime: BlockhashLifetime, index: number): BlockhashLifetime {
    const field = `agreement.blockhashes[${index}]`;
    toRecord(field, lifetime);
    return Object.freeze({
        blockhash: toBlockhash(`${field}.blockhash`, lifetime.blockhash) as BlockhashLifetime['blockhash'],
        lastValidBlockHeight: toU64(`${field}.lastValidBlockHeight`, lifetime.lastValidBlockHeight),
    });
}

/** A blockhash, or the value of a durable nonce, which has the same form. */
export function toBlockhash(field: string, value: unknown): string {
    if (typeof value !== 'string' || !isBlockhash(value)) {
        throw new PaymentChannelsError('BLOCKHASH_INVALID', { field, value: describe(value) });
    }
    return value;
}

function toDurableNonce(input: DurableNonce): DurableNonce {
    const field = 'agreement.durableNonce';
    toRecord(field, input);
    return Object.freeze({
        nonce: toBlockhash(`${field}.nonce`, input.nonce) as DurableNonce['nonce'],
        nonceAccountAddress: toAddress(`${field}.nonceAccountAddress`, input.nonceAccountAddress),
        nonceAuthorityAddress: toAddress(`${field}.nonceAuthorityAddress`, input.nonceAuthorityAddress),
    });
}

function toMemos(input: NonNullable<TransactionAgreement['memos']>): CheckedAgreement['memos'] {
    toRecord('agreement.memos', input);
    const { allowed = [], required = [] } = input;
    const toContents = (field: string, contents: readonly string[]) =>
        toList(field, contents).map((content, index) =>
            typeof content === 'string' ? content : refuse(`${field}[${index}]`, content),
        );
    return Object.freeze({
        allowed: toContents('agreement.memos.allowed', allowed),
        required: toContents('agreement.memos.required', required),
    });
}

function toCreations(input: TransactionAgreement['createTokenAccounts']): CheckedAgreement['createTokenAccounts'] {
    if (input === undefined) return Object.freeze({ operatorPaysLamports: undefined, owners: [] });
    const field = 'agreement.createTokenAccounts';
    toRecord(field, input);
    const { operatorPaysLamports } = input;
    return Object.freeze({
        operatorPaysLamports:
            operatorPaysLamports === undefined
                ? undefined
                : toU64(`${field}.operatorPaysLamports`, operatorPaysLamports),
        owners: toList(`${field}.owners`, input.owners).map((owner, index) =>
            toAddress(`${field}.owners[${index}]`, owner),
        ),
    });
}

function toGuardProgram(field: string, input: GuardProgram, operator: Address): GuardProgram {
    toRecord(field, input);
    return Object.freeze({
        accounts: toList(`${field}.accounts`, input.accounts).map((account, index) => {
            const path = `${field}.accounts[${index}]`;
            toRecord(path, account);
            const address = toAddress(`${path}.address`, account.address);
            // It signs and pays: a program that is passed it could spend all its lamports.
            if (address === operator) refuse(`${path}.address`, 'the operator');
            return Object.freeze({
                address,
                role: Number(toInteger(`${path}.role`, account.role, 0n, 3n)) as AccountRole,
            });
        }),
        programAddress: toAddress(`${field}.programAddress`, input.programAddress),
    });
}

function toLookupTables(input: NonNullable<TransactionAgreement['lookupTables']>): CheckedAgreement['lookupTables'] {
    toRecord('agreement.lookupTables', input);
    return new Map(
        Object.entries(input).map(([table, addresses]): [Address, readonly Address[]] => {
            const field = `agreement.lookupTables.${table}`;
            return [
                toAddress(field, table),
                toList(field, addresses).map((address, index) => toAddress(`${field}[${index}]`, address)),
            ];
        }),
    );
}

function toRecord(field: string, value: unknown): void {
    if (typeof value !== 'object' || value === null) refuse(field, value);
}

function toList<T>(field: string, value: readonly T[]): readonly T[] {
    // Array.from, so that holes are looked at too.
    return Array.isArray(value) ? Array.from(value as readonly T[]) : refuse(field, value);
}
