import type { Address, GetAccountInfoApi, GetMultipleAccountsApi, MaybeEncodedAccount, Rpc, Slot } from '@solana/kit';

import { toResult } from '../core/json-form';
import { getPart, getTreasuryOwner, type Deployment } from '../revision/deployment';
import { ACCOUNT_MISSING } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { assertHasMethods, readMembers, toAddress, toTokenProgram, toU64 } from '../core/input';
import type { ChannelOf, RevisionName } from '../revision/revision-types';
import { decodeChannelAccount } from '../channel/channel-account';
import { findChannelPda, findTokenPda, type ChannelSeedsInput, type TokenInput } from '../channel/find-pdas';
import {
    assessDistribution,
    type DistributionAccounts,
    type DistributionAssessment,
} from '../channel/assess-distribution';
import { assessOpen, type OpenAssessment } from '../channel/assess-open';
import { toSplits, type Split } from '../channel/splits';
import { assertIsFetchConfig, fetchAccount, fetchAccounts, type FetchConfig } from './fetch-channel';
import { deriveDistributionAddresses, type DistributionAddresses } from '../channel/distribution-addresses';

/** An assessment with what was read for it, as the builder of `distribute` takes it. */
export type FetchedDistributionAssessment<TRevision extends RevisionName = RevisionName> = Readonly<{
    assessment: DistributionAssessment<TRevision>;
    addresses: DistributionAddresses;
    channel: ChannelOf<TRevision>;
    /** Token program that owns the channel's mint. */
    tokenProgram: Address;
}>;

/**
 * Reads what `distribute` depends on and says what it would do; see {@link assessDistribution}.
 *
 * The token program is that of the mint. Everything that is judged comes from one answer of the RPC, so that it was
 * true at one slot.
 *
 * @throws `ADDRESS_INVALID`; `ACCOUNT_MISSING`, `ACCOUNT_OWNER_MISMATCH` or `ACCOUNT_MALFORMED` when there is no channel
 * at the address; `TOKEN_PROGRAM_UNSUPPORTED` when no token program owns the mint; the errors of {@link toSplits}.
 *
 * @example
 * ```ts
 * const fetched = await fetchDistributionAssessment(rpc, { channel, splits }, MAINNET_DEPLOYMENT);
 * for (const { amount, outcome, owner } of fetched.assessment.payouts) console.log(owner, amount, outcome);
 * ```
 */
export async function fetchDistributionAssessment<TRevision extends RevisionName>(
    rpc: Rpc<GetAccountInfoApi & GetMultipleAccountsApi>,
    input: Readonly<{ channel: Address; splits: readonly Split[] }>,
    deployment: Deployment<TRevision>,
    config: FetchConfig = {},
): Promise<FetchedDistributionAssessment<TRevision>> {
    assertIsReader(rpc, config);
    const { channel: channelInput, splits: splitsInput } = readMembers('input', input, ['channel', 'splits']);
    const address = toAddress('channel', channelInput);
    const splits = toSplits(splitsInput, deployment);
    const { mint, payee, payer } = decodeExisting((await fetchAccount(rpc, address, config)).account, deployment);
    const tokenProgram = await fetchTokenProgram(rpc, mint, config);
    const addresses = await deriveDistributionAddresses(
        { channel: address, mint, payee, payer, tokenProgram },
        splits,
        deployment,
    );
    // The first reading was for what never changes: parties and mint. The channel is read again with its accounts.
    const token = { mint, tokenProgram };
    const { accounts } = await fetchDistributionAccounts(rpc, token, addresses, deployment, config);
    const channel = decodeExisting<TRevision>(accounts.channel, deployment);
    const assessment = assessDistribution<TRevision>(
        { accounts, addresses, channel, splits, tokenProgram },
        deployment,
    );
    return toResult({ addresses, assessment, channel, tokenProgram });
}

/**
 * Reads what `open` depends on and says what would make it fail; see {@link assessOpen}.
 *
 * @param input As for `open`; a signer is taken by its address.
 * @throws By field: `ADDRESS_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`; `TOKEN_PROGRAM_UNSUPPORTED` when no
 * token program owns the mint; the errors of {@link toSplits}.
 *
 * @example
 * ```ts
 * const seeds = { ...terms, authorizedSigner: payer.address, openSlot, payer };
 * const { blockers, missingTokenAccounts } = await fetchOpenAssessment(rpc, seeds, MAINNET_DEPLOYMENT);
 * ```
 */
