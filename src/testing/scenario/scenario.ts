import type { Address, Instruction, KeyPairSigner, Signature } from '@solana/kit';

import { assertIsLiveChannelState } from '../../channel/channel-state';
import type { Deployment } from '../../revision/deployment';
import { getReclaimInstruction } from '../../instructions/reclaim';
import { getDistributeInstructionAsync } from '../../instructions/distribute';
import { getFinalizeInstruction } from '../../instructions/finalize';
import { getOpenInstructionAsync, type OpenInput } from '../../instructions/open';
import { getRequestCloseInstruction } from '../../instructions/request-close';
import { getSettleInstructions } from '../../instructions/settle';
import { getSettleAndFinalizeInstructions } from '../../instructions/settle-and-finalize';
import { getTopUpInstructionAsync } from '../../instructions/top-up';
import { getWithdrawPayerInstructionAsync } from '../../instructions/withdraw-payer';
import { TRANSACTION_FAILED } from '../../core/error-definitions';
import { PaymentChannelsError } from '../../core/errors';
import { readOnlyMembers, refuseInput, toInteger } from '../../core/input';
import type { ChannelOf, RevisionName, RevisionWithReclaim } from '../../revision/revision-types';
import { signVoucher } from '../../voucher/sign-voucher';
import { verifyVoucher } from '../../voucher/verify-voucher';
import type { SignedVoucher } from '../../voucher/voucher';
import { createSimulator } from '../create-simulator';
import { toText } from '../seeded-signer';
import type { Simulator } from '../simulator';
import { findMissingRent, findUnlistedTokens, findWrongPayouts } from './checks';
import {
    findDiscrepancies,
    readBalances,
    readSupplies,
    type Balance,
    type Discrepancy,
    type LedgerAccount,
} from './ledger';
import { createParties, planChannels, type Parties, type PlannedChannel } from './parties';

/** The options of a run. */
export type ScenarioOptions = Readonly<{
    /** Deployment to simulate, and with it the revision. */
    deployment: Deployment;
    /** Number of channels, 1 to 10,000; 12 by default. */
    channels?: number | undefined;
    /** Everything random follows from this. */
    seed?: string | undefined;
    /** Path of the program ELF, as for {@link createSimulator}. */
    elfPath?: string | undefined;
    /** Called when something was done. */
    onProgress?: ((progress: ScenarioProgress) => void) | undefined;
}>;

/** Progress of a scenario: `done` of `total` in the phase named `phase`. */
export type ScenarioProgress = Readonly<{ phase: string; done: number; total: number }>;

/** One transaction of a scenario. */
export type ScenarioTransaction = Readonly<{
    label: string;
    signature: Signature;
    feePayer: Address;
    bytes: number;
    computeUnits: number;
    feeLamports: bigint;
}>;

/** The events of the run, and whether everything is accounted for. */
export type ScenarioReport = Readonly<{
    deployment: Deployment;
    elf: Readonly<{ sha256: string; source: string }>;
    channels: number;
    vouchers: number;
    transactions: readonly ScenarioTransaction[];
    balances: Readonly<{ before: readonly Balance[]; after: readonly Balance[] }>;
    /** Discrepancies; empty when every token and every lamport is accounted for. */
    discrepancies: readonly Discrepancy[];
}>;

const DEFAULT_CHANNELS = 12;
const MAX_CHANNELS = 10_000n;
const MIN_VOUCHERS = 300;
const MIN_VOUCHERS_PER_CHANNEL = 5;
const GRACE_PERIOD_SECONDS = 3600;

