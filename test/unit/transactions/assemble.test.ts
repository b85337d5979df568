import {
    appendTransactionMessageInstruction,
    AccountRole,
    compileTransaction,
    decompileTransactionMessage,
    getCompiledTransactionMessageDecoder,
    setTransactionMessageComputeUnitPrice,
    setTransactionMessageFeePayer,
    type Address,
    type KeyPairSigner,
    type Transaction,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
    type TransactionMessageWithLifetime,
    type TransactionModifyingSigner,
    type TransactionPartialSigner,
} from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
    assembleOpenTransaction,
    assembleTopUpTransaction,
    cosignTransaction,
    getMemoInstruction,
    inspectOpenTransaction,
    inspectTopUpTransaction,
    type InspectedOpen,
    type TransactionCosigner,
} from '../../../src';
import { addressOf, MINT, OFF_CURVE, PAYEE, SPL_TOKEN } from '../../fixtures/parties';
import { expectRefusal } from '../../fixtures/refusals';
import { CHANNEL } from '../../fixtures/vectors';
import {
    ATTACKER_KEY,
    BLOCKHASH,
    getInstruction,
    OPEN_AGREEMENT,
    OPEN_CHANNEL,
    OPEN_INPUT,
    OPERATOR,
    OPERATOR_KEY,
    PAYER,
    PAYER_KEY,
    TOP_UP_AGREEMENT,
    VERSIONS,
} from '../inspect/stage';
import { DEPLOYMENT, OPENED } from '../../fixtures/deployment';

const INPUT = { ...OPEN_INPUT, blockhash: BLOCKHASH, operator: OPERATOR, payer: PAYER_KEY };
const TOP_UP_INPUT = {
    amount: 1_000_000n,
    blockhash: BLOCKHASH,
    channel: CHANNEL,
    mint: MINT,
    operator: OPERATOR,
    payer: PAYER_KEY,
    tokenProgram: SPL_TOKEN,
};

type Modifiable = TransactionMessage & TransactionMessageWithFeePayer & TransactionMessageWithLifetime;

/** What is asked for is what is assembled, whatever the caller does with it while that is done. */
it.each([
    ['open', INPUT, assembleOpenTransaction],
    ['topUp', TOP_UP_INPUT, assembleTopUpTransaction],
] as const)('%s: assembles what it was given at first', async (_, terms, assemble) => {
    const table = addressOf(77);
    const create = () => ({
        ...terms,
        blockhash: { ...BLOCKHASH },
        computeUnitLimit: 50_000,
        extraInstructions: [{ ...getMemoInstruction('agreed'), data: new TextEncoder().encode('agreed') }],
        lookupTables: { [table]: [MINT] },
        memo: 'order 1',
        priorityFeeLamports: 1_000n,
    });
    const [expected, input] = [await assemble({ ...OPENED, ...create() } as never, DEPLOYMENT), create()];
    const assembling = assemble(Object.assign(input, OPENED) as never, DEPLOYMENT);
    input.blockhash.blockhash = MINT as never;
    input.blockhash.lastValidBlockHeight = 1n;
    input.extraInstructions[0]!.data.fill(66);
    input.extraInstructions.length = 0;
    input.lookupTables[table] = [];
    Object.assign(input, { computeUnitLimit: 1, memo: 'order 2', operator: PAYEE, priorityFeeLamports: 1n });
    expect((await assembling).wire).toBe(expected.wire);
});

/** A wallet that changes the message before it signs it. */
function createModifyingWallet(
    key: KeyPairSigner,
    change: (message: Modifiable) => Modifiable,
): TransactionModifyingSigner & { address: Address } {
    return {
        address: key.address,
        modifyAndSignTransactions: async transactions =>
            (await Promise.all(
                transactions.map(async transaction => {
                    const compiled = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
                    const changed = compileTransaction(
                        change(decompileTransactionMessage(compiled as never) as Modifiable) as never,
                    ) as Transaction;
                    const [signatures] = await key.signTransactions([changed as never]);
                    return { ...changed, signatures: { ...changed.signatures, ...signatures } };
                }),
            )) as never,
    };
}

