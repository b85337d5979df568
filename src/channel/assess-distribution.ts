import { bytesEqual, type Address, type MaybeEncodedAccount } from '@solana/kit';

import { toResult } from '../core/json-form';
import { getPart, type Deployment } from '../revision/deployment';
import { isBytes } from '../core/bytes';
import {
    getListLength,
    readMembers,
    readTerms,
    refuseInput,
    toAddress,
    toI64,
    toInteger,
    toList,
    toU64,
} from '../core/input';
import type { LiveChannelKind } from '../revision/parts';
import type { ChannelOf, RevisionName } from '../revision/revision-types';
import {
    ESCROW_ERRORS,
    getAbortBlocker,
    getBlocker,
    getForeignBlocker,
    getMintBlocker,
    getTokenAccountBlocker,
    TREASURY_ERRORS,
    type Blocker,
} from './blocker';
import { assertIsMaybeAccount } from '../runtime/maybe-account';
import { hashSplits, getPayoutsOf, toSplits, type Split } from './splits';
import type { DistributionAddresses } from './distribution-addresses';
import { readTokenAccount, type TokenAccountCondition } from './token-account';

/** The accounts that decide what `distribute` does, each as it is on chain. */
export type DistributionAccounts = Readonly<{
    mint: MaybeEncodedAccount;
    escrow: MaybeEncodedAccount;
    payer: MaybeEncodedAccount;
    payee: MaybeEncodedAccount;
    treasury: MaybeEncodedAccount;
    /** In the order of the splits. */
    recipients: readonly MaybeEncodedAccount[];
    /** Token accounts of the treasury owners of other deployments that are known, by owner: a hint to a mistaken one. */
    otherTreasuries?: readonly Readonly<{ owner: Address; account: MaybeEncodedAccount }>[] | undefined;
}>;

/** Input of {@link assessDistribution}. */
export type AssessDistributionInput = Readonly<{
    /** Decoded account of the channel. */
    channel: Pick<
        ChannelOf<RevisionName>,
        'deposit' | 'distributionHash' | 'mint' | 'payee' | 'payer' | 'payerWithdrawnAt' | 'settlement' | 'status'
    >;
    /** Splits that the channel was opened with. */
    splits: readonly Split[];
    /** Token program that owns the mint. */
    tokenProgram: Address;
    addresses: DistributionAddresses;
    accounts: DistributionAccounts;
}>;

/**
 * Outcome of one party's share.
 *
 * - `nothing`: nothing is due to it; its token account is not looked at.
 * - `paid`: it receives the amount.
 * - `forfeited`: the amount goes to the treasury for good, because its token account can't receive it.
 * - `fails`: its token account makes the whole transaction fail.
 */
export type PayoutOutcome = 'fails' | 'forfeited' | 'nothing' | 'paid';

/** What `distribute` would pay one party. */
export type PayoutAssessment = Readonly<{
    beneficiary: 'payee' | 'payer' | 'recipient';
    /** Wallet of the party. */
    owner: Address;
    tokenAccount: Address;
    /** Amount due to it, in base units of the token. */
    amount: bigint;
    outcome: PayoutOutcome;
    /** Why, when it is not paid what it is due. */
    condition: TokenAccountCondition;
}>;

/** The effects that `distribute` would have now, party by party; see {@link assessDistribution}. */
export type DistributionAssessment<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** Recipients in the order of the splits, the payee, and the payer when a refund is due. */
    payouts: readonly PayoutAssessment[];
    /** Amount that is due to nobody and goes to the treasury when the channel is closed, in base units. */
    sweep: bigint;
    /** Amount due to others that would go to the treasury, in base units. */
    forfeited: bigint;
    /** The reasons for which the transaction would fail, in the order of the program's checks. */
    blockers: readonly Blocker<TRevision>[];
    /** Wallets whose token account is missing and would be used: create these first. */
    missingTokenAccounts: readonly Address[];
    /** Wallet that owns the treasury's token account, and whether that account is missing. */
    treasuryOwner: Address;
    isTreasuryMissing: boolean;
}>;

// Malformed extensions abort, where anything else that is wrong with a party's account forfeits its share
// (docs/program.md, section 8).
const MALFORMED_ERRORS = {
    payee: 'invalidPayeeTokenExtensions',
    payer: 'invalidPayerTokenExtensions',
    recipient: 'invalidRecipientTokenExtensions',
} as const;

