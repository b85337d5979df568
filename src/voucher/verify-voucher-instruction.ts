import {
    fixEncoderSize,
    getAddressEncoder,
    getBytesEncoder,
    getStructEncoder,
    getU16Encoder,
    getU8Encoder,
    type Instruction,
    type InstructionWithData,
    type ReadonlyUint8Array,
} from '@solana/kit';

import type { DeploymentParts } from '../revision/deployment';
import { ED25519_PROGRAM_ADDRESS } from '../runtime/programs';
import { encodeVoucher, toSignedVoucherFor, type SignedVoucher } from './voucher';

/** An instruction of the Ed25519 precompile. It takes no accounts. */
export type Ed25519Instruction = Instruction<typeof ED25519_PROGRAM_ADDRESS> & InstructionWithData<ReadonlyUint8Array>;

// "In this very instruction", where the precompile asks in which instruction the key, signature and message are.
const THIS_INSTRUCTION = 0xffff;

const getHeaderEncoder = () =>
    getStructEncoder([
        ['signatureCount', getU8Encoder()],
        ['padding', getU8Encoder()],
        ['signatureOffset', getU16Encoder()],
        ['signatureInstructionIndex', getU16Encoder()],
        ['publicKeyOffset', getU16Encoder()],
        ['publicKeyInstructionIndex', getU16Encoder()],
        ['messageOffset', getU16Encoder()],
        ['messageSize', getU16Encoder()],
        ['messageInstructionIndex', getU16Encoder()],
    ]);
const getSignatureEncoder = () => fixEncoderSize(getBytesEncoder(), 64);

/**
 * The precompile instruction that verifies the signature of a voucher, in the one layout that the program accepts
 * (docs/program.md, section 6.6). It has to stand directly before the instruction that settles the voucher.
 *
 * @throws As {@link toSignedVoucher}; `REVISION_MISMATCH` for a voucher that was signed for another revision.
 *
 * @example
 * ```ts
 * const verify = getVerifyVoucherInstruction(voucher, MAINNET_DEPLOYMENT);
 * ```
 */
export function getVerifyVoucherInstruction(
    signedVoucher: SignedVoucher,
    deployment: DeploymentParts<'voucher'>,
): Ed25519Instruction {
    const { signature, signer, voucher } = toSignedVoucherFor(signedVoucher, deployment);
    const message = encodeVoucher(voucher, deployment);

    // Header, key, signature, message: without gaps, and the offsets follow from the sizes.
    const publicKeyOffset = getHeaderEncoder().fixedSize;
    const signatureOffset = publicKeyOffset + getAddressEncoder().fixedSize;
    const messageOffset = signatureOffset + getSignatureEncoder().fixedSize;
    const data = getStructEncoder([
        ['header', getHeaderEncoder()],
        ['publicKey', getAddressEncoder()],
        ['signature', getSignatureEncoder()],
        ['message', getBytesEncoder()],
    ]).encode({
        header: {
            messageInstructionIndex: THIS_INSTRUCTION,
            messageOffset,
            messageSize: message.length,
            padding: 0,
            publicKeyInstructionIndex: THIS_INSTRUCTION,
            publicKeyOffset,
            signatureCount: 1,
            signatureInstructionIndex: THIS_INSTRUCTION,
            signatureOffset,
        },
        message,
        publicKey: signer,
        signature,
    });
    return Object.freeze({ data, programAddress: ED25519_PROGRAM_ADDRESS });
}