/**
 * Runs a merchant's business on a simulator: payers open channels in both token programs, pay with vouchers, top up;
 * the merchant settles, finalizes and distributes to a platform and an affiliate; one payer closes a channel itself.
 * Where a revision has rent payers, a sponsor pays the rent, and that of channels that are distributed before the open-slot
 * window is over comes back by reclaim.
 *
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field; `ELF_INVALID` when there is no program
 * to run; `TRANSACTION_FAILED` with the label of the transaction when one
 * fails that must not.
 *
 * @example
 * ```ts
 * const report = await runScenario({ channels: 12, deployment: MAINNET_DEPLOYMENT, seed: '1' });
 * console.log(report.discrepancies.length); // 0
 * ```
 */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioReport> {
    const given = readOnlyMembers('options', options, {
        channels: true,
        deployment: true,
        elfPath: true,
        onProgress: true,
        seed: true,
    });
    const { deployment, elfPath, onProgress } = given;
    const count = Number(toInteger('channels', given.channels ?? DEFAULT_CHANNELS, 1n, MAX_CHANNELS));
    const seed = toText('seed', given.seed) ?? '1';
    if (onProgress !== undefined && typeof onProgress !== 'function') {
        refuseInput('onProgress', 'a function', onProgress);
    }
    const simulator = await createSimulator<RevisionName>({ deployment, elfPath, seed: `scenario ${seed}` });
    const payerCount = Math.min(count, Math.max(3, Math.ceil(count / 8)));
    const parties = await createParties(simulator, payerCount, count);
    const channels = await planChannels(simulator, parties, count, seed);
    const run = new ScenarioRun(simulator, parties, onProgress);

    const accounts: LedgerAccount[] = [
        ...parties.accounts,
        ...channels.flatMap(({ address, escrow, name, token }) => [
            { address, party: name },
            { address: escrow, mint: token.mint, party: name },
        ]),
    ];
    const before = readBalances(simulator, accounts);
    const vouchersPerChannel = Math.max(MIN_VOUCHERS_PER_CHANNEL, Math.ceil(MIN_VOUCHERS / count));
    await run.live(channels, vouchersPerChannel);
    const after = readBalances(simulator, accounts);

    const feeLamports = run.transactions.reduce((sum, transaction) => sum + transaction.feeLamports, 0n);
    return {
        balances: { after, before },
        channels: count,
        deployment,
        discrepancies: [
            ...findDiscrepancies({ after, before, feeLamports, supplies: readSupplies(simulator, parties.mints) }),
            ...findUnlistedTokens(simulator, parties, accounts),
            ...(await findWrongPayouts(parties, channels, simulator)),
            ...findMissingRent({ after, before, channels, parties, simulator, transactions: run.transactions }),
        ],
        elf: { sha256: simulator.elf.sha256, source: simulator.elf.source },
        transactions: run.transactions,
        vouchers: count * vouchersPerChannel,
    };
}

/** The run itself: every step of every channel, each transaction recorded under its label. */
class ScenarioRun {
    readonly transactions: ScenarioTransaction[] = [];
    readonly #latest = new Map<Address, SignedVoucher>();
    /** The program's names of the instructions that end a channel. */
    readonly #names: Readonly<{ finalize: string; settleAndFinalize: string }>;

    constructor(
        private readonly simulator: Simulator<RevisionName>,
        private readonly parties: Parties,
        private readonly onProgress: ScenarioOptions['onProgress'],
    ) {
        const { finalize, settleAndFinalize } = simulator.deployment;
        this.#names = { finalize: finalize.programName, settleAndFinalize: settleAndFinalize.programName };
    }

