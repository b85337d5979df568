import { type Address } from '@solana/kit';
import { getCreateAccountInstruction } from '@solana-program/system';
import {
    getCreateAssociatedTokenIdempotentInstructionAsync,
    getInitializeMint2Instruction,
    getMintSize,
    getMintToInstruction,
} from '@solana-program/token';

import { findTokenPda, type TokenInput } from '../channel/find-pdas';
import { decodeChannelState, type ChannelState } from '../channel/channel-state';
import { readTokenHolding } from '../channel/token-account';
import { getTreasuryOwner } from '../revision/deployment';
import { readOnlyMembers, readTerms, toAddress, toInteger, toTokenProgram, toU64 } from '../core/input';
import type { RevisionName } from '../revision/revision-types';
import { SimulatedChain } from './chain';
import { assertSucceeded } from './result';

/**
 * A Solana runtime in this process with the payment-channels program loaded.
 *
 * Make one with {@link createSimulator}. Everything in it happens synchronously and on request: the clock stands still
 * until it is moved.
 */
export class Simulator<TRevision extends RevisionName = RevisionName> extends SimulatedChain<TRevision> {
    /**
     * Creates a mint whose authority is the {@link faucet}.
     *
     * @param options `decimals` (6 by default), `tokenProgram` (SPL Token by default), and a `label` as for
     * {@link createSigner}.
     * @throws `TOKEN_PROGRAM_UNSUPPORTED`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
     */
    async createMint(
        options: Readonly<{
            decimals?: number | undefined;
            label?: string | undefined;
            tokenProgram?: Address | undefined;
        }> = {},
    ): Promise<Address> {
        const members = { decimals: true, label: true, tokenProgram: true } as const;
        const { label, tokenProgram, ...given } = readOnlyMembers('options', options, members);
        const decimals = Number(toInteger('decimals', given.decimals ?? 6, 0n, 255n));
        const programAddress = toTokenProgram('tokenProgram', tokenProgram);
        const mint = await this.createSigner(label);
        const space = getMintSize();
        const result = await this.send([
            getCreateAccountInstruction({
                lamports: this.svm.minimumBalanceForRentExemption(BigInt(space)),
                newAccount: mint,
                payer: this.faucet,
                programAddress,
                space,
            }),
            getInitializeMint2Instruction(
                { decimals, mint: mint.address, mintAuthority: this.faucet.address },
                { programAddress },
            ),
        ]);
        assertSucceeded(result);
        return mint.address;
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
