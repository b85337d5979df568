import {
    appendTransactionMessageInstructions,
    createTransactionMessage,
    getBase64EncodedWireTransaction,
    pipe,
    setTransactionMessageFeePayerSigner,
    setTransactionMessageLifetimeUsingBlockhash,
    signTransactionMessageWithSigners,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_PRECOMPILE_VERIFICATION_FAILURE,
    SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
    SolanaError,
    type Address,
    type Instruction,
    type SignatureBytes,
} from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { ED25519_PROGRAM_ADDRESS, getProgramFailure, getSettleInstructions, signVoucher } from '../../src';
import { type BatchRequest } from '../../src/settlement';
import { createSimulatorRpc } from '../../src/testing';
import { countBy, ExecutionLab, REVISIONS } from './fixtures/execution';
import { SendingStage } from './fixtures/sending-stage';
import { DEPLOYMENT } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';

// A precompile that refuses a signature logs nothing, and its codes are those of any program: it is named all the same.

const instruction = (programAddress: string, data: Uint8Array): Instruction => ({
    data,
    programAddress: programAddress as Address,
});
const memo = instruction('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr', new Uint8Array([65]));
const REFUSED = { code: 2, kind: 'custom', name: 'InvalidSignature', program: ED25519_PROGRAM_ADDRESS };

const breakSignature = <T extends Readonly<{ signature: unknown }>>(voucher: T): T => {
    const signature = new Uint8Array(voucher.signature as SignatureBytes);
    signature[3]! ^= 1;
    return { ...voucher, signature };
};

describe.each(['legacy', 0, 1] as const)('in the simulator, version %s', version => {
    it.each([
        ['Ed25519SigVerify111111111111111111111111111', 'Ed25519'],
        ['KeccakSecp256k11111111111111111111111111111', 'Secp256k1'],
        ['Secp256r1SigVerify1111111111111111111111111', 'Secp256r1'],
    ])('%s is named', async (program, name) => {
        const simulator = await createTestSimulator();
        const { failure } = await simulator.send([memo, instruction(program, new Uint8Array([1, 0]))], { version });
        expect(failure).toEqual({
            code: 4,
            instructionIndex: 1,
            kind: 'custom',
            message: `instruction 1: the ${name} precompile refused it: InvalidInstructionDataSize (4)`,
            name: 'InvalidInstructionDataSize',
            program,
        });
    });
});

it.each([{}, { computeUnitLimit: 100_000 }])('a single send that fails for it says so, with %o', async config => {
    const stage = await SendingStage.create();
    const voucher = await signVoucher({ channelId: stage.channel, cumulativeAmount: 5n }, stage.signer, DEPLOYMENT);
    const client = stage.createClient((_, __, send) => send(), config);
    const error: unknown = await client.paymentChannels.instructions
        .settle({ voucher: breakSignature(voucher) })
        .sendTransaction()
        .catch((caught: unknown) => caught);
    // Behind the limit of compute units.
    expect(getProgramFailure(error, DEPLOYMENT)).toMatchObject({ ...REFUSED, instructionIndex: 1 });
});

it.each(REVISIONS)('so does a batch, and blames the channel alone, $name', async ({ deployment }) => {
    const lab = await ExecutionLab.create(deployment);
    const { requests } = await lab.prepare(3);
    const forged = requests.map((request, index): BatchRequest => {
        const { voucher } = request;
        // Whoever says that a signature is good is believed, until the chain says otherwise.
        return { ...request, isSignatureValid: true, voucher: index === 1 ? breakSignature(voucher!) : voucher };
    });
    const result = await lab.execute(forged, { mode: 'settle' });
    expect(countBy(result)).toEqual({ done: 2, failed: 1 });
    expect(result.channels[1]!.failure).toMatchObject(REFUSED);
});

it.each([0, 1])(
    'whoever has only what a node says knows it by the logs, behind %d other instructions',
    async others => {
        const { channel, signer, simulator } = await SendingStage.create();
        const rpc = createSimulatorRpc(simulator);
        const voucher = breakSignature(
            await signVoucher({ channelId: channel, cumulativeAmount: 5n }, signer, DEPLOYMENT),
        );
        const instructions = [
            ...Array.from({ length: others }, () => memo),
            ...getSettleInstructions({ voucher }, DEPLOYMENT),
        ];
        const { value: blockhash } = await rpc.getLatestBlockhash().send();
        const message = pipe(
            createTransactionMessage({ version: 0 }),
            m => setTransactionMessageFeePayerSigner(signer, m),
            m => setTransactionMessageLifetimeUsingBlockhash(blockhash, m),
            m => appendTransactionMessageInstructions(instructions, m),
        );
        const wire = getBase64EncodedWireTransaction(await signTransactionMessageWithSigners(message));
        const sending = rpc.sendTransaction(wire, { encoding: 'base64' }).send();
        const refusal: unknown = await sending.catch((caught: unknown) => caught);
        const expected = { ...REFUSED, instructionIndex: others, program: undefined };
        expect(getProgramFailure(refusal, DEPLOYMENT)).toMatchObject(expected);
        const simulated = await rpc.simulateTransaction(wire, { encoding: 'base64' }).send();
        expect(getProgramFailure(simulated, DEPLOYMENT)).toMatchObject(expected);
    },
);

describe('a node that verifies before it simulates', () => {
    const refusal = (serverMessage: string) =>
        new SolanaError(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_PRECOMPILE_VERIFICATION_FAILURE, {
            __serverMessage: serverMessage,
        });

    it('has the error of the precompile in its message', () => {
        const message = 'Transaction precompile verification failure InstructionError(0, Custom(2))';
        const instructions = [{ programAddress: ED25519_PROGRAM_ADDRESS }];
        expect(getProgramFailure(refusal(message), DEPLOYMENT, { instructions })).toMatchObject({
            ...REFUSED,
            instructionIndex: 0,
        });
        expect(getProgramFailure(refusal(message), DEPLOYMENT)).toEqual({
            code: 2,
            instructionIndex: 0,
            kind: 'custom',
            message: 'instruction 0: a precompile refused it: InvalidSignature (2)',
            name: 'InvalidSignature',
            program: undefined,
        });
        expect(getProgramFailure(refusal('Transaction precompile verification failure'), DEPLOYMENT)).toBeUndefined();
    });

    it('says so of the signatures of the transaction as well', () => {
        const error = new SolanaError(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE);
        expect(getProgramFailure(error, DEPLOYMENT)).toMatchObject({ kind: 'transaction', name: 'SignatureFailure' });
    });
});
