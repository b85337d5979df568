import { getBase58Decoder, getU32Decoder, getU64Decoder, type Address, type ReadonlyUint8Array } from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS, SystemInstruction } from '@solana-program/system';
import { ASSOCIATED_TOKEN_PROGRAM_ADDRESS, TOKEN_PROGRAM_ADDRESS, TokenInstruction } from '@solana-program/token';

import { toUiTokenAmount } from './ui-amount';
import { decodeAddress } from '../../core/address-bytes';
import { TOKEN_2022_PROGRAM_ADDRESS } from '../../core/input';
import { MEMO_PROGRAM_ADDRESS } from '../../transactions/memo';

// What nodes make of instructions with the encoding jsonParsed: of the programs through which tokens and lamports move.

/** An instruction with the addresses of its accounts. */
type PlainInstruction = Readonly<{ accounts: readonly Address[]; data: ReadonlyUint8Array; programAddress: Address }>;
type Parsed = Readonly<{ info: object; type: string }>;
type Reader = (accounts: readonly Address[], data: ReadonlyUint8Array) => Parsed;

/** An instruction as a node writes it: read where its program and its kind are known, otherwise with its data in base58. */
export function toParsedInstruction(instruction: PlainInstruction, stackHeight: number | null): object {
    const { accounts, data, programAddress: programId } = instruction;
    try {
        const read = READERS.get(programId)?.(accounts, data);
        if (read) return { ...read, programId, stackHeight };
    } catch {
        // Its data or its accounts are not those of its kind: nodes don't read it either.
    }
    return { accounts, data: getBase58Decoder().decode(data), programId, stackHeight };
}

/** The names of accounts, each with the one at its place. */
function nameAccounts(names: readonly string[], accounts: readonly Address[]): Record<string, Address> {
    if (accounts.length < names.length) throw new Error('accounts are missing');
    return Object.fromEntries(names.map((name, index) => [name, accounts[index]!]));
}

const toU64Number = (data: ReadonlyUint8Array, offset: number) => getU64Decoder().decode(data, offset);
const toAddressAt = (data: ReadonlyUint8Array, offset: number) => decodeAddress(data.subarray(offset, offset + 32));

const SYSTEM: Readonly<Partial<Record<SystemInstruction, Reader>>> = {
    [SystemInstruction.Allocate]: (accounts, data) => ({
        info: { ...nameAccounts(['account'], accounts), space: toU64Number(data, 4) },
        type: 'allocate',
    }),
    [SystemInstruction.Assign]: (accounts, data) => ({
        info: { ...nameAccounts(['account'], accounts), owner: toAddressAt(data, 4) },
        type: 'assign',
    }),
    [SystemInstruction.CreateAccount]: (accounts, data) => ({
        info: {
            ...nameAccounts(['source', 'newAccount'], accounts),
            lamports: toU64Number(data, 4),
            owner: toAddressAt(data, 20),
            space: toU64Number(data, 12),
        },
        type: 'createAccount',
    }),
    [SystemInstruction.TransferSol]: (accounts, data) => ({
        info: { ...nameAccounts(['source', 'destination'], accounts), lamports: toU64Number(data, 4) },
        type: 'transfer',
    }),
};

/** The authority of a token instruction, with those who sign for it where it is a multisig. */
function nameAuthority(name: string, accounts: readonly Address[], index: number): object {
    const [authority, ...signers] = accounts.slice(index);
    if (authority === undefined) throw new Error('the authority is missing');
    const multisig = `multisig${name[0]!.toUpperCase()}${name.slice(1)}`;
    return signers.length === 0 ? { [name]: authority } : { [multisig]: authority, signers };
}

/** An instruction whose data is an amount, and which an authority behind its accounts signs. */
const withAmount = (type: string, names: readonly string[], authority: string): Reader => {
    return (accounts, data) => ({
        info: {
            ...nameAccounts(names, accounts),
            amount: toU64Number(data, 1).toString(),
            ...nameAuthority(authority, accounts, names.length),
        },
        type,
    });
};
const withCheckedAmount = (type: string, names: readonly string[], authority: string): Reader => {
    return (accounts, data) => ({
        info: {
            ...nameAccounts(names, accounts),
            tokenAmount: toUiTokenAmount(toU64Number(data, 1), data[9]!),
            ...nameAuthority(authority, accounts, names.length),
        },
        type,
    });
};
const withoutAmount = (type: string, names: readonly string[], authority?: string): Reader => {
    return accounts => ({
        info: {
            ...nameAccounts(names, accounts),
            ...(authority === undefined ? {} : nameAuthority(authority, accounts, names.length)),
        },
        type,
    });
};
const withOwner = (type: string, names: readonly string[]): Reader => {
    return (accounts, data) => ({ info: { ...nameAccounts(names, accounts), owner: toAddressAt(data, 1) }, type });
};

