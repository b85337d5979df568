import {
    fetchEncodedAccount,
    fetchEncodedAccounts,
    type Address,
    type FetchAccountsConfig,
    type GetAccountInfoApi,
    type GetMultipleAccountsApi,
    type MaybeEncodedAccount,
    type Rpc,
} from '@solana/kit';

import type { Channel } from '../../generated/tombstone';
import { getProgramConfig } from '../deployment';
import { PaymentChannelsError } from '../errors';
import { toAddress, toTokenProgram } from '../input';
import { decodeChannelAccount } from './account';
import { findChannelPda, type ChannelSeedsInput } from './addresses';
import { assessDistribution, type DistributionAccounts, type DistributionAssessment } from './assess-distribution';
import { assessOpen, type OpenAssessment } from './assess-open';
import type { Split } from './distribution';
import { getRpcConfig, getSendConfig, type FetchChannelConfig } from './fetch';
import { findDistributionAddresses, type DistributionAddresses } from './distribution-addresses';

/** An assessment with what was read for it, as the builder of `distribute` takes it. */
export type FetchedDistributionAssessment = Readonly<{
    assessment: DistributionAssessment;
    addresses: DistributionAddresses;
    channel: Channel;
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
 */
export async function fetchDistributionAssessment(
    rpc: Rpc<GetAccountInfoApi & GetMultipleAccountsApi>,
    input: Readonly<{ channel: Address; splits: readonly Split[] }>,
    config: FetchChannelConfig = {},
): Promise<FetchedDistributionAssessment> {
    const address = toAddress('channel', input.channel);
    const { mint, payee, payer } = decodeExisting(await fetchOne(rpc, address, config), config);
    const tokenProgram = await fetchTokenProgram(rpc, mint, config);
    const addresses = await findDistributionAddresses(
        { channel: address, mint, payee, payer, splits: input.splits, tokenProgram },
        config,
    );
    // The first reading was for what never changes: parties and mint. The channel is read again with its accounts.
    const { channel: account, ...accounts } = await fetchDistributionAccounts(rpc, mint, addresses, config);
    const channel = decodeExisting(account, config);
    const assessment = assessDistribution({ accounts, addresses, channel, splits: input.splits, tokenProgram });
    return Object.freeze({ addresses, assessment, channel, tokenProgram });
}

/**
 * Reads what `open` depends on and says what would make it fail; see {@link assessOpen}.
 *
 * @param input As for `open`; the payer by its address.
 * @throws By field: `ADDRESS_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`; `TOKEN_PROGRAM_UNSUPPORTED` when no
 * token program owns the mint; the errors of {@link toSplits}.
 */
export async function fetchOpenAssessment(
    rpc: Rpc<GetAccountInfoApi & GetMultipleAccountsApi>,
    input: ChannelSeedsInput & Readonly<{ deposit: bigint | number; splits: readonly Split[] }>,
    config: FetchChannelConfig = {},
): Promise<OpenAssessment> {
    const { deposit, mint, payee, payer, splits } = input;
    const [channel] = await findChannelPda(input, config);
    const tokenProgram = await fetchTokenProgram(rpc, mint, config);
    const addresses = await findDistributionAddresses({ channel, mint, payee, payer, splits, tokenProgram }, config);
    const accounts = await fetchDistributionAccounts(rpc, mint, addresses, config);
    return assessOpen({ accounts, addresses, deposit, mint, payee, payer, splits, tokenProgram });
}

async function fetchDistributionAccounts(
    rpc: Rpc<GetMultipleAccountsApi>,
    mint: Address,
    addresses: DistributionAddresses,
    config: FetchChannelConfig,
): Promise<DistributionAccounts & Readonly<{ channel: MaybeEncodedAccount }>> {
    const { channel, escrow, payee, payer, recipients, treasury } = addresses;
    const [
        channelAccount,
        mintAccount,
        escrowAccount,
        payerAccount,
        payeeAccount,
        treasuryAccount,
        ...recipientAccounts
    ] = await fetchEncodedAccounts(
        rpc,
        [channel, mint, escrow, payer, payee, treasury, ...recipients],
        getFetchConfig(config),
    );
    return {
        channel: channelAccount!,
        escrow: escrowAccount!,
        mint: mintAccount!,
        payee: payeeAccount!,
        payer: payerAccount!,
        recipients: recipientAccounts,
        treasury: treasuryAccount!,
    };
}

/**
 * Reads which token program owns a mint.
 *
 * @throws `ADDRESS_INVALID`; `ACCOUNT_MISSING` when there is no mint, `TOKEN_PROGRAM_UNSUPPORTED` when another program
 * owns it.
 */
export async function fetchTokenProgram(
    rpc: Rpc<GetAccountInfoApi>,
    mint: Address,
    config: FetchChannelConfig = {},
): Promise<Address> {
    const account = await fetchOne(rpc, toAddress('mint', mint), config);
    if (!account.exists) throw new PaymentChannelsError('ACCOUNT_MISSING', { address: mint, field: 'mint' });
    return toTokenProgram('owner of mint', account.programAddress);
}

function fetchOne(rpc: Rpc<GetAccountInfoApi>, address: Address, config: FetchChannelConfig) {
    return fetchEncodedAccount(rpc, address, getFetchConfig(config));
}

/** How kit's functions want to be told what to read. */
function getFetchConfig(config: FetchChannelConfig): FetchAccountsConfig {
    return { ...getRpcConfig(config), ...getSendConfig(config) };
}

function decodeExisting(account: MaybeEncodedAccount, config: FetchChannelConfig): Channel {
    const { address } = account;
    if (!account.exists) throw new PaymentChannelsError('ACCOUNT_MISSING', { address, field: 'channel' });
    return decodeChannelAccount(account, getProgramConfig(config)).data;
}
