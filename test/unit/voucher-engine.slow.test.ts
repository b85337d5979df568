import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';

import { generateKeyPairSigner, type Address, type KeyPairSigner, type SignatureBytes } from '@solana/kit';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import {
    createVoucherVerifier,
    signVoucher,
    verifyVoucher,
    type SignedVoucher,
    type VoucherVerification,
} from '../../src';
import { createNodeVoucherVerifier } from '../../src/node';
import * as sodium from '../../src/node/sodium';
import { OFF_CURVE } from '../fixtures/parties';
import { expectRefusal } from '../fixtures/refusals';
import { CHANNEL } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';

vi.mock('../../src/node/sodium', { spy: true });
afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
});

// An engine that fails says nothing about a signature: whoever asked is told that it failed, and the next one is answered.

let signer: KeyPairSigner;
let signed: SignedVoucher;
beforeAll(async () => {
    signer = await generateKeyPairSigner();
    signed = await signVoucher({ channelId: CHANNEL, cumulativeAmount: 900n }, signer, DEPLOYMENT);
});
const item = (signedVoucher = signed): VoucherVerification => ({ authorizedSigner: signer.address, signedVoucher });

/** Calls of an engine before it is trusted. */
const PROOF_CALLS = 3;
const { subtle } = crypto;
type Name = 'importKey' | 'verify';

/** The engine of the runtime, with one call of it that is answered in another way. */
function withOneFault(name: Name, place: number, fault: () => unknown): SubtleCrypto {
    let calls = 0;
    const real = { importKey: subtle.importKey.bind(subtle), verify: subtle.verify.bind(subtle) };
    const bent = (...args: unknown[]) =>
        ++calls === place ? fault() : (real[name] as (...all: unknown[]) => unknown)(...args);
    return { ...real, [name]: bent } as unknown as SubtleCrypto;
}

const outOfMemory = () => Object.assign(new Error('out of memory'), { name: 'OperationError' });
const FAULTS: { fault: () => unknown; title: string }[] = [
    { fault: () => Promise.reject(outOfMemory()), title: 'rejects' },
    {
        fault: () => {
            throw outOfMemory();
        },
        title: 'throws',
    },
    { fault: () => Promise.reject(new DOMException('bad data', 'DataError')), title: 'finds fault with a good key' },
    { fault: () => Promise.reject(undefined), title: 'rejects with nothing' },
    { fault: () => Promise.resolve(undefined), title: 'answers with nothing' },
];

describe.each<{ name: Name; place: number; when: string }>([
    { name: 'importKey', place: 1, when: 'when it is proved' },
    { name: 'importKey', place: PROOF_CALLS, when: 'at the end of its proof' },
    { name: 'importKey', place: PROOF_CALLS + 1, when: 'at the first voucher' },
    { name: 'verify', place: 1, when: 'when it is proved' },
    { name: 'verify', place: PROOF_CALLS + 1, when: 'at the first voucher' },
])('an engine whose $name fails once $when', ({ name, place }) => {
    it.each(FAULTS)('and $title is an error, then the truth', async ({ fault }) => {
        const verifier = createVoucherVerifier(DEPLOYMENT, { subtle: withOneFault(name, place, fault) });
        await expectRefusal(() => verifier.verify(signed, signer.address), 'VERIFIER_FAILED', { backend: 'webcrypto' });
        expect(await verifier.verify(signed, signer.address)).toBe(true);
        expect(await verifier.verifyAll([item(), item()])).toEqual([true, true]);
    });

    it('tells everybody who waits for the same answer', async () => {
        const verifier = createVoucherVerifier(DEPLOYMENT, { subtle: withOneFault(name, place, FAULTS[0]!.fault) });
        const answers = await Promise.allSettled([1, 2, 3].map(() => verifier.verify(signed, signer.address)));
        const failed = answers.filter(({ status }) => status === 'rejected');
        // A verification is nobody else's.
        expect(failed).toHaveLength(name === 'verify' && place > PROOF_CALLS ? 1 : 3);
        for (const answer of failed) expect(answer).toMatchObject({ reason: { code: 'VERIFIER_FAILED' } });
        expect(await verifier.verify(signed, signer.address)).toBe(true);
    });
});

