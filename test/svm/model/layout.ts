import { none, type Address, type EncodedAccount, lamports } from '@solana/kit';
import { getMintEncoder, getTokenEncoder } from '@solana-program/token';

import { type RevisionFacts } from '../revisions';
import { SYSTEM_PROGRAM, type AccountState, type Mint, type TokenAccount } from './world';

// The model's accounts as a runtime holds them.

const tokenEncoder = getTokenEncoder();
const mintEncoder = getMintEncoder();

/** An account as LiteSVM takes it. */
export function toEncodedAccount(address: Address, account: AccountState, facts: RevisionFacts): EncodedAccount {
    const [owner, data] = render(account, facts);
    return {
        address,
        data,
        executable: false,
        lamports: lamports(account.lamports),
        programAddress: owner,
        space: BigInt(data.length),
    };
}

function render(account: AccountState, { deployment }: RevisionFacts): [owner: Address, data: Uint8Array] {
    const { programAddress, channel } = deployment;
    switch (account.kind) {
        case 'wallet':
            return [SYSTEM_PROGRAM, new Uint8Array()];
        case 'token':
            return [account.tokenProgram, renderToken(account)];
        case 'mint':
            return [account.tokenProgram, renderMint(account)];
        case 'tombstone':
            return [programAddress, Uint8Array.of(2)];
        case 'channel': {
            const { payoutWatermark, settled } = account;
            const fields = { ...account, settlement: { payoutWatermark, settled }, version: 1 };
            const data = channel.encode(fields);
            return [programAddress, new Uint8Array(data)];
        }
    }
}

/** Bytes behind the base of a Token-2022 account: its type (2), then its extensions. */
const TOKEN_TRAILERS = {
    none: [],
    immutableOwner: [2, 7, 0, 0, 0],
    // MemoTransfer, an extension that exists and that the program refuses.
    unsupported: [2, 7, 0, 0, 0, 8, 0, 1, 0, 0],
    // An ImmutableOwner that says it is longer than what follows.
    malformed: [2, 7, 0, 5, 0],
} as const;

function renderToken(token: TokenAccount): Uint8Array {
    const base = tokenEncoder.encode({
        amount: token.amount,
        closeAuthority: none(),
        delegate: none(),
        delegatedAmount: 0n,
        isNative: none(),
        mint: token.mint,
        owner: token.owner,
        state: 1,
    });
    const data = new Uint8Array([...base, ...TOKEN_TRAILERS[token.trailer]]);
    data[TOKEN_STATE_OFFSET] = token.state;
    return data;
}

/** Of the state in a token account: the encoder takes no state that does not exist. */
const TOKEN_STATE_OFFSET = 108;

function renderMint(mint: Mint): Uint8Array {
    const base = mintEncoder.encode({
        decimals: mint.decimals,
        freezeAuthority: none(),
        isInitialized: true,
        mintAuthority: none(),
        supply: 2n ** 64n - 1n,
    });
    if (mint.trailer === 'none') return new Uint8Array(base);
    // Padded to where the type of a token account stands; type 1; MetadataPointer (18) of 64 zero bytes.
    const data = new Uint8Array(166 + 4 + 64);
    data.set(base);
    data.set([1, 18, 0, 64, 0], 165);
    return data;
}
