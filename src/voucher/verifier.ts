import type { Address } from '@solana/kit';

import { getRevisionPart, type DeploymentConfig } from '../deployment';
import { PaymentChannelsError, isPaymentChannelsError } from '../errors';
import { describe, toInteger } from '../input';
import { TOMBSTONE_VOUCHER } from '../revision/tombstone';
import type { RevisionName } from '../revision/types';
import { createVoucherPacker, type PackedKey, type PackedVoucher, type VoucherPacker } from './packer';
import type { SignedVoucher } from './voucher';
import { assertEngineIsStrict, importKey, verifyPacked } from './web-crypto';

/** A voucher to verify, and the key that it has to be signed with. */
export type VoucherVerification = Readonly<{
    signedVoucher: SignedVoucher;
    /** The channel's authorized signer. */
    authorizedSigner: Address;
}>;

/** Verifies the signatures of vouchers; see {@link createVoucherVerifier}. Its functions need no `this`. */
export type VoucherVerifier = Readonly<{
    /** What verifies the signatures. */
    backend: 'sodium-native' | 'webcrypto';
    /**
     * Whether the signature of a voucher is good and by the key it has to be by, as {@link verifyVoucher}.
     *
     * @throws As {@link toSignedVoucher}; `ADDRESS_INVALID` for the authorized signer.
     */
    verify: (signedVoucher: SignedVoucher, authorizedSigner: Address) => Promise<boolean>;
    /**
     * Verifies many vouchers at once: one answer for each, in their order.
     *
     * @throws As `verify`, with the place in the name of the field (`vouchers[3].signature`).
     */
    verifyAll: (vouchers: readonly VoucherVerification[]) => Promise<boolean[]>;
}>;

/** How to create a verifier; every field has a default. */
export type VoucherVerifierOptions = Readonly<{
    /** How many keys, and how many channels, are remembered at most: 10,000 by default, 0 for none. */
    cacheSize?: number | undefined;
    /** The Web Crypto API to use; that of the runtime by default. */
    subtle?: SubtleCrypto | undefined;
}>;

const DEFAULT_CACHE_SIZE = 10_000;
/** Enough to keep every thread of an engine busy; a promise more for each voucher would only fill the memory. */
const CONCURRENCY = 128;

/**
 * Creates a verifier on the Web Crypto API that remembers imported keys and verifies many vouchers concurrently.
 *
 * It accepts what the precompile accepts: keys and signatures that the precompile refuses are refused even where the
 * engine would let them pass. Before its first answer it has the engine prove that it verifies in the same way.
 *
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE` for the cache size. The verifier's functions throw
 * `ED25519_UNSUPPORTED` where the engine does not know Ed25519 or fails its proof, `VERIFIER_FAILED` when it breaks down.
 *
 * @example
 * ```ts
 * const verifier = createVoucherVerifier();
 * const isGood = await verifier.verify(signedVoucher, channel.data.authorizedSigner);
 * ```
 */
export function createVoucherVerifier(
    options: VoucherVerifierOptions = {},
    config: DeploymentConfig<RevisionName> = {},
): VoucherVerifier {
    const cacheSize = toCacheSize(options.cacheSize);
    const getEngine = () => assertEngineIsStrict(options.subtle ?? globalThis.crypto?.subtle);
    const packer = createVoucherPacker(cacheSize, getRevisionPart(config, 'voucher', TOMBSTONE_VOUCHER));
    // Forgotten together with what the packer forgets.
    const imported = new WeakMap<PackedKey, Promise<CryptoKey | undefined>>();

    const verifyOne = async (subtle: SubtleCrypto, packed: PackedVoucher): Promise<boolean> => {
        let key = imported.get(packed.key);
        if (key === undefined) {
            key = importKey(subtle, packed.key);
            imported.set(packed.key, key);
        }
        return await verifyPacked(subtle, await key, packed);
    };

    return Object.freeze({
        backend: 'webcrypto',
        verify: async (signedVoucher: SignedVoucher, authorizedSigner: Address) => {
            const packed = packer.pack(signedVoucher, authorizedSigner);
            const subtle = await getEngine();
            return packed !== undefined && (await verifyOne(subtle, packed));
        },
        verifyAll: async (vouchers: readonly VoucherVerification[]) => {
            const items = toVerifications(vouchers);
            const subtle = await getEngine();
            const verdicts = new Array<boolean>(items.length).fill(false);
            let next = 0;
            const work = async () => {
                for (let index = next++; index < items.length; index = next++) {
                    const packed = packItem(packer, items[index], index);
                    if (packed !== undefined) verdicts[index] = await verifyOne(subtle, packed);
                }
            };
            await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, work));
            return verdicts;
        },
    });
}

/** @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`. */
export function toCacheSize(value: unknown = DEFAULT_CACHE_SIZE): number {
    return Number(toInteger('cacheSize', value, 0n, 10_000_000n));
}

/** The list as it is now, whatever the caller does with it later. */
export function toVerifications(vouchers: readonly VoucherVerification[]): readonly VoucherVerification[] {
    if (!Array.isArray(vouchers)) {
        throw new PaymentChannelsError('VOUCHER_INVALID', { field: 'vouchers', value: describe(vouchers) });
    }
    return Array.from(vouchers as readonly VoucherVerification[]);
}

/** Packs one voucher of many. Errors tell which one. */
export function packItem(
    packer: VoucherPacker,
    item: VoucherVerification | undefined,
    index: number,
): PackedVoucher | undefined {
    const place = `vouchers[${index}]`;
    if (typeof item !== 'object' || item === null) {
        throw new PaymentChannelsError('VOUCHER_INVALID', { field: place, value: describe(item) });
    }
    try {
        return packer.pack(item.signedVoucher, item.authorizedSigner);
    } catch (error) {
        if (!isPaymentChannelsError(error) || !('field' in error.context)) throw error;
        const context = { ...error.context, field: `${place}.${error.context.field}` };
        throw new PaymentChannelsError(error.code, context, { cause: error });
    }
}
