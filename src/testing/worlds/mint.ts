import { lamports, type Address, type Instruction, type KeyPairSigner } from '@solana/kit';
import { getCreateAccountInstruction } from '@solana-program/system';
import { getInitializeMint2Instruction, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import {
    AccountState,
    extension,
    getMintSize,
    getPostInitializeInstructionsForMintExtensions,
    getPreInitializeInstructionsForMintExtensions,
    type ExtensionArgs,
} from '@solana-program/token-2022';

import {
    readOnlyMembers,
    refuseInput,
    toAddress,
    toInteger,
    toOneOf,
    toTokenProgram,
    toU64,
    type OnlyMembers,
} from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import { assertSucceeded } from '../result';
import { toText } from '../seeded-signer';
import type { Simulator } from '../simulator';

// An interface keeps its name wherever a type that mentions it is shown.
/**
 * Extensions of a Token-2022 mint. Whatever somebody has to be the authority of, the simulator's faucet is. The
 * payment-channels program refuses every one but the metadata (docs/program.md, section 6.3).
 */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export interface MintExtensions {
    /** Whether the mint can be closed by its authority. */
    readonly closeAuthority?: boolean | undefined;
    /** Whether balances and amounts can be confidential; with a transfer fee, that is confidential as well. */
    readonly confidentialTransfer?: boolean | undefined;
    /** The state in which token accounts begin. */
    readonly defaultAccountState?: 'frozen' | 'initialized' | undefined;
    /** Interest in basis points a year, which only changes how amounts are shown (i16). */
    readonly interestRate?: bigint | number | undefined;
    /** Name, symbol and address of more, kept in the mint itself. */
    readonly metadata?: Readonly<{ name: string; symbol: string; uri: string }> | undefined;
    /** Whether tokens can't leave the account that they were minted to. */
    readonly nonTransferable?: boolean | undefined;
    /** Whether the authority can stop all transfers. */
    readonly pausable?: boolean | undefined;
    /** Who may transfer and burn the tokens of everybody. */
    readonly permanentDelegate?: Address | undefined;
    /** Number by which amounts are multiplied where they are shown. */
    readonly scaledUiAmount?: number | undefined;
    /** Fee of each transfer, in basis points (at most 10,000), and at most so many base units. */
    readonly transferFee?: Readonly<{ basisPoints: bigint | number; maximumFee: bigint | number }> | undefined;
    /** Program that each transfer calls; `null` for an extension that names none yet. */
    readonly transferHook?: Address | null | undefined;
}

const EXTENSIONS: OnlyMembers<MintExtensions> = {
    closeAuthority: true,
    confidentialTransfer: true,
    defaultAccountState: true,
    interestRate: true,
    metadata: true,
    nonTransferable: true,
    pausable: true,
    permanentDelegate: true,
    scaledUiAmount: true,
    transferFee: true,
    transferHook: true,
};

/** Options of `simulator.createMint`. */
export type MintOptions = Readonly<{
    /** 6 by default. */
    decimals?: bigint | number | undefined;
    /** Extensions of a Token-2022 mint. */
    extensions?: MintExtensions | undefined;
    /** Whether the faucet may freeze token accounts, which it has to where they begin frozen; `false` by default. */
    isFreezable?: boolean | undefined;
    /** As for `simulator.createSigner`: the same label gives the same address. */
    label?: string | undefined;
    /** SPL Token by default, and Token-2022 for a mint with extensions. */
    tokenProgram?: Address | undefined;
}>;

const MINT_OPTIONS: OnlyMembers<MintOptions> = {
    decimals: true,
    extensions: true,
    isFreezable: true,
    label: true,
    tokenProgram: true,
};
const MAX_BASIS_POINTS = 10_000n;
const I16_MAX = 0x7fffn;
const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' as Address;
/** What stands for no address in an extension. */
const NO_ADDRESS = '11111111111111111111111111111111' as Address;

/** Creates a mint by the instructions that anybody would create it with. */
export async function createMint(simulator: Simulator<RevisionName>, options: MintOptions): Promise<Address> {
    const given = readOnlyMembers('options', options, MINT_OPTIONS);
    const label = toText('label', given.label);
    const isFreezable = toFlag('isFreezable', given.isFreezable);
    const decimals = Number(toInteger('decimals', given.decimals ?? 6, 0n, 255n));
    const build = toExtensions(given.extensions, simulator.faucet.address);
    const hasExtensions = given.extensions !== undefined;
    const programAddress = toTokenProgram(
        'tokenProgram',
        given.tokenProgram ?? (hasExtensions ? TOKEN_2022_PROGRAM : undefined),
    );
    if (hasExtensions && programAddress === TOKEN_PROGRAM_ADDRESS) {
        refuseInput('tokenProgram', `${TOKEN_2022_PROGRAM}, whose mints have extensions`, programAddress);
    }
    const mint = await simulator.createSigner(label);
    const isFrozen = given.extensions?.defaultAccountState !== undefined;
    const instructions = getInstructions(simulator, mint, build(mint.address), {
        decimals,
        isFreezable: isFreezable || isFrozen,
        programAddress,
    });
    assertSucceeded(await simulator.send(instructions));
    return mint.address;
}

function getInstructions(
    simulator: Simulator<RevisionName>,
    mint: KeyPairSigner,
    extensions: readonly ExtensionArgs[],
    how: Readonly<{ decimals: number; isFreezable: boolean; programAddress: Address }>,
): Instruction[] {
    const { faucet, svm } = simulator;
    const list = [...extensions];
    // What is kept behind the extensions of a fixed size makes room for itself, with rent that is there already.
    const fixed = list.filter(({ __kind }) => __kind !== 'TokenMetadata');
    const { decimals, isFreezable, programAddress } = how;
    return [
        getCreateAccountInstruction({
            lamports: lamports(svm.minimumBalanceForRentExemption(BigInt(getSize(list)))),
            newAccount: mint,
            payer: faucet,
            programAddress,
            space: getSize(fixed),
        }),
        ...getPreInitializeInstructionsForMintExtensions(mint.address, list),
        getInitializeMint2Instruction(
            {
                decimals,
                freezeAuthority: isFreezable ? faucet.address : null,
                mint: mint.address,
                mintAuthority: faucet.address,
            },
            { programAddress },
        ),
        ...getPostInitializeInstructionsForMintExtensions(mint.address, faucet, list),
    ];
}

const getSize = (extensions: ExtensionArgs[]) => getMintSize(extensions.length === 0 ? undefined : extensions);

/** Checks extensions, and returns what makes them for a mint. */
function toExtensions(
    extensions: MintExtensions | undefined,
    authority: Address,
): (mint: Address) => readonly ExtensionArgs[] {
    if (extensions === undefined) return () => [];
    const given = readOnlyMembers('extensions', extensions, EXTENSIONS);
    const list: ExtensionArgs[] = [];
    const fee = toTransferFee(given.transferFee);
    if (toFlag('extensions.closeAuthority', given.closeAuthority)) {
        list.push(extension('MintCloseAuthority', { closeAuthority: authority }));
    }
    if (toFlag('extensions.confidentialTransfer', given.confidentialTransfer)) {
        list.push(
            extension('ConfidentialTransferMint', {
                auditorElgamalPubkey: null,
                authority,
                autoApproveNewAccounts: true,
            }),
        );
        if (fee) {
            list.push(
                extension('ConfidentialTransferFee', {
                    authority,
                    elgamalPubkey: authority,
                    harvestToMintEnabled: true,
                    withheldAmount: new Uint8Array(64),
                }),
            );
        }
    }
    if (given.defaultAccountState !== undefined) {
        const state = toOneOf('extensions.defaultAccountState', given.defaultAccountState, ['frozen', 'initialized']);
        const { Frozen, Initialized } = AccountState;
        list.push(extension('DefaultAccountState', { state: state === 'frozen' ? Frozen : Initialized }));
    }
    if (given.interestRate !== undefined) {
        const currentRate = Number(toInteger('extensions.interestRate', given.interestRate, -I16_MAX - 1n, I16_MAX));
        const times = { initializationTimestamp: 0n, lastUpdateTimestamp: 0n, preUpdateAverageRate: 0 };
        list.push(extension('InterestBearingConfig', { ...times, currentRate, rateAuthority: authority }));
    }
    if (toFlag('extensions.nonTransferable', given.nonTransferable)) list.push(extension('NonTransferable', {}));
    if (toFlag('extensions.pausable', given.pausable)) {
        list.push(extension('PausableConfig', { authority, paused: false }));
    }
    if (given.permanentDelegate !== undefined) {
        const delegate = toAddress('extensions.permanentDelegate', given.permanentDelegate);
        list.push(extension('PermanentDelegate', { delegate }));
    }
    if (given.scaledUiAmount !== undefined) {
        const multiplier = toMultiplier(given.scaledUiAmount);
        const later = { newMultiplier: multiplier, newMultiplierEffectiveTimestamp: 0n };
        list.push(extension('ScaledUiAmountConfig', { ...later, authority, multiplier }));
    }
    if (fee) {
        const authorities = { transferFeeConfigAuthority: authority, withdrawWithheldAuthority: authority };
        const fees = { newerTransferFee: fee, olderTransferFee: fee };
        list.push(extension('TransferFeeConfig', { ...authorities, ...fees, withheldAmount: 0n }));
    }
    if (given.transferHook !== undefined) {
        const programId =
            given.transferHook === null ? NO_ADDRESS : toAddress('extensions.transferHook', given.transferHook);
        list.push(extension('TransferHook', { authority, programId }));
    }
    if (given.metadata === undefined) return () => list;
    const texts = toMetadata(given.metadata);
    return mint => [
        ...list,
        extension('MetadataPointer', { authority, metadataAddress: mint }),
        extension('TokenMetadata', { ...texts, additionalMetadata: new Map(), mint, updateAuthority: authority }),
    ];
}

function toFlag(field: string, value: unknown): boolean {
    return value === undefined || typeof value === 'boolean'
        ? value === true
        : refuseInput(field, 'true or false', value);
}

function toMultiplier(value: unknown): number {
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    return refuseInput('extensions.scaledUiAmount', 'a finite number above 0', value);
}

function toTransferFee(value: MintExtensions['transferFee']) {
    if (value === undefined) return undefined;
    const field = 'extensions.transferFee';
    const { basisPoints, maximumFee } = readOnlyMembers(field, value, { basisPoints: 'given', maximumFee: 'given' });
    return {
        epoch: 0n,
        maximumFee: toU64(`${field}.maximumFee`, maximumFee),
        transferFeeBasisPoints: Number(toInteger(`${field}.basisPoints`, basisPoints, 0n, MAX_BASIS_POINTS)),
    };
}

function toMetadata(value: NonNullable<MintExtensions['metadata']>) {
    const field = 'extensions.metadata';
    const { name, symbol, uri } = readOnlyMembers(field, value, { name: 'given', symbol: 'given', uri: 'given' });
    const toMember = (member: string, text: unknown) =>
        typeof text === 'string' && text.length <= MAX_TEXT_LENGTH
            ? text
            : refuseInput(`${field}.${member}`, `a text of at most ${MAX_TEXT_LENGTH} characters`, text);
    return { name: toMember('name', name), symbol: toMember('symbol', symbol), uri: toMember('uri', uri) };
}

/** What the instruction has room for. */
const MAX_TEXT_LENGTH = 200;
