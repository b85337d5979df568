import { getBase64Encoder, lamports, type Address } from '@solana/kit';

import { describe } from '../../core/input';
import {
    isAskedFor,
    refuseRequest,
    toConfig,
    toRequestAddress,
    toRequestSlot,
    type RequestConfig,
    type RpcMethods,
} from './request';
import type { RevisionName } from '../../revision/revision-types';
import type { Simulator } from '../simulator';

/** Who owns what the runtime can't do without: sysvars, its own programs, and the code of those that are loaded. */
const OF_THE_RUNTIME: readonly string[] = [
    'BPFLoader1111111111111111111111111111111111',
    'BPFLoader2111111111111111111111111111111111',
    'BPFLoaderUpgradeab1e11111111111111111111111',
    'LoaderV411111111111111111111111111111111111',
    'NativeLoader1111111111111111111111111111111',
    'Sysvar1111111111111111111111111111111111111',
];

/** What no node has: the methods of a simulator itself, for tests in another process or another language. */
export function createControlMethods(simulator: Simulator<RevisionName>): RpcMethods {
    const getClock = () => {
        const { slot, unixTimestamp } = simulator.getClock();
        return { slot, unixTimestamp };
    };
    /** The address of an account that may be written: LiteSVM ends the process where it misses one of its own. */
    const toWritableAddress = (value: unknown) => {
        const address = toRequestAddress(value);
        const account = simulator.svm.getAccount(address);
        if (account.exists && (account.executable || OF_THE_RUNTIME.includes(account.programAddress))) {
            refuseRequest('invalidParams', `Invalid param: ${address} is a program or a sysvar, which has to stay`);
        }
        return address;
    };
    return {
        simulator_advanceClock(by) {
            const { seconds, slots } = toOnly(by, ['seconds', 'slots']);
            simulator.advanceClock({ seconds: toRequestSlot(seconds ?? 0n), slots: toRequestSlot(slots ?? 0n) });
            return getClock();
        },
        async simulator_createMint(options) {
            const { decimals, tokenProgram } = toOnly(options, ['decimals', 'tokenProgram']);
            return await simulator.createMint({
                decimals: decimals === undefined ? undefined : Number(decimals),
                tokenProgram: tokenProgram as Address | undefined,
            });
        },
        async simulator_createTreasuryTokenAccount(token) {
            const { mint, tokenProgram } = toOnly(token, ['mint', 'tokenProgram']);
            return await simulator.createTreasuryTokenAccount({
                mint: mint as Address,
                tokenProgram: tokenProgram as Address | undefined,
            });
        },
        simulator_getClock: getClock,
        simulator_getDeployment() {
            const { programAddress, revision, treasuryOwner } = simulator.deployment;
            return { programAddress, revision, treasuryOwner };
        },
        async simulator_mintTokens(input) {
            const { amount, mint, owner, tokenProgram } = toOnly(input, ['amount', 'mint', 'owner', 'tokenProgram']);
            return await simulator.mintTokens({
                amount: toRequestSlot(amount),
                mint: mint as Address,
                owner: owner as Address,
                tokenProgram: tokenProgram as Address | undefined,
            });
        },
        simulator_setAccount(address, account) {
            const given = toOnly(account, ['data', 'executable', 'lamports', 'owner']);
            const data = toData(given['data']);
            const written = {
                address: toWritableAddress(address),
                data,
                executable: isAskedFor(given, 'executable'),
                lamports: lamports(toRequestSlot(given['lamports'])),
                programAddress: toRequestAddress(given['owner']),
                space: BigInt(data.length),
            };
            try {
                simulator.svm.setAccount(written);
            } catch (cause) {
                const reason = cause instanceof Error ? cause.message : String(cause);
                refuseRequest('invalidParams', `Invalid param: the runtime does not take the account: ${reason}`);
            }
            simulator.cluster.changes.notify();
            return null;
        },
        simulator_setClock(clock) {
            const { slot, unixTimestamp } = toOnly(clock, ['slot', 'unixTimestamp']);
            simulator.setClock({
                ...(slot === undefined ? {} : { slot: toRequestSlot(slot) }),
                ...(unixTimestamp === undefined ? {} : { unixTimestamp: toRequestSlot(unixTimestamp) }),
            });
            return getClock();
        },
        simulator_setLamports(address, amount) {
            simulator.setLamports(toWritableAddress(address), toRequestSlot(amount));
            return null;
        },
    };
}

/** An object of nothing but the members that there are: one that is misspelt would be passed over. */
function toOnly(value: unknown, names: readonly string[]): RequestConfig {
    const members = toConfig(value);
    const unknown = Object.keys(members).find(name => !names.includes(name));
    if (unknown !== undefined) {
        refuseRequest('invalidParams', `Invalid param: there is no ${describe(unknown)}, only ${names.join(', ')}`);
    }
    return members;
}

function toData(value: unknown): Uint8Array {
    try {
        return new Uint8Array(getBase64Encoder().encode((value ?? '') as string));
    } catch {
        return refuseRequest('invalidParams', `Invalid param: data is ${describe(value)}, which is not base64`);
    }
}
