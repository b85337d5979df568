import { lamports, type Address, type EncodedAccount } from '@solana/kit';
import type * as LiteSvmModule from 'litesvm';
import type { FailedTransactionMetadata, LiteSVM } from 'litesvm';

import { decodeAddress, encodeAddress } from '../core/address-bytes';
import { requirePeer } from './require-peer';

/** What LiteSVM's own method writes: rent is no more collected. */
const RENT_EPOCH = 0n;

let loaded: typeof LiteSvmModule | undefined;

/**
 * LiteSVM, an optional peer dependency: its native code is loaded when something is simulated, so that who only imports
 * this package learns what is missing, and how it is installed.
 *
 * @throws `MODULE_MISSING`.
 */
export function getLiteSvm(): typeof LiteSvmModule {
    return (loaded ??= requirePeer('litesvm') as typeof LiteSvmModule);
}

/** Whether LiteSVM refused a transaction, or it failed while it ran. */
export function isFailed(outcome: object): outcome is FailedTransactionMetadata {
    return outcome instanceof getLiteSvm().FailedTransactionMetadata;
}

/** Writes an account, which takes as much space as its data. */
export type AccountWriter = (account: Omit<EncodedAccount, 'space'>) => void;

/** LiteSVM's native methods, which take the bytes of addresses; its own go through kit's codecs, and take three times as long. */
type NativeMethods = Readonly<{
    getBalance: (address: Uint8Array) => bigint | null;
    getProgramAccounts: (program: Uint8Array) => readonly Readonly<{
        address: Uint8Array;
        account: () => LiteSvmModule.Account;
    }>[];
    setAccount: (address: Uint8Array, account: LiteSvmModule.Account) => void;
}>;

/** The native methods; `undefined` for a LiteSVM that keeps them elsewhere. */
function findNativeMethods(svm: LiteSVM): NativeMethods | undefined {
    const inner: unknown = Reflect.get(svm, 'inner');
    const isNative =
        typeof inner === 'object' &&
        inner !== null &&
        ['getBalance', 'getProgramAccounts', 'setAccount'].every(
            name => typeof Reflect.get(inner, name) === 'function',
        );
    return isNative ? (inner as NativeMethods) : undefined;
}

/** The function that writes accounts. */
export function getAccountWriter(svm: LiteSVM): AccountWriter {
    const native = findNativeMethods(svm);
    if (!native) return account => svm.setAccount({ ...account, space: BigInt(account.data.length) });
    const { Account } = getLiteSvm();
    let lastOwner: Address | undefined;
    let owner: Uint8Array = new Uint8Array();
    return ({ address, data, executable, lamports, programAddress }) => {
        if (programAddress !== lastOwner) owner = encodeAddress((lastOwner = programAddress))!;
        native.setAccount(
            encodeAddress(address)!,
            new Account(lamports, data as Uint8Array, owner, executable, RENT_EPOCH),
        );
    };
}

/** The function that reads the lamports at an address. */
export function getBalanceReader(svm: LiteSVM): (address: Address) => bigint {
    const native = findNativeMethods(svm);
    return address => (native ? native.getBalance(encodeAddress(address)!) : svm.getBalance(address)) ?? 0n;
}

/** All accounts of a program. */
export function listProgramAccounts(svm: LiteSVM, program: Address): readonly EncodedAccount[] {
    const native = findNativeMethods(svm);
    if (!native) return svm.getProgramAccounts(program);
    return native.getProgramAccounts(encodeAddress(program)!).map(found => {
        const account = found.account();
        const data = account.data();
        return {
            address: decodeAddress(found.address),
            data,
            executable: account.executable(),
            lamports: lamports(account.lamports()),
            programAddress: program,
            space: BigInt(data.length),
        };
    });
}
