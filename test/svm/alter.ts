import { AccountRole, downgradeRoleToNonSigner, type Address, type Instruction } from '@solana/kit';

// Copies of an instruction with one thing changed: what no builder would build.

export function withData(instruction: Instruction, data: Uint8Array | readonly number[]): Instruction {
    return { ...instruction, data: Uint8Array.from(data) };
}

/** Changes some of the data in place. */
export function withDataChanged(instruction: Instruction, change: (data: Uint8Array) => void): Instruction {
    const data = Uint8Array.from(instruction.data ?? []);
    change(data);
    return { ...instruction, data };
}

export function withBytesCut(instruction: Instruction, count: number): Instruction {
    const { data = [] } = instruction;
    return withData(instruction, [...data].slice(0, Math.max(0, data.length - count)));
}

export function withBytesAdded(instruction: Instruction, count: number): Instruction {
    return withData(instruction, [...(instruction.data ?? []), ...new Uint8Array(count)]);
}

/** Puts another account into a place; it keeps the place's role, unless no message could give it to a program. */
export function withAccount(instruction: Instruction, index: number, address: Address): Instruction {
    const accounts = (instruction.accounts ?? []).map((meta, i) => {
        if (i !== index) return meta;
        return { address, role: address === instruction.programAddress ? AccountRole.READONLY : meta.role };
    });
    return { ...instruction, accounts };
}

export function withoutAccount(instruction: Instruction, index: number): Instruction {
    return { ...instruction, accounts: (instruction.accounts ?? []).filter((_, i) => i !== index) };
}

export function withExtraAccount(instruction: Instruction, address: Address): Instruction {
    return {
        ...instruction,
        accounts: [...(instruction.accounts ?? []), { address, role: AccountRole.READONLY }],
    };
}

/** The same instruction, signed by nobody. */
export function withoutSigners(instruction: Instruction): Instruction {
    const accounts = (instruction.accounts ?? []).map(({ address, role }) => ({
        address,
        role: downgradeRoleToNonSigner(role),
    }));
    return { ...instruction, accounts };
}

/** A memo: an instruction that does nothing, is not the precompile, and may stand in a transaction any number of times. */
export const UNRELATED_INSTRUCTION: Instruction = {
    data: new TextEncoder().encode('unrelated'),
    programAddress: 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' as Address,
};