const TOKEN: Readonly<Partial<Record<TokenInstruction, Reader>>> = /* @__PURE__ */ (() => ({
    [TokenInstruction.Approve]: withAmount('approve', ['source', 'delegate'], 'owner'),
    [TokenInstruction.ApproveChecked]: withCheckedAmount('approveChecked', ['source', 'mint', 'delegate'], 'owner'),
    [TokenInstruction.Burn]: withAmount('burn', ['account', 'mint'], 'authority'),
    [TokenInstruction.BurnChecked]: withCheckedAmount('burnChecked', ['account', 'mint'], 'authority'),
    [TokenInstruction.CloseAccount]: withoutAmount('closeAccount', ['account', 'destination'], 'owner'),
    [TokenInstruction.FreezeAccount]: withoutAmount('freezeAccount', ['account', 'mint'], 'freezeAuthority'),
    [TokenInstruction.InitializeAccount]: withoutAmount('initializeAccount', [
        'account',
        'mint',
        'owner',
        'rentSysvar',
    ]),
    [TokenInstruction.InitializeAccount2]: withOwner('initializeAccount2', ['account', 'mint', 'rentSysvar']),
    [TokenInstruction.InitializeAccount3]: withOwner('initializeAccount3', ['account', 'mint']),
    [TokenInstruction.InitializeImmutableOwner]: withoutAmount('initializeImmutableOwner', ['account']),
    [TokenInstruction.MintTo]: withAmount('mintTo', ['mint', 'account'], 'mintAuthority'),
    [TokenInstruction.MintToChecked]: withCheckedAmount('mintToChecked', ['mint', 'account'], 'mintAuthority'),
    [TokenInstruction.Revoke]: withoutAmount('revoke', ['source'], 'owner'),
    [TokenInstruction.SyncNative]: withoutAmount('syncNative', ['account']),
    [TokenInstruction.ThawAccount]: withoutAmount('thawAccount', ['account', 'mint'], 'freezeAuthority'),
    [TokenInstruction.Transfer]: withAmount('transfer', ['source', 'destination'], 'authority'),
    [TokenInstruction.TransferChecked]: withCheckedAmount(
        'transferChecked',
        ['source', 'mint', 'destination'],
        'authority',
    ),
}))();

const ASSOCIATED = ['source', 'account', 'wallet', 'mint', 'systemProgram', 'tokenProgram'];
/** By the first byte, which was left out in the beginning. */
const ASSOCIATED_TYPES = ['create', 'createIdempotent'];

const readToken: Reader = (accounts, data) => TOKEN[data[0] as TokenInstruction]!(accounts, data);

/** How the instructions of a program are read, by its address; what is read there has the name of the program. */
const READERS: ReadonlyMap<Address, (...of: Parameters<Reader>) => object> = /* @__PURE__ */ new Map<
    Address,
    (...of: Parameters<Reader>) => object
>([
    [
        ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
        (accounts, data) => {
            const type = ASSOCIATED_TYPES[data[0] ?? 0];
            if (type === undefined) throw new Error('unknown');
            return {
                parsed: { info: nameAccounts(ASSOCIATED, accounts), type },
                program: 'spl-associated-token-account',
            };
        },
    ],
    [
        MEMO_PROGRAM_ADDRESS,
        (_, data) => ({
            parsed: new TextDecoder('utf-8', { fatal: true }).decode(data as Uint8Array),
            program: 'spl-memo',
        }),
    ],
    [
        SYSTEM_PROGRAM_ADDRESS,
        (accounts, data) => ({
            parsed: SYSTEM[getU32Decoder().decode(data) as SystemInstruction]!(accounts, data),
            program: 'system',
        }),
    ],
    [TOKEN_2022_PROGRAM_ADDRESS, (accounts, data) => ({ parsed: readToken(accounts, data), program: 'spl-token' })],
    [TOKEN_PROGRAM_ADDRESS, (accounts, data) => ({ parsed: readToken(accounts, data), program: 'spl-token' })],
]);
