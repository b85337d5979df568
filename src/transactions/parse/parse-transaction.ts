import {
    getBase58Decoder,
    getTransactionSizeLimit,
    type Address,
    type Instruction,
    type ReadonlyUint8Array,
    type SignatureBytes,
    type TransactionVersion,
} from '@solana/kit';

import { toResult } from '../../core/json-form';
import { refuseInput } from '../../core/input';
import { decodeEvent, type ChannelEvent } from '../../channel/channel-events';
import { getProgramConfig, type Deployment } from '../../revision/deployment';
import type { ChannelOperation } from '../../revision/parts';
import type { RevisionName } from '../../revision/revision-types';
import { COMPUTE_BUDGET_PROGRAM_ADDRESS, ED25519_PROGRAM_ADDRESS } from '../../runtime/programs';
import { decodeComputeBudget } from '../inspect/compute-budget-setting';
import { getTransactionFee, type TransactionFee } from '../inspect/transaction-fee';
import type { MessageAccount, MessageInstruction, MessageView } from '../decode-message';
import { getSignatureStates, type SignatureState } from '../signature-states';
import { toDecodedTransaction } from '../wire-transaction';
import { parseVerifiedSignatures, type VerifiedSignature } from './verified-signatures';
import { parseInstruction } from './parse-instruction';
import { parseKnownInstruction } from './known-programs';

/** The signature of a signer of a transaction. */
export type ParsedSignature = Readonly<{
    signer: Address;
    /** Whether it is there and good. */
    state: SignatureState;
    /** In base58; `undefined` where it is missing. The first one is the name of the transaction. */
    signature: string | undefined;
}>;

/** An account of an instruction of a transaction. */
export type ParsedAccount = Readonly<{
    /** Its name in the IDL of its program, where that is known. */
    name: string | undefined;
    /** `undefined` where it comes from a lookup table: see `lookup`. */
    address: Address | undefined;
    lookup: Readonly<{ table: Address; index: number }> | undefined;
    isSigner: boolean;
    isWritable: boolean;
}>;

/** An instruction of a transaction. */
export type ParsedTransactionInstruction = Readonly<{
    programAddress: Address;
    /** What people call the program; `undefined` for one that this package does not know. */
    program: string | undefined;
    /** The instruction's name in the IDL of its program; `undefined` where it can't be read. */
    name: string | undefined;
    /** What this package calls it, where it is one of the channels' program. */
    operation: ChannelOperation | undefined;
    accounts: readonly ParsedAccount[];
    /** Names of accounts that the program would need besides. */
    missingAccounts: readonly string[];
    /** Its arguments by their names in the IDL. */
    arguments: Readonly<Record<string, unknown>>;
    /** What an instruction of the Ed25519 precompile verifies; `undefined` for others, and for one that it refuses. */
    verifiedSignatures: readonly VerifiedSignature[] | undefined;
    /** The event that the instruction reports, if that is what it is. */
    event: ChannelEvent | undefined;
    data: ReadonlyUint8Array;
}>;

/** A transaction, decoded for who reads it. */
export type ParsedTransaction = TransactionFee &
    Readonly<{
        version: TransactionVersion;
        /** Bytes of the whole, and how many a cluster accepts in this version. */
        bytes: number;
        maxBytes: number;
        feePayer: Address;
        /** A recent blockhash, or the value of a durable nonce. */
        lifetimeToken: string;
        signatures: readonly ParsedSignature[];
        instructions: readonly ParsedTransactionInstruction[];
        /** The deployment's program is called by one of the instructions. */
        callsProgram: boolean;
    }>;

/** What people call the program of the channels. */
const PROGRAM = 'payment-channels';

/**
 * Decodes a transaction for who reads it: every instruction by its name, with its arguments and the names of its accounts,
 * which signatures are there and good, what it costs at most.
 *
 * It says what stands there, and judges nothing: {@link inspectOpenTransaction} and {@link inspectTopUpTransaction} do, by
 * what was agreed. Instructions of the channels' program, of System, SPL Token, Token-2022 (what it has in common with SPL
 * Token), Associated Token Account, Compute Budget, Memo and the Ed25519 precompile are decoded, others shown as they are.
 *
 * @param wire Base64, as the transaction travels.
 * @throws `TRANSACTION_MALFORMED` and `TRANSACTION_TOO_LARGE` as {@link decodeWireTransaction}; `ED25519_UNSUPPORTED`,
 * `NO_ANSWER` or `VERIFIER_FAILED` where the Web Crypto API can't tell whether a signature is good.
 *
 * @example
 * ```ts
 * const { feeLamports, instructions } = await parseWireTransaction(wire, MAINNET_DEPLOYMENT);
 * console.log(instructions.map(({ name, program }) => `${program}: ${name}`), feeLamports);
 * ```
 */
