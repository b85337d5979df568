import {
    appendTransactionMessageInstructions,
    createTransactionMessage,
    getU32Encoder,
    getU64Encoder,
    pipe,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageFeePayerSigner,
    setTransactionMessageLifetimeUsingBlockhash,
    setTransactionMessageLoadedAccountsDataSizeLimit,
    setTransactionMessagePriorityFeeLamports,
    signTransactionMessageWithSigners,
    type Address,
    type Instruction,
    type KeyPairSigner,
    type TransactionMessage,
    type TransactionMessageWithFeePayerSigner,
} from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { beforeAll, describe, expect, it } from 'vitest';

import { type Simulator } from '../../src/testing';
import { COMPUTE_BUDGET_PROGRAM_ADDRESS } from '../../src/runtime/programs';
import { decodeComputeBudget } from '../../src/transactions/inspect/compute-budget-setting';
import { getTransactionFee } from '../../src/transactions/inspect/transaction-fee';
import type { JudgedInstruction } from '../../src/transactions/inspect/judged-instruction';
import { decodeMessage } from '../../src/transactions/decode-message';
import { createRandom } from '../fixtures/seeded-random';
import { createTestSimulator } from '../fixtures/simulator';

// What inspection says a transaction costs is what the runtime takes: nobody agrees to a fee and pays another one.

const instruction = (programAddress: string, ...data: number[]): Instruction => ({
    data: new Uint8Array(data),
    programAddress: programAddress as Address,
});
const setting = (kind: number, value: Iterable<number>) => instruction(COMPUTE_BUDGET_PROGRAM_ADDRESS, kind, ...value);
const heap = setting(1, getU32Encoder().encode(262_144));
const limit = (units: number) => setting(2, getU32Encoder().encode(units));
const price = (microLamports: bigint) => setting(3, getU64Encoder().encode(microLamports));
const dataSize = setting(4, getU32Encoder().encode(67_108_864));

const memo = instruction('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr', 65);
const ed25519 = (count: number) => instruction('Ed25519SigVerify111111111111111111111111111', count, 0);
const secp256k1 = (count: number) => instruction('KeccakSecp256k11111111111111111111111111111', count);
const secp256r1 = (count: number) => instruction('Secp256r1SigVerify1111111111111111111111111', count, 0);
/** Those of the runtime and of the token program fail on the way, which costs as much. */
const OTHERS = [
    '11111111111111111111111111111111',
    'AddressLookupTab1e1111111111111111111111111',
    'BPFLoader1111111111111111111111111111111111',
    'BPFLoader2111111111111111111111111111111111',
    'BPFLoaderUpgradeab1e11111111111111111111111',
    'Stake11111111111111111111111111111111111111',
    'Vote111111111111111111111111111111111111111',
    TOKEN_PROGRAM_ADDRESS,
].map(program => instruction(program));

const VERSIONS = ['legacy', 0, 1] as const;
type Sent = Readonly<{
    instructions: readonly Instruction[];
    version?: (typeof VERSIONS)[number];
    /** In the header of version 1. */
    header?: Readonly<{ computeUnitLimit?: number; priorityFeeLamports?: bigint }>;
}>;

let simulator: Simulator;
let feePayer: KeyPairSigner;
beforeAll(async () => {
    simulator = await createTestSimulator();
    feePayer = await simulator.createFundedSigner({ lamports: 10n ** 17n });
});

/** What the fee payer has lost, and what is said of it beforehand. */
async function send({ header = {}, instructions, version = 0 }: Sent) {
    const { computeUnitLimit = 1_000_000, priorityFeeLamports } = header;
    const blockhash = { blockhash: simulator.svm.latestBlockhash(), lastValidBlockHeight: 10n ** 9n };
    type Message = TransactionMessage & TransactionMessageWithFeePayerSigner;
    const message = pipe(
        createTransactionMessage({ version }) as TransactionMessage,
        m => setTransactionMessageFeePayerSigner(feePayer, m) as Message,
        m => setTransactionMessageLifetimeUsingBlockhash(blockhash as never, m) as Message,
        m => appendTransactionMessageInstructions(instructions, m) as Message,
        m => (m.version === 1 ? setTransactionMessageComputeUnitLimit(computeUnitLimit, m) : m),
        m => (m.version === 1 ? setTransactionMessageLoadedAccountsDataSizeLimit(67_108_864, m) : m),
        m =>
            m.version === 1 && priorityFeeLamports !== undefined
                ? setTransactionMessagePriorityFeeLamports(priorityFeeLamports, m)
                : m,
    );
    const transaction = await signTransactionMessageWithSigners(message as never);
    const view = decodeMessage(transaction.messageBytes);
    const judged = view.instructions.map(one => ({
        ...one,
        kind: one.programAddress === COMPUTE_BUDGET_PROGRAM_ADDRESS && version !== 1 ? 'computeBudget' : 'other',
        setting: version === 1 ? undefined : decodeComputeBudget(one as Instruction),
    }));
    const fee = getTransactionFee(view, judged as unknown as readonly JudgedInstruction[]);
    const before = simulator.getLamports(feePayer.address);
    const { failure } = simulator.sendTransaction(transaction);
    return { failure, fee, lost: before - simulator.getLamports(feePayer.address) };
}

