import type { Address, Instruction, ReadonlyUint8Array } from '@solana/kit';
import { parseSystemInstruction, SYSTEM_PROGRAM_ADDRESS, SystemInstruction } from '@solana-program/system';
import {
    ASSOCIATED_TOKEN_PROGRAM_ADDRESS,
    AssociatedTokenInstruction,
    parseAssociatedTokenInstruction,
    parseTokenInstruction,
    TOKEN_PROGRAM_ADDRESS,
    TokenInstruction,
} from '@solana-program/token';

import { TOKEN_2022_PROGRAM_ADDRESS } from '../../core/input';
import { ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS } from '../../runtime/lookup-table/lookup-table-program';
import { COMPUTE_BUDGET_PROGRAM_ADDRESS, getPrecompileName } from '../../runtime/programs';
import { decodeComputeBudget } from '../inspect/compute-budget-setting';
import { decodeMemo, MEMO_PROGRAM_ADDRESS } from '../memo';
import { getAccountNames } from './parse-instruction';

// Programs other than ours whose instructions a transaction around a channel has. What they are called is what the rendered
// clients of those programs call it.

/** An instruction of a known program; `name` is `undefined` for one that can't be read. */
export type KnownInstruction = Readonly<{
    /** What people call the program. */
    program: string;
    name: string | undefined;
    data: Readonly<Record<string, unknown>>;
    /** The names of its accounts, in its order. */
    accountNames: readonly string[];
}>;

type Parse = (instruction: Instruction & { data: ReadonlyUint8Array; accounts: [] }) => unknown;
type Parsed = Readonly<{ accounts?: object; data?: object; instructionType: number }>;
type Known = Readonly<{ program: string; parse?: (instruction: Instruction) => Omit<KnownInstruction, 'program'> }>;

/** A program with a rendered client. */
const rendered = (program: string, types: Readonly<Record<number, string>>, parse: Parse): Known => ({
    parse: instruction => {
        const read = (padded: Instruction) => parse(padded as never) as Parsed;
        let type: number | undefined;
        let data: object = {};
        const accountNames = getAccountNames(instruction, padded => {
            const parsed = read(padded);
            type = parsed.instructionType;
            data = parsed.data ?? {};
            return parsed.accounts ?? {};
        });
        const { discriminator: _, ...args } = data as Readonly<Record<string, unknown>>;
        const name = type === undefined ? undefined : types[type];
        return { accountNames, data: args, name: name && `${name[0]!.toLowerCase()}${name.slice(1)}` };
    },
    program,
});

const getKnown = (): Readonly<Record<Address, Known>> => ({
    [SYSTEM_PROGRAM_ADDRESS]: rendered('System', SystemInstruction as never, parseSystemInstruction as Parse),
    [TOKEN_PROGRAM_ADDRESS]: rendered('SPL Token', TokenInstruction as never, parseTokenInstruction as Parse),
    // The instructions of SPL Token are among those of Token-2022, in the same bytes.
    [TOKEN_2022_PROGRAM_ADDRESS]: rendered('Token-2022', TokenInstruction as never, parseTokenInstruction as Parse),
    [ASSOCIATED_TOKEN_PROGRAM_ADDRESS]: rendered(
        'Associated Token Account',
        AssociatedTokenInstruction as never,
        parseAssociatedTokenInstruction as Parse,
    ),
    [COMPUTE_BUDGET_PROGRAM_ADDRESS]: {
        parse: instruction => {
            const setting = decodeComputeBudget(instruction);
            const data = setting === undefined ? {} : { [setting.name]: setting.value };
            return { accountNames: [], data, name: setting?.name };
        },
        program: 'Compute Budget',
    },
    [MEMO_PROGRAM_ADDRESS]: {
        parse: ({ data = new Uint8Array() }) => ({ accountNames: [], data: { memo: decodeMemo(data) }, name: 'memo' }),
        program: 'Memo',
    },
    [ADDRESS_LOOKUP_TABLE_PROGRAM_ADDRESS]: { program: 'Address Lookup Table' },
});

/** What is known of an instruction of another program than that of the channels; `undefined` for an unknown program. */
export function parseKnownInstruction(instruction: Instruction): KnownInstruction | undefined {
    const { programAddress } = instruction;
    const programs = getKnown();
    const known = Object.hasOwn(programs, programAddress) ? programs[programAddress] : undefined;
    const nothing = { accountNames: [], data: {}, name: undefined };
    if (known !== undefined) return { ...(known.parse?.(instruction) ?? nothing), program: known.program };
    const precompile = getPrecompileName(programAddress);
    return precompile === undefined ? undefined : { ...nothing, program: `${precompile} precompile` };
}
