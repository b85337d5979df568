import {
    getU16Decoder,
    getU8Decoder,
    type Address,
    type MaybeEncodedAccount,
    type ReadonlyUint8Array,
} from '@solana/kit';
import { SYSTEM_PROGRAM_ADDRESS } from '@solana-program/system';
import {
    AccountState,
    getMintSize,
    getMultisigSize,
    getTokenEncoder,
    getTokenSize,
    TOKEN_PROGRAM_ADDRESS,
    type Token,
    type TokenArgs,
} from '@solana-program/token';

import { toResult } from '../core/json-form';
import { decodeAddress } from '../core/address-bytes';
import { findFieldRange } from '../core/field-range';
import { readMembers, refuseInput, TOKEN_2022_PROGRAM_ADDRESS, U64_MAX } from '../core/input';
import { assertIsMaybeAccount } from '../runtime/maybe-account';

/**
 * The program's finding for a token account at the derived address (docs/program.md, section 6.4).
 *
 * - `usable`: it can send and receive.
 * - `missing`: there is no token account at the address; one can be created.
 * - `unreadable`: there is something else at the address.
 * - `frozen`, `uninitialized`: by its state.
 * - `reassigned`: it belongs to another owner or mint by now.
 * - `unsupportedExtension`, `malformedExtensions`: a Token-2022 extension other than an immutable owner.
 * - `invalidState`: a state that no token program writes; the payment-channels program aborts on it.
 */
export type TokenAccountCondition =
    | 'frozen'
    | 'invalidState'
    | 'malformedExtensions'
    | 'missing'
    | 'reassigned'
    | 'uninitialized'
    | 'unreadable'
    | 'unsupportedExtension'
    | 'usable';

/**
 * The program's finding for a mint (docs/program.md, section 6.2). `unreadable` also stands for a mint of the other
 * token program or of none.
 */
export type MintCondition = 'malformed' | 'malformedExtensions' | 'unreadable' | 'unsupportedExtension' | 'usable';

/** A token account as the program sees it. */
export type TokenAccountReading = Readonly<{
    condition: TokenAccountCondition;
    /** Balance in base units of the token; 0 when it can't be read. */
    amount: bigint;
}>;

/** The data of an account, and the program that owns it. */
type AccountContent = Readonly<{ data: ReadonlyUint8Array; programAddress: Address }>;

const EXPECTED = ['mint', 'owner', 'tokenProgram'] as const;
const ADDRESS_BYTES = 32;

// Extension types of Token-2022 that the program knows (docs/program.md, section 6.3). It accepts the first one on a
// token account and the others on a mint.
const IMMUTABLE_OWNER = 7;
const METADATA_AND_GROUPS: readonly number[] = [18, 19, 20, 21, 22, 23];
const KNOWN_EXTENSIONS: readonly number[] = /* @__PURE__ */ (() => [IMMUTABLE_OWNER, ...METADATA_AND_GROUPS])();

// What Token-2022 writes behind the base of an account that has extensions, at the same place for mints: its kind.
const ACCOUNT_TYPE_MINT = 1;
const ACCOUNT_TYPE_TOKEN_ACCOUNT = 2;

/**
 * Says whether the token account of a wallet can send and receive, in the order in which the program checks
 * (docs/program.md, section 6.4). Only the address is not checked: pass the account at the derived one.
 *
 * @throws `INPUT_INVALID` for what is no account, or for what is expected.
 *
 * @example
 * ```ts
 * const [address] = findTokenPdaSync({ mint, owner: payee, tokenProgram });
 * const account = await fetchEncodedAccount(rpc, address);
 * const { condition } = readTokenAccount(account, { mint, owner: payee, tokenProgram });
 * ```
 */
export function readTokenAccount(
    account: MaybeEncodedAccount,
    expectation: Readonly<{ mint: Address; owner: Address; tokenProgram: Address }>,
): TokenAccountReading {
    assertIsMaybeAccount('account', account);
    const expected = readMembers('expected', expectation, EXPECTED);
    for (const name of EXPECTED) {
        // Only that it is there: what is no address is that of no account.
        if (typeof expected[name] !== 'string') refuseInput(`expected.${name}`, 'an address', expected[name]);
    }
    const unusable = (condition: TokenAccountCondition, amount = 0n) => toResult({ amount, condition });
    if (!account.exists || isUnassigned(account)) return unusable('missing');
    const { data, programAddress } = account;
    if (programAddress !== expected.tokenProgram || !isTokenAccount(account)) return unusable('unreadable');

    const token = readTokenFields(data);
    if (!token) return unusable('invalidState');
    const { amount } = token;
    if (token.state === AccountState.Frozen) return unusable('frozen', amount);
    if (token.state === AccountState.Uninitialized) return unusable('uninitialized', amount);
    if (token.mint !== expected.mint || token.owner !== expected.owner) return unusable('reassigned', amount);
    if (data.length !== getTokenSize()) {
        const finding = walkExtensions(getExtensions(data), [IMMUTABLE_OWNER]);
        if (finding !== 'usable') return unusable(finding, amount);
    }
    return toResult({ amount, condition: 'usable' });
}

/**
 * Balance of a token account of either token program, whatever its owner and state; `undefined` for everything else,
 * including mints, multisigs and accounts that were never initialized.
 */
export function readTokenHolding(account: AccountContent): TokenHolding | undefined {
    const token = isTokenAccount(account) ? readTokenFields(account.data) : undefined;
    return token === undefined || token.state === AccountState.Uninitialized ? undefined : token;
}

