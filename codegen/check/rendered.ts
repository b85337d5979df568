import { getNameApi } from '@codama/renderers-js';
import type { ProgramNode } from '@codama/nodes';

import { findByName } from '../by-name';
import { isStackOverflow } from '../depth';
import { MARKED_NAMES, NAMES } from '../names';
import { getClientPages, type Pages } from '../pages/client';
import { getEventConstant } from '../pages/events';
import { getSeedsConstant } from '../pages/seeds';
import { findClashes, type Clash } from '../rendered-names';
import type { TypeFacts } from '../type-facts';
import { documentArguments } from '../visitors/document-arguments';
import { prepareWithoutDocs, type Prepared } from '../visitors/prepare';
import { getLeafInstructions } from '../visitors/spread-sub-instructions';
import type { CheckContext, Located } from './context';
import { error } from './finding';

/** A node of the file, as a person calls it, and where it stands. */
type Origin = Readonly<{ what: string; path: string }>;

/**
 * What is rendered has each name once, and each file for itself.
 *
 * Only for an IDL in which nothing else is wrong: it renders the client to see.
 */
export function checkRendered({ programs, report, root, typesOf }: CheckContext): void {
    const prepared = prepareWithoutDocs(root);
    const { root: rendered } = documentArguments(prepared.root);
    const trees = [rendered.program, ...rendered.additionalPrograms];
    const files = trees.flatMap((tree, index) => getFiles(tree, programs[index]!, typesOf(programs[index]!.node)));
    if (!checkFiles()) return;

    const origins = new Map(files.map(({ file, origin }) => [file, origin]));
    const parts = new Map(trees.flatMap((tree, index) => getParts(tree, programs[index]!)));
    const originOf = (page: string, name: string): Origin =>
        parts.get(`${page} ${name}`) ??
        origins.get(page) ??
        // The pages that a program has beside those of what it holds are called as it is.
        origins.get(page.replace(/^[^/]*/, 'programs')) ?? { path: 'program', what: `program "${root.program.name}"` };
    const pages = render(prepared);
    if (pages instanceof Error) {
        // The renderer calls itself for each type that another holds.
        const isTooDeep = isStackOverflow(pages);
        const why = isTooDeep ? 'its types hold each other too deep.' : pages.message.split('\n')[0]!;
        report(
            error({
                rule: 'unsupported',
                path: '',
                message: `It cannot be rendered: ${why}`,
                fix: isTooDeep ? 'Let fewer types hold each other in a row.' : 'Describe it in another way.',
            }),
        );
        return;
    }
    const told = new Set<string>();
    for (const clash of findClashes(pages)) {
        const [path, message] = describeClash(clash);
        // One type has some names; one finding says enough of it.
        const key = `${path} ${clash.other ?? ''}`;
        if (told.has(key)) continue;
        told.add(key);
        report(
            error({ rule: 'duplicate-name', path, message, fix: 'Rename it: names are not part of what is on chain.' }),
        );
    }

    function checkFiles(): boolean {
        const first = new Map<string, (typeof files)[number]>();
        const told = new Set<string>();
        const known = files.map(entry => {
            const key = entry.file.toLowerCase();
            const other = first.get(key);
            first.set(key, other ?? entry);
            if (key.endsWith('/index.ts')) {
                report(
                    error({
                        rule: 'unsupported',
                        path: entry.origin.path,
                        message: 'The name "index" cannot be rendered: its file would be the index of its folder.',
                        fix: 'Give it another name; names are not part of what is on chain.',
                    }),
                );
                return false;
            }
            if (other === undefined) return true;
            if (told.has(entry.origin.path)) return false;
            told.add(entry.origin.path);
            const isSame = other.file === entry.file;
            const where = isSame
                ? `The file ${entry.file} would be`
                : `${other.file} and ${entry.file}, one file where names have no case, would be`;
            report(
                error({
                    rule: 'duplicate-name',
                    path: entry.origin.path,
                    message: `${where} of ${other.origin.what} (${other.origin.path}) and of ${entry.origin.what}.`,
                    fix: 'Rename one of the two (names are not part of what is on chain), or, where they are of two programs, give each program a file and a client of its own.',
                }),
            );
            return false;
        });
        return !known.includes(false);
    }

    function describeClash({ isExported, name, other, page }: Clash): [path: string, message: string] {
        const origin = originOf(page, name);
        if (other === undefined) {
            return [
                origin.path,
                `"${name}" would be a name in the client of ${origin.what}, and is a word of the language.`,
            ];
        }
        const second = originOf(other, name);
        if (isExported) {
            // What can be renamed without the rest is not the program.
            const [from, to] = origin.path.split('.').length > 1 ? [origin, second] : [second, origin];
            const message =
                page === other
                    ? `The client would have two things called "${name}", both of ${from.what}.`
                    : `The client would have two things called "${name}", of ${from.what} and of ${to.what} (${to.path}).`;
            return [from.path, message];
        }
        const needs = page === other ? 'its page' : `the page of ${second.what} (${second.path})`;
        return [
            origin.path,
            `"${name}" would be the name of ${origin.what} and of something else that ${needs} needs.`,
        ];
    }
}

