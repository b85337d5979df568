// The functions of the root entry point, bound to the epoch revision. What each takes, returns and throws, and for most an
// example, is said where it is defined; here is what it is, and what is different.

import * as channelAccount from '../channel/account';
import * as channelAgreed from '../channel/agreed';
import * as channelAddresses from '../channel/addresses';
import * as channelAssessDistribution from '../channel/assess-distribution';
import * as channelAssessOpen from '../channel/assess-open';
import * as channelCheapSalt from '../channel/cheap-salt';
import * as channelClosing from '../channel/closing';
import * as channelDerive from '../channel/derive';
import * as channelDistribution from '../channel/distribution';
import * as channelDistributionAddresses from '../channel/distribution-addresses';
import * as channelFetch from '../channel/fetch';
import * as channelFetchAssessment from '../channel/fetch-assessment';
import * as channelFilters from '../channel/filters';
import * as channelQuery from '../channel/query';
import * as channelState from '../channel/state';
import * as events from '../events';
import * as instructionsComposed from '../instructions/composed';
import * as instructionsDistribute from '../instructions/distribute';
import * as instructionsDistributeLimit from '../instructions/distribute-limit';
import * as instructionsOpen from '../instructions/open';
import * as instructionsRequestClose from '../instructions/request-close';
import * as instructionsSettle from '../instructions/settle';
import * as instructionsTopUp from '../instructions/top-up';
import * as instructionsWithdrawPayer from '../instructions/withdraw-payer';
import * as programError from '../program-error';
import * as settlementCompare from '../settlement/compare';
import * as settlementExecute from '../settlement/execute/execute';
import * as settlementFetchItems from '../settlement/execute/fetch-items';
import * as settlementLookupTables from '../settlement/lookup-table/plan';
import * as settlementPlan from '../settlement/plan';
import * as transactionsAssemble from '../transactions/assemble';
import * as transactionsInspect from '../transactions/inspect';
import * as voucherCheck from '../voucher/check';
import * as voucherEd25519 from '../voucher/ed25519';
import * as voucherSign from '../voucher/sign';
import * as voucherVerifier from '../voucher/verifier';
import * as voucherVerify from '../voucher/verify';
import * as voucherVoucher from '../voucher/voucher';
import { withEpoch } from './with-epoch';

/** Decodes the account of a channel (spec section 3.1). */
export const decodeChannelAccount = /* @__PURE__ */ withEpoch(channelAccount.decodeChannelAccount<string, 'epoch'>, 1);

/** Finds a salt with which the channel and its escrow both have bump 255. */
export const findCheapChannelSalt = /* @__PURE__ */ withEpoch(channelCheapSalt.findCheapChannelSalt<'epoch'>, 1);

/** Derives the address of a channel and its bump (spec section 2). */
export const findChannelPda = /* @__PURE__ */ withEpoch(channelAddresses.findChannelPda<'epoch'>, 1);

/** Derives the address of the treasury's token account for a mint. */
export const findTreasuryTokenPda = /* @__PURE__ */ withEpoch(channelAddresses.findTreasuryTokenPda, 1);

/** Derives the address of a channel and its bump at once. */
export const findChannelPdaSync = /* @__PURE__ */ withEpoch(channelDerive.findChannelPdaSync<'epoch'>, 1);

/** Derives the address that signs the program's calls to itself. */
export const findEventAuthorityPdaSync = /* @__PURE__ */ withEpoch(channelDerive.findEventAuthorityPdaSync, 0);

/** Derives the address of the treasury's token account for a mint at once. */
export const findTreasuryTokenPdaSync = /* @__PURE__ */ withEpoch(channelDerive.findTreasuryTokenPdaSync, 1);

/** Throws unless a channel is what was agreed, rent payer and open slot included. */
export const assertIsAgreedChannel = /* @__PURE__ */ withEpoch(channelAgreed.assertIsAgreedChannel<'epoch'>, 2);

