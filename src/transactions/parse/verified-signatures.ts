import { getAddressDecoder, type Address, type ReadonlyUint8Array } from '@solana/kit';

import { toResult } from '../../core/json-form';
import type { DeploymentParts } from '../../revision/deployment';
import {
    getEd25519CountCodec,
    getEd25519OffsetsCodec,
    THIS_INSTRUCTION,
} from '../../voucher/verify-voucher-instruction';
import { decodeVoucher, SIGNATURE_LENGTH, type Voucher } from '../../voucher/voucher';
import { isSignedBy } from '../signature-states';

/** A signature that the Ed25519 precompile verifies for a transaction. */
export type VerifiedSignature = Readonly<{
    signer: Address;
    signature: ReadonlyUint8Array;
    message: ReadonlyUint8Array;
    /** Whether it is good: with one that is not, the transaction fails. */
    isValid: boolean;
    /** What the message says, where it is a voucher. */
    voucher: Voucher | undefined;
}>;

const KEY_LENGTH = 32;

/**
 * The signatures that an instruction has the precompile verify.
 *
 * @param allData The data of all instructions of the transaction, in which key, signature and message may stand.
 * @returns `undefined` where one of them is outside of what there is: the precompile refuses that.
 */
export async function parseVerifiedSignatures(
    index: number,
    allData: readonly ReadonlyUint8Array[],
    deployment: DeploymentParts<'voucher'>,
): Promise<readonly VerifiedSignature[] | undefined> {
    const data = allData[index]!;
    const slice = (instruction: number, offset: number, length: number): ReadonlyUint8Array | undefined => {
        const source = instruction === THIS_INSTRUCTION ? data : allData[instruction];
        return source === undefined || offset + length > source.length
            ? undefined
            : source.slice(offset, offset + length);
    };
    const count = getEd25519CountCodec();
    const offsets = getEd25519OffsetsCodec();
    if (data.length < count.fixedSize) return undefined;
    const { signatureCount } = count.decode(data);
    if (data.length < count.fixedSize + signatureCount * offsets.fixedSize) return undefined;
    const found: VerifiedSignature[] = [];
    for (let place = 0; place < signatureCount; place++) {
        const at = offsets.read(data, count.fixedSize + place * offsets.fixedSize)[0];
        const key = slice(at.publicKeyInstructionIndex, at.publicKeyOffset, KEY_LENGTH);
        const signature = slice(at.signatureInstructionIndex, at.signatureOffset, SIGNATURE_LENGTH);
        const message = slice(at.messageInstructionIndex, at.messageOffset, at.messageSize);
        if (key === undefined || signature === undefined || message === undefined) return undefined;
        const signer = getAddressDecoder().decode(key);
        const isValid = await isSignedBy(signer, signature, message);
        found.push(toResult({ isValid, message, signature, signer, voucher: tryDecodeVoucher(message, deployment) }));
    }
    return Object.freeze(found);
}

function tryDecodeVoucher(message: ReadonlyUint8Array, deployment: DeploymentParts<'voucher'>): Voucher | undefined {
    try {
        return decodeVoucher(message as Uint8Array, deployment);
    } catch {
        // Anything may be signed.
        return undefined;
    }
}
