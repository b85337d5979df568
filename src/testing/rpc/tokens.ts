import { unwrapOption, type Address, type EncodedAccount } from '@solana/kit';
import { getMintDecoder, getTokenDecoder, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { toRpcAccount } from './accounts';
import { refuseRequest, toConfig, toRequestAddress, withContext, type RpcMethods } from './request';
import { toUiTokenAmount } from './ui-amount';
import { readTokenHolding } from '../../channel/token-account';
import { TOKEN_2022_PROGRAM_ADDRESS } from '../../core/input';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';
import { readDecimals } from '../token-balances';

const TOKEN_PROGRAMS: readonly Address[] = [TOKEN_PROGRAM_ADDRESS, TOKEN_2022_PROGRAM_ADDRESS];

/** The methods of an RPC that read mints and token accounts. */
export function createTokenMethods(simulator: Simulator<RevisionName>): RpcMethods {
    const { svm } = simulator;
    const find = (address: unknown) => {
        const account = svm.getAccount(toRequestAddress(address));
        if (!account.exists) return refuseRequest('invalidParams', 'Invalid param: could not find account');
        return account;
    };
    const list = (what: unknown, rest: unknown, isWanted: (account: EncodedAccount) => boolean) => {
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
        const accounts = programs
            .flatMap(program => svm.getProgramAccounts(program))
            .filter(account => {
                const holding = readTokenHolding(account);
                return holding && (ofMint === undefined || holding.mint === ofMint) && isWanted(account);
            });
        const value = accounts.map(account => ({
            account: toRpcAccount(svm, { ...account, exists: true }, config),
            pubkey: account.address,
        }));
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
            const wanted = toRequestAddress(delegate);
            return list(what, rest, ({ data }) => unwrapOption(getTokenDecoder().decode(data).delegate) === wanted);
        },
        getTokenAccountsByOwner(owner, what, rest) {
            const wanted = toRequestAddress(owner);
            return list(what, rest, account => readTokenHolding(account)?.owner === wanted);
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
