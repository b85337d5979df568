import type { Address, Instruction, MaybeEncodedAccount, ProgramDerivedAddress, ReadonlyUint8Array } from '@solana/kit';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

import { decodeAddress } from '../../core/address-bytes';
import { assertIsSafeToDistribute, findForfeited, toForfeitRule } from '../../channel/assert-is-safe';
import {
    assessDistributionWith,
    type DistributionAssessment,
    type DistributionReaders,
} from '../../channel/assess-distribution';
import { hashSplits, toSplits, type Split } from '../../channel/splits';
import type { DistributionAddresses } from '../../channel/distribution-addresses';
import { createTokenPdaMatcher } from '../../runtime/derive/match-token-pda';
import { readTokenAccount, type TokenAccountReading } from '../../channel/token-account';
import { getPart, getTreasuryOwner, type Deployment } from '../../revision/deployment';
import { isPaymentChannelsError } from '../../core/errors';
import { buildDistributeInstruction } from '../../instructions/distribute';
import { getDistributeCalls, getDistributeComputeUnits } from '../../instructions/distribute-compute';
import type { BatchDistribution } from './batch-input';
import { skip, type SkippedReason } from './skipped';
import type { ChannelOf, RevisionName } from '../../revision/revision-types';
import { refuse, type CheckedOptions } from './check-options';
import { getStatusOf } from '../../channel/channel-status';
import type { Selection } from './select-vouchers';
import { createAccountsTemplate } from './settle-templates';

const MAX_BUMP = 255;

/** A token account that has to be created before something is distributed. */
export type MissingTokenAccount = Readonly<{
    owner: Address;
    tokenAccount: Address;
    mint: Address;
    tokenProgram: Address;
    bumpSteps: number;
    /** Whether it belongs to the payer of the channel, who could close it again and keep its rent. */
    isPayers: boolean;
}>;

/** The distribution of a channel. */
export type DistributeStep = Readonly<{
    kind: 'step';
    instruction: Instruction;
    computeUnits: number;
    /** Calls to other programs that it makes at most. */
    calls: number;
    /** The same for distributions that pay the same parties in the same token. */
    group: string;
    creates: readonly MissingTokenAccount[];
}>;

/** A distribution that would not do what it has to. */
export type RefusedDistribution = Readonly<{
    kind: 'refused';
    reason: SkippedReason;
    /** Whether the payee would lose its share if anybody distributed once the voucher is settled. */
    wouldForfeitPayee: boolean;
    /** Whether the payer would lose its refund if anybody distributed once the channel is ended. */
    wouldForfeitRefund: boolean;
}>;

/** Makes the distributions of a batch; what they have in common is made once. */
export type DistributionPlanner = (
    selection: Selection,
    /** Whether one more token account of a payer may be created. */
    mayCreateForPayer: (tokenAccount: Address) => boolean,
) => DistributeStep | RefusedDistribution;

export function createDistributionPlanner(options: CheckedOptions, deployment: Deployment): DistributionPlanner {
    const treasuryOwner = getTreasuryOwner(deployment);
    const finalStatus = getStatusOf('finalized', deployment);
    const findGroup = createGroupFinder(options, treasuryOwner, deployment);
    const readers = createReaders(deployment);
    const { getFields } = getPart(deployment, 'distribute');
    // A missing part of the deployment is not reported as an error of a channel.
    for (const part of ['seeds', 'splits'] as const) getPart(deployment, part);

    return (selection, mayCreateForPayer) => {
        const { channel, distribution, tokenProgram } = selection;
        if (distribution === undefined) {
            return refused(skip('DISTRIBUTION_NOT_GIVEN', { channel: channel.address }));
        }
        const after = getChannelAfter(selection, finalStatus);
        const { mint, payee, payer } = after;
        const { rentPayer } = getFields(after);
        const token = { mint, tokenProgram };
        let group: DistributionGroup;
        let assessment: DistributionAssessment<RevisionName>;
        let addresses: DistributionAddresses;
        let bumpSteps: number;
        try {
            group = findGroup(distribution.splits, payee, token);
            const [escrow, escrowBump] = group.find(channel.address, distribution.accounts?.escrow);
            const [payerTokenAccount, payerBump] = group.find(payer, distribution.accounts?.payer);
            bumpSteps = group.bumpSteps + (MAX_BUMP - escrowBump) + (MAX_BUMP - payerBump);
            const { payee: payeeTokenAccount, recipients, treasury, treasuryOwner } = group.addresses;
            addresses = {
                channel: channel.address,
                escrow,
                payee: payeeTokenAccount,
                payer: payerTokenAccount,
                recipients,
                treasury,
                treasuryOwner,
            };
            const mismatch = findMismatch(distribution, addresses, mint);
            if (mismatch !== undefined) return refused(mismatch);
            const { accounts } = distribution;
            assessment = assessDistributionWith(
                { accounts, addresses, channel: after, splits: group.splits, tokenProgram },
                readers,
                deployment,
            );
        } catch (error) {
            return refused(skip('DISTRIBUTION_INVALID', { message: getMessage(error) }));
        }

        const missing = options.createsTokenAccounts
            ? assessment.missingTokenAccounts.filter(owner => owner !== payer || mayCreateForPayer(addresses.payer))
            : [];
        const reason = getRefusal(assessment, distribution, missing, payee);
        if (reason !== undefined) return reason;

        const isSplToken = tokenProgram === TOKEN_PROGRAM_ADDRESS;
        const recipientCount = group.splits.length;
        const redirectCount = assessment.payouts.filter(
            ({ outcome, owner }) => outcome === 'forfeited' && !missing.includes(owner),
        ).length;
        return {
            calls: getDistributeCalls({ isSplToken, recipientCount, redirectCount }),
            computeUnits: getDistributeComputeUnits({ bumpSteps, recipientCount, redirectCount, tokenProgram }),
            creates: missing.map(owner => {
                const [tokenAccount, bump] = options.addresses.findTokenPdaSync({ ...token, owner });
                return { ...token, bumpSteps: MAX_BUMP - bump, isPayers: owner === payer, owner, tokenAccount };
            }),
            group: group.key,
            instruction: group.instruction([
                { address: channel.address },
                { address: payer },
                { address: addresses.escrow },
                { address: addresses.payer },
                // Where a revision has a rent payer of its own, it is the one placeholder more.
                ...(rentPayer === undefined ? [] : [{ address: rentPayer }]),
            ]),
            kind: 'step',
        };
    };
}

