import type { Address, Signature } from '@solana/kit';

import type { Deployment } from '../../revision/deployment';
import type { Balance, Discrepancy } from './ledger';
import type { ScenarioChannelStatus, ScenarioStep, ScenarioTokenProgram } from './scenario';

/** What happens to a channel, in the words that all deployments share. */
export type ChannelAction = Exclude<
    ScenarioStep['do'],
    'advance' | 'batchSettle' | 'closeTokenAccount' | 'freeze' | 'thaw'
>;

/** One transaction of a scenario. */
export type ScenarioTransaction = Readonly<{
    /** In the program's own words for what it does. */
    label: string;
    signature: Signature;
    feePayer: Address;
    bytes: number;
    computeUnits: number;
    feeLamports: bigint;
    /** Place of its step in the scenario, from 0. */
    step: number;
    action: ScenarioStep['do'];
    /** The channels in it, by their names. */
    channels: readonly string[];
    /** Seconds from the start of the scenario to it. */
    atSeconds: bigint;
    /** The error that it failed with, as it had to. */
    failure?: string | undefined;
}>;

/** A channel right after something happened with it: all amounts are sums since it was opened, in base units. */
export type ChannelMoment = Readonly<{
    /** Place of the step in the scenario, from 0. */
    step: number;
    atSeconds: bigint;
    actions: readonly ChannelAction[];
    deposit: bigint;
    /** Number of vouchers that were signed. */
    vouchers: number;
    /** Total that the best voucher authorizes. */
    authorized: bigint;
    settled: bigint;
    /** How much of what is settled has been distributed. */
    paidOut: bigint;
    /** What has gone back to the payer of what was not settled. */
    refunded: bigint;
}>;

/** The life of a channel. */
export type ChannelLife = Readonly<{
    name: string;
    /** `undefined` for one that nothing was ever done with. */
    address: Address | undefined;
    payer: string;
    payee: string;
    /** Who paid its rent. */
    rentPayer: string;
    token: string;
    moments: readonly ChannelMoment[];
}>;

/**
 * Why tokens moved between a party and a channel: a `deposit` goes into it; a `payout`, a `refund` and the `remainder` of
 * rounding come out. A `forfeit` is a share that went to the treasury because its account could not receive it.
 */
export type TokenFlowKind = 'deposit' | 'forfeit' | 'payout' | 'refund' | 'remainder';

/** What has moved between a party and a channel, altogether. */
export type TokenFlow = Readonly<{
    kind: TokenFlowKind;
    channel: string;
    party: string;
    token: string;
    amount: bigint;
}>;

/** A step of a scenario as it was run. */
export type ScenarioStepReport = Readonly<{
    action: ScenarioStep['do'];
    /** When it began, in seconds from the start of the scenario. */
    atSeconds: bigint;
    /** What it was done with: how many channels, or whose account. */
    subject: string;
    /** Number of its transactions. */
    transactions: number;
    /** The error that it failed with, as it had to. */
    failure?: string | undefined;
    /** Why it was passed over, in part or altogether. */
    passedOver?: string | undefined;
}>;

/** Something that should be so in the end, or in a step that should fail, and is not. */
export type UnmetExpectation = Readonly<{ what: string; expected: string; actual: string }>;

/** A token of a scenario. */
export type ScenarioReportToken = Readonly<{
    name: string;
    mint: Address;
    decimals: number;
    program: ScenarioTokenProgram;
}>;

/** What happened in a scenario, and whether everything is accounted for. */
export type ScenarioReport = Readonly<{
    scenario: Readonly<{ name: string; description: string | undefined }>;
    deployment: Deployment;
    elf: Readonly<{ sha256: string; source: string }>;
    channels: number;
    vouchers: number;
    transactions: readonly ScenarioTransaction[];
    balances: Readonly<{ before: readonly Balance[]; after: readonly Balance[] }>;
    /** Discrepancies; empty when every token and every lamport is accounted for. */
    discrepancies: readonly Discrepancy[];
    /** What the scenario expects and what is not so; empty when all is as it should be. */
    unmet: readonly UnmetExpectation[];
    tokens: readonly ScenarioReportToken[];
    steps: readonly ScenarioStepReport[];
    lives: readonly (ChannelLife & Readonly<{ status: ScenarioChannelStatus }>)[];
    flows: readonly TokenFlow[];
}>;