describe.each(VERSIONS)('version %s', version => {
    it('an open is signed by the payer, and passes inspection', async () => {
        const { transaction, wire } = await assembleOpenTransaction({ ...OPENED, ...INPUT, version }, DEPLOYMENT);
        expect(transaction.signatures).toMatchObject({ [OPERATOR]: null, [PAYER]: expect.any(Uint8Array) });
        expect(Object.keys(transaction.signatures)).toEqual([OPERATOR, PAYER]);
        expect(await inspectOpenTransaction(wire, OPEN_AGREEMENT, DEPLOYMENT)).toMatchObject({
            inspected: { channel: OPEN_CHANNEL, version },
            isAccepted: true,
        });
    });

    it('a topUp is signed by the payer, and passes inspection', async () => {
        const { wire } = await assembleTopUpTransaction({ ...TOP_UP_INPUT, version }, DEPLOYMENT);
        expect(await inspectTopUpTransaction(wire, TOP_UP_AGREEMENT, DEPLOYMENT)).toMatchObject({ isAccepted: true });
    });

    it('limit, priority fee, memo and other instructions are put in', async () => {
        const { wire } = await assembleOpenTransaction(
            {
                ...OPENED,
                ...INPUT,
                computeUnitLimit: 70_000,
                extraInstructions: [getMemoInstruction('first')],
                memo: 'order 1234',
                priorityFeeLamports: 7_000,
                version,
            },
            DEPLOYMENT,
        );
        const agreement = { ...OPEN_AGREEMENT, memos: { required: ['first', 'order 1234'] } };
        expect(await inspectOpenTransaction(wire, agreement, DEPLOYMENT)).toMatchObject({
            inspected: { computeUnitLimit: 70_000, feeLamports: 17_000n, priorityFeeLamports: 7_000n },
            isAccepted: true,
        });
    });

    it('a priority fee is never more than was asked for', async () => {
        const { wire } = await assembleOpenTransaction(
            { ...OPENED, ...INPUT, priorityFeeLamports: 9_999n, version },
            DEPLOYMENT,
        );
        const inspection = await inspectOpenTransaction(wire, OPEN_AGREEMENT, DEPLOYMENT);
        expect(inspection).toMatchObject({ inspected: { priorityFeeLamports: 9_999n }, isAccepted: true });
    });

    it('what a modifying wallet added is what it signed, and inspection sees it', async () => {
        const payer = createModifyingWallet(PAYER_KEY, message =>
            appendTransactionMessageInstruction(getMemoInstruction('from my wallet'), message as never),
        );
        const { wire } = await assembleOpenTransaction({ ...OPENED, ...INPUT, payer, version }, DEPLOYMENT);
        expect(await inspectOpenTransaction(wire, OPEN_AGREEMENT, DEPLOYMENT)).toMatchObject({
            isAccepted: false,
            mismatches: [{ actual: 'from my wallet', code: 'MEMO_NOT_AGREED', path: 'instructions[1].data' }],
        });
        const agreement = { ...OPEN_AGREEMENT, memos: { allowed: ['from my wallet'] } };
        expect(await inspectOpenTransaction(wire, agreement, DEPLOYMENT)).toMatchObject({
            inspected: { additions: [{ content: 'from my wallet', kind: 'memo' }] },
            isAccepted: true,
        });
    });

    it('the operator adds its signature, and every signature is there', async () => {
        const { wire } = await assembleOpenTransaction({ ...OPENED, ...INPUT, version }, DEPLOYMENT);
        const cosigned = await cosignTransaction(await accept(wire), OPERATOR_KEY, DEPLOYMENT);
        expect(Object.values(cosigned.signatures)).toEqual([expect.any(Uint8Array), expect.any(Uint8Array)]);
        expect(cosigned.lifetimeConstraint).toEqual(BLOCKHASH);
        expect(await inspectOpenTransaction(cosigned, OPEN_AGREEMENT, DEPLOYMENT)).toMatchObject({ isAccepted: true });
    });
});

async function accept(wire: string, agreement = OPEN_AGREEMENT): Promise<InspectedOpen> {
    const inspection = await inspectOpenTransaction(wire, agreement, DEPLOYMENT);
    if (!inspection.isAccepted) throw new Error(JSON.stringify(inspection.mismatches));
    return inspection.inspected;
}

