import { LEDGER_INVARIANT_BROKEN } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readDeeply, U64_MAX } from '../core/input';
import { lastsAsLong } from '../voucher/compare-vouchers';
import { getReserved, type ChannelRecord } from './record';

/**
 * What is wrong with a record, in words; nothing for a good one.
 *
 * @param before The record that it takes the place of.
 */
export function findBrokenInvariants(record: ChannelRecord, before?: ChannelRecord): readonly string[] {
    return readDeeply('record', 'the record of a channel', record, () => findBroken(record, before));
}

function findBroken(record: ChannelRecord, before: ChannelRecord | undefined): readonly string[] {
    const { accepted, chain, ending, endingVoucher, spent, voucher } = record;
    const problems: string[] = [];
    const must = (holds: boolean, problem: string) => holds || problems.push(problem);

    must(chain.settled <= chain.deposit, 'settled is above the deposit');
    must(chain.paidOut <= chain.settled, 'more is paid out than settled');
    must(accepted <= chain.deposit, 'accepted is above the deposit');
    must(chain.settled <= accepted, 'settled is above accepted');
    must(spent + getReserved(record) <= accepted, 'spent and reserved are above accepted');
    must(chain.deposit <= U64_MAX, 'the deposit is above a u64');
    must(voucher === null || voucher.cumulativeAmount === accepted, 'the voucher is not over what is accepted');
    must(voucher !== null || accepted === chain.settled, 'what is accepted has no voucher');
    must(
        record.reservations.every(({ amount }) => amount >= 0n),
        'a reservation is negative',
    );
    must(
        new Set(record.reservations.map(({ key }) => key)).size === record.reservations.length,
        'two reservations have one key',
    );
    must(
        ending === null ||
            ending.amount === (endingVoucher?.cumulativeAmount ?? accepted) ||
            accepted === chain.settled,
        'the channel does not end with what its voucher is over',
    );
    if (before === undefined) return problems;

    for (const name of ['accepted', 'spent', 'units'] as const) {
        must(record[name] >= before[name], `${name} went down`);
    }
    for (const name of ['deposit', 'settled', 'paidOut', 'observedSlot'] as const) {
        must(chain[name] >= before.chain[name], `${name} went down`);
    }
    must(record.identity === before.identity, 'the identity changed');
    must(
        voucher === null || before.voucher === null || lastsAsLong(voucher.expiresAt, before.voucher.expiresAt),
        'the voucher expires earlier than the one before',
    );
    if (before.ending !== null) {
        must(ending === before.ending, 'the ending changed');
        must(accepted === before.accepted || accepted === chain.settled, 'something was accepted after the ending');
    }
    return problems;
}

/** @throws `LEDGER_INVARIANT_BROKEN`: a fault of this package, which must not get into a store. */
export function assertHoldsInvariants(record: ChannelRecord, before?: ChannelRecord): void {
    const problems = findBrokenInvariants(record, before);
    if (problems.length === 0) return;
    throw new PaymentChannelsError(LEDGER_INVARIANT_BROKEN, { channel: record.identity.channel, problems });
}