/** The common part of distributions to the same parties in the same token. */
type DistributionGroup = Readonly<{
    key: string;
    splits: readonly Split[];
    addresses: Omit<DistributionAddresses, 'channel' | 'escrow' | 'payer'>;
    /** Steps of these addresses' bumps below 255, added up. */
    bumpSteps: number;
    /** Finds the token account of a wallet and its bump; faster when an existing account is given. */
    find: (owner: Address, account: MaybeEncodedAccount | undefined) => readonly [Address, number];
    /** The instruction of a channel, its payer, its escrow and the payer's token account. */
    instruction: ReturnType<typeof createAccountsTemplate>;
}>;

type Token = Readonly<{ mint: Address; tokenProgram: Address }>;

/** A distribution plan that is checked, and its groups by payee and token. */
type CheckedPlan = Readonly<{ splits: readonly Split[]; groups: Map<string, DistributionGroup> }>;

function createGroupFinder(options: CheckedOptions, treasuryOwner: Address, deployment: Deployment) {
    // By the list itself, since most channels are given the same one, and by what is in it.
    const plans = new WeakMap<readonly Split[], CheckedPlan>();
    const plansByContent = new Map<string, CheckedPlan>();
    let groupCount = 0;

    const findPlan = (input: readonly Split[]) => {
        let plan = plans.get(input);
        if (plan === undefined) {
            const splits = toSplits(input, deployment);
            const content = splits.map(({ bps, recipient }) => `${recipient} ${bps}`).join();
            plan = plansByContent.get(content) ?? { groups: new Map(), splits };
            plansByContent.set(content, plan);
            plans.set(input, plan);
        }
        return plan;
    };

    const createGroup = (splits: readonly Split[], payee: Address, token: Token): DistributionGroup => {
        const derive = (owner: Address) => options.addresses.findTokenPdaSync({ ...token, owner });
        const owners = [payee, treasuryOwner, ...splits.map(({ recipient }) => recipient)];
        const found = owners.map(derive) as [ProgramDerivedAddress, ProgramDerivedAddress, ...ProgramDerivedAddress[]];
        const [[payeeTokenAccount], [treasury], ...recipients] = found;
        const addresses = {
            payee: payeeTokenAccount,
            recipients: recipients.map(([address]) => address),
            treasury,
            treasuryOwner,
        };
        const match = createTokenPdaMatcher(token);
        return {
            addresses,
            bumpSteps: found.reduce((sum, [, bump]) => sum + MAX_BUMP - bump, 0),
            find: (owner, account) => {
                // An account that a token program owns need not be derived, which is most of the work: see the matcher.
                const isTokenAccount = account?.exists === true && account.programAddress === token.tokenProgram;
                const bump = isTokenAccount ? match(owner, account.address) : undefined;
                return bump === undefined ? derive(owner) : [account!.address, bump];
            },
            instruction: createTemplate(splits, token, addresses, deployment),
            key: `${groupCount++}`,
            splits,
        };
    };

    return (input: readonly Split[], payee: Address, token: Token) => {
        const { groups, splits } = findPlan(input);
        const key = [token.tokenProgram, token.mint, payee].join();
        let group = groups.get(key);
        if (group === undefined) groups.set(key, (group = createGroup(splits, payee, token)));
        return group;
    };
}

