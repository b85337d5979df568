import type { Rule } from '../inspection-context';
import { accountAddresses, accountCount, operatorAccounts, writability } from './account-rules';
import { guardAccounts, memoAccounts, memoContents, requiredMemos, tokenAccountOwners } from './addition-rules';
import {
    computeBudgetForm,
    computeBudgetRepeats,
    computeUnitLimit,
    computeUnitPrice,
    maxFee,
    requiredConfig,
    sizes,
} from './fee-rules';
import { extraInstructions, instructionData, oneChannelInstruction } from './instruction-rules';
import {
    duplicateAccounts,
    durableNonce,
    feePayer,
    lifetime,
    lookupTables,
    unusedAccounts,
    version,
} from './message-rules';
import { deposit, gracePeriod, openSlot, salt, splits, splitsRecipient, type OpenContext } from './open-rules';
import { invalidSignatures, missingSignatures, missingSigners, unexpectedSigners } from './signer-rules';
import { amount, type TopUpContext } from './top-up-rules';

/** The rules for every transaction for two parties. */
export const COMMON_RULES: readonly Rule[] = [
    version,
    feePayer,
    lifetime,
    durableNonce,
    lookupTables,
    duplicateAccounts,
    unusedAccounts,
    unexpectedSigners,
    missingSigners,
    missingSignatures,
    invalidSignatures,
    oneChannelInstruction,
    extraInstructions,
    instructionData,
    accountCount,
    accountAddresses,
    operatorAccounts,
    writability,
    memoContents,
    requiredMemos,
    memoAccounts,
    tokenAccountOwners,
    guardAccounts,
    computeBudgetForm,
    computeBudgetRepeats,
    computeUnitLimit,
    computeUnitPrice,
    maxFee,
    requiredConfig,
    sizes,
];

/** The rules for an open. */
export const OPEN_RULES: readonly Rule<OpenContext>[] = /* @__PURE__ */ (() => [
    ...COMMON_RULES,
    salt,
    deposit,
    gracePeriod,
    openSlot,
    splits,
    splitsRecipient,
])();

/** The rules for a topUp. */
export const TOP_UP_RULES: readonly Rule<TopUpContext>[] = /* @__PURE__ */ (() => [...COMMON_RULES, amount])();
