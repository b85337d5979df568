import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { createRequestHandler } from '../../src/testing/rpc';
import { answerText } from '../../src/testing/server/answer';
import { Subscribers } from '../../src/testing/server/subscribers';
import type { MadeChannel, Simulator } from '../../src/testing';
import { DEPLOYMENT } from '../fixtures/deployment';
import { byDepth } from '../fixtures/depth';
import { createTestSimulator } from '../fixtures/simulator';
import { RawSocket, useServedLab } from './fixtures/served';

// Clients that mean no good: whatever they send is answered, and nothing of it is an error of the simulator's own.

const lab = useServedLab();
const REQUESTS = byDepth({ all: 5_000, deep: 1_000_000, quick: 400 });

const METHODS = [
    ...['getAccountInfo', 'getBalance', 'getMultipleAccounts', 'getProgramAccounts', 'getTokenAccountBalance'],
    ...['getTokenAccountsByDelegate', 'getTokenAccountsByOwner', 'getTokenSupply', 'sendTransaction'],
    ...['simulateTransaction', 'getSignatureStatuses', 'getSignaturesForAddress', 'getTransaction', 'getBlock'],
    ...['getBlocks', 'getBlocksWithLimit', 'getBlockTime', 'getLatestBlockhash', 'isBlockhashValid'],
    ...['getFeeForMessage', 'getRecentPrioritizationFees', 'getMinimumBalanceForRentExemption', 'getEpochInfo'],
    ...['requestAirdrop', 'simulator_setLamports', 'simulator_setAccount', 'simulator_createMint'],
    ...['simulator_mintTokens', 'simulator_createTreasuryTokenAccount'],
];
const SUBSCRIPTIONS = ['account', 'logs', 'program', 'root', 'signature', 'slot'].flatMap(kind => [
    `${kind}Subscribe`,
    `${kind}Unsubscribe`,
]);
const MEMBERS = [
    ...['encoding', 'commitment', 'filters', 'dataSlice', 'offset', 'length', 'minContextSlot', 'mint', 'programId'],
    ...['withContext', 'limit', 'before', 'until', 'maxSupportedTransactionVersion', 'transactionDetails', 'accounts'],
    ...['addresses', 'mentions', 'lamports', 'owner', 'data', 'executable', 'decimals', 'tokenProgram', 'amount'],
    ...['memcmp', 'bytes', 'dataSize', 'replaceRecentBlockhash', 'sigVerify', 'skipPreflight', 'innerInstructions'],
    ...['__proto__', 'constructor', 'toString'],
];
/** Texts of JSON, which also says what no value of JavaScript is. */
const LEAVES = [
    ...['null', 'true', '0', '-1', '1.5', '1e400', '-0', '9007199254740993', '18446744073709551616', '1e19', '""'],
    ...['"all"', '"base58"', '"base64"', '"base64+zstd"', '"jsonParsed"', '"AQID"', '"\\ud800"', '"\\u0000"', '[]'],
    ...['{}', '[null]', '{"__proto__":{"x":1}}', `"${'1'.repeat(2_000)}"`, '["AQID","base64"]', '"processed"'],
];

let simulator: Simulator;
let made: MadeChannel;
let request: (methods: readonly string[]) => fc.Arbitrary<string>;
beforeAll(async () => {
    simulator = await createTestSimulator();
    made = await simulator.createChannel({ deposit: 1_000n, settled: 10n });
    const { result, transaction } = simulator.cluster.history.list().at(-1)!;
    const message = Buffer.from(Uint8Array.from(transaction.messageBytes)).toString('base64');
    const known = [made.address, made.escrow, made.mint, TOKEN_PROGRAM_ADDRESS, DEPLOYMENT.programAddress];
    const texts = [...known, result.signature, message].map(text => JSON.stringify(text));
    request = methods => {
        const { param } = fc.letrec<{ param: string }>(tie => ({
            param: fc.oneof(
                { maxDepth: 3, withCrossShrink: true },
                fc.constantFrom(...LEAVES, ...texts),
                fc.array(tie('param'), { maxLength: 3 }).map(items => `[${items.join()}]`),
                fc
                    .array(fc.tuple(fc.constantFrom(...MEMBERS), tie('param')), { maxLength: 3 })
                    .map(members => `{${members.map(([name, value]) => `"${name}":${value}`).join()}}`),
            ),
        }));
        return fc
            .tuple(fc.constantFrom(...methods), fc.array(param, { maxLength: 4 }))
            .map(([method, params]) => `{"jsonrpc":"2.0","id":1,"method":"${method}","params":[${params.join()}]}`);
    };
});

