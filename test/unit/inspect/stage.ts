import {
    type AccountRole,
    appendTransactionMessageInstructions,
    blockhash,
    compileTransaction,
    createKeyPairSignerFromPrivateKeyBytes,
    createNoopSigner,
    createTransactionMessage,
    getCompiledTransactionMessageDecoder,
    getCompiledTransactionMessageEncoder,
    partiallySignTransaction,
    pipe,
    setTransactionMessageComputeUnitLimit,
    setTransactionMessageFeePayer,
    setTransactionMessageLifetimeUsingBlockhash,
    setTransactionMessageLoadedAccountsDataSizeLimit,
    type Address,
    type CompiledTransactionMessage,
    type Instruction,
    type KeyPairSigner,
    type ReadonlyUint8Array,
    type SignatureBytes,
    type Transaction,
    type TransactionMessage,
    type TransactionMessageBytes,
    type TransactionMessageWithFeePayer,
    type TransactionVersion,
} from '@solana/kit';

import {
    findChannelPda,
    getOpenInstructionAsync,
    getTopUpInstructionAsync,
    type Deployment,
    type OpenAgreement,
    type OpenInput,
    type TopUpAgreement,
} from '../../../src';
import { addressOf, AUTHORIZED_SIGNER, MINT, PAYEE, SALT, SPL_TOKEN } from '../../fixtures/parties';
import { byRevision, ofEpoch } from '../../fixtures/revision';
import { CHANNEL, SPLITS } from '../../fixtures/vectors';
import { AGREED_NOW, DEPLOYMENT, OPENED } from '../../fixtures/deployment';

// Who takes part in the attacks, what payer and operator agreed on, and how a transaction is made: a good one, unless
// it is told what to change and at which level. Everybody's keys are at hand, so that an attack is always well signed.

const signerOf = (byte: number) => createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(byte));
export const [PAYER_KEY, OPERATOR_KEY, ATTACKER_KEY] = await Promise.all([signerOf(101), signerOf(102), signerOf(103)]);
const KEYS: readonly KeyPairSigner[] = [PAYER_KEY, OPERATOR_KEY, ATTACKER_KEY];
export const [PAYER, OPERATOR, ATTACKER] = KEYS.map(({ address }) => address) as [Address, Address, Address];

export const BLOCKHASH = { blockhash: blockhash(addressOf(0x61)), lastValidBlockHeight: 1_000n };
export const VERSIONS: readonly TransactionVersion[] = ['legacy', 0, 1];

const PARTIES = { mint: MINT, operator: OPERATOR, payer: PAYER, tokenProgram: SPL_TOKEN };
const COMMON = { ...PARTIES, blockhashes: [BLOCKHASH], maxFeeLamports: 20_000n };

export const OPEN_AGREEMENT: OpenAgreement = {
    ...COMMON,
    ...AGREED_NOW,
    authorizedSigner: AUTHORIZED_SIGNER,
    deposit: { max: 2_000_000n, min: 500_000n },
    gracePeriodSeconds: 3_600,
    payee: PAYEE,
    salt: SALT,
    splits: SPLITS,
};

export const TOP_UP_AGREEMENT: TopUpAgreement = {
    ...COMMON,
    amount: { max: 2_000_000n, min: 500_000n },
    channel: CHANNEL,
};

/** What the payer's application would pass to the builder. */
export const OPEN_INPUT: OpenInput = {
    authorizedSigner: AUTHORIZED_SIGNER,
    deposit: 1_000_000n,
    gracePeriodSeconds: 3_600,
    mint: MINT,
    payee: PAYEE,
    payer: createNoopSigner(PAYER),
    salt: SALT,
    splits: SPLITS,
    tokenProgram: SPL_TOKEN,
};

/** The channel that the good open creates. */
export const [OPEN_CHANNEL] = await findChannelPda(
    { ...OPENED, authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: PAYEE, payer: PAYER, salt: SALT },
    DEPLOYMENT,
);

