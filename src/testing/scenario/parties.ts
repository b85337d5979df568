import { createHash } from 'node:crypto';

import type { Address, KeyPairSigner } from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { findChannelPda, findEscrowPda, findTokenPda, type ChannelSeedsInput } from '../../channel/find-pdas';
import type { Split } from '../../channel/splits';
import { chooseOpenSlot } from '../../revision/open-slot';
import { TOKEN_2022_PROGRAM_ADDRESS } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';
import type { LedgerAccount, LedgerMint } from './ledger';

/** A wallet that opens channels, with the session key that signs its vouchers. */
export type PayerParty = Readonly<{ name: string; wallet: KeyPairSigner; session: KeyPairSigner }>;

/** Everyone in the scenario, with funds and token accounts. */
export type Parties = Readonly<{
    merchant: KeyPairSigner;
    platform: Address;
    affiliate: Address;
    payers: readonly PayerParty[];
    /** Pays the rent of every channel, where the revision lets somebody but the payer do so. */
    sponsor: KeyPairSigner | undefined;
    mints: readonly (LedgerMint & Readonly<{ name: string }>)[];
    /** The splits that the merchant agreed to. */
    splits: readonly Split[];
    accounts: readonly LedgerAccount[];
}>;

/** How a channel of the scenario ends. */
export type Ending = 'merchantFinalizes' | 'payerCloses';

/** A channel of the scenario, before it is opened. */
export type PlannedChannel = Readonly<{
    name: string;
    address: Address;
    escrow: Address;
    payer: PayerParty;
    token: LedgerMint & Readonly<{ name: string }>;
    salt: bigint;
    /** Slot that it is opened for, where the revision knows one. */
    openSlot: bigint | undefined;
    deposit: bigint;
    /** Amount of a top-up in mid-life, without which the last voucher would exceed the deposit. */
    topUp: bigint;
    /** Whether the merchant settles and distributes once while the channel is open. */
    isSettledEarly: boolean;
    ending: Ending;
    /** Whether the merchant distributes it as soon as it has ended it, and not only after a while. */
    isDistributedAtOnce: boolean;
    /** Total that the last voucher authorizes. */
    spent: bigint;
}>;

const PLATFORM_BPS = 300;
const AFFILIATE_BPS = 125;
const FUNDS_PER_CHANNEL = 1_000_000_000n;
const BASE_LAMPORTS = 1_000_000_000n;
const LAMPORTS_PER_CHANNEL = 10_000_000n;

/** An amount that follows from a seed and a label, from `min` up to `max`. */
export function getSeededAmount(seed: string, label: string, min: bigint, max: bigint): bigint {
    const digest = createHash('sha256').update(`${seed.length}:${seed}/${label}`).digest();
    return min + (digest.readBigUInt64LE() % (max - min + 1n));
}