    async live(channels: readonly PlannedChannel[], vouchersPerChannel: number): Promise<void> {
        const closing = channels.filter(({ ending }) => ending === 'payerCloses');
        const finalizing = channels.filter(({ ending }) => ending === 'merchantFinalizes');
        const half = Math.ceil(vouchersPerChannel / 2);

        await this.#each('open', channels, channel => this.#open(channel));
        await this.#pay('first vouchers', channels, 1, half, vouchersPerChannel);
        await this.#each(
            'settle and distribute early',
            channels.filter(c => c.isSettledEarly),
            async channel => {
                await this.#settle(channel);
                await this.#distribute(channel, 'distribute (open)');
            },
        );
        await this.#each(
            'top up',
            channels.filter(c => c.topUp > 0n),
            channel => this.#topUp(channel),
        );
        await this.#pay('last vouchers', channels, half + 1, vouchersPerChannel, vouchersPerChannel);

        await this.#each(`settle and ${this.#names.finalize}`, finalizing, channel => this.#settleAndFinalize(channel));
        await this.#each('request close', closing, async channel => {
            // What a payee who watches its channels does first: after the grace period it could not.
            await this.#settle(channel);
            await this.#requestClose(channel);
        });
        const isAtOnce = (channel: PlannedChannel) => channel.isDistributedAtOnce && finalizing.includes(channel);
        await this.#each('distribute at once', channels.filter(isAtOnce), channel =>
            this.#distribute(channel, 'distribute (final)'),
        );
        this.simulator.advanceClock({ seconds: GRACE_PERIOD_SECONDS, slots: GRACE_PERIOD_SECONDS * 2.5 });
        await this.#each(`${this.#names.finalize} and withdraw`, closing, async channel => {
            await this.#finalize(channel);
            await this.#withdrawPayer(channel);
        });
        const isLater = (channel: PlannedChannel) => !isAtOnce(channel);
        await this.#each('distribute later', channels.filter(isLater), channel =>
            this.#distribute(channel, 'distribute (final)'),
        );
        const isDistributed = ({ address }: PlannedChannel) =>
            this.simulator.getChannel(address).kind === 'distributed';
        await this.#each('reclaim', channels.filter(isDistributed), channel => this.#reclaim(channel));
    }

    async #open({ deposit, openSlot, payer, salt, token, ...channel }: PlannedChannel) {
        // A revision without open slots or rent payers looks at neither; here it has none.
        const input: OpenInput<RevisionName> & Readonly<{ openSlot: unknown; rentPayer: unknown }> = {
            ...token,
            authorizedSigner: payer.session.address,
            deposit,
            gracePeriodSeconds: GRACE_PERIOD_SECONDS,
            openSlot,
            payee: this.parties.merchant.address,
            payer: payer.wallet,
            rentPayer: this.parties.sponsor,
            salt,
            splits: this.parties.splits,
        };
        const instruction = await getOpenInstructionAsync(input, this.simulator.deployment);
        await this.#send(`open ${channel.name} (${token.name})`, [instruction], payer.wallet);
    }

    async #topUp({ address, name, payer, token, topUp }: PlannedChannel) {
        const instruction = await getTopUpInstructionAsync(
            { ...token, amount: topUp, channel: address, payer: payer.wallet },
            this.simulator.deployment,
        );
        await this.#send(`topUp ${name}`, [instruction], payer.wallet);
    }

    /** The payer signs vouchers `from` to `to` of `total`, in equal steps up to what it spends; the merchant verifies. */
    async #pay(phase: string, channels: readonly PlannedChannel[], from: number, to: number, total: number) {
        const count = channels.length * (to - from + 1);
        let done = 0;
        for (const { address, payer, spent } of channels) {
            for (let index = from; index <= to; index++) {
                const cumulativeAmount = (spent * BigInt(index)) / BigInt(total);
                const { deployment } = this.simulator;
                const voucher = await signVoucher({ channelId: address, cumulativeAmount }, payer.session, deployment);
                if (!(await verifyVoucher(voucher, payer.session.address, deployment))) {
                    throw new Error(`voucher ${index} of ${address} does not verify`);
                }
                this.#latest.set(address, voucher);
                this.onProgress?.({ done: ++done, phase, total: count });
            }
        }
    }

    async #settle({ address, name }: PlannedChannel) {
        const voucher = this.#latest.get(address)!;
        const instructions = getSettleInstructions({ voucher }, this.simulator.deployment);
        await this.#send(`settle ${name}`, instructions, this.parties.merchant);
    }

    async #settleAndFinalize({ address, name }: PlannedChannel) {
        const voucher = this.#latest.get(address)!;
        const instructions = getSettleAndFinalizeInstructions(
            { channel: address, payee: this.parties.merchant, voucher },
            this.simulator.deployment,
        );
        await this.#send(`${this.#names.settleAndFinalize} ${name}`, instructions, this.parties.merchant);
    }

    async #requestClose({ address, name, payer }: PlannedChannel) {
        const instruction = getRequestCloseInstruction(
            { channel: address, payer: payer.wallet },
            this.simulator.deployment,
        );
        await this.#send(`requestClose ${name}`, [instruction], payer.wallet);
    }

    async #finalize({ address, name, payer }: PlannedChannel) {
        const instruction = getFinalizeInstruction({ channel: address }, this.simulator.deployment);
        await this.#send(`${this.#names.finalize} ${name}`, [instruction], payer.wallet);
    }

    async #withdrawPayer({ address, name, payer, token }: PlannedChannel) {
        const instruction = await getWithdrawPayerInstructionAsync(
            { ...token, channel: address, payer: payer.wallet },
            this.simulator.deployment,
        );
        await this.#send(`withdrawPayer ${name}`, [instruction], payer.wallet);
    }

    async #distribute({ address, name, token }: PlannedChannel, action: string) {
        const state = this.simulator.getChannel(address);
        assertIsLiveChannelState(state);
        const instruction = await getDistributeInstructionAsync(
            { ...state.channel, channel: address, splits: this.parties.splits, tokenProgram: token.tokenProgram },
            this.simulator.deployment,
        );
        await this.#send(`${action} ${name}`, [instruction], this.parties.merchant);
    }

    async #reclaim({ address, name }: PlannedChannel) {
        const state = this.simulator.getChannel(address);
        if (state.kind !== 'distributed') throw new Error(`${name} is ${state.kind}`);
        const instruction = getReclaimInstruction(
            { channel: address, rentPayer: (state.channel as ChannelOf<RevisionWithReclaim>).rentPayer },
            // In no other revision a channel is ever distributed.
            this.simulator.deployment as Deployment<RevisionWithReclaim>,
        );
        await this.#send(`reclaim ${name}`, [instruction], this.parties.merchant);
    }

    async #each(phase: string, channels: readonly PlannedChannel[], step: (channel: PlannedChannel) => Promise<void>) {
        for (const [index, channel] of channels.entries()) {
            await step(channel);
            this.onProgress?.({ done: index + 1, phase, total: channels.length });
        }
    }

    async #send(label: string, instructions: readonly Instruction[], feePayer: KeyPairSigner) {
        const result = await this.simulator.send(instructions, { feePayer });
        if (!result.ok) {
            const reason = `${label}: ${result.failure.message}`;
            throw new PaymentChannelsError(TRANSACTION_FAILED, { logs: result.logs, reason });
        }
        const { bytes, computeUnits, feeLamports, signature } = result;
        this.transactions.push({ bytes, computeUnits, feeLamports, feePayer: feePayer.address, label, signature });
    }
}
