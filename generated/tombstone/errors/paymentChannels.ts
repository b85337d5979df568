/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    isProgramError,
    type Address,
    type SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM,
    type SolanaError,
} from '@solana/kit';
import { PAYMENT_CHANNELS_PROGRAM_ADDRESS } from '../programs';

/** NotImplemented: Not returned by this program. On open it is the System program saying that the channel address is in use: choose another salt. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__NOT_IMPLEMENTED = 0x0; // 0

/** MissingRequiredSignature: A required signer did not sign, or an account is short of funds (the same number comes from the System and token programs): look at the logs for the program that failed. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__MISSING_REQUIRED_SIGNATURE = 0x1; // 1

/** InvalidChannelStatus: The channel's status does not allow this instruction, or its deadline has not come or has passed: fetch the channel and look at its status. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_STATUS = 0x2; // 2

/** InvalidAccountDiscriminator: The account has the size of a channel but is not one: check the address. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_ACCOUNT_DISCRIMINATOR = 0x3; // 3

/** UnsupportedChannelVersion: The channel has a layout version that this program does not know: use the client of the matching revision. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__UNSUPPORTED_CHANNEL_VERSION = 0x4; // 4

/** InvalidChannelPayer: The payer account is not the payer stored in the channel: pass the channel's payer. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_PAYER = 0x5; // 5

/** InvalidChannelPayee: The signer is not the payee stored in the channel: sign with the channel's payee. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_PAYEE = 0x6; // 6

/** InvalidChannelMint: The mint is not the one stored in the channel: pass the channel's mint. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_MINT = 0x7; // 7

/** InvalidEventAuthority: The event authority is not the program's own: derive it for the program address in use. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_EVENT_AUTHORITY = 0x8; // 8

/** NotEnoughAccountKeys: The instruction has too few or too many accounts. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__NOT_ENOUGH_ACCOUNT_KEYS = 0x9; // 9

/** ChannelAccountMismatch: The escrow is not the channel's associated token account, is frozen or not initialized, or belongs to another mint or owner. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__CHANNEL_ACCOUNT_MISMATCH = 0x32; // 50

/** InvalidChannelTokenAccount: The escrow cannot be read as a token account of the given token program. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_TOKEN_ACCOUNT = 0x33; // 51

/** InvalidChannelTokenExtensions: The escrow has a token extension that the program refuses, or a malformed one. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_TOKEN_EXTENSIONS = 0x34; // 52

/** MintAccountMismatch: The mint cannot be read as a mint of the given token program: check that mint and token program belong together. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__MINT_ACCOUNT_MISMATCH = 0x35; // 53

/** InvalidMintTokenProgram: The token program is neither SPL Token nor Token-2022. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_MINT_TOKEN_PROGRAM = 0x36; // 54

/** MalformedMintTokenAccountData: The Token-2022 mint has malformed data between its base and its extensions. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__MALFORMED_MINT_TOKEN_ACCOUNT_DATA = 0x37; // 55

/** MalformedMintTokenExtensions: The Token-2022 mint has an extension that the program refuses, or a malformed one: only metadata and group extensions are accepted. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__MALFORMED_MINT_TOKEN_EXTENSIONS = 0x38; // 56

/** PayerAccountMismatch: The payer's token account is not the payer's associated token account, is frozen or not initialized, or belongs to another mint or owner. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__PAYER_ACCOUNT_MISMATCH = 0x39; // 57

/** InvalidPayerTokenAccount: The payer's token account does not exist or cannot be read as a token account of the given token program: create it first. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_PAYER_TOKEN_ACCOUNT = 0x3a; // 58

/** InvalidPayerTokenExtensions: The payer's token account has a token extension that the program refuses, or a malformed one. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_PAYER_TOKEN_EXTENSIONS = 0x3b; // 59

/** PayeeAccountMismatch: The payee's token account is not the payee's associated token account. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__PAYEE_ACCOUNT_MISMATCH = 0x3c; // 60

/** InvalidPayeeTokenAccount: Reserved and never returned: a payee token account that cannot be read sends the share to the treasury instead. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_PAYEE_TOKEN_ACCOUNT = 0x3d; // 61

/** InvalidPayeeTokenExtensions: The payee's token account has malformed token extensions. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_PAYEE_TOKEN_EXTENSIONS = 0x3e; // 62

/** DepositMustBeNonZero: The deposit or the top-up amount is zero: lock at least one base unit. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__DEPOSIT_MUST_BE_NON_ZERO = 0xc8; // 200

/** GracePeriodMustBeNonZero: The grace period is zero: give the payee at least one second to settle. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__GRACE_PERIOD_MUST_BE_NON_ZERO = 0xc9; // 201

/** MissingEd25519Verification: The Ed25519 precompile instruction that verifies the voucher does not stand directly before this instruction. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__MISSING_ED25519_VERIFICATION = 0xe6; // 230

/** MalformedEd25519Instruction: The Ed25519 precompile instruction does not have the one layout that the program accepts: one signature with key, signature and message inline. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__MALFORMED_ED25519_INSTRUCTION = 0xe7; // 231

/** VoucherChannelMismatch: The voucher was signed for another channel. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_CHANNEL_MISMATCH = 0xe8; // 232

/** VoucherExpired: The voucher has expired: ask the payer for a new one. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_EXPIRED = 0xe9; // 233

/** VoucherWatermarkNotMonotonic: The voucher's cumulative amount is not above what is already settled: there is nothing to settle with it. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_WATERMARK_NOT_MONOTONIC = 0xea; // 234

/** VoucherOverDeposit: The voucher's cumulative amount is above the deposit: top the channel up first. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_OVER_DEPOSIT = 0xeb; // 235

/** VoucherMessageMismatch: The message verified by the precompile is not the voucher in the instruction data. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_MESSAGE_MISMATCH = 0xec; // 236

/** VoucherSignerMismatch: The voucher was not signed by the channel's authorized signer. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_SIGNER_MISMATCH = 0xed; // 237

/** InvalidRecipientCount: The distribution plan names more than 32 recipients. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_RECIPIENT_COUNT = 0x104; // 260

/** InvalidSplitConfig: A share of the distribution plan is zero, the shares exceed 10,000 bps, or a recipient is the channel itself. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_SPLIT_CONFIG = 0x105; // 261

/** DistributionPartsOverflow: Reserved and never returned: guards the sum of the shares. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTION_PARTS_OVERFLOW = 0x106; // 262

/** DuplicateRecipient: The distribution plan names a recipient twice: merge the two shares. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__DUPLICATE_RECIPIENT = 0x107; // 263

/** DistributionAmountOverflow: Reserved and never returned: guards the multiplication of a share. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTION_AMOUNT_OVERFLOW = 0x108; // 264

/** DistributionPreimageLengthOverflow: Reserved and never returned: guards the length of the distribution plan. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTION_PREIMAGE_LENGTH_OVERFLOW = 0x109; // 265

/** ChannelAddressMismatch: The channel account is not at the address that follows from the parties and the salt. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__CHANNEL_ADDRESS_MISMATCH = 0x7d0; // 2000

/** PayerPayeeMustDiffer: Payer and payee are the same wallet. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__PAYER_PAYEE_MUST_DIFFER = 0x7d1; // 2001

/** InvalidAuthorizedSigner: The authorized signer is not a point of the Ed25519 curve, so that it could never sign a voucher. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_AUTHORIZED_SIGNER = 0x7d2; // 2002

/** TopUpDepositOverflow: The deposit would exceed the largest amount (u64) after the top-up. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__TOP_UP_DEPOSIT_OVERFLOW = 0x834; // 2100

/** FinalizeDeadlineOverflow: The deadline of the channel exceeds the largest time (i64). */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__FINALIZE_DEADLINE_OVERFLOW = 0x898; // 2200