describe.each<{ name: Name; place: number }>([
    { name: 'importKey', place: 1 },
    { name: 'verify', place: 1 },
    { name: 'importKey', place: PROOF_CALLS + 1 },
    { name: 'verify', place: PROOF_CALLS + 1 },
])('an engine whose $name number $place never answers', ({ name, place }) => {
    const silent = () => withOneFault(name, place, () => new Promise(() => undefined));

    it('is waited for so long, says nothing of the signature, and is asked anew', async () => {
        const verifier = createVoucherVerifier(DEPLOYMENT, { answerTimeoutMs: 500, subtle: silent() });
        await expectRefusal(() => verifier.verifyAll([item(), item()]), 'NO_ANSWER', { milliseconds: 500 });
        expect(await verifier.verifyAll([item(), item()])).toEqual([true, true]);
        expect(await verifier.verify(signed, signer.address)).toBe(true);
    });

    it('of the runtime is waited for by verifyVoucher, too', async () => {
        vi.useFakeTimers({ toFake: ['clearTimeout', 'setTimeout'] });
        try {
            vi.stubGlobal('crypto', { subtle: silent() });
            const failing = expectRefusal(() => verifyVoucher(signed, signer.address, DEPLOYMENT), 'NO_ANSWER');
            // What an engine does in its own threads takes its own time.
            for (let turn = 0; turn < 200 && vi.getTimerCount() > 0; turn++) {
                await new Promise(resolve => setImmediate(resolve));
                await vi.advanceTimersByTimeAsync(1_000);
            }
            await failing;
        } finally {
            vi.useRealTimers();
        }
    });
});

describe('an engine', () => {
    it.each([[1], ['yes'], [undefined], [null], [Object(true)], [0], [[true]]])(
        'that answers %o has not answered',
        async answer => {
            const verifier = createVoucherVerifier(DEPLOYMENT, {
                subtle: withOneFault('verify', PROOF_CALLS + 1, () => Promise.resolve(answer)),
            });
            await expectRefusal(() => verifier.verifyAll([item()]), 'VERIFIER_FAILED', { backend: 'webcrypto' });
            expect(await verifier.verifyAll([item()])).toEqual([true]);
        },
    );

    it('that does not know Ed25519 at first is asked again', async () => {
        const unknown = () => Promise.reject(new DOMException('no such algorithm', 'NotSupportedError'));
        const verifier = createVoucherVerifier(DEPLOYMENT, { subtle: withOneFault('importKey', 1, unknown) });
        await expectRefusal(() => verifier.verify(signed, signer.address), 'ED25519_UNSUPPORTED');
        expect(await verifier.verify(signed, signer.address)).toBe(true);
    });

    it('of the runtime that fails once is an error to verifyVoucher, then the truth', async () => {
        vi.stubGlobal('crypto', { subtle: withOneFault('importKey', PROOF_CALLS + 1, FAULTS[0]!.fault) });
        await expectRefusal(() => verifyVoucher(signed, signer.address, DEPLOYMENT), 'VERIFIER_FAILED');
        expect(await verifyVoucher(signed, signer.address, DEPLOYMENT)).toBe(true);
    });

    it('of the runtime that is exchanged imports its own keys', async () => {
        const verifier = createVoucherVerifier(DEPLOYMENT);
        expect(await verifier.verify(signed, signer.address)).toBe(true);
        const imported = new WeakSet<CryptoKey>();
        const other = {
            importKey: async (...args: Parameters<SubtleCrypto['importKey']>) => {
                const key = await subtle.importKey(...args);
                imported.add(key);
                return key;
            },
            verify: (...args: Parameters<SubtleCrypto['verify']>) =>
                imported.has(args[1])
                    ? subtle.verify(...args)
                    : Promise.reject(new TypeError('a key of another engine')),
        };
        vi.stubGlobal('crypto', { subtle: other });
        expect(await verifier.verify(signed, signer.address)).toBe(true);
    });

    it('is not asked about a key that is no point of the curve', async () => {
        const importKey = vi.fn(subtle.importKey.bind(subtle));
        const verifier = createVoucherVerifier(DEPLOYMENT, {
            subtle: { importKey, verify: subtle.verify.bind(subtle) } as unknown as SubtleCrypto,
        });
        expect(await verifier.verify({ ...signed, signer: OFF_CURVE }, OFF_CURVE)).toBe(false);
        expect(importKey).toHaveBeenCalledTimes(PROOF_CALLS);
    });

    it.each([7, 'subtle', false])('is refused: %s', async given => {
        const verifier = createVoucherVerifier(DEPLOYMENT, { subtle: given as unknown as SubtleCrypto });
        const context = { field: 'options.subtle' };
        await expectRefusal(() => verifier.verify(signed, signer.address), 'INPUT_INVALID', context);
    });
});

