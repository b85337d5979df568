/** Runs every instruction in scenarios of its own, so that there are figures for what was not recorded. */

import { type Address, type Instruction, type KeyPairSigner } from '@solana/kit';

import {
    findChannelPda,
    findEscrowPda,
    getDistributeInstructionAsync,
    getFinalizeInstruction,
    getOpenInstructionAsync,
    getRequestCloseInstruction,
    getSettleAndFinalizeInstructions,
    getSettleInstructions,
    getTopUpInstructionAsync,
    getWithdrawPayerInstructionAsync,
    signVoucher,
    TOKEN_2022_PROGRAM_ADDRESS,
    type Split,
} from '../../src';
import { assertSucceeded, createSimulator, type Simulator } from '../../src/testing';
import type { Measured } from './recorded';

/** Compute units of the published program, from the appendix of the spec: SPL Token and two recipients if not said. */
const PUBLISHED: Readonly<Record<string, number>> = {
    'distribute, finalized, SPL Token, 2 recipients': 18_437,
    'distribute, finalized, refund only': 16_583,
    'distribute, finalized, after withdrawPayer': 16_406,
    'distribute, open, SPL Token, 2 recipients': 14_678,
    'distribute, open, Token-2022, 2 recipients': 30_868,
    finalize: 202,
    'open, SPL Token, 2 recipients': 24_322,
    'open, Token-2022, 2 recipients': 28_970,
    requestClose: 219,
    settle: 382,
    'settleAndFinalize with voucher': 419,
    'settleAndFinalize without': 252,
    'topUp, SPL Token': 4_980,
    'topUp, Token-2022': 6_838,
    'withdrawPayer, SPL Token': 5_013,
};

const DEPOSIT = 10_000_000n;
const GRACE_PERIOD_SECONDS = 60;
const RECIPIENT_COUNTS = [0, 1, 2, 8, 32];

export async function measureScenarios(): Promise<Measured[]> {
    const bench = await Workbench.create();
    const token2022 = await Workbench.create(TOKEN_2022_PROGRAM_ADDRESS);
    for (const count of RECIPIENT_COUNTS) await runDistributions(bench, count);
    for (const count of RECIPIENT_COUNTS) await runDistributions(token2022, count);
    await runClosings(bench);
    return [...bench.measured, ...token2022.measured].sort((a, b) =>
        a.case.localeCompare(b.case, 'en', { numeric: true }),
    );
}

/** open, topUp, settle, distribute of the open and of the finalized channel, for one number of recipients. */
async function runDistributions(bench: Workbench, count: number): Promise<void> {
    const detail = `${bench.tokenName}, ${count === 1 ? '1 recipient' : `${count} recipients`}`;
    const channel = await bench.open(count, `open, ${detail}`);
    if (count === 2) await bench.topUp(channel);
    await bench.settle(channel, 1_000_000n, undefined);
    await bench.distribute(channel, `distribute, open, ${detail}`);
    await bench.settle(channel, 2_000_000n, undefined);
    await bench.settleAndFinalize(channel, undefined, undefined);
    await bench.distribute(channel, `distribute, finalized, ${detail}`);
}

/** The other instructions, and the other ways to end. */
async function runClosings(bench: Workbench): Promise<void> {
    const refunded = await bench.open(2);
    await bench.settle(refunded, 1_000_000n, 'settle');
    await bench.requestClose(refunded);
    bench.simulator.advanceClock({ seconds: GRACE_PERIOD_SECONDS });
    await bench.finalize(refunded);
    await bench.withdrawPayer(refunded);
    await bench.distribute(refunded, 'distribute, finalized, after withdrawPayer');

    const voucher = await bench.open(2);
    await bench.settleAndFinalize(voucher, 3_000_000n, 'settleAndFinalize with voucher');

    const unused = await bench.open(2);
    await bench.settleAndFinalize(unused, undefined, 'settleAndFinalize without');
    await bench.distribute(unused, 'distribute, finalized, refund only');
}

type OpenChannel = Readonly<{ address: Address; splits: readonly Split[] }>;

/** A simulator with a payer, a payee and a mint, that measures what it sends when it is given a name for it. */
class Workbench {
    readonly measured: Measured[] = [];
    readonly tokenName: string;
    #salt = 0n;

    private constructor(
        readonly simulator: Simulator,
        readonly payer: KeyPairSigner,
        readonly payee: KeyPairSigner,
        readonly token: Readonly<{ mint: Address; tokenProgram?: Address }>,
    ) {
        this.tokenName = token.tokenProgram === undefined ? 'SPL Token' : 'Token-2022';
    }

