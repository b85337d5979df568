/** Channels and vouchers for the stores under test. */

import { address, getAddressDecoder, getBase58Decoder, type Address, type Signature } from '@solana/kit';

import {
    commitCommand,
    createLedgerPolicy,
    type ChannelRecord,
    type ChannelStore,
    type KnownChannels,
} from '../../src/store';

export const NETWORK = 'localnet';
const NOW = BigInt(Math.floor(Date.now() / 1_000));
const WALLET = address('4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU');
const MINT = address('EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v');
const STEP = 10n;
/** Signatures are taken round and round: making them is no part of what is measured. */
const SIGNATURES = 4_096;
const SEEDED_AT_ONCE = 500;

const random = () => crypto.getRandomValues(new Uint8Array(32));
export const makeAddresses = (count: number): Address[] =>
    Array.from({ length: count }, () => getAddressDecoder().decode(random()));
const signatures = Array.from({ length: SIGNATURES }, () =>
    getBase58Decoder().decode(new Uint8Array([...random(), ...random()])),
) as Signature[];

/** Every voucher makes the channel due for settlement at some time, as in a server that has a schedule. */
const policy = createLedgerPolicy({ settlementSchedule: { intervalSeconds: 3_600 } });
const context = { getContext: () => ({ now: NOW, policy }) };

/** The record of an open channel. */
export function makeRecord(channel: Address, index: number): ChannelRecord {
    return {
        accepted: 0n,
        attempts: 0,
        chain: {
            closureStartedAt: null,
            commitment: 'confirmed',
            deposit: 10n ** 15n,
            observedAt: NOW,
            observedSlot: 100n,
            paidOut: 0n,
            payerWithdrawn: 0n,
            reclaimableFromSlot: null,
            settled: 0n,
            status: 'open',
        },
        deliveries: { lastSequence: 0, pending: [] },
        due: null,
        ending: null,
        endingVoucher: null,
        identity: {
            authorizedSigner: WALLET,
            channel,
            createdAt: NOW,
            gracePeriodSeconds: 900,
            lookupTable: null,
            mint: MINT,
            network: NETWORK,
            openFingerprint: `fingerprint ${index}`,
            openSignature: signatures[index % SIGNATURES]!,
            openSlot: 350_000_000n,
            openedSlot: 350_000_010n,
            openingChallengeId: `challenge ${index}`,
            payee: MINT,
            payer: WALLET,
            profile: 'draft',
            programAddress: MINT,
            rentPayer: WALLET,
            revision: 'epoch',
            salt: BigInt(index),
            splits: [{ bps: 300, recipient: WALLET }],
            tokenProgram: MINT,
            voucherSigner: 'client',
        },
        idleTimeoutSeconds: 600,
        lastActivityAt: NOW,
        lastError: null,
        quarantine: null,
        reservations: [],
        settledMark: { amount: 0n, at: NOW, units: 0n },
        spent: 0n,
        units: 0n,
        voucher: null,
    };
}

/** Puts channels into a store, by commits. */
export async function seed(store: ChannelStore, channels: readonly Address[]): Promise<void> {
    for (let start = 0; start < channels.length; start += SEEDED_AT_ONCE) {
        const part = channels.slice(start, start + SEEDED_AT_ONCE);
        const answers = await Promise.all(
            part.map((channel, index) =>
                store.commit({
                    changeId: crypto.randomUUID(),
                    channel,
                    expected: 'absent',
                    record: makeRecord(channel, start + index),
                    rows: [],
                }),
            ),
        );
        if (answers.some(answer => answer !== 'committed')) throw new Error('a channel was there already');
    }
}

/** The next voucher of each channel. */
export function createVouchers() {
    const amounts = new Map<Address, bigint>();
    let next = 0;
    return (channel: Address) => {
        const cumulativeAmount = (amounts.get(channel) ?? 0n) + STEP;
        amounts.set(channel, cumulativeAmount);
        next += 1;
        return { cumulativeAmount, expiresAt: 0n, signature: signatures[next % SIGNATURES]! };
    };
}
export type NextVoucher = ReturnType<typeof createVouchers>;

/** What a server does for a voucher whose signature it has verified. */
export async function accept(
    store: ChannelStore,
    channel: Address,
    next: NextVoucher,
    known?: KnownChannels,
): Promise<void> {
    const voucher = { ...next(channel), channelId: channel, isSignatureGood: true };
    const { result } = await commitCommand(store, channel, () => ({ kind: 'acceptVoucher', voucher }), {
        ...context,
        known,
    });
    if (result.kind !== 'accepted') throw new Error(`a voucher was ${result.kind}`);
}
