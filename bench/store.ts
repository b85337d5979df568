/** Vouchers per second that stores accept, how long a commit takes, and how fast due work is claimed. */

import type { Address } from '@solana/kit';

import { createKnownChannels, type ChannelStore } from '../src/store';
import type { BenchReport, BenchRow, BenchTable } from './report';
import { withBackends, type Backend, type Opened } from './store/backends';
import { accept, createVouchers, makeAddresses, seed } from './store/vouchers';

const BENCH = 'store';
const MANY = 100_000;
const SOME = 1_000;
/** Requests of different clients that a server works on at once. */
const AT_ONCE = 64;
const ROUNDS = 3;
const ROUND_MS = 1_000;
const CLAIMS = 50;
const CLAIM_LIMIT = 60;
const CLAIM_BOUND_MS = 20;

export async function run(): Promise<BenchReport> {
    const tables = await withBackends(async backends => {
        const found: BenchTable[] = [];
        for (const backend of backends) found.push(await measureBackend(backend));
        return found;
    });
    return {
        notes: [
            `A voucher is accepted by commitCommand with createKnownChannels: the record is decided on, encoded and committed, ` +
                `and read and decoded where the process has not committed it last. The plain loop knows what it wrote ` +
                `before as well, and puts the same record under its next version with ` +
                `one statement of its own. Median of ${ROUNDS} rounds in turn; ${AT_ONCE} at once are on different channels.`,
        ],
        tables,
    };
}

async function measureBackend(backend: Backend): Promise<BenchTable> {
    const rows: BenchRow[] = [];
    const opened = await backend.open();
    try {
        const [template, ...hot] = makeAddresses(4);
        await seed(opened.store, [template!, ...hot]);
        const one = await compare(backend, opened, split(hot, 3), 1);
        rows.push(toRow(`${backend.name}: one hot channel`, 'vouchers/s', one.perSecond, one.byHand.perSecond));
        rows.push(
            toRow(`${backend.name}: one hot channel, read each time`, 'vouchers/s', one.reading, one.byHand.perSecond),
        );
        for (const [name, part] of [
            ['median', 0.5],
            ['99th percentile', 0.99],
        ] as const) {
            const value = getPercentile(one.times, part);
            const baseline = getPercentile(one.byHand.times, part);
            rows.push({
                ...toRow(`${backend.name}: a commit, ${name}`, 'ms', value, baseline),
                ratio: baseline / value,
            });
        }
        for (const count of [SOME, MANY]) {
            const channels = makeAddresses(count === SOME ? 6 * SOME : MANY);
            await (count === SOME ? seed(opened.store, channels) : opened.seedMany(template!, channels));
            const parts = split(channels, 6);
            for (const atOnce of [backend.connections, AT_ONCE]) {
                const { byHand, perSecond, reading } = await compare(backend, opened, parts.splice(0, 3), atOnce);
                const name = `${backend.name}: ${count.toLocaleString('en-US')} channels, ${atOnce} at once`;
                rows.push(toRow(name, 'vouchers/s', perSecond, byHand.perSecond));
                rows.push(toRow(`${name}, read each time`, 'vouchers/s', reading, byHand.perSecond));
            }
        }
        if (backend.name !== 'memory') rows.push(await measureClaims(backend, opened.store));
    } finally {
        await opened.close();
    }
    return { rows, title: `${backend.name}, against a plain loop with ${backend.connections} in flight` };
}

type Rate = Readonly<{ perSecond: number; times: readonly number[] }>;

/** Ours and the plain loop in turn, on channels of their own: the loop knows no version that somebody else has written. */
async function compare(
    backend: Backend,
    { store, writeByHand }: Opened,
    [own = [], others = [], read = []]: readonly (readonly Address[])[],
    atOnce: number,
) {
    const next = createVouchers();
    const known = createKnownChannels({ maxChannels: MANY });
    const ours: Rate[] = [];
    const theirs: Rate[] = [];
    const reading: Rate[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
        theirs.push(await measure(others, backend.connections, channel => writeByHand(channel, next)));
        ours.push(await measure(own, atOnce, channel => accept(store, channel, next, known)));
        reading.push(await measure(read, atOnce, channel => accept(store, channel, next)));
    }
    return { ...join(ours), byHand: join(theirs), reading: join(reading).perSecond };
}

const split = (channels: readonly Address[], count: number) =>
    Array.from({ length: count }, (_, index) => channels.filter((_, place) => place % count === index));

const join = (rates: readonly Rate[]): Rate => ({
    perSecond: getPercentile(
        rates.map(({ perSecond }) => perSecond),
        0.5,
    ),
    times: rates.flatMap(({ times }) => times),
});

/** Runs a call over and over for a second, on each channel in turn, some of them at once. */
async function measure(
    channels: readonly Address[],
    atOnce: number,
    call: (channel: Address) => Promise<void>,
): Promise<Rate> {
    const times: number[] = [];
    let next = 0;
    const start = performance.now();
    const loop = async () => {
        for (let begin = performance.now(); begin - start < ROUND_MS; begin = performance.now()) {
            await call(channels[next++ % channels.length]!);
            times.push(performance.now() - begin);
        }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, channels.length) }, loop));
    return { perSecond: (times.length * 1_000) / (performance.now() - start), times };
}

/** Of 100,000 channels most are due, a fiftieth with a deadline. The baseline is the most that it may take. */
async function measureClaims({ name }: Backend, store: ChannelStore): Promise<BenchRow> {
    const times: number[] = [];
    for (let claim = 0; claim < CLAIMS; claim += 1) {
        const owner = `bench ${claim}`;
        const start = performance.now();
        const claimed = await store.claimDue({ leaseMs: 60_000, limit: CLAIM_LIMIT, owner });
        times.push(performance.now() - start);
        if (claimed.length !== CLAIM_LIMIT) throw new Error(`${claimed.length} channels were claimed`);
        // Every other claim stays, so that later ones have leased channels to pass over.
        if (claim % 2 === 0) {
            const channels = claimed.flatMap(one => ('record' in one ? [one.record.identity.channel] : []));
            await store.journal.release(owner, channels);
        }
    }
    const value = getPercentile(times, 0.5);
    return {
        ...toRow(`${name}: claimDue of ${CLAIM_LIMIT} of 100,000, median`, 'ms', value, CLAIM_BOUND_MS),
        ratio: CLAIM_BOUND_MS / value,
    };
}

const toRow = (title: string, unit: string, value: number, baseline: number): BenchRow => ({
    baseline,
    bench: BENCH,
    case: title,
    ratio: value / baseline,
    unit,
    value,
});

function getPercentile(values: readonly number[], part: number): number {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}