/**
 * Says whether the program accepts a mint of the given token program, in the order in which it checks (docs/program.md,
 * section 6.2).
 *
 * @throws `INPUT_INVALID` for what is no account.
 *
 * @example
 * ```ts
 * const account = await fetchEncodedAccount(rpc, mint);
 * const condition = readMint(account, TOKEN_2022_PROGRAM_ADDRESS);
 * if (condition !== 'usable') console.log(`channels in this token can't be opened: ${condition}`);
 * ```
 */
export function readMint(account: MaybeEncodedAccount, tokenProgram: Address): MintCondition {
    assertIsMaybeAccount('account', account);
    if (!account.exists || account.programAddress !== tokenProgram) return 'unreadable';
    const { data } = account;
    if (data.length === getMintSize()) return 'usable';
    if (!isExtended(data, tokenProgram, ACCOUNT_TYPE_MINT)) return 'unreadable';
    if (data.subarray(getMintSize(), getTokenSize()).some(byte => byte !== 0)) return 'malformed';
    return walkExtensions(getExtensions(data), METADATA_AND_GROUPS);
}

/** Whether an address is as free as one that was never used, but for lamports that somebody sent to it. */
function isUnassigned({ data, programAddress }: AccountContent): boolean {
    return programAddress === SYSTEM_PROGRAM_ADDRESS && data.length === 0;
}

/** Whether an account has the size of a token account, and the kind where its token program writes one. */
function isTokenAccount({ data, programAddress }: AccountContent): boolean {
    const isOfTokenProgram = programAddress === TOKEN_PROGRAM_ADDRESS || programAddress === TOKEN_2022_PROGRAM_ADDRESS;
    if (isOfTokenProgram && data.length === getTokenSize()) return true;
    return isExtended(data, programAddress, ACCOUNT_TYPE_TOKEN_ACCOUNT);
}

/** Whether data is a Token-2022 account of the given kind with extensions behind its base. */
function isExtended(data: ReadonlyUint8Array, tokenProgram: Address, accountType: number): boolean {
    return (
        tokenProgram === TOKEN_2022_PROGRAM_ADDRESS &&
        data.length > getTokenSize() &&
        // A multisig has no kind; Token-2022 tells it by its size alone.
        data.length !== getMultisigSize() &&
        data[getTokenSize()] === accountType
    );
}

function getExtensions(data: ReadonlyUint8Array): ReadonlyUint8Array {
    return data.subarray(getTokenSize() + getU8Decoder().fixedSize);
}

/** What a token account holds of which token, and whose it is. */
export type TokenHolding = Pick<TokenFields, 'amount' | 'mint' | 'owner'>;

/** The fields of a token account that the program checks. */
type TokenFields = Pick<Token, 'amount' | 'mint' | 'owner' | 'state'>;

/** Where these fields stand: found once, since a decoder of all fields takes twenty times as long as looking there. */
let tokenOffsets: Readonly<Record<keyof TokenFields, number>> | undefined;

export function getTokenOffsets(): Readonly<Record<keyof TokenFields, number>> {
    return (tokenOffsets ??= findTokenOffsets());
}

function findTokenOffsets(): Readonly<Record<keyof TokenFields, number>> {
    const { encode } = getTokenEncoder();
    const blank: TokenArgs = {
        amount: 0n,
        closeAuthority: null,
        delegate: null,
        delegatedAmount: 0n,
        isNative: null,
        mint: SYSTEM_PROGRAM_ADDRESS,
        owner: SYSTEM_PROGRAM_ADDRESS,
        state: AccountState.Uninitialized,
    };
    const zeros = encode(blank);
    const find = (fields: Partial<TokenArgs>) => findFieldRange(zeros, encode({ ...blank, ...fields }))![0];
    const full = decodeAddress(new Uint8Array(ADDRESS_BYTES).fill(0xff));
    return {
        amount: find({ amount: U64_MAX }),
        mint: find({ mint: full }),
        owner: find({ owner: full }),
        state: find({ state: AccountState.Frozen }),
    };
}

/** The fields of a token account; `undefined` for a state that no token program writes. */
function readTokenFields(data: ReadonlyUint8Array): TokenFields | undefined {
    const { amount, mint, owner, state } = getTokenOffsets();
    const stateByte = data[state]!;
    if (AccountState[stateByte] === undefined) return undefined;
    return {
        amount: new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(amount, true),
        mint: decodeAddress(data.subarray(mint, mint + ADDRESS_BYTES)),
        owner: decodeAddress(data.subarray(owner, owner + ADDRESS_BYTES)),
        state: stateByte,
    };
}

/** Walks the type-length-value entries of an extended account (docs/program.md, section 6.3). */
function walkExtensions(
    extensions: ReadonlyUint8Array,
    allowed: readonly number[],
): 'malformedExtensions' | 'unsupportedExtension' | 'usable' {
    const u16 = getU16Decoder();
    let rest = extensions;
    for (;;) {
        if (rest.length < u16.fixedSize) return rest.some(byte => byte !== 0) ? 'malformedExtensions' : 'usable';
        const type = u16.decode(rest);
        if (type === 0) return 'usable';
        if (rest.length < 2 * u16.fixedSize) return 'malformedExtensions';
        if (!KNOWN_EXTENSIONS.includes(type)) return 'unsupportedExtension';
        const end = 2 * u16.fixedSize + u16.decode(rest, u16.fixedSize);
        if (end > rest.length) return 'malformedExtensions';
        if (!allowed.includes(type)) return 'unsupportedExtension';
        rest = rest.subarray(end);
    }
}
