import type { Address } from '@solana/kit';

import { getPart, type DeploymentParts } from '../revision/deployment';
import type { VoucherLayout } from '../revision/parts';
import { createVoucherPacker, type VoucherPacker } from './voucher-bytes';
import { assertIsSignedFor } from './signed-for';
import type { SignedVoucher } from './voucher';
import { assertEngineIsStrict, importKey, verifyPacked } from './web-crypto';

/** Each remembers nothing but the layout of a voucher. */
const packers = /* @__PURE__ */ new WeakMap<VoucherLayout, VoucherPacker>();

function getPacker(layout: VoucherLayout): VoucherPacker {
    let packer = packers.get(layout);
    if (packer === undefined) packers.set(layout, (packer = createVoucherPacker(0, layout)));
    return packer;
}

/**
 * Whether the signature of a voucher is good and by the key it has to be by.
 *
 * This says nothing about the channel: not whether it is open, nor whether its deposit covers the voucher
 * ({@link checkVoucher} does). Who verifies more than a few vouchers wants {@link createVoucherVerifier}.
 *
 * @param authorizedSigner The channel's authorized signer. A voucher by any other key is not good, whatever it says of
 * its signer.
 * @throws As {@link toSignedVoucher}; `ADDRESS_INVALID` for the authorized signer; `ED25519_UNSUPPORTED` where the
 * runtime does not know Ed25519 or verifies it in another way than the precompile, `NO_ANSWER` when it says nothing for 30 seconds,
 * `VERIFIER_FAILED` when it breaks down;
 * `REVISION_MISMATCH` for a voucher that is known to have been signed for another revision.
 *
 * @example
 * ```ts
 * const { data } = await fetchChannel(rpc, channel, MAINNET_DEPLOYMENT);
 * const isGood = await verifyVoucher(voucher, data.authorizedSigner, MAINNET_DEPLOYMENT);
 * ```
 */
export async function verifyVoucher(
    signedVoucher: SignedVoucher,
    authorizedSigner: Address,
    deployment: DeploymentParts<'voucher'>,
): Promise<boolean> {
    const layout = getPart(deployment, 'voucher');
    const packed = getPacker(layout).pack(signedVoucher, authorizedSigner);
    assertIsSignedFor('signedVoucher', packed?.signature, deployment);
    const subtle = await assertEngineIsStrict(globalThis.crypto?.subtle);
    return packed !== undefined && (await verifyPacked(subtle, await importKey(subtle, packed.key), packed));
}