/** PayerAlreadyWithdrawn: The payer's refund was already paid. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__PAYER_ALREADY_WITHDRAWN = 0x8fc; // 2300

/** RefundCalculationOverflow: The settled amount exceeds the deposit: the channel account is corrupt. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__REFUND_CALCULATION_OVERFLOW = 0x8fd; // 2301

/** ChannelNotDistributable: The channel is closing: finalize it before it is distributed. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__CHANNEL_NOT_DISTRIBUTABLE = 0x960; // 2400

/** TreasuryAccountMismatch: The treasury token account is not the associated token account of this deployment's treasury owner, is frozen, or belongs to another mint or owner: check the deployment. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__TREASURY_ACCOUNT_MISMATCH = 0x961; // 2401

/** InvalidTreasuryTokenAccount: The treasury token account does not exist or cannot be read: create it first. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_TREASURY_TOKEN_ACCOUNT = 0x962; // 2402

/** InvalidTreasuryTokenExtensions: The treasury token account has a token extension that the program refuses, or a malformed one. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_TREASURY_TOKEN_EXTENSIONS = 0x963; // 2403

/** RecipientAccountMismatch: A recipient token account is not the associated token account of the recipient at its place in the plan. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__RECIPIENT_ACCOUNT_MISMATCH = 0x964; // 2404

/** InvalidRecipientTokenAccount: Reserved and never returned: a recipient token account that cannot be read sends the share to the treasury instead. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_RECIPIENT_TOKEN_ACCOUNT = 0x965; // 2405

/** InvalidRecipientTokenExtensions: A recipient token account has malformed token extensions. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_RECIPIENT_TOKEN_EXTENSIONS = 0x966; // 2406

/** InvalidDistributionHash: The distribution plan is not the one that the channel was opened with. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_DISTRIBUTION_HASH = 0x967; // 2407

/** NothingToDistribute: Nothing was settled since the last distribution. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__NOTHING_TO_DISTRIBUTE = 0x968; // 2408

/** RecipientAccountCountMismatch: The number of recipient token accounts is not the number of recipients in the plan. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__RECIPIENT_ACCOUNT_COUNT_MISMATCH = 0x969; // 2409

/** DistributePoolOverflow: The payout watermark exceeds the settled amount: the channel account is corrupt. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTE_POOL_OVERFLOW = 0x96a; // 2410

/** DistributeBalanceCalculationOverflow: The escrow holds less than is due, or the channel less than the rent of its tombstone. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTE_BALANCE_CALCULATION_OVERFLOW = 0x96b; // 2411

/** DistributePayerBalanceOverflow: The payer's lamports would exceed the largest amount (u64). */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTE_PAYER_BALANCE_OVERFLOW = 0x96c; // 2412

