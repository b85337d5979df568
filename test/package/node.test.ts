import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createConsumer, type Consumer } from './consumer';

// ./node as a user gets it: in both module formats and in a bundle, without sodium-native and then with it.

// npm and tsc take their time on a slow machine; only what hangs takes so long.
vi.setConfig({ hookTimeout: 900_000, testTimeout: 900_000 });

let consumer: Consumer;
beforeAll(() => {
    consumer = createConsumer();
    consumer.install('.');
    consumer.installOthers('@solana/kit', '@types/node', 'esbuild', 'typescript');
});
afterAll(() => consumer?.remove());

const VERIFY = `
    const verifier = await createNodeVoucherVerifier(MAINNET_DEPLOYMENT, { threads: 2 });
    const signer = await generateKeyPairSigner();
    const good = await signVoucher({ channelId: signer.address, cumulativeAmount: 600n }, signer, MAINNET_DEPLOYMENT);
    const bad = { ...good, voucher: { ...good.voucher, cumulativeAmount: 601n } };
    const verdicts = await verifier.verifyAll(
        [good, bad, good].map(signedVoucher => ({ authorizedSigner: signer.address, signedVoucher })));
    const one = await verifier.verify(good, signer.address);
    let isTyped = false;
    await verifier.close();
    try {
        await verifier.verify(good, signer.address);
    } catch (error) {
        isTyped = isPaymentChannelsError(error, 'VERIFIER_CLOSED');
    }
    console.log(JSON.stringify({
        backend: verifier.backend, fallbackReason: verifier.fallbackReason ?? null, isTyped, one, verdicts,
    }));
`;
const MODULE = `
    import { generateKeyPairSigner } from '@solana/kit';
    import { isPaymentChannelsError, MAINNET_DEPLOYMENT, signVoucher } from 'solana-payment-channels';
    import { createNodeVoucherVerifier } from 'solana-payment-channels/node';
    ${VERIFY}
`;
const COMMON = `
    const { generateKeyPairSigner } = require('@solana/kit');
    const { isPaymentChannelsError, MAINNET_DEPLOYMENT, signVoucher } = require('solana-payment-channels');
    const { createNodeVoucherVerifier } = require('solana-payment-channels/node');
    (async () => { ${VERIFY} })();
`;
const ANSWERS = { isTyped: true, one: true, verdicts: [true, false, true] };

const formats: [title: string, run: () => string][] = [
    ['an ES module', () => runFile('node.mjs', MODULE)],
    ['a CommonJS module', () => runFile('node.cjs', COMMON)],
    [
        'a bundle',
        () => {
            consumer.write('bundled.mjs', MODULE);
            const args = ['--bundle', '--format=esm', '--platform=node', '--external:@solana/*'];
            consumer.run('npx', ['esbuild', 'bundled.mjs', ...args, '--outfile=bundle.mjs']);
            return consumer.run('node', ['bundle.mjs']);
        },
    ],
];

function runFile(name: string, source: string): string {
    consumer.write(name, source);
    return consumer.run('node', [name]);
}

describe('./node of the packed tarball', () => {
    it.each(formats)('verifies with the Web Crypto API, and says why, in %s', (_, run) => {
        expect(JSON.parse(run())).toEqual({
            ...ANSWERS,
            backend: 'webcrypto',
            fallbackReason: 'sodium-native is not installed',
        });
    });

    it('type-checks', () => {
        consumer.write('node.mts', MODULE);
        const flags = ['--strict', '--target', 'ES2022', '--module', 'Node16', '--noEmit', '--skipLibCheck'];
        expect(consumer.run('npx', ['tsc', ...flags, 'node.mts'])).toBe('');
    });

    describe('with sodium-native', () => {
        beforeAll(() => {
            consumer.installOthers('sodium-native');
        });

        it.each(formats)('verifies with it in %s', (_, run) => {
            expect(JSON.parse(run())).toEqual({ ...ANSWERS, backend: 'sodium-native', fallbackReason: null });
        });
    });
});
