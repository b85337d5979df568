import { lamports, type Address, type MaybeEncodedAccount } from '@solana/kit';
import {
    AccountState,
    getTokenDecoder,
    getTokenEncoder,
    getTokenSize,
    TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';
import { beforeAll, describe, expect, it } from 'vitest';

import {
    assertIsSafeToDistribute,
    assertIsSafeToOpen,
    assessDistribution,
    assessOpen,
    decodeChannelAccount,
    findChannelPda,
    findDistributionAddresses,
    getDistributeInstructionsAsync,
    getOpenInstructionsAsync,
    getSettleAndFinalizeInstructions,
    getSettleInstructions,
    isPaymentChannelsError,
    TOKEN_2022_PROGRAM_ADDRESS,
    type DistributionAddresses,
} from '../../src';
import { readProgramElf, type Simulator } from '../../src/testing';
import { EVENT_AUTHORITY } from '../fixtures/parties';
import { byRevision, ofEpoch, REVISION } from '../fixtures/revision';
import { createCast, TestChannel, TOKEN_PROGRAMS, type Cast } from './fixtures/channel';
import { collectUnusedSvms, startCase, toInstruction, type CaseRun } from './replay/execute';
import { listRecordedFiles, readRecordedFile, type RecordedError, type RecordedStep } from './replay/recorded-case';
import { DEPLOYMENT, OPENED } from '../fixtures/deployment';
import { IS_QUICK, sample } from '../fixtures/depth';
import { createTestSimulator } from '../fixtures/simulator';
import { rendered } from '../fixtures/rendered';

const {
    DISTRIBUTE_DISCRIMINATOR,
    OPEN_DISCRIMINATOR,
    PaymentChannelsEvent,
    parseDistributeInstruction,
    parseOpenInstruction,
    parsePaymentChannelsEvent,
} = rendered;

const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111';
const TREASURY_CODES = [2401, 2402, 2403];

describe('a check before distribute', () => {
    let simulator: Simulator;
    let cast: Cast;
    let channel: TestChannel;
    beforeAll(async () => {
        simulator = await createTestSimulator();
        cast = await createCast(simulator, TOKEN_PROGRAM_ADDRESS);
    });
    const assess = async () => {
        const { account } = channel;
        const input = { ...account, ...channel.token, splits: channel.splits };
        const addresses = await findDistributionAddresses(input, DEPLOYMENT);
        const read = (at: Address): MaybeEncodedAccount => simulator.svm.getAccount(at);
        return assessDistribution(
            {
                accounts: readAccounts(addresses, cast.mint, read),
                addresses,
                channel: account,
                splits: channel.splits,
                tokenProgram: cast.tokenProgram,
            },
            DEPLOYMENT,
        );
    };
    const codeOf = (attempt: () => void) => {
        try {
            attempt();
            return undefined;
        } catch (error) {
            return isPaymentChannelsError(error) ? error.code : error;
        }
    };

    it('says who would lose what, refuses it, and is satisfied when the missing token account is created on the way', async () => {
        const stranger = (await simulator.createSigner()).address;
        channel = await TestChannel.open(simulator, cast, {
            deposit: 1_000n,
            splits: [
                { bps: 1_000, recipient: stranger },
                { bps: 500, recipient: cast.recipients[0] },
            ],
        });
        await channel.send(getSettleInstructions({ voucher: await channel.sign(400n) }, DEPLOYMENT));

        const assessment = await assess();
        expect(assessment).toMatchObject({ blockers: [], forfeited: 40n, missingTokenAccounts: [stranger], sweep: 0n });
        expect(assessment.payouts).toMatchObject([
            { amount: 40n, beneficiary: 'recipient', condition: 'missing', outcome: 'forfeited', owner: stranger },
            { amount: 20n, outcome: 'paid', owner: cast.recipients[0] },
            { amount: 340n, beneficiary: 'payee', outcome: 'paid', owner: cast.payee.address },
        ]);
        expect(codeOf(() => assertIsSafeToDistribute(assessment))).toBe('DISTRIBUTION_FORFEITS');
        expect(codeOf(() => assertIsSafeToDistribute(assessment, { allowForfeit: [stranger] }))).toBeUndefined();
        expect(codeOf(() => assertIsSafeToDistribute(assessment, { allowForfeit: [cast.payee.address] }))).toBe(
            'DISTRIBUTION_FORFEITS',
        );

        const owners = assessment.missingTokenAccounts;
        assertIsSafeToDistribute(assessment, { willCreate: owners });
        const result = await channel.send(
            await getDistributeInstructionsAsync(
                {
                    ...channel.account,
                    ...channel.token,
                    createTokenAccounts: { funder: cast.payer, owners },
                    splits: channel.splits,
                },
                DEPLOYMENT,
            ),
        );
        expect(result.events).toEqual([]);
        expect(simulator.getTokenAmount(assessment.payouts[0]!.tokenAccount)).toBe(40n);
    });

    it('counts the refund and the sweep of a finalized channel', async () => {
        channel = await TestChannel.open(simulator, cast, {
            deposit: 1_000n,
            splits: [{ bps: 3_333, recipient: cast.recipients[0] }],
        });
        const voucher = await channel.sign(100n);
        await channel.send(
            getSettleAndFinalizeInstructions({ channel: channel.address, payee: cast.payee, voucher }, DEPLOYMENT),
        );
        const assessment = await assess();
        expect(assessment.payouts.map(({ amount }) => amount)).toEqual([33n, 66n, 900n]);
        expect(assessment).toMatchObject({ forfeited: 0n, sweep: 1n });
        expect(codeOf(() => assertIsSafeToDistribute(assessment))).toBeUndefined();
    });

    it('refuses what would fail, whatever may be forfeited', async () => {
        channel = await TestChannel.open(simulator, cast);
        const assessment = await assess();
        expect(assessment.blockers).toMatchObject([{ code: 2408, subject: 'channel' }]);
        expect(codeOf(() => assertIsSafeToDistribute(assessment, { allowForfeit: true }))).toBe('DISTRIBUTION_BLOCKED');
    });

    it('knows that a missing treasury account can be created on the way, and a frozen one can not', async () => {
        const other = await createCast(simulator, TOKEN_PROGRAM_ADDRESS);
        channel = await TestChannel.open(simulator, other);
        await channel.send(getSettleInstructions({ voucher: await channel.sign(1n) }, DEPLOYMENT));
        const { account } = channel;
        const addresses = await findDistributionAddresses({ ...account, ...channel.token, splits: [] }, DEPLOYMENT);
        const assessWith = (treasury: MaybeEncodedAccount) =>
            assessDistribution(
                {
                    accounts: { ...readAccounts(addresses, other.mint, at => simulator.svm.getAccount(at)), treasury },
                    addresses,
                    channel: account,
                    splits: [],
                    tokenProgram: other.tokenProgram,
                },
                DEPLOYMENT,
            );
        const owner = DEPLOYMENT.treasuryOwner;
        const missing = assessWith({ address: addresses.treasury, exists: false });
        expect(missing).toMatchObject({ blockers: [{ code: 2402 }], missingTokenAccounts: [owner] });
        expect(codeOf(() => assertIsSafeToDistribute(missing))).toBe('DISTRIBUTION_BLOCKED');
        expect(codeOf(() => assertIsSafeToDistribute(missing, { willCreate: [owner] }))).toBeUndefined();

        const treasury = simulator.svm.getAccount(addresses.treasury);
        if (!treasury.exists) throw new Error('the treasury has no token account');
        const token = { ...getTokenDecoder().decode(treasury.data), state: AccountState.Frozen };
        const frozen = assessWith({ ...treasury, data: new Uint8Array(getTokenEncoder().encode(token)) });
        expect(frozen.blockers).toMatchObject([{ code: 2401 }]);
        expect(codeOf(() => assertIsSafeToDistribute(frozen, { willCreate: [owner] }))).toBe('DISTRIBUTION_BLOCKED');
    });
});

describe.each(TOKEN_PROGRAMS)('a check before open, with $name', ({ tokenProgram }) => {
    let simulator: Simulator;
    beforeAll(async () => {
        simulator = await createTestSimulator();
    });

    it('says what is missing for later payouts; open can create it on the way, and what exists stays', async () => {
        const cast = await createCast(simulator, tokenProgram);
        const stranger = (await simulator.createSigner()).address;
        const channel = await TestChannel.plan(simulator, cast, {
            splits: [
                { bps: 100, recipient: stranger },
                { bps: 100, recipient: cast.recipients[0] },
            ],
        });
        const assess = async () => {
            const { deposit, splits } = channel.input;
            const parties = { mint: cast.mint, payee: cast.payee.address, payer: cast.payer.address };
            const addresses = await findDistributionAddresses({ ...parties, ...channel.token, splits }, DEPLOYMENT);
            const read = (at: Address): MaybeEncodedAccount => simulator.svm.getAccount(at);
            const accounts = { ...readAccounts(addresses, cast.mint, read), channel: read(channel.address) };
            return assessOpen(
                { ...OPENED, ...parties, accounts, addresses, deposit, splits, tokenProgram },
                DEPLOYMENT,
            );
        };
        const before = await assess();
        expect(before).toMatchObject({ blockers: [], missingTokenAccounts: [stranger] });
        expect(() => assertIsSafeToOpen(before)).toThrow(stranger);
        assertIsSafeToOpen(before, { allowUnready: true });
        assertIsSafeToOpen(before, { willCreate: before.missingTokenAccounts });

        const instructions = await getOpenInstructionsAsync(
            { ...OPENED, ...channel.input, createTokenAccounts: {} },
            DEPLOYMENT,
        );
        expect(instructions).toHaveLength(5);
        await channel.send(instructions);

        const after = await assess();
        expect(after.unready).toEqual([]);
        // The epoch revision takes an escrow that exists.
        const inTheWay = byRevision({ epoch: ['channel'], tombstone: ['channel', 'escrow'] });
        expect(after.blockers.map(({ subject }) => subject)).toEqual(inTheWay);
        expect(() => assertIsSafeToOpen(after, { allowUnready: true })).toThrow(/salt/);
    });
});

// The recorded transactions hold frozen, missing, reassigned and malformed accounts of every kind: what the checks say
// before each open and distribute among them has to be what then happens.
// But for those about lamports, which no check looks at.
const files = listRecordedFiles(REVISION).filter(({ name }) => name !== 'lamports');
describe.skipIf(files.length === 0)('the checks foresee what was recorded (skipped without ../shared/vectors)', () => {
    const elf = readProgramElf(REVISION).bytes;
    const seen = { forfeits: 0, opens: 0, paid: 0, refusals: new Set<number | undefined>() };

    it.each(files)('in $name', { timeout: 600_000 }, async file => {
        for (const recorded of sample(readRecordedFile(file), 4)) {
            if (recorded.programId !== DEPLOYMENT.programAddress) continue;
            await collectUnusedSvms();
            const run = startCase(recorded, elf);
            let { clock } = recorded;
            for (const [index, step] of recorded.steps.entries()) {
                clock = step.clock ?? clock;
                const check =
                    (await foreseeDistribute(run, step)) ?? (await foreseeOpen(run, step, BigInt(clock.slot)));
                const result = run.runStep(step);
                check?.(result, `${recorded.id}, step ${index}`);
            }
        }
    });

    it.skipIf(IS_QUICK)('and enough was recorded for that to mean something', () => {
        expect(seen.forfeits).toBeGreaterThan(20);
        expect(seen.opens).toBeGreaterThan(100);
        expect(seen.paid).toBeGreaterThan(250);
        const codes = [
            0,
            50,
            51,
            52,
            53,
            56,
            57,
            58,
            59,
            62,
            2400,
            2406,
            2407,
            2408,
            2411,
            ...TREASURY_CODES,
            ...ofEpoch(2003),
        ];
        expect(codes.filter(code => !seen.refusals.has(code))).toEqual([]);
    });

    type Check = (result: ReturnType<CaseRun['runStep']>, place: string) => void;

    /** The one instruction of a step, but for the compute budget's: nothing changes the accounts between check and run. */
    const findOnly = (step: RecordedStep, discriminator: number) => {
        const instructions = step.instructions.filter(({ program }) => program !== COMPUTE_BUDGET);
        if (instructions.length !== 1) return undefined;
        const instruction = toInstruction(instructions[0]!);
        if (instruction.programAddress !== DEPLOYMENT.programAddress) return undefined;
        return instruction.data[0] === discriminator ? instruction : undefined;
    };
    const attempt = <T>(decode: () => T): T | undefined => {
        try {
            return decode();
        } catch {
            // Malformed on purpose, or an account that is no channel: nothing that a check would be asked about.
            return undefined;
        }
    };
    const getReader =
        (run: CaseRun) =>
        (at: Address): MaybeEncodedAccount => {
            const account = run.getAccount(at);
            return account === null
                ? { address: at, exists: false }
                : {
                      address: at,
                      data: account.data,
                      executable: false,
                      exists: true,
                      lamports: lamports(account.lamports),
                      programAddress: account.owner,
                      space: BigInt(account.data.length),
                  };
        };
    // Of the runtime's own errors only an abort is about the accounts that a check reads. And no chain can get into these
    // states: an escrow with another close authority (4), more tokens or lamports than there can be (14, 2412).
    const isForeseeable = (error: RecordedError) =>
        'custom' in error
            ? ![4, 14, 2412].includes(error.custom)
            : 'builtin' in error && error.builtin === 'ProgramFailedToComplete';
    const compareCode = (codes: readonly (number | undefined)[], result: Parameters<Check>[0], place: string) => {
        const { error } = result;
        const got = error && 'custom' in error ? error.custom : undefined;
        expect(codes[0], place).toBe(got);
        seen.refusals.add(codes[0]);
    };

    const foreseeDistribute = async (run: CaseRun, step: RecordedStep): Promise<Check | undefined> => {
        const instruction = findOnly(step, DISTRIBUTE_DISCRIMINATOR);
        const parsed = instruction && attempt(() => parseDistributeInstruction(instruction));
        if (!parsed) return undefined;
        const read = getReader(run);
        const at = parsed.accounts;
        const account = read(at.channel.address);
        const channel = account.exists ? attempt(() => decodeChannelAccount(account, DEPLOYMENT).data) : undefined;
        if (
            !channel ||
            ![TOKEN_PROGRAM_ADDRESS, TOKEN_2022_PROGRAM_ADDRESS].includes(at.tokenProgram.address as never)
        ) {
            return undefined;
        }
        const splits = parsed.data.recipients;
        const tokenProgram = at.tokenProgram.address;
        const addresses = await findDistributionAddresses(
            {
                ...channel,
                channel: at.channel.address,
                splits,
                tokenProgram,
            },
            DEPLOYMENT,
        ).catch(() => undefined);
        const named = instruction.accounts.map(({ address: a }) => a);
        if (!addresses) return undefined;
        const { escrow, payee, payer, recipients, treasury } = addresses;
        // In the epoch revision the rent payer stands behind the payer.
        const payers = [channel.payer, ...('rentPayer' in channel ? [channel.rentPayer as Address] : [])];
        const derived = [at.channel.address, ...payers, escrow, payer, payee, treasury, channel.mint, tokenProgram];
        const rest = named.slice(derived.length + 2);
        if ([...derived, ...recipients].join() !== [...named.slice(0, derived.length), ...rest].join())
            return undefined;
        // Where the event authority is wrong a redirect fails, and a missing callee fails any call: neither is about accounts.
        if (at.selfProgram.address !== DEPLOYMENT.programAddress) return undefined;
        if (at.eventAuthority.address !== EVENT_AUTHORITY) return undefined;

        const accounts = readAccounts(addresses, channel.mint, read);
        const assessment = assessDistribution({ accounts, addresses, channel, splits, tokenProgram }, DEPLOYMENT);
        const amountAt = (tokenAccount: Address) => readAmount(read(tokenAccount));
        const before = new Map(assessment.payouts.map(({ tokenAccount }) => [tokenAccount, amountAt(tokenAccount)]));
        before.set(treasury, amountAt(treasury));

        return (result, place) => {
            const { blockers } = assessment;
            if (result.error !== null) {
                if (!isForeseeable(result.error)) return;
                expect(blockers.length, `${place}: ${JSON.stringify(result.error)}`).toBeGreaterThan(0);
                if (blockers[0]!.code !== undefined) compareCode([blockers[0]!.code], result, place);
                return;
            }
            expect(blockers, place).toEqual([]);
            const expected = new Map(before);
            for (const { amount, outcome, tokenAccount } of assessment.payouts) {
                const destination = outcome === 'forfeited' ? treasury : tokenAccount;
                expected.set(destination, expected.get(destination)! + amount);
            }
            expected.set(treasury, expected.get(treasury)! + assessment.sweep);
            const after = [...expected.keys()].map(tokenAccount => [tokenAccount, amountAt(tokenAccount)]);
            expect(after, place).toEqual([...expected]);

            const forfeits = assessment.payouts.filter(({ outcome }) => outcome === 'forfeited');
            const redirects = result.events
                .map(data => parsePaymentChannelsEvent(data))
                .filter(event => event?.eventType === PaymentChannelsEvent.PayoutRedirected);
            expect(redirects, place).toMatchObject(forfeits.map(({ amount, owner }) => ({ data: { amount, owner } })));
            seen.forfeits += forfeits.length;
            seen.paid += assessment.payouts.filter(({ outcome }) => outcome === 'paid').length;
        };
    };

    // What a check before open says; the program's other errors are about its input.
    const FORESEEN_CODES = [53, 55, 56, 57, 58, 59, ...ofEpoch(2003)];
    const foreseeOpen = async (run: CaseRun, step: RecordedStep, currentSlot: bigint): Promise<Check | undefined> => {
        const instruction = findOnly(step, OPEN_DISCRIMINATOR);
        const parsed = instruction && attempt(() => parseOpenInstruction(instruction));
        if (!parsed) return undefined;
        const read = getReader(run);
        const at = parsed.accounts;
        const { deposit, recipients: splits, salt, ...extra } = parsed.data;
        const [payer, payee, mint] = [at.payer.address, at.payee.address, at.mint.address];
        const authorizedSigner = at.authorizedSigner.address;
        const [channel] = await findChannelPda(
            { ...OPENED, ...extra, authorizedSigner, mint, payee, payer, salt },
            DEPLOYMENT,
        );
        const tokenProgram = at.tokenProgram.address;
        const addresses = await findDistributionAddresses(
            { channel, mint, payee, payer, splits, tokenProgram },
            DEPLOYMENT,
        ).catch(() => undefined);
        if (!addresses || deposit === 0n) return undefined;
        const named = [at.channel, at.payerTokenAccount, at.channelTokenAccount].map(({ address: a }) => a);
        if ([channel, addresses.payer, addresses.escrow].join() !== named.join()) return undefined;
        const accounts = { ...readAccounts(addresses, mint, read), channel: read(channel) };
        const assessment = assessOpen(
            {
                ...OPENED,
                ...extra,
                ...byRevision<object>({ epoch: { currentSlot }, tombstone: {} }),
                accounts,
                addresses,
                deposit,
                mint,
                payee,
                payer,
                splits,
                tokenProgram,
            },
            DEPLOYMENT,
        );
        return ({ error, ...result }, place) => {
            const [blocker] = assessment.blockers;
            if (error === null) {
                expect(assessment.blockers, place).toEqual([]);
                seen.opens += 1;
            } else if ('custom' in error && FORESEEN_CODES.includes(error.custom)) {
                compareCode([blocker?.code], { ...result, error }, place);
            } else if ('custom' in error && error.custom === 0) {
                expect(blocker, place).toMatchObject({ code: undefined, subject: 'channel' });
                seen.refusals.add(0);
            } else if ('builtin' in error && error.builtin === 'IllegalOwner') {
                expect(blocker, place).toMatchObject({ code: undefined, subject: 'escrow' });
            }
        };
    };
});

function readAccounts(
    addresses: DistributionAddresses,
    mint: Address,
    read: (address: Address) => MaybeEncodedAccount,
) {
    const { escrow, payee, payer, recipients, treasury } = addresses;
    return {
        escrow: read(escrow),
        mint: read(mint),
        payee: read(payee),
        payer: read(payer),
        recipients: recipients.map(read),
        treasury: read(treasury),
    };
}

/** The amount that a token account holds, whatever state it is in. */
function readAmount(account: MaybeEncodedAccount): bigint {
    if (!account.exists || account.data.length < getTokenSize()) return 0n;
    const data = new Uint8Array(account.data);
    return new DataView(data.buffer).getBigUint64(64, true);
}
