import {
    airdropFactory,
    generateKeyPairSigner,
    isSolanaError,
    lamports,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
    type KeyPairSigner,
} from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import { fetchToken } from '@solana-program/token';
import { beforeAll, describe, expect, it } from 'vitest';

import {
    fetchChannelState,
    findChannelPda,
    getOpenInstructionAsync,
    getSettleInstructions,
    signVoucher,
} from '../../src';
import { DEPLOYMENT } from '../fixtures/deployment';
import { addressOf } from '../fixtures/parties';
import { errorOf } from '../fixtures/refusals';
import { openedNow } from '../fixtures/simulator';
import { useServedLab } from './fixtures/served';

// Kit as it is published, which knows nothing of the simulator but its URLs.

const lab = useServedLab();
const TO = addressOf(0x42);
let payer: KeyPairSigner;
beforeAll(async () => {
    payer = await generateKeyPairSigner();
    const { rpc, rpcSubscriptions } = lab;
    await airdropFactory({ rpc, rpcSubscriptions } as never)({
        commitment: 'confirmed',
        lamports: lamports(10_000_000_000n),
        recipientAddress: payer.address,
    });
});
const transfer = (amount: bigint) => getTransferSolInstruction({ amount, destination: TO, source: payer });

describe('kit', () => {
    it('gets an airdrop, and sends and confirms a transaction', async () => {
        expect((await lab.rpc.getBalance(payer.address).send()).value).toBe(10_000_000_000n);
        const signature = await lab.sendAndConfirm([transfer(1_000_000n)], payer);
        expect((await lab.rpc.getBalance(payer.address).send()).value).toBe(10_000_000_000n - 1_005_000n);
        expect((await lab.rpc.getSignatureStatuses([signature]).send()).value[0]?.err).toBeNull();
        const [newest] = await lab.rpc.getSignaturesForAddress(TO).send();
        expect(newest).toMatchObject({ confirmationStatus: 'finalized', err: null, signature });
    });

    it('decodes the error of a transaction that fails, whether it is found out before or after', async () => {
        const error = await errorOf(() => lab.sendAndConfirm([transfer(10n ** 15n)], payer));
        expect(isSolanaError(error, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE)).toBe(
            true,
        );
        expect((error as Error).cause).toMatchObject({ context: { code: 1, index: 0 } });
    });

    it('follows an account, a program, logs and slots', async () => {
        const abort = new AbortController();
        const options = { abortSignal: abort.signal };
        const { rpcSubscriptions: subscriptions } = lab;
        const [accounts, logs, slots] = await Promise.all([
            subscriptions.accountNotifications(TO, { encoding: 'base64' }).subscribe(options),
            subscriptions.logsNotifications({ mentions: [TO] }).subscribe(options),
            subscriptions.slotNotifications().subscribe(options),
        ]);
        const firstOf = async <T>(notifications: AsyncIterable<T>): Promise<T> => {
            for await (const notification of notifications) return notification;
            throw new Error('there was none');
        };
        const first = Promise.all([firstOf(accounts), firstOf(logs), firstOf(slots)]);
        const signature = await lab.sendAndConfirm([transfer(5n)], payer);
        lab.simulator.advanceClock({ slots: 3n });
        const [account, log, slot] = await first;
        expect(account.value.lamports).toBe(lab.simulator.getLamports(TO));
        expect(log.value).toMatchObject({ err: null, signature });
        expect(slot.slot).toBe(lab.simulator.getClock().slot);
        abort.abort();
    });

    it('opens a channel and settles a voucher', async () => {
        const mint = await lab.simulator.createMint();
        const tokenAccount = await lab.simulator.mintTokens({ amount: 1_000n, mint, owner: payer.address });
        const terms = { mint, payee: addressOf(7), salt: 1n, ...openedNow(lab.simulator) };
        const open = await getOpenInstructionAsync(
            { ...terms, deposit: 600n, gracePeriodSeconds: 60, payer, splits: [] } as never,
            DEPLOYMENT,
        );
        const opened = await lab.sendAndConfirm([open], payer);
        expect((await fetchToken(lab.rpc, tokenAccount)).data.amount).toBe(400n);
        const [channelId] = await findChannelPda(
            { ...terms, authorizedSigner: payer.address, payer: payer.address } as never,
            DEPLOYMENT,
        );
        const voucher = await signVoucher({ channelId, cumulativeAmount: 250n }, payer, DEPLOYMENT);
        await lab.sendAndConfirm([...getSettleInstructions({ voucher }, DEPLOYMENT)], payer);
        const state = await fetchChannelState(lab.rpc, channelId, DEPLOYMENT);
        expect([state.kind, JSON.stringify(state)]).toEqual([
            'open',
            expect.stringContaining('"settled":"250"') as string,
        ]);

        const transaction = await lab.rpc
            .getTransaction(opened, { encoding: 'json', maxSupportedTransactionVersion: 0 })
            .send();
        const { postTokenBalances, preTokenBalances } = transaction!.meta!;
        const amounts = (balances: typeof preTokenBalances) =>
            balances!.map(({ uiTokenAmount }) => uiTokenAmount.amount);
        expect(amounts(preTokenBalances)).toEqual(['1000']);
        expect([...amounts(postTokenBalances)].sort()).toEqual(['400', '600']);
        expect(postTokenBalances![0]).toMatchObject({ mint, uiTokenAmount: { decimals: 6 } });
    });
});