/** Compares a channel with what was agreed, and says in what it differs. */
export const getChannelMismatches = /* @__PURE__ */ withEpoch(channelAgreed.getChannelMismatches<'epoch'>, 2);

/** Says, party by party, what `distribute` would do now (spec sections 7.8 and 8). */
export const assessDistribution = /* @__PURE__ */ withEpoch(channelAssessDistribution.assessDistribution<'epoch'>, 1);

/** Says what would make `open` fail now (spec section 7.1), an open slot that can't land included. */
export const assessOpen = /* @__PURE__ */ withEpoch(channelAssessOpen.assessOpen<'epoch'>, 1);

/** Finds the channels that their payers have begun to close, ordered by their deadline. */
export const fetchClosingChannels = /* @__PURE__ */ withEpoch(channelClosing.fetchClosingChannels<'epoch'>, 2);

/** Watches the channels that their payers have begun to close. */
export const watchClosingChannels = /* @__PURE__ */ withEpoch(channelClosing.watchClosingChannels<'epoch'>, 2);

/** Checks that a distribution plan is the one a channel was opened with. */
export const assertIsDistributionOf = /* @__PURE__ */ withEpoch(channelDistribution.assertIsDistributionOf, 2);

/** The 32-byte SHA-256 hash by which a channel holds its distribution plan. */
export const getDistributionHash = /* @__PURE__ */ withEpoch(channelDistribution.getDistributionHash, 1);

/** Derives the token accounts that `distribute` reads and pays. */
export const findDistributionAddresses = /* @__PURE__ */ withEpoch(
    channelDistributionAddresses.findDistributionAddresses,
    1,
);

/** Reads what `distribute` depends on and says what it would do. */
export const fetchDistributionAssessment = /* @__PURE__ */ withEpoch(
    channelFetchAssessment.fetchDistributionAssessment<'epoch'>,
    2,
);

/** Reads what `open` depends on and says what would make it fail. */
export const fetchOpenAssessment = /* @__PURE__ */ withEpoch(channelFetchAssessment.fetchOpenAssessment<'epoch'>, 2);

/** Reads which token program owns a mint. */
export const fetchTokenProgram = /* @__PURE__ */ withEpoch(channelFetchAssessment.fetchTokenProgram, 2);

/** Fetches the accounts of many channels. */
export const fetchAllChannel = /* @__PURE__ */ withEpoch(channelFetch.fetchAllChannel<'epoch'>, 2);

/** Fetches the accounts of many channels, of those that there are. */
export const fetchAllMaybeChannel = /* @__PURE__ */ withEpoch(channelFetch.fetchAllMaybeChannel<'epoch'>, 2);

/** Fetches the account of a channel. */
export const fetchChannel = /* @__PURE__ */ withEpoch(channelFetch.fetchChannel<string, 'epoch'>, 2);

/** Fetches the account of the channel of the given parties, salt and open slot. */
export const fetchChannelFromSeeds = /* @__PURE__ */ withEpoch(channelFetch.fetchChannelFromSeeds<'epoch'>, 2);

/** Fetches what stands at the address of a channel: open, closing, sealed or distributed, or nothing (`absent`) once it is gone. */
export const fetchChannelState = /* @__PURE__ */ withEpoch(channelFetch.fetchChannelState<'epoch'>, 2);

/** Fetches what stands at each of many addresses. */
export const fetchChannelStates = /* @__PURE__ */ withEpoch(channelFetch.fetchChannelStates<'epoch'>, 2);

/** Fetches the account of a channel, if there is one. */
export const fetchMaybeChannel = /* @__PURE__ */ withEpoch(channelFetch.fetchMaybeChannel<string, 'epoch'>, 2);

/** Fetches the account of the channel of the given parties, salt and open slot, if there is one. */
export const fetchMaybeChannelFromSeeds = /* @__PURE__ */ withEpoch(
    channelFetch.fetchMaybeChannelFromSeeds<'epoch'>,
    2,
);

