import {
    fixEncoderSize,
    getAddressEncoder,
    getBytesEncoder,
    getStructCodec,
    getStructEncoder,
    getU16Codec,
    getU8Codec,
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
export const THIS_INSTRUCTION = 0xffff;

/** Where a signature that the precompile verifies, its key and its message are. */
export const getEd25519OffsetsCodec = () =>
    getStructCodec([
        ['signatureOffset', getU16Codec()],
        ['signatureInstructionIndex', getU16Codec()],
        ['publicKeyOffset', getU16Codec()],
        ['publicKeyInstructionIndex', getU16Codec()],
        ['messageOffset', getU16Codec()],
        ['messageSize', getU16Codec()],
        ['messageInstructionIndex', getU16Codec()],
    ]);
/** What stands before those: how many they are, and a byte of no meaning. */
export const getEd25519CountCodec = () =>
    getStructCodec([
        ['signatureCount', getU8Codec()],
        ['padding', getU8Codec()],
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
    const publicKeyOffset = getEd25519CountCodec().fixedSize + getEd25519OffsetsCodec().fixedSize;
    const signatureOffset = publicKeyOffset + getAddressEncoder().fixedSize;
    const messageOffset = signatureOffset + getSignatureEncoder().fixedSize;
    const data = getStructEncoder([
        ['count', getEd25519CountCodec()],
        ['offsets', getEd25519OffsetsCodec()],
        ['publicKey', getAddressEncoder()],
        ['signature', getSignatureEncoder()],
        ['message', getBytesEncoder()],
    ]).encode({
        count: { padding: 0, signatureCount: 1 },
        message,
        offsets: {
            messageInstructionIndex: THIS_INSTRUCTION,
            messageOffset,
            messageSize: message.length,
            publicKeyInstructionIndex: THIS_INSTRUCTION,
            publicKeyOffset,
            signatureInstructionIndex: THIS_INSTRUCTION,
            signatureOffset,
        },
        publicKey: signer,
        signature,
    });
    return Object.freeze({ data, programAddress: ED25519_PROGRAM_ADDRESS });
}
