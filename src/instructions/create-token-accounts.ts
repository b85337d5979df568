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

import { findTokenPda, type AddressOrSigner, type TokenInput } from '../channel/find-pdas';
import { readTerms, toAddress, toList, toSigner, toTokenProgram } from '../core/input';

/** Which token accounts to create. */
export type CreateTokenAccountsInput = TokenInput &
    Readonly<{
        /** Wallet that pays their rent. */
        funder: TransactionSigner;
        /** Wallets that get one; each is created once. */
        owners: readonly AddressOrSigner[];
    }>;

/** The creation of one associated token account. */
export type CreateTokenAccountInstruction = Instruction<Address> &
    InstructionWithAccounts<readonly AccountMeta[]> &
    InstructionWithData<ReadonlyUint8Array>;

/**
 * Creates the associated token accounts of wallets, those that exist already being left alone: one instruction each.
 *
 * @throws By field: `SIGNER_INVALID`, `ADDRESS_INVALID`, `TOKEN_PROGRAM_UNSUPPORTED`; `INPUT_INVALID` for no list.
 *
 * @example
 * ```ts
 * const instructions = await getCreateTokenAccountsInstructionsAsync({ funder, mint, owners: [payee, platform] });
 * ```
 */
export async function getCreateTokenAccountsInstructionsAsync(
    input: CreateTokenAccountsInput,
): Promise<readonly CreateTokenAccountInstruction[]> {
    const given = readTerms('input', input, ['funder', 'mint', 'owners', 'tokenProgram'], ['tokenProgram']);
    const payer = toSigner('funder', given.funder);
    const mint = toAddress('mint', given.mint);
    const tokenProgram = toTokenProgram('tokenProgram', given.tokenProgram);
    const owners = toOwners('owners', given.owners);
    return await Promise.all(
        [...new Set(owners)].map(async owner => {
            const [ata] = await findTokenPda('owners', owner, { mint, tokenProgram });
            return getCreateAssociatedTokenIdempotentInstruction({ ata, mint, owner, payer, tokenProgram });
        }),
    );
}

/** Wallets to create token accounts for: nobody's are, or everybody's, because a list is missing by mistake. */
export function toOwners(field: string, value: unknown): Address[] {
    return toList(field, value, 'an array of the wallets that get a token account', (owner, path) =>
        toAddress(path, owner),
    );
}
