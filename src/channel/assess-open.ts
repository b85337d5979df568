import type { Address, MaybeEncodedAccount } from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';

import { toResult } from '../core/json-form';
import { getPart, type Deployment } from '../revision/deployment';
import { isPaymentChannelsError } from '../core/errors';
import { readMembers, readTerms, toAddress, toU64 } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import {
    getBlocker,
    getForeignBlocker,
    getMintBlocker,
    getTokenAccountBlocker,
    PAYER_ERRORS,
    type Blocker,
} from './blocker';
import { toSplits, type Split } from './splits';
import { assertIsMaybeAccount } from '../runtime/maybe-account';
import type { AddressOrSigner } from './find-pdas';
import { toDistributionAccounts, toDistributionAddresses, type DistributionAccounts } from './assess-distribution';
import type { DistributionAddresses } from './distribution-addresses';
import { assertIsOpenSlotInWindow } from '../revision/open-slot';
import { readTokenAccount, type TokenAccountCondition } from './token-account';

/** Input of {@link assessOpen}. */
export type AssessOpenInput = Readonly<{
    payer: AddressOrSigner;
    payee: AddressOrSigner;
    mint: Address;
    /** Token program that owns the mint. */
    tokenProgram: Address;
    /** Amount to lock, in base units of the token (u64). */
    deposit: bigint | number;
    splits: readonly Split[];
    addresses: DistributionAddresses;
    accounts: DistributionAccounts & Readonly<{ channel: MaybeEncodedAccount }>;
    /** Slot that the channel is opened for, where the revision has open slots. */
    openSlot?: bigint | number | undefined;
    /** Slot at which the accounts were read; without it the open slot is not judged. */
    currentSlot?: bigint | number | undefined;
}>;

/** Whether a party could receive what it will be due one day. */
export type PayoutReadiness = Readonly<{
    beneficiary: 'payee' | 'recipient' | 'treasury';
    /** Wallet of the party. */
    owner: Address;
    tokenAccount: Address;
    condition: TokenAccountCondition;
}>;

/** Obstacles to opening a channel now and to distributing it later; see {@link assessOpen}. */
export type OpenAssessment<TRevision extends RevisionName = RevisionName> = Readonly<{
    /** The reasons for which `open` would fail, in the order of the program's checks. */
    blockers: readonly Blocker<TRevision>[];
    /**
     * Token accounts that could not receive a payout as they are now. A share whose token account is not usable when
     * it is distributed goes to the treasury, and without the treasury's own nothing can be distributed at all.
     */
    unready: readonly PayoutReadiness[];
    /** Wallets of `unready` whose token account is simply missing: `open` can create them on the way. */
    missingTokenAccounts: readonly Address[];
}>;

/**
 * Lists the reasons for which `open` would fail now (docs/program.md, section 7.1), and the token accounts that later
 * payouts could not use.
 *
 * Pure: it judges the accounts it is given.
 *
 * @param inputs A signer is taken by its address.
 * @throws By field `INPUT_INVALID`, `ADDRESS_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`; the errors of
 * {@link toSplits}.
 *
 * @example
 * ```ts
 * const addresses = await findDistributionAddresses({ channel, mint, payee, payer, splits }, MAINNET_DEPLOYMENT);
 * const input = { accounts, addresses, deposit: 1_000_000n, mint, payee, payer, splits, tokenProgram };
 * for (const { message } of assessOpen(input, MAINNET_DEPLOYMENT).blockers) console.warn(message);
 * ```
 */
