import { U32_MAX } from '../../core/input';
import { toResult } from '../../core/json-form';
import { fromJsonText } from '../../core/strict-json';
import type {
    Scenario,
    ScenarioBalance,
    ScenarioBatchSettle,
    ScenarioChannel,
    ScenarioEnd,
    ScenarioHolding,
    ScenarioParty,
    ScenarioPayment,
    ScenarioSplit,
    ScenarioStep,
    ScenarioToken,
} from './scenario';
import { MAX_CHANNELS } from './limits';
import { readNames } from './names';
import { amount, integer, list, object, oneOf, oneOrMore, tagged, text, type JsonSchema } from './spec';

// The form of a scenario: the one description of its members, which reads it and from which its JSON schema is made.

const MAX_STEPS = 100_000;
const MAX_VOUCHERS = 100_000;
const MAX_ERRORS = 20;
const MAX_SPLITS = 32;
const MAX_TEXT_LENGTH = 256 * 1024 * 1024;
const MAX_U32 = Number(U32_MAX);

const NAME = text(80);
const CHANNELS = oneOrMore(NAME, MAX_CHANNELS);
const FAILS = oneOrMore(NAME, MAX_ERRORS);
const COUNT = integer(1, MAX_CHANNELS);

const TOKEN = object<ScenarioToken>({
    optional: { decimals: integer(0, 18), program: oneOf('SPL Token', 'Token-2022') },
    required: { name: NAME },
});
const HOLDING = object<ScenarioHolding>({ optional: {}, required: { amount: amount(), token: NAME } });
const PARTY = object<ScenarioParty>({
    optional: { count: COUNT, holds: list(HOLDING, 0, 100), lamports: amount() },
    required: { name: NAME },
});
const SPLIT = object<ScenarioSplit>({ optional: {}, required: { bps: integer(0, 0xffff), recipient: NAME } });
const CHANNEL = object<ScenarioChannel>({
    optional: { count: COUNT, rentPayer: NAME, splits: list(SPLIT, 0, MAX_SPLITS) },
    required: {
        deposit: amount(),
        gracePeriodSeconds: integer(0, MAX_U32),
        name: NAME,
        payee: NAME,
        payer: NAME,
        token: NAME,
    },
});

type StepOf<TName> = Extract<ScenarioStep, Readonly<{ do: TName }>>;
const byTransactions = <T extends string>(name: T, description: string) =>
    object<
        Readonly<{
            do: T;
            channel: string | readonly string[];
            by?: string | undefined;
            fails?: string | readonly string[] | undefined;
        }>
    >({ optional: { by: NAME, fails: FAILS }, required: { channel: CHANNELS, do: oneOf(name) } } as never, description);
const onAccount = <T extends 'freeze' | 'thaw'>(name: T, description: string) =>
    object<Readonly<{ do: T; party: string; token: string }>>(
        { optional: {}, required: { do: oneOf(name), party: NAME, token: NAME } } as never,
        description,
    );
