/** Addresses derived synchronously, against kit's `getProgramDerivedAddress`. */

import { sha256 } from '@noble/hashes/sha2.js';
import { getAddressEncoder, getProgramDerivedAddress, getU64Encoder, type Address } from '@solana/kit';
import { ASSOCIATED_TOKEN_PROGRAM_ADDRESS, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { createAddressCache, findChannelPdaSync, findEscrowPdaSync, TOMBSTONE_LOCALNET } from '../src';
import { decodeAddress } from '../src/core/address-bytes';
import type { BenchReport, BenchRow } from './report';
import { DEPLOYMENT, OPENED } from '../test/fixtures/deployment';

const BENCH = 'pda';
// Ours and kit's take turns, so that both see the same machine; the median of the rounds is what counts.
const ROUNDS = 21;
const CHANNELS_IN_ROUND = 40;

type Seeds = Readonly<{ payer: Address; payee: Address; mint: Address; authorizedSigner: Address; salt: bigint }>;
/** A way to derive the addresses of one channel. */
type Derive = (seeds: Seeds) => unknown;

const { programAddress } = TOMBSTONE_LOCALNET;

/** Kit as a program without our package would use it: from addresses, as they are everywhere else. */
async function deriveChannelByKit(seeds: Seeds): Promise<Address> {
    const { encode } = getAddressEncoder();
    const [address] = await getProgramDerivedAddress({
        programAddress,
        seeds: [
            'channel',
            encode(seeds.payer),
            encode(seeds.payee),
            encode(seeds.mint),
            encode(seeds.authorizedSigner),
            getU64Encoder().encode(seeds.salt),
        ],
    });
    return address;
}

async function deriveEscrowByKit(channel: Address, mint: Address): Promise<Address> {
    const { encode } = getAddressEncoder();
    const [address] = await getProgramDerivedAddress({
        programAddress: ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
        seeds: [encode(channel), encode(TOKEN_PROGRAM_ADDRESS), encode(mint)],
    });
    return address;
}

const deriveEscrow = (seeds: Seeds) => findEscrowPdaSync({ channel: seeds.payer, mint: seeds.mint });
const deriveBoth = (seeds: Seeds) => {
    const [channel] = findChannelPdaSync({ ...OPENED, ...seeds }, DEPLOYMENT);
    return findEscrowPdaSync({ channel, mint: seeds.mint });
};
const deriveBothByKit = async (seeds: Seeds) => await deriveEscrowByKit(await deriveChannelByKit(seeds), seeds.mint);

const CASES: readonly Readonly<{ case: string; derive: Derive; byKit: Derive }>[] = [
    {
        byKit: deriveChannelByKit,
        case: 'channel',
        derive: seeds => findChannelPdaSync({ ...OPENED, ...seeds }, DEPLOYMENT),
    },
    { byKit: seeds => deriveEscrowByKit(seeds.payer, seeds.mint), case: 'escrow', derive: deriveEscrow },
    { byKit: deriveBothByKit, case: 'channel and escrow', derive: deriveBoth },
];

export async function run(): Promise<BenchReport> {
    const rows: BenchRow[] = [];
    for (const [group, { byKit, case: name, derive }] of CASES.entries()) {
        const [cold, baseline] = await measure([derive, byKit], group);
        rows.push(toRow(`${name}, every one new`, cold!, baseline!));
    }
    const cache = createAddressCache();
    const deriveCached = (seeds: Seeds) => {
        const [channel] = cache.findChannelPdaSync({ ...OPENED, ...seeds }, DEPLOYMENT);
        return cache.findEscrowPdaSync({ channel, mint: seeds.mint });
    };
    const [, cached, baseline] = await measure([deriveCached, deriveCached, deriveBothByKit], CASES.length);
    rows.push(toRow('channel and escrow, in an address cache', cached!, baseline!));
    return {
        notes: [`Median of ${ROUNDS} rounds of ${CHANNELS_IN_ROUND} channels after a round to warm up.`],
        tables: [
            { rows, title: 'Derived addresses, baseline: getProgramDerivedAddress of @solana/kit, from addresses.' },
        ],
    };
}

/** Microseconds for one call, of each function, all with the same channels, which are new in each round and group. */
async function measure(functions: readonly Derive[], group: number): Promise<number[]> {
    const times = functions.map((): number[] => []);
    for (let round = 0; round <= ROUNDS; round++) {
        const channels = Array.from({ length: CHANNELS_IN_ROUND }, (_, index) => getSeeds(group, round, index));
        for (const [index, derive] of functions.entries()) {
            const start = performance.now();
            for (const seeds of channels) {
                const result = derive(seeds);
                if (result instanceof Promise) await result;
            }
            const microseconds = ((performance.now() - start) * 1_000) / channels.length;
            if (round > 0) times[index]!.push(microseconds);
        }
    }
    return times.map(rounds => rounds.sort((a, b) => a - b)[ROUNDS >> 1]!);
}

function getSeeds(group: number, round: number, index: number): Seeds {
    const party = (name: number) => decodeAddress(sha256(Uint8Array.of(group, round, index, name)));
    return {
        authorizedSigner: party(3),
        mint: party(2),
        payee: party(1),
        payer: party(0),
        salt: BigInt(index),
    };
}

function toRow(name: string, value: number, baseline: number): BenchRow {
    return { baseline, bench: BENCH, case: name, ratio: baseline / value, unit: 'µs', value };
}
