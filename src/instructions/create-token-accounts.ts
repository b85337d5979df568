import type {
    AccountMeta,
    Address,
    Instruction,
    InstructionWithAccounts,
    InstructionWithData,
    ReadonlyUint8Array,
    TransactionSigner,
} from '@solana/kit';
import { getCreateAssociatedTokenIdempotentInstruction } from '@solana-program/token';

import { findTokenPda, type TokenInput } from '../channel/addresses';
import { assertIsInput, toAddress, toSigner, toTokenProgram } from '../input';

/** Which token accounts to create. */
export type CreateTokenAccountsInput = TokenInput &
    Readonly<{
        /** Wallet that pays their rent. */
        funder: TransactionSigner;
        /** Wallets that get one; each is created once. */
        owners: readonly Address[];
    }>;

/** The creation of one associated token account. */
export type CreateTokenAccountInstruction = Instruction<Address> &
    InstructionWithAccounts<readonly AccountMeta[]> &
    InstructionWithData<ReadonlyUint8Array>;

/**
 * Creates the associated token accounts of wallets, those that exist already being left alone: one instruction each.
 *
 * @throws By field: `SIGNER_INVALID`, `ADDRESS_INVALID`, `TOKEN_PROGRAM_UNSUPPORTED`.
 */
export async function getCreateTokenAccountsInstructionsAsync(
    input: CreateTokenAccountsInput,
): Promise<readonly CreateTokenAccountInstruction[]> {
    assertIsInput('input', input);
    const payer = toSigner('funder', input.funder);
    const mint = toAddress('mint', input.mint);
    const tokenProgram = toTokenProgram('tokenProgram', input.tokenProgram);
    const owners = [...new Set(input.owners)];
    return await Promise.all(
        owners.map(async (owner, index) => {
            const [ata] = await findTokenPda(`owners[${index}]`, owner, { mint, tokenProgram });
            return getCreateAssociatedTokenIdempotentInstruction({ ata, mint, owner, payer, tokenProgram });
        }),
    );
}
