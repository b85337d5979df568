import { getAddressEncoder, type Address } from '@solana/kit';

import { type RevisionFacts } from '../revisions';
import { checkAssociatedToken, emit, isAssociatedToken, type TokenContext } from './checks';
import { type Frame } from './draft';
import { type Transfer } from './effects';
import { refuse } from './refusal';

// docs/program.md, section 8.

/** Beneficiary number in the event, and the codes for a wrong address and for a malformed extension area. */
const BENEFICIARIES = { recipient: [0, 2404, 2406], payee: [1, 60, 62], payer: [2, 57, 59] } as const;

/** Reason number in the event. */
const REASONS = { 'EXT-UNSUPPORTED': 0, BASE: 1, STATE: 2, OWNER: 3 } as const;

export type PayoutContext = Readonly<{
    frame: Frame;
    token: TokenContext;
    channel: Address;
    escrow: Address;
    treasury: Address;
    eventAuthority: Address;
}>;

/** The transfers that a share leads to: none when it is 0, otherwise one to its owner or to the treasury. */
export function payOut(
    ctx: PayoutContext,
    beneficiary: keyof typeof BENEFICIARIES,
    account: Address,
    owner: Address,
    amount: bigint,
): Transfer[] {
    const [number, mismatch, malformed] = BENEFICIARIES[beneficiary];
    const { draft } = ctx.frame;
    if (amount === 0n) {
        if (!isAssociatedToken(draft, account, owner, ctx.token)) refuse(mismatch);
        return [];
    }
    const finding = checkAssociatedToken(draft, account, owner, ctx.token);
    if (finding === 'ADDRESS') refuse(mismatch);
    if (finding === 'EXT-MALFORMED') refuse(malformed);
    if (finding === 'ok') return [{ amount, destination: account, source: ctx.escrow }];
    const event = redirectedEvent(ctx.channel, owner, amount, number, REASONS[finding]);
    emit(ctx.frame, ctx.eventAuthority, event);
    return [{ amount, destination: ctx.treasury, source: ctx.escrow }];
}

const OPENED = 'e445a52e51cb9a1da6ac61094d4cbd6d';
const PAYOUT_REDIRECTED = 'e445a52e51cb9a1dd116b9d754a75450';

/** Section 10. */
export function openedEvent(channel: Address, openSlot: bigint, { extraSeed }: RevisionFacts): Uint8Array {
    const slot = Buffer.alloc(extraSeed?.length ?? 0);
    if (extraSeed !== undefined) slot.writeBigUInt64LE(openSlot);
    return Buffer.concat([Buffer.from(OPENED, 'hex'), Buffer.from(getAddressEncoder().encode(channel)), slot]);
}

function redirectedEvent(channel: Address, owner: Address, amount: bigint, beneficiary: number, reason: number) {
    const encoder = getAddressEncoder();
    const tail = Buffer.alloc(10);
    tail.writeBigUInt64LE(amount, 0);
    tail[8] = beneficiary;
    tail[9] = reason;
    return Buffer.concat([
        Buffer.from(PAYOUT_REDIRECTED, 'hex'),
        Buffer.from(encoder.encode(channel)),
        Buffer.from(encoder.encode(owner)),
        tail,
    ]);
}
