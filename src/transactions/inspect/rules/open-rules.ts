import type { CheckedOpenAgreement } from '../../check-agreement';
import type { OpenData } from '../../../revision/parts';
import type { InspectionContext, Rule } from '../inspection-context';
import { getMismatch } from '../inspection-mismatch';

// Rules on the data of open. Data that can't be read at all has a rule of its own.

export type OpenContext = InspectionContext<CheckedOpenAgreement, OpenData>;

/** The salt is the agreed one. */
export const salt: Rule<OpenContext> = {
    check: ({ agreement: { salt: expected }, data }) =>
        !data || expected === 'any' || data.salt === expected
            ? []
            : [getMismatch('SALT_MISMATCH', 'open.salt', { actual: data.salt, expected })],
    name: 'salt',
};

/** The deposit is within what was agreed. */
export const deposit: Rule<OpenContext> = {
    check: ({ agreement: { deposit: expected }, data }) =>
        !data || (data.deposit >= expected.min && data.deposit <= expected.max)
            ? []
            : [getMismatch('DEPOSIT_OUT_OF_BOUNDS', 'open.deposit', { actual: data.deposit, expected })],
    name: 'deposit',
};

/** The grace period, in which the payee can still settle after a request to close, is within what was agreed. */
export const gracePeriod: Rule<OpenContext> = {
    check: ({ agreement: { gracePeriodSeconds: expected }, data }) => {
        if (!data) return [];
        const actual = BigInt(data.gracePeriod);
        return actual >= expected.min && actual <= expected.max
            ? []
            : [getMismatch('GRACE_PERIOD_OUT_OF_BOUNDS', 'open.gracePeriod', { actual, expected })];
    },
    name: 'gracePeriod',
};

/** The slot of opening, where there is one, is the agreed one, or one with which the transaction can still land. */
export const openSlot: Rule<OpenContext> = {
    check: ({ agreement: { openSlot: expected }, data }) => {
        const actual = data?.openSlot;
        if (actual === undefined || expected === undefined) return [];
        return actual >= expected.min && actual <= expected.max
            ? []
            : [getMismatch('OPEN_SLOT_OUT_OF_BOUNDS', 'open.openSlot', { actual, expected })];
    },
    name: 'openSlot',
};

/** The splits, by which the money is shared for the life of the channel, are the agreed ones in their order. */
export const splits: Rule<OpenContext> = {
    check: ({ agreement: { splits: expected }, data }) => {
        if (!data) return [];
        const actual = data.recipients;
        const isSame =
            actual.length === expected.length &&
            actual.every(({ bps, recipient }, index) => {
                const split = expected[index]!;
                return bps === split.bps && recipient === split.recipient;
            });
        return isSame ? [] : [getMismatch('SPLITS_MISMATCH', 'open.recipients', { actual, expected })];
    },
    name: 'splits',
};

/**
 * No agreed recipient is the channel itself, which the program refuses (docs/program.md, section 7.1); a free salt can
 * make one.
 */
export const splitsRecipient: Rule<OpenContext> = {
    check: ({ agreement, channelAccounts }) => {
        const channel = channelAccounts.find(({ name }) => name === 'channel')?.address;
        return agreement.splits.flatMap(({ recipient }, index) =>
            recipient === channel
                ? [
                      getMismatch('SPLITS_RECIPIENT_IS_CHANNEL', `open.recipients[${index}]`, {
                          actual: recipient,
                          expected: undefined,
                      }),
                  ]
                : [],
        );
    },
    name: 'splitsRecipient',
};