    static async create(tokenProgram?: Address): Promise<Workbench> {
        const simulator = await createSimulator({ seed: 'bench cu' });
        const payer = await simulator.createFundedSigner();
        const payee = await simulator.createFundedSigner();
        const program = tokenProgram === undefined ? {} : { tokenProgram };
        const token = { mint: await simulator.createMint(program), ...program };
        await simulator.mintTokens({ ...token, amount: 1_000_000_000_000n, owner: payer.address });
        await simulator.createTokenAccount({ ...token, owner: payee.address });
        await simulator.createTreasuryTokenAccount(token);
        return new Workbench(simulator, payer, payee, token);
    }

    async open(count: number, name?: string): Promise<OpenChannel> {
        const splits: Split[] = [];
        while (splits.length < count) {
            const { address: recipient } = await this.simulator.createSigner();
            await this.simulator.createTokenAccount({ ...this.token, owner: recipient });
            splits.push({ bps: 100, recipient });
        }
        const salt = await this.#findSalt();
        await this.#send(name, [
            await getOpenInstructionAsync({
                ...this.token,
                deposit: DEPOSIT,
                distribution: { version: 1 },
                gracePeriodSeconds: GRACE_PERIOD_SECONDS,
                payee: this.payee.address,
                payer: this.payer,
                salt,
                splits,
            }),
        ]);
        const [address] = await findChannelPda(this.#seeds(salt));
        return { address, splits };
    }

    async topUp({ address: channel }: OpenChannel): Promise<void> {
        const instruction = await getTopUpInstructionAsync({ ...this.token, amount: 5n, channel, payer: this.payer });
        await this.#send(`topUp, ${this.tokenName}`, [instruction]);
    }

    async settle({ address: channelId }: OpenChannel, cumulativeAmount: bigint, name?: string): Promise<void> {
        const voucher = await signVoucher({ channelId, cumulativeAmount }, this.payer);
        await this.#send(name, getSettleInstructions({ voucher }));
    }

    async settleAndFinalize(
        { address: channel }: OpenChannel,
        amount: bigint | undefined,
        name?: string,
    ): Promise<void> {
        const { payee, payer } = this;
        const voucher =
            amount === undefined
                ? undefined
                : await signVoucher({ channelId: channel, cumulativeAmount: amount }, payer);
        await this.#send(name, getSettleAndFinalizeInstructions({ channel, payee, voucher }));
    }

    async requestClose({ address: channel }: OpenChannel): Promise<void> {
        await this.#send('requestClose', [getRequestCloseInstruction({ channel, payer: this.payer })]);
    }

    async finalize({ address: channel }: OpenChannel): Promise<void> {
        await this.#send('finalize', [getFinalizeInstruction({ channel })]);
    }

    async withdrawPayer({ address: channel }: OpenChannel): Promise<void> {
        const instruction = await getWithdrawPayerInstructionAsync({ ...this.token, channel, payer: this.payer });
        await this.#send(`withdrawPayer, ${this.tokenName}`, [instruction]);
    }

    async distribute({ address: channel, splits }: OpenChannel, name: string): Promise<void> {
        const parties = { payee: this.payee.address, payer: this.payer.address };
        const instruction = await getDistributeInstructionAsync({ ...this.token, ...parties, channel, splits });
        await this.#send(name, [instruction]);
    }

    /** The next salt for which neither the channel nor its escrow costs the program a second derivation. */
    async #findSalt(): Promise<bigint> {
        for (;;) {
            this.#salt += 1n;
            const [channel, bump] = await findChannelPda(this.#seeds(this.#salt));
            if (bump !== 255) continue;
            const [, escrowBump] = await findEscrowPda({ ...this.token, channel });
            if (escrowBump === 255) return this.#salt;
        }
    }

    #seeds(salt: bigint) {
        const payer = this.payer.address;
        return { authorizedSigner: payer, mint: this.token.mint, payee: this.payee.address, payer, salt };
    }

    /** Version 1 because an ordinary transaction has no room for 32 recipients; its limits cost no compute units. */
    async #send(name: string | undefined, instructions: readonly Instruction[]): Promise<void> {
        const result = await this.simulator.send(instructions, { version: 1 });
        assertSucceeded(result);
        if (name === undefined) return;
        this.measured.push({ baseline: PUBLISHED[name] ?? null, case: name, value: result.computeUnits });
    }
}
