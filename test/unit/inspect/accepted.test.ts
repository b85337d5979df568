import {
    AccountRole,
    compressTransactionMessageUsingAddressLookupTables,
    getU32Encoder,
    getU64Encoder,
    setTransactionMessagePriorityFeeLamports,
    type Nonce,
} from '@solana/kit';
import { getAdvanceNonceAccountInstruction } from '@solana-program/system';
import { getCreateAssociatedTokenIdempotentInstructionAsync } from '@solana-program/token';
import { describe, expect, it } from 'vitest';

import {
    encodeWireTransaction,
    findEscrowPda,
    getMemoInstruction,
    inspectOpenTransaction,
    inspectTopUpTransaction,
    type InspectedOpen,
    type OpenAgreement,
} from '../../../src';
import { addressOf, AUTHORIZED_SIGNER, MINT, PAYEE, SALT, SPL_TOKEN, TOKEN_2022 } from '../../fixtures/parties';
import { byRevision, VECTOR_OPEN_SLOT } from '../../fixtures/revision';
import { CHANNEL, SPLITS } from '../../fixtures/vectors';
import { inspect } from './harness';
import {
    ATTACKER,
    BLOCKHASH,
    forge,
    getInstruction,
    getOpen,
    getTopUp,
    OPEN_AGREEMENT,
    OPEN_CHANNEL,
    OPERATOR,
    OPERATOR_KEY,
    PAYER,
    PAYER_KEY,
    TOP_UP_AGREEMENT,
    VERSIONS,
    type Forgery,
} from './stage';
import { DEPLOYMENT } from '../../fixtures/deployment';

// What was agreed gets through, whatever form it has, and comes back decoded.

const TABLE = addressOf(0x71);
const GUARD = addressOf(0x51);
const NONCE = addressOf(0x62) as string as Nonce;
const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111' as typeof MINT;
const limit = getInstruction(COMPUTE_BUDGET, [], [2, ...getU32Encoder().encode(100_000)]);
const price = getInstruction(COMPUTE_BUDGET, [], [3, ...getU64Encoder().encode(100_000n)]);
const createPayeeAccount = (payer = PAYER_KEY) =>
    getCreateAssociatedTokenIdempotentInstructionAsync({ mint: MINT, owner: PAYEE, payer, tokenProgram: SPL_TOKEN });

async function accept(forgery: Forgery, agreement: Partial<OpenAgreement> = {}): Promise<InspectedOpen> {
    const inspection = await inspectOpenTransaction(
        await forge(forgery),
        { ...OPEN_AGREEMENT, ...agreement },
        DEPLOYMENT,
    );
    expect(inspection).toMatchObject({ isAccepted: true });
    if (!inspection.isAccepted) throw new Error('unreachable');
    return inspection.inspected;
}