/** Creates the wallets, the mints and every token account that a payout needs. */
export async function createParties(
    simulator: Simulator<RevisionName>,
    payerCount: number,
    channelCount: number,
): Promise<Parties> {
    const merchant = await simulator.createFundedSigner({ label: 'merchant' });
    const platform = (await simulator.createFundedSigner({ label: 'platform' })).address;
    const affiliate = (await simulator.createFundedSigner({ label: 'affiliate' })).address;
    const treasury = simulator.deployment.treasuryOwner;
    const mints = [
        await createMint(simulator, 'SPL Token', TOKEN_PROGRAM_ADDRESS),
        await createMint(simulator, 'Token-2022', TOKEN_2022_PROGRAM_ADDRESS),
    ];
    const payers: PayerParty[] = [];
    for (let index = 0; index < payerCount; index++) {
        const name = `payer ${index + 1}`;
        const lamports = BASE_LAMPORTS + BigInt(Math.ceil(channelCount / payerCount)) * LAMPORTS_PER_CHANNEL;
        payers.push({
            name,
            session: await simulator.createSigner(`${name} session`),
            wallet: await simulator.createFundedSigner({ label: name, lamports }),
        });
    }

    const sponsor = simulator.deployment.open.hasRentPayer
        ? await simulator.createFundedSigner({
              label: 'sponsor',
              lamports: BASE_LAMPORTS + BigInt(channelCount) * LAMPORTS_PER_CHANNEL,
          })
        : undefined;

    const wallets: [party: string, address: Address, amount: bigint][] = [
        ...payers.map(({ name, wallet }): [string, Address, bigint] => [
            name,
            wallet.address,
            FUNDS_PER_CHANNEL * BigInt(Math.ceil(channelCount / payerCount)),
        ]),
        ['merchant', merchant.address, 0n],
        ['platform', platform, 0n],
        ['affiliate', affiliate, 0n],
        ['treasury', treasury, 0n],
    ];
    const accounts: LedgerAccount[] = sponsor ? [{ address: sponsor.address, party: 'sponsor' }] : [];
    for (const [party, address, amount] of wallets) {
        accounts.push({ address, party });
        for (const token of mints) {
            const tokenAccount = await simulator.mintTokens({ ...token, amount, owner: address });
            accounts.push({ address: tokenAccount, mint: token.mint, party });
        }
    }
    const splits = [
        { bps: PLATFORM_BPS, recipient: platform },
        { bps: AFFILIATE_BPS, recipient: affiliate },
    ];
    return { accounts, affiliate, merchant, mints, payers, platform, splits, sponsor };
}

/** Decides what happens to each channel: the last one is closed by its payer if there is more than one. */
export async function planChannels(
    simulator: Simulator<RevisionName>,
    { merchant, mints, payers }: Parties,
    count: number,
    seed: string,
): Promise<PlannedChannel[]> {
    const openSlot =
        simulator.deployment.channel.openSlotWindow === undefined
            ? undefined
            : chooseOpenSlot({ currentSlot: simulator.getClock().slot }, simulator.deployment);
    return await Promise.all(
        Array.from({ length: count }, async (_, index): Promise<PlannedChannel> => {
            const name = `channel ${index + 1}`;
            const payer = payers[index % payers.length]!;
            // Round the payers before the next token, so that every payer meets both.
            const token = mints[((index % payers.length) + Math.floor(index / payers.length)) % mints.length]!;
            const salt = BigInt(index + 1);
            const deposit = getSeededAmount(seed, `${name} deposit`, 1_000_000n, 100_000_000n);
            const isToppedUp = index === 0;
            const topUp = isToppedUp ? getSeededAmount(seed, `${name} top-up`, 1_000_000n, 50_000_000n) : 0n;
            const seeds: ChannelSeedsInput<RevisionName> & Readonly<{ openSlot: bigint | undefined }> = {
                authorizedSigner: payer.session.address,
                mint: token.mint,
                openSlot,
                payee: merchant.address,
                payer: payer.wallet.address,
                salt,
            };
            const [address] = await findChannelPda(seeds, simulator.deployment);
            const [escrow] = await findEscrowPda({ ...token, channel: address });
            return {
                address,
                deposit,
                ending: count > 1 && index === count - 1 ? 'payerCloses' : 'merchantFinalizes',
                escrow,
                isDistributedAtOnce: index % 2 === 0,
                isSettledEarly: index % 3 === 1,
                name,
                openSlot,
                payer,
                salt,
                spent: isToppedUp
                    ? getSeededAmount(seed, `${name} spent`, deposit + 1n, deposit + topUp)
                    : getSeededAmount(seed, `${name} spent`, deposit / 4n, deposit),
                token,
                topUp,
            };
        }),
    );
}

/** The token account of a party for the mint of a channel. */
export async function findPartyTokenAccount(owner: Address, token: LedgerMint): Promise<Address> {
    const [address] = await findTokenPda('owner', owner, token);
    return address;
}

async function createMint(simulator: Simulator<RevisionName>, name: string, tokenProgram: Address) {
    return { mint: await simulator.createMint({ label: `${name} mint`, tokenProgram }), name, tokenProgram };
}
