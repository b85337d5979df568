import {
    getBase64Decoder,
    getBase64Encoder,
    getTransactionDecoder,
    type Address,
    type KeyPairSigner,
} from '@solana/kit';
import { getCreateAccountInstruction, getTransferSolInstruction, SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import { getApproveInstruction, getTransferCheckedInstruction, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import {
    extension,
    getInitializeMetadataPointerInstruction,
    getInitializeMint2Instruction,
    getInitializeMintCloseAuthorityInstruction,
    getMintSize,
} from '@solana-program/token-2022';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { getMemoInstruction, TOKEN_2022_PROGRAM_ADDRESS } from '../../src';
import type { Simulator } from '../../src/testing';
import { createRequestHandler } from '../../src/testing/rpc';
import { addressOf } from '../fixtures/parties';
import { createTestSimulator } from '../fixtures/simulator';

// The methods of a simulator's RPC that no client of this package needs, each as a node answers it.

const TO = addressOf(0x42);
let simulator: Simulator;
let payer: KeyPairSigner;
let payee: KeyPairSigner;
/** A mint of each token program, and the payer's and the payee's accounts of it. */
let tokens: Record<'spl-token' | 'spl-token-2022', Readonly<{ accounts: readonly Address[]; mint: Address }>>;
let ask: (method: string, ...params: readonly unknown[]) => Promise<never>;
beforeAll(async () => {
    simulator = await createTestSimulator();
    const handle = createRequestHandler(simulator);
    ask = async (method, ...params) => {
        const answer = (await handle({ id: 1, jsonrpc: '2.0', method, params })) as { error?: object; result: never };
        if (answer.error) throw Object.assign(new Error('refused'), answer.error);
        return answer.result;
    };
    [payer, payee] = [await simulator.createFundedSigner(), await simulator.createFundedSigner()];
    const create = async (tokenProgram: Address) => {
        const mint = await simulator.createMint({ tokenProgram });
        const mintTo = (amount: bigint, owner: Address) => simulator.mintTokens({ amount, mint, owner, tokenProgram });
        return { accounts: [await mintTo(1_234_500n, payer.address), await mintTo(1n, payee.address)], mint };
    };
    tokens = {
        'spl-token': await create(TOKEN_PROGRAM_ADDRESS),
        'spl-token-2022': await create(TOKEN_2022_PROGRAM_ADDRESS),
    };
});
const PROGRAMS = ['spl-token', 'spl-token-2022'] as const;
const amountOf = (amount: string, uiAmountString: string) => ({
    amount,
    decimals: 6,
    uiAmount: Number(uiAmountString),
    uiAmountString,
});

describe.each(PROGRAMS)('tokens of %s', program => {
    const context = () => ({ slot: simulator.getClock().slot });
    it('are told of an account and of a mint', async () => {
        const { accounts, mint } = tokens[program];
        expect(await ask('getTokenAccountBalance', accounts[0])).toEqual({
            context: context(),
            value: amountOf('1234500', '1.2345'),
        });
        expect(await ask('getTokenSupply', mint)).toEqual({
            context: context(),
            value: amountOf('1234501', '1.234501'),
        });
        await expect(ask('getTokenAccountBalance', mint)).rejects.toMatchObject({ code: -32_602 });
        await expect(ask('getTokenSupply', accounts[0])).rejects.toMatchObject({ code: -32_602 });
        await expect(ask('getTokenSupply', TO)).rejects.toMatchObject({ code: -32_602 });
    });

    it('are told as what is in the account', async () => {
        const { accounts, mint } = tokens[program];
        const { value } = (await ask('getAccountInfo', accounts[0], { encoding: 'jsonParsed' })) as {
            value: { data: object; space: bigint };
        };
        const extensions = program === 'spl-token' ? {} : { extensions: [{ extension: 'immutableOwner' }] };
        expect(value.data).toEqual({
            parsed: {
                info: {
                    ...extensions,
                    isNative: false,
                    mint,
                    owner: payer.address,
                    state: 'initialized',
                    tokenAmount: amountOf('1234500', '1.2345'),
                },
                type: 'account',
            },
            program,
            space: value.space,
        });
        const parsedMint = {
            parsed: {
                info: {
                    decimals: 6,
                    freezeAuthority: null,
                    isInitialized: true,
                    mintAuthority: simulator.faucet.address,
                    supply: '1234501',
                },
                type: 'mint',
            },
            program,
            space: 82n,
        };
        expect(await ask('getAccountInfo', mint, { encoding: 'jsonParsed' })).toMatchObject({
            value: { data: parsedMint },
        });
    });

    it('are found by owner and by delegate', async () => {
        const { accounts, mint } = tokens[program];
        const programId = program === 'spl-token' ? TOKEN_PROGRAM_ADDRESS : TOKEN_2022_PROGRAM_ADDRESS;
        const [source] = accounts as [Address];
        const delegate = addressOf(0x77);
        const approve = getApproveInstruction(
            { amount: 5n, delegate, owner: payer, source },
            { programAddress: programId },
        );
        await simulator.sendOrThrow([approve]);
        const config = { encoding: 'base64' };
        for (const filter of [{ mint }, { programId }]) {
            for (const [method, who] of [
                ['getTokenAccountsByOwner', payer.address],
                ['getTokenAccountsByDelegate', delegate],
            ] as const) {
                const { value } = (await ask(method, who, filter, config)) as { value: { pubkey: Address }[] };
                expect(value.map(({ pubkey }) => pubkey)).toEqual([source]);
            }
        }
        const parsed = (await ask('getAccountInfo', source, { encoding: 'jsonParsed' })) as object;
        const info = { delegate, delegatedAmount: amountOf('5', '0.000005') };
        expect(parsed).toMatchObject({ value: { data: { parsed: { info } } } });
        for (const filter of [
            undefined,
            {},
            { mint, programId },
            { mint: TO },
            { programId: SYSTEM_PROGRAM_ADDRESS },
        ]) {
            await expect(ask('getTokenAccountsByOwner', payer.address, filter)).rejects.toMatchObject({
                code: -32_602,
            });
        }
    });

    it('are told before and after a transaction, and as what its instruction did', async () => {
        const { accounts, mint } = tokens[program];
        const programAddress = program === 'spl-token' ? TOKEN_PROGRAM_ADDRESS : TOKEN_2022_PROGRAM_ADDRESS;
        const [source, destination] = accounts as [Address, Address];
        const input = { amount: 4_500n, authority: payer, decimals: 6, destination, mint, source };
        const { signature } = await simulator.sendOrThrow([getTransferCheckedInstruction(input, { programAddress })], {
            feePayer: payer,
        });
        const config = { encoding: 'jsonParsed', maxSupportedTransactionVersion: 0 };
        const told = (await ask('getTransaction', signature, config)) as {
            meta: Record<'postTokenBalances' | 'preTokenBalances', { owner: Address; uiTokenAmount: object }[]>;
            transaction: { message: { accountKeys: { pubkey: Address }[]; instructions: object[] } };
        };
        const byOwner = (when: 'postTokenBalances' | 'preTokenBalances') =>
            Object.fromEntries(told.meta[when].map(({ owner, uiTokenAmount }) => [owner, uiTokenAmount]));
        expect(byOwner('preTokenBalances')).toEqual({
            [payee.address]: amountOf('1', '0.000001'),
            [payer.address]: amountOf('1234500', '1.2345'),
        });
        expect(byOwner('postTokenBalances')).toEqual({
            [payee.address]: amountOf('4501', '0.004501'),
            [payer.address]: amountOf('1230000', '1.23'),
        });
        expect(told.meta.postTokenBalances[0]).toMatchObject({ mint, programId: programAddress });
        expect(told.transaction.message.instructions).toEqual([
            {
                parsed: {
                    info: {
                        authority: payer.address,
                        destination,
                        mint,
                        source,
                        tokenAmount: amountOf('4500', '0.0045'),
                    },
                    type: 'transferChecked',
                },
                program: 'spl-token',
                programId: programAddress,
                stackHeight: 1,
            },
        ]);
        expect(told.transaction.message.accountKeys[0]).toEqual({
            pubkey: payer.address,
            signer: true,
            source: 'transaction',
            writable: true,
        });
    });
});

describe('an account', () => {
    it('is told as base64+zstd, in a frame that everybody can read', async () => {
        const data = new Uint8Array(300_000).map((_, index) => (index * 7) % 251);
        simulator.svm.setAccount({
            address: addressOf(0x99),
            data,
            executable: false,
            lamports: 1n as never,
            programAddress: SYSTEM_PROGRAM_ADDRESS,
            space: BigInt(data.length),
        });
        for (const [address, expected] of [
            [addressOf(0x99), data],
            [payer.address, new Uint8Array()],
        ] as const) {
            const { value } = (await ask('getAccountInfo', address, { encoding: 'base64+zstd' })) as {
                value: { data: [string, string] };
            };
            expect(value.data[1]).toBe('base64+zstd');
            const frame = Buffer.from(value.data[0], 'base64');
            expect(Buffer.compare(readRawFrame(frame), expected)).toBe(0);
            const { zstdDecompressSync } = (await import('node:zlib')) as {
                zstdDecompressSync?: (from: Buffer) => Buffer;
            };
            if (zstdDecompressSync) expect(Buffer.compare(zstdDecompressSync(frame), expected)).toBe(0);
        }
    });

    it('with extensions is told with them', async () => {
        const mint = await simulator.createSigner();
        const authority = payer.address;
        const extensions = [
            extension('MintCloseAuthority', { closeAuthority: authority }),
            extension('MetadataPointer', { authority, metadataAddress: mint.address }),
        ];
        const space = getMintSize(extensions);
        await simulator.sendOrThrow([
            getCreateAccountInstruction({
                lamports: simulator.svm.minimumBalanceForRentExemption(BigInt(space)),
                newAccount: mint,
                payer: simulator.faucet,
                programAddress: TOKEN_2022_PROGRAM_ADDRESS,
                space,
            }),
            getInitializeMintCloseAuthorityInstruction({ closeAuthority: authority, mint: mint.address }),
            getInitializeMetadataPointerInstruction({ authority, metadataAddress: mint.address, mint: mint.address }),
            getInitializeMint2Instruction({
                decimals: 2,
                freezeAuthority: TO,
                mint: mint.address,
                mintAuthority: authority,
            }),
        ]);
        expect(await ask('getAccountInfo', mint.address, { encoding: 'jsonParsed' })).toMatchObject({
            value: {
                data: {
                    parsed: {
                        info: {
                            decimals: 2,
                            extensions: [
                                { extension: 'mintCloseAuthority', state: { closeAuthority: authority } },
                                { extension: 'metadataPointer', state: { authority, metadataAddress: mint.address } },
                            ],
                            freezeAuthority: TO,
                        },
                        type: 'mint',
                    },
                    program: 'spl-token-2022',
                },
            },
        });
    });

    it('that nobody parses is told in base64', async () => {
        expect(await ask('getAccountInfo', payer.address, { encoding: 'jsonParsed' })).toMatchObject({
            value: { data: ['', 'base64'] },
        });
    });
});

describe('transactions and blocks', () => {
    let signatures: string[];
    let slot: bigint;
    beforeEach(async () => {
        simulator.advanceClock({ seconds: 4n, slots: 10n });
        ({ slot } = simulator.getClock());
        signatures = [];
        for (const [index, amount] of [5_000_000n, 1n, 10n ** 15n].entries()) {
            const transfer = getTransferSolInstruction({ amount, destination: TO, source: payer });
            const memo = getMemoInstruction(`payment ${index}`);
            const { signature } = await simulator.send([transfer, memo], { feePayer: payer });
            signatures.push(signature);
        }
    });

    it('are listed by address, from new to old, between signatures', async () => {
        const list = async (config: object) => {
            const listed = (await ask('getSignaturesForAddress', TO, config)) as { signature: string }[];
            return listed.map(({ signature }) => signature);
        };
        const newestFirst = [...signatures].reverse();
        expect(await list({ limit: 3 })).toEqual(newestFirst);
        expect(await list({ before: signatures[2], limit: 1 })).toEqual([signatures[1]]);
        expect(await list({ until: signatures[1] })).toEqual([signatures[2]]);
        expect(await list({ before: signatures[2], until: signatures[0] })).toEqual([signatures[1]]);
        expect(await ask('getSignaturesForAddress', TO, { limit: 1 })).toEqual([
            {
                blockTime: simulator.getClock().unixTimestamp,
                confirmationStatus: 'finalized',
                err: { InstructionError: [0, { Custom: 1 }] },
                memo: '[9] payment 2',
                signature: signatures[2],
                slot,
            },
        ]);
        expect(await ask('getSignaturesForAddress', addressOf(0x12))).toEqual([]);
        for (const config of [{ limit: 0 }, { limit: 1_001 }, { before: 'x' }, { commitment: 'processed' }]) {
            await expect(ask('getSignaturesForAddress', TO, config)).rejects.toMatchObject({ code: -32_602 });
        }
    });

    it('are in their block', async () => {
        const config = { encoding: 'base64', maxSupportedTransactionVersion: 0 };
        const block = (await ask('getBlock', slot, config)) as { transactions: { transaction: [string] }[] };
        const { unixTimestamp } = simulator.getClock();
        expect(block).toMatchObject({
            blockHeight: slot,
            blockTime: unixTimestamp,
            parentSlot: slot - 1n,
            rewards: [],
        });
        const decoded = block.transactions.map(({ transaction: [wire] }) =>
            getTransactionDecoder().decode(getBase64Encoder().encode(wire)),
        );
        expect(decoded).toHaveLength(3);
        expect(await ask('getBlock', slot, { transactionDetails: 'signatures' })).toMatchObject({ signatures });
        expect(await ask('getBlock', slot, { rewards: false, transactionDetails: 'none' })).not.toHaveProperty(
            'rewards',
        );
        await expect(ask('getBlock', slot, {})).rejects.toMatchObject({ code: -32_015 });
        await expect(ask('getBlock', slot + 1n)).rejects.toMatchObject({ code: -32_004 });
        await expect(ask('getBlock', 1)).rejects.toMatchObject({ code: -32_001 });
        await expect(ask('getBlock', slot, { transactionDetails: 'all' })).rejects.toMatchObject({ code: -32_602 });
    });

    it('are followed by blocks that are empty', async () => {
        simulator.advanceClock({ seconds: 40n, slots: 100n });
        const first = (await ask('getFirstAvailableBlock')) as bigint;
        expect(first).toBeLessThanOrEqual(slot);
        expect(await ask('getBlocks', slot, slot + 2n)).toEqual([slot, slot + 1n, slot + 2n]);
        expect(await ask('getBlocks', slot + 99n)).toEqual([slot + 99n, slot + 100n]);
        expect(await ask('getBlocks', slot + 99n, { commitment: 'confirmed' })).toEqual([slot + 99n, slot + 100n]);
        expect(await ask('getBlocksWithLimit', 0, 1)).toEqual([]);
        expect(await ask('getBlocksWithLimit', slot, 2)).toEqual([slot, slot + 1n]);
        const empty = { maxSupportedTransactionVersion: 0 };
        expect(await ask('getBlock', slot + 50n, empty)).toMatchObject({ transactions: [] });
        const times = (await Promise.all([0n, 50n, 100n].map(by => ask('getBlockTime', slot + by)))) as bigint[];
        const { unixTimestamp: now } = simulator.getClock();
        expect(times).toEqual([now - 40n, now - 20n, now]);
    });
});

describe('the cluster', () => {
    it('says who it is', async () => {
        expect(await ask('getHealth')).toBe('ok');
        expect(await ask('getIdentity')).toEqual({ identity: simulator.faucet.address });
        expect(await ask('getSlotLeader')).toBe(simulator.faucet.address);
        expect(await ask('getGenesisHash')).toMatch(/^[1-9A-HJ-NP-Za-km-z]{43,44}$/);
        expect(await ask('getVersion')).toMatchObject({
            'solana-core': expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
        });
    });

    it('counts its transactions', async () => {
        const before = (await ask('getTransactionCount')) as bigint;
        await simulator.sendOrThrow([]);
        expect(await ask('getTransactionCount')).toBe(before + 1n);
        expect(await ask('getEpochInfo')).toMatchObject({ transactionCount: before + 1n });
    });

    it('gives lamports, but not more than it has', async () => {
        const signature = await ask('requestAirdrop', addressOf(0x61), 5_000_000);
        expect(simulator.getLamports(addressOf(0x61))).toBe(5_000_000n);
        expect(await ask('getSignatureStatuses', [signature])).toMatchObject({ value: [{ err: null }] });
        for (const amount of [0, -1, 1.5, 2n ** 64n - 1n, '5']) {
            await expect(ask('requestAirdrop', TO, amount)).rejects.toMatchObject({ code: -32_602 });
        }
    });

    it('tells what a message costs while its blockhash is good', async () => {
        const send = await simulator.sendOrThrow([getMemoInstruction('a')], { feePayer: payer });
        const { messageBytes } = simulator.getExecutedTransaction(send.signature)!.transaction;
        const message = getBase64Decoder().decode(messageBytes);
        expect(await ask('getFeeForMessage', message)).toMatchObject({ value: send.feeLamports });
        simulator.advanceClock({ slots: 200n });
        expect(await ask('getFeeForMessage', message)).toMatchObject({ value: null });
        for (const text of ['', '!', 'AAAA', 5]) {
            await expect(ask('getFeeForMessage', text)).rejects.toMatchObject({ code: -32_602 });
        }
    });

    it('tells the priority fees of the last 150 slots', async () => {
        const fees = (await ask('getRecentPrioritizationFees', [TO])) as { prioritizationFee: bigint; slot: bigint }[];
        expect(fees).toHaveLength(150);
        expect(fees.at(-1)).toEqual({ prioritizationFee: 0n, slot: simulator.getClock().slot });
        await expect(ask('getRecentPrioritizationFees', Array(129).fill(TO))).rejects.toMatchObject({ code: -32_602 });
    });
});

describe("the simulator's own methods", () => {
    it('move the clock', async () => {
        const { slot, unixTimestamp } = simulator.getClock();
        const moved = { slot: slot + 5n, unixTimestamp: unixTimestamp + 60n };
        expect(await ask('simulator_advanceClock', { seconds: 60, slots: 5 })).toEqual(moved);
        expect(await ask('simulator_getClock')).toEqual(moved);
        const set = { slot: slot + 6n, unixTimestamp: unixTimestamp + 61n };
        expect(await ask('simulator_setClock', set)).toEqual(set);
        for (const by of [{ minutes: 1 }, { seconds: -1 }, { slots: 2n ** 64n - 1n }, 5]) {
            await expect(ask('simulator_advanceClock', by)).rejects.toMatchObject({ code: -32_602 });
        }
        expect(simulator.getClock()).toEqual(set);
    });

    it('make mints and tokens, and set accounts', async () => {
        const tokenProgram = TOKEN_2022_PROGRAM_ADDRESS;
        const mint = (await ask('simulator_createMint', { decimals: 2, tokenProgram })) as Address;
        const input = { amount: 250, mint, owner: TO, tokenProgram };
        const account = (await ask('simulator_mintTokens', input)) as Address;
        expect(await ask('getTokenAccountBalance', account)).toMatchObject({ value: { uiAmountString: '2.5' } });
        const treasury = (await ask('simulator_createTreasuryTokenAccount', { mint, tokenProgram })) as Address;
        expect(await ask('getTokenAccountBalance', treasury)).toMatchObject({ value: { amount: '0' } });
        await ask('simulator_setLamports', TO, 7_000_000);
        expect(simulator.getLamports(TO)).toBe(7_000_000n);
        await ask('simulator_setAccount', addressOf(0x31), { data: 'AQID', lamports: 5, owner: TO });
        expect(await ask('getAccountInfo', addressOf(0x31), { encoding: 'base64' })).toMatchObject({
            value: { data: ['AQID', 'base64'], lamports: 5n, owner: TO },
        });
        const { programAddress, revision, treasuryOwner } = simulator.deployment;
        expect(await ask('simulator_getDeployment')).toEqual({ programAddress, revision, treasuryOwner });
        for (const [method, ...params] of [
            ['simulator_createMint', { decimals: 256 }],
            ['simulator_createMint', { tokenProgram: TO }],
            ['simulator_mintTokens', { ...input, owner: 'x' }],
            ['simulator_setAccount', TO, { data: '*', lamports: 5, owner: TO }],
            ['simulator_setAccount', TO, { lamports: 5 }],
            ['simulator_setLamports', TO, -1],
        ] as const) {
            await expect(ask(method, ...params)).rejects.toMatchObject({ code: -32_602 });
        }
    });
});

/** Reads a frame of Zstandard that holds its content as it is, by RFC 8878. */
function readRawFrame(frame: Buffer): Buffer {
    expect([frame.readUInt32LE(0), frame[4]]).toEqual([0xfd2fb528, 0xa0]);
    const content: Buffer[] = [];
    let at = 9;
    for (let isLast = false; !isLast;) {
        const header = frame.readUIntLE(at, 3);
        isLast = (header & 1) === 1;
        expect((header >> 1) & 3).toBe(0);
        content.push(frame.subarray(at + 3, at + 3 + (header >> 3)));
        at += 3 + (header >> 3);
    }
    const all = Buffer.concat(content);
    expect([at, frame.readUInt32LE(5)]).toEqual([frame.length, all.length]);
    return all;
}
