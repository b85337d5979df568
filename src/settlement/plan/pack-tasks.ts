import type { Address } from '@solana/kit';

import { Bins } from './bins';
import { Packer } from './bin-packer';
import type { CheckedOptions } from './check-options';
import { getNeededPayee, joinUnits, type Task, type Unit } from './tasks';

// Channels are packed group by group: those of a group share accounts. Whether a channel is better distributed in the
// transaction that settles it (they share its account) or in a later one (both kinds then fill their transactions
// better) depends on the version, the lookup tables, the splits and on what the groups leave over, so that it is tried.

/** A task with the groups that it shares accounts with others in. */
export type GroupedTask = Task & Readonly<{ settleGroup: string; distributeGroup: string }>;

/** The tasks that are settled and distributed in one transaction; others are settled in an earlier one. */
type Joined = (task: GroupedTask) => boolean;

/** Up to so many tasks every strategy is tried; with more, on a part of them. */
const MAX_TRIAL_TASKS = 1_500;
/** Tasks of a group that tell how dense its strategies are. */
const GROUP_SAMPLE = 40;

/** Groups and orders tasks: those with a deadline first and by deadline, the others so that neighbours share accounts. */
export function groupTasks(
    tasks: readonly (Task & Readonly<{ distributionGroup: string | undefined }>)[],
    { feePayer, lookupTables }: CheckedOptions,
): GroupedTask[] {
    const tableOf = new Map<Address, number>();
    for (const [index, addresses] of Object.values(lookupTables ?? {}).entries()) {
        for (const address of addresses) if (!tableOf.has(address)) tableOf.set(address, index);
    }
    const keyed = tasks.map((task, index) => {
        const { channel } = task.selection;
        const urgency = task.deadlineAt === undefined ? 'open' : 'closing';
        const payee = getNeededPayee(task.selection) ?? feePayer.address;
        return {
            index,
            // Channels of one payer share its accounts, channels of one table its address.
            neighbours: `${tableOf.get(channel.address) ?? ''}/${channel.channel.payer}`,
            task: {
                ...task,
                distributeGroup: `${urgency}/${payee}/${task.distributionGroup ?? ''}`,
                settleGroup: `${urgency}/${payee}`,
            },
        };
    });
    keyed.sort((a, b) => {
        const [first, second] = [a.task.deadlineAt, b.task.deadlineAt];
        if (first !== second) {
            if (first === undefined || second === undefined) return first === undefined ? 1 : -1;
            return first < second ? -1 : 1;
        }
        return compare(a.neighbours, b.neighbours) || a.index - b.index;
    });
    return keyed.map(({ task }) => task);
}

/** Packs all tasks in the way that takes the fewest transactions, of those that are tried. */
export function packTasks(tasks: readonly GroupedTask[], creates: readonly Unit[], options: CheckedOptions): Bins {
    if (!tasks.some(isTwofold)) return pack(tasks, creates, options, () => false);
    const trial = tasks.length <= MAX_TRIAL_TASKS ? tasks : takeGroups(tasks, MAX_TRIAL_TASKS);
    const strategies = [getSplit, getJoinedWhereRoomIsLeft, () => isTwofold, getJoinedByGroup] as const;
    let best: (typeof strategies)[number] = getSplit;
    let fewest: Bins | undefined;
    for (const strategy of strategies) {
        const bins = pack(trial, creates, options, strategy(trial, options));
        if (fewest !== undefined && !isSmaller(bins, fewest)) continue;
        [best, fewest] = [strategy, bins];
    }
    // Once more, since the units remember the transaction that they were put in last.
    return pack(tasks, creates, options, best(tasks, options));
}

function pack(
    tasks: readonly GroupedTask[],
    creates: readonly Unit[],
    options: CheckedOptions,
    isJoined: Joined,
): Bins {
    const bins = new Bins(options);
    const late = new Map<string, Unit[]>();
    const settles = new Map<string, Unit[]>();
    const distributes = new Map<string, Unit[]>();
    for (const task of tasks) {
        const { distribute, distributeGroup, selection, settle, settleGroup } = task;
        // A transaction that may come too late fails nothing else and waits for nothing.
        const isLate = selection.isLate && settle !== undefined;
        if (settle !== undefined && distribute !== undefined && !isLate && isJoined(task)) {
            const joined = joinUnits(settle, distribute);
            // Each of the two fits by itself, which was checked before.
            if (bins.findExcess(joined) === undefined) {
                add(distributes, distributeGroup, joined);
                continue;
            }
        }
        if (isLate) add(late, settleGroup, settle);
        else if (settle !== undefined) add(settles, settleGroup, settle);
        if (distribute !== undefined) add(distributes, distributeGroup, distribute);
    }
    // A packer fills only transactions that it began itself.
    new Packer(bins).packGroups(late.values());
    const packer = new Packer(bins);
    // Units are packed in order: none goes into a transaction before one that it follows.
    packer.packGroups([creates]);
    packer.packGroups(settles.values());
    packer.packGroups(distributes.values());
    return packer.bins;
}

