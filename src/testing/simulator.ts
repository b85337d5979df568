import { type Address } from '@solana/kit';
import { getCreateAssociatedTokenIdempotentInstructionAsync, getMintToInstruction } from '@solana-program/token';

import { findTokenPda, type TokenInput } from '../channel/find-pdas';
import { decodeChannelState, type ChannelState } from '../channel/channel-state';
import { readTokenHolding } from '../channel/token-account';
import { getTreasuryOwner } from '../revision/deployment';
import { readTerms, toAddress, toTokenProgram, toU64 } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import { SimulatedChain } from './chain';
import { assertSucceeded } from './result';
import { createChannel, type ChannelOptions, type MadeChannel } from './worlds/channel';
import { createChannels, type ManyChannelsOptions } from './worlds/channels';
import { createMint, type MintOptions } from './worlds/mint';
import { createStablecoin, type Stablecoin, type StablecoinSymbol } from './worlds/stablecoin';
import { passGracePeriod } from './worlds/time';
import { closeTokenAccount, setFrozen } from './worlds/token-account';

/**
 * A Solana runtime in this process with the payment-channels program loaded.
 *
 * Make one with {@link createSimulator}. Everything in it happens synchronously and on request: the clock stands still
 * until it is moved.
 */
export class Simulator<TRevision extends RevisionName = RevisionName> extends SimulatedChain<TRevision> {
    /**
     * Creates a mint whose authority is the {@link faucet}, with the extensions of Token-2022 that are asked for.
     *
     * @param options `decimals` (6 by default), `tokenProgram` (SPL Token by default, Token-2022 where there are
     * extensions), `extensions`, `isFreezable`, and a `label` as for {@link createSigner}.
     * @throws `TOKEN_PROGRAM_UNSUPPORTED`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`, `ADDRESS_INVALID` or `INPUT_INVALID`,
     * by field; `TRANSACTION_FAILED` for extensions that Token-2022 does not take together.
     *
     * @example
     * ```ts
     * const mint = await simulator.createMint({
     *     extensions: { transferFee: { basisPoints: 50, maximumFee: 5_000n } },
     * });
     * ```
     */
    async createMint(options: MintOptions = {}): Promise<Address> {
        return await createMint(this.#self, options);
    }

    /**
     * Creates a look-alike of a stablecoin at its mainnet address, unless it is there: with its token program and
     * decimals, the extensions that are known of it, and the {@link faucet} as every authority, so that
     * {@link mintTokens} works.
     *
     * @throws `INPUT_INVALID` for any other name than `CASH`, `EURC`, `PYUSD`, `USDC`, `USDG` and `USDT`.
     *
     * @example
     * ```ts
     * const usdc = await simulator.createStablecoin('USDC');
     * await simulator.mintTokens({ ...usdc, amount: 5_000_000n, owner: payer.address });
     * ```
     */
    async createStablecoin(symbol: StablecoinSymbol): Promise<Stablecoin> {
        return await createStablecoin(this.#self, symbol);
    }

    /**
     * Makes a channel in any state, by the transactions that anybody would make it with: with wallets, a mint and token
     * accounts where none are given.
     *
     * @throws By field: `INPUT_INVALID`, `ADDRESS_INVALID`, `SIGNER_INVALID`, `TOKEN_PROGRAM_UNSUPPORTED`,
     * `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`; as {@link getOpenInstructionAsync}; `TRANSACTION_FAILED`.
     *
     * @example
     * ```ts
     * const made = await simulator.createChannel({ deposit: 5_000_000n, settled: 2_000_000n, state: 'closing' });
     * const voucher = await made.sign(3_000_000n);
     * ```
     */
    async createChannel(options: ChannelOptions = {}): Promise<MadeChannel> {
        return await createChannel(this.#self, options);
    }

    /**
     * Makes many channels between the same parties: the first by transactions, the others by writing the accounts that
     * the same transactions would have written, and many times as fast. Their tokens are added to the supply.
     *
     * @param options As for {@link createChannel}, with `count`, and without the states after `finalized`.
     * @throws As {@link createChannel}.
     *
     * @example
     * ```ts
     * const channels = await simulator.createChannels({ count: 1_000, deposit: 1_000_000n });
     * ```
     */
    async createChannels(options: ManyChannelsOptions): Promise<readonly MadeChannel[]> {
        return await createChannels(this.#self, options);
    }

    /**
     * Moves the clock to the end of the grace period of a channel that is closing, from where on anybody can finalize it
     * and its payee can settle no more; the slot moves by as many as that time takes. It stays where that is over.
     *
     * @throws `INPUT_INVALID` for a channel that is not closing; as {@link getChannel}.
     *
     * @example
     * ```ts
     * const made = await simulator.createChannel({ state: 'closing' });
     * simulator.passGracePeriod(made.address);
     * ```
     */
    passGracePeriod(channel: Address): void {
        passGracePeriod(this.#self, channel);
    }

    /**
     * Freezes a token account or thaws it, as the issuer of its token can, whoever that is.
     *
     * @throws `ADDRESS_INVALID`; `INPUT_INVALID` where there is no token account.
     */
    setFrozen(tokenAccount: Address, isFrozen = true): void {
        setFrozen(this.#self, tokenAccount, isFrozen);
    }

    /**
     * Closes a token account, as its owner can: its lamports go to the owner, and tokens that are in it are burned.
     *
     * @throws `ADDRESS_INVALID`; `INPUT_INVALID` where there is no token account.
     */
    closeTokenAccount(tokenAccount: Address): void {
        closeTokenAccount(this.#self, tokenAccount);
    }

    /** For functions that take a simulator of whatever revision. */
    get #self(): Simulator<RevisionName> {
        return this as unknown as Simulator<RevisionName>;
    }

    /**
     * Creates the associated token account of a wallet if it is missing, at the faucet's expense.
     *
     * @param input `owner`, `mint`, and `tokenProgram` (SPL Token by default).
     * @returns The address of the token account.
     * @throws `ADDRESS_INVALID` or `TOKEN_PROGRAM_UNSUPPORTED`, by field; `TRANSACTION_FAILED`.
     */
    async createTokenAccount(input: Readonly<{ owner: Address }> & TokenInput): Promise<Address> {
        const given = readTerms('input', input, ['mint', 'owner', 'tokenProgram'], ['tokenProgram']);
        const [mint, owner] = [toAddress('mint', given.mint), toAddress('owner', given.owner)];
        const tokenProgram = toTokenProgram('tokenProgram', given.tokenProgram);
        const [address] = await findTokenPda('owner', owner, { mint, tokenProgram });
        const result = await this.send([
            await getCreateAssociatedTokenIdempotentInstructionAsync({ mint, owner, payer: this.faucet, tokenProgram }),
        ]);
        assertSucceeded(result);
        return address;
    }

    /**
     * Creates the token account that `distribute` needs for every mint: that of the deployment's treasury owner.
     *
     * @returns The address of the token account.
     * @throws As {@link createTokenAccount}.
     */
    async createTreasuryTokenAccount(token: TokenInput): Promise<Address> {
        const { mint, tokenProgram } = readTerms('token', token, ['mint', 'tokenProgram'], ['tokenProgram']);
        return await this.createTokenAccount({ mint, owner: getTreasuryOwner(this.deployment), tokenProgram });
    }

    /**
     * Mints tokens of a mint of {@link createMint} to the associated token account of a wallet, which is created if it
     * is missing.
     *
     * @param input `owner`, `mint`, `tokenProgram` (SPL Token by default), and `amount` in base units (u64).
     * @returns The address of the token account.
     * @throws `ADDRESS_INVALID`, `TOKEN_PROGRAM_UNSUPPORTED`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field;
     * `TRANSACTION_FAILED`.
     */
    async mintTokens(input: Readonly<{ amount: bigint | number; owner: Address }> & TokenInput): Promise<Address> {
        const { amount, ...given } = readTerms(
            'input',
            input,
            ['amount', 'mint', 'owner', 'tokenProgram'],
            ['tokenProgram'],
        );
        const units = toU64('amount', amount);
        const token = await this.createTokenAccount(given);
        const result = await this.send([
            getMintToInstruction(
                { amount: units, mint: toAddress('mint', given.mint), mintAuthority: this.faucet, token },
                { programAddress: toTokenProgram('tokenProgram', given.tokenProgram) },
            ),
        ]);
        assertSucceeded(result);
        return token;
    }

    /**
     * The amount in a token account, in base units; 0 where there is no token account of either token program, but
     * nothing or something else.
     *
     * @throws `ADDRESS_INVALID`.
     */
    getTokenAmount(tokenAccount: Address): bigint {
        const account = this.svm.getAccount(toAddress('tokenAccount', tokenAccount));
        return (account.exists ? readTokenHolding(account)?.amount : undefined) ?? 0n;
    }

    /**
     * Decodes the state of the account at the address of a channel.
     *
     * @throws `ADDRESS_INVALID`, or as {@link decodeChannelState}.
     */
    getChannel(address: Address): ChannelState<TRevision> {
        return decodeChannelState<TRevision>(this.svm.getAccount(toAddress('channel', address)), this.deployment);
    }
}
