import type { Address, Instruction, TransactionVersion } from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { toResult } from '../core/json-form';
import { decodeAddress } from '../core/address-bytes';
import type { AddressOrSigner, TokenInput } from '../channel/find-pdas';
import { deriveTokenPda, findEscrowPdaSync, findTreasuryTokenPdaSync } from '../channel/find-pdas-sync';
import { toSplits, type Split } from '../channel/splits';
import type { DistributionAddressesInput } from '../channel/distribution-addresses';
import { getPart } from '../revision/deployment';
import { SPLITS_NOT_DISTRIBUTABLE } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import {
    assertIsInput,
    type OnlyMembers,
    readDeeply,
    readMembers,
    readOnlyMembers,
    readTerms,
    toAddress,
    toBoolean,
    toInteger,
    toTokenProgram,
} from '../core/input';
import type { RevisionName, RevisionTypes } from '../revision/revision-types';
import {
    COMPUTE_BUDGET_INSTRUCTION_COMPUTE_UNITS,
    DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION,
    MAX_COMPUTE_UNITS,
    MAX_INSTRUCTION_TRACE,
} from '../runtime/limits';
import { getTransactionLimits, toTransactionVersion } from '../runtime/transaction-limits';
import { measureTransaction } from '../runtime/transaction-size';
import { buildDistributeInstruction, type DistributeParts } from './distribute';
import {
    getDistributeCalls,
    getDistributeComputeUnits,
    getLikelyBumpSteps,
    OTHER_TRANSFERS,
} from './distribute-compute';

/**
 * How a channel will be distributed. It decides how many recipients the splits can have.
 *
 * By default in a plain version 0 transaction: no lookup table and no compute-budget instruction.
 */
export type DistributionMethod = Readonly<{
    /** Version of the transaction; 0 by default. */
    version?: TransactionVersion | undefined;
    /**
     * Whether a lookup table holds every account of the instruction, but for the program, which can't come from one.
     * Only version 0 has them.
     */
    usesLookupTable?: boolean | undefined;
    /**
     * Compute units that the transaction will ask for. Without it, it asks for none and gets 200,000; a version 1
     * transaction always asks, by default for the 1,400,000 that are the most.
     */
    computeUnitLimit?: number | undefined;
    /** Whether it will name a price for compute units, in version 1 a priority fee. */
    computeUnitPrice?: boolean | undefined;
    /** Whether it will limit the size of the accounts it loads. A version 1 transaction always does. */
    loadedAccountsDataSizeLimit?: boolean | undefined;
    /** Wallet that will pay the fee; by default one that is no party of the channel. */
    feePayer?: AddressOrSigner | undefined;
}>;

/** What is distributed: the splits of a channel, or any splits with a number of recipients. */
export type DistributeRequirementsInput<TRevision extends RevisionName = RevisionName> =
    | (DistributionAddressesInput & RevisionTypes[TRevision]['distributeInput'])
    | Readonly<{
          /** Number of recipients, at most 32. */
          recipientCount: bigint | number;
          /** Token program of the mint, SPL Token by default. */
          tokenProgram?: Address | undefined;
      }>;

/** How much of a resource a `distribute` needs, and how much it can have. */
export type DistributeRequirement = Readonly<{ needed: number; max: number }>;

/** The requirements of a transaction that distributes. */
export type DistributeRequirements = Readonly<{
    /** Its exact size on the wire, signature included; for any splits with a number of recipients, of the largest. */
    bytes: DistributeRequirement;
    accounts: DistributeRequirement;
    /**
     * Instructions of the runtime's trace, when nothing is redirected: those of the transaction, the transfers (in
     * batches of eight for SPL Token) and the closing of the escrow.
     */
    instructionTrace: DistributeRequirement;
    /**
     * Compute units of the deployed program at most: on a finalized channel, with every payout redirected, and for
     * Token-2022 with all extensions of the mint that the program allows. How long the token accounts take to derive is
     * known for the splits of a channel; for any splits with a number of recipients it is what 99 of 100 take at most.
     */
    computeUnits: DistributeRequirement;
    /** Number of payouts that may be redirected to the treasury: each takes one more instruction of the trace. */
    maxRedirects: number;
}>;

/** Beside the recipients those of the payee and of the payer may be redirected. */
const OTHER_PAYOUTS = 2;

