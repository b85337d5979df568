import type { Address } from '@solana/kit';

import {
    assertHasMethods,
    assertIsInput,
    getListLength,
    readDeeply,
    readMembers,
    refuseInput,
    toList,
    toU64,
} from '../../core/input';
import type { ProgramErrorName } from '../../revision/revision-types';
import type { TransactionResult } from '../result';
import type { Simulator } from '../simulator';
import type { Balance, TrackedBalances } from './balances';
import { show, showResult } from './show';

/** What came of a check; the message is that of a failure, or of a failure to differ. */
export type Check = Readonly<{ pass: boolean; message: () => string }>;

/** By how much balances have changed: lamports and tokens, or tokens alone. */
export type BalanceChanges = Readonly<Record<string, bigint | Partial<Balance>>>;

/** What of a channel is looked at: every field that is named, and what is in it. */
export type ExpectedChannel = Readonly<{ kind?: string }> & Readonly<Record<string, unknown>>;

export function checkSucceeded(input: TransactionResult): Check {
    return guard('result', () => {
        const result = toResultInput(input);
        const expected = result.ok ? 'not to succeed' : 'to succeed';
        return { message: () => `expected the transaction ${expected}\n${showResult(result)}`, pass: result.ok };
    });
}

export function checkProgramError(input: TransactionResult, name: ProgramErrorName | (string & {})): Check {
    return guard('result', () => {
        const result = toResultInput(input);
        if (typeof name !== 'string') refuseInput('name', 'the name of an error', name);
        const actual = result.failure?.name;
        const pass = actual === name;
        const told = result.ok ? 'it succeeded' : `it failed with ${actual ?? result.failure.message}`;
        const message = pass
            ? `expected the transaction not to fail with ${name}`
            : `expected the transaction to fail with ${name}, and ${told}`;
        return { message: () => `${message}\n${showResult(result)}`, pass };
    });
}

export function checkEvents(input: TransactionResult, expected: readonly object[]): Check {
    return guard('result', () => {
        const result = toResultInput(input);
        const list = toList('expected', expected, 'an array of events', item => item);
        const events = result.ok ? result.events : [];
        const differences = [
            ...(events.length === list.length ? [] : [`${events.length} events in the place of ${list.length}`]),
            ...list.flatMap((event, index) => findDifferences(events[index], event, `event ${index}`)),
        ];
        const pass = differences.length === 0;
        const head = pass ? 'expected other events than these' : 'expected other events';
        return {
            message: () => [head, ...differences, `emitted: ${show(events)}`, showResult(result)].join('\n'),
            pass,
        };
    });
}

export function checkChannel(simulator: Simulator, channel: Address, expected: ExpectedChannel): Check {
    return guard('expected', () => {
        assertHasMethods('simulator', simulator, ['getChannel']);
        assertIsInput('expected', expected);
        const state = simulator.getChannel(channel);
        const { kind, ...fields } = expected;
        const live = 'channel' in state ? (state.channel as object) : {};
        const differences = [
            ...(kind === undefined ? [] : findDifferences(state.kind, kind, 'kind')),
            ...findDifferences({ ...live, ...withoutChannel(state) }, fields, 'channel'),
        ];
        const pass = differences.length === 0;
        const head = `expected channel ${channel} ${pass ? 'not ' : ''}to be ${show(expected)}`;
        return { message: () => [head, ...differences, `it is: ${show(state)}`].join('\n'), pass };
    });
}

export function checkLamports(simulator: Simulator, address: Address, expected: bigint | number): Check {
    assertHasMethods('simulator', simulator, ['getLamports']);
    const lamports = simulator.getLamports(address);
    return checkAmount(`the lamports of ${address}`, lamports, toU64('expected', expected));
}

export function checkTokens(simulator: Simulator, tokenAccount: Address, expected: bigint | number): Check {
    assertHasMethods('simulator', simulator, ['getTokenAmount']);
    const amount = simulator.getTokenAmount(tokenAccount);
    return checkAmount(`the tokens in ${tokenAccount}`, amount, toU64('expected', expected));
}

