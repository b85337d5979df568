import {
    address,
    appendTransactionMessageInstruction,
    compileTransaction,
    decompileTransactionMessage,
    getCompiledTransactionMessageDecoder,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageComputeUnitPrice,
    setTransactionMessagePriorityFeeLamports,
    type KeyPairSigner,
    type Transaction,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
    type TransactionModifyingSigner,
    type TransactionVersion,
} from '@solana/kit';
import { beforeAll, describe, expect, it } from 'vitest';

import {
    assembleOpenTransaction,
    assembleTopUpTransaction,
    cosignTransaction,
    getCreateTokenAccountsInstructionsAsync,
    getMemoInstruction,
    inspectOpenTransaction,
    inspectTopUpTransaction,
    type BlockhashLifetime,
    type Deployment,
    type OpenAgreement,
} from '../../src';
import { ELF_ENVIRONMENT_VARIABLES, type Simulator } from '../../src/testing';
import { CHANNEL_RENT, STATUSES } from '../fixtures/revision';
import { createCast, GRACE_PERIOD_SECONDS, TOKEN_PROGRAMS, type Cast } from './fixtures/channel';
import { AGREED_NOW, DEPLOYMENT, OPENED } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';

// Payer and operator, each with what it has: the payer its tokens and its wallet, the operator its lamports and the
// agreement. Between them goes base64 and nothing else.

const ELSEWHERE: Deployment = {
    ...DEPLOYMENT,
    programAddress: address('9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin'),
    treasuryOwner: address('Cs2zdfUNonRdRGsiZUQQLdTxzxVvJZmgiX2mpLYKuEqP'),
};
const isForeignElf = Boolean(process.env[ELF_ENVIRONMENT_VARIABLES.tombstone]);
const VERSIONS: readonly TransactionVersion[] = ['legacy', 0, 1];
const MEMO = 'added by my wallet';
const PRIORITY_FEE = 4_000n;
const COMPUTE_UNITS = 200_000;

type Message = TransactionMessage & TransactionMessageWithFeePayer;

