import { getAddressEncoder, type Address } from '@solana/kit';

import { type TokenContext } from './checks';
import { type Frame } from './draft';
import { refuse } from './refusal';
import {
    ASSOCIATED_TOKEN_PROGRAM,
    CHANNEL_LENGTH,
    rentFor,
    SYSTEM_PROGRAM,
    TOKEN_2022_LENGTH,
    TOKEN_2022_PROGRAM,
    TOKEN_LENGTH,
    TOKEN_PROGRAM,
    type ChannelAccount,
    type TokenAccount,
} from './world';

// What the programs that payment-channels calls do to the world, and the bytes that it calls them with (section 6.9).

const INSUFFICIENT_LAMPORTS = { custom: 1, program: SYSTEM_PROGRAM };

/** System program: CreateAccount for a channel. */
export function createChannelAccount(frame: Frame, payer: Address, address: Address, channel: ChannelAccount): void {
    const { draft } = frame;
    const lamports = rentFor(CHANNEL_LENGTH);
    const data = new Uint8Array(52);
    const view = new DataView(data.buffer);
    view.setBigUint64(4, lamports, true);
    view.setBigUint64(12, BigInt(CHANNEL_LENGTH), true);
    data.set(getAddressEncoder().encode(draft.book.programAddress), 20);
    frame.call(SYSTEM_PROGRAM, data);

    if (draft.lamportsOf(address) > 0n) refuse({ custom: 0, program: SYSTEM_PROGRAM });
    if (draft.lamportsOf(payer) < lamports) refuse(INSUFFICIENT_LAMPORTS);
    draft.addLamports(payer, -lamports);
    draft.put(address, { ...channel, lamports });
}

/** Associated-token program: Create, which unlike CreateIdempotent refuses an account that exists. */
export function createAssociatedToken(
    frame: Frame,
    payer: Address,
    address: Address,
    owner: Address,
    ctx: TokenContext,
): void {
    const { draft } = frame;
    frame.call(ASSOCIATED_TOKEN_PROGRAM, Uint8Array.of(0));
    const existing = draft.accounts.get(address);
    if (existing !== undefined && existing.kind !== 'wallet') {
        refuse({ builtin: 'IllegalOwner', program: ASSOCIATED_TOKEN_PROGRAM });
    }
    const isToken2022 = ctx.tokenProgram === TOKEN_2022_PROGRAM;
    const rent = rentFor(isToken2022 ? TOKEN_2022_LENGTH : TOKEN_LENGTH);
    // Lamports that stood at the address before count towards its rent.
    const before = draft.lamportsOf(address);
    const missing = before < rent ? rent - before : 0n;
    if (draft.lamportsOf(payer) < missing) refuse(INSUFFICIENT_LAMPORTS);
    draft.addLamports(payer, -missing);
    draft.put(address, {
        amount: 0n,
        kind: 'token',
        lamports: before + missing,
        mint: ctx.mint,
        owner,
        state: 1,
        tokenProgram: ctx.tokenProgram,
        trailer: isToken2022 ? 'immutableOwner' : 'none',
    });
}

export type Transfer = Readonly<{ source: Address; destination: Address; amount: bigint }>;

function transferData({ amount }: Transfer, { decimals }: TokenContext): Uint8Array {
    const data = new Uint8Array(10);
    data[0] = 12;
    new DataView(data.buffer).setBigUint64(1, amount, true);
    data[9] = decimals;
    return data;
}

function move(frame: Frame, { amount, destination, source }: Transfer, ctx: TokenContext): void {
    const { draft } = frame;
    const from = draft.accounts.get(source) as TokenAccount;
    if (from.amount < amount) refuse({ custom: 1, program: ctx.tokenProgram });
    draft.put(source, { ...from, amount: from.amount - amount });
    const to = draft.accounts.get(destination) as TokenAccount;
    draft.put(destination, { ...to, amount: to.amount + amount });
}

/** A token program: TransferChecked. */
export function transferChecked(frame: Frame, transfer: Transfer, ctx: TokenContext): void {
    frame.call(ctx.tokenProgram, transferData(transfer, ctx));
    move(frame, transfer, ctx);
}

/** Section 9: everything at once on SPL Token, one by one otherwise. */
export function flush(frame: Frame, queue: readonly Transfer[], ctx: TokenContext): void {
    if (ctx.tokenProgram !== TOKEN_PROGRAM || queue.length < 2) {
        for (const transfer of queue) transferChecked(frame, transfer, ctx);
        return;
    }
    for (let start = 0; start < queue.length; start += 8) {
        const chunk = queue.slice(start, start + 8);
        const data = chunk.flatMap(transfer => [4, 10, ...transferData(transfer, ctx)]);
        frame.call(ctx.tokenProgram, Uint8Array.from([0xff, ...data]));
        for (const transfer of chunk) move(frame, transfer, ctx);
    }
}

/** A token program: CloseAccount, which sends the lamports to a wallet. */
export function closeToken(frame: Frame, address: Address, destination: Address, ctx: TokenContext): void {
    frame.call(ctx.tokenProgram, Uint8Array.of(9));
    const { draft } = frame;
    const lamports = draft.lamportsOf(address);
    draft.accounts.delete(address);
    draft.addLamports(destination, lamports);
}