/** Renders a client with marked names; the error when that fails. */
function render(prepared: Prepared): Error | Pages {
    // The renderer writes to the console which arguments it renames. A check reports, and writes nothing.
    const { warn } = console;
    console.warn = () => undefined;
    try {
        return getClientPages(prepared, MARKED_NAMES);
    } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
    } finally {
        console.warn = warn;
    }
}

/** What a program holds that is rendered on a page with others, by that and its name there. */
function getParts(tree: ProgramNode, { node: program, path }: Located<ProgramNode>): (readonly [string, Origin])[] {
    const api = getNameApi(NAMES);
    const part = (folder: string, rendered: string, what: string, attribute: string, index: number, name: string) =>
        [
            `${folder}/${tree.name}.ts ${rendered}`,
            { path: `${path}.${attribute}[${index}]`, what: `${what} "${name}"` },
        ] as const;
    const prefix = api.programErrorConstantPrefix(tree.name);
    return [
        ...program.constants.map(({ name }, index) =>
            part('constants', api.constant(name), 'constant', 'constants', index, name),
        ),
        ...program.errors.map(({ name }, index) =>
            part('errors', `${prefix}${api.programErrorConstant(name)}`, 'error', 'errors', index, name),
        ),
        ...program.events.map(({ name }, index) =>
            part('events', getEventConstant(name, api), 'event', 'events', index, name),
        ),
        ...program.pdas.map(({ name }, index) =>
            part('seeds', getSeedsConstant(name, api), 'PDA', 'pdas', index, name),
        ),
    ];
}

/** The files that what a program holds is rendered to, one for each, as if no two could be the same. */
function getFiles(tree: ProgramNode, { node: program, path }: Located<ProgramNode>, facts: TypeFacts) {
    const locate = (what: string, list: readonly { readonly name: string }[], attribute: string) =>
        list.map(({ name }, index) => ({
            name,
            origin: { path: `${path}.${attribute}[${index}]`, what: `${what} "${name}"` },
        }));
    const accounts = locate('account', program.accounts, 'accounts');
    const pdas = locate('PDA', program.pdas, 'pdas');
    const types = locate('type', program.definedTypes, 'definedTypes');
    const events = locate('event', program.events, 'events');
    const instructions = getLeafInstructions(program, facts).map(({ node, path: steps }) => ({
        name: node.name as string,
        origin: { path: `${path}.${steps}`, what: `instruction "${node.name}"` },
    }));
    const self: Origin = { path, what: `program "${program.name}"` };
    // A type that is not in the file is called after what it was made for.
    const owners = [...types, ...events, ...instructions, ...accounts, ...pdas];
    const ownerOf = (name: string): Origin => {
        for (let length = name.length; length > 0; length--) {
            const owner = findByName(owners, name.slice(0, length));
            if (owner !== undefined) return owner.origin;
        }
        return self;
    };
    const inFolder = (folder: string, nodes: readonly { readonly name: string; readonly origin: Origin }[]) =>
        nodes.map(({ name, origin }) => ({ file: `${folder}/${name}.ts`, origin }));

    return [
        { file: `programs/${tree.name}.ts`, origin: self },
        ...inFolder('accounts', accounts),
        ...inFolder(
            'types',
            tree.definedTypes.map(({ name }) => ({ name, origin: ownerOf(name) })),
        ),
        ...inFolder('instructions', instructions),
        ...inFolder('pdas', pdas),
    ];
}
