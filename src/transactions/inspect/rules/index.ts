import type { Rule } from '../context';
import {
    accountAddresses,
    accountCount,
    extraInstructions,
    instructionData,
    oneChannelInstruction,
    operatorAccounts,
    writability,
} from './accounts';
import { guardAccounts, memoAccounts, memoContents, requiredMemos, tokenAccountOwners } from './extras';
import {
    computeBudgetForm,
    computeBudgetRepeats,
    computeUnitLimit,
    computeUnitPrice,
    maxFee,
    requiredConfig,
    sizes,
} from './fees';
import { duplicateAccounts, durableNonce, feePayer, lifetime, lookupTables, unusedAccounts, version } from './message';
import { deposit, gracePeriod, openSlot, salt, splits, splitsRecipient, type OpenContext } from './open';
import { invalidSignatures, missingSignatures, missingSigners, unexpectedSigners } from './signers';
import { amount, type TopUpContext } from './top-up';

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