export const getOpen = (input: Partial<OpenInput> = {}, config: Deployment = DEPLOYMENT) =>
    getOpenInstructionAsync({ ...OPENED, ...OPEN_INPUT, ...input }, config);

export const getTopUp = (amount = 1_000_000n, channel: Address = CHANNEL) =>
    getTopUpInstructionAsync(
        { amount, channel, mint: MINT, payer: createNoopSigner(PAYER), tokenProgram: SPL_TOKEN },
        DEPLOYMENT,
    );

/** Where an account of the tombstone revision's open stands in that of this run, which may list the rent payer. */
export const inOpen = (position: number): number =>
    position > 0 ? position + byRevision({ epoch: 1, tombstone: 0 }) : position;
/** Where open lists the rent payer, who is the payer here. */
export const RENT_PAYER_POSITIONS: readonly number[] = ofEpoch(1);

type Message = TransactionMessage & TransactionMessageWithFeePayer;
/** A compiled message of version legacy or 0, whose parts can be written to. */
export type OpenMessage = {
    header: { numReadonlyNonSignerAccounts: number; numReadonlySignerAccounts: number; numSignerAccounts: number };
    staticAccounts: Address[];
    lifetimeToken: string;
    instructions: { programAddressIndex: number; accountIndices?: number[]; data?: ReadonlyUint8Array }[];
    addressTableLookups?: { lookupTableAddress: Address; readonlyIndexes: number[]; writableIndexes: number[] }[];
    version: TransactionVersion;
};

/** How a transaction differs from a good one. */
export type Forgery = {
    instructions?: readonly Instruction[];
    version?: TransactionVersion;
    feePayer?: Address;
    lifetime?: string;
    /** Changes the message before it is compiled. */
    message?: (message: Message) => Message;
    /** Changes the compiled message. */
    compiled?: (message: OpenMessage) => void;
    /** Whose keys sign, if they are asked to; payer and attacker by default. */
    signers?: readonly Address[];
    /** Changes the signatures. */
    signatures?: (signatures: Record<Address, SignatureBytes | null>) => void;
};

/** A version 1 message can do nothing without limits. */
export const withLimits = (message: Message): Message =>
    message.version === 1
        ? pipe(
              message,
              m => setTransactionMessageComputeUnitLimit(200_000, m),
              m => setTransactionMessageLoadedAccountsDataSizeLimit(1_000_000, m),
          )
        : message;

/** Makes a transaction: the good open of version 0, signed by the payer, but for what is forged. */
export async function forge(forgery: Forgery = {}): Promise<Transaction> {
    const instructions = forgery.instructions ?? [await getOpen()];
    const message = pipe(
        createTransactionMessage({ version: forgery.version ?? 0 }) as TransactionMessage,
        m => setTransactionMessageFeePayer(forgery.feePayer ?? OPERATOR, m) as Message,
        m =>
            setTransactionMessageLifetimeUsingBlockhash(
                { ...BLOCKHASH, blockhash: blockhash(forgery.lifetime ?? BLOCKHASH.blockhash) },
                m,
            ) as Message,
        m => appendTransactionMessageInstructions(instructions, m) as Message,
        withLimits,
        forgery.message ?? (m => m),
    );
    const { messageBytes } = compileTransaction(message);
    const compiled = structuredClone(getCompiledTransactionMessageDecoder().decode(messageBytes)) as OpenMessage;
    forgery.compiled?.(compiled);
    return await sign(compiled, forgery);
}

async function sign(compiled: OpenMessage, forgery: Forgery): Promise<Transaction> {
    const messageBytes = getCompiledTransactionMessageEncoder().encode(
        compiled as unknown as CompiledTransactionMessage,
    ) as unknown as TransactionMessageBytes;
    const asked = compiled.staticAccounts.slice(0, compiled.header.numSignerAccounts);
    const signers = (forgery.signers ?? [PAYER, ATTACKER]).filter(address => asked.includes(address));
    const signed = await partiallySignTransaction(
        KEYS.filter(({ address }) => signers.includes(address)).map(({ keyPair }) => keyPair),
        { messageBytes, signatures: Object.fromEntries(asked.map(address => [address, null])) },
    );
    const signatures = { ...signed.signatures };
    forgery.signatures?.(signatures);
    return { messageBytes, signatures };
}

