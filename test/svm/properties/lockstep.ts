import { isDeepStrictEqual } from 'node:util';

import { bytesEqual, type Address, type Instruction } from '@solana/kit';

import { PaymentChannelsEvent, PayoutBeneficiary, RedirectReason } from '../../../generated/tombstone';
import { type Arena, type ArenaResult } from '../arena';
import { runTransaction, toEncodedAccount, type AccountState, type Outcome, type World } from '../model';
import { buildCall, type BuiltCall } from './build';
import { applyFaults } from './faults';
import { perturb } from './perturb';
import { type Sequence, type Step } from './scenario';
import { START_LAMPORTS, startOf, toSlot, type Slot } from './slot';
import { type Tally } from './tally';
import { type Universe } from './universe';

type Transaction = Readonly<{ feePayer: Address; instructions: readonly Instruction[] }>;

/**
 * Runs a sequence in LiteSVM and in the model, and throws at the first step after which they differ, with the story so
 * far. Leaves the arena as it found it.
 */
export async function runInLockstep(arena: Arena, universe: Universe, sequence: Sequence, tally: Tally): Promise<void> {
    const run = new Lockstep(
        arena,
        universe,
        await Promise.all(sequence.slots.map(pick => toSlot(universe, pick))),
        tally,
    );
    try {
        run.begin(startOf(universe, sequence, run.slots));
        for (const step of sequence.steps) await run.step(step);
        run.compareEverything();
    } catch (error) {
        throw new Error(`${run.story()}\n${error instanceof Error ? error.message : String(error)}`, { cause: error });
    } finally {
        run.cleanUp();
    }
}

class Lockstep {
    #world: World = { accounts: new Map(), now: 0n, slot: 0n };
    /** Every account that a sequence may leave behind. */
    readonly #touched = new Set<Address>();
    readonly #lines: string[] = [];

    constructor(
        readonly arena: Arena,
        readonly universe: Universe,
        readonly slots: readonly Slot[],
        readonly tally: Tally,
    ) {}

    begin(world: World): void {
        this.#world = world;
        this.arena.setClock(world.now, world.slot);
        for (const [address, account] of world.accounts) this.#set(address, account);
        for (const [index, slot] of this.slots.entries()) {
            const splits = slot.splits.map(({ bps, recipient }) => `${this.universe.nameOf(recipient)} ${bps}`);
            const name = this.universe.nameOf(slot.channel);
            this.#lines.push(`slot ${index}: ${name}, grace ${slot.gracePeriod}, plan [${splits.join(', ')}]`);
        }
    }