export async function parseWireTransaction(wire: string, deployment: Deployment): Promise<ParsedTransaction> {
    const { programAddress } = getProgramConfig(deployment);
    if (typeof wire !== 'string') refuseInput('wire', 'a transaction in base64', wire);
    const { bytes, message, transaction } = toDecodedTransaction(wire);
    const counted = message.instructions.map(({ data, programAddress: program }) => ({
        data,
        programAddress: program,
        // A version 1 message has these settings in its header.
        setting:
            program === COMPUTE_BUDGET_PROGRAM_ADDRESS && message.version !== 1
                ? decodeComputeBudget({ data, programAddress: program })
                : undefined,
    }));
    const states = await getSignatureStates(transaction);
    const instructions = await Promise.all(
        message.instructions.map((_, index) => toParsedInstruction(message, index, deployment)),
    );
    return toResult({
        ...getTransactionFee(message, counted),
        bytes: bytes.length,
        callsProgram: instructions.some(instruction => instruction.programAddress === programAddress),
        feePayer: message.signers[0]!,
        instructions: Object.freeze(instructions),
        lifetimeToken: message.lifetimeToken,
        maxBytes: getTransactionSizeLimit(transaction),
        signatures: Object.freeze(
            (Object.entries(transaction.signatures) as [Address, SignatureBytes | null][]).map(([signer, signature]) =>
                toResult({
                    signature: signature === null ? undefined : getBase58Decoder().decode(signature),
                    signer,
                    state: states.get(signer)!,
                }),
            ),
        ),
        version: message.version,
    });
}

async function toParsedInstruction(
    message: MessageView,
    index: number,
    deployment: Deployment,
): Promise<ParsedTransactionInstruction> {
    const { accountIndexes, data, programAddress } = message.instructions[index]!;
    const accounts = accountIndexes.map(account => message.accounts[account]!);
    const instruction = { accounts: accounts.map(toMeta), data: new Uint8Array(data), programAddress };
    const own = parseInstruction(instruction, deployment);
    const known = own === undefined ? parseKnownInstruction(instruction) : undefined;
    const names = own?.accounts.map(({ name }) => name) ?? known?.accountNames ?? [];
    const isOwn = programAddress === getProgramConfig(deployment).programAddress;
    return toResult({
        accounts: Object.freeze(accounts.map((account, place) => toParsedAccount(account, names[place]))),
        arguments: own?.data ?? toResult({ ...known?.data }),
        data: instruction.data,
        event: isOwn ? decodeEvent<RevisionName>(instruction.data, deployment) : undefined,
        missingAccounts: own?.missingAccounts ?? Object.freeze([]),
        name: own?.name ?? known?.name,
        operation: own?.operation,
        program: isOwn ? PROGRAM : known?.program,
        programAddress,
        verifiedSignatures:
            programAddress === ED25519_PROGRAM_ADDRESS
                ? await parseVerifiedSignatures(index, message.instructions.map(getData), deployment)
                : undefined,
    });
}

const getData = ({ data }: MessageInstruction): ReadonlyUint8Array => data;

/** Stands for an account that a lookup table names: whoever reads accounts for their names does not look at it. */
const LOOKED_UP = '11111111111111111111111111111111' as Address;

function toMeta(account: MessageAccount): NonNullable<Instruction['accounts']>[number] {
    const { isSigner, isWritable, source } = account;
    const address = source === 'static' ? account.address : LOOKED_UP;
    return { address, role: ((isSigner ? 2 : 0) + (isWritable ? 1 : 0)) as 0 | 1 | 2 | 3 };
}

function toParsedAccount(account: MessageAccount, name: string | undefined): ParsedAccount {
    const { isSigner, isWritable, source } = account;
    const isStatic = source === 'static';
    return toResult({
        address: isStatic ? account.address : undefined,
        isSigner,
        isWritable,
        lookup: isStatic ? undefined : toResult({ index: account.lookupIndex, table: account.lookupTable }),
        name,
    });
}