/** The same instruction with some accounts replaced, by position. */
export function replaceAccounts(
    instruction: Instruction,
    replacements: Record<number, Partial<{ address: Address; role: AccountRole }>>,
): Instruction {
    const accounts = (instruction.accounts ?? []).map(({ address, role }, position) => ({
        address,
        role,
        ...replacements[position],
    }));
    return { ...instruction, accounts };
}

/** The same instruction with other data. */
export function replaceData(
    instruction: Instruction,
    change: (data: Uint8Array<ArrayBuffer>) => Uint8Array,
): Instruction {
    return { ...instruction, data: change(new Uint8Array(instruction.data ?? [])) };
}

/** An instruction of whatever program. */
export const getInstruction = (
    programAddress: Address,
    accounts: readonly (readonly [Address, AccountRole])[],
    data: Iterable<number> = [],
): Instruction => ({
    accounts: accounts.map(([address, role]) => ({ address, role })),
    data: new Uint8Array([...data]),
    programAddress,
});

/** Makes a readonly account of a compiled message writable: it changes its place with the first readonly one. */
export function makeWritable(message: OpenMessage, address: Address): void {
    const first = message.staticAccounts.length - message.header.numReadonlyNonSignerAccounts;
    swap(message, message.staticAccounts.indexOf(address), first);
    message.header.numReadonlyNonSignerAccounts -= 1;
}

/** Makes a writable account, which does not sign, readonly. */
export function makeReadonly(message: OpenMessage, address: Address): void {
    const last = message.staticAccounts.length - message.header.numReadonlyNonSignerAccounts - 1;
    swap(message, message.staticAccounts.indexOf(address), last);
    message.header.numReadonlyNonSignerAccounts += 1;
}

/** Makes an account that does not sign a readonly signer, the last one of the signers. */
export function makeSigner(message: OpenMessage, address: Address): void {
    const { header, staticAccounts } = message;
    const readonlyBefore = staticAccounts.length - header.numReadonlyNonSignerAccounts;
    const isReadonly = staticAccounts.indexOf(address) >= readonlyBefore;
    move(message, staticAccounts.indexOf(address), header.numSignerAccounts);
    header.numSignerAccounts += 1;
    header.numReadonlySignerAccounts += 1;
    if (isReadonly) header.numReadonlyNonSignerAccounts -= 1;
}

/** Adds an account that does not sign, at the end: readonly ones stand there. */
export function addAccount(message: OpenMessage, address: Address): number {
    message.header.numReadonlyNonSignerAccounts += 1;
    return message.staticAccounts.push(address) - 1;
}

function move(message: OpenMessage, from: number, to: number): void {
    const order = message.staticAccounts.map((_, index) => index);
    order.splice(to, 0, ...order.splice(from, 1));
    reorder(message, order);
}

function swap(message: OpenMessage, a: number, b: number): void {
    const order = message.staticAccounts.map((_, index) => index);
    [order[a], order[b]] = [order[b]!, order[a]!];
    reorder(message, order);
}

/** Puts the accounts in another order, and every index with them. */
function reorder(message: OpenMessage, order: readonly number[]): void {
    const newIndexOf = (old: number) => (old < order.length ? order.indexOf(old) : old);
    message.staticAccounts = order.map(old => message.staticAccounts[old]!);
    for (const instruction of message.instructions) {
        instruction.programAddressIndex = newIndexOf(instruction.programAddressIndex);
        instruction.accountIndices = (instruction.accountIndices ?? []).map(newIndexOf);
    }
}