/**
 * Computes what a `distribute` needs, exactly or as an upper bound, and what a transaction of the given kind has room
 * for (docs/program.md, sections 7.8 and 9).
 *
 * @throws By field: `ADDRESS_INVALID`, `INTEGER_NOT_EXACT`, `INTEGER_OUT_OF_RANGE`, `TOKEN_PROGRAM_UNSUPPORTED`,
 * `TRANSACTION_VERSION_UNSUPPORTED`; the errors of {@link toSplits}.
 *
 * @example
 * ```ts
 * const channelToPay = { channel, mint, payee, payer: payer.address, rentPayer: sponsor.address, splits };
 * const { bytes } = getDistributeRequirements(channelToPay, MAINNET_DEPLOYMENT, { version: 1 });
 * ```
 */
export function getDistributeRequirements<TRevision extends RevisionName>(
    input: DistributeRequirementsInput<TRevision>,
    deployment: DistributeParts<TRevision>,
    method: DistributionMethod = {},
): DistributeRequirements {
    return measureRequirements(describe(input, deployment), method);
}

function describe(input: DistributeRequirementsInput<RevisionName>, deployment: DistributeParts): Described {
    if (!isOfChannel(input)) return describeAnySplits(input, deployment);
    const { splits } = readMembers('input', input, ['splits']);
    return describeChannel(input, toSplits(splits, deployment), deployment);
}

function measureRequirements(
    { bumpSteps, instruction, recipientCount, tokenProgram }: Described,
    method: DistributionMethod,
): DistributeRequirements {
    const { computeBudget, computeUnitLimit, feePayer, version, usesLookupTable } = toMethod(method);
    const measure = measureTransaction({
        computeBudget,
        feePayer,
        instructions: [instruction],
        lookupTables: usesLookupTable
            ? { [getPlaceholder(0)]: (instruction.accounts ?? []).map(({ address }) => address) }
            : undefined,
        version,
    });
    const limits = getTransactionLimits(version);

    const isSplToken = tokenProgram === TOKEN_PROGRAM_ADDRESS;
    const instructionTrace =
        measure.instructions + getDistributeCalls({ isSplToken, recipientCount, redirectCount: 0 });
    const redirectCount = Math.min(recipientCount + OTHER_PAYOUTS, MAX_INSTRUCTION_TRACE - instructionTrace);
    return toResult({
        accounts: requirement(measure.accounts, limits.accounts),
        bytes: requirement(measure.bytes, limits.bytes),
        computeUnits: requirement(
            getDistributeComputeUnits({ bumpSteps, recipientCount, redirectCount, tokenProgram }) +
                COMPUTE_BUDGET_INSTRUCTION_COMPUTE_UNITS * (measure.instructions - 1),
            computeUnitLimit,
        ),
        instructionTrace: requirement(instructionTrace, MAX_INSTRUCTION_TRACE),
        maxRedirects: redirectCount,
    });
}

/**
 * The largest number of recipients that splits can name and still be distributed by the given method. For SPL Token: 11
 * in a plain transaction (10 where channels have a rent payer of their own), 26 or 27 with a lookup table (with and
 * without a compute-unit limit), 32 in version 1.
 *
 * @throws As {@link getDistributeRequirements}.
 *
 * @example
 * ```ts
 * getMaxDistributableRecipients(MAINNET_DEPLOYMENT); // 10
 * getMaxDistributableRecipients(MAINNET_DEPLOYMENT, { version: 1 }); // 32
 * ```
 */
export function getMaxDistributableRecipients(
    deployment: DistributeParts,
    input: Readonly<{ tokenProgram?: Address | undefined }> & DistributionMethod = {},
): number {
    const names = { ...METHOD_MEMBERS, tokenProgram: true } as const;
    const { tokenProgram, ...method } = readOnlyMembers('input', input, names);
    for (let recipientCount = getPart(deployment, 'splits').maxRecipients; recipientCount > 0; recipientCount--) {
        const requirements = getDistributeRequirements<RevisionName>(
            { recipientCount, tokenProgram },
            deployment,
            method,
        );
        if (findExceeded(requirements) === undefined) {
            return recipientCount;
        }
    }
    return 0;
}

/**
 * Refuses splits that a channel could be opened with but that could never be distributed by the given method.
 *
 * @throws `SPLITS_NOT_DISTRIBUTABLE` with what is exceeded, by how much, and what would help; otherwise as
 * {@link getDistributeRequirements}.
 *
 * @example
 * ```ts
 * const channelToPay = { channel, mint, payee, payer: payer.address, rentPayer: sponsor.address, splits };
 * assertIsDistributable(channelToPay, MAINNET_DEPLOYMENT, { usesLookupTable: true });
 * ```
 */