describe.each(VERSIONS)('version %s', version => {
    it('an open comes back decoded, with what was derived', async () => {
        const transaction = await forge({ version });
        const inspection = await inspectOpenTransaction(encodeWireTransaction(transaction), OPEN_AGREEMENT, DEPLOYMENT);

        const [escrow] = await findEscrowPda({ channel: OPEN_CHANNEL, mint: MINT });
        const [payerTokenAccount] = await findEscrowPda({ channel: PAYER, mint: MINT });
        expect(inspection).toEqual({
            inspected: {
                // The payer pays the rent where nobody else was agreed on.
                ...byRevision<object>({ epoch: { openSlot: VECTOR_OPEN_SLOT, rentPayer: PAYER }, tombstone: {} }),
                additions: [],
                authorizedSigner: AUTHORIZED_SIGNER,
                channel: OPEN_CHANNEL,
                computeUnitLimit: version === 1 ? 200_000 : undefined,
                deposit: 1_000_000n,
                escrow,
                feeLamports: 10_000n,
                gracePeriodSeconds: 3_600,
                kind: 'open',
                maxOperatorCostLamports: 10_000n,
                mint: MINT,
                operator: OPERATOR,
                payee: PAYEE,
                payer: PAYER,
                payerTokenAccount,
                priorityFeeLamports: 0n,
                salt: SALT,
                splits: SPLITS,
                tokenProgram: SPL_TOKEN,
                transaction: { ...transaction, lifetimeConstraint: BLOCKHASH },
                version,
                wire: encodeWireTransaction(transaction),
            },
            isAccepted: true,
        });
        expect(Object.isFrozen(inspection)).toBe(true);
    });

    it('a topUp comes back decoded', async () => {
        const transaction = await forge({ instructions: [await getTopUp()], version });
        expect(await inspectTopUpTransaction(transaction, TOP_UP_AGREEMENT, DEPLOYMENT)).toMatchObject({
            inspected: { amount: 1_000_000n, channel: CHANNEL, kind: 'topUp', payer: PAYER, version },
            isAccepted: true,
        });
    });

    it('the operator may be the payee and the authorized signer', async () => {
        const parties = { authorizedSigner: OPERATOR, payee: OPERATOR };
        await accept({ instructions: [await getOpen(parties)], version }, parties);
    });

    it('the payer may sign the vouchers', async () => {
        await accept(
            { instructions: [await getOpen({ authorizedSigner: PAYER })], version },
            { authorizedSigner: PAYER },
        );
    });

    it('the operator may have signed already', async () => {
        await accept({ signers: [PAYER, OPERATOR], version });
    });

    it('memos may stand before and after, and be signed by the payer', async () => {
        const [before, after] = [getMemoInstruction('order 1234'), getMemoInstruction('thank you ☕')];
        const signed = getInstruction(before.programAddress, [[PAYER, AccountRole.READONLY_SIGNER]], before.data);
        const { additions } = await accept(
            { instructions: [signed, await getOpen(), after], version },
            { memos: { allowed: ['thank you ☕', 'never sent'], required: ['order 1234'] } },
        );
        expect(additions).toEqual([
            { content: 'order 1234', kind: 'memo', path: 'instructions[0]' },
            { content: 'thank you ☕', kind: 'memo', path: 'instructions[2]' },
        ]);
    });

    it('a guard may be passed what it was agreed to be passed', async () => {
        const accounts = [
            [PAYER, AccountRole.READONLY_SIGNER],
            [addressOf(0x52), AccountRole.READONLY],
        ] as const;
        const { additions } = await accept(
            { instructions: [await getOpen(), getInstruction(GUARD, accounts, [9])], version },
            {
                guardPrograms: [
                    {
                        accounts: [
                            { address: PAYER, role: AccountRole.WRITABLE_SIGNER },
                            { address: addressOf(0x52), role: AccountRole.WRITABLE },
                        ],
                        programAddress: GUARD,
                    },
                ],
            },
        );
        expect(additions).toEqual([{ kind: 'guard', path: 'instructions[1]', programAddress: GUARD }]);
    });

    it('an agreed nonce may take the place of a blockhash', async () => {
        const nonceAccount = addressOf(0x72);
        const advance = getAdvanceNonceAccountInstruction({ nonceAccount, nonceAuthority: PAYER_KEY });
        const { transaction } = await accept(
            { instructions: [advance, await getOpen()], lifetime: NONCE, version },
            {
                blockhashes: [],
                durableNonce: { nonce: NONCE, nonceAccountAddress: nonceAccount, nonceAuthorityAddress: PAYER },
            },
        );
        expect(transaction.lifetimeConstraint).toEqual({ nonce: NONCE, nonceAccountAddress: nonceAccount });
    });

    it('token accounts may be created, by the operator only if it agreed to pay', async () => {
        const byPayer = await accept(
            { instructions: [await createPayeeAccount(), await getOpen()], version },
            { createTokenAccounts: { operatorPaysLamports: 2_039_280n, owners: [PAYEE] } },
        );
        expect(byPayer).toMatchObject({
            additions: [{ isPaidByOperator: false, kind: 'createTokenAccount', owner: PAYEE, path: 'instructions[0]' }],
            maxOperatorCostLamports: 10_000n,
        });
        const byOperator = await accept(
            { instructions: [await createPayeeAccount(OPERATOR_KEY), await getOpen()], version },
            { createTokenAccounts: { operatorPaysLamports: 2_039_280n, owners: [PAYEE] } },
        );
        expect(byOperator).toMatchObject({
            additions: [{ isPaidByOperator: true, kind: 'createTokenAccount', owner: PAYEE, path: 'instructions[0]' }],
            feeLamports: 10_000n,
            maxOperatorCostLamports: 2_049_280n,
        });
    });
});