/** A wallet as they are: it adds a priority fee and a memo, and signs what came of it. */
function createWallet(key: KeyPairSigner): TransactionModifyingSigner {
    const change = (message: Message): Message => {
        const limited = setTransactionMessageComputeUnitLimit(COMPUTE_UNITS, message);
        const paid =
            limited.version === 1
                ? setTransactionMessagePriorityFeeLamports(PRIORITY_FEE, limited)
                : setTransactionMessageComputeUnitPrice((PRIORITY_FEE * 1_000_000n) / BigInt(COMPUTE_UNITS), limited);
        return appendTransactionMessageInstruction(getMemoInstruction(MEMO), paid) as Message;
    };
    const sign = async (transaction: Transaction): Promise<Transaction> => {
        const compiled = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
        const message = decompileTransactionMessage(compiled as never) as Message;
        const changed = compileTransaction(change(message));
        const [signatures] = await key.signTransactions([changed as never]);
        return { ...changed, signatures: { ...changed.signatures, ...signatures } };
    };
    return {
        address: key.address,
        modifyAndSignTransactions: async transactions => (await Promise.all(transactions.map(sign))) as never,
    };
}

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
            let operator: KeyPairSigner;
            let salt = 0n;
            beforeAll(async () => {
                simulator = await createTestSimulator({ deployment });
                cast = await createCast(simulator, tokenProgram);
                operator = await simulator.createFundedSigner({ label: 'operator' });
            });
            const getBlockhash = (): BlockhashLifetime => ({
                blockhash: simulator.svm.latestBlockhash(),
                lastValidBlockHeight: 1_000n,
            });
            /** What the operator offers for the next channel. */
            const offer = () => {
                salt += 1n;
                const splits = [{ bps: 250, recipient: cast.recipients[0] }];
                const parties = { authorizedSigner: cast.session.address, payee: cast.payee.address };
                const token = { mint: cast.mint, tokenProgram };
                return { ...parties, ...token, gracePeriodSeconds: GRACE_PERIOD_SECONDS, salt, splits };
            };
            const common = () => ({
                blockhashes: [getBlockhash()],
                maxFeeLamports: 10_000n + PRIORITY_FEE,
                memos: { allowed: [MEMO] },
                mint: cast.mint,
                operator: operator.address,
                payer: cast.payer.address,
                tokenProgram,
            });

            describe.each(VERSIONS)('version %s', version => {
                it('the payer opens and tops up at the expense of the operator, with a wallet that has its own mind', async () => {
                    const terms = offer();
                    const payer = createWallet(cast.payer);
                    const before = lamports();

                    const opened = await assembleOpenTransaction(
                        {
                            ...OPENED,
                            ...terms,
                            blockhash: getBlockhash(),
                            deposit: 5_000n,
                            operator: operator.address,
                            payer,
                            version,
                        },
                        deployment,
                    );
                    const agreement: OpenAgreement = { ...AGREED_NOW, ...common(), ...terms, deposit: { min: 1_000n } };
                    const inspection = await inspectOpenTransaction(opened.wire, agreement, deployment);
                    expect(inspection).toMatchObject({ isAccepted: true });
                    if (!inspection.isAccepted) return;
                    const open = inspection.inspected;
                    expect(open.additions).toEqual([{ content: MEMO, kind: 'memo', path: expect.any(String) }]);
                    expect(send(await cosignTransaction(open, operator, deployment))).toMatchObject({ ok: true });

                    expect(simulator.getChannel(open.channel)).toMatchObject({
                        channel: { deposit: 5_000n, payee: cast.payee.address, payer: cast.payer.address },
                        kind: 'open',
                    });
                    expect(simulator.getTokenAmount(open.escrow)).toBe(5_000n);
                    // All that the operator paid is what inspection said; all rent is the payer's.
                    expect(open.maxOperatorCostLamports).toBe(10_000n + PRIORITY_FEE);
                    expect(lamports().operator).toBe(before.operator - open.maxOperatorCostLamports);
                    const escrowRent = simulator.getLamports(open.escrow);
                    expect(lamports().payer).toBe(before.payer - CHANNEL_RENT - escrowRent);

                    const { channel } = open;
                    const toppedUp = await assembleTopUpTransaction(
                        {
                            amount: 700n,
                            blockhash: getBlockhash(),
                            channel,
                            mint: cast.mint,
                            operator: operator.address,
                            payer,
                            tokenProgram,
                            version,
                        },
                        deployment,
                    );
                    const verdict = await inspectTopUpTransaction(
                        toppedUp.wire,
                        { ...common(), amount: { max: 1_000n }, channel },
                        deployment,
                    );
                    expect(verdict).toMatchObject({ inspected: { amount: 700n }, isAccepted: true });
                    if (!verdict.isAccepted) return;
                    expect(send(await cosignTransaction(verdict.inspected, operator, deployment))).toMatchObject({
                        ok: true,
                    });
                    expect(simulator.getChannel(channel)).toMatchObject({
                        channel: { deposit: 5_700n, status: STATUSES.open },
                    });
                });

                it('a plain wallet and the creation of token accounts', async () => {
                    const terms = offer();
                    const owner = (await simulator.createSigner()).address;
                    const extraInstructions = await getCreateTokenAccountsInstructionsAsync({
                        funder: cast.payer,
                        mint: cast.mint,
                        owners: [owner],
                        tokenProgram,
                    });
                    const { wire } = await assembleOpenTransaction(
                        {
                            ...OPENED,
                            ...terms,
                            blockhash: getBlockhash(),
                            deposit: 1n,
                            extraInstructions,
                            operator: operator.address,
                            payer: cast.payer,
                            version,
                        },
                        deployment,
                    );
                    const agreement = {
                        ...AGREED_NOW,
                        ...common(),
                        ...terms,
                        createTokenAccounts: { owners: [owner] },
                        deposit: 1n,
                    };
                    const inspection = await inspectOpenTransaction(wire, agreement, deployment);
                    expect(inspection).toMatchObject({
                        inspected: { additions: [{ isPaidByOperator: false, kind: 'createTokenAccount', owner }] },
                        isAccepted: true,
                    });
                    if (!inspection.isAccepted) return;
                    expect(send(await cosignTransaction(inspection.inspected, operator, deployment))).toMatchObject({
                        ok: true,
                    });
                    expect(simulator.getChannel(inspection.inspected.channel)).toMatchObject({ kind: 'open' });
                });
            });

            it('without the agreement on what the wallet adds, the operator signs nothing', async () => {
                const terms = offer();
                const { wire } = await assembleOpenTransaction(
                    {
                        ...OPENED,
                        ...terms,
                        blockhash: getBlockhash(),
                        deposit: 5_000n,
                        operator: operator.address,
                        payer: createWallet(cast.payer),
                    },
                    deployment,
                );
                const agreement = {
                    ...AGREED_NOW,
                    ...common(),
                    ...terms,
                    deposit: 5_000n,
                    maxFeeLamports: 10_000n,
                    memos: {},
                };
                const inspection = await inspectOpenTransaction(wire, agreement, deployment);
                expect(inspection).toMatchObject({
                    isAccepted: false,
                    mismatches: [{ code: 'MEMO_NOT_AGREED' }, { actual: 14_000n, code: 'FEE_TOO_HIGH' }],
                });
            });

            function lamports() {
                return {
                    operator: simulator.getLamports(operator.address),
                    payer: simulator.getLamports(cast.payer.address),
                };
            }

            function send(transaction: Transaction) {
                const result = simulator.sendTransaction(transaction);
                simulator.svm.expireBlockhash();
                return result;
            }
        },
    );
});