it('a wallet that makes itself the fee payer is seen', async () => {
    const payer = createModifyingWallet(
        PAYER_KEY,
        message => setTransactionMessageFeePayer(PAYER, message as never) as never,
    );
    const { wire } = await assembleOpenTransaction({ ...OPENED, ...INPUT, payer }, DEPLOYMENT);
    expect(await inspectOpenTransaction(wire, OPEN_AGREEMENT, DEPLOYMENT)).toMatchObject({
        isAccepted: false,
        mismatches: [{ actual: PAYER, code: 'FEE_PAYER_MISMATCH', expected: OPERATOR }],
    });
});

it('a wallet that asks for a high price is seen', async () => {
    const payer = createModifyingWallet(
        PAYER_KEY,
        message => setTransactionMessageComputeUnitPrice(1_000_000n, message as never) as never,
    );
    const { wire } = await assembleOpenTransaction({ ...OPENED, ...INPUT, payer }, DEPLOYMENT);
    expect(await inspectOpenTransaction(wire, OPEN_AGREEMENT, DEPLOYMENT)).toMatchObject({
        isAccepted: false,
        mismatches: [{ actual: 213_000n, code: 'FEE_TOO_HIGH', expected: { max: 20_000n } }],
    });
});

it('lookup tables that were agreed are used', async () => {
    const lookupTables = { [addressOf(0x71)]: [MINT, PAYEE, OPEN_CHANNEL] };
    const { wire } = await assembleOpenTransaction({ ...OPENED, ...INPUT, lookupTables }, DEPLOYMENT);
    expect(wire.length).toBeLessThan((await assembleOpenTransaction({ ...OPENED, ...INPUT }, DEPLOYMENT)).wire.length);
    await accept(wire, { ...OPEN_AGREEMENT, lookupTables });
});

describe('assembling is refused', () => {
    const failing = { address: PAYER } as const;
    const returning = (result: unknown) =>
        ({ ...failing, modifyAndSignTransactions: async () => result }) as unknown as TransactionModifyingSigner;
    const signing = (result: unknown) =>
        ({ ...failing, signTransactions: async () => result }) as unknown as TransactionPartialSigner;

    it.each([
        ['the operator as payer', { operator: PAYER }, 'OPERATOR_IS_PAYER'],
        ['no operator', { operator: undefined }, 'ADDRESS_INVALID'],
        ['no blockhash', { blockhash: undefined }, 'BLOCKHASH_INVALID'],
        ['a blockhash alone', { blockhash: BLOCKHASH.blockhash }, 'BLOCKHASH_INVALID'],
        ['a blockhash without its height', { blockhash: { blockhash: BLOCKHASH.blockhash } }, 'INTEGER_NOT_EXACT'],
        ['version 2', { version: 2 }, 'INPUT_INVALID'],
        ['a memo that is no text', { memo: 7 }, 'INPUT_INVALID'],
        ['a limit of nothing', { computeUnitLimit: 0 }, 'INTEGER_OUT_OF_RANGE'],
        ['a limit above the most', { computeUnitLimit: 1_400_001 }, 'INTEGER_OUT_OF_RANGE'],
        ['a lossy priority fee', { priorityFeeLamports: 0.5 }, 'INTEGER_NOT_EXACT'],
        [
            'a priority fee that no price expresses',
            { computeUnitLimit: 1, priorityFeeLamports: 2n ** 64n - 1n },
            'INTEGER_OUT_OF_RANGE',
        ],
        ['instructions that are no list', { extraInstructions: {} }, 'INPUT_INVALID'],
        ['an instruction that is none', { extraInstructions: [null] }, 'TRANSACTION_MALFORMED'],
        [
            'an instruction that the operator is the program of',
            { extraInstructions: [getInstruction(OPERATOR, [])] },
            'TRANSACTION_MALFORMED',
        ],
        ['tables in version 1', { lookupTables: {}, version: 1 }, 'INPUT_INVALID'],
        ['tables that are none', { lookupTables: null }, 'TRANSACTION_MALFORMED'],
        ['a table that is no list', { lookupTables: { [MINT]: 'x' } }, 'INPUT_INVALID'],
        ['a table at no address', { lookupTables: { x: [] } }, 'ADDRESS_INVALID'],
        ['a long memo', { memo: 'x'.repeat(1_000) }, 'TRANSACTION_TOO_LARGE'],
        ['no payer', { payer: undefined }, 'SIGNER_INVALID'],
        ['a payer that can only send', { payer: { ...failing, signAndSendTransactions: () => [] } }, 'SIGNER_INVALID'],
        ['a deposit of nothing', { deposit: 0n }, 'INTEGER_OUT_OF_RANGE'],
        ['a signer off the curve', { authorizedSigner: OFF_CURVE }, 'ADDRESS_OFF_CURVE'],
        ['a wallet that does not sign', { payer: signing([{}]) }, 'TRANSACTION_SIGNATURE_MISSING'],
        ['a wallet that returns nothing', { payer: signing(undefined) }, 'TRANSACTION_SIGNATURE_MISSING'],
        ['a wallet that returns no signature', { payer: signing([{ [PAYER]: 'signed' }]) }, 'TRANSACTION_MALFORMED'],
        [
            'a wallet that returns a bad signature',
            { payer: signing([{ [PAYER]: new Uint8Array(64).fill(1) }]) },
            'TRANSACTION_SIGNATURE_INVALID',
        ],
        ['a modifying wallet that returns nothing', { payer: returning(undefined) }, 'TRANSACTION_MALFORMED'],
        ['a modifying wallet that returns no transaction', { payer: returning([{}]) }, 'TRANSACTION_MALFORMED'],
    ] as const)('%s', async (_, change, code) => {
        await expectRefusal(
            () => assembleOpenTransaction({ ...OPENED, ...INPUT, ...change } as never, DEPLOYMENT),
            code,
        );
    });

    it('nobody is asked to sign what is too large', async () => {
        let isAsked = false;
        const payer = { ...failing, signTransactions: async () => ((isAsked = true), []) };
        await expectRefusal(
            () =>
                assembleOpenTransaction(
                    { ...OPENED, ...INPUT, memo: 'x'.repeat(1_000), payer: payer as never },
                    DEPLOYMENT,
                ),
            'TRANSACTION_TOO_LARGE',
        );
        expect(isAsked).toBe(false);
    });
});

