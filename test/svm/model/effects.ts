import { getAddressEncoder, type Address } from '@solana/kit';

import { type TokenContext } from './checks';
import { type Frame } from './draft';
import { refuse } from './refusal';
import {
    ASSOCIATED_TOKEN_PROGRAM,
    rentFor,
    SYSTEM_PROGRAM,
    TOKEN_2022_LENGTH,
    TOKEN_2022_PROGRAM,
    TOKEN_LENGTH,
    TOKEN_PROGRAM,
    type ChannelAccount,
    type TokenAccount,
} from './world';

// What the programs that payment-channels calls do to the world, and the bytes that it calls them with
// (docs/program.md, section 6.9).

const INSUFFICIENT_LAMPORTS = { custom: 1, program: SYSTEM_PROGRAM };

/** Gives a channel its account: in one call of the System program, or in several that bear with lamports in it. */
export function createChannelAccount(frame: Frame, payer: Address, address: Address, channel: ChannelAccount): void {
    if (frame.facts.toleratesPrefunding) fundChannelAccount(frame, payer, address, channel);
    else createNewChannelAccount(frame, payer, address, channel);
}

/** System program: Transfer of what is missing, Allocate and Assign (epoch 7.1, steps 17 to 19). */
function fundChannelAccount(frame: Frame, payer: Address, address: Address, channel: ChannelAccount): void {
    const { draft, facts } = frame;
    const call = (tag: number, ...numbers: readonly bigint[]) => {
        const data = new DataView(new ArrayBuffer(4 + 8 * numbers.length));
        data.setUint32(0, tag, true);
        numbers.forEach((number, index) => data.setBigUint64(4 + 8 * index, number, true));
        return new Uint8Array(data.buffer);
    };
    const required = rentFor(facts.channelLength);
    const shortfall = required - draft.lamportsOf(address);
    if (shortfall > 0n) {
        frame.call(SYSTEM_PROGRAM, call(2, shortfall));
        // Transfer takes only from an account of the System program without data.
        if (draft.lamportsOf(payer) < shortfall) refuse(INSUFFICIENT_LAMPORTS);
        draft.addLamports(payer, -shortfall);
        draft.addLamports(address, shortfall);
    }
    frame.call(SYSTEM_PROGRAM, call(8, BigInt(facts.channelLength)));
    if (draft.accounts.get(address)?.kind !== 'wallet') refuse({ custom: 0, program: SYSTEM_PROGRAM });
    const owner = Uint8Array.from(getAddressEncoder().encode(draft.book.programAddress));
    frame.call(SYSTEM_PROGRAM, Uint8Array.of(...call(1), ...owner));
    draft.put(address, { ...channel, lamports: draft.lamportsOf(address) });
}

/** System program: CreateAccount, for an address without lamports (docs/program.md, section 7.1). */
function createNewChannelAccount(frame: Frame, payer: Address, address: Address, channel: ChannelAccount): void {
    const { draft, facts } = frame;
    const lamports = rentFor(facts.channelLength);
    const data = new Uint8Array(52);
    const view = new DataView(data.buffer);
    view.setBigUint64(4, lamports, true);
    view.setBigUint64(12, BigInt(facts.channelLength), true);
    data.set(getAddressEncoder().encode(draft.book.programAddress), 20);
    frame.call(SYSTEM_PROGRAM, data);

    if (draft.lamportsOf(address) > 0n) refuse({ custom: 0, program: SYSTEM_PROGRAM });
    if (draft.lamportsOf(payer) < lamports) refuse(INSUFFICIENT_LAMPORTS);
    draft.addLamports(payer, -lamports);
    draft.put(address, { ...channel, lamports });
}

/** Associated-token program: Create, which refuses an account that exists, or CreateIdempotent, which takes its own. */
export function createAssociatedToken(
    frame: Frame,
    payer: Address,
    address: Address,
    owner: Address,
    ctx: TokenContext,
): void {
    const { draft } = frame;
    const isIdempotent = frame.facts.toleratesPrefunding;
    frame.call(ASSOCIATED_TOKEN_PROGRAM, Uint8Array.of(isIdempotent ? 1 : 0));
    const existing = draft.accounts.get(address);
    if (isIdempotent && existing?.kind === 'token' && existing.tokenProgram === ctx.tokenProgram) {
        if (existing.state === 1 || existing.state === 2) {
            if (existing.owner !== owner) refuse({ custom: 0, program: ASSOCIATED_TOKEN_PROGRAM });
            if (existing.mint !== ctx.mint)
                refuse({ builtin: 'InvalidAccountData', program: ASSOCIATED_TOKEN_PROGRAM });
            return;
        }
    }
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
    // Only the escrow of a channel that is being opened can be frozen and get this far.
    if (to.state === 2) refuse({ custom: 17, program: ctx.tokenProgram });
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
