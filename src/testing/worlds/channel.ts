import type { Address, Instruction, KeyPairSigner } from '@solana/kit';

import { findChannelPdaSync, findEscrowPdaSync } from '../../channel/find-pdas-sync';
import type { Split } from '../../channel/splits';
import { getDistributeInstructionAsync } from '../../instructions/distribute';
import { getOpenInstructionAsync, type OpenInput } from '../../instructions/open';
import { getReclaimInstruction } from '../../instructions/reclaim';
import { getRequestCloseInstruction } from '../../instructions/request-close';
import { getSettleInstructions } from '../../instructions/settle';
import { getSettleAndFinalizeInstructions } from '../../instructions/settle-and-finalize';
import { getTopUpInstructionAsync } from '../../instructions/top-up';
import { chooseOpenSlot } from '../../revision/open-slot';
import type { RevisionName } from '../../revision/revision-types';
import {
    readOnlyMembers,
    refuseInput,
    toAddress,
    toOneOf,
    toSigner,
    toTokenProgram,
    toU64,
    type OnlyMembers,
} from '../../core/input';
import { toResult } from '../../core/json-form';
import { MAX_COMPUTE_UNITS } from '../../runtime/limits';
import { signVoucher } from '../../voucher/sign-voucher';
import type { SignedVoucher } from '../../voucher/voucher';
import type { Simulator } from '../simulator';
import { passGracePeriod } from './time';

/**
 * What becomes of a channel that is made.
 *
 * - `open`: it takes vouchers.
 * - `closing`: its payer has begun to close it, and the grace period is not over.
 * - `graceOver`: the same, and the clock was moved to where anybody can finalize it.
 * - `finalized`: its payee has ended it; nothing is paid out.
 * - `distributed`: everything is paid out. What is left depends on the revision: a tombstone, or the account with its rent.
 * - `gone`: as `distributed`, and where the account was left with its rent, the clock was moved to where it comes back, and
 *   it has come back.
 */
export type MadeChannelState = 'closing' | 'distributed' | 'finalized' | 'gone' | 'graceOver' | 'open';

const STATES: readonly MadeChannelState[] = ['open', 'closing', 'graceOver', 'finalized', 'distributed', 'gone'];

/** Options of `simulator.createChannel`; every one has a default. */
export type ChannelOptions = Readonly<{
    /** `open` by default. */
    state?: MadeChannelState | undefined;
    /** Mint whose authority is the faucet; a new one by default. */
    mint?: Address | undefined;
    /** SPL Token by default. */
    tokenProgram?: Address | undefined;
    /** Wallet that pays; by default a new one with lamports. It gets the tokens that the channel takes. */
    payer?: KeyPairSigner | undefined;
    /** Wallet that is paid; by default a new one with lamports. */
    payee?: KeyPairSigner | undefined;
    /** Key that signs the vouchers; by default a new one. */
    authorizedSigner?: KeyPairSigner | undefined;
    /** Wallet that pays the rent, where the revision knows one; the payer by default. */
    rentPayer?: KeyPairSigner | undefined;
    /** In base units, 1,000,000 by default. */
    deposit?: bigint | number | undefined;
    /** What is added to the deposit by a top-up, in base units; nothing by default. */
    topUp?: bigint | number | undefined;
    /** What is settled by a voucher before the channel closes, in base units; nothing by default. */
    settled?: bigint | number | undefined;
    /** None by default. */
    splits?: readonly Split[] | undefined;
    /** 3,600 by default. */
    gracePeriodSeconds?: bigint | number | undefined;
    /** By default one that this simulator has not used. */
    salt?: bigint | number | undefined;
}>;

const CHANNEL_OPTIONS: OnlyMembers<ChannelOptions> = {
    authorizedSigner: true,
    deposit: true,
    gracePeriodSeconds: true,
    mint: true,
    payee: true,
    payer: true,
    rentPayer: true,
    salt: true,
    settled: true,
    splits: true,
    state: true,
    tokenProgram: true,
    topUp: true,
};

/** A channel that was made, with everybody who has a part in it. */
export type MadeChannel = Readonly<{
    address: Address;
    escrow: Address;
    mint: Address;
    tokenProgram: Address;
    payer: KeyPairSigner;
    payee: KeyPairSigner;
    authorizedSigner: KeyPairSigner;
    /** Who paid the rent. */
    rentPayer: KeyPairSigner;
    splits: readonly Split[];
    /** With what was added by a top-up. */
    deposit: bigint;
    settled: bigint;
    gracePeriodSeconds: bigint | number;
    salt: bigint;
    /** Slot that it was opened for, where the revision knows one. */
    openSlot: bigint | undefined;
    /** Signs a voucher over an amount in base units, for good or until a unix time. */
    sign: (cumulativeAmount: bigint | number, expiresAt?: bigint | number) => Promise<SignedVoucher>;
}>;

const DEFAULT_DEPOSIT = 1_000_000n;
const DEFAULT_GRACE_PERIOD_SECONDS = 3_600;

