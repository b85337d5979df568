import {
    readMembers,
    readOnlyMembers,
    toBoolean,
    toI64,
    toInteger,
    toOneOf,
    toU64,
    U64_MAX,
    type OnlyMembers,
} from '../core/input';
import type { ChargeRequest, LedgerCommand, ReceivedVoucher } from './commands';

// What a decision looks at by name. A misspelt member would silently be one that was left out (a request that is not
// charged), and what is nearly true would do for a signature that was never verified.

type CommandOf<TKind extends LedgerCommand['kind']> = Extract<LedgerCommand, Readonly<{ kind: TKind }>>;

const MEMBERS: { readonly [K in LedgerCommand['kind']]: OnlyMembers<CommandOf<K>> } = {
    acceptVoucher: { charge: true, kind: true, observation: true, voucher: true },
    activate: { chain: true, challenge: true, kind: true, openedSlot: true, row: true },
    commitCharge: { amount: true, kind: true, owner: true, receipt: true, response: true, row: true, units: true },
    commitDelivery: { id: true, kind: true, observation: true, row: true, voucher: true },
    end: { kind: true, mayEndBelowAccepted: true, observation: true, reason: true, voucher: true },
    observe: { chain: true, isAbsenceProven: true, kind: true },
    open: { kind: true, signature: true, transaction: true },
    quarantine: { kind: true, reason: true },
    releaseCharge: { kind: true, owner: true, row: true },
    reserve: { charge: true, kind: true, observation: true },
    reserveDelivery: { amount: true, expiresAt: true, id: true, kind: true, observation: true, row: true },
    topUpSeen: { chain: true, kind: true, row: true },
    touch: { at: true, kind: true },
    worked: { error: true, kind: true, observation: true, settlements: true },
};
const KINDS = Object.keys(MEMBERS) as readonly LedgerCommand['kind'][];

const VOUCHER: OnlyMembers<ReceivedVoucher> = {
    channelId: true,
    cumulativeAmount: true,
    expiresAt: true,
    isSignatureGood: true,
    signature: true,
};
const CHARGE: OnlyMembers<ChargeRequest> = {
    fingerprint: true,
    key: true,
    owner: true,
    price: true,
    row: true,
    units: true,
    until: true,
};

const READERS: Readonly<Record<string, (field: string, value: unknown) => unknown>> = {
    amount: toU64,
    at: toI64,
    charge: (field, value) => readMembersOf(field, value as ChargeRequest, CHARGE),
    // One that no u64 holds is refused as a voucher, by the rules.
    cumulativeAmount: (field, value) => toInteger(field, value, -U64_MAX, 2n * U64_MAX),
    expiresAt: toI64,
    isAbsenceProven: toBoolean,
    isSignatureGood: toBoolean,
    mayEndBelowAccepted: toBoolean,
    openedSlot: toU64,
    price: toU64,
    units: toU64,
    until: toI64,
    voucher: (field, value) => readMembersOf(field, value as ReceivedVoucher, VOUCHER),
};

function readMembersOf<T extends object>(field: string, value: T, members: OnlyMembers<T>): T {
    const given = readOnlyMembers(field, value, members) as Record<string, unknown>;
    for (const name of Object.keys(given)) {
        const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
        if (read !== undefined) given[name] = read(`${field}.${name}`, given[name]);
    }
    return given as T;
}

/** The members of a command, each read once. */
export function readCommand(command: LedgerCommand): LedgerCommand {
    const kind = toOneOf('command.kind', readMembers('command', command, ['kind']).kind, KINDS);
    return readMembersOf('command', command, MEMBERS[kind] as OnlyMembers<LedgerCommand>);
}