describe('a fee is what the runtime takes', () => {
    const PRICE = price(1_000_000n);
    const CASES: readonly (readonly [string, Sent, bigint])[] = [
        ['nothing but a signature', { instructions: [memo] }, 5_000n],
        ['a price for a limit', { instructions: [price(2_000_000n), limit(40_000), memo] }, 85_000n],
        ['a price that is rounded up', { instructions: [price(1n), limit(1), memo] }, 5_001n],
        ['a price for no units', { instructions: [PRICE, limit(0), memo] }, 5_000n],
        ['a price for more units than there are', { instructions: [PRICE, limit(2_000_000), memo] }, 1_405_000n],
        ['a price for the default of one program', { instructions: [PRICE, memo] }, 208_000n],
        ['a price for the default of two', { instructions: [memo, PRICE, memo] }, 408_000n],
        [
            'a price for the default of more than there are',
            { instructions: [PRICE, ...Array<Instruction>(8).fill(memo)] },
            1_405_000n,
        ],
        [
            'settings beside a price, which are granted units as well',
            { instructions: [PRICE, heap, dataSize, memo] },
            214_000n,
        ],
        ['settings without a price', { instructions: [heap, dataSize, memo] }, 5_000n],
        ['nothing but a price', { instructions: [PRICE] }, 8_000n],
        ['precompiles of the runtime', { instructions: [PRICE, ed25519(0), secp256k1(0)] }, 14_000n],
        ['the precompile that counts as a program', { instructions: [PRICE, secp256r1(0)] }, 208_000n],
        [
            'signatures of each precompile',
            { instructions: [ed25519(3), ed25519(1), secp256k1(2), secp256r1(8)] },
            75_000n,
        ],
        ['the most signatures that a precompile may name', { instructions: [ed25519(255)] }, 1_280_000n],
        [
            'a precompile without data',
            { instructions: [instruction('KeccakSecp256k11111111111111111111111111111')] },
            5_000n,
        ],
    ];

    it.each(
        CASES.flatMap(([name, sent, fee]) => (['legacy', 0] as const).map(version => ({ fee, name, sent, version }))),
    )('$name, version $version', async ({ fee: expected, sent, version }) => {
        const { fee, lost } = await send({ ...sent, version });
        expect([fee.feeLamports, lost]).toEqual([expected, expected]);
    });

    it.each([
        ['without a fee for priority', {}, [memo], 5_000n],
        ['with one, whatever the limit is', { computeUnitLimit: 7_000, priorityFeeLamports: 123n }, [memo], 5_123n],
        [
            'with one, beside signatures of precompiles',
            { priorityFeeLamports: 1n },
            [ed25519(2), secp256r1(1)],
            20_001n,
        ],
        ['with a setting of other versions, which counts for nothing', {}, [PRICE, limit(9), memo], 5_000n],
    ] as const)('version 1 %s', async (_, header, instructions, expected) => {
        const { fee, lost } = await send({ header, instructions, version: 1 });
        expect([fee.feeLamports, lost]).toEqual([expected, expected]);
    });

    it('whatever is in a message', { timeout: 240_000 }, async () => {
        const random = createRandom('fees');
        const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
        const some = (count: number, make: () => Instruction) =>
            Array.from({ length: Math.floor(random() * count) }, make);
        let landed = 0;
        for (let round = 0; round < 300; round++) {
            const units = Math.floor(random() * 2_000_000);
            const microLamports = BigInt(Math.floor(random() * 3_000_000));
            const instructions = [
                ...some(2, () => price(microLamports)),
                ...some(3, () => pick([heap, dataSize])),
                ...some(2, () => limit(units)),
                ...some(4, () => pick([memo, ...OTHERS])),
                ...some(3, () => pick([ed25519, secp256k1, secp256r1])(Math.floor(random() * 5))),
            ].sort(() => random() - 0.5);
            if (instructions.length === 0) continue;
            const version = pick(VERSIONS);
            const header = { computeUnitLimit: Math.min(units, 1_400_000), priorityFeeLamports: microLamports };
            const { fee, lost } = await send({ header, instructions, version });
            if (lost === 0n) continue;
            landed++;
            expect(fee.feeLamports).toBe(lost);
        }
        expect(landed).toBeGreaterThan(150);
    });
});