/**
 * Says, party by party, what `distribute` would pay now, what would be forfeited to the treasury and why, and what
 * would make the transaction fail (docs/program.md, sections 7.8 and 8).
 *
 * Pure: it judges the accounts it is given. A payout is only as good as they are recent; a party can still close or
 * freeze its token account before the transaction lands.
 *
 * @throws By field `INPUT_INVALID`, `ADDRESS_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`; the errors of
 * {@link toSplits}.
 *
 * @example
 * ```ts
 * const addresses = await findDistributionAddresses({ ...data, channel, splits }, MAINNET_DEPLOYMENT);
 * const input = { accounts, addresses, channel: data, splits, tokenProgram };
 * const { payouts } = assessDistribution(input, MAINNET_DEPLOYMENT);
 * for (const { amount, outcome, owner } of payouts) console.log(owner, amount, outcome);
 * ```
 */
export function assessDistribution<TRevision extends RevisionName>(
    input: AssessDistributionInput,
    deployment: Deployment<TRevision>,
): DistributionAssessment<TRevision> {
    const given = readMembers('input', input, ['accounts', 'addresses', 'channel', 'splits', 'tokenProgram']);
    const splits = toSplits(given.splits, deployment);
    toAddress('tokenProgram', given.tokenProgram);
    const checked = {
        accounts: toDistributionAccounts(given.accounts, splits.length),
        addresses: toDistributionAddresses(given.addresses, splits.length),
        channel: toAssessedChannel(given.channel),
        splits,
        tokenProgram: given.tokenProgram,
    };
    return assessDistributionWith(checked, { hashSplits, readTokenAccount }, deployment);
}

const ACCOUNT_NAMES = ['escrow', 'mint', 'payee', 'payer', 'treasury'] as const;

/** The accounts that decide what `distribute` does: one of each, and one for each of the recipients. */
export function toDistributionAccounts(value: DistributionAccounts, recipientCount: number): DistributionAccounts {
    const field = 'accounts';
    const names = [...ACCOUNT_NAMES, 'otherTreasuries', 'recipients'] as const;
    const { otherTreasuries = [], recipients, ...accounts } = readTerms(field, value, names, ['otherTreasuries']);
    for (const name of ACCOUNT_NAMES) assertIsMaybeAccount(`${field}.${name}`, accounts[name]);
    const toAccount = (account: unknown, path: string): MaybeEncodedAccount => {
        assertIsMaybeAccount(path, account as MaybeEncodedAccount);
        return account as MaybeEncodedAccount;
    };
    return {
        ...accounts,
        otherTreasuries: toList(`${field}.otherTreasuries`, otherTreasuries, 'an array', (item, path) => {
            const other = readMembers(path, item as (typeof otherTreasuries)[number], ['account', 'owner']);
            return {
                account: toAccount(other.account, `${path}.account`),
                owner: toAddress(`${path}.owner`, other.owner),
            };
        }),
        recipients: toListOf(`${field}.recipients`, recipients, recipientCount, 'accounts', toAccount),
    };
}

const ADDRESS_NAMES = ['channel', 'escrow', 'payee', 'payer', 'treasury', 'treasuryOwner'] as const;

/** The addresses that `distribute` derives, one of them for each of the recipients. */
export function toDistributionAddresses(value: DistributionAddresses, recipientCount: number): DistributionAddresses {
    const field = 'addresses';
    const { recipients, ...given } = readMembers(field, value, [...ADDRESS_NAMES, 'recipients']);
    const addresses = { ...given };
    for (const name of ADDRESS_NAMES) addresses[name] = toAddress(`${field}.${name}`, given[name]);
    const toOne = (address: unknown, path: string) => toAddress(path, address);
    return {
        ...addresses,
        recipients: toListOf(`${field}.recipients`, recipients, recipientCount, 'addresses', toOne),
    };
}

function toListOf<T>(
    field: string,
    value: unknown,
    count: number,
    what: string,
    toItem: (item: unknown, path: string) => T,
): T[] {
    const expected = `an array of ${what}, one for each of the ${count} splits`;
    return getListLength(value) === count
        ? toList(field, value, expected, toItem)
        : refuseInput(field, expected, value);
}