function isTwofold({ distribute, settle }: GroupedTask): boolean {
    return settle !== undefined && distribute !== undefined;
}

function getSplit(): Joined {
    return () => false;
}

/** Fills transactions with distributions, and what room they leave with the settlements of the same channels. */
function getJoinedWhereRoomIsLeft(tasks: readonly GroupedTask[], options: CheckedOptions): Joined {
    const joined = new Set<GroupedTask>();
    for (const group of getDistributeGroups(tasks).values()) {
        for (const { task } of fillRoomLeft(group, options).joined) joined.add(task);
    }
    return task => joined.has(task);
}

/** For each group the denser of joining all and joining where room is left. */
function getJoinedByGroup(tasks: readonly GroupedTask[], options: CheckedOptions): Joined {
    const joined = new Set<GroupedTask>();
    for (const group of getDistributeGroups(tasks).values()) {
        const sample = group.slice(0, GROUP_SAMPLE);
        const all = getFilledCount(
            sample.map(({ distribute, settle }) => joinUnits(settle, distribute)),
            options,
        );
        const { filled, joined: some } = fillRoomLeft(sample, options);
        const own = new Set(some);
        const rest = sample.filter(twofold => !own.has(twofold)).map(({ settle }) => settle);
        const isDenser = all <= filled + getFilledCount(rest, options);
        for (const { task } of isDenser ? group : fillRoomLeft(group, options).joined) joined.add(task);
    }
    return task => joined.has(task);
}

type Twofold = Readonly<{ task: GroupedTask; settle: Unit; distribute: Unit }>;

function getDistributeGroups(tasks: readonly GroupedTask[]): ReadonlyMap<string, readonly Twofold[]> {
    const groups = new Map<string, Twofold[]>();
    for (const task of tasks) {
        const { distribute, distributeGroup, settle } = task;
        if (settle !== undefined && distribute !== undefined)
            add(groups, distributeGroup, { distribute, settle, task });
    }
    return groups;
}

function fillRoomLeft(group: readonly Twofold[], options: CheckedOptions) {
    const bins = new Bins(options);
    const joined: Twofold[] = [];
    let start = 0;
    const fill = (end: number) => {
        const bin = bins.all.at(-1);
        for (; bin !== undefined && start < end; start++) {
            const twofold = group[start]!;
            // A unit with a deadline does not wait for a distribution.
            if (twofold.settle.deadlineAt === undefined && bins.tryPut(bin, twofold.settle)) joined.push(twofold);
        }
        start = end;
    };
    for (const [index, { distribute }] of group.entries()) {
        const bin = bins.all.at(-1);
        if (bin !== undefined && bins.tryPut(bin, distribute)) continue;
        fill(index);
        bins.tryPut(bins.create(), distribute);
    }
    const filled = bins.getFilledCount();
    fill(group.length);
    return { filled, joined };
}

/** How many transactions units fill, a part of the last one included. */
function getFilledCount(units: readonly Unit[], options: CheckedOptions): number {
    const bins = new Bins(options);
    for (const unit of units) {
        const bin = bins.all.at(-1);
        if (bin === undefined || !bins.tryPut(bin, unit)) bins.tryPut(bins.create(), unit);
    }
    return bins.getFilledCount();
}

function isSmaller(a: Bins, b: Bins): boolean {
    if (a.all.length !== b.all.length) return a.all.length < b.all.length;
    const sum = ({ all }: Bins) => all.reduce((bytes, { sizer }) => bytes + sizer.getMeasure().bytes, 0);
    return sum(a) < sum(b);
}

/** Whole groups up to a number of tasks; of a larger group its beginning. */
function takeGroups(tasks: readonly GroupedTask[], max: number): readonly GroupedTask[] {
    const groups = new Map<string, GroupedTask[]>();
    for (const task of tasks) add(groups, task.distributeGroup, task);
    const share = Math.max(GROUP_SAMPLE, Math.floor(max / groups.size));
    const taken: GroupedTask[] = [];
    for (const group of groups.values()) {
        taken.push(...group.slice(0, share));
        if (taken.length >= max) break;
    }
    return taken;
}

function add<TKey, TValue>(map: Map<TKey, TValue[]>, key: TKey, value: TValue): void {
    const values = map.get(key);
    if (values === undefined) map.set(key, [value]);
    else values.push(value);
}

function compare(a: string, b: string): number {
    return a < b ? -1 : a > b ? 1 : 0;
}