describe('co-signing is refused', () => {
    const inspected = async () => accept((await assembleOpenTransaction({ ...OPENED, ...INPUT }, DEPLOYMENT)).wire);

    it.each<[string, (inspected: InspectedOpen) => unknown, unknown, string]>([
        ['for somebody else', x => x, ATTACKER_KEY, 'SIGNER_INVALID'],
        ['by nobody', x => x, undefined, 'SIGNER_INVALID'],
        ['of nothing', () => undefined, OPERATOR_KEY, 'SIGNER_INVALID'],
        ['of no transaction', x => ({ ...x, transaction: undefined }), OPERATOR_KEY, 'TRANSACTION_MALFORMED'],
        [
            'without the signature of the payer',
            x => withSignature(x, null),
            OPERATOR_KEY,
            'TRANSACTION_SIGNATURE_MISSING',
        ],
        [
            'with a bad signature of the payer',
            x => withSignature(x, new Uint8Array(64).fill(1)),
            OPERATOR_KEY,
            'TRANSACTION_SIGNATURE_INVALID',
        ],
        [
            'by a signer that changes the message',
            x => x,
            createModifyingWallet(OPERATOR_KEY, message =>
                appendTransactionMessageInstruction(
                    getInstruction(MINT, [[PAYER, AccountRole.READONLY]]),
                    message as never,
                ),
            ),
            'TRANSACTION_MESSAGE_CHANGED',
        ],
        [
            'by a signer that does not sign',
            x => x,
            { address: OPERATOR, signTransactions: async () => [] },
            'TRANSACTION_SIGNATURE_MISSING',
        ],
    ])('%s', async (_, change, operator, code) => {
        const input = change(await inspected()) as InspectedOpen;
        await expectRefusal(
            () => cosignTransaction(input, operator as TransactionCosigner, DEPLOYMENT),
            code as 'SIGNER_INVALID',
        );
    });

    it('without the signature of the payer before the operator is asked for its own', async () => {
        let isAsked = false;
        const operator = { address: OPERATOR, signTransactions: async () => ((isAsked = true), []) };
        const input = withSignature(await inspected(), null) as InspectedOpen;
        await expectRefusal(() => cosignTransaction(input, operator, DEPLOYMENT), 'TRANSACTION_SIGNATURE_MISSING', {
            signer: PAYER,
        });
        expect(isAsked).toBe(false);
    });
});

function withSignature(inspected: InspectedOpen, signature: Uint8Array | null): unknown {
    const { transaction } = inspected;
    return {
        ...inspected,
        transaction: { ...transaction, signatures: { ...transaction.signatures, [PAYER]: signature } },
    };
}
