import type { AccountRole, Address, ReadonlyUint8Array } from '@solana/kit';

import type { GuardProgram } from '../transaction-agreement';
import type { ComputeBudgetSetting } from './compute-budget-setting';

/** The expected account in one place of an instruction. */
export type ExpectedAccount = Readonly<{ name: string; address: Address; role: AccountRole }>;

/** The kind of an instruction, by its program and its data. */
export type InstructionKind =
    /** The open or topUp that was agreed. */
    | Readonly<{ kind: 'channel' }>
    /** One more of them. */
    | Readonly<{ kind: 'repeatedChannel' }>
    /** `setting` is undefined when its data is not that of a setting. */
    | Readonly<{ kind: 'computeBudget'; setting: ComputeBudgetSetting | undefined }>
    | Readonly<{ kind: 'createTokenAccount'; owner: Address | undefined; isPaidByOperator: boolean }>
    /** Advances a durable nonce: the first instruction of a transaction that lives by it. */
    | Readonly<{ kind: 'durableNonce' }>
    | Readonly<{ kind: 'guard'; guard: GuardProgram }>
    | Readonly<{ kind: 'memo' }>
    | Readonly<{ kind: 'other' }>;

/** An instruction of the transaction, with what is known of it. */
export type JudgedInstruction = InstructionKind &
    Readonly<{
        /** Such as `instructions[1]`. */
        path: string;
        programAddress: Address;
        data: ReadonlyUint8Array;
        /** Whether the data is that of its kind to the last byte; true where a rule of its own reads the data. */
        isDataExact: boolean;
        accountIndexes: readonly number[];
        /** Addresses of its accounts; undefined where one comes from an unknown lookup table. */
        addresses: readonly (Address | undefined)[];
        /** The accounts it has to have, where that follows from the agreement. */
        expected?: readonly ExpectedAccount[];
    }>;
