import { refuseInput } from '../../core/input';
import { findNearest } from '../../core/misspelling';
import { EPOCH_LOCALNET, TOMBSTONE_LOCALNET } from '../../revision/deployments';
import { INSTRUCTION_ERRORS, TRANSACTION_ERRORS } from '../../runtime/runtime-errors';
import { LAMPORTS } from './ledger';
import { MAX_CHANNELS } from './limits';
import type { Scenario, ScenarioChannel, ScenarioChannels, ScenarioParty, ScenarioToken } from './scenario';

/** The name of the party that owns the treasury, which is in every scenario. */
export const TREASURY = 'treasury';

/** One of what a scenario names, with its own name, and its place among those that are alike. */
export type Named<T> = Readonly<{ name: string; group: string; index: number; item: T }>;

/** Everything of a kind, and which of it a name means: several where they are alike. */
export type Names<T> = Readonly<{ all: readonly Named<T>[]; byName: ReadonlyMap<string, readonly Named<T>[]> }>;

/** What a scenario names. */
export type ScenarioNames = Readonly<{
    channels: Names<ScenarioChannel>;
    parties: Names<ScenarioParty>;
    tokens: Names<ScenarioToken>;
}>;

/** What steps can fail with, in any revision: a scenario is for each of them. */
const ERROR_NAMES: ReadonlySet<string> = /* @__PURE__ */ (() =>
    new Set<string>([
        ...[EPOCH_LOCALNET, TOMBSTONE_LOCALNET].flatMap(({ errors }) => Object.values(errors).map(({ name }) => name)),
        ...INSTRUCTION_ERRORS,
        ...TRANSACTION_ERRORS,
    ]))();
/** The code of a program that has no names here, such as those of the token programs. */
const CUSTOM = /^Custom \d{1,10}$/;

/**
 * Looks up every name in a scenario.
 *
 * @throws `INPUT_INVALID` with the path of a name that is nobody's, or given twice.
 */
export function readNames({ channels, end = {}, parties, steps, tokens }: Scenario): ScenarioNames {
    const names: ScenarioNames = {
        channels: expand('scenario.channels', channels),
        parties: expand('scenario.parties', [...parties, { name: TREASURY }]),
        tokens: expand('scenario.tokens', tokens),
    };
    if (names.tokens.byName.has(LAMPORTS)) refuseInput('scenario.tokens', 'a token of another name', LAMPORTS);
    for (const [index, { name }] of channels.entries()) {
        if (!names.parties.byName.has(name)) continue;
        refuseInput(`scenario.channels[${index}].name`, 'another name than that of a party', name);
    }
    const assertParty = (path: string, name: string) => void findAll(names.parties, path, name, 'a party');
    const assertToken = (path: string, name: string) => void findAll(names.tokens, path, name, 'a token');
    const assertOne = (path: string, name: string) => {
        const found = findAll(names.parties, path, name, 'a party');
        if (found.length > 1 || name === TREASURY) refuseInput(path, 'the name of a single party with a key', name);
    };
    for (const [index, { holds = [] }] of parties.entries()) {
        for (const [place, { token }] of holds.entries()) {
            assertToken(`scenario.parties[${index}].holds[${place}].token`, token);
        }
    }
    for (const [index, channel] of channels.entries()) {
        const path = `scenario.channels[${index}]`;
        if (channel.payer === TREASURY) refuseInput(`${path}.payer`, 'a party with a key', channel.payer);
        assertParty(`${path}.payer`, channel.payer);
        assertOne(`${path}.payee`, channel.payee);
        assertToken(`${path}.token`, channel.token);
        if (channel.rentPayer !== undefined) assertOne(`${path}.rentPayer`, channel.rentPayer);
        for (const [place, { recipient }] of (channel.splits ?? []).entries()) {
            const at = `${path}.splits[${place}].recipient`;
            if (findAll(names.parties, at, recipient, 'a party').length > 1)
                refuseInput(at, 'a single party', recipient);
        }
    }
    for (const [index, step] of steps.entries()) {
        const path = `scenario.steps[${index}]`;
        if ('channel' in step) findChannels(names, `${path}.channel`, step.channel);
        if ('by' in step && step.by !== undefined) assertOne(`${path}.by`, step.by);
        if ('party' in step) {
            assertOne(`${path}.party`, step.party);
            assertToken(`${path}.token`, step.token);
        }
        if ('fails' in step) assertErrorNames(`${path}.fails`, step.fails);
    }
    for (const [index, { asset, party }] of (end.balances ?? []).entries()) {
        const path = `scenario.end.balances[${index}]`;
        assertParty(`${path}.party`, party);
        if (asset !== LAMPORTS) assertToken(`${path}.asset`, asset);
    }
    for (const [index, { channel }] of (end.channels ?? []).entries()) {
        findChannels(names, `scenario.end.channels[${index}].channel`, channel);
    }
    return names;
}

/** The channels that a step names, in the order in which it names them. */
export function findChannels(
    names: ScenarioNames,
    path: string,
    channels: ScenarioChannels,
): readonly Named<ScenarioChannel>[] {
    if (typeof channels === 'string') return findAll(names.channels, path, channels, 'a channel');
    return channels.flatMap((name, index) => findAll(names.channels, `${path}[${index}]`, name, 'a channel'));
}

function expand<T extends Readonly<{ name: string; count?: number | undefined }>>(
    path: string,
    items: readonly T[],
): Names<T> {
    const all: Named<T>[] = [];
    const byName = new Map<string, readonly Named<T>[]>();
    const add = (name: string, found: readonly Named<T>[], place: number) => {
        if (byName.has(name)) refuseInput(`${path}[${place}].name`, 'a name that nothing else there has', name);
        byName.set(name, found);
    };
    for (const [place, item] of items.entries()) {
        const { count, name: group } = item;
        const own = Array.from({ length: count ?? 1 }, (_, index): Named<T> => {
            return { group, index, item, name: count === undefined ? group : `${group} ${index + 1}` };
        });
        if (all.length + own.length > MAX_CHANNELS + 1) refuseInput(path, `at most ${MAX_CHANNELS} altogether`, items);
        all.push(...own);
        add(group, own, place);
        if (count !== undefined) for (const one of own) add(one.name, [one], place);
    }
    return { all, byName };
}

function findAll<T>({ byName }: Names<T>, path: string, name: string, what: string): readonly Named<T>[] {
    const found = byName.get(name);
    if (found !== undefined) return found;
    const nearest = findNearest(name, [...byName.keys()].slice(0, 1_000));
    return refuseInput(
        path,
        `the name of ${what} of the scenario${nearest === undefined ? '' : `, such as ${nearest}`}`,
        name,
    );
}

function assertErrorNames(path: string, given: string | readonly string[] | undefined): void {
    for (const name of toNames(given)) {
        if (ERROR_NAMES.has(name) || CUSTOM.test(name)) continue;
        const nearest = findNearest(name, [...ERROR_NAMES]);
        const hint = nearest === undefined ? '' : `, such as ${nearest}`;
        refuseInput(path, `the name of an error of the program or the runtime${hint}`, name);
    }
}

/** A list of what may be a single name, or none. */
export function toNames(names: string | readonly string[] | undefined): readonly string[] {
    return names === undefined ? [] : typeof names === 'string' ? [names] : names;
}