/** The fields of a channel's account that an assessment uses. */
function toAssessedChannel(value: AssessDistributionInput['channel']): AssessDistributionInput['channel'] {
    const field = 'channel';
    const names = [
        'deposit',
        'distributionHash',
        'mint',
        'payee',
        'payer',
        'payerWithdrawnAt',
        'settlement',
        'status',
    ] as const;
    const channel = readMembers(field, value, names);
    const settlement = readMembers(`${field}.settlement`, channel.settlement, ['payoutWatermark', 'settled']);
    if (!isBytes(channel.distributionHash)) {
        refuseInput(`${field}.distributionHash`, 'the 32 bytes of the hash, in a Uint8Array', channel.distributionHash);
    }
    return {
        ...channel,
        deposit: toU64(`${field}.deposit`, channel.deposit),
        mint: toAddress(`${field}.mint`, channel.mint),
        payee: toAddress(`${field}.payee`, channel.payee),
        payer: toAddress(`${field}.payer`, channel.payer),
        payerWithdrawnAt: toI64(`${field}.payerWithdrawnAt`, channel.payerWithdrawnAt),
        settlement: {
            payoutWatermark: toU64(`${field}.settlement.payoutWatermark`, settlement.payoutWatermark),
            settled: toU64(`${field}.settlement.settled`, settlement.settled),
        },
        status: Number(toInteger(`${field}.status`, channel.status, 0n, 255n)),
    };
}

/** Intermediate results of an assessment that many channels share, remembered for the next ones. */
export type DistributionReaders = Readonly<{
    hashSplits: typeof hashSplits;
    readTokenAccount: typeof readTokenAccount;
}>;

/** {@link assessDistribution} of splits that are checked already, with other readers, which answer the same. */
export function assessDistributionWith<TRevision extends RevisionName>(
    input: AssessDistributionInput,
    { hashSplits: getHash, readTokenAccount: read }: DistributionReaders,
    deployment: Deployment<TRevision>,
): DistributionAssessment<TRevision> {
    const { accounts, addresses, channel, splits, tokenProgram } = input;
    const { mint } = channel;
    const kind = getPart(deployment, 'channel').kinds[channel.status];
    const isFinal = isFinalKind(kind);
    const escrow = read(accounts.escrow, { mint, owner: addresses.channel, tokenProgram });
    const treasury = read(accounts.treasury, { mint, owner: addresses.treasuryOwner, tokenProgram });

    const blockers: (Blocker<TRevision> | undefined)[] = [
        kind === 'open' || isFinal ? undefined : getBlocker('channel', 'channelNotDistributable', deployment),
        getMintBlocker(accounts.mint, tokenProgram, deployment),
        getTokenAccountBlocker('escrow', escrow.condition, ESCROW_ERRORS, deployment),
        getTokenAccountBlocker('treasury', treasury.condition, TREASURY_ERRORS, deployment),
        getDeploymentBlocker(treasury.condition, addresses, accounts),
        bytesEqual(getHash(splits, deployment), channel.distributionHash)
            ? undefined
            : getBlocker('splits', 'invalidDistributionHash', deployment),
        ...getWatermarkBlockers(channel, kind, deployment),
    ];
    const payouts = getDues(channel, isFinal, splits, addresses, accounts).map((due): PayoutAssessment => {
        const { account, amount, beneficiary, owner, tokenAccount } = due;
        const { condition } = read(account, { mint, owner, tokenProgram });
        const outcome = getOutcome(amount, condition);
        return toResult({ amount, beneficiary, condition, outcome, owner, tokenAccount });
    });
    for (const { beneficiary, condition, outcome } of payouts) {
        if (outcome !== 'fails') continue;
        blockers.push(
            condition === 'malformedExtensions'
                ? getBlocker(beneficiary, MALFORMED_ERRORS[beneficiary], deployment)
                : getAbortBlocker(beneficiary),
        );
    }
    const due = payouts.reduce((sum, { amount }) => sum + amount, 0n);
    if (escrow.condition === 'usable' && escrow.amount < due) {
        blockers.push(
            isFinal
                ? getBlocker('escrow', 'distributeBalanceCalculationOverflow', deployment)
                : getForeignBlocker('escrow', `The escrow holds ${escrow.amount}, ${due} are due.`),
        );
    }
    const forfeited = payouts.reduce((sum, { amount, outcome }) => (outcome === 'forfeited' ? sum + amount : sum), 0n);
    const missing = payouts.filter(({ amount, condition }) => amount > 0n && condition === 'missing');
    const isTreasuryMissing = treasury.condition === 'missing';
    return toResult({
        blockers: blockers.filter(blocker => blocker !== undefined),
        forfeited,
        isTreasuryMissing,
        missingTokenAccounts: [
            ...new Set([...(isTreasuryMissing ? [addresses.treasuryOwner] : []), ...missing.map(({ owner }) => owner)]),
        ],
        payouts,
        sweep: isFinal && escrow.amount > due ? escrow.amount - due : 0n,
        treasuryOwner: addresses.treasuryOwner,
    });
}