describe.each(['sodium-native', 'webcrypto'] as const)('what was asked of a verifier on %s', backend => {
    it('is what was given, whatever becomes of it: the list, the vouchers and their bytes', async () => {
        await using verifier = await createNodeVoucherVerifier(DEPLOYMENT, { backend, threads: 1 });
        const buffer = new Uint8Array(signed.signature);
        // More than one batch: the last ones are looked at much later.
        const items = Array.from({ length: 600 }, () => {
            const voucher = { ...signed.voucher };
            return { authorizedSigner: signer.address, signedVoucher: { ...signed, signature: buffer, voucher } };
        }) as unknown as VoucherVerification[];
        const pending = verifier.verifyAll(items);
        buffer.fill(0);
        for (const { signedVoucher } of items) Object.assign(signedVoucher.voucher, { cumulativeAmount: 1n });
        for (const one of items) Object.assign(one, { authorizedSigner: CHANNEL });
        items.length = 0;
        expect(new Set(await pending)).toEqual(new Set([true]));
    });

    it('may be bytes of another realm, and is read once', async () => {
        await using verifier = await createNodeVoucherVerifier(DEPLOYMENT, { backend, threads: 1 });
        const foreign = runInNewContext('new Uint8Array(64)') as SignatureBytes;
        (foreign as Uint8Array).set(signed.signature);
        const values = [signed.voucher.cumulativeAmount, 1n];
        const voucher = { ...signed.voucher };
        Object.defineProperty(voucher, 'cumulativeAmount', { get: () => values.shift() });
        const given = { ...signed, signature: foreign, voucher };
        expect(await verifier.verifyAll([item(given)])).toEqual([true]);
        expect(await verifier.verify({ ...signed, signature: foreign }, signer.address)).toBe(true);
    });

    it.each<{ make: () => unknown; title: string }>([
        {
            make: () => ({
                get signature() {
                    throw new Error('not now');
                },
            }),
            title: 'a getter that throws',
        },
        {
            make: () => {
                const { proxy, revoke } = Proxy.revocable({}, {});
                revoke();
                return proxy;
            },
            title: 'a proxy that was revoked',
        },
    ])('is refused with a typed error: $title', async ({ make }) => {
        await using verifier = await createNodeVoucherVerifier(DEPLOYMENT, { backend, threads: 1 });
        const voucher = make() as SignedVoucher;
        await expectRefusal(() => verifier.verify(voucher, signer.address), 'VOUCHER_INVALID');
        await expectRefusal(() => verifier.verifyAll([item(voucher)]), 'VOUCHER_INVALID');
        await expectRefusal(() => verifier.verifyAll([make() as VoucherVerification]), 'VOUCHER_INVALID');
    });

    it('is not remembered by an address that changes', async () => {
        await using verifier = await createNodeVoucherVerifier(DEPLOYMENT, { backend, threads: 1 });
        const stranger = await generateKeyPairSigner();
        const changing = { ...signer, address: signer.address };
        expect(await verifier.verify(signed, changing as unknown as Address)).toBe(true);
        changing.address = stranger.address;
        expect(await verifier.verify(signed, changing as unknown as Address)).toBe(false);
    });
});

describe('a thread', () => {
    const startThread = (verdicts: string) => {
        // The proof is answered as it has to be.
        const source = `
            const { parentPort } = require('node:worker_threads');
            let isProved = false;
            parentPort.on('message', ({ id }) => {
                const verdicts = isProved ? ${verdicts} : Uint8Array.of(1, 0, 0);
                isProved = true;
                parentPort.postMessage({ id, verdicts });
            });
            parentPort.postMessage({ ready: true });
        `;
        return () => new Worker(source, { eval: true, execArgv: [] });
    };

    it.each([
        { title: 'neither yes nor no', verdicts: 'Uint8Array.of(2)' },
        { title: 'nothing', verdicts: 'undefined' },
        { title: 'too little', verdicts: 'new Uint8Array(0)' },
        { title: 'too much', verdicts: 'Uint8Array.of(1, 1)' },
    ])('that says $title is an error, not a bad signature', async ({ verdicts }) => {
        vi.mocked(sodium.startSodiumWorker).mockImplementation(startThread(verdicts));
        await using verifier = await createNodeVoucherVerifier(DEPLOYMENT, { backend: 'sodium-native', threads: 1 });
        const context = { backend: 'sodium-native' };
        await expectRefusal(() => verifier.verify(signed, signer.address), 'VERIFIER_FAILED', context);
        await expectRefusal(() => verifier.verifyAll([item()]), 'VERIFIER_FAILED', context);
    });
});