it.each(['legacy', 0] as const)('a priority fee up to the agreed one, version %s', async version => {
    const inspected = await accept({ instructions: [limit, price, await getOpen()], version });
    expect(inspected).toMatchObject({ computeUnitLimit: 100_000, feeLamports: 20_000n, priorityFeeLamports: 10_000n });
});

it('no limit, where what the runtime grants is within what was agreed', async () => {
    const [memo, open] = [getMemoInstruction('hi'), await getOpen()];
    const agreement = { memos: { allowed: ['hi'] } };
    const one = await accept({ instructions: [open] }, { computeUnitLimit: 200_000 });
    expect(one.computeUnitLimit).toBeUndefined();
    await accept({ instructions: [memo, open] }, { ...agreement, computeUnitLimit: { max: 400_000, min: 400_000 } });
    expect(
        await inspect(await forge({ instructions: [memo, open] }), {
            ...agreement,
            computeUnitLimit: { max: 399_999 },
        }),
    ).toMatchObject({ isAccepted: false });
});

it('a limit above the most that the runtime grants costs no more than that', async () => {
    const high = getInstruction(COMPUTE_BUDGET, [], [2, ...getU32Encoder().encode(2_000_000)]);
    const low = getInstruction(COMPUTE_BUDGET, [], [3, ...getU64Encoder().encode(7_000n)]);
    const inspected = await accept({ instructions: [high, low, await getOpen()] });
    expect(inspected).toMatchObject({ computeUnitLimit: 2_000_000, priorityFeeLamports: 9_800n });
});

it('a third signer whom the agreement names for a guard, once it has signed', async () => {
    const guard = { accounts: [{ address: ATTACKER, role: AccountRole.READONLY_SIGNER }], programAddress: GUARD };
    const instructions = [await getOpen(), getInstruction(GUARD, [[ATTACKER, AccountRole.READONLY_SIGNER]])];
    const inspected = await accept({ instructions }, { guardPrograms: [guard] });
    expect(inspected.feeLamports).toBe(15_000n);
    const unsigned = await forge({ instructions, signers: [PAYER] });
    expect(await inspect(unsigned, { guardPrograms: [guard] })).toMatchObject({
        isAccepted: false,
        mismatches: [{ actual: ATTACKER, code: 'SIGNATURE_MISSING' }],
    });
});

it('a priority fee up to the agreed one in the header of version 1', async () => {
    const inspected = await accept({
        message: m => (m.version === 1 ? setTransactionMessagePriorityFeeLamports(10_000n, m) : m),
        version: 1,
    });
    expect(inspected).toMatchObject({ computeUnitLimit: 200_000, feeLamports: 20_000n, priorityFeeLamports: 10_000n });
});

it('an agreed lookup table is read', async () => {
    const addresses = [addressOf(0x73), MINT, PAYEE, OPEN_CHANNEL];
    const forgery: Forgery = {
        message: m =>
            m.version === 0 ? compressTransactionMessageUsingAddressLookupTables(m, { [TABLE]: addresses }) : m,
    };
    await accept(forgery, { lookupTables: { [TABLE]: addresses } });
    expect(await inspect(await forge(forgery))).toMatchObject({ isAccepted: false });
});

it('a salt that is left to the payer', async () => {
    const { channel, salt } = await accept({ instructions: [await getOpen({ salt: 43n })] }, { salt: 'any' });
    expect(salt).toBe(43n);
    expect(channel).not.toBe(OPEN_CHANNEL);
});

it('Token-2022, without splits, exactly the agreed amount', async () => {
    const instructions = [await getOpen({ splits: [], tokenProgram: TOKEN_2022 })];
    await accept({ instructions }, { deposit: 1_000_000n, splits: [], tokenProgram: TOKEN_2022 });
});

it('another deployment', async () => {
    const deployment = { ...DEPLOYMENT, programAddress: addressOf(0x77) };
    const transaction = await forge({ instructions: [await getOpen({}, deployment)] });
    expect(await inspectOpenTransaction(transaction, OPEN_AGREEMENT, deployment)).toMatchObject({ isAccepted: true });
    expect(await inspectOpenTransaction(transaction, OPEN_AGREEMENT, DEPLOYMENT)).toMatchObject({ isAccepted: false });
});
