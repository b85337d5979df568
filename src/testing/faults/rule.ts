import {
    readMembers,
    readOnlyMembers,
    refuseInput,
    toInteger,
    toList,
    toOneOf,
    toU64,
    type OnlyMembers,
} from '../../core/input';

/** A request to a node. */
export type FaultyRequest = Readonly<{ method: string; params: readonly unknown[] }>;

/** What is told of a transaction instead of the truth. */
export type StatusLie = Readonly<{
    /** How final it is said to be; what is true by default. */
    confirmationStatus?: 'confirmed' | 'finalized' | 'processed' | undefined;
    /** The error that it is said to have; `null` for none. */
    err?: unknown;
}>;

/**
 * What goes wrong.
 *
 * - `refuse`: the request fails before the node has it, by default with HTTP status 503.
 * - `loseAnswer`: the node does what it was asked for, and the connection ends before it says so.
 * - `dropTransaction`: the node takes a transaction, says its signature, and never forwards it.
 * - `delayTransaction`: the same, and it is forwarded when so many slots have passed.
 * - `forgetStatuses`: the node has not heard of any transaction that it is asked about.
 * - `lieAboutStatuses`: it says something else of those that it has heard of.
 * - `holdAnswer`: the node does what it was asked for, and answers when the fault is released, or never.
 * - `delayAnswer`: it answers so many milliseconds later.
 * - `lagReads`: reads are answered as of so many slots ago, but never as of before the fault was injected.
 * - `standStill`: reads are answered as of when the fault was injected, however the cluster goes on.
 * - `interfere`: somebody else does something just before the request.
 *
 * Of those who have subscribed, `forgetStatuses`, `lieAboutStatuses`, `lagReads` and `standStill` are about what they are told
 * as well, and these about nothing else:
 *
 * - `dropNotification`: they are not told.
 * - `delayNotification`: they are told so many milliseconds later, or when so many slots have passed.
 * - `endSubscription`: they are not told, and never again for this subscription; the connection stays.
 * - `closeSocket`: the connection breaks off in the place of the message.
 */
export type Fault =
    | Readonly<{ fault: 'delayAnswer'; milliseconds: number }>
    | (Readonly<{ fault: 'delayNotification' }> &
          (Readonly<{ milliseconds: number }> | Readonly<{ slots: bigint | number }>))
    | Readonly<{ fault: 'delayTransaction'; slots: bigint | number }>
    | Readonly<{ fault: 'closeSocket' | 'dropNotification' | 'endSubscription' }>
    | Readonly<{ fault: 'dropTransaction' | 'forgetStatuses' | 'holdAnswer' | 'loseAnswer' | 'standStill' }>
    | Readonly<{ fault: 'interfere'; run: (request: FaultyRequest) => unknown }>
    | Readonly<{ fault: 'lagReads'; slots: bigint | number }>
    | Readonly<{ fault: 'lieAboutStatuses'; lie: StatusLie }>
    | Readonly<{ fault: 'refuse'; status?: number | undefined }>;

/** The name of a fault. */
export type FaultName = Fault['fault'];

/** When it goes wrong: with every request that fits, unless something else is said. */
export type FaultSchedule = Readonly<{
    /**
     * Methods of the requests, or names of notifications such as `accountNotification`; by default those that the fault is
     * about, or every one.
     */
    method?: string | readonly string[] | undefined;
    /** Only the n-th of these requests, or notifications, from 1. */
    nth?: number | undefined;
    /** So many of these requests are left alone first. */
    skip?: number | undefined;
    /** So often at most. */
    times?: number | undefined;
    /** With this probability, which follows from `seed` or `random`. */
    probability?: number | undefined;
    /** What chance follows from: the same seed gives the same faults. */
    seed?: string | undefined;
    /** A number from 0 up to, and without, 1, in the place of those that follow from a seed. */
    random?: (() => number) | undefined;
}>;

/** A fault, and when it happens. */
export type FaultRule = Fault & FaultSchedule;

const SENDING = ['sendTransaction'];
/** Who asks for the status of a transaction, or is told. */
const STATUSES = ['getSignatureStatuses', 'signatureNotification'];
/** What those are told who have subscribed. */
const NOTIFICATIONS = [
    'accountNotification',
    'logsNotification',
    'programNotification',
    'rootNotification',
    'signatureNotification',
    'slotNotification',
] as const;

/** What each fault is about, and the members that it has of its own. */
const KINDS: Readonly<Record<FaultName, Readonly<{ methods?: readonly string[]; own?: readonly string[] }>>> = {
    closeSocket: { methods: NOTIFICATIONS },
    delayAnswer: { own: ['milliseconds'] },
    delayNotification: { methods: NOTIFICATIONS, own: ['milliseconds', 'slots'] },
    delayTransaction: { methods: SENDING, own: ['slots'] },
    dropNotification: { methods: NOTIFICATIONS },
    dropTransaction: { methods: SENDING },
    endSubscription: { methods: NOTIFICATIONS },
    forgetStatuses: { methods: STATUSES },
    holdAnswer: {},
    interfere: { methods: SENDING, own: ['run'] },
    lagReads: { own: ['slots'] },
    lieAboutStatuses: { methods: STATUSES, own: ['lie'] },
    loseAnswer: {},
    refuse: { own: ['status'] },
    standStill: {},
};
/** Those that can only happen to certain methods, whatever a rule says. */
const FIXED: readonly FaultName[] = ['delayTransaction', 'dropTransaction', 'forgetStatuses', 'lieAboutStatuses'];
/** Those that happen to notifications. */
const OF_NOTIFICATIONS: readonly FaultName[] = [
    'closeSocket',
    'delayNotification',
    'dropNotification',
    'endSubscription',
    'forgetStatuses',
    'lagReads',
    'lieAboutStatuses',
    'standStill',
];
const SCHEDULE = ['method', 'nth', 'probability', 'random', 'seed', 'skip', 'times'] as const;
const MAX_COUNT = BigInt(Number.MAX_SAFE_INTEGER);
const MAX_METHODS = 100;
const MAX_TIMEOUT_MS = 0x7fff_ffffn;