export function assertIsDistributable<TRevision extends RevisionName>(
    input: DistributeRequirementsInput<TRevision>,
    deployment: DistributeParts<TRevision>,
    method: DistributionMethod = {},
): void {
    assertIsWithinLimits(input, describe(input, deployment), deployment, method);
}

/** {@link assertIsDistributable} for splits that are checked already. */
export function assertAreDistributable<TRevision extends RevisionName>(
    input: DistributionAddressesInput,
    deployment: DistributeParts<TRevision>,
    method: DistributionMethod = {},
): void {
    const described = describeChannel(input, input.splits, deployment);
    assertIsWithinLimits(input as DistributeRequirementsInput<TRevision>, described, deployment, method);
}

function assertIsWithinLimits<TRevision extends RevisionName>(
    input: DistributeRequirementsInput<TRevision>,
    described: Described,
    deployment: DistributeParts<TRevision>,
    method: DistributionMethod,
): void {
    const requirements = measureRequirements(described, method);
    const exceeded = findExceeded(requirements);
    if (exceeded === undefined) return;
    const { max, needed } = requirements[exceeded];
    throw new PaymentChannelsError(SPLITS_NOT_DISTRIBUTABLE, {
        actual: needed,
        exceeded,
        max,
        recipientCount: isOfChannel(input) ? input.splits.length : Number(input.recipientCount),
        remedies: getRemedies(input, method, deployment),
    });
}

/** Whether the splits are those of a channel, rather than any with so many recipients. */
function isOfChannel(
    input: DistributeRequirementsInput<RevisionName>,
): input is Extract<DistributeRequirementsInput<RevisionName>, { splits: unknown }> {
    assertIsInput('input', input);
    return readDeeply('input', 'the splits of a channel, or a number of recipients', input, () => 'splits' in input);
}

type Limit = 'accounts' | 'bytes' | 'computeUnits' | 'instructionTrace';

function findExceeded(requirements: DistributeRequirements): Limit | undefined {
    return (['bytes', 'accounts', 'instructionTrace', 'computeUnits'] as const).find(
        limit => requirements[limit].needed > requirements[limit].max,
    );
}

/** The other ways in which the splits can be distributed, the closest to the given one first. */
function getRemedies<TRevision extends RevisionName>(
    input: DistributeRequirementsInput<TRevision>,
    method: DistributionMethod,
    deployment: DistributeParts<TRevision>,
): string[] {
    const computeUnitLimit = MAX_COMPUTE_UNITS;
    const lookupTable = { ...method, usesLookupTable: true, version: 0 } as const;
    const remedies: (readonly [string, DistributionMethod])[] = [
        ['with a higher compute-unit limit', { ...method, computeUnitLimit }],
        ['through a lookup table', lookupTable],
        ['through a lookup table and with a compute-unit limit', { ...lookupTable, computeUnitLimit }],
        ['in a version 1 transaction', { ...method, computeUnitLimit, version: 1 }],
    ];
    const helping = remedies.filter(
        ([, other]) => findExceeded(getDistributeRequirements<TRevision>(input, deployment, other)) === undefined,
    );
    // A lookup table alone may be enough, without a limit.
    return helping
        .map(([text]) => text)
        .filter((text, _, all) => text !== remedies[2]![0] || !all.includes(remedies[1]![0]));
}

const METHOD_MEMBERS: OnlyMembers<DistributionMethod> = {
    computeUnitLimit: true,
    computeUnitPrice: true,
    feePayer: true,
    loadedAccountsDataSizeLimit: true,
    usesLookupTable: true,
    version: true,
};

