/**
 * A business with channels, described and not programmed: who takes part, which channels there are, what happens in which
 * order, and what everybody has in the end. {@link runScenario} runs it, and so does `payment-channels simulate FILE` with
 * its JSON (docs/scenarios.md). The same scenario runs with every deployment.
 *
 * Amounts are base units of the token, or lamports (u64).
 */
export type Scenario = Readonly<{
    name: string;
    /** A few sentences for whoever reads the report. */
    description?: string | undefined;
    tokens: readonly ScenarioToken[];
    parties: readonly ScenarioParty[];
    channels: readonly ScenarioChannel[];
    /** Everything that happens, in its order. The clock stands still but for the steps that advance it. */
    steps: readonly ScenarioStep[];
    /** What has to be true in the end, beside the conservation of every token and every lamport. */
    end?: ScenarioEnd | undefined;
}>;

/** A token of a scenario: a mint of its own. */
export type ScenarioToken = Readonly<{
    name: string;
    /** SPL Token by default. */
    program?: ScenarioTokenProgram | undefined;
    /** 6 by default. */
    decimals?: number | undefined;
}>;

/** The token program of a mint. */
export type ScenarioTokenProgram = 'SPL Token' | 'Token-2022';

/** Somebody with a wallet. `treasury` is the name of the treasury's owner, who is always there. */
export type ScenarioParty = Readonly<{
    name: string;
    /** Number of parties alike, which are called `NAME 1`, `NAME 2` and so on; NAME means all of them. */
    count?: number | undefined;
    /** Lamports to begin with, 10 SOL by default. */
    lamports?: bigint | number | undefined;
    /** Tokens to begin with. */
    holds?: readonly ScenarioHolding[] | undefined;
}>;

/** An amount of a token. */
export type ScenarioHolding = Readonly<{ token: string; amount: bigint | number }>;

/** A channel, with everything that it is opened with. Its vouchers are signed by a key that the payer has for it. */
export type ScenarioChannel = Readonly<{
    name: string;
    /** Number of channels alike, which are called `NAME 1`, `NAME 2` and so on; NAME means all of them. */
    count?: number | undefined;
    /** A party; where that is a number of parties alike, they open the channels in turn. */
    payer: string;
    payee: string;
    token: string;
    deposit: bigint | number;
    gracePeriodSeconds: number;
    splits?: readonly ScenarioSplit[] | undefined;
    /** Party that pays the rent, where the program lets somebody but the payer do so; elsewhere the payer pays it. */
    rentPayer?: string | undefined;
}>;

/** A share of what is settled. */
export type ScenarioSplit = Readonly<{ recipient: string; bps: number }>;

/** Names of channels, or of several alike. */
export type ScenarioChannels = string | readonly string[];

/** What a step by a transaction for each of some channels says. */
type ChannelStep<TName extends string> = Readonly<{
    do: TName;
    channel: ScenarioChannels;
    /** Party that signs and pays the fee: by default the payer or the payee, whose business it is. */
    by?: string | undefined;
    /** Errors that the step has to fail with, one of them, by the names that the program and the runtime have for them. */
    fails?: string | readonly string[] | undefined;
}>;

/** One thing that happens. */
export type ScenarioStep =
    /** Opens channels. */
    | ChannelStep<'open'>
    /** The payer adds to the deposit. */
    | (ChannelStep<'topUp'> & Readonly<{ amount: bigint | number }>)
    | ScenarioPayment
    /** Settles the best voucher. */
    | ChannelStep<'settle'>
    /** The payee ends channels with their best vouchers; mainnet's program calls it settleAndSeal. */
    | ChannelStep<'settleAndFinalize'>
    /** The payer begins to end channels. */
    | ChannelStep<'requestClose'>
    /** Anybody ends channels after their grace period; mainnet's program calls it seal. */
    | ChannelStep<'finalize'>
    /** The payer takes back what was not settled. */
    | ChannelStep<'withdrawPayer'>
    /** Pays everybody out. */
    | ChannelStep<'distribute'>
    /** Brings back the rent of channels that are paid out; passed over where `distribute` does so itself. */
    | ChannelStep<'reclaim'>
    | ScenarioBatchSettle
    /** Time goes by: the clock moves by so many seconds and so many slots, and by none that is left out. */
    | Readonly<{ do: 'advance'; seconds?: number | undefined; slots?: number | undefined }>
    /** The issuer of a token freezes, or thaws, the account that a party has for it; no transaction of this report. */
    | Readonly<{ do: 'freeze' | 'thaw'; party: string; token: string }>
    /** A party closes its account for a token, which has to be empty. */
    | Readonly<{
          do: 'closeTokenAccount';
          party: string;
          token: string;
          fails?: string | readonly string[] | undefined;
      }>;

/** The payer signs vouchers, off chain, and the payee verifies and keeps them. */
export type ScenarioPayment = Readonly<{
    do: 'pay';
    channel: ScenarioChannels;
    /** What is paid, in each of the channels, on top of what was paid before. */
    amount: bigint | number;
    /** Number of vouchers in which that is done, in equal steps; 1 by default. */
    vouchers?: number | undefined;
    /** Seconds from now on in which the program takes the vouchers; without, they never expire. */
    expiresInSeconds?: number | undefined;
}>;

/** The executor of batches settles many channels in few transactions (`executeBatchSettle`). */
export type ScenarioBatchSettle = Readonly<{
    do: 'batchSettle';
    channel: ScenarioChannels;
    /** By default everything: settle, finalize and distribute. */
    mode?: ScenarioBatchMode | undefined;
    /** Party that pays the fees, the payee by default. */
    by?: string | undefined;
}>;

/** What becomes of the channels of a batch. */
export type ScenarioBatchMode =
    'settle' | 'settleAndDistribute' | 'settleAndFinalize' | 'settleAndFinalizeAndDistribute';

/** What has to be true in the end. */
export type ScenarioEnd = Readonly<{
    balances?: readonly ScenarioBalance[] | undefined;
    channels?: readonly Readonly<{ channel: ScenarioChannels; is: ScenarioChannelStatus }>[] | undefined;
}>;

/** What a party has: of a token, or of `lamports`; parties alike together. */
export type ScenarioBalance = Readonly<{ party: string; asset: string; amount: bigint | number }>;

/** Where a channel is: `closed` whatever its end leaves at its address, `absent` if it was never opened. */
export type ScenarioChannelStatus = 'absent' | 'closed' | 'closing' | 'distributed' | 'finalized' | 'open';
