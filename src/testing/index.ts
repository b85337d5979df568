export { type SendOptions } from './build-message';
export type { ChannelState } from '../channel/channel-state';
export { simulated, type SimulatedClient } from './client';
export type { ContractCase } from './contract/contract-case';
export { getJournalContractCases, type JournalContractInput } from './contract/journal-contract';
export type { JournalUnderTest } from './contract/journal-subject';
export { getStoreContractCases, type StoreContractInput } from './contract/store-contract';
export type { StoreUnderTest } from './contract/store-subject';
export { ELF_ENVIRONMENT_VARIABLES, getElfForTreasuryOwner, readProgramElf, type ProgramElf } from './elf';
export { type DeployedProgram, fetchProgramElf } from './fetch-program';
export { type ExecutedTransaction } from './history';
export {
    assertSucceeded,
    type SuccessfulTransactionResult,
    type TransactionReport,
    type TransactionResult,
} from './result';
export { createSimulatorRpc, type SimulatorRpcApi, type SimulatorRpcOptions } from './rpc';
export {
    createSimulatorRpcSubscriptions,
    type SimulatorRpcSubscriptions,
    type SimulatorRpcSubscriptionsApi,
} from './rpc-subscriptions';
export { type TransactionFailure } from './runtime-error';
export { parseScenarioJson } from './scenario/form';
export { type Balance, type Discrepancy, LAMPORTS } from './scenario/ledger';
export { createMerchantScenario, type MerchantScenarioOptions } from './scenario/merchant-scenario';
export type {
    ChannelAction,
    ChannelLife,
    ChannelMoment,
    ScenarioReport,
    ScenarioReportToken,
    ScenarioStepReport,
    ScenarioTransaction,
    TokenFlow,
    TokenFlowKind,
    UnmetExpectation,
} from './scenario/report';
export { runScenario, type ScenarioOptions, type ScenarioProgress } from './scenario/run-scenario';
export type {
    Scenario,
    ScenarioBalance,
    ScenarioBatchMode,
    ScenarioBatchSettle,
    ScenarioChannel,
    ScenarioChannels,
    ScenarioChannelStatus,
    ScenarioEnd,
    ScenarioHolding,
    ScenarioParty,
    ScenarioPayment,
    ScenarioSplit,
    ScenarioStep,
    ScenarioToken,
    ScenarioTokenProgram,
} from './scenario/scenario';
export { serveSimulator, type ServedSimulator, type ServeSimulatorOptions } from './server/serve-simulator';
export { type TokenBalance } from './token-balances';
export { type SimulatorClock } from './clock';
export { type SimulatorSnapshot } from './chain';
export { createSimulator, type SimulatorOptions } from './create-simulator';
export { Simulator } from './simulator';
export { type ChannelOptions, type MadeChannel, type MadeChannelState } from './worlds/channel';
export { type ManyChannelsOptions } from './worlds/channels';
export { type MintExtensions, type MintOptions } from './worlds/mint';
export { type Stablecoin, type StablecoinSymbol } from './worlds/stablecoin';
export { Faults, type FaultRecord, type InjectedFault } from './faults/faults';
export {
    type Fault,
    type FaultName,
    type FaultRule,
    type FaultSchedule,
    type FaultyRequest,
    type StatusLie,
} from './faults/rule';
export { createFaults, withFaults } from './faults/with-faults';
export {
    assertBalanceChanges,
    assertChannel,
    assertConserved,
    assertEvents,
    assertLamports,
    assertProgramError,
    assertTokens,
} from './assertions/assertions';
export { trackBalances, type TrackedBalances } from './assertions/balances';
export { type BalanceChanges, type ExpectedChannel } from './assertions/checks';
export { paymentChannelsMatchers, type PaymentChannelsMatchers } from './assertions/matchers';
