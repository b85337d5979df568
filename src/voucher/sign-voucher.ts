import {
    bytesEqual,
    createSignableMessage,
    getAddressFromPublicKey,
    isMessageModifyingSigner,
    signBytes,
    type Address,
    type MessageSigner,
    type ReadonlyUint8Array,
    type SignatureBytes,
} from '@solana/kit';

import { toResult } from '../core/json-form';
import { isBytes } from '../core/bytes';
import { getPart, type DeploymentParts } from '../revision/deployment';
import { SIGNER_INVALID, VOUCHER_SIGNER_CHANGED_MESSAGE, VOUCHER_SIGNER_DID_NOT_SIGN } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { readDeeply, toMessageSigner } from '../core/input';
import { toSignerWait, waitForSigner, type CheckedSignerWait, type SignerWait } from '../runtime/signing';
import { rememberSignedFor } from './signed-for';
import { encodeVoucher, toSignedVoucher, toVoucher, type SignedVoucher, type VoucherInput } from './voucher';

/** A signer of vouchers: any kit message signer, or a key pair of the Web Crypto API. */
export type VoucherSigner = MessageSigner | CryptoKeyPair;

/**
 * Signs a voucher.
 *
 * A voucher can be signed before the channel is open; its address is known beforehand. Whether the signer is the
 * channel's authorized signer shows when the voucher is verified.
 *
 * @throws As {@link toVoucher}; `SIGNER_INVALID` for what can't sign messages; `VOUCHER_SIGNER_CHANGED_MESSAGE` when a
 * modifying signer signed other bytes, `VOUCHER_SIGNER_DID_NOT_SIGN` when it returned no signature,
 * `BYTES_LENGTH_INVALID` when what it returned is none; as {@link SignerWait} says, `INPUT_INVALID` for a misspelt member
 * of it, and `NO_ANSWER` when nobody signs in time.
 *
 * @example
 * ```ts
 * const session = await generateKeyPairSigner(); // the authorized signer that the channel is opened with
 * const voucher = await signVoucher({ channelId: channel, cumulativeAmount: 500_000n }, session, MAINNET_DEPLOYMENT);
 * ```
 */
export async function signVoucher(
    input: VoucherInput,
    signer: VoucherSigner,
    deployment: DeploymentParts<'voucher'>,
    options: SignerWait = {},
): Promise<SignedVoucher> {
    const voucher = toVoucher(input);
    const message = encodeVoucher(voucher, deployment);
    const { revision } = getPart(deployment, 'voucher');
    const wait = toSignerWait('options', options);
    if (isKeyPair(signer)) {
        const [address, signature] = await signWithKeys(signer, message, wait);
        return toResult({ signature: rememberSignedFor(signature, revision), signer: address, voucher });
    }
    const messageSigner = toMessageSigner('signer', signer);
    const { address } = messageSigner;
    const signature = await signMessage(message, messageSigner, wait);
    if (signature === undefined) throw new PaymentChannelsError(VOUCHER_SIGNER_DID_NOT_SIGN, { signer: address });
    // What a wallet returns is not ours: a signature of another length would go into a transaction as it is.
    const signed = toSignedVoucher({ signature, signer: address, voucher });
    rememberSignedFor(signed.signature, revision);
    return signed;
}

function isKeyPair(signer: VoucherSigner): signer is CryptoKeyPair {
    if (typeof signer !== 'object' || signer === null) return false;
    return readDeeply('signer', 'a signer, or a pair of keys', signer, () => 'privateKey' in signer);
}

/** Keys of another algorithm, or that may not be used to sign, are refused as any other signer is that can't. */
async function signWithKeys(
    keys: CryptoKeyPair,
    message: ReadonlyUint8Array,
    wait: CheckedSignerWait,
): Promise<[Address, SignatureBytes]> {
    return await waitForSigner('that is a pair of keys', wait, async () => {
        try {
            return await Promise.all([getAddressFromPublicKey(keys.publicKey), signBytes(keys.privateKey, message)]);
        } catch (cause) {
            const context = { field: 'signer', value: 'a pair of other keys' };
            throw new PaymentChannelsError(SIGNER_INVALID, context, { cause });
        }
    });
}

async function signMessage(
    content: ReadonlyUint8Array,
    signer: MessageSigner,
    wait: CheckedSignerWait,
): Promise<SignatureBytes | undefined> {
    const { address } = signer;
    const message = createSignableMessage(new Uint8Array(content));
    if (isMessageModifyingSigner(signer)) {
        const answer = await waitForSigner(address, wait, options => signer.modifyAndSignMessages([message], options));
        const signed = readAnswer(() => answer[0]);
        const signedContent = readAnswer(() => signed?.content);
        if (signed && !(isBytes(signedContent) && bytesEqual(signedContent, content))) {
            throw new PaymentChannelsError(VOUCHER_SIGNER_CHANGED_MESSAGE, { signer: address });
        }
        return readAnswer(() => signed?.signatures[address]);
    }
    const answer = await waitForSigner(address, wait, options => signer.signMessages([message], options));
    return readAnswer(() => answer[0]?.[address]);
}

/** Something of what a wallet answered, which may be anything: what can't be read there is not there. */
function readAnswer<T>(read: () => T): T | undefined {
    try {
        return read();
    } catch {
        return undefined;
    }
}
