import { getAddressDecoder, type SignatureBytes } from '@solana/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
    createVoucherVerifier,
    encodeVoucher,
    getVerifyVoucherInstruction,
    verifyVoucher,
    type VoucherVerifier,
} from '../../src';
import { createNodeVoucherVerifier, type NodeVoucherVerifier } from '../../src/node';
import { type Simulator } from '../../src/testing';
import { makeEdgeCases } from '../fixtures/ed25519-edge-cases';
import { VOUCHER } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';
import { createTestSimulator } from '../fixtures/simulator';

// A voucher that a server accepts and the precompile refuses is money lost. Here every verifier is asked what the
// precompile is asked.

const CASES = makeEdgeCases(new Uint8Array(encodeVoucher(VOUCHER, DEPLOYMENT))).map(({ key, signature, ...rest }) => ({
    ...rest,
    signedVoucher: {
        signature: signature as SignatureBytes,
        signer: getAddressDecoder().decode(key),
        voucher: VOUCHER,
    },
}));

let simulator: Simulator;
let native: NodeVoucherVerifier;
let fallback: NodeVoucherVerifier;
const verifiers = new Map<string, Pick<VoucherVerifier, 'verify'>>();
beforeAll(async () => {
    simulator = await createTestSimulator();
    native = await createNodeVoucherVerifier(DEPLOYMENT, { backend: 'sodium-native', threads: 1 });
    fallback = await createNodeVoucherVerifier(DEPLOYMENT, { backend: 'webcrypto' });
    verifiers.set('verifyVoucher', { verify: (signed, signer) => verifyVoucher(signed, signer, DEPLOYMENT) });
    verifiers.set('createVoucherVerifier', createVoucherVerifier(DEPLOYMENT));
    verifiers.set('createNodeVoucherVerifier on sodium-native', native);
    verifiers.set('createNodeVoucherVerifier on webcrypto', fallback);
});
afterAll(async () => {
    await native?.close();
    await fallback?.close();
});

describe.each(CASES)('$title', ({ isAccepted, signedVoucher }) => {
    it(`the precompile ${isAccepted ? 'accepts' : 'refuses'} it`, async () => {
        const result = await simulator.send([getVerifyVoucherInstruction(signedVoucher, DEPLOYMENT)]);
        expect(result.ok).toBe(isAccepted);
    });

    it(`every verifier ${isAccepted ? 'accepts' : 'refuses'} it`, async () => {
        const verdicts = await Promise.all(
            [...verifiers].map(async ([name, { verify }]) => [name, await verify(signedVoucher, signedVoucher.signer)]),
        );
        expect(Object.fromEntries(verdicts)).toEqual(
            Object.fromEntries([...verifiers.keys()].map(name => [name, isAccepted])),
        );
    });
});

it('the answers are the same in one call', async () => {
    const vouchers = CASES.map(({ signedVoucher }) => ({ authorizedSigner: signedVoucher.signer, signedVoucher }));
    const expected = CASES.map(({ isAccepted }) => isAccepted);
    for (const verifier of [createVoucherVerifier(DEPLOYMENT), native, fallback]) {
        expect(await verifier.verifyAll(vouchers), verifier.backend).toEqual(expected);
    }
});
