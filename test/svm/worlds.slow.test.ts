import { getBase64Decoder, type Address } from '@solana/kit';
import { fetchMint as fetchMint2022 } from '@solana-program/token-2022';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { getFinalizeInstruction, readMint, readTokenAccount } from '../../src';
import {
    createSimulatorRpc,
    type ChannelOptions,
    type MadeChannel,
    type MadeChannelState,
    type MintExtensions,
    type Simulator,
} from '../../src/testing';
import { DEPLOYMENT } from '../fixtures/deployment';
import { addressOf, SPL_TOKEN, TOKEN_2022 } from '../fixtures/parties';
import { errorOf } from '../fixtures/refusals';
import { byRevision, HAS_TOMBSTONES, REMAINS } from '../fixtures/revision';
import { createTestSimulator } from '../fixtures/simulator';

let simulator: Simulator;
beforeAll(async () => {
    simulator = await createTestSimulator();
});

describe('createMint', () => {
    const EXTENSIONS: readonly (readonly [kinds: readonly string[], extensions: MintExtensions])[] = [
        [['MintCloseAuthority'], { closeAuthority: true }],
        [['ConfidentialTransferMint'], { confidentialTransfer: true }],
        [['DefaultAccountState'], { defaultAccountState: 'frozen' }],
        [['DefaultAccountState'], { defaultAccountState: 'initialized' }],
        [['InterestBearingConfig'], { interestRate: -25 }],
        [['MetadataPointer', 'TokenMetadata'], { metadata: { name: 'Name', symbol: 'SYM', uri: 'https://a.example' } }],
        [['NonTransferable'], { nonTransferable: true }],
        [['PausableConfig'], { pausable: true }],
        [['PermanentDelegate'], { permanentDelegate: addressOf(9) }],
        [['ScaledUiAmountConfig'], { scaledUiAmount: 1.5 }],
        [['TransferFeeConfig'], { transferFee: { basisPoints: 50, maximumFee: 5_000 } }],
        [['TransferHook'], { transferHook: addressOf(8) }],
        [['TransferHook'], { transferHook: null }],
        [
            [
                'MintCloseAuthority',
                'ConfidentialTransferMint',
                'ConfidentialTransferFee',
                'PausableConfig',
                'PermanentDelegate',
                'TransferFeeConfig',
                'TransferHook',
                'MetadataPointer',
                'TokenMetadata',
            ],
            {
                closeAuthority: true,
                confidentialTransfer: true,
                metadata: { name: 'All', symbol: 'ALL', uri: '' },
                pausable: true,
                permanentDelegate: addressOf(9),
                transferFee: { basisPoints: 0, maximumFee: 0 },
                transferHook: null,
            },
        ],
    ];

    it.each(EXTENSIONS)('has Token-2022 make %j', async (kinds, extensions) => {
        const mint = await simulator.createMint({ decimals: 4, extensions });
        const { data } = await fetchMint2022(createSimulatorRpc(simulator), mint);
        const made = data.extensions.__option === 'Some' ? data.extensions.value.map(({ __kind }) => __kind) : [];
        expect(made.sort()).toEqual([...kinds].sort());
        expect(data).toMatchObject({ decimals: 4, isInitialized: true, supply: 0n });
        expect(data.mintAuthority).toMatchObject({ value: simulator.faucet.address });
        const isOfMetadata = kinds.every(kind => /Metadata/.test(kind));
        expect(readMint(simulator.svm.getAccount(mint), TOKEN_2022)).toBe(
            isOfMetadata ? 'usable' : 'unsupportedExtension',
        );
    });

    it('makes no more than a mint where there are no extensions', async () => {
        const mint = await simulator.createMint({ extensions: {} });
        const account = simulator.svm.getAccount(mint);
        expect(account.exists && [account.programAddress, account.data.length]).toEqual([TOKEN_2022, 82]);
    });

    it('lets the faucet freeze where that is asked for, or needed', async () => {
        const read = async (options: Parameters<Simulator['createMint']>[0]) =>
            (await fetchMint2022(createSimulatorRpc(simulator), await simulator.createMint(options))).data
                .freezeAuthority.__option;
        expect(await read({})).toBe('None');
        expect(await read({ isFreezable: true })).toBe('Some');
        expect(await read({ extensions: { defaultAccountState: 'frozen' } })).toBe('Some');
    });

    it.each<[string, object, string]>([
        ['SPL Token', { extensions: {}, tokenProgram: SPL_TOKEN }, 'tokenProgram'],
        ['a rate that is too high', { extensions: { interestRate: 40_000 } }, 'extensions.interestRate'],
        [
            'a fee above everything',
            { extensions: { transferFee: { basisPoints: 10_001, maximumFee: 0 } } },
            'extensions.transferFee.basisPoints',
        ],
        ['a multiplier of nothing', { extensions: { scaledUiAmount: 0 } }, 'extensions.scaledUiAmount'],
        ['a flag that is none', { extensions: { pausable: 1 } }, 'extensions.pausable'],
        ['a misspelt extension', { extensions: { transferFees: {} } }, 'extensions.transferFees'],
        [
            'a text that is too long',
            { extensions: { metadata: { name: 'x'.repeat(201), symbol: '', uri: '' } } },
            'extensions.metadata.name',
        ],
    ])('refuses %s', async (_, options, field) => {
        expect(await errorOf(() => simulator.createMint(options))).toMatchObject({ context: { field } });
    });
});