/** DistributeTransferQueueOverflow: Reserved and never returned: guards the number of transfers. */
export const PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTE_TRANSFER_QUEUE_OVERFLOW = 0x96d; // 2413

/** Any error code of the program. */
export type PaymentChannelsProgramErrorCode =
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__NOT_IMPLEMENTED
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__MISSING_REQUIRED_SIGNATURE
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_STATUS
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_ACCOUNT_DISCRIMINATOR
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__UNSUPPORTED_CHANNEL_VERSION
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_PAYER
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_PAYEE
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_MINT
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_EVENT_AUTHORITY
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__NOT_ENOUGH_ACCOUNT_KEYS
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__CHANNEL_ACCOUNT_MISMATCH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_TOKEN_ACCOUNT
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_CHANNEL_TOKEN_EXTENSIONS
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__MINT_ACCOUNT_MISMATCH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_MINT_TOKEN_PROGRAM
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__MALFORMED_MINT_TOKEN_ACCOUNT_DATA
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__MALFORMED_MINT_TOKEN_EXTENSIONS
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__PAYER_ACCOUNT_MISMATCH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_PAYER_TOKEN_ACCOUNT
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_PAYER_TOKEN_EXTENSIONS
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__PAYEE_ACCOUNT_MISMATCH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_PAYEE_TOKEN_ACCOUNT
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_PAYEE_TOKEN_EXTENSIONS
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__DEPOSIT_MUST_BE_NON_ZERO
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__GRACE_PERIOD_MUST_BE_NON_ZERO
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__MISSING_ED25519_VERIFICATION
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__MALFORMED_ED25519_INSTRUCTION
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_CHANNEL_MISMATCH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_EXPIRED
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_WATERMARK_NOT_MONOTONIC
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_OVER_DEPOSIT
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_MESSAGE_MISMATCH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__VOUCHER_SIGNER_MISMATCH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_RECIPIENT_COUNT
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_SPLIT_CONFIG
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTION_PARTS_OVERFLOW
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__DUPLICATE_RECIPIENT
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTION_AMOUNT_OVERFLOW
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTION_PREIMAGE_LENGTH_OVERFLOW
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__CHANNEL_ADDRESS_MISMATCH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__PAYER_PAYEE_MUST_DIFFER
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_AUTHORIZED_SIGNER
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__TOP_UP_DEPOSIT_OVERFLOW
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__FINALIZE_DEADLINE_OVERFLOW
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__PAYER_ALREADY_WITHDRAWN
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__REFUND_CALCULATION_OVERFLOW
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__CHANNEL_NOT_DISTRIBUTABLE
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__TREASURY_ACCOUNT_MISMATCH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_TREASURY_TOKEN_ACCOUNT
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_TREASURY_TOKEN_EXTENSIONS
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__RECIPIENT_ACCOUNT_MISMATCH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_RECIPIENT_TOKEN_ACCOUNT
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_RECIPIENT_TOKEN_EXTENSIONS
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__INVALID_DISTRIBUTION_HASH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__NOTHING_TO_DISTRIBUTE
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__RECIPIENT_ACCOUNT_COUNT_MISMATCH
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTE_POOL_OVERFLOW
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTE_BALANCE_CALCULATION_OVERFLOW
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTE_PAYER_BALANCE_OVERFLOW
    | typeof PAYMENT_CHANNELS_PROGRAM_ERROR__DISTRIBUTE_TRANSFER_QUEUE_OVERFLOW;

