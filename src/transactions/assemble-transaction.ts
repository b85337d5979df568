import {
    appendTransactionMessageInstructions,
    compileTransaction,
    compressTransactionMessageUsingAddressLookupTables,
    createTransactionMessage,
    pipe,
    setTransactionMessageFeePayer,
    setTransactionMessageLifetimeUsingBlockhash,
    type Address,
    type AddressesByLookupTableAddress,
    type Base64EncodedWireTransaction,
    type Instruction,
    type Transaction,
    type TransactionMessage,
    type TransactionMessageWithFeePayer,
    type TransactionVersion,
} from '@solana/kit';

import { setComputeBudget } from '../runtime/compute-budget';
import { toResult } from '../core/json-form';
import { getPart, type DeploymentParts } from '../revision/deployment';
import { OPERATOR_IS_PAYER, TRANSACTION_MALFORMED } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import {
    describe,
    readDeeply,
    readMembers,
    readTerms,
    refuseInput,
    toAddress,
    toInteger,
    toList,
    toOneOf,
    toU64,
} from '../core/input';
import { toInstruction } from '../instructions/instruction-input';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';
import { MICRO_LAMPORTS_PER_LAMPORT } from '../runtime/fees';
import {
    DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION,
    MAX_COMPUTE_UNITS,
    MAX_LOADED_ACCOUNTS_DATA_SIZE,
} from '../runtime/limits';
import { getOpenInstructionAsync, type OpenInput, type OpenParts } from '../instructions/open';
import { getTopUpInstructionAsync, type TopUpInput } from '../instructions/top-up';
import { toSignerWait, type SignerWait } from '../runtime/signing';
import type { BlockhashLifetime } from './transaction-agreement';
import { toAddressesByTable } from '../runtime/transaction-size';
import { toBlockhash } from './check-agreement';
import { getMemoInstruction } from './memo';
import { signWith, toCosigner, type TransactionCosigner } from './transaction-cosigner';
import { toDecodedTransaction, toWire } from './wire-transaction';

/** Options for a transaction that contains an instruction of the payer and that the operator pays for. */
export type AssembleInput = SignerWait &
    Readonly<{
        /** Wallet that pays the fee; not the payer. Its signature is left open. */
        operator: Address;
        /** Recent blockhash that the transaction is built on; one that the operator gave out. */
        blockhash: BlockhashLifetime;
        /** Version of the transaction message, 0 by default. */
        version?: TransactionVersion | undefined;
        /** Limit of compute units; by default the runtime's own for one instruction (200,000). */
        computeUnitLimit?: number | undefined;
        /** Priority fee in lamports for the whole transaction; rounded down to what a price can express. */
        priorityFeeLamports?: bigint | number | undefined;
        /** A memo, for instance the order number that the operator gave out. */
        memo?: string | undefined;
        /** Other instructions that were agreed, such as creations of token accounts. They come first. */
        extraInstructions?: readonly Instruction[] | undefined;
        /** Contents of lookup tables to use (version 0 only); the operator has to know them. */
        lookupTables?: Readonly<Record<Address, readonly Address[]>> | undefined;
    }>;

/** Input of {@link assembleOpenTransaction}. */
export type AssembleOpenInput<TRevision extends RevisionName = RevisionName> = AssembleInput &
    Omit<OpenInput<TRevision>, keyof RevisionTypes[TRevision]['assembleOpen']> &
    RevisionTypes[TRevision]['assembleOpen'];

/** A transaction with the payer's signature, and the operator's still missing. */
export type AssembledTransaction = Readonly<{
    transaction: Transaction;
    /** The same in base64, as it is sent to the operator. */
    wire: Base64EncodedWireTransaction;
}>;

type Message = TransactionMessage & TransactionMessageWithFeePayer;

const VERSIONS: readonly TransactionVersion[] = ['legacy', 0, 1];

