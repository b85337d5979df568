import type { Address, SignatureBytes } from '@solana/kit';

import { getPart, type DeploymentParts } from '../revision/deployment';
import { PaymentChannelsError, isPaymentChannelsError } from '../core/errors';
import { readMembers, readOnlyMembers, refuseInput, toBytes, toInteger, toList } from '../core/input';
import {
    createVoucherPacker,
    readSignedVoucher,
    type PackedKey,
    type PackedVoucher,
    type VoucherPacker,
} from './voucher-bytes';
import { assertIsSignedFor } from './signed-for';
import { SIGNATURE_LENGTH, type SignedVoucher } from './voucher';
import { assertEngineIsStrict, ENGINE_TIMEOUT_MS, getOrStart, importKey, verifyPacked } from './web-crypto';

/** A voucher to verify, and the key that it has to be signed with. */
export type VoucherVerification = Readonly<{
    signedVoucher: SignedVoucher;
    /** The channel's authorized signer. */
    authorizedSigner: Address;
}>;

/** Verifies the signatures of vouchers; see {@link createVoucherVerifier}. Its functions need no `this`. */
export type VoucherVerifier = Readonly<{
    /** The engine that verifies the signatures. */
    backend: 'sodium-native' | 'webcrypto';
    /**
     * Whether the signature of a voucher is good and by the key it has to be by, as {@link verifyVoucher}.
     *
     * @throws As {@link toSignedVoucher}; `ADDRESS_INVALID` for the authorized signer.
     */
    verify: (signedVoucher: SignedVoucher, authorizedSigner: Address) => Promise<boolean>;
    /**
     * Verifies many vouchers together: one answer for each, in their order.
     *
     * @throws As `verify`, with the place in the name of the field (`vouchers[3].signature`).
     */
    verifyAll: (vouchers: readonly VoucherVerification[]) => Promise<boolean[]>;
}>;

/** Options of a verifier; every field has a default. */
export type VoucherVerifierOptions = Readonly<{
    /** Maximum number of keys, and of channels, that are cached: 10,000 by default, 0 for none. */
    cacheSize?: number | undefined;
    /** The Web Crypto API to use; that of the runtime by default. */
    subtle?: SubtleCrypto | undefined;
    /** Milliseconds that the engine may take for each key and for each voucher; 30,000 by default. */
    answerTimeoutMs?: number | undefined;
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
 * @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by option. The verifier's functions throw `ED25519_UNSUPPORTED`
 * where the engine does not know Ed25519 or fails its proof, `NO_ANSWER` when it says nothing in time, `VERIFIER_FAILED`
 * when it breaks down.
 *
 * @example
 * ```ts
 * const verifier = createVoucherVerifier(MAINNET_DEPLOYMENT);
 * const isGood = await verifier.verify(voucher, payer.address);
 * ```
 */
export function createVoucherVerifier(
    deployment: DeploymentParts<'voucher'>,
    options: VoucherVerifierOptions = {},
): VoucherVerifier {
    const given = readOnlyMembers('options', options, { answerTimeoutMs: true, cacheSize: true, subtle: true });
    const cacheSize = toCacheSize(given.cacheSize);
    const timeoutMs = toAnswerTimeoutMs(given.answerTimeoutMs ?? ENGINE_TIMEOUT_MS);
    const getEngine = () => assertEngineIsStrict(given.subtle ?? globalThis.crypto?.subtle, timeoutMs);
    const packer = createVoucherPacker(cacheSize, getPart(deployment, 'voucher'));
    // Forgotten together with what the packer forgets. A key is of the engine that imported it.
    const imported = new WeakMap<SubtleCrypto, WeakMap<PackedKey, Promise<CryptoKey>>>();

    const verifyOne = async (subtle: SubtleCrypto, packed: PackedVoucher): Promise<boolean> => {
        let keys = imported.get(subtle);
        if (keys === undefined) imported.set(subtle, (keys = new WeakMap()));
        const key = await getOrStart(keys, packed.key, () => importKey(subtle, packed.key, timeoutMs));
        try {
            return await verifyPacked(subtle, key, packed, timeoutMs);
        } catch (error) {
            // The key may be what is wrong: an engine that breaks down may have given anything for it.
            keys.delete(packed.key);
            throw error;
        }
    };

    return Object.freeze({
        backend: 'webcrypto',
        verify: async (signedVoucher: SignedVoucher, authorizedSigner: Address) => {
            const packed = packer.pack(signedVoucher, authorizedSigner);
            assertIsSignedFor('signedVoucher', packed?.signature, deployment);
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
                    const packed = packItem(packer, items[index]!, index);
                    if (packed !== undefined) verdicts[index] = await verifyOne(subtle, packed);
                }
            };
            try {
                await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, work));
            } finally {
                // After an error nobody waits for the rest.
                next = items.length;
            }
            return verdicts;
        },
    });
}

const MAX_ANSWER_TIMEOUT_MS = 86_400_000n;

/** @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`. */
export function toAnswerTimeoutMs(value: unknown): number {
    return Number(toInteger('answerTimeoutMs', value, 1n, MAX_ANSWER_TIMEOUT_MS));
}

/** @throws `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`. */
export function toCacheSize(value: unknown = DEFAULT_CACHE_SIZE): number {
    return Number(toInteger('cacheSize', value, 0n, 10_000_000n));
}

/** The vouchers as they are now, whatever the caller does meanwhile with the list, with them and with their bytes. */
export function toVerifications(vouchers: readonly VoucherVerification[]): readonly VoucherVerification[] {
    const expected = 'an array of { signedVoucher, authorizedSigner }';
    return toList('vouchers', vouchers, expected, toVerification, 'VOUCHER_INVALID');
}

function toVerification(item: unknown, place: string): VoucherVerification {
    if (typeof item !== 'object' || item === null) {
        return refuseInput(place, '{ signedVoucher, authorizedSigner }', item, 'VOUCHER_INVALID');
    }
    return withPlace(place, () => {
        const { authorizedSigner, signedVoucher } = readMembers(
            'input',
            item as VoucherVerification,
            ['authorizedSigner', 'signedVoucher'],
            'VOUCHER_INVALID',
        );
        const read = readSignedVoucher(signedVoucher);
        const signature = toBytes('signature', read.signature, SIGNATURE_LENGTH) as SignatureBytes;
        return { authorizedSigner, signedVoucher: { ...read, signature } };
    });
}

/** Says in an error which voucher of many it is about. */
function withPlace<T>(place: string, call: () => T): T {
    try {
        return call();
    } catch (error) {
        if (!isPaymentChannelsError(error) || !('field' in error.context)) throw error;
        const given = error.context.field;
        const field = `${place}.${given}`;
        // Their messages begin with the field.
        const getMessage = () => error.message.replace(given, () => field);
        const definition = { code: error.code, getMessage };
        throw new PaymentChannelsError(definition, { ...error.context, field }, { cause: error });
    }
}

/** Packs one voucher of many. Errors tell which one. */
export function packItem(
    packer: VoucherPacker,
    { authorizedSigner, signedVoucher }: VoucherVerification,
    index: number,
): PackedVoucher | undefined {
    return withPlace(`vouchers[${index}]`, () => packer.pack(signedVoucher, authorizedSigner));
}