/** The name and the message of each error code of the program. */
export const PAYMENT_CHANNELS_PROGRAM_ERRORS: Readonly<
    Record<PaymentChannelsProgramErrorCode, Readonly<{ name: string; message: string }>>
> = {
    0: {
        name: 'notImplemented',
        message:
            'Not returned by this program. On open it is the System program saying that the channel address is in use: choose another salt.',
    },
    1: {
        name: 'missingRequiredSignature',
        message:
            'A required signer did not sign, or an account is short of funds (the same number comes from the System and token programs): look at the logs for the program that failed.',
    },
    2: {
        name: 'invalidChannelStatus',
        message:
            "The channel's status does not allow this instruction, or its deadline has not come or has passed: fetch the channel and look at its status.",
    },
    3: {
        name: 'invalidAccountDiscriminator',
        message: 'The account has the size of a channel but is not one: check the address.',
    },
    4: {
        name: 'unsupportedChannelVersion',
        message:
            'The channel has a layout version that this program does not know: use the client of the matching revision.',
    },
    5: {
        name: 'invalidChannelPayer',
        message: "The payer account is not the payer stored in the channel: pass the channel's payer.",
    },
    6: {
        name: 'invalidChannelPayee',
        message: "The signer is not the payee stored in the channel: sign with the channel's payee.",
    },
    7: {
        name: 'invalidChannelMint',
        message: "The mint is not the one stored in the channel: pass the channel's mint.",
    },
    8: {
        name: 'invalidEventAuthority',
        message: "The event authority is not the program's own: derive it for the program address in use.",
    },
    9: { name: 'notEnoughAccountKeys', message: 'The instruction has too few or too many accounts.' },
    50: {
        name: 'channelAccountMismatch',
        message:
            "The escrow is not the channel's associated token account, is frozen or not initialized, or belongs to another mint or owner.",
    },
    51: {
        name: 'invalidChannelTokenAccount',
        message: 'The escrow cannot be read as a token account of the given token program.',
    },
    52: {
        name: 'invalidChannelTokenExtensions',
        message: 'The escrow has a token extension that the program refuses, or a malformed one.',
    },
    53: {
        name: 'mintAccountMismatch',
        message:
            'The mint cannot be read as a mint of the given token program: check that mint and token program belong together.',
    },
    54: { name: 'invalidMintTokenProgram', message: 'The token program is neither SPL Token nor Token-2022.' },
    55: {
        name: 'malformedMintTokenAccountData',
        message: 'The Token-2022 mint has malformed data between its base and its extensions.',
    },
    56: {
        name: 'malformedMintTokenExtensions',
        message:
            'The Token-2022 mint has an extension that the program refuses, or a malformed one: only metadata and group extensions are accepted.',
    },
    57: {
        name: 'payerAccountMismatch',
        message:
            "The payer's token account is not the payer's associated token account, is frozen or not initialized, or belongs to another mint or owner.",
    },
    58: {
        name: 'invalidPayerTokenAccount',
        message:
            "The payer's token account does not exist or cannot be read as a token account of the given token program: create it first.",
    },
    59: {
        name: 'invalidPayerTokenExtensions',
        message: "The payer's token account has a token extension that the program refuses, or a malformed one.",
    },
    60: {
        name: 'payeeAccountMismatch',
        message: "The payee's token account is not the payee's associated token account.",
    },
    61: {
        name: 'invalidPayeeTokenAccount',
        message:
            'Reserved and never returned: a payee token account that cannot be read sends the share to the treasury instead.',
    },
    62: { name: 'invalidPayeeTokenExtensions', message: "The payee's token account has malformed token extensions." },
    200: {
        name: 'depositMustBeNonZero',
        message: 'The deposit or the top-up amount is zero: lock at least one base unit.',
    },
    201: {
        name: 'gracePeriodMustBeNonZero',
        message: 'The grace period is zero: give the payee at least one second to settle.',
    },
    230: {
        name: 'missingEd25519Verification',
        message:
            'The Ed25519 precompile instruction that verifies the voucher does not stand directly before this instruction.',
    },
    231: {
        name: 'malformedEd25519Instruction',
        message:
            'The Ed25519 precompile instruction does not have the one layout that the program accepts: one signature with key, signature and message inline.',
    },
    232: { name: 'voucherChannelMismatch', message: 'The voucher was signed for another channel.' },
    233: { name: 'voucherExpired', message: 'The voucher has expired: ask the payer for a new one.' },
    234: {
        name: 'voucherWatermarkNotMonotonic',
        message:
            "The voucher's cumulative amount is not above what is already settled: there is nothing to settle with it.",
    },
    235: {
        name: 'voucherOverDeposit',
        message: "The voucher's cumulative amount is above the deposit: top the channel up first.",
    },
    236: {
        name: 'voucherMessageMismatch',
        message: 'The message verified by the precompile is not the voucher in the instruction data.',
    },
    237: { name: 'voucherSignerMismatch', message: "The voucher was not signed by the channel's authorized signer." },
    260: { name: 'invalidRecipientCount', message: 'The distribution plan names more than 32 recipients.' },
    261: {
        name: 'invalidSplitConfig',
        message:
            'A share of the distribution plan is zero, the shares exceed 10,000 bps, or a recipient is the channel itself.',
    },
    262: { name: 'distributionPartsOverflow', message: 'Reserved and never returned: guards the sum of the shares.' },
    263: {
        name: 'duplicateRecipient',
        message: 'The distribution plan names a recipient twice: merge the two shares.',
    },
    264: {
        name: 'distributionAmountOverflow',
        message: 'Reserved and never returned: guards the multiplication of a share.',
    },
    265: {
        name: 'distributionPreimageLengthOverflow',
        message: 'Reserved and never returned: guards the length of the distribution plan.',
    },
    2000: {
        name: 'channelAddressMismatch',
        message: 'The channel account is not at the address that follows from the parties and the salt.',
    },
    2001: { name: 'payerPayeeMustDiffer', message: 'Payer and payee are the same wallet.' },
    2002: {
        name: 'invalidAuthorizedSigner',
        message: 'The authorized signer is not a point of the Ed25519 curve, so that it could never sign a voucher.',
    },
    2100: {
        name: 'topUpDepositOverflow',
        message: 'The deposit would exceed the largest amount (u64) after the top-up.',
    },
    2200: { name: 'finalizeDeadlineOverflow', message: 'The deadline of the channel exceeds the largest time (i64).' },
    2300: { name: 'payerAlreadyWithdrawn', message: "The payer's refund was already paid." },
    2301: {
        name: 'refundCalculationOverflow',
        message: 'The settled amount exceeds the deposit: the channel account is corrupt.',
    },
    2400: { name: 'channelNotDistributable', message: 'The channel is closing: finalize it before it is distributed.' },
    2401: {
        name: 'treasuryAccountMismatch',
        message:
            "The treasury token account is not the associated token account of this deployment's treasury owner, is frozen, or belongs to another mint or owner: check the deployment.",
    },
    2402: {
        name: 'invalidTreasuryTokenAccount',
        message: 'The treasury token account does not exist or cannot be read: create it first.',
    },
    2403: {
        name: 'invalidTreasuryTokenExtensions',
        message: 'The treasury token account has a token extension that the program refuses, or a malformed one.',
    },
    2404: {
        name: 'recipientAccountMismatch',
        message:
            'A recipient token account is not the associated token account of the recipient at its place in the plan.',
    },
    2405: {
        name: 'invalidRecipientTokenAccount',
        message:
            'Reserved and never returned: a recipient token account that cannot be read sends the share to the treasury instead.',
    },
    2406: {
        name: 'invalidRecipientTokenExtensions',
        message: 'A recipient token account has malformed token extensions.',
    },
    2407: {
        name: 'invalidDistributionHash',
        message: 'The distribution plan is not the one that the channel was opened with.',
    },
    2408: { name: 'nothingToDistribute', message: 'Nothing was settled since the last distribution.' },
    2409: {
        name: 'recipientAccountCountMismatch',
        message: 'The number of recipient token accounts is not the number of recipients in the plan.',
    },
    2410: {
        name: 'distributePoolOverflow',
        message: 'The payout watermark exceeds the settled amount: the channel account is corrupt.',
    },
    2411: {
        name: 'distributeBalanceCalculationOverflow',
        message: 'The escrow holds less than is due, or the channel less than the rent of its tombstone.',
    },
    2412: {
        name: 'distributePayerBalanceOverflow',
        message: "The payer's lamports would exceed the largest amount (u64).",
    },
    2413: {
        name: 'distributeTransferQueueOverflow',
        message: 'Reserved and never returned: guards the number of transfers.',
    },
};