/** Makes a channel by the transactions that anybody would make it with. */
export async function createChannel(simulator: Simulator<RevisionName>, options: ChannelOptions): Promise<MadeChannel> {
    const { deployment } = simulator;
    const given = readOnlyMembers('options', options, CHANNEL_OPTIONS);
    const state = toOneOf('state', given.state ?? 'open', STATES);
    const deposit = toU64('deposit', given.deposit ?? DEFAULT_DEPOSIT, 1n);
    const topUp = toU64('topUp', given.topUp ?? 0n);
    const settled = toU64('settled', given.settled ?? 0n);
    if (settled > deposit + topUp) refuseInput('settled', `at most the deposit of ${deposit + topUp}`, settled);
    const tokenProgram = toTokenProgram('tokenProgram', given.tokenProgram);
    for (const name of ['authorizedSigner', 'payee', 'payer', 'rentPayer'] as const) {
        if (given[name] !== undefined) toSigner(name, given[name]);
    }
    if (given.mint !== undefined) toAddress('mint', given.mint);
    const salt = given.salt === undefined ? simulator.cluster.nextSalt() : toU64('salt', given.salt);

    const mint = given.mint ?? (await simulator.createMint({ tokenProgram }));
    const payer = given.payer ?? (await simulator.createFundedSigner());
    const payee = given.payee ?? (await simulator.createFundedSigner());
    const authorizedSigner = given.authorizedSigner ?? (await simulator.createSigner());
    const rentPayer = (deployment.open.hasRentPayer ? given.rentPayer : undefined) ?? payer;
    const { gracePeriodSeconds = DEFAULT_GRACE_PERIOD_SECONDS, splits = [] } = given;
    const openSlot =
        deployment.channel.openSlotWindow === undefined
            ? undefined
            : chooseOpenSlot({ currentSlot: simulator.getClock().slot }, deployment);
    const own = openSlot === undefined ? {} : { openSlot };
    const terms: OpenInput = {
        authorizedSigner,
        deposit,
        gracePeriodSeconds,
        mint,
        payee,
        payer,
        salt,
        splits,
        tokenProgram,
        ...own,
        ...(deployment.open.hasRentPayer ? { rentPayer } : {}),
    };
    const open = await getOpenInstructionAsync<RevisionName>(terms, deployment);
    const parties = { authorizedSigner: authorizedSigner.address, mint, payee: payee.address, payer: payer.address };
    const [address] = findChannelPdaSync<RevisionName>({ ...parties, ...own, salt }, deployment);
    const channel: MadeChannel = toResult({
        ...{ address, authorizedSigner, mint, openSlot, payee, payer, rentPayer, salt, settled, splits, tokenProgram },
        deposit: deposit + topUp,
        escrow: findEscrowPdaSync({ channel: address, mint, tokenProgram })[0],
        gracePeriodSeconds,
        sign: async (cumulativeAmount: bigint | number, expiresAt: bigint | number = 0n) =>
            await signVoucher({ channelId: address, cumulativeAmount, expiresAt }, authorizedSigner, deployment),
    });
    await createTokenAccounts(simulator, channel);
    await simulator.sendOrThrow([open]);
    await bringTo(simulator, channel, { settled, state, topUp });
    return channel;
}

/** Everybody's, so that nothing of a payout goes to the treasury. */
async function createTokenAccounts(simulator: Simulator<RevisionName>, channel: MadeChannel): Promise<void> {
    const { deposit, mint, payee, payer, splits, tokenProgram } = channel;
    const token = { mint, tokenProgram };
    await simulator.createTreasuryTokenAccount(token);
    for (const owner of [payee.address, ...splits.map(({ recipient }) => recipient)]) {
        await simulator.createTokenAccount({ ...token, owner });
    }
    await simulator.mintTokens({ ...token, amount: deposit, owner: payer.address });
}

async function bringTo(
    simulator: Simulator<RevisionName>,
    channel: MadeChannel,
    { settled, state, topUp }: Readonly<{ settled: bigint; state: MadeChannelState; topUp: bigint }>,
): Promise<void> {
    const { deployment } = simulator;
    const { address, mint, payee, payer, rentPayer, splits, tokenProgram } = channel;
    const send = (instructions: readonly Instruction[], options = {}) => simulator.sendOrThrow(instructions, options);
    const token = { channel: address, mint, tokenProgram };
    if (topUp > 0n) {
        await send([await getTopUpInstructionAsync<RevisionName>({ ...token, amount: topUp, payer }, deployment)]);
    }
    if (settled > 0n) {
        await send(getSettleInstructions<RevisionName>({ voucher: await channel.sign(settled) }, deployment));
    }
    if (state === 'open') return;
    if (state === 'closing' || state === 'graceOver') {
        await send([getRequestCloseInstruction<RevisionName>({ channel: address, payer }, deployment)]);
        if (state === 'graceOver') passGracePeriod(simulator, address);
        return;
    }
    await send(getSettleAndFinalizeInstructions<RevisionName>({ channel: address, payee }, deployment));
    if (state === 'finalized') return;
    const distribute = await getDistributeInstructionAsync<RevisionName>(
        { ...token, payee, payer, rentPayer: rentPayer.address, splits } as never,
        deployment,
    );
    await send([distribute], { computeUnitLimit: MAX_COMPUTE_UNITS });
    const left = simulator.getChannel(address);
    if (state === 'distributed' || left.kind !== 'distributed') return;
    const { slot } = simulator.getClock();
    if (left.reclaimableFromSlot !== undefined && left.reclaimableFromSlot > slot) {
        simulator.setClock({ slot: left.reclaimableFromSlot });
    }
    await send([getReclaimInstruction({ channel: address, rentPayer: rentPayer.address }, deployment as never)]);
}