/**
 * Builds a transaction that opens a channel, paid for by the operator, and has the payer sign it (docs/program.md,
 * section 7.1).
 *
 * The payer may be a modifying signer of kit: a wallet that adds a priority fee, a memo or guards before it signs. What
 * it signed is what comes back; the operator's {@link inspectOpenTransaction} sees what was added.
 *
 * @throws As {@link getOpenInstructionAsync}; `OPERATOR_IS_PAYER`; `SIGNER_INVALID` for a payer that can't sign without
 * sending; `BLOCKHASH_INVALID`; `INPUT_INVALID` by field; `TRANSACTION_TOO_LARGE`; `TRANSACTION_SIGNATURE_MISSING`,
 * `TRANSACTION_SIGNATURE_INVALID` or `TRANSACTION_MALFORMED` for what the payer's wallet returned.
 *
 * @example
 * ```ts
 * const { wire } = await assembleOpenTransaction(
 *     { ...terms, blockhash, openSlot, operator, payer },
 *     MAINNET_DEPLOYMENT,
 * );
 * await fetch(url, { body: wire, method: 'POST' });
 * ```
 */
export async function assembleOpenTransaction<TRevision extends RevisionName>(
    input: AssembleOpenInput<TRevision>,
    deployment: OpenParts<TRevision>,
): Promise<AssembledTransaction> {
    const payer = toCosigner('payer', readMembers('input', input as AssembleOpenInput, ['payer']).payer);
    const assembly = toAssembly(input, payer);
    const signers = getPart(deployment, 'open').getLaterSigners(input);
    const open = { ...copyMembers(input), ...signers } as unknown as OpenInput<TRevision>;
    return await assemble(await getOpenInstructionAsync<TRevision>(open, deployment), payer, assembly);
}

/**
 * Builds a transaction that adds to the deposit of a channel, as {@link assembleOpenTransaction} does for an open
 * (docs/program.md, section 7.3).
 *
 * @throws As {@link getTopUpInstructionAsync} and {@link assembleOpenTransaction}.
 *
 * @example
 * ```ts
 * const { wire } = await assembleTopUpTransaction(
 *     { amount: 500_000n, blockhash, channel, mint, operator, payer },
 *     MAINNET_DEPLOYMENT,
 * );
 * ```
 */
export async function assembleTopUpTransaction(
    input: AssembleInput & TopUpInput,
    deployment: DeploymentParts<'programAddress' | 'revision' | 'topUp'>,
): Promise<AssembledTransaction> {
    const payer = toCosigner('payer', readMembers('input', input, ['payer']).payer);
    const assembly = toAssembly(input, payer);
    return await assemble(await getTopUpInstructionAsync(input, deployment), payer, assembly);
}

/** A copy of the options of the transaction. */
function toAssembly(assembleInput: AssembleInput, payer: TransactionCosigner) {
    const input = readTerms('input', assembleInput, NAMES, OPTIONAL);
    const operator = toAddress('operator', input.operator);
    if (operator === payer.address) throw new PaymentChannelsError(OPERATOR_IS_PAYER, { address: operator });
    const { computeUnitLimit, extraInstructions = [], memo, priorityFeeLamports, version = 0 } = input;
    toOneOf('version', version, VERSIONS);
    if (memo !== undefined && typeof memo !== 'string') refuseInput('memo', 'a string', memo);
    return {
        computeUnitLimit,
        extra: toList('extraInstructions', extraInstructions, 'an array of instructions', toFields),
        lifetime: toLifetime(input.blockhash),
        lookupTables: toTables(version, input.lookupTables),
        memo,
        operator,
        priorityFeeLamports,
        version,
        wait: toSignerWait('input', assembleInput),
    };
}

async function assemble(
    instruction: Instruction,
    payer: TransactionCosigner,
    { extra, lifetime, lookupTables, memo, operator, version, wait, ...budget }: ReturnType<typeof toAssembly>,
): Promise<AssembledTransaction> {
    const message = pipe(
        // Kit's types keep the versions apart; what is done here is the same for each.
        createTransactionMessage({ version }) as TransactionMessage,
        m => setTransactionMessageFeePayer(operator, m) as Message,
        m => setTransactionMessageLifetimeUsingBlockhash(lifetime, m) as Message,
        m => setBudget(m, budget),
        m => appendTransactionMessageInstructions([...extra, instruction], m) as Message,
        m =>
            memo === undefined ? m : (appendTransactionMessageInstructions([getMemoInstruction(memo)], m) as Message),
    );
    const unsigned = compile(message, lookupTables);
    // Before anybody is asked to sign it.
    toDecodedTransaction(unsigned);
    const { bytes, transaction } = await signWith(payer, unsigned, wait);
    return toResult({ transaction, wire: toWire(bytes) });
}

