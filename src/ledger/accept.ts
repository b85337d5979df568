import { findEarlierRequest, reserveCredit } from './charge';
import type {
    AcceptVoucherCommand,
    Answers,
    ChargeAnswer,
    CommitDeliveryCommand,
    Decision,
    ReserveDeliveryCommand,
} from './commands';
import type { Draft } from './draft';
import { toKeyOf, type ChannelNamed } from './record';
import { findBrokenRule, findEnd, isStoredVoucher, laterOf, storeVoucher } from './vouchers';

/**
 * Accepts a voucher, and reserves what the request that came with it costs.
 *
 * The key of the request comes first: what was answered before is answered again, whatever the voucher. A voucher that
 * does not cover the price is accepted alone: its money counts for the next request.
 */
export function acceptVoucher(
    draft: Draft,
    { charge, voucher }: AcceptVoucherCommand,
): Decision<Answers['acceptVoucher']> {
    if (voucher.channelId !== draft.channel) return draft.refuse('VOUCHER_CHANNEL_MISMATCH');
    const earlier = charge && findEarlierRequest(draft.record, charge);
    if (earlier !== undefined) {
        // What was bought is given to nobody who can't prove to be its buyer.
        if (!voucher.isSignatureGood) return draft.refuse('INVALID_SIGNATURE');
        if (earlier.kind === 'refused') return draft.refuse(earlier.code);
        return draft.decide({ ...earlier, standing: draft.standing });
    }
    const isAgain = charge?.row !== undefined && voucher.cumulativeAmount <= draft.record.accepted;
    if (isAgain || isStoredVoucher(draft.record, voucher)) {
        if (!voucher.isSignatureGood) return draft.refuse('INVALID_SIGNATURE');
        // The row was made when its voucher was accepted, and the credit came back when the handler failed.
        if (isAgain && findEnd(draft.record) === undefined) return chargeAgain(draft, charge);
        return draft.decide({ kind: 'replayed', standing: draft.standing });
    }
    const broken = findEnd(draft.record) ?? findBrokenRule(draft, voucher, { minDelta: draft.policy.minVoucherDelta });
    if (broken !== undefined) return draft.refuse(broken);
    const delta = voucher.cumulativeAmount - draft.record.accepted;
    storeVoucher(draft, voucher);
    const answer = charge === undefined ? null : reserveCredit(draft, charge);
    // The voucher stays accepted: the money is authorized.
    if (typeof answer === 'string') return draft.refuse(answer);
    return draft.decide({ charge: answer, delta, kind: 'accepted', standing: draft.standing });
}

function chargeAgain(
    draft: Draft,
    charge: NonNullable<AcceptVoucherCommand['charge']>,
): Decision<Answers['acceptVoucher']> {
    const answer: ChargeAnswer | string = reserveCredit(draft, charge);
    if (typeof answer === 'string') return draft.refuse('TOO_MANY_RESERVATIONS');
    return draft.decide({ charge: answer, delta: 0n, kind: 'accepted', standing: draft.standing });
}

/**
 * The key of a committed delivery's row.
 *
 * @example
 * ```ts
 * const row = await store.getRow('delivery', getDeliveryKey(record, id));
 * ```
 */
export function getDeliveryKey(record: ChannelNamed, id: string): string {
    return toKeyOf('id', record, id);
}

/** Reserves a delivery of the side channel: it never stands in the way of a voucher, and ends by itself. */
export function reserveDelivery(draft: Draft, command: ReserveDeliveryCommand): Decision<Answers['reserveDelivery']> {
    const ended = findEnd(draft.record);
    if (ended !== undefined) return draft.refuse(ended);
    const { now, policy, record } = draft;
    const pending = record.deliveries.pending.filter(({ expiresAt }) => expiresAt > now);
    const sequence = record.deliveries.lastSequence + 1;
    const id = command.id ?? `${draft.channel}:${sequence}`;
    if (command.row !== undefined || pending.some(delivery => delivery.id === id)) {
        return draft.refuse('DELIVERY_EXISTS');
    }
    if (pending.length >= policy.maxDeliveries) return draft.refuse('TOO_MANY_DELIVERIES');
    const total = pending.reduce((sum, { amount }) => sum + amount, record.accepted + command.amount);
    if (total > record.chain.deposit) return draft.refuse('EXCEEDS_AVAILABLE_DEPOSIT');
    const latest = now + BigInt(policy.deliverySeconds);
    const asked = command.expiresAt ?? latest;
    const expiresAt = asked < latest ? asked : latest;
    if (expiresAt <= now) return draft.refuse('DELIVERY_EXPIRED');
    const delivery = { amount: command.amount, expiresAt, id, sequence };
    draft.set({ deliveries: { lastSequence: sequence, pending: [...pending, delivery] } });
    return draft.decide({ delivery, kind: 'deliveryReserved', standing: draft.standing });
}

/** Takes the voucher for a delivery; delivered is what was reserved, charged is what the voucher adds. */
export function commitDelivery(draft: Draft, command: CommitDeliveryCommand): Decision<Answers['commitDelivery']> {
    const { id, row, voucher } = command;
    const { record } = draft;
    if (voucher.channelId !== draft.channel) return draft.refuse('VOUCHER_CHANNEL_MISMATCH');
    if (row !== undefined) {
        const { amount, cumulative, signature } = row.value;
        if (cumulative !== voucher.cumulativeAmount || signature !== voucher.signature) {
            return draft.refuse('DELIVERY_CONFLICT');
        }
        if (!voucher.isSignatureGood) return draft.refuse('INVALID_SIGNATURE');
        return draft.decide({ amount, kind: 'replayed', standing: draft.standing });
    }
    const ended = findEnd(record);
    if (ended !== undefined) return draft.refuse(ended);
    const delivery = record.deliveries.pending.find(pending => pending.id === id);
    if (delivery === undefined) return draft.refuse('DELIVERY_NOT_FOUND');
    if (delivery.expiresAt <= draft.now) return draft.refuse('DELIVERY_EXPIRED');
    const amount = voucher.cumulativeAmount - record.accepted;
    if (amount > delivery.amount) return draft.refuse('AMOUNT_EXCEEDS_RESERVATION');
    const broken = findBrokenRule(draft, voucher, { minDelta: 0n });
    if (broken !== undefined) return draft.refuse(broken);
    storeVoucher(draft, voucher);
    draft.set({
        deliveries: { ...record.deliveries, pending: record.deliveries.pending.filter(other => other !== delivery) },
        lastActivityAt: laterOf(record.lastActivityAt, draft.now),
        spent: record.spent + amount,
    });
    draft.write({
        expected: 'absent',
        key: getDeliveryKey(record, id),
        kind: 'delivery',
        value: {
            amount,
            committedAt: draft.now,
            cumulative: voucher.cumulativeAmount,
            signature: voucher.signature,
        },
    });
    return draft.decide({ amount, kind: 'committed', standing: draft.standing });
}
