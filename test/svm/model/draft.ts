import { isSignerRole, type Address, type Instruction } from '@solana/kit';

import { type InstructionName, type RevisionFacts } from '../revisions';
import { custom, refuse, type ErrorIdentity } from './refusal';
import { type AccountState, type Book, type World } from './world';

/** A call into another program (or itself) that the program makes: what an explorer shows as an inner instruction. */
export type InnerCall = Readonly<{ program: Address; data: Uint8Array }>;

/** A working copy of the world that one transaction changes, and drops if it fails. */
export class Draft {
    readonly now: bigint;
    readonly slot: bigint;
    readonly accounts: Map<Address, AccountState>;

    constructor(
        world: World,
        readonly book: Book,
    ) {
        this.now = world.now;
        this.slot = world.slot;
        this.accounts = new Map(world.accounts);
    }

    lamportsOf(address: Address): bigint {
        return this.accounts.get(address)?.lamports ?? 0n;
    }

    /** Replaces an account; one without lamports is gone. */
    put(address: Address, account: AccountState): void {
        if (account.lamports === 0n) this.accounts.delete(address);
        else this.accounts.set(address, account);
    }

    /** Adds lamports to an account, or takes them with a negative amount. */
    addLamports(address: Address, amount: bigint): void {
        const account: AccountState = this.accounts.get(address) ?? { kind: 'wallet', lamports: 0n };
        this.put(address, { ...account, lamports: account.lamports + amount });
    }
}

/** One instruction while it runs: its accounts and data, its place in the transaction, and the calls it has made. */
export class Frame {
    readonly calls: InnerCall[] = [];
    readonly addresses: readonly Address[];
    readonly data: Uint8Array;

    constructor(
        readonly draft: Draft,
        readonly instructions: readonly Instruction[],
        readonly index: number,
        readonly signers: ReadonlySet<Address>,
        /** Calls that the whole transaction may still make. */
        readonly callsLeft: number,
    ) {
        const instruction = instructions[index]!;
        this.addresses = (instruction.accounts ?? []).map(({ address }) => address);
        this.data = Uint8Array.from(instruction.data ?? []);
    }

    get book(): Book {
        return this.draft.book;
    }

    get facts(): RevisionFacts {
        return this.draft.book.facts;
    }

    get now(): bigint {
        return this.draft.now;
    }

    isSigner(address: Address): boolean {
        return this.signers.has(address);
    }

    /**
     * The runtime's conditions of every call: the callee is among the accounts, and the trace has room
     * (docs/program.md, section 6.9).
     */
    call(program: Address, data: Uint8Array): void {
        if (!this.addresses.includes(program)) refuse('MissingAccount');
        if (this.calls.length >= this.callsLeft) refuse('MaxInstructionTraceLengthExceeded');
        this.calls.push({ program, data });
    }
}

/** Addresses that signed a transaction. */
export function getSigners(feePayer: Address, instructions: readonly Instruction[]): ReadonlySet<Address> {
    const metas = instructions.flatMap(({ accounts }) => accounts ?? []);
    return new Set([feePayer, ...metas.filter(({ role }) => isSignerRole(role)).map(({ address }) => address)]);
}

/** The accounts of an instruction that takes an exact number of them. */
export function takeAccounts(frame: Frame, count: number, wrong: ErrorIdentity): readonly Address[] {
    if (frame.addresses.length !== count) refuse(wrong);
    return frame.addresses;
}

/** Takes the wallet that the rent goes back to out of the accounts; it is the payer where none is listed. */
export function takeRentPayer(
    { addresses, facts }: Frame,
    name: InstructionName,
    payer: Address,
): { rentPayer: Address; others: readonly Address[] } {
    const place = facts.rentPayer[name];
    if (place === undefined) return { others: addresses, rentPayer: payer };
    return { others: addresses.filter((_, index) => index !== place), rentPayer: addresses[place]! };
}

export const C9 = custom(9);
