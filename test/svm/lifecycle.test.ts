import { address } from '@solana/kit';
import { beforeAll, describe, expect, it } from 'vitest';

import {
    findTreasuryTokenPda,
    getDistributeInstructionAsync,
    getFinalizeInstruction,
    getPayouts,
    getRequestCloseInstruction,
    getSettleAndFinalizeInstructions,
    getSettleInstructions,
    getTopUpInstructionAsync,
    getWithdrawPayerInstructionAsync,
    type Deployment,
} from '../../src';
import { createSimulator, ELF_ENVIRONMENT_VARIABLES, type Simulator } from '../../src/testing';
import { REMAINS, SLOTS_UNTIL_FREE, STATUSES } from '../fixtures/revision';
import { createCast, FUNDS, GRACE_PERIOD_SECONDS, TestChannel, TOKEN_PROGRAMS, type Cast } from './fixtures/channel';
import { DEPLOYMENT } from '../fixtures/deployment';

// The whole life of a channel, from open to tombstone, at the published address and at another address with another
// treasury owner: nothing in the toolkit may assume which deployment is in use.

const ELSEWHERE: Deployment = {
    ...DEPLOYMENT,
    programAddress: address('9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin'),
    treasuryOwner: address('Cs2zdfUNonRdRGsiZUQQLdTxzxVvJZmgiX2mpLYKuEqP'),
};
const isForeignElf = Boolean(process.env[ELF_ENVIRONMENT_VARIABLES.tombstone]);

describe.each([
    { deployment: DEPLOYMENT, name: 'the published deployment' },
    { deployment: ELSEWHERE, name: 'another address and treasury owner' },
])('at $name', ({ deployment, name }) => {
    const needsFreedom = deployment !== DEPLOYMENT && isForeignElf;
    describe.skipIf(needsFreedom).each(TOKEN_PROGRAMS)(
        needsFreedom
            ? `skipped: the ELF of ${ELF_ENVIRONMENT_VARIABLES.tombstone} runs at its own address only (${name})`
            : 'with $name',
        ({ tokenProgram }) => {
            let simulator: Simulator;
            let cast: Cast;
            beforeAll(async () => {
                simulator = await createSimulator({ deployment });
                cast = await createCast(simulator, tokenProgram);
            });
            const amounts = () => {
                const { payee, payer, recipients, treasury } = cast.tokenAccounts;
                return [payer, payee, ...recipients, treasury].map(account => simulator.getTokenAmount(account));
            };
            const plan = () => ({
                deposit: 5_000n,
                splits: [
                    { bps: 333, recipient: cast.recipients[0] },
                    { bps: 167, recipient: cast.recipients[1] },
                ],
            });
            const distribute = async (channel: TestChannel) =>
                channel.send([
                    await getDistributeInstructionAsync(
                        { ...channel.account, ...channel.token, splits: channel.splits },
                        deployment,
                    ),
                ]);

            it('the merchant closes: open, pay, settle, distribute, top up, pay, settle and finalize, distribute', async () => {
                const before = amounts();
                const channel = await TestChannel.open(simulator, cast, plan());

                await channel.send(getSettleInstructions({ voucher: await channel.sign(1_234n) }, deployment));
                await distribute(channel);
                await channel.send([
                    await getTopUpInstructionAsync({ ...channel.token, amount: 2_000n, payer: cast.payer }, deployment),
                ]);
                await channel.send(
                    getSettleAndFinalizeInstructions(
                        { channel: channel.address, payee: cast.payee, voucher: await channel.sign(6_999n) },
                        deployment,
                    ),
                );
                simulator.advanceClock({ slots: SLOTS_UNTIL_FREE });
                await distribute(channel);

                const { payee, recipients, remainder } = getPayouts(
                    {
                        payoutWatermark: 0n,
                        settled: 6_999n,
                        splits: channel.splits,
                    },
                    DEPLOYMENT,
                );
                expect(simulator.getChannel(channel.address)).toEqual({ address: channel.address, kind: REMAINS.kind });
                expect(amounts().map((amount, index) => amount - before[index]!)).toEqual([
                    -6_999n,
                    payee,
                    ...recipients,
                    remainder,
                ]);
            });

            it('the payer closes: open, pay, request close, settle nothing, finalize, withdraw, distribute', async () => {
                const before = amounts();
                const channel = await TestChannel.open(simulator, cast, plan());
                await channel.send(getSettleInstructions({ voucher: await channel.sign(1_000n) }, deployment));

                await channel.send([
                    getRequestCloseInstruction({ channel: channel.address, payer: cast.payer }, deployment),
                ]);
                simulator.advanceClock({ seconds: GRACE_PERIOD_SECONDS });
                await channel.send([getFinalizeInstruction({ channel: channel.address }, deployment)]);
                expect(channel.account.status).toBe(STATUSES.finalized);
                await channel.send([
                    await getWithdrawPayerInstructionAsync({ ...channel.token, payer: cast.payer }, deployment),
                ]);
                expect(simulator.getTokenAmount(channel.escrow)).toBe(1_000n);
                simulator.advanceClock({ slots: SLOTS_UNTIL_FREE });
                await distribute(channel);

                const { payee, recipients, remainder } = getPayouts(
                    {
                        payoutWatermark: 0n,
                        settled: 1_000n,
                        splits: channel.splits,
                    },
                    DEPLOYMENT,
                );
                expect(simulator.getChannel(channel.address)).toEqual({ address: channel.address, kind: REMAINS.kind });
                expect(amounts().map((amount, index) => amount - before[index]!)).toEqual([
                    -1_000n,
                    payee,
                    ...recipients,
                    remainder,
                ]);
            });

            it('accounts for every token', async () => {
                expect(amounts().reduce((sum, amount) => sum + amount)).toBe(FUNDS);
                const [treasury] = await findTreasuryTokenPda(cast, deployment);
                expect(treasury).toBe(cast.tokenAccounts.treasury);
            });
        },
    );
});
