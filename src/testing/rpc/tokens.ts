import { isNone, type Address } from '@solana/kit';
import { getMintDecoder, getTokenDecoder, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { hasBytesAt, toRpcAccount } from './accounts';
import { refuseRequest, toConfig, toRequestAddress, withContext, type RpcMethods } from './request';
import { toUiTokenAmount } from './ui-amount';
import { readTokenHolding } from '../../channel/token-account';
import { encodeAddress } from '../../core/address-bytes';
import { TOKEN_2022_PROGRAM_ADDRESS } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';
import { readDecimals } from '../token-balances';

const TOKEN_PROGRAMS: readonly Address[] = [TOKEN_PROGRAM_ADDRESS, TOKEN_2022_PROGRAM_ADDRESS];

/** Where the addresses stand in a token account. */
const OFFSETS = { delegate: 76, owner: 32 } as const;

/** The methods of an RPC that read mints and token accounts. */
export function createTokenMethods(simulator: Simulator<RevisionName>): RpcMethods {
    const { cluster, svm } = simulator;
    const find = (address: unknown) => {
        const account = svm.getAccount(toRequestAddress(address));
        if (!account.exists) return refuseRequest('invalidParams', 'Invalid param: could not find account');
        return account;
    };
    const list = (what: unknown, rest: unknown, field: keyof typeof OFFSETS, wanted: Address) => {
        const config = toConfig(rest);
        const { mint, programId } = toConfig(what);
        if ((mint === undefined) === (programId === undefined)) {
            refuseRequest('invalidParams', 'Invalid param: either a mint or a programId was expected');
        }
        const [ofMint, ofProgram] = [mint, programId].map(one =>
            one === undefined ? undefined : toRequestAddress(one),
        );
        if (ofMint !== undefined && readDecimals(svm, ofMint) === undefined) {
            refuseRequest('invalidParams', 'Invalid param: could not find mint');
        }
        if (ofProgram !== undefined && !TOKEN_PROGRAMS.includes(ofProgram)) {
            refuseRequest('invalidParams', 'Invalid param: unrecognized Token program id');
        }
        const programs = TOKEN_PROGRAMS.filter(program => ofProgram === undefined || program === ofProgram);
        const bytes = encodeAddress(wanted)!;
        const value: object[] = [];
        for (const program of programs) {
            for (const account of cluster.accounts.getOfProgram(program)) {
                // Of many accounts few are read: most have other bytes.
                if (!hasBytesAt(account.data, OFFSETS[field], bytes)) continue;
                const holding = readTokenHolding(account);
                if (!holding || (ofMint !== undefined && holding.mint !== ofMint)) continue;
                if (field === 'delegate' && isNone(getTokenDecoder().decode(account.data).delegate)) continue;
                const told = toRpcAccount(svm, { ...account, exists: true }, config);
                value.push({ account: told, pubkey: account.address });
            }
        }
        return withContext(simulator, config, value);
    };
    return {
        getTokenAccountBalance(address, rest) {
            const account = find(address);
            const holding = readTokenHolding(account);
            const decimals = holding && readDecimals(svm, holding.mint);
            if (!holding || decimals === undefined) {
                return refuseRequest('invalidParams', 'Invalid param: not a Token account');
            }
            return withContext(simulator, toConfig(rest), toUiTokenAmount(holding.amount, decimals));
        },
        getTokenAccountsByDelegate(delegate, what, rest) {
            return list(what, rest, 'delegate', toRequestAddress(delegate));
        },
        getTokenAccountsByOwner(owner, what, rest) {
            return list(what, rest, 'owner', toRequestAddress(owner));
        },
        getTokenSupply(mint, rest) {
            const account = find(mint);
            const isMint = TOKEN_PROGRAMS.includes(account.programAddress) && !readTokenHolding(account);
            if (!isMint || readDecimals(svm, account.address) === undefined) {
                return refuseRequest('invalidParams', 'Invalid param: not a Token mint');
            }
            const { decimals, supply } = getMintDecoder().decode(account.data);
            return withContext(simulator, toConfig(rest), toUiTokenAmount(supply, decimals));
        },
    };
}
