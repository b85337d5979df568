import { getNameApi, getRenderMapVisitor, type NameTransformers } from '@codama/renderers-js';
import { getAllPrograms, type ProgramNode, type RootNode } from '@codama/nodes';
import { visit } from '@codama/visitors-core';

import { rememberNames } from '../names';
import { createTypeFacts, type TypeFacts } from '../type-facts';
import type { Prepared } from '../visitors/prepare';
import { getAccountCountPage } from './account-count';
import { getConstantsPage } from './constants';
import { getDeferredPage } from './deferred';
import { getEnumPage } from './enums';
import { getErrorsPage } from './errors';
import { getEventsPage } from './events';
import { getFolderIndexPage, getInstructionsIndexPage } from './folder-index';
import { mendAccount, mendDefaults, mendDiscriminators, mendInstruction } from './mend';
import { getNumbersPage } from './numbers';
import { getOverrides } from './overrides';
import type { NameApi } from './page';
import { getSeedsPage } from './seeds';

/** The module, in the renderer's own terms, from which its pages import the codecs of numbers. */
const NUMBERS_MODULE = 'solanaCodecsNumbers';

/** The folders of a client whose pages are for its other pages only. */
export const INTERNAL_FOLDERS: ReadonlySet<string> = new Set(['overrides', 'shared']);

/** The pages of a client by their path inside its folder, not yet formatted. */
export type Pages = ReadonlyMap<string, string>;

/**
 * The pages of the client of an IDL.
 *
 * @param prepared The tree of an IDL in which the check found no error.
 * @param transform What things are called.
 */
export function getClientPages(
    { deferred, instructionData, root: tree }: Prepared,
    transform: NameTransformers,
): Pages {
    const names = rememberNames(transform);
    const renderMap = visit(
        tree,
        getRenderMapVisitor({
            customInstructionData: [...instructionData],
            dependencyMap: { [NUMBERS_MODULE]: '../shared' },
            kitImportStrategy: 'rootOnly',
            nameTransformers: names,
        }),
    );
    const pages = new Map(
        [...renderMap].map(([path, page]) => [path as string, mendDiscriminators(mendDefaults(page.content))]),
    );
    const numbers = new Set(
        [...renderMap.values()].flatMap(({ imports }) => [...(imports.get(NUMBERS_MODULE)?.keys() ?? [])]),
    );

    const nameApi = getNameApi(names);
    const typesOf = createTypeFacts(getAllPrograms(tree));
    for (const program of getAllPrograms(tree)) addProgramPages(program, typesOf(program), nameApi, pages, numbers);
    for (const type of deferred) pages.set(`types/${type.name}.ts`, getDeferredPage(type, nameApi));
    addIndexPages(tree, pages, nameApi, numbers);
    return pages;
}

function addProgramPages(
    program: ProgramNode,
    types: TypeFacts,
    nameApi: NameApi,
    pages: Map<string, string>,
    numbers: Set<string>,
): void {
    const file = `${program.name}.ts`;
    const constants = getConstantsPage(program, nameApi);
    if (constants !== undefined) pages.set(`constants/${file}`, constants);
    if (program.errors.length > 0) pages.set(`errors/${file}`, getErrorsPage(program, nameApi));
    const events = getEventsPage(program, types, nameApi);
    if (events !== undefined) pages.set(`events/${file}`, events);
    const seeds = getSeedsPage(program, nameApi);
    if (seeds !== undefined) pages.set(`seeds/${file}`, seeds);
    for (const type of program.definedTypes) {
        const found = getEnumPage(type, nameApi);
        if (found === undefined) continue;
        pages.set(`types/${type.name}.ts`, found.page);
        for (const name of found.numbers) numbers.add(name);
    }
    for (const account of program.accounts) {
        const path = `accounts/${account.name}.ts`;
        pages.set(path, mendAccount(pages.get(path)!, account));
    }
    for (const instruction of program.instructions) {
        const path = `instructions/${instruction.name}.ts`;
        pages.set(path, mendInstruction(pages.get(path)!, instruction, types));
        pages.set(`overrides/${instruction.name}.ts`, getOverrides(instruction, program, nameApi).page);
    }
}

function addIndexPages(
    root: RootNode,
    pages: Map<string, string>,
    nameApi: NameApi,
    numbers: ReadonlySet<string>,
): void {
    const filesOf = (folder: string) => [...pages.keys()].filter(path => path.startsWith(`${folder}/`));
    const names = getAllPrograms(root).flatMap(program =>
        program.instructions.flatMap(instruction => getOverrides(instruction, program, nameApi).names),
    );
    if (names.length > 0) {
        pages.set('shared/accountCount.ts', getAccountCountPage());
        pages.set('overrides/index.ts', getFolderIndexPage(filesOf('overrides')));
        const files = filesOf('instructions').filter(path => path !== 'instructions/index.ts');
        pages.set('instructions/index.ts', getInstructionsIndexPage(files, names));
    }
    if (numbers.size > 0) {
        pages.set('shared/numbers.ts', getNumbersPage([...numbers].sort()));
        pages.set('shared/index.ts', getFolderIndexPage(['shared/numbers.ts']));
    }
    for (const folder of ['constants', 'events', 'seeds']) {
        const files = filesOf(folder);
        if (files.length > 0) pages.set(`${folder}/index.ts`, getFolderIndexPage(files));
    }
    const folders = [...pages.keys()].filter(path => path.endsWith('/index.ts'));
    const shown = folders.filter(path => !INTERNAL_FOLDERS.has(path.slice(0, path.indexOf('/'))));
    pages.set('index.ts', getFolderIndexPage(shown, root.program.docs));
}
