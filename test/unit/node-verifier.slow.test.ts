import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { generateKeyPairSigner, type KeyPairSigner } from '@solana/kit';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { signVoucher, verifyVoucher, type SignedVoucher, type VoucherVerification } from '../../src';
import { createNodeVoucherVerifier, type NodeVoucherVerifier, type NodeVoucherVerifierOptions } from '../../src/node';
import * as sodium from '../../src/node/sodium';
import { OFF_CURVE } from '../fixtures/parties';
import { expectRefusal } from '../fixtures/refusals';
import { byRevision } from '../fixtures/revision';
import { CHANNEL } from '../fixtures/vectors';
import { DEPLOYMENT } from '../fixtures/deployment';

vi.mock('../../src/node/sodium', { spy: true });

const open: NodeVoucherVerifier[] = [];
const create = async (options?: NodeVoucherVerifierOptions) => {
    const verifier = await createNodeVoucherVerifier(DEPLOYMENT, options);
    open.push(verifier);
    return verifier;
};
afterEach(async () => {
    await Promise.all(open.splice(0).map(verifier => verifier.close()));
    vi.restoreAllMocks();
});

let signer: KeyPairSigner;
let signed: SignedVoucher[];
let vouchers: VoucherVerification[];
let expected: boolean[];
beforeAll(async () => {
    signer = await generateKeyPairSigner();
    signed = await Promise.all(
        Array.from({ length: 700 }, (_, cumulativeAmount) =>
            signVoucher({ channelId: CHANNEL, cumulativeAmount }, signer, DEPLOYMENT),
        ),
    );
    vouchers = signed.map((signedVoucher, index) => {
        const { voucher } = signedVoucher;
        if (index % 7 === 0) {
            return {
                authorizedSigner: signer.address,
                signedVoucher: { ...signedVoucher, voucher: { ...voucher, expiresAt: 1n } },
            };
        }
        if (index % 11 === 0) return { authorizedSigner: OFF_CURVE, signedVoucher };
        if (index % 13 === 0) {
            return { authorizedSigner: OFF_CURVE, signedVoucher: { ...signedVoucher, signer: OFF_CURVE } };
        }
        return { authorizedSigner: signer.address, signedVoucher };
    });
    expected = await Promise.all(
        vouchers.map(one => verifyVoucher(one.signedVoucher, one.authorizedSigner, DEPLOYMENT)),
    );
});

/** A thread of our own making in the place of the one that verifies. */
const startThread = (source: string) => () => new Worker(source, { eval: true, execArgv: [] });

describe.each(['sodium-native', 'webcrypto'] as const)('createNodeVoucherVerifier on %s', backend => {
    it('says what verifyVoucher says, in order, all at once or one by one', async () => {
        const verifier = await create({ backend, threads: 2 });
        expect(verifier).toMatchObject({
            backend,
            fallbackReason: undefined,
            threads: backend === 'webcrypto' ? 0 : 2,
        });
        expect(await verifier.verifyAll(vouchers)).toEqual(expected);
        const oneByOne = vouchers.map(one => verifier.verify(one.signedVoucher, one.authorizedSigner));
        expect(await Promise.all(oneByOne)).toEqual(expected);
        expect(expected.filter(Boolean).length).toBeGreaterThan(400);
        expect(await verifier.verifyAll([])).toEqual([]);
        expect(await verifier.verifyAll([vouchers[1]!, vouchers[0]!])).toEqual([true, false]);
    });

    it('refuses what is malformed, by its place, and goes on', async () => {
        const verifier = await create({ backend, threads: 1 });
        const malformed = [...vouchers.slice(0, 300), null as unknown as VoucherVerification];
        await expectRefusal(() => verifier.verifyAll(malformed), 'VOUCHER_INVALID', { field: 'vouchers[300]' });
        await expectRefusal(() => verifier.verifyAll('x' as unknown as []), 'VOUCHER_INVALID', { field: 'vouchers' });
        await expectRefusal(() => verifier.verify(signed[0]!, 'x' as typeof CHANNEL), 'ADDRESS_INVALID');
        expect(await verifier.verify(signed[0]!, signer.address)).toBe(true);
    });

    it('answers what was asked before it was closed, and nothing after', async () => {
        const verifier = await create({ backend, threads: 2 });
        const all = verifier.verifyAll(vouchers);
        const one = verifier.verify(signed[0]!, signer.address);
        const closing = verifier.close();
        await expectRefusal(() => verifier.verify(signed[0]!, signer.address), 'VERIFIER_CLOSED', { backend });
        await expectRefusal(() => verifier.verifyAll(vouchers), 'VERIFIER_CLOSED', { backend });
        expect(await all).toEqual(expected);
        expect(await one).toBe(true);
        await closing;
        await verifier.close();
        await verifier[Symbol.asyncDispose]();
    });
});