const OPTIONAL = [
    'computeUnitLimit',
    'extraInstructions',
    'lookupTables',
    'memo',
    'priorityFeeLamports',
    'version',
] as const;
const NAMES = [
    'blockhash',
    'computeUnitLimit',
    'extraInstructions',
    'lookupTables',
    'memo',
    'operator',
    'priorityFeeLamports',
    'version',
] as const;

/** The members of an object, those of its own that can be listed. */
function copyMembers<T extends object>(input: T): T {
    return readDeeply('input', 'an object whose members can be read', input, () => ({ ...input }));
}

function toLifetime(lifetime: BlockhashLifetime): BlockhashLifetime {
    const { blockhash, lastValidBlockHeight } =
        typeof lifetime === 'object' && (lifetime as unknown) !== null
            ? readMembers('blockhash', lifetime, ['blockhash', 'lastValidBlockHeight'])
            : ({} as Partial<BlockhashLifetime>);
    return toResult({
        blockhash: toBlockhash('blockhash.blockhash', blockhash) as BlockhashLifetime['blockhash'],
        lastValidBlockHeight: toU64('blockhash.lastValidBlockHeight', lastValidBlockHeight),
    });
}

function setBudget(
    message: Message,
    { computeUnitLimit, priorityFeeLamports }: Pick<AssembleInput, 'computeUnitLimit' | 'priorityFeeLamports'>,
): Message {
    const units =
        computeUnitLimit === undefined
            ? // What the runtime grants an instruction that asks for nothing; a message of version 1 has to ask.
              DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION
            : Number(toInteger('computeUnitLimit', computeUnitLimit, 1n, BigInt(MAX_COMPUTE_UNITS)));
    const priorityFee =
        priorityFeeLamports === undefined ? undefined : toU64('priorityFeeLamports', priorityFeeLamports);
    if (message.version === 1) {
        return setComputeBudget(message, {
            computeUnitLimit: units,
            loadedAccountsDataSizeLimit: MAX_LOADED_ACCOUNTS_DATA_SIZE,
            priorityFeeLamports: priorityFee,
        });
    }
    // Without the limit a price would be for whatever the runtime grants by default.
    if (computeUnitLimit === undefined && priorityFee === undefined) return message;
    const price = priorityFee && (priorityFee * MICRO_LAMPORTS_PER_LAMPORT) / BigInt(units);
    return setComputeBudget(message, {
        computeUnitLimit: units,
        computeUnitPrice: price === undefined ? undefined : toU64('priorityFeeLamports', price),
    });
}

function compile(message: Message, lookupTables: AddressesByLookupTableAddress | undefined): Transaction {
    try {
        return compileTransaction(
            lookupTables === undefined
                ? message
                : (compressTransactionMessageUsingAddressLookupTables(
                      message as Message & { version: 0 },
                      lookupTables,
                  ) as Message),
        );
    } catch (cause) {
        // For instance an instruction of the caller's that writes to a program.
        const reason = cause instanceof Error ? cause.message : describe(cause);
        return refuseMessage('message', reason, cause);
    }
}

/** No transaction can be made of it. */
function refuseMessage(field: string, reason: string, cause?: unknown): never {
    throw new PaymentChannelsError(TRANSACTION_MALFORMED, { field, reason }, { cause });
}

function toFields(value: unknown, field: string): Instruction {
    try {
        return toInstruction(value, field);
    } catch (error) {
        return refuseMessage(field, (error as Error).message, error);
    }
}

function toTables(
    version: TransactionVersion,
    lookupTables: AssembleInput['lookupTables'],
): AddressesByLookupTableAddress | undefined {
    if (lookupTables === undefined) return undefined;
    if (version !== 0) refuseInput('lookupTables', 'left out: only version 0 has lookup tables', lookupTables);
    if (typeof lookupTables !== 'object' || (lookupTables as unknown) === null) {
        refuseMessage('lookupTables', `they have to be an object of addresses; got ${describe(lookupTables)}`);
    }
    return toAddressesByTable('lookupTables', lookupTables);
}
