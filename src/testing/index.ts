export { type SendOptions } from './build-message';
export type { ChannelState } from '../channel/channel-state';
export { simulated, type SimulatedClient } from './client';
export type { ContractCase } from './contract/contract-case';
export { getJournalContractCases, type JournalContractInput } from './contract/journal-contract';
export type { JournalUnderTest } from './contract/journal-subject';
export { ELF_ENVIRONMENT_VARIABLES, getElfForTreasuryOwner, readProgramElf, type ProgramElf } from './elf';
export { type DeployedProgram, fetchProgramElf } from './fetch-program';
export { type ExecutedTransaction } from './history';
export {
    assertSucceeded,
    type SuccessfulTransactionResult,
    type TransactionReport,
    type TransactionResult,
} from './result';
export { createSimulatorRpc, type SimulatorRpcApi } from './rpc';
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