export function assessOpen<TRevision extends RevisionName>(
    inputs: AssessOpenInput,
    deployment: Deployment<TRevision>,
): OpenAssessment<TRevision> {
    const input = readTerms('input', inputs, NAMES, ['currentSlot', 'openSlot']);
    const { tokenProgram } = input;
    const mint = toAddress('mint', input.mint);
    const [payee, payer] = [toAddress('payee', input.payee), toAddress('payer', input.payer)];
    const deposit = toU64('deposit', input.deposit, 1n);
    const splits = toSplits(input.splits, deployment);
    const addresses = toDistributionAddresses(input.addresses, splits.length);
    const accounts = {
        ...toDistributionAccounts(input.accounts, splits.length),
        channel: readMembers('accounts', input.accounts, ['channel']).channel,
    };
    assertIsMaybeAccount('accounts.channel', accounts.channel);
    toAddress('tokenProgram', tokenProgram);
    const token = { mint, tokenProgram };

    const payerAccount = readTokenAccount(accounts.payer, { ...token, owner: payer });
    const { openSlotWindow } = getPart(deployment, 'channel');
    const { toleratesPrefunding } = getPart(deployment, 'open');
    const blockers = [
        openSlotWindow === undefined ? undefined : getOpenSlotBlocker(input, deployment),
        getMintBlocker(accounts.mint, tokenProgram, deployment),
        getTokenAccountBlocker('payer', payerAccount.condition, PAYER_ERRORS, deployment),
        isInUse(accounts.channel, toleratesPrefunding)
            ? getForeignBlocker(
                  'channel',
                  'The address of the channel is in use, by a channel or by what one left: choose another salt.',
              )
            : undefined,
        isEscrowInTheWay(accounts.escrow, { ...token, owner: addresses.channel }, toleratesPrefunding)
            ? getForeignBlocker('escrow', 'The escrow of the channel exists already: choose another salt.')
            : undefined,
        payerAccount.condition === 'usable' && payerAccount.amount < deposit
            ? getForeignBlocker('payer', `The payer holds ${payerAccount.amount}, the deposit is ${deposit}.`)
            : undefined,
    ].filter(blocker => blocker !== undefined);

    const parties: (Omit<PayoutReadiness, 'condition'> & { account: MaybeEncodedAccount })[] = [
        { account: accounts.payee, beneficiary: 'payee', owner: payee, tokenAccount: addresses.payee },
        ...splits.map(({ recipient }, index) => ({
            account: accounts.recipients[index]!,
            beneficiary: 'recipient' as const,
            owner: recipient,
            tokenAccount: addresses.recipients[index]!,
        })),
        {
            account: accounts.treasury,
            beneficiary: 'treasury',
            owner: addresses.treasuryOwner,
            tokenAccount: addresses.treasury,
        },
    ];
    const unready = parties
        .map(({ account, ...party }) =>
            toResult({
                ...party,
                condition: readTokenAccount(account, { ...token, owner: party.owner }).condition,
            }),
        )
        .filter(({ condition }) => condition !== 'usable');
    return toResult({
        blockers,
        missingTokenAccounts: [
            ...new Set(unready.filter(({ condition }) => condition === 'missing').map(({ owner }) => owner)),
        ],
        unready,
    });
}

const NAMES = [
    'accounts',
    'addresses',
    'currentSlot',
    'deposit',
    'mint',
    'openSlot',
    'payee',
    'payer',
    'splits',
    'tokenProgram',
] as const;

/** The program's error for an open slot outside the window (docs/program.md, section 7.1). */
function getOpenSlotBlocker<TRevision extends RevisionName>(
    { currentSlot, openSlot }: Pick<AssessOpenInput, 'currentSlot' | 'openSlot'>,
    deployment: Deployment<TRevision>,
): Blocker<TRevision> | undefined {
    const slot = toU64('openSlot', openSlot);
    if (currentSlot === undefined) return undefined;
    try {
        assertIsOpenSlotInWindow({ currentSlot, openSlot: slot }, deployment);
        return undefined;
    } catch (error) {
        if (!isPaymentChannelsError(error, 'OPEN_SLOT_OUT_OF_WINDOW')) throw error;
        return toResult({ ...getBlocker('channel', 'openSlotOutOfWindow', deployment), message: `${error.message}.` });
    }
}

/**
 * The System program creates an account only where there is none, and lamports alone make one (docs/program.md, section
 * 7.1). A program that tolerates prefunding takes an address that holds nothing but lamports.
 */
function isInUse(account: MaybeEncodedAccount, toleratesPrefunding: boolean): boolean {
    return (
        account.exists &&
        ((toU64('accounts.channel.lamports', account.lamports) > 0n && !toleratesPrefunding) ||
            account.data.length > 0 ||
            account.programAddress !== SYSTEM_PROGRAM_ADDRESS)
    );
}

/**
 * The escrow is created with the channel. A program that tolerates prefunding takes one that exists (docs/program.md,
 * section 7.1), as long as it can receive the deposit.
 */
function isEscrowInTheWay(
    account: MaybeEncodedAccount,
    expected: Parameters<typeof readTokenAccount>[1],
    toleratesPrefunding: boolean,
): boolean {
    if (!account.exists || account.programAddress === SYSTEM_PROGRAM_ADDRESS) return false;
    return !toleratesPrefunding || readTokenAccount(account, expected).condition !== 'usable';
}