describe('createNodeVoucherVerifier', () => {
    it('verifies the vouchers of its deployment', async () => {
        const verifier = await createNodeVoucherVerifier(DEPLOYMENT);
        open.push(verifier);
        const goods = vouchers.filter((_, index) => expected[index]);
        const verdicts = new Set(await verifier.verifyAll(goods));
        expect([...verdicts]).toEqual([true]);
    });

    it.each([null, 7, { revision: 'epoch' }])('refuses %o as its deployment', async config => {
        const refused = () => createNodeVoucherVerifier(config as never, { backend: 'webcrypto' });
        await expectRefusal(refused, 'INPUT_INVALID');
    });

    it('takes sodium-native and all cores by default', async () => {
        const verifier = await create();
        expect(verifier.backend).toBe('sodium-native');
        expect(verifier.threads).toBeGreaterThan(0);
    });

    const notInstalled = () => {
        throw Object.assign(new Error("Cannot find module 'sodium-native'"), { code: 'MODULE_NOT_FOUND' });
    };
    const unusable: { reason: RegExp; title: string; prepare: () => void }[] = [
        {
            prepare: () => vi.mocked(sodium.findSodium).mockImplementation(notInstalled),
            reason: /^sodium-native is not installed$/,
            title: 'is not installed',
        },
        {
            prepare: () => vi.mocked(sodium.findSodium).mockReturnValue('/nowhere/sodium-native'),
            reason: /Cannot find module/,
            title: 'can not be loaded in a thread',
        },
        {
            prepare: () => vi.mocked(sodium.startSodiumWorker).mockImplementation(startThread('process.exit(3)')),
            reason: /exited with code 3/,
            title: 'ends its thread while it loads',
        },
        {
            prepare: () =>
                vi.mocked(sodium.startSodiumWorker).mockImplementation(() => {
                    throw new Error('ERR_WORKER_INIT_FAILED');
                }),
            reason: /ERR_WORKER_INIT_FAILED/,
            title: 'gets no thread',
        },
        ...[
            { reason: /small order in R/, title: 'accepts what the precompile refuses', verdict: 1 },
            { reason: /a good signature/, title: 'refuses what the precompile accepts', verdict: 0 },
        ].map(({ reason, title, verdict }) => ({
            prepare: () =>
                vi.mocked(sodium.startSodiumWorker).mockImplementation(
                    startThread(`
                        const { parentPort } = require('node:worker_threads');
                        parentPort.on('message', ({ id, records, messageLength }) =>
                            parentPort.postMessage({
                                id,
                                verdicts: new Uint8Array(records.byteLength / (96 + messageLength)).fill(${verdict}),
                            }));
                        parentPort.postMessage({ ready: true });
                    `),
                ),
            reason,
            title,
        })),
    ];

    it.each(unusable)('falls back to the Web Crypto API, and says why, when sodium-native $title', async broken => {
        broken.prepare();
        const verifier = await create({ threads: 2 });
        expect(verifier).toMatchObject({ backend: 'webcrypto', threads: 0 });
        expect(verifier.fallbackReason).toMatch(broken.reason);
        expect(await verifier.verifyAll(vouchers)).toEqual(expected);
        await expectRefusal(
            () => createNodeVoucherVerifier(DEPLOYMENT, { backend: 'sodium-native' }),
            'VERIFIER_BACKEND_UNAVAILABLE',
            { backend: 'sodium-native', reason: verifier.fallbackReason! },
        );
    });

    it.each([
        { code: 'INTEGER_OUT_OF_RANGE', options: { threads: 0 } },
        { code: 'INTEGER_NOT_EXACT', options: { threads: 1.5 } },
        { code: 'INTEGER_OUT_OF_RANGE', options: { cacheSize: -1 } },
        { code: 'VERIFIER_BACKEND_UNAVAILABLE', options: { backend: 'openssl' as 'webcrypto' } },
    ] as const)('refuses $options', async ({ code, options }) => {
        await expectRefusal(() => createNodeVoucherVerifier(DEPLOYMENT, options), code);
    });

    it('does not keep the process alive when nothing is asked, and does until everything is answered', () => {
        const source = `
            import { generateKeyPairSigner } from '@solana/kit';
            import { ${byRevision({ epoch: 'EPOCH_LOCALNET', tombstone: 'TOMBSTONE_LOCALNET' })} as DEPLOYMENT, signVoucher } from './src/index';
            import { createNodeVoucherVerifier } from './src/node/index';
            const verifier = await createNodeVoucherVerifier(DEPLOYMENT, { backend: 'sodium-native', threads: 2 });
            const signer = await generateKeyPairSigner();
            const signed = await signVoucher({ channelId: signer.address, cumulativeAmount: 1 }, signer, DEPLOYMENT);
            console.log(verifier.backend, await verifier.verify(signed, signer.address));
        `;
        const output = execFileSync('node', ['--import', 'tsx', '--input-type=module', '--eval', source], {
            cwd: fileURLToPath(new URL('../..', import.meta.url)),
            encoding: 'utf8',
            timeout: 50_000,
        });
        expect(output.trim()).toBe('sodium-native true');
    });
});
