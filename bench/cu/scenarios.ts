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
import { getReclaimInstruction } from '../../generated/epoch';
import { assertSucceeded, createSimulator, type Simulator } from '../../src/testing';
import type { ProgramRevision } from '../../src/testing/elf';
import type { InstructionName, RevisionFacts } from '../../test/svm/revisions';
import { getName, type Measured } from './recorded';
import { OPENED } from '../../test/fixtures/deployment';

/** Compute units of the published program, from the appendix of the spec: SPL Token and two recipients if not said. */
const PUBLISHED_TOMBSTONE: Readonly<Record<string, number>> = {
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
const PUBLISHED_EPOCH: Readonly<Record<string, number>> = {
    'distribute, open, SPL Token, 2 recipients': 14_699,
    'distribute, open, Token-2022, 2 recipients': 30_891,
    'distribute, sealed, after withdrawPayer': 16_580,
    'distribute, sealed, refund only': 16_738,
    'distribute, sealed, SPL Token, 2 recipients': 18_611,
    'open, SPL Token, 2 recipients': 26_990,
    'open, Token-2022, 2 recipients': 31_638,
    reclaim: 240,
    requestClose: 221,
    seal: 201,
    settle: 373,
    'settleAndSeal with voucher': 416,
    'settleAndSeal without': 253,
    'topUp, SPL Token': 4_980,
    'topUp, Token-2022': 6_838,
    'withdrawPayer, SPL Token': 5_019,
};
const PUBLISHED = { epoch: PUBLISHED_EPOCH, tombstone: PUBLISHED_TOMBSTONE };

const DEPOSIT = 10_000_000n;
/** One of four salts will do. */
const MAX_SALTS = 1_000;
const GRACE_PERIOD_SECONDS = 60;
const RECIPIENT_COUNTS = [0, 1, 2, 8, 32];

export async function measureScenarios(facts: RevisionFacts): Promise<Measured[]> {
    const bench = await Workbench.create(facts);
    const token2022 = await Workbench.create(facts, TOKEN_2022_PROGRAM_ADDRESS);
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
    await bench.distribute(channel, `distribute, ${bench.finalized}, ${detail}`);
}

/** The other instructions, and the other ways to end. */
async function runClosings(bench: Workbench): Promise<void> {
    const refunded = await bench.open(2);
    await bench.settle(refunded, 1_000_000n, 'settle');
    await bench.requestClose(refunded);
    bench.simulator.advanceClock({ seconds: GRACE_PERIOD_SECONDS });
    await bench.finalize(refunded);
    await bench.withdrawPayer(refunded);
    await bench.distribute(refunded, `distribute, ${bench.finalized}, after withdrawPayer`);

    const voucher = await bench.open(2);
    await bench.settleAndFinalize(voucher, 3_000_000n, `${bench.nameOf('settleAndFinalize')} with voucher`);

    const unused = await bench.open(2);
    await bench.settleAndFinalize(unused, undefined, `${bench.nameOf('settleAndFinalize')} without`);
    await bench.distribute(unused, `distribute, ${bench.finalized}, refund only`);
    if (bench.facts.openSlotWindow !== undefined) await bench.reclaim(unused);
}

type OpenChannel = Readonly<{ address: Address; splits: readonly Split[] }>;

/** A simulator with a payer, a payee and a mint, that measures what it sends when it is given a name for it. */
class Workbench {
    readonly measured: Measured[] = [];
    readonly tokenName: string;
    #salt = 0n;

    private constructor(
        readonly facts: RevisionFacts,
        readonly simulator: Simulator<ProgramRevision>,
        readonly payer: KeyPairSigner,
        readonly payee: KeyPairSigner,
        readonly token: Readonly<{ mint: Address; tokenProgram?: Address }>,
    ) {
        this.tokenName = token.tokenProgram === undefined ? 'SPL Token' : 'Token-2022';
    }

    static async create(facts: RevisionFacts, tokenProgram?: Address): Promise<Workbench> {
        const { deployment } = facts;
        const simulator = await createSimulator<ProgramRevision>({ deployment, seed: 'bench cu' });
        const payer = await simulator.createFundedSigner();
        const payee = await simulator.createFundedSigner();
        const program = tokenProgram === undefined ? {} : { tokenProgram };
        const token = { mint: await simulator.createMint(program), ...program };
        await simulator.mintTokens({ ...token, amount: 1_000_000_000_000n, owner: payer.address });
        await simulator.createTokenAccount({ ...token, owner: payee.address });
        await simulator.createTreasuryTokenAccount(token);
        return new Workbench(facts, simulator, payer, payee, token);
    }

    /** What a channel is called that nothing can be settled on any more. */
    get finalized(): string {
        return this.facts.name === 'tombstone' ? 'finalized' : 'sealed';
    }

    nameOf(instruction: InstructionName): string {
        return getName(this.facts, instruction);
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
            await getOpenInstructionAsync(
                {
                    ...OPENED,
                    ...this.token,
                    ...this.#dated,
                    deposit: DEPOSIT,
                    distribution: { version: 1 },
                    gracePeriodSeconds: GRACE_PERIOD_SECONDS,
                    payee: this.payee.address,
                    payer: this.payer,
                    salt,
                    splits,
                },
                this.facts.deployment,
            ),
        ]);
        const [address] = await findChannelPda({ ...OPENED, ...this.#seeds(salt) }, this.facts.deployment);
        return { address, splits };
    }

    async topUp({ address: channel }: OpenChannel): Promise<void> {
        const instruction = await getTopUpInstructionAsync(
            { ...this.token, amount: 5n, channel, payer: this.payer },
            this.facts.deployment,
        );
        await this.#send(`topUp, ${this.tokenName}`, [instruction]);
    }

    async settle({ address: channelId }: OpenChannel, cumulativeAmount: bigint, name?: string): Promise<void> {
        const voucher = await signVoucher({ channelId, cumulativeAmount }, this.payer, this.facts.deployment);
        await this.#send(name, getSettleInstructions({ voucher }, this.facts.deployment));
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
                : await signVoucher({ channelId: channel, cumulativeAmount: amount }, payer, this.facts.deployment);
        await this.#send(name, getSettleAndFinalizeInstructions({ channel, payee, voucher }, this.facts.deployment));
    }

    async requestClose({ address: channel }: OpenChannel): Promise<void> {
        await this.#send('requestClose', [
            getRequestCloseInstruction({ channel, payer: this.payer }, this.facts.deployment),
        ]);
    }

    async finalize({ address: channel }: OpenChannel): Promise<void> {
        await this.#send(this.nameOf('finalize'), [getFinalizeInstruction({ channel }, this.facts.deployment)]);
    }

    async withdrawPayer({ address: channel }: OpenChannel): Promise<void> {
        const instruction = await getWithdrawPayerInstructionAsync(
            { ...this.token, channel, payer: this.payer },
            this.facts.deployment,
        );
        await this.#send(`withdrawPayer, ${this.tokenName}`, [instruction]);
    }

    async distribute({ address: channel, splits }: OpenChannel, name: string): Promise<void> {
        const payer = this.payer.address;
        const parties = { payee: this.payee.address, payer, rentPayer: payer };
        const input = { ...this.token, ...parties, channel, splits };
        await this.#send(name, [await getDistributeInstructionAsync(input, this.facts.deployment)]);
    }

    async reclaim({ address: channel }: OpenChannel): Promise<void> {
        const rentPayer = this.payer.address;
        this.simulator.advanceClock({ slots: 1_501n });
        await this.#send('reclaim', [getReclaimInstruction({ channel, rentPayer }, this.facts.deployment)]);
    }

    /** The next salt for which neither the channel nor its escrow costs the program a second derivation. */
    async #findSalt(): Promise<bigint> {
        for (let attempts = 0; attempts < MAX_SALTS; attempts++) {
            this.#salt += 1n;
            const [channel, bump] = await findChannelPda(
                { ...OPENED, ...this.#seeds(this.#salt) },
                this.facts.deployment,
            );
            if (bump !== 255) continue;
            const [, escrowBump] = await findEscrowPda({ ...this.token, channel });
            if (escrowBump === 255) return this.#salt;
        }
        throw new Error(`none of ${MAX_SALTS} salts will do, where one of four does`);
    }

    #seeds(salt: bigint) {
        const payer = this.payer.address;
        return {
            authorizedSigner: payer,
            mint: this.token.mint,
            payee: this.payee.address,
            payer,
            salt,
            ...this.#dated,
        };
    }

    /** What only a revision takes that dates its channels; others do not look at it. */
    get #dated() {
        return { openSlot: this.simulator.getClock().slot, rentPayer: this.payer };
    }

    /** Version 1 because an ordinary transaction has no room for 32 recipients; its limits cost no compute units. */
    async #send(name: string | undefined, instructions: readonly Instruction[]): Promise<void> {
        const result = await this.simulator.send(instructions, { version: 1 });
        assertSucceeded(result);
        if (name === undefined) return;
        this.measured.push({
            baseline: PUBLISHED[this.facts.name][name] ?? null,
            case: name,
            value: result.computeUnits,
        });
    }
}