export function checkBalanceChanges(balances: TrackedBalances, expected: BalanceChanges): Check {
    return guard('expected', () => {
        assertHasMethods('balances', balances, ['getChanges']);
        assertIsInput('expected', expected);
        const changes = balances.getChanges();
        const differences = Object.entries(expected).flatMap(([name, change]) => {
            if (!Object.hasOwn(changes, name)) return [`${name}: no balance of that name is tracked`];
            const wanted = typeof change === 'bigint' ? { tokens: change } : change;
            return findDifferences(changes[name], wanted, name);
        });
        const pass = differences.length === 0;
        const head = pass
            ? 'expected balances to change in another way'
            : 'expected balances to change by other amounts';
        const all = Object.entries(changes).map(
            ([name, { lamports, tokens }]) => `  ${name}: ${lamports} lamports, ${tokens} tokens`,
        );
        return { message: () => [head, ...differences, 'changes:', ...all].join('\n'), pass };
    });
}

export function checkConserved(balances: TrackedBalances, feeLamports: bigint | number = 0n): Check {
    return guard('balances', () => {
        assertHasMethods('balances', balances, ['getChanges', 'getTotals']);
        const fee = toU64('feeLamports', feeLamports);
        const { lamports, tokens } = balances.getTotals();
        const differences = [
            ...(lamports === -fee ? [] : [`lamports: changed by ${lamports}, and fees explain ${-fee}`]),
            ...[...tokens].flatMap(([mint, change]) =>
                change === 0n ? [] : [`tokens of ${mint}: changed by ${change}`],
            ),
        ];
        const pass = differences.length === 0;
        const head = `expected the sum of these balances ${pass ? 'not ' : ''}to be conserved`;
        const names = Object.entries(balances.getChanges()).map(
            ([name, change]) => `  ${name}: ${change.lamports} lamports, ${change.tokens} tokens`,
        );
        return { message: () => [head, ...differences, 'changes:', ...names].join('\n'), pass };
    });
}

/** A check of what may throw when it is read, which is wrong input then. */
function guard(field: string, check: () => Check): Check {
    return readDeeply(field, 'values that can be read', undefined, () => {
        const { message, pass } = check();
        if (pass) return { message, pass };
        const text = message();
        return { message: () => text, pass };
    });
}

function checkAmount(what: string, actual: bigint, expected: bigint): Check {
    const pass = actual === expected;
    const message = pass
        ? `expected ${what} not to be ${expected}`
        : `expected ${what} to be ${expected}, got ${actual}`;
    return { message: () => message, pass };
}

function toResultInput(result: TransactionResult): TransactionResult {
    const { events, logs, ok } = readMembers('result', result, ['events', 'logs', 'ok']);
    if (typeof ok !== 'boolean') refuseInput('result.ok', 'true or false', ok);
    if (getListLength(logs) === undefined) refuseInput('result.logs', 'an array', logs);
    if (getListLength(events) === undefined) refuseInput('result.events', 'an array', events);
    return result;
}

function withoutChannel(state: object): object {
    const { channel: _, ...rest } = state as { channel?: unknown };
    return rest;
}

/** Where a value is not as expected, looking at what is named only. */
function findDifferences(actual: unknown, expected: unknown, path: string): readonly string[] {
    if (typeof expected === 'object' && expected !== null && typeof actual === 'object' && actual !== null) {
        return Object.entries(expected).flatMap(([name, value]) =>
            findDifferences((actual as Record<string, unknown>)[name], value, `${path}.${name}`),
        );
    }
    const isSame =
        Object.is(actual, expected) ||
        (typeof actual === 'bigint' && typeof expected === 'number' && actual === BigInt(expected)) ||
        (typeof actual === 'number' && typeof expected === 'bigint' && BigInt(actual) === expected);
    return isSame ? [] : [`${path}: expected ${show(expected)}, got ${show(actual)}`];
}
