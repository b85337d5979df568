import { lamports, type Address } from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { encodeAddress } from '../../core/address-bytes';
import { toOneOf, TOKEN_2022_PROGRAM_ADDRESS } from '../../core/input';
import { toResult } from '../../core/json-form';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';
import { createMint, type MintExtensions } from './mint';

/** A stablecoin on mainnet. */
type Known = Readonly<{
    mint: Address;
    name: string;
    /** Of those of a Token-2022 mint; `undefined` for one of SPL Token. */
    extensions?: MintExtensions;
}>;

// Those of Paxos: what they can do with everybody's tokens is public, and stands in the mints.
const OF_PAXOS = { closeAuthority: true, transferHook: null } as const satisfies MintExtensions;

/** Stablecoins at their mainnet addresses. All have 6 decimals, and an authority that freezes accounts. */
const STABLECOINS = {
    // Its extensions other than the metadata are not known here.
    CASH: { extensions: {}, mint: 'CASHx9KJUStyftLFWGvEVf59SGeG9sh5FfcnZMVPCASH' as Address, name: 'CASH' },
    EURC: { mint: 'HzwqbKZw8HxMN6bF2yFZNrht3c2iXXzpKcFu7uBEDKtr' as Address, name: 'EURC' },
    PYUSD: {
        extensions: { ...OF_PAXOS, confidentialTransfer: true, transferFee: { basisPoints: 0, maximumFee: 0 } },
        mint: '2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo' as Address,
        name: 'PayPal USD',
    },
    USDC: { mint: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v' as Address, name: 'USD Coin' },
    USDG: {
        extensions: OF_PAXOS,
        mint: '2u1tszSeqZ3qBWF3uNGPFc8TzMk2tdiwknnRMWGWjGWH' as Address,
        name: 'Global Dollar',
    },
    USDT: { mint: 'Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB' as Address, name: 'USDT' },
} as const satisfies Readonly<Record<string, Known>>;

/** A stablecoin that a simulator can make a look-alike of. */
export type StablecoinSymbol = keyof typeof STABLECOINS;

/** A look-alike: what takes a mint and its token program takes it as it is. */
export type Stablecoin = Readonly<{ decimals: number; mint: Address; symbol: StablecoinSymbol; tokenProgram: Address }>;

const DECIMALS = 6;

/** Creates the look-alike, unless it is there. */
export async function createStablecoin(
    simulator: Simulator<RevisionName>,
    symbol: StablecoinSymbol,
): Promise<Stablecoin> {
    toOneOf('symbol', symbol, Object.keys(STABLECOINS));
    const { extensions, mint, name }: Known = STABLECOINS[symbol];
    const tokenProgram = extensions === undefined ? TOKEN_PROGRAM_ADDRESS : TOKEN_2022_PROGRAM_ADDRESS;
    const coin = toResult({ decimals: DECIMALS, mint, symbol, tokenProgram });
    if (simulator.svm.getAccount(mint).exists) return coin;
    // Nobody has the key of the real one: it is made at an address of the simulator's own, and moves.
    const made = await createMint(simulator, {
        decimals: DECIMALS,
        isFreezable: true,
        label: `stablecoin ${symbol}`,
        ...(extensions === undefined ? {} : { extensions: withFaucet(simulator, symbol, name, extensions) }),
    });
    const account = simulator.svm.getAccount(made);
    if (!account.exists) throw new Error(`${made} was created`);
    const { accounts, changes } = simulator.cluster;
    accounts.set({ ...account, address: mint, data: replaceAddress(account.data, made, mint) });
    accounts.set({ ...account, address: made, data: new Uint8Array(), lamports: lamports(0n) });
    changes.notify();
    return coin;
}

function withFaucet(
    { faucet }: Simulator<RevisionName>,
    symbol: StablecoinSymbol,
    name: string,
    extensions: MintExtensions,
): MintExtensions {
    const isSeizable = extensions.closeAuthority === true;
    return {
        ...extensions,
        ...(isSeizable ? { permanentDelegate: faucet.address } : {}),
        metadata: { name, symbol, uri: '' },
    };
}

function replaceAddress(data: Readonly<ArrayLike<number>>, from: Address, to: Address): Uint8Array {
    const bytes = Buffer.from(Uint8Array.from(data));
    const [old, replacement] = [encodeAddress(from)!, encodeAddress(to)!];
    for (let at = bytes.indexOf(old); at >= 0; at = bytes.indexOf(old, at + 1)) bytes.set(replacement, at);
    return new Uint8Array(bytes);
}
