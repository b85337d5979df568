import type { Address, EncodedAccount } from '@solana/kit';
import type { LiteSVM } from 'litesvm';

import { listProgramAccounts } from './litesvm';

/**
 * The accounts of programs that are searched. LiteSVM makes all of a program's accounts anew for each search, which takes
 * seconds for 100,000 of them; here they are read once, and then those only that may have been written since.
 */
export class ProgramAccounts {
    readonly #known = new Map<Address, Map<Address, EncodedAccount>>();
    readonly #touched = new Set<Address>();

    constructor(
        private readonly svm: LiteSVM,
        private readonly programs: readonly Address[],
    ) {}

    /** All accounts of a program, as they stand; nobody may change them. */
    list(program: Address): Iterable<EncodedAccount> {
        if (!this.programs.includes(program)) return this.svm.getProgramAccounts(program);
        this.#readTouched();
        let accounts = this.#known.get(program);
        if (!accounts) {
            accounts = new Map(listProgramAccounts(this.svm, program).map(account => [account.address, account]));
            this.#known.set(program, accounts);
        }
        return accounts.values();
    }

    /** Takes note of accounts that are about to be written. */
    touch(addresses: readonly Address[]): void {
        if (this.#known.size === 0) return;
        for (const address of addresses) this.#touched.add(address);
    }

    /** Takes note of an account that has been written, where it is at hand. */
    put(account: Omit<EncodedAccount, 'space'>): void {
        const { address, data, lamports } = account;
        if (this.#known.size === 0 || lamports === 0n) return;
        this.#touched.delete(address);
        this.#set(address, { ...account, data: data.slice(), space: BigInt(data.length) });
    }

    #readTouched(): void {
        for (const address of this.#touched) {
            const account = this.svm.getAccount(address);
            this.#set(address, account.exists ? account : undefined);
        }
        this.#touched.clear();
    }

    #set(address: Address, account: EncodedAccount | undefined): void {
        for (const [program, accounts] of this.#known) {
            if (account?.programAddress === program) accounts.set(address, account);
            else accounts.delete(address);
        }
    }
}