/** A rule as it was checked. */
export type CheckedRule = Readonly<{
    fault: FaultName;
    methods: readonly string[] | undefined;
    nth: number | undefined;
    skip: number;
    times: number;
    probability: number;
    seed: string;
    random: (() => number) | undefined;
    lie: StatusLie;
    milliseconds: number;
    run: (request: FaultyRequest) => unknown;
    slots: bigint;
    status: number;
}>;

/**
 * Checks a rule.
 *
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
 */
export function toRule(rule: FaultRule): CheckedRule {
    const names = Object.keys(KINDS) as FaultName[];
    const { fault: name } = readMembers('rule', rule as Readonly<{ fault: FaultName }>, ['fault']);
    const fault = toOneOf('rule.fault', name, names);
    const { methods, own = [] } = KINDS[fault];
    const members = Object.fromEntries(['fault', ...own, ...SCHEDULE].map(name => [name, true])) as OnlyMembers<object>;
    const given = readOnlyMembers('rule', rule as object, members) as Partial<Record<string, unknown>>;
    const count = (name: string, otherwise: bigint, min: bigint, max = MAX_COUNT) =>
        Number(toInteger(`rule.${name}`, given[name] ?? otherwise, min, max));
    if (fault === 'delayNotification' && (given['milliseconds'] === undefined) === (given['slots'] === undefined)) {
        refuseInput('rule', 'either milliseconds or slots', rule);
    }
    /** What may be said in two ways is said in one. */
    const isOwn = (name: string) => own.includes(name) && (fault !== 'delayNotification' || given[name] !== undefined);
    if (FIXED.includes(fault) && given['method'] !== undefined) {
        refuseInput('rule.method', `no method for ${fault}, which is about ${methods!.join()}`, given['method']);
    }
    return {
        fault,
        lie: fault === 'lieAboutStatuses' ? toLie(given['lie']) : {},
        methods: given['method'] === undefined ? methods : toMethods(given['method'], methods === NOTIFICATIONS),
        milliseconds: isOwn('milliseconds') ? count('milliseconds', -1n, 0n, MAX_TIMEOUT_MS) : 0,
        nth: given['nth'] === undefined ? undefined : count('nth', 1n, 1n),
        probability: toProbability(given['probability'] ?? 1),
        random: toFunction('random', given['random']) as (() => number) | undefined,
        run: own.includes('run') ? toFunction('run', given['run'] ?? null)! : () => undefined,
        seed: toSeed(given['seed'] ?? 'faults'),
        skip: count('skip', 0n, 0n),
        slots: isOwn('slots') ? toU64('rule.slots', given['slots']) : 0n,
        status: count('status', 503n, 400n, 599n),
        times: count('times', MAX_COUNT, 1n),
    };
}

/** Whether a fault happens to what somebody is told who has subscribed. */
export function isOfNotification({ fault, methods }: CheckedRule, notification: string): boolean {
    return OF_NOTIFICATIONS.includes(fault) && (methods?.includes(notification) ?? true);
}

function toMethods(value: unknown, areNotifications: boolean): readonly string[] {
    const toMethod = (item: unknown, path: string) => {
        if (areNotifications) return toOneOf(path, item, NOTIFICATIONS);
        return typeof item === 'string' ? item : refuseInput(path, 'the name of a method', item);
    };
    if (typeof value === 'string') return [toMethod(value, 'rule.method')];
    return toList('rule.method', value as readonly unknown[], `at most ${MAX_METHODS} names of methods`, toMethod);
}

function toProbability(value: unknown): number {
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    return refuseInput('rule.probability', 'a number from 0 to 1', value);
}

function toFunction(name: string, value: unknown): ((request: FaultyRequest) => unknown) | undefined {
    if (value === undefined || typeof value === 'function') return value as (request: FaultyRequest) => unknown;
    return refuseInput(`rule.${name}`, 'a function', value);
}

function toSeed(value: unknown): string {
    return typeof value === 'string' ? value : refuseInput('rule.seed', 'a string', value);
}

function toLie(value: unknown): StatusLie {
    const lie = readOnlyMembers('rule.lie', value as StatusLie, { confirmationStatus: true, err: true });
    const { confirmationStatus } = lie;
    if (confirmationStatus !== undefined) {
        toOneOf('rule.lie.confirmationStatus', confirmationStatus, ['confirmed', 'finalized', 'processed']);
    }
    return lie;
}