/** The filters by which an RPC finds the accounts of channels, by rent payer and open slot as well. */
export const getChannelFilters = /* @__PURE__ */ withEpoch(channelFilters.getChannelFilters<'epoch'>, 1);

/** Finds the channels with all of the given fields. */
export const fetchChannels = /* @__PURE__ */ withEpoch(channelQuery.fetchChannels<'epoch'>, 2);

/** Says what stands at the address of a channel (spec sections 3 and 4). */
export const decodeChannelState = /* @__PURE__ */ withEpoch(channelState.decodeChannelState<'epoch'>, 1);

/** Distributes and creates token accounts before that. */
export const getDistributeInstructionsAsync = /* @__PURE__ */ withEpoch(
    instructionsComposed.getDistributeInstructionsAsync<'epoch'>,
    1,
);

/** Opens a channel and creates the token accounts that its payouts will need. */
export const getOpenInstructionsAsync = /* @__PURE__ */ withEpoch(
    instructionsComposed.getOpenInstructionsAsync<'epoch'>,
    1,
);

/** Reads the events of the program out of the instructions that a successful transaction executed. */
export const parseEvents = /* @__PURE__ */ withEpoch(events.parseEvents<'epoch'>, 1);

/** Reads the events of the program out of a transaction. */
export const parseTransactionEvents = /* @__PURE__ */ withEpoch(events.parseTransactionEvents<'epoch'>, 1);

/** Counts the events that a transaction emitted, by its logs. */
export const getLoggedEventCount = /* @__PURE__ */ withEpoch(events.getLoggedEventCount, 1);

/** Pays out what was settled; on a sealed channel everything, to the last (spec section 7.8). */
export const getDistributeInstructionAsync = /* @__PURE__ */ withEpoch(
    instructionsDistribute.getDistributeInstructionAsync<'epoch'>,
    1,
);

/** Refuses a plan that could be opened and then not be distributed in the way it will be. */
export const assertIsDistributable = /* @__PURE__ */ withEpoch(
    instructionsDistributeLimit.assertIsDistributable<'epoch'>,
    2,
);

/** What a `distribute` needs, and the most it can have in the way it will be sent. */
export const getDistributeRequirements = /* @__PURE__ */ withEpoch(
    instructionsDistributeLimit.getDistributeRequirements<'epoch'>,
    2,
);

/** The most recipients that a plan can name to be distributed in some way: 10 in a plain transaction. */
export const getMaxDistributableRecipients = /* @__PURE__ */ withEpoch(
    instructionsDistributeLimit.getMaxDistributableRecipients,
    1,
);

/** Opens a channel for an open slot; the rent payer, who is the payer by default, pays all rent (spec section 7.1). */
export const getOpenInstructionAsync = /* @__PURE__ */ withEpoch(instructionsOpen.getOpenInstructionAsync<'epoch'>, 1);

/** Starts the grace period of an open channel at the request of the payer (spec section 7.5). */
export const getRequestCloseInstruction = /* @__PURE__ */ withEpoch(
    instructionsRequestClose.getRequestCloseInstruction,
    1,
);

/** Settles a voucher on an open channel: the pair of the Ed25519 precompile and settle (spec section 7.2). */
export const getSettleInstructions = /* @__PURE__ */ withEpoch(instructionsSettle.getSettleInstructions<'epoch'>, 1);

/** Adds to the deposit of an open channel (spec section 7.3). */
export const getTopUpInstructionAsync = /* @__PURE__ */ withEpoch(instructionsTopUp.getTopUpInstructionAsync, 1);

/** Refunds the payer of a sealed channel with what was not settled (spec section 7.7). */
export const getWithdrawPayerInstructionAsync = /* @__PURE__ */ withEpoch(
    instructionsWithdrawPayer.getWithdrawPayerInstructionAsync,
    1,
);