describe('createStablecoin', () => {
    it.each([
        ['USDC', 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v', SPL_TOKEN, 'usable'],
        ['USDT', 'Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB', SPL_TOKEN, 'usable'],
        ['EURC', 'HzwqbKZw8HxMN6bF2yFZNrht3c2iXXzpKcFu7uBEDKtr', SPL_TOKEN, 'usable'],
        ['PYUSD', '2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo', TOKEN_2022, 'unsupportedExtension'],
        ['USDG', '2u1tszSeqZ3qBWF3uNGPFc8TzMk2tdiwknnRMWGWjGWH', TOKEN_2022, 'unsupportedExtension'],
        ['CASH', 'CASHx9KJUStyftLFWGvEVf59SGeG9sh5FfcnZMVPCASH', TOKEN_2022, 'usable'],
    ] as const)('%s stands at its mainnet address and can be minted', async (symbol, mint, tokenProgram, condition) => {
        const coin = await simulator.createStablecoin(symbol);
        expect(coin).toEqual({ decimals: 6, mint, symbol, tokenProgram });
        expect(readMint(simulator.svm.getAccount(mint as Address), tokenProgram)).toBe(condition);
        const owner = (await simulator.createSigner()).address;
        const account = await simulator.mintTokens({ ...coin, amount: 5n, owner });
        expect(simulator.getTokenAmount(account)).toBe(5n);
        // Once only.
        expect(await simulator.createStablecoin(symbol)).toEqual(coin);
        const { data } = await fetchMint2022(createSimulatorRpc(simulator), mint as Address);
        expect(data.supply).toBe(5n);
        const metadata = data.extensions.__option === 'Some' ? data.extensions.value : [];
        for (const extension of metadata) {
            if (extension.__kind === 'TokenMetadata') expect(extension).toMatchObject({ mint, symbol });
            if (extension.__kind === 'MetadataPointer')
                expect(extension.metadataAddress).toMatchObject({ value: mint });
        }
    });
});

describe('createChannel', () => {
    const STATES: readonly (readonly [MadeChannelState, string])[] = [
        ['open', 'open'],
        ['closing', 'closing'],
        ['graceOver', 'closing'],
        ['finalized', 'finalized'],
        ['distributed', byRevision({ epoch: 'distributed', tombstone: 'closed' })],
        ['gone', REMAINS.kind],
    ];
    describe.each([SPL_TOKEN, TOKEN_2022])('of %s', tokenProgram => {
        it.each(STATES)('makes one that is %s', async (state, kind) => {
            const recipient = (await simulator.createSigner()).address;
            const made = await simulator.createChannel({
                deposit: 1_000n,
                settled: 1_100n,
                splits: [{ bps: 1_000, recipient }],
                state,
                tokenProgram,
                topUp: 500,
            });
            expect(made).toMatchObject({ deposit: 1_500n, settled: 1_100n, tokenProgram });
            const left = simulator.getChannel(made.address);
            expect(left.kind).toBe(kind);
            if ('channel' in left && kind !== 'distributed') {
                expect(left.channel).toMatchObject({ deposit: 1_500n, settlement: { settled: 1_100n } });
            }
            const isPaid = state === 'distributed' || state === 'gone';
            expect(simulator.getTokenAmount(made.escrow)).toBe(isPaid ? 0n : 1_500n);
            const token = { mint: made.mint, tokenProgram };
            const get = async (owner: Address) =>
                simulator.getTokenAmount(await simulator.createTokenAccount({ ...token, owner }));
            expect(await get(recipient)).toBe(isPaid ? 110n : 0n);
            expect(await get(made.payee.address)).toBe(isPaid ? 990n : 0n);
            expect(await get(made.payer.address)).toBe(isPaid ? 400n : 0n);
            if (state === 'closing' || state === 'graceOver') {
                const finalize = getFinalizeInstruction({ channel: made.address }, DEPLOYMENT);
                expect((await simulator.send([finalize])).ok).toBe(state === 'graceOver');
            }
        });
    });

    it('takes whoever is given, and salts that repeat nothing', async () => {
        const [payer, payee, authorizedSigner] = [
            await simulator.createFundedSigner(),
            await simulator.createFundedSigner(),
            await simulator.createSigner(),
        ];
        const { mint } = await simulator.createStablecoin('USDC');
        const given: ChannelOptions = { authorizedSigner, gracePeriodSeconds: 60, mint, payee, payer };
        const [first, second] = [await simulator.createChannel(given), await simulator.createChannel(given)];
        expect(first.address).not.toBe(second.address);
        expect(first).toMatchObject({ authorizedSigner, gracePeriodSeconds: 60, mint, payee, payer, rentPayer: payer });
        const { channel } = simulator.getChannel(first.address) as { channel: object };
        expect(channel).toMatchObject({ authorizedSigner: authorizedSigner.address, payee: payee.address });
        const voucher = await first.sign(7n, 9n);
        expect(voucher.voucher).toEqual({ channelId: first.address, cumulativeAmount: 7n, expiresAt: 9n });
    });

    it('lets another wallet pay the rent, where the revision knows one', async () => {
        const rentPayer = await simulator.createFundedSigner();
        const before = simulator.getLamports(rentPayer.address);
        const made = await simulator.createChannel({ rentPayer });
        expect(made.rentPayer).toBe(HAS_TOMBSTONES ? made.payer : rentPayer);
        expect(simulator.getLamports(rentPayer.address) < before).toBe(!HAS_TOMBSTONES);
    });

    it('refuses more settled than there is, and states that there are not', async () => {
        expect(await errorOf(() => simulator.createChannel({ deposit: 5n, settled: 6n }))).toMatchObject({
            context: { field: 'settled' },
        });
        expect(await errorOf(() => simulator.createChannel({ state: 'sealed' as never }))).toMatchObject({
            context: { field: 'state' },
        });
    });
});

describe('createChannels', () => {
    /** What stands at the address of a channel and of its escrow, as bytes. */
    const look = ({ address, escrow }: MadeChannel) =>
        [address, escrow].map(at => {
            const account = simulator.svm.getAccount(at);
            if (!account.exists) return account;
            return { ...account, data: getBase64Decoder().decode(account.data) };
        });

    describe.each([SPL_TOKEN, TOKEN_2022])('of %s', tokenProgram => {
        it.each(['open', 'closing', 'finalized'] as const)('writes %s ones as transactions do', async state => {
            const splits = [{ bps: 250, recipient: (await simulator.createSigner()).address }];
            const options = { deposit: 9_000n, gracePeriodSeconds: 77, settled: 4_000n, splits, topUp: 1n };
            const beginning = simulator.takeSnapshot();
            const channels = await simulator.createChannels({ ...options, count: 5, state, tokenProgram });
            expect(new Set(channels.map(({ address }) => address)).size).toBe(5);
            const written = channels.map(look);
            const [{ authorizedSigner, mint, payee, payer }] = channels as [MadeChannel];
            const { data } = await fetchMint2022(createSimulatorRpc(simulator), mint);
            expect(data.supply).toBe(5n * 9_001n);

            simulator.restoreSnapshot(beginning);
            const first = await simulator.createChannel({ ...options, state, tokenProgram });
            expect([first.mint, first.payer.address]).toEqual([mint, payer.address]);
            for (const [index, { address, salt }] of channels.entries()) {
                const parties = { authorizedSigner, mint, payee, payer, tokenProgram };
                const real =
                    index === 0 ? first : await simulator.createChannel({ ...options, ...parties, salt, state });
                expect(real.address).toBe(address);
                expect(look(real)).toEqual(written[index]);
            }
            const all = await fetchMint2022(createSimulatorRpc(simulator), mint);
            expect(all.data.supply).toBe(5n * 9_001n);
        });
    });

    it('makes channels that live on like any other', async () => {
        const channels = await simulator.createChannels({ count: 3, state: 'closing' });
        const last = channels.at(-1)!;
        simulator.passGracePeriod(last.address);
        await simulator.sendOrThrow([getFinalizeInstruction({ channel: last.address }, DEPLOYMENT)]);
        expect(simulator.getChannel(last.address).kind).toBe('finalized');
        expect((await last.sign(5n)).voucher.channelId).toBe(last.address);
    });
});

describe('passGracePeriod', () => {
    it('moves time and slots to the end, and no further', async () => {
        const { address } = await simulator.createChannel({ gracePeriodSeconds: 3_601, state: 'closing' });
        const { slot, unixTimestamp } = simulator.getClock();
        simulator.passGracePeriod(address);
        const ended = { slot: slot + 9_003n, unixTimestamp: unixTimestamp + 3_601n };
        expect(simulator.getClock()).toEqual(ended);
        simulator.passGracePeriod(address);
        expect(simulator.getClock()).toEqual(ended);
    });

    it('refuses a channel that is not closing', async () => {
        const { address } = await simulator.createChannel();
        expect(await errorOf(() => simulator.passGracePeriod(address))).toMatchObject({
            code: 'INPUT_INVALID',
            context: { field: 'channel' },
        });
    });
});

describe('a token account', () => {
    let made: MadeChannel;
    let account: Address;
    const read = () =>
        readTokenAccount(simulator.svm.getAccount(account), {
            mint: made.mint,
            owner: made.payee.address,
            tokenProgram: made.tokenProgram,
        });
    beforeEach(async () => {
        made = await simulator.createChannel({ settled: 600n });
        account = await simulator.mintTokens({ amount: 40n, mint: made.mint, owner: made.payee.address });
    });

    it('is frozen and thawed', () => {
        simulator.setFrozen(account);
        expect(read()).toEqual({ amount: 40n, condition: 'frozen' });
        simulator.setFrozen(account, false);
        expect(read()).toEqual({ amount: 40n, condition: 'usable' });
    });

    it('is closed: its rent goes to its owner, and its tokens nowhere', async () => {
        const [lamports, rent] = [simulator.getLamports(made.payee.address), simulator.getLamports(account)];
        simulator.closeTokenAccount(account);
        expect(read().condition).toBe('missing');
        expect(simulator.getLamports(made.payee.address)).toBe(lamports + rent);
        const { data } = await fetchMint2022(createSimulatorRpc(simulator), made.mint);
        expect(data.supply).toBe(made.deposit);
    });

    it('has to be one', async () => {
        for (const change of [() => simulator.setFrozen(made.mint), () => simulator.closeTokenAccount(addressOf(99))]) {
            expect(await errorOf(change)).toMatchObject({ context: { field: 'tokenAccount' } });
        }
    });
});