/** Whether a number is an error code of the program. */
export function isPaymentChannelsProgramErrorCode(code: number): code is PaymentChannelsProgramErrorCode {
    return Object.hasOwn(PAYMENT_CHANNELS_PROGRAM_ERRORS, code);
}

/** A sentence that says what an error code of the program means and what can be done about it. */
export function getPaymentChannelsProgramErrorMessage(code: PaymentChannelsProgramErrorCode): string {
    return PAYMENT_CHANNELS_PROGRAM_ERRORS[code].message;
}

/**
 * Whether an error that kit threw for a failed transaction is a custom error of this program, and the given
 * one if a code is given.
 *
 * @param transactionMessage The message of the transaction that failed: the error names an instruction by its
 * index only.
 */
export function isPaymentChannelsProgramError<TCode extends PaymentChannelsProgramErrorCode>(
    error: unknown,
    transactionMessage: { instructions: Record<number, { programAddress: Address }> },
    code?: TCode,
    config?: { programAddress?: Address },
): error is SolanaError<typeof SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM> &
    Readonly<{ context: Readonly<{ code: TCode }> }> {
    return isProgramError<TCode>(
        error,
        transactionMessage,
        config?.programAddress ?? PAYMENT_CHANNELS_PROGRAM_ADDRESS,
        code,
    );
}