export async function fetchOpenAssessment<TRevision extends RevisionName>(
    rpc: Rpc<GetAccountInfoApi & GetMultipleAccountsApi>,
    input: ChannelSeedsInput<TRevision> & Readonly<{ deposit: bigint | number; splits: readonly Split[] }>,
    deployment: Deployment<TRevision>,
    config: FetchConfig = {},
): Promise<OpenAssessment<TRevision>> {
    assertIsReader(rpc, config);
    const given = readMembers('input', input as OpenTerms, ['deposit', 'mint', 'openSlot', 'payee', 'payer', 'splits']);
    const { deposit, mint, openSlot } = given;
    const [channel] = await findChannelPda<TRevision>(input, deployment);
    const [payee, payer] = [toAddress('payee', given.payee), toAddress('payer', given.payer)];
    const splits = toSplits(given.splits, deployment);
    toU64('deposit', deposit, 1n);
    const tokenProgram = await fetchTokenProgram(rpc, mint, config);
    const addresses = await deriveDistributionAddresses(
        { channel, mint, payee, payer, tokenProgram },
        splits,
        deployment,
    );
    const token = { mint, tokenProgram };
    const { accounts, slot } = await fetchDistributionAccounts(rpc, token, addresses, deployment, config);
    return assessOpen<TRevision>(
        { ...token, accounts, addresses, currentSlot: slot, deposit, openSlot, payee, payer, splits },
        deployment,
    );
}

type OpenTerms = ChannelSeedsInput &
    Readonly<{ deposit: bigint | number; openSlot?: bigint | number; splits: readonly Split[] }>;

function assertIsReader(rpc: unknown, config: FetchConfig): void {
    assertHasMethods('rpc', rpc, ['getAccountInfo', 'getMultipleAccounts']);
    assertIsFetchConfig(config);
}

async function fetchDistributionAccounts(
    rpc: Rpc<GetMultipleAccountsApi>,
    token: Required<TokenInput>,
    addresses: DistributionAddresses,
    deployment: Deployment,
    config: FetchConfig,
): Promise<
    Readonly<{ accounts: DistributionAccounts & Readonly<{ channel: MaybeEncodedAccount }>; slot: Slot | undefined }>
> {
    const { channel, escrow, payee, payer, recipients, treasury } = addresses;
    const own = getTreasuryOwner(deployment);
    const others = getPart(deployment, 'published').treasuryOwners.filter(owner => owner !== own);
    const otherAccounts = await Promise.all(others.map(owner => findTokenPda('treasuryOwner', owner, token)));
    const wanted = [channel, token.mint, escrow, payer, payee, treasury, ...recipients];
    const fetched = await fetchAccounts(rpc, [...wanted, ...otherAccounts.map(([address]) => address)], config);
    const [
        channelAccount,
        mintAccount,
        escrowAccount,
        payerAccount,
        payeeAccount,
        treasuryAccount,
        ...recipientAccounts
    ] = fetched.slice(0, wanted.length).map(({ account }) => account);
    const accounts = {
        channel: channelAccount!,
        escrow: escrowAccount!,
        mint: mintAccount!,
        otherTreasuries: fetched.slice(wanted.length).map(({ account }, index) => ({ account, owner: others[index]! })),
        payee: payeeAccount!,
        payer: payerAccount!,
        recipients: recipientAccounts,
        treasury: treasuryAccount!,
    };
    return { accounts, slot: fetched[0]?.slot };
}

/**
 * Reads which token program owns a mint.
 *
 * @throws `ADDRESS_INVALID`; `ACCOUNT_MISSING` when there is no mint, `TOKEN_PROGRAM_UNSUPPORTED` when another program
 * owns it.
 *
 * @example
 * ```ts
 * const tokenProgram = await fetchTokenProgram(rpc, mint);
 * ```
 */
export async function fetchTokenProgram(
    rpc: Rpc<GetAccountInfoApi>,
    mint: Address,
    config: FetchConfig = {},
): Promise<Address> {
    const { account } = await fetchAccount(rpc, toAddress('mint', mint), config);
    if (!account.exists) throw new PaymentChannelsError(ACCOUNT_MISSING, { address: account.address, field: 'mint' });
    return toTokenProgram('owner of mint', account.programAddress);
}

function decodeExisting<TRevision extends RevisionName>(
    account: MaybeEncodedAccount,
    deployment: Deployment<TRevision>,
): ChannelOf<TRevision> {
    const { address } = account;
    if (!account.exists) throw new PaymentChannelsError(ACCOUNT_MISSING, { address, field: 'channel' });
    return decodeChannelAccount<string, TRevision>(account, deployment).data;
}
