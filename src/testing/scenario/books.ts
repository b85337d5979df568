import type { Address } from '@solana/kit';

import { getPayouts } from '../../channel/splits';
import { readTokenAccount } from '../../channel/token-account';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';
import type { ChannelAction, ChannelLife, ChannelMoment, TokenFlow, TokenFlowKind } from './report';
import { findTokenAccount, type ChannelPlace, type World, type WorldChannel, type WorldParty } from './world';

/** What is known of a channel from what was done with it, without a look at the chain. */
type Account = {
    place: ChannelPlace | undefined;
    isOpened: boolean;
    isFinal: boolean;
    deposit: bigint;
    authorized: bigint;
    vouchers: number;
    settled: bigint;
    paidOut: bigint;
    /** What has left the escrow by payouts. */
    left: bigint;
    refunded: bigint;
    isWithdrawn: boolean;
    moments: ChannelMoment[];
};

/**
 * The books of a scenario: what everybody should have, by the terms of the channels, the vouchers and the rules of the
 * program alone. What they really have is compared with it in the end.
 */
export class Books {
    readonly #accounts: ReadonlyMap<WorldChannel, Account>;
    /** What each party should hold of each token. */
    readonly #tokens = new Map<WorldParty, Map<string, bigint>>();
    readonly #flows = new Map<string, { flow: Omit<TokenFlow, 'amount'>; amount: bigint }>();
    readonly #start: bigint;

