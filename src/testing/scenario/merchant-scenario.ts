import { createHash } from 'node:crypto';

import { readOnlyMembers, toInteger } from '../../core/input';
import { toResult } from '../../core/json-form';
import { getProgramConfig, getPart, type DeploymentParts } from '../../revision/deployment';
import { toText } from '../seeded-signer';
import { MAX_CHANNELS } from './limits';
import type { Scenario, ScenarioChannel, ScenarioParty, ScenarioStep, ScenarioToken } from './scenario';

/** The options of {@link createMerchantScenario}. */
export type MerchantScenarioOptions = Readonly<{
    /** Number of channels, 1 to 10,000; 12 by default. */
    channels?: number | undefined;
    /** The amounts follow from this; `1` by default. */
    seed?: string | undefined;
}>;

const DEFAULT_CHANNELS = 12;
const MIN_VOUCHERS = 300;
const MIN_VOUCHERS_PER_CHANNEL = 5;
const GRACE_PERIOD_SECONDS = 3600;
const SLOTS_OF_GRACE_PERIOD = 9000;
const PLATFORM_BPS = 300;
const AFFILIATE_BPS = 125;
const FUNDS_PER_CHANNEL = 1_000_000_000n;
const BASE_LAMPORTS = 1_000_000_000n;
const LAMPORTS_PER_CHANNEL = 10_000_000n;
const TOKENS: readonly ScenarioToken[] = [
    { name: 'SPL Token', program: 'SPL Token' },
    { name: 'Token-2022', program: 'Token-2022' },
];

/** A channel of the scenario, and what becomes of it. */
type Planned = Readonly<{
    name: string;
    channel: ScenarioChannel;
    /** Amount of a top-up in mid-life, without which the last voucher would exceed the deposit. */
    topUp: bigint;
    /** Whether the merchant settles and distributes once while the channel is open. */
    isSettledEarly: boolean;
    isClosedByPayer: boolean;
    /** Whether the merchant distributes it as soon as it has ended it, and not only after a while. */
    isDistributedAtOnce: boolean;
    /** Total that the last voucher authorizes. */
    spent: bigint;
}>;

/**
 * A merchant's business, which `payment-channels simulate` runs by default: payers open channels in both token programs, pay
 * with vouchers, top up; the merchant settles, finalizes and distributes to a platform and an affiliate; one payer closes a
 * channel itself. Where a revision has rent payers, a sponsor pays the rent, and that of channels that are distributed before
 * the open-slot window is over comes back by reclaim.
 *
 * @throws `INPUT_INVALID`, `INTEGER_NOT_EXACT` or `INTEGER_OUT_OF_RANGE`, by field.
 *
 * @example
 * ```ts
 * const scenario = createMerchantScenario({ channels: 12 }, MAINNET_DEPLOYMENT);
 * const { discrepancies } = await runScenario(scenario, { deployment: MAINNET_DEPLOYMENT });
 * console.log(discrepancies.length); // 0
 * ```
 */
export function createMerchantScenario(
    options: MerchantScenarioOptions,
    deployment: DeploymentParts<'open' | 'programAddress'>,
): Scenario {
    const given = readOnlyMembers('options', options, { channels: true, seed: true });
    const count = Number(toInteger('channels', given.channels ?? DEFAULT_CHANNELS, 1n, BigInt(MAX_CHANNELS)));
    const seed = toText('seed', given.seed) ?? '1';
    getProgramConfig(deployment);
    const { hasRentPayer } = getPart(deployment, 'open');
    const payerCount = Math.min(count, Math.max(3, Math.ceil(count / 8)));
    const planned = planChannels(count, payerCount, seed, hasRentPayer);
    return toResult({
        channels: planned.map(({ channel }) => channel),
        description:
            'A merchant takes payments through channels in two tokens and shares them with a platform and an affiliate. ' +
            'It settles some channels early and ends all but one; that one its payer closes.',
        name: `A merchant with ${count} ${count === 1 ? 'channel' : 'channels'}`,
        parties: createParties(count, payerCount, hasRentPayer),
        steps: createSteps(planned, Math.max(MIN_VOUCHERS_PER_CHANNEL, Math.ceil(MIN_VOUCHERS / count))),
        tokens: TOKENS,
    });
}

