import {
    type AccountMeta,
    type AccountRole,
    type Address,
    type Instruction,
    type ReadonlyUint8Array,
} from '@solana/kit';

import { isBytes } from '../../core/bytes';
import { toResult } from '../../core/json-form';
import { readMembers, readTerms, refuseInput, toAddress, toInteger, toList } from '../../core/input';
import { getPart, getProgramConfig, type DeploymentParts } from '../../revision/deployment';
import type { ChannelOperation, InstructionReadings } from '../../revision/parts';
import { decodeExactly } from '../inspect/channel-instruction';

/** The decoded data of an instruction of the program. */
export type InstructionData = Readonly<{
    /** The program's own name of it, such as `settleAndSeal`. */
    name: string;
    /** What this package calls it, such as `settleAndFinalize`; the program sends `emitEvent` only to itself. */
    operation: ChannelOperation;
    /** Its arguments by their names in the IDL. */
    data: Readonly<Record<string, unknown>>;
    /** Whether that is all: the program passes over bytes that follow. */
    isExact: boolean;
}>;

/** An account of an instruction. */
export type NamedAccount = Readonly<{
    /** Its name in the IDL; `undefined` for those behind the named ones, such as the token accounts of recipients. */
    name: string | undefined;
    address: Address;
    role: AccountRole;
}>;

/** An instruction of the program, decoded. */
export type ParsedInstruction = InstructionData &
    Readonly<{
        accounts: readonly NamedAccount[];
        /** Names of accounts that it would need besides: the program refuses it. */
        missingAccounts: readonly string[];
    }>;

/**
 * Decodes the data of an instruction of the program (docs/program.md, section 5).
 *
 * @returns `undefined` for what does not begin as the data of one.
 * @throws `INPUT_INVALID` for what is no bytes.
 *
 * @example
 * ```ts
 * console.log(decodeInstructionData(bytes, MAINNET_DEPLOYMENT)?.name);
 * ```
 */
export function decodeInstructionData(
    data: ReadonlyUint8Array,
    deployment: DeploymentParts<'instructionReadings'>,
): InstructionData | undefined {
    const found = findReading(toData('data', data), deployment);
    return found === undefined ? undefined : toResult(toInstructionData(found));
}

/**
 * Decodes an instruction of the program, with the names of its accounts (docs/program.md, sections 5 and 7).
 *
 * It says what stands there, and judges nothing: see {@link inspectOpenTransaction} for what was agreed.
 *
 * @returns `undefined` for an instruction of another program, and for data that does not begin as that of one.
 * @throws `INPUT_INVALID`, `ADDRESS_INVALID` or `INTEGER_OUT_OF_RANGE` by field, for what is no instruction.
 *
 * @example
 * ```ts
 * for (const instruction of instructions) {
 *     const parsed = parseInstruction(instruction, MAINNET_DEPLOYMENT);
 *     if (parsed) console.log(parsed.name, parsed.accounts.map(({ address, name }) => `${name} ${address}`));
 * }
 * ```
 */
export function parseInstruction(
    instruction: Instruction,
    deployment: DeploymentParts<'instructionReadings' | 'programAddress'>,
): ParsedInstruction | undefined {
    const { programAddress: ownAddress } = getProgramConfig(deployment);
    const { accounts: metas = [], data = new Uint8Array(), programAddress } = readInstruction(instruction);
    if (programAddress !== ownAddress) return undefined;
    const found = findReading(data, deployment);
    if (found === undefined) return undefined;
    const names = getAccountNames({ accounts: metas, data, programAddress }, found.reading.getAccounts);
    return toResult({
        ...toInstructionData(found),
        accounts: Object.freeze(
            metas.map(({ address, role }, index) => Object.freeze({ address, name: names[index], role })),
        ),
        missingAccounts: Object.freeze(names.slice(metas.length)),
    });
}

const NAMES = ['accounts', 'data', 'programAddress'] as const;

function readInstruction(instruction: Instruction): Instruction {
    if (typeof instruction !== 'object' || (instruction as unknown) === null) {
        refuseInput('instruction', 'an instruction, { programAddress, accounts, data }', instruction);
    }
    const given = readTerms('instruction', instruction, NAMES, ['accounts', 'data']);
    const programAddress = toAddress('instruction.programAddress', given.programAddress);
    const toMeta = (item: unknown, path: string): AccountMeta => {
        if (typeof item !== 'object' || item === null) return refuseInput(path, 'an account, { address, role }', item);
        const meta = readMembers(path, item as AccountMeta, ['address', 'role']);
        const role = Number(toInteger(`${path}.role`, meta.role, 0n, 3n)) as AccountRole;
        return { address: toAddress(`${path}.address`, meta.address), role };
    };
    return {
        accounts: toList('instruction.accounts', given.accounts ?? [], 'an array of accounts', toMeta),
        data: given.data === undefined ? new Uint8Array() : toData('instruction.data', given.data),
        programAddress,
    };
}

function toData(field: string, data: ReadonlyUint8Array): Uint8Array {
    // Bytes of their own: nobody changes them while they are looked at.
    return isBytes(data) ? new Uint8Array(data) : refuseInput(field, 'bytes, in a Uint8Array', data);
}

type Found = Readonly<{
    isExact: boolean;
    operation: ChannelOperation;
    reading: NonNullable<InstructionReadings[ChannelOperation]>;
    value: object;
}>;

function findReading(data: ReadonlyUint8Array, deployment: DeploymentParts<'instructionReadings'>): Found | undefined {
    const readings = getPart(deployment, 'instructionReadings');
    for (const [operation, reading] of Object.entries(readings)) {
        const discriminator = reading.getDiscriminator();
        if (!discriminator.every((byte, index) => data[index] === byte)) continue;
        const { isExact, value } = decodeExactly(reading.getDataCodec(), data);
        if (value) return { isExact, operation: operation as ChannelOperation, reading, value };
    }
    return undefined;
}

function toInstructionData({ isExact, operation, reading, value }: Found): InstructionData {
    const { discriminator: _, ...data } = value as Readonly<Record<string, unknown>>;
    return { data: toResult(data), isExact, name: reading.programName, operation };
}

const PLACEHOLDER: AccountMeta = { address: '11111111111111111111111111111111' as Address, role: 0 };
/** More accounts than any instruction has. */
const MAX_ACCOUNTS = 64;

/**
 * The names of the accounts of an instruction in their order, whichever accounts it has. A rendered client names them only for
 * as many as the instruction needs, some of them for no more than that.
 */
export function getAccountNames(
    instruction: Instruction,
    getAccounts: (instruction: Instruction) => object,
): readonly string[] {
    for (let count = 0; count <= MAX_ACCOUNTS; count++) {
        try {
            const accounts = Array<AccountMeta>(count).fill(PLACEHOLDER);
            return Object.keys(getAccounts({ ...instruction, accounts }));
        } catch {
            // Fewer accounts than it needs, or data that nobody can read.
        }
    }
    return [];
}