/** Readers that remember: channels share their plan, and the accounts of everybody but the payer. */
function createReaders(deployment: Deployment): DistributionReaders {
    const hashes = new Map<readonly Split[], ReadonlyUint8Array>();
    const readings = new Map<
        MaybeEncodedAccount,
        Readonly<{ expected: Parameters<typeof readTokenAccount>[1]; reading: TokenAccountReading }>
    >();
    return {
        hashSplits: splits => {
            let hash = hashes.get(splits);
            if (hash === undefined) hashes.set(splits, (hash = hashSplits(splits, deployment)));
            return hash;
        },
        readTokenAccount: (account, expected) => {
            const { mint, owner, tokenProgram } = expected;
            const known = readings.get(account);
            if (
                known !== undefined &&
                known.expected.mint === mint &&
                known.expected.owner === owner &&
                known.expected.tokenProgram === tokenProgram
            ) {
                return known.reading;
            }
            const reading = readTokenAccount(account, expected);
            readings.set(account, { expected, reading });
            return reading;
        },
    };
}

function refused(
    reason: SkippedReason,
    { wouldForfeitPayee = false, wouldForfeitRefund = false }: Partial<RefusedDistribution> = {},
): RefusedDistribution {
    return { kind: 'refused', reason, wouldForfeitPayee, wouldForfeitRefund };
}

/** The channel as distribute will find it. */
function getChannelAfter(
    { channel: { channel }, form, voucher }: Selection,
    finalStatus: number,
): ChannelOf<RevisionName> {
    const { payoutWatermark, settled } = channel.settlement;
    const isFinalized = form === 'finalize' || form === 'finalizeByPayee' || form === 'settleAndFinalize';
    return {
        ...channel,
        settlement: { payoutWatermark, settled: voucher?.voucher.cumulativeAmount ?? settled },
        status: isFinalized ? finalStatus : channel.status,
    } as ChannelOf<RevisionName>;
}

/** The first account that is not the one it is given as. */
function findMismatch(
    { accounts }: BatchDistribution,
    addresses: DistributionAddresses,
    mint: Address,
): SkippedReason | undefined {
    if (typeof accounts !== 'object' || (accounts as unknown) === null)
        refuse('distribution.accounts', accounts, 'an object of accounts');
    if (!Array.isArray(accounts.recipients))
        refuse('distribution.accounts.recipients', accounts.recipients, 'an array of accounts');
    const expected = [
        ['mint', accounts.mint, mint],
        ['escrow', accounts.escrow, addresses.escrow],
        ['payer', accounts.payer, addresses.payer],
        ['payee', accounts.payee, addresses.payee],
        ['treasury', accounts.treasury, addresses.treasury],
    ] as const;
    for (const [field, account, address] of expected) {
        if (account?.address !== address) return toMismatch(field, account?.address, address);
    }
    for (const [index, address] of addresses.recipients.entries()) {
        const account = accounts.recipients[index];
        if (account?.address !== address) return toMismatch(`recipients[${index}]`, account?.address, address);
    }
    return undefined;
}

function toMismatch(field: string, actual: Address, expected: Address): SkippedReason {
    return skip('ACCOUNT_MISMATCH', { actual, expected, field: `accounts.${field}` });
}

function getRefusal(
    assessment: DistributionAssessment<RevisionName>,
    { allowForfeit }: BatchDistribution,
    willCreate: readonly Address[],
    payee: Address,
): RefusedDistribution | undefined {
    try {
        assertIsSafeToDistribute(assessment, { allowForfeit, willCreate });
        return undefined;
    } catch (error) {
        const isBlocked = isPaymentChannelsError(error, 'DISTRIBUTION_BLOCKED');
        if (!isBlocked && !isPaymentChannelsError(error, 'DISTRIBUTION_FORFEITS')) {
            return refused(skip('DISTRIBUTION_INVALID', { message: getMessage(error) }));
        }
        const isAllowed = toForfeitRule('allowForfeit', allowForfeit);
        const lost = findForfeited(assessment.payouts, isAllowed, willCreate);
        const wouldForfeitRefund = lost.some(({ beneficiary }) => beneficiary === 'payer');
        const wouldForfeit = { wouldForfeitPayee: lost.some(({ owner }) => owner === payee), wouldForfeitRefund };
        if (isBlocked) return refused(skip('DISTRIBUTION_BLOCKED', { reasons: error.context.reasons }), wouldForfeit);
        const { amount, owners } = error.context;
        return refused(skip('DISTRIBUTION_FORFEITS', { amount, owners: owners as Address[] }), wouldForfeit);
    }
}

/** The instruction of a group, with placeholders for what each of its channels has of its own. */
function createTemplate(
    splits: readonly Split[],
    token: Token,
    addresses: DistributionGroup['addresses'],
    deployment: Deployment,
): ReturnType<typeof createAccountsTemplate> {
    const placeholders: Address[] = [];
    const next = () => {
        const address = decodeAddress(new Uint8Array(32).fill(0xff, 1).fill(placeholders.length, 0, 1));
        placeholders.push(address);
        return address;
    };
    const [channel, payer, escrow, payerTokenAccount] = [next(), next(), next(), next()];
    const fields = getPart(deployment, 'distribute').getPlaceholders(next);
    const instruction = buildDistributeInstruction(
        { ...token, addresses: { ...addresses, channel, escrow, payer: payerTokenAccount }, fields, payer, splits },
        deployment,
    );
    return createAccountsTemplate(instruction, placeholders);
}

function getMessage(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