    constructor(
        private readonly simulator: Simulator<RevisionName>,
        private readonly world: World,
    ) {
        this.#start = simulator.getClock().unixTimestamp;
        this.#accounts = new Map(
            world.channels.map(channel => [
                channel,
                {
                    ...{ authorized: 0n, deposit: 0n, left: 0n, paidOut: 0n, refunded: 0n, settled: 0n, vouchers: 0 },
                    ...{ isFinal: false, isOpened: false, isWithdrawn: false, moments: [], place: undefined },
                },
            ]),
        );
        for (const party of world.parties) {
            const held = [...party.tokenAccounts].map(([token, address]): [string, bigint] => [
                token,
                simulator.getTokenAmount(address),
            ]);
            this.#tokens.set(party, new Map(held));
        }
    }

    of(channel: WorldChannel): Readonly<Account> {
        return this.#accounts.get(channel)!;
    }

    setPlace(channel: WorldChannel, place: ChannelPlace): void {
        this.#accounts.get(channel)!.place = place;
    }

    /** What a party should hold of a token. */
    getExpected(party: WorldParty, token: string): bigint {
        return this.#tokens.get(party)?.get(token) ?? 0n;
    }

    pay(channel: WorldChannel, cumulativeAmount: bigint, vouchers: number, step: number): void {
        const account = this.#accounts.get(channel)!;
        account.authorized = cumulativeAmount;
        account.vouchers += vouchers;
        this.#note(channel, ['pay'], step);
    }

    /**
     * Enters what transactions have done with a channel, in their order.
     *
     * @param change The deposit that was added, or the amount that was settled.
     * @param canReceive Who could be paid when it was distributed: see {@link readReceivers}.
     */
    enter(
        channel: WorldChannel,
        actions: readonly ChannelAction[],
        change: Readonly<{
            deposit?: bigint | undefined;
            settled?: bigint | undefined;
            receivers?: ReadonlySet<WorldParty> | undefined;
        }>,
        step: number,
    ): void {
        const account = this.#accounts.get(channel)!;
        if (change.deposit !== undefined) {
            account.isOpened = true;
            account.deposit += change.deposit;
            this.#move(channel, 'deposit', channel.payer, change.deposit);
        }
        if (change.settled !== undefined && change.settled > account.settled) account.settled = change.settled;
        for (const action of actions) {
            if (action === 'settleAndFinalize' || action === 'finalize') account.isFinal = true;
            if (action === 'withdrawPayer') this.#refund(channel, account, undefined);
            if (action === 'distribute') this.#distribute(channel, account, change.receivers);
        }
        this.#note(channel, actions, step);
    }

    /** Who can receive a payout of a channel now; everybody else's share goes to the treasury. */
    async readReceivers(channel: WorldChannel): Promise<ReadonlySet<WorldParty>> {
        const { payee, payer, recipients, token } = channel;
        const receivers = new Set<WorldParty>();
        for (const party of new Set([payer, payee, ...recipients])) {
            const account = this.simulator.svm.getAccount(await findTokenAccount(party, token));
            const { mint, tokenProgram } = token;
            const { condition } = readTokenAccount(account, { mint, owner: party.address, tokenProgram });
            if (condition === 'usable') receivers.add(party);
        }
        return receivers;
    }

    getFlows(): TokenFlow[] {
        return [...this.#flows.values()].map(({ amount, flow }) => ({ ...flow, amount }));
    }

    getLives(): ChannelLife[] {
        return [...this.#accounts].map(([channel, { moments, place }]): ChannelLife => {
            const address: Address | undefined = place?.address;
            const { name, payee, payer, rentPayer, token } = channel;
            return {
                address,
                moments,
                name,
                payee: payee.name,
                payer: payer.name,
                rentPayer: (rentPayer ?? payer).name,
                token: token.name,
            };
        });
    }

    #distribute(channel: WorldChannel, account: Account, receivers: ReadonlySet<WorldParty> = new Set()): void {
        const { payee, recipients, splits } = channel;
        const { paidOut, settled } = account;
        const payouts = getPayouts({ payoutWatermark: paidOut, settled, splits }, this.simulator.deployment);
        const pay = (party: WorldParty, kind: TokenFlowKind, amount: bigint) => {
            account.left += amount;
            const isPaid = receivers.has(party);
            this.#move(channel, isPaid ? kind : 'forfeit', isPaid ? party : this.world.treasury, amount);
        };
        for (const [index, recipient] of recipients.entries()) pay(recipient, 'payout', payouts.recipients[index]!);
        pay(payee, 'payout', payouts.payee);
        account.paidOut = settled;
        if (!account.isFinal) return;
        if (!account.isWithdrawn) this.#refund(channel, account, receivers);
        // What rounding has left goes to the treasury with the end of the channel.
        const rest = account.deposit - account.refunded - account.left;
        account.left += rest;
        this.#move(channel, 'remainder', this.world.treasury, rest);
    }

    /** Without receivers the payer takes it itself, and fails if it can't. */
    #refund(channel: WorldChannel, account: Account, receivers: ReadonlySet<WorldParty> | undefined): void {
        const amount = account.deposit - account.settled;
        const isPaid = receivers?.has(channel.payer) ?? true;
        account.refunded += amount;
        account.isWithdrawn = true;
        this.#move(channel, isPaid ? 'refund' : 'forfeit', isPaid ? channel.payer : this.world.treasury, amount);
    }

    /** Between a party and a channel: a deposit goes into it, everything else comes out. */
    #move({ name, token }: WorldChannel, kind: TokenFlowKind, party: WorldParty, amount: bigint): void {
        if (amount === 0n) return;
        const held = this.#tokens.get(party)!;
        held.set(token.name, (held.get(token.name) ?? 0n) + (kind === 'deposit' ? -amount : amount));
        const key = [name, kind, party.name].join('\n');
        const entry = this.#flows.get(key) ?? {
            amount: 0n,
            flow: { channel: name, kind, party: party.name, token: token.name },
        };
        this.#flows.set(key, { ...entry, amount: entry.amount + amount });
    }

    #note(channel: WorldChannel, actions: readonly ChannelAction[], step: number): void {
        const { authorized, deposit, moments, paidOut, refunded, settled, vouchers } = this.#accounts.get(channel)!;
        const atSeconds = this.simulator.getClock().unixTimestamp - this.#start;
        moments.push({ actions, atSeconds, authorized, deposit, paidOut, refunded, settled, step, vouchers });
    }
}
