import { getAddressDecoder, type Address, type Instruction } from '@solana/kit';

import { type RevisionFacts } from '../revisions';
import { type Draft, type Frame } from './draft';
import { parseVoucher, u16, type VoucherFields } from './parse';
import { refuse } from './refusal';
import {
    ED25519_PROGRAM,
    INSTRUCTIONS_SYSVAR,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    type ChannelAccount,
    type Mint,
    type TokenAccount,
} from './world';

// The shared procedures of docs/program.md, section 6.

/** Section 6.1. A channel of this model always has the right discriminator and version (C3, C4: errors.test.ts). */
export function load(draft: Draft, address: Address): ChannelAccount {
    const account = draft.accounts.get(address);
    if (account?.kind === 'tombstone') refuse('InvalidAccountData');
    if (account?.kind !== 'channel') refuse('InvalidAccountOwner');
    return account;
}

export type TokenContext = Readonly<{ mint: Address; tokenProgram: Address; decimals: number }>;

/** Section 6.2. Every mint of this model is acceptable to its own token program (C55, C56: errors.test.ts). */
export function tokenContext(draft: Draft, mint: Address, tokenProgram: Address): TokenContext {
    if (tokenProgram !== TOKEN_PROGRAM && tokenProgram !== TOKEN_2022_PROGRAM) refuse(54);
    const account = draft.accounts.get(mint) as Mint | undefined;
    if (account?.kind !== 'mint' || account.tokenProgram !== tokenProgram) refuse(53);
    return { decimals: account.decimals, mint, tokenProgram };
}

export function isAssociatedToken(draft: Draft, address: Address, owner: Address, ctx: TokenContext): boolean {
    const known = draft.book.associatedTokenAt(address);
    return known?.owner === owner && known.mint === ctx.mint && known.tokenProgram === ctx.tokenProgram;
}

export type Finding = 'ok' | 'ADDRESS' | 'BASE' | 'STATE' | 'OWNER' | 'EXT-UNSUPPORTED' | 'EXT-MALFORMED';

/** Section 6.4. */
export function checkAssociatedToken(draft: Draft, address: Address, owner: Address, ctx: TokenContext): Finding {
    if (!isAssociatedToken(draft, address, owner, ctx)) return 'ADDRESS';
    const account = draft.accounts.get(address);
    if (account?.kind !== 'token' || account.tokenProgram !== ctx.tokenProgram) return 'BASE';
    if (account.state > 2) refuse('ProgramFailedToComplete');
    if (account.state !== 1) return 'STATE';
    if (account.mint !== ctx.mint || account.owner !== owner) return 'OWNER';
    if (account.trailer === 'unsupported') return 'EXT-UNSUPPORTED';
    if (account.trailer === 'malformed') return 'EXT-MALFORMED';
    return 'ok';
}

/**
 * The table of docs/program.md, section 6.4: codes for a wrong address, state or owner; an unreadable account; a bad
 * extension.
 */
const MANDATORY = { channel: [50, 51, 52], payer: [57, 58, 59], treasury: [2401, 2402, 2403] } as const;

export function requireAssociatedToken(
    draft: Draft,
    role: keyof typeof MANDATORY,
    address: Address,
    owner: Address,
    ctx: TokenContext,
): TokenAccount {
    const [mismatch, unreadable, extensions] = MANDATORY[role];
    const finding = checkAssociatedToken(draft, address, owner, ctx);
    if (finding === 'ADDRESS' || finding === 'STATE' || finding === 'OWNER') refuse(mismatch);
    if (finding === 'BASE') refuse(unreadable);
    if (finding !== 'ok') refuse(extensions);
    return draft.accounts.get(address) as TokenAccount;
}

/** Section 6.5 (epoch 6.1): the new settled amount. `copy` is the voucher in the instruction data, where there is one. */
export function acceptVoucher(
    frame: Frame,
    channelAddress: Address,
    channel: ChannelAccount,
    copy: VoucherFields | undefined,
    sysvar: Address,
): bigint {
    const { facts } = frame;
    if (sysvar !== INSTRUCTIONS_SYSVAR) refuse('UnsupportedSysvar');
    const previous = frame.instructions[frame.index - 1];
    if (previous?.programAddress !== ED25519_PROGRAM) refuse(230);
    const signed = parseSigned(previous, facts);
    if (facts.voucherMagic.some((byte, index) => signed.message[index] !== byte)) refuse(238);
    const voucher = copy ?? parseVoucher(signed.message, facts);
    if (voucher.channelId !== channelAddress) refuse(232);
    if (voucher.expiresAt !== 0n && frame.now >= voucher.expiresAt) refuse(233);
    if (voucher.cumulativeAmount > channel.deposit) refuse(235);
    if (voucher.cumulativeAmount <= channel.settled) refuse(234);
    if (!Buffer.from(signed.message).equals(voucher.bytes)) refuse(236);
    if (signed.publicKey !== channel.authorizedSigner) refuse(237);
    return voucher.cumulativeAmount;
}

/** Section 6.6 (epoch 6.2). */
function parseSigned(
    instruction: Instruction,
    { voucherLength }: RevisionFacts,
): { message: Uint8Array; publicKey: Address } {
    const data = Uint8Array.from(instruction.data ?? []);
    if (data.length !== 112 + voucherLength) refuse(231);
    const [count, padding] = data;
    if (count !== 1 || padding !== 0) refuse(231);
    const header = [2, 4, 6, 8, 10, 12, 14].map(offset => u16(data, offset));
    if (String(header) !== String([48, 0xffff, 16, 0xffff, 112, voucherLength, 0xffff])) refuse(231);
    return { message: data.subarray(112), publicKey: getAddressDecoder().decode(data, 16) };
}

/** Section 6.7. */
export function share(channel: ChannelAccount, bps: number): bigint {
    const of = (amount: bigint) => (amount * BigInt(bps)) / 10_000n;
    const amount = of(channel.settled) - of(channel.payoutWatermark);
    if (amount < 0n) refuse(2410);
    return amount;
}

/** Section 6.8. */
export function emit(frame: Frame, eventAuthority: Address, event: Uint8Array): void {
    if (eventAuthority !== frame.book.eventAuthority) refuse(8);
    frame.call(frame.book.programAddress, event);
}
