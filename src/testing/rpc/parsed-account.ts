import { unwrapOption, type Address, type EncodedAccount } from '@solana/kit';
import {
    AccountState,
    getMintDecoder,
    getMintSize,
    getTokenDecoder,
    getTokenSize,
    TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import type { LiteSVM } from 'litesvm';

import { parseExtensions } from './parsed-extensions';
import { toUiTokenAmount } from './ui-amount';
import { readTokenHolding } from '../../channel/token-account';
import { TOKEN_2022_PROGRAM_ADDRESS } from '../../core/input';
import { readDecimals } from '../token-balances';

/** The names that nodes have for the token programs. */
const PROGRAM_NAMES: Readonly<Record<Address, string>> = {
    [TOKEN_2022_PROGRAM_ADDRESS]: 'spl-token-2022',
    [TOKEN_PROGRAM_ADDRESS]: 'spl-token',
};
const STATES: Readonly<Record<AccountState, string>> = {
    [AccountState.Frozen]: 'frozen',
    [AccountState.Initialized]: 'initialized',
    [AccountState.Uninitialized]: 'uninitialized',
};
/** Behind the base of an extended account, and the filling of a mint, stands its kind. */
const ACCOUNT_TYPE_MINT = 1;

/** The data of a mint or a token account as a node writes it with the encoding jsonParsed; `undefined` for anything else. */
export function toParsedData(svm: LiteSVM, account: EncodedAccount): object | undefined {
    const { data, programAddress } = account;
    const program = PROGRAM_NAMES[programAddress];
    if (program === undefined) return undefined;
    const read = readTokenHolding(account) ? parseTokenAccount(svm, account) : parseMint(account);
    return read && { parsed: read, program, space: BigInt(data.length) };
}

function parseTokenAccount(svm: LiteSVM, { data }: EncodedAccount): object | undefined {
    const token = getTokenDecoder().decode(data);
    const decimals = readDecimals(svm, token.mint);
    // A node needs the mint as well.
    if (decimals === undefined) return undefined;
    const [closeAuthority, delegate] = [unwrapOption(token.closeAuthority), unwrapOption(token.delegate)];
    const reserve = unwrapOption(token.isNative);
    return {
        info: {
            ...(closeAuthority === null ? {} : { closeAuthority }),
            ...(delegate === null
                ? {}
                : { delegate, delegatedAmount: toUiTokenAmount(token.delegatedAmount, decimals) }),
            ...getExtensions(data),
            isNative: reserve !== null,
            mint: token.mint,
            owner: token.owner,
            ...(reserve === null ? {} : { rentExemptReserve: toUiTokenAmount(reserve, decimals) }),
            state: STATES[token.state],
            tokenAmount: toUiTokenAmount(token.amount, decimals),
        },
        type: 'account',
    };
}

function parseMint({ data }: EncodedAccount): object | undefined {
    const isMint = data.length === getMintSize() || data[getTokenSize()] === ACCOUNT_TYPE_MINT;
    if (!isMint) return undefined;
    const mint = getMintDecoder().decode(data);
    if (!mint.isInitialized) return undefined;
    return {
        info: {
            decimals: mint.decimals,
            ...getExtensions(data),
            freezeAuthority: unwrapOption(mint.freezeAuthority),
            isInitialized: true,
            mintAuthority: unwrapOption(mint.mintAuthority),
            supply: mint.supply.toString(),
        },
        type: 'mint',
    };
}

function getExtensions(data: EncodedAccount['data']): object {
    return data.length > getTokenSize() ? { extensions: parseExtensions(data.subarray(getTokenSize() + 1)) } : {};
}