function createParties(count: number, payerCount: number, hasRentPayer: boolean): ScenarioParty[] {
    const perPayer = BigInt(Math.ceil(count / payerCount));
    const payers = Array.from({ length: payerCount }, (_, index): ScenarioParty => {
        return {
            holds: TOKENS.map(({ name }) => ({ amount: FUNDS_PER_CHANNEL * perPayer, token: name })),
            lamports: BASE_LAMPORTS + LAMPORTS_PER_CHANNEL * perPayer,
            name: `payer ${index + 1}`,
        };
    });
    const paid = ['merchant', 'platform', 'affiliate'].map((name): ScenarioParty => {
        return { holds: TOKENS.map(token => ({ amount: 0n, token: token.name })), name };
    });
    const sponsor = { lamports: BASE_LAMPORTS + LAMPORTS_PER_CHANNEL * BigInt(count), name: 'sponsor' };
    return [...(hasRentPayer ? [sponsor] : []), ...payers, ...paid];
}

/** Decides what happens to each channel: the last one is closed by its payer if there is more than one. */
function planChannels(count: number, payerCount: number, seed: string, hasRentPayer: boolean): Planned[] {
    return Array.from({ length: count }, (_, index): Planned => {
        const name = `channel ${index + 1}`;
        // Round the payers before the next token, so that every payer meets both.
        const token = TOKENS[((index % payerCount) + Math.floor(index / payerCount)) % TOKENS.length]!;
        const deposit = getSeededAmount(seed, `${name} deposit`, 1_000_000n, 100_000_000n);
        const isToppedUp = index === 0;
        const topUp = isToppedUp ? getSeededAmount(seed, `${name} top-up`, 1_000_000n, 50_000_000n) : 0n;
        return {
            channel: {
                deposit,
                gracePeriodSeconds: GRACE_PERIOD_SECONDS,
                name,
                payee: 'merchant',
                payer: `payer ${(index % payerCount) + 1}`,
                ...(hasRentPayer ? { rentPayer: 'sponsor' } : {}),
                splits: [
                    { bps: PLATFORM_BPS, recipient: 'platform' },
                    { bps: AFFILIATE_BPS, recipient: 'affiliate' },
                ],
                token: token.name,
            },
            isClosedByPayer: count > 1 && index === count - 1,
            isDistributedAtOnce: index % 2 === 0,
            isSettledEarly: index % 3 === 1,
            name,
            spent: isToppedUp
                ? getSeededAmount(seed, `${name} spent`, deposit + 1n, deposit + topUp)
                : getSeededAmount(seed, `${name} spent`, deposit / 4n, deposit),
            topUp,
        };
    });
}

function createSteps(channels: readonly Planned[], vouchers: number): ScenarioStep[] {
    const half = Math.ceil(vouchers / 2);
    const pay = (from: number, to: number) =>
        channels.map(({ name, spent }): ScenarioStep => {
            const upTo = (index: number) => (spent * BigInt(index)) / BigInt(vouchers);
            return { amount: upTo(to) - upTo(from), channel: name, do: 'pay', vouchers: to - from };
        });
    const each = (
        action: Exclude<
            ScenarioStep['do'],
            'advance' | 'batchSettle' | 'closeTokenAccount' | 'freeze' | 'pay' | 'thaw' | 'topUp'
        >,
        isMeant: (channel: Planned) => boolean = () => true,
    ) => {
        const meant = channels.filter(isMeant).map(({ name }) => name);
        return meant.length === 0 ? [] : [{ channel: meant, do: action } as ScenarioStep];
    };
    const isEarly = ({ isSettledEarly }: Planned) => isSettledEarly;
    const isClosing = ({ isClosedByPayer }: Planned) => isClosedByPayer;
    const isFinalizing = (channel: Planned) => !isClosing(channel);
    const isAtOnce = (channel: Planned) => channel.isDistributedAtOnce && isFinalizing(channel);
    return [
        ...each('open'),
        ...pay(0, half),
        ...each('settle', isEarly),
        ...each('distribute', isEarly),
        ...channels
            .filter(({ topUp }) => topUp > 0n)
            .map(({ name, topUp }): ScenarioStep => ({ amount: topUp, channel: name, do: 'topUp' })),
        ...pay(half, vouchers),
        ...each('settleAndFinalize', isFinalizing),
        // What a payee who watches its channels does first: after the grace period it could not.
        ...each('settle', isClosing),
        ...each('requestClose', isClosing),
        ...each('distribute', isAtOnce),
        { do: 'advance', seconds: GRACE_PERIOD_SECONDS, slots: SLOTS_OF_GRACE_PERIOD },
        ...each('finalize', isClosing),
        ...each('withdrawPayer', isClosing),
        ...each('distribute', channel => !isAtOnce(channel)),
        ...each('reclaim'),
    ];
}

/** An amount that follows from a seed and a label, from `min` up to `max`. */
function getSeededAmount(seed: string, label: string, min: bigint, max: bigint): bigint {
    const digest = createHash('sha256').update(`${seed.length}:${seed}/${label}`).digest();
    return min + (digest.readBigUInt64LE() % (max - min + 1n));
}