describe('whatever the parameters,', () => {
    it('a request is answered, and not by an internal error', async () => {
        const handle = createRequestHandler(simulator);
        await fc.assert(
            fc.asyncProperty(request(METHODS), async text => {
                const answer = await answerText(text, handle);
                expect(answer).not.toContain('-32603');
                expect(JSON.parse(answer)).toMatchObject({ id: 1, jsonrpc: '2.0' });
            }),
            { numRuns: REQUESTS },
        );
    });

    it('a subscription is made or refused, tells or does not, and leaves nothing', async () => {
        const subscribers = new Subscribers(simulator);
        await fc.assert(
            fc.asyncProperty(fc.array(request(SUBSCRIPTIONS), { maxLength: 8 }), async texts => {
                const subscriber = subscribers.add(
                    () => undefined,
                    () => undefined,
                );
                for (const text of texts) expect(await answerText(text, subscriber.answer)).not.toContain('-32603');
                simulator.advanceClock({ slots: 1n });
                subscribers.check();
                subscriber.close();
                expect(subscribers.size).toBe(0);
            }),
            { numRuns: REQUESTS / 4 },
        );
        subscribers.close();
    });
});

describe('what the runtime can not do without', () => {
    const SYSVARS = 'Sysvar1111111111111111111111111111111111111';
    it.each<[title: string, address: string]>([
        ['the payment-channels program', DEPLOYMENT.programAddress],
        ['the token program', TOKEN_PROGRAM_ADDRESS],
        ['the system program', SYSTEM_PROGRAM_ADDRESS],
        ['the clock', 'SysvarC1ock11111111111111111111111111111111'],
        ['the rent', 'SysvarRent111111111111111111111111111111111'],
        ['the slot hashes', 'SysvarS1otHashes111111111111111111111111111'],
    ])('stays: %s', async (_, address) => {
        const account = { data: 'AQID', lamports: 1, owner: SYSVARS };
        for (const answer of [
            await lab.call('simulator_setLamports', address, 0),
            await lab.call('simulator_setAccount', address, account),
            await lab.call('simulator_setAccount', address, { lamports: 0, owner: SYSTEM_PROGRAM_ADDRESS }),
        ]) {
            expect(answer.error).toMatchObject({ code: -32_602 });
            expect(answer.error!.message).toContain(address);
        }
        expect((await lab.call('simulator_createMint')).result).toEqual(expect.any(String));
    });

    it('and a program that is none is refused', async () => {
        const account = { data: 'AQID', executable: true, lamports: 10 ** 9, owner: DEPLOYMENT.programAddress };
        const answer = await lab.call('simulator_setAccount', made.payer.address, {
            ...account,
            owner: 'BPFLoader2111111111111111111111111111111111',
        });
        expect(answer.error).toMatchObject({ code: -32_602 });
    });

    it('an airdrop that is too much for who gets it is refused', async () => {
        await lab.post(
            `{"jsonrpc":"2.0","id":1,"method":"simulator_setLamports","params":["${made.payee.address}",18446744073709551615]}`,
        );
        expect((await lab.call('requestAirdrop', made.payee.address, 5)).error).toMatchObject({ code: -32_602 });
    });
});

it('subscriptions by the thousand end with their connection, at any moment', async () => {
    const sockets = await Promise.all([1, 2, 3].map(() => RawSocket.open(lab.served.webSocketUrl!)));
    const batch = Array.from({ length: 600 }, (_, id) => ({ id, jsonrpc: '2.0', method: 'slotSubscribe' }));
    for (const { socket } of sockets) for (let round = 0; round < 4; round++) socket.send(JSON.stringify(batch));
    expect(await sockets[0]!.next()).toHaveLength(600);
    expect(lab.served.getSubscriptionCount()).toBeGreaterThanOrEqual(600);
    // In the middle of what is told.
    lab.simulator.advanceClock({ slots: 1n });
    for (const { socket } of sockets) socket.terminate();
    await Promise.all(sockets.map(({ closed }) => closed));
    while (lab.served.getSubscriptionCount() > 0) await new Promise(resolve => setTimeout(resolve, 5));
    expect((await lab.call('getHealth')).result).toBe('ok');
});

it('a batch of 10,000 is answered one by one', async () => {
    const batch = JSON.stringify(Array(10_000).fill(1));
    expect(batch.length).toBeLessThan(51_200);
    const answers = (await (await lab.post(batch)).json()) as readonly { error: { code: number } }[];
    expect(answers).toHaveLength(10_000);
    expect(answers.every(({ error }) => error.code === -32_600)).toBe(true);
});