function toMethod(input: DistributionMethod) {
    const method = readOnlyMembers('distribution', input, METHOD_MEMBERS);
    const toFlag = (name: 'computeUnitPrice' | 'loadedAccountsDataSizeLimit') =>
        method[name] === undefined ? false : toBoolean(`distribution.${name}`, method[name]);
    const version = toTransactionVersion('distribution.version', method.version ?? 0);
    const isVersion1 = version === 1;
    const computeUnitLimit =
        method.computeUnitLimit === undefined
            ? undefined
            : Number(
                  toInteger('distribution.computeUnitLimit', method.computeUnitLimit, 0n, BigInt(MAX_COMPUTE_UNITS)),
              );
    return {
        computeBudget: {
            computeUnitLimit: isVersion1 || computeUnitLimit !== undefined,
            computeUnitPrice: toFlag('computeUnitPrice'),
            loadedAccountsDataSizeLimit: toFlag('loadedAccountsDataSizeLimit') || isVersion1,
        },
        computeUnitLimit: computeUnitLimit ?? (isVersion1 ? MAX_COMPUTE_UNITS : DEFAULT_COMPUTE_UNITS_PER_INSTRUCTION),
        feePayer:
            method.feePayer === undefined ? getPlaceholder(1) : toAddress('distribution.feePayer', method.feePayer),
        // There is always less room without a table.
        usesLookupTable: method.usesLookupTable === true,
        version,
    };
}

type Described = Readonly<{
    instruction: Instruction;
    tokenProgram: Address;
    recipientCount: number;
    bumpSteps: number;
}>;

const CHANNEL_NAMES = ['channel', 'mint', 'payee', 'payer', 'tokenProgram'] as const;

/** The very instruction that will distribute a channel. */
function describeChannel(
    input: DistributionAddressesInput,
    splits: readonly Split[],
    deployment: DistributeParts,
): Described {
    const terms = readTerms('input', input, CHANNEL_NAMES, ['tokenProgram']);
    const token: Required<TokenInput> = {
        mint: toAddress('mint', terms.mint),
        tokenProgram: toTokenProgram('tokenProgram', terms.tokenProgram),
    };
    const channel = toAddress('channel', terms.channel);
    const others = [
        findEscrowPdaSync({ ...token, channel }),
        deriveTokenPda('payer', terms.payer, token),
        deriveTokenPda('payee', terms.payee, token),
        findTreasuryTokenPdaSync(token, deployment),
    ] as const;
    const recipients = splits.map(({ recipient }, index) =>
        deriveTokenPda(`splits[${index}].recipient`, recipient, token),
    );
    const [[escrow], [payer], [payee], [treasury]] = others;
    return {
        bumpSteps: [...others, ...recipients].reduce((sum, [, bump]) => sum + 255 - bump, 0),
        instruction: buildDistributeInstruction(
            {
                ...token,
                addresses: {
                    channel,
                    escrow,
                    payee,
                    payer,
                    recipients: recipients.map(([address]) => address),
                    treasury,
                },
                fields: getPart(deployment, 'distribute').toFields(input),
                payer: toAddress('payer', terms.payer),
                splits,
            },
            deployment,
        ),
        recipientCount: splits.length,
        tokenProgram: token.tokenProgram,
    };
}

/** An instruction for as many recipients in which no two addresses are the same. */
function describeAnySplits(
    input: Readonly<{ recipientCount: bigint | number; tokenProgram?: Address | undefined }>,
    deployment: DistributeParts,
): Described {
    const { maxRecipients } = getPart(deployment, 'splits');
    const given = readTerms('input', input, ['recipientCount', 'tokenProgram'], ['tokenProgram']);
    const tokenProgram = toTokenProgram('tokenProgram', given.tokenProgram);
    const recipientCount = Number(toInteger('recipientCount', given.recipientCount, 0n, BigInt(maxRecipients)));
    // The first two are the lookup table and the fee payer.
    let index = 2;
    const next = () => getPlaceholder(index++);
    const recipients = Array.from({ length: recipientCount }, next);
    const splits = recipients.map((recipient): Split => ({ bps: 1, recipient }));
    return {
        bumpSteps: getLikelyBumpSteps(recipientCount + OTHER_TRANSFERS + 1),
        instruction: buildDistributeInstruction(
            {
                addresses: {
                    channel: next(),
                    escrow: next(),
                    payee: next(),
                    payer: next(),
                    recipients,
                    treasury: next(),
                },
                fields: getPart(deployment, 'distribute').getPlaceholders(next),
                mint: next(),
                payer: next(),
                splits,
                tokenProgram,
            },
            deployment,
        ),
        recipientCount,
        tokenProgram,
    };
}

/** An address that stands for one that is not known: no wallet, program or token account has it. */
function getPlaceholder(index: number): Address {
    return decodeAddress(new Uint8Array(32).fill(0xff, 1).fill(index + 1, 0, 1));
}

function requirement(needed: number, max: number): DistributeRequirement {
    return toResult({ max, needed });
}