    async step(step: Step): Promise<void> {
        if (step.type === 'nothing') return;
        if (step.type === 'transaction') return await this.#transact(step);
        const perturbation = perturb(this.universe, this.#world, this.slots[step.slot]!, step);
        this.#lines.push(perturbation.note);
        const accounts = new Map(this.#world.accounts);
        for (const [address, account] of perturbation.accounts) {
            this.#set(address, account);
            if (account) accounts.set(address, account);
            else accounts.delete(address);
        }
        const { now = this.#world.now, slot = this.#world.slot } = perturbation;
        this.arena.setClock(now, slot);
        this.#world = { accounts, now, slot };
    }

    async #transact(step: Extract<Step, { type: 'transaction' }>): Promise<void> {
        const instructions: Instruction[] = [];
        const owners: string[] = [];
        for (const call of step.calls) {
            const slot = this.slots[call.slot]!;
            const elsewhere = this.slots[(call.slot + 1) % this.slots.length]!;
            const built = await buildCall(this.universe, this.#world, slot, call);
            const context = { elsewhere, slot, universe: this.universe, world: this.#world };
            const faulty = await applyFaults(built, call.faults, context);
            // No message names more accounts; two distributions to 32 recipients each would.
            if (
                accountsOf({ feePayer: this.universe.sponsor, instructions: [...instructions, ...faulty.instructions] })
                    .size > 60
            )
                break;
            this.#lines.push(describe(call.slot, built, faulty.names));
            instructions.push(...faulty.instructions);
            owners.push(...faulty.instructions.map(() => built.name));
        }
        // The first wallet to pay is one whose lamports matter: those of the payer, as long as it can afford the fee.
        const payer = this.slots[step.calls[0]!.slot]!.payer.address;
        const isRich = (this.#world.accounts.get(payer)?.lamports ?? 0n) > START_LAMPORTS / 10n;
        const feePayer = step.payerPaysFee && isRich ? payer : this.universe.sponsor;
        if (feePayer === payer) this.#lines.push('  (the payer pays the fee)');

        const transaction = { feePayer, instructions };
        const expected = runTransaction(this.#world, this.universe.book, transaction);
        const before = this.#world;
        const observed = this.arena.send(transaction);
        this.#lines.push(`  -> ${this.#describeResult(observed)}`);
        this.#compareOutcome(expected, observed, instructions);
        assertConserved(before, expected);
        this.#world = expected.world;
        this.#compareAccounts(accountsOf(transaction));
        this.#count(expected, owners, instructions);
    }

    #compareOutcome(expected: Outcome, observed: ArenaResult, instructions: readonly Instruction[]): void {
        if (expected.ok && observed.ok) {
            const shown = (calls: readonly Readonly<{ program: Address; data: Uint8Array }>[]) =>
                calls.map(
                    ({ data, program }) => `${this.universe.nameOf(program)} ${Buffer.from(data).toString('hex')}`,
                );
            instructions.forEach((_, index) => {
                assertSame(
                    `calls of instruction ${index}`,
                    shown(expected.calls[index]!),
                    shown(observed.calls[index]!),
                );
            });
            return;
        }
        const model = expected.ok ? 'ok' : this.#describeFailure(expected.failure);
        const svm = this.#describeResult(observed);
        if (model !== svm) {
            throw new Error(`outcome: the model says ${model}, LiteSVM ${svm}\n${observed.logs.join('\n')}`);
        }
    }

    #compareAccounts(addresses: Iterable<Address>): void {
        for (const address of addresses) {
            if (this.universe.isOfRuntime(address)) continue;
            this.#touched.add(address);
            const account = this.#world.accounts.get(address);
            const observed = this.arena.get(address);
            const name = this.universe.nameOf(address);
            if (!account || !observed.exists) {
                assertSame(`existence of ${name}`, account !== undefined, observed.exists);
                continue;
            }
            const expected = toEncodedAccount(address, account, this.universe.facts);
            assertSame(`owner of ${name}`, expected.programAddress, observed.programAddress);
            assertSame(`lamports of ${name}`, expected.lamports, observed.lamports);
            if (bytesEqual(expected.data, observed.data)) continue;
            const hex = (data: Iterable<number>) => Buffer.from(Uint8Array.from(data)).toString('hex');
            assertSame(`data of ${name} (${account.kind})`, hex(expected.data), hex(observed.data));
        }
    }

    compareEverything(): void {
        this.#compareAccounts([...this.#touched, ...this.#world.accounts.keys()]);
    }

    #count(outcome: Outcome, owners: readonly string[], instructions: readonly Instruction[]): void {
        if (!outcome.ok) {
            const { failure } = outcome;
            const name = 'instruction' in failure ? owners[failure.instruction]! : owners.join('+');
            const text = this.#describeFailure(failure).replace(/^instruction \d+: /, '');
            this.tally.add(name, text);
            return;
        }
        const { programAddress } = this.universe.book;
        instructions.forEach((instruction, index) => {
            if (instruction.programAddress !== programAddress) return;
            this.tally.add(owners[index]!, 'ok');
            for (const { data, program } of outcome.calls[index]!) {
                if (program !== programAddress) {
                    if (data[0] === 0xff) this.tally.add('effects', `batch of ${(data.length - 1) / 12}`);
                    else if (data[0] === 9) this.tally.add('effects', 'channel closed');
                    continue;
                }
                const event = this.universe.deployment.events.parse(data);
                if (event?.eventType !== PaymentChannelsEvent.PayoutRedirected) continue;
                const { beneficiary, reason } = event.data;
                const text = `redirect of ${nameOf(PayoutBeneficiary, beneficiary)} for ${nameOf(RedirectReason, reason)}`;
                this.tally.add('effects', text);
            }
        });
    }

    #describeResult(result: ArenaResult): string {
        if (result.ok) return 'ok';
        const { failure } = result;
        if (failure.kind === 'transaction') return failure.name;
        const error = failure.kind === 'custom' ? `C${failure.code}` : failure.name;
        return `instruction ${failure.instructionIndex}: ${error}${this.#by(failure.program ?? 'runtime')}`;
    }

    #describeFailure(failure: Extract<Outcome, { ok: false }>['failure']): string {
        if ('transaction' in failure) return failure.transaction;
        const { error, instruction } = failure;
        const text = 'custom' in error ? `C${error.custom}` : error.builtin;
        return `instruction ${instruction}: ${text}${this.#by(error.program)}`;
    }

    /** The program that failed, where it is another than the one that these tests are about. */
    #by(program: string): string {
        if (program === 'self' || program === this.universe.book.programAddress) return '';
        return ` of ${this.universe.nameOf(program as Address)}`;
    }

    story(): string {
        return this.#lines.join('\n');
    }

    cleanUp(): void {
        for (const address of this.#touched) this.arena.remove(address);
    }

    #set(address: Address, account: AccountState | undefined): void {
        this.#touched.add(address);
        this.arena.set(address, account);
    }
}

/** A value of an enum as its name begins in the IDL: with a small letter. */
const nameOf = (names: Readonly<Record<number, string>>, value: number): string =>
    names[value]!.charAt(0).toLowerCase() + names[value]!.slice(1);

function accountsOf({ feePayer, instructions }: Transaction): ReadonlySet<Address> {
    const metas = instructions.flatMap(({ accounts }) => accounts ?? []);
    return new Set([feePayer, ...metas.map(({ address }) => address)]);
}

/** Neither tokens nor lamports appear or vanish, but for the fee. */
function assertConserved(before: World, { feeLamports, world: after }: Outcome): void {
    assertSame('lamports altogether', sumLamports(before) - feeLamports, sumLamports(after));
    assertSame('tokens altogether', sumTokens(before), sumTokens(after));
}

function sumLamports({ accounts }: World): bigint {
    return [...accounts.values()].reduce((sum, { lamports }) => sum + lamports, 0n);
}

function sumTokens({ accounts }: World): Record<Address, bigint> {
    const sums: Record<Address, bigint> = {};
    for (const account of accounts.values()) {
        if (account.kind === 'token') sums[account.mint] = (sums[account.mint] ?? 0n) + account.amount;
    }
    // The program that closes an account takes its empty balance out of the sum: an absent mint is one with nothing.
    return Object.fromEntries(Object.entries(sums).filter(([, amount]) => amount > 0n));
}

function assertSame(what: string, expected: unknown, observed: unknown): void {
    if (isDeepStrictEqual(expected, observed)) return;
    const show = (value: unknown) =>
        JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v), 2) ?? String(value);
    throw new Error(`${what}: the model says ${show(expected)}, LiteSVM ${show(observed)}`);
}

function describe(slot: number, { name, note }: BuiltCall, faults: readonly string[]): string {
    const details = [note, ...faults.map(fault => `FAULT ${fault}`)].filter(text => text !== '');
    return `slot ${slot}: ${name}${details.length > 0 ? ` (${details.join('; ')})` : ''}`;
}