const STEP = tagged<'do', ScenarioStep>('do', {
    advance: object<StepOf<'advance'>>(
        { optional: { seconds: integer(0, MAX_U32), slots: integer(0, MAX_U32) }, required: { do: oneOf('advance') } },
        'Time goes by: so many seconds and so many slots.',
    ),
    batchSettle: object<ScenarioBatchSettle>(
        {
            optional: {
                by: NAME,
                mode: oneOf('settle', 'settleAndDistribute', 'settleAndFinalize', 'settleAndFinalizeAndDistribute'),
            },
            required: { channel: CHANNELS, do: oneOf('batchSettle') },
        },
        'Many channels in few transactions.',
    ),
    closeTokenAccount: object<StepOf<'closeTokenAccount'>>(
        { optional: { fails: FAILS }, required: { do: oneOf('closeTokenAccount'), party: NAME, token: NAME } },
        'A party closes its account for a token, which has to be empty.',
    ),
    distribute: byTransactions('distribute', 'Pays everybody out.'),
    finalize: byTransactions('finalize', 'Anybody ends channels after their grace period.'),
    freeze: onAccount('freeze', 'The issuer of a token freezes the account that a party has for it.') as never,
    open: byTransactions('open', 'Opens channels.'),
    pay: object<ScenarioPayment>(
        {
            optional: { expiresInSeconds: integer(0, MAX_U32), vouchers: integer(1, MAX_VOUCHERS) },
            required: { amount: amount(), channel: CHANNELS, do: oneOf('pay') },
        },
        'The payer signs vouchers over `amount` more in each of the channels.',
    ),
    reclaim: byTransactions('reclaim', 'Brings back the rent of channels that are paid out.'),
    requestClose: byTransactions('requestClose', 'The payer begins to end channels.'),
    settle: byTransactions('settle', 'Settles the best voucher.'),
    settleAndFinalize: byTransactions('settleAndFinalize', 'The payee ends channels with their best vouchers.'),
    thaw: onAccount('thaw', 'The issuer thaws it again.') as never,
    topUp: object<StepOf<'topUp'>>(
        {
            optional: { by: NAME, fails: FAILS },
            required: { amount: amount(), channel: CHANNELS, do: oneOf('topUp') },
        },
        'The payer adds to the deposit.',
    ),
    withdrawPayer: byTransactions('withdrawPayer', 'The payer takes back what was not settled.'),
});

const BALANCE = object<ScenarioBalance>({
    optional: {},
    required: { amount: amount(), asset: NAME, party: NAME },
});
const STATUS = object<NonNullable<ScenarioEnd['channels']>[number]>({
    optional: {},
    required: { channel: CHANNELS, is: oneOf('absent', 'closed', 'closing', 'distributed', 'finalized', 'open') },
});
const END = object<ScenarioEnd>({
    optional: { balances: list(BALANCE, 0, MAX_CHANNELS), channels: list(STATUS, 0, MAX_CHANNELS) },
    required: {},
});
const MEMBERS = {
    optional: { description: text(2_000), end: END },
    required: {
        channels: list(CHANNEL, 1, MAX_CHANNELS),
        name: text(200),
        parties: list(PARTY, 1, MAX_CHANNELS),
        steps: list(STEP, 1, MAX_STEPS),
        tokens: list(TOKEN, 1, 100),
    },
};
const SCENARIO = object<Scenario>(MEMBERS);
/** The JSON of a file; names are looked up when it is read. */
export const FILE = object<Scenario & Readonly<{ $schema?: string | undefined }>>({
    ...MEMBERS,
    optional: { ...MEMBERS.optional, $schema: text(1_000) },
});

/** The JSON schema of a scenario's JSON; what it can't say, such as which names are known, the reader checks. */
export function getScenarioJsonSchema(): JsonSchema {
    return {
        $schema: 'http://json-schema.org/draft-07/schema#',
        title: 'A scenario for payment-channels simulate',
        ...FILE.schema,
    };
}

/**
 * Checks a scenario: its members, and that every name in it is that of something in it.
 *
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, with the path of the member.
 */
export function toScenario(value: unknown): Scenario {
    const scenario = SCENARIO.read('scenario', value, 'value');
    readNames(scenario);
    return scenario;
}

/**
 * Reads the JSON of a scenario (docs/scenarios.md): the file of `payment-channels simulate`.
 *
 * Strict: a member that is not known, missing or given twice is an error that names its path, and so is a name of nothing.
 * Amounts are strings of decimal digits. The schema of the JSON is `docs/scenario.schema.json`.
 *
 * @param input The JSON text, or what was parsed from it.
 * @throws The errors of strict JSON, `INTEGER_OUT_OF_RANGE`, `INTEGER_NOT_EXACT` or `INPUT_INVALID`, with the path.
 *
 * @example
 * ```ts
 * const scenario = parseScenarioJson(await request.text());
 * const { discrepancies } = await runScenario(scenario, { deployment: MAINNET_DEPLOYMENT });
 * ```
 */
export function parseScenarioJson(input: unknown): Scenario {
    const value = fromJsonText('scenario', input, MAX_TEXT_LENGTH);
    const { $schema: _, ...scenario } = FILE.read('scenario', value, 'json');
    readNames(scenario);
    return toResult(scenario);
}
