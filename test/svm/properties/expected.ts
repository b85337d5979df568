import { type RevisionFacts } from '../revisions';
import { type Tally } from './tally';

// What a deep run has to have seen. All of it came out more than ten times in 2,000 sequences of any seed so far: when
// something is missing, the generator has lost the way to it.

const SUCCESSES: Readonly<Record<string, number>> = {
    distribute: 300,
    emitEvent: 100,
    finalize: 50,
    open: 1_000,
    requestClose: 200,
    settle: 1_000,
    settleAndFinalize: 200,
    topUp: 200,
    withdrawPayer: 50,
};
const DATED_SUCCESSES = { reclaim: 50 };

const OUTCOMES: Readonly<Record<string, readonly string[]>> = {
    distribute: [
        ...['C5', 'C7', 'C50', 'C53', 'C60', 'C260', 'C261', 'C263'],
        ...['C2400', 'C2401', 'C2402', 'C2404', 'C2407', 'C2408', 'C2409'],
        ...['InvalidAccountOwner', 'InvalidInstructionData', 'ProgramFailedToComplete'],
    ],
    effects: [
        'channel closed',
        'batch of 2',
        'batch of 8',
        'redirect of recipient for closedOrMalformed',
        'redirect of recipient for notInitialized',
        'redirect of recipient for reassignedAuthority',
        'redirect of payee for notInitialized',
    ],
    emitEvent: ['C1', 'C8', 'C9'],
    finalize: ['C2', 'InvalidAccountOwner', 'NotEnoughAccountKeys'],
    open: [
        ...['C1', 'C8', 'C50', 'C53', 'C54', 'C57', 'C58', 'C200', 'C201', 'C260', 'C261', 'C263'],
        ...['C2000', 'C2001', 'C2002', 'InvalidArgument', 'MissingAccount', 'InsufficientFundsForRent'],
        ...['C0 of system program', 'C1 of system program', 'C1 of token program', 'C1 of token 2022'],
    ],
    requestClose: ['C1', 'C2', 'C5', 'C9', 'InvalidAccountOwner'],
    settle: [
        ...['C2', 'C230', 'C231', 'C232', 'C233', 'C234', 'C235', 'C237'],
        ...['C2 of runtime', 'UnsupportedSysvar'],
    ],
    settleAndFinalize: ['C1', 'C2', 'C6', 'C9', 'C230', 'C231', 'C233', 'C234', 'C235', 'UnsupportedSysvar'],
    topUp: ['C1', 'C2', 'C5', 'C7', 'C9', 'C50', 'C57', 'C200', 'C2100', 'C1 of token 2022', 'C1 of token program'],
    withdrawPayer: ['C1', 'C2', 'C57', 'C2300'],
};

/** What only one revision answers. */
const OWN_OUTCOMES: Readonly<Record<RevisionFacts['name'], Readonly<Record<string, readonly string[]>>>> = {
    epoch: {
        distribute: ['C10'],
        finalize: ['C2201'],
        open: ['C2003'],
        reclaim: ['C2', 'C2414', 'InvalidAccountOwner', 'NotEnoughAccountKeys'],
        settle: ['C238'],
    },
    tombstone: {
        distribute: ['InvalidAccountData'],
        open: ['IllegalOwner of ATA program'],
        requestClose: ['InvalidAccountData'],
        settle: ['C236'],
        withdrawPayer: ['InvalidAccountData'],
    },
};

function successesOf({ openSlotWindow }: RevisionFacts): Readonly<Record<string, number>> {
    return openSlotWindow === undefined ? SUCCESSES : { ...SUCCESSES, ...DATED_SUCCESSES };
}

/** What is missing in a tally; empty when the generator did what it has to. */
export function findMissingOutcomes(tally: Tally, facts: RevisionFacts): readonly string[] {
    const tooFew = Object.entries(successesOf(facts)).filter(([name, minimum]) => tally.count(name, 'ok') < minimum);
    const wanted = [...Object.entries(OUTCOMES), ...Object.entries(OWN_OUTCOMES[facts.name])];
    const absent = wanted.flatMap(([name, outcomes]) =>
        outcomes.filter(outcome => tally.count(name, outcome) === 0).map(outcome => `${name}: ${outcome}`),
    );
    return [...tooFew.map(([name, minimum]) => `${name}: ${minimum} successes`), ...absent];
}

/** Instructions that never succeeded. */
export function findFutileInstructions(tally: Tally, facts: RevisionFacts): readonly string[] {
    return Object.keys(successesOf(facts)).filter(name => tally.count(name, 'ok') === 0);
}