/** Builds a transaction that opens a channel, paid for by the operator, and has the payer sign it. */
export const assembleOpenTransaction = /* @__PURE__ */ withEpoch(
    transactionsAssemble.assembleOpenTransaction<'epoch'>,
    1,
);

/** Builds a transaction that adds to the deposit of a channel, paid for by the operator. */
export const assembleTopUpTransaction = /* @__PURE__ */ withEpoch(transactionsAssemble.assembleTopUpTransaction, 1);

/** Judges a transaction that opens a channel by what was agreed, the open slot and the rent payer included. */
export const inspectOpenTransaction = /* @__PURE__ */ withEpoch(transactionsInspect.inspectOpenTransaction<'epoch'>, 2);

/** Judges a transaction that adds to the deposit of a channel by what was agreed. */
export const inspectTopUpTransaction = /* @__PURE__ */ withEpoch(transactionsInspect.inspectTopUpTransaction, 2);

/** Checks a voucher against its channel and the rules of the server, and verifies its signature. */
export const checkVoucher = /* @__PURE__ */ withEpoch(voucherCheck.checkVoucher<'epoch'>, 2);

/** Checks a voucher without looking at the signature. */
export const checkVoucherState = /* @__PURE__ */ withEpoch(voucherCheck.checkVoucherState<'epoch'>, 2);

/** Says why a transaction failed, and which program said so. */
export const getProgramFailure = /* @__PURE__ */ withEpoch(programError.getProgramFailure, 1);

/** The precompile instruction that verifies the signature of a voucher (spec section 6.2). */
export const getVerifyVoucherInstruction = /* @__PURE__ */ withEpoch(voucherEd25519.getVerifyVoucherInstruction, 1);

/** Signs a voucher: 50 bytes, whose first two say that it is one of this revision. */
export const signVoucher = /* @__PURE__ */ withEpoch(voucherSign.signVoucher, 2);

/** Creates a verifier of many vouchers on the Web Crypto API. */
export const createVoucherVerifier = /* @__PURE__ */ withEpoch(voucherVerifier.createVoucherVerifier, 1);

/** Whether the signature of a voucher is good and by the key it has to be by. */
export const verifyVoucher = /* @__PURE__ */ withEpoch(voucherVerify.verifyVoucher, 2);

/** Decodes the 50 bytes of a voucher (spec section 3.3). */
export const decodeVoucher = /* @__PURE__ */ withEpoch(voucherVoucher.decodeVoucher, 1);

/** Encodes a voucher to the 50 bytes that are signed (spec section 3.3). */
export const encodeVoucher = /* @__PURE__ */ withEpoch(voucherVoucher.encodeVoucher, 1);

/** Plans how to bring the vouchers of many channels on chain in few transactions. */
export const planBatchSettle = /* @__PURE__ */ withEpoch(settlementPlan.planBatchSettle<'epoch'>, 2);

/** Verifies the vouchers of a batch that have not been verified yet, and plans it. */
export const planBatchSettleAsync = /* @__PURE__ */ withEpoch(settlementPlan.planBatchSettleAsync<'epoch'>, 2);

/** Says what a batch would cost in every way to send it. */
export const compareBatchOptions = /* @__PURE__ */ withEpoch(settlementCompare.compareBatchOptions<'epoch'>, 2);

/** Says which lookup tables a batch in version 0 should get, if any. */
export const planLookupTables = /* @__PURE__ */ withEpoch(settlementLookupTables.planLookupTables<'epoch'>, 2);

/** Reads what planning a batch takes. */
export const fetchBatchItems = /* @__PURE__ */ withEpoch(settlementFetchItems.fetchBatchItems<'epoch'>, 2);

/** Brings the vouchers of many channels on chain: plans, sends, confirms, and plans again what did not land. */
export const executeBatchSettle = /* @__PURE__ */ withEpoch(settlementExecute.executeBatchSettle<'epoch'>, 3);