type Due = Pick<PayoutAssessment, 'amount' | 'beneficiary' | 'owner' | 'tokenAccount'> &
    Readonly<{ account: MaybeEncodedAccount }>;

/** The amounts due, in the order of the program's transfers (docs/program.md, section 9.1). */
function getDues(
    { deposit, payee, payer, payerWithdrawnAt, settlement }: AssessDistributionInput['channel'],
    isFinal: boolean,
    splits: readonly Split[],
    addresses: DistributionAddresses,
    accounts: DistributionAccounts,
): Due[] {
    const settled = toU64('settled', settlement.settled);
    const payoutWatermark = toU64('payoutWatermark', settlement.payoutWatermark);
    // A watermark above the settled amount is a blocker of its own: the program pays nothing then.
    const payouts = getPayoutsOf(splits, settled, payoutWatermark > settled ? settled : payoutWatermark);
    const dues: Due[] = splits.map(({ recipient }, index) => ({
        account: accounts.recipients[index]!,
        amount: payouts.recipients[index]!,
        beneficiary: 'recipient',
        owner: recipient,
        tokenAccount: addresses.recipients[index]!,
    }));
    dues.push({
        account: accounts.payee,
        amount: payouts.payee,
        beneficiary: 'payee',
        owner: payee,
        tokenAccount: addresses.payee,
    });
    if (isFinal && payerWithdrawnAt === 0n && deposit > settled) {
        dues.push({
            account: accounts.payer,
            amount: deposit - settled,
            beneficiary: 'payer',
            owner: payer,
            tokenAccount: addresses.payer,
        });
    }
    return dues;
}

function getOutcome(amount: bigint, condition: TokenAccountCondition): PayoutOutcome {
    if (amount === 0n) return 'nothing';
    if (condition === 'usable') return 'paid';
    return condition === 'malformedExtensions' || condition === 'invalidState' ? 'fails' : 'forfeited';
}

function getWatermarkBlockers<TRevision extends RevisionName>(
    { settlement }: AssessDistributionInput['channel'],
    kind: LiveChannelKind | undefined,
    deployment: Deployment<TRevision>,
) {
    const { payoutWatermark, settled } = settlement;
    if (payoutWatermark > settled) return [getBlocker('channel', 'distributePoolOverflow', deployment)];
    if (kind === 'open' && payoutWatermark === settled)
        return [getBlocker('channel', 'nothingToDistribute', deployment)];
    return [];
}

/** Whether distribute pays out for good: all that is left, the payer's refund included. */
function isFinalKind(kind: LiveChannelKind | undefined): boolean {
    return kind === 'finalized';
}

/**
 * A sign that the config is of another deployment than the program: the treasury owner of the one has no token account,
 * that of the other has. The program accepts its own only.
 */
function getDeploymentBlocker(
    treasury: TokenAccountCondition,
    { treasuryOwner }: DistributionAddresses,
    { otherTreasuries = [] }: DistributionAccounts,
): Blocker<never> | undefined {
    const other = treasury === 'missing' ? otherTreasuries.find(({ account }) => account.exists) : undefined;
    if (other === undefined) return undefined;
    return getForeignBlocker(
        'deployment',
        `The treasury owner ${treasuryOwner} of this deployment has no token account for the mint, and ${other.owner}, ` +
            `that of another deployment of the program, has: use the deployment that runs on this cluster. If this is ` +
            `it, create the token account first.`,
    );
}
