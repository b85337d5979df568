import {
    DEFAULT_NAME_TRANSFORMERS,
    getNameApi,
    getRenderMapVisitor,
    type NameTransformers,
} from '@codama/renderers-js';
import { getAllInstructionsWithSubs, getAllPrograms, type ProgramNode, type RootNode } from '@codama/nodes';
import { visit } from '@codama/visitors-core';
import { format, type Options } from 'prettier';

import { getAccountCountPage } from './pages/account-count';
import { getConstantsPage } from './pages/constants';
import { getEnumPage } from './pages/enums';
import { getErrorsPage } from './pages/errors';
import { getEventsPage } from './pages/events';
import { getFolderIndexPage, getInstructionsIndexPage } from './pages/folder-index';
import { getNumbersPage } from './pages/numbers';
import { getOverrides } from './pages/overrides';
import type { NameApi } from './pages/page';
import { getSeedsPage } from './pages/seeds';
import { getMarker, MARKER_FILE } from './folder';
import { toPrintable } from './printable';
import { prepare } from './visitors/prepare';

/** The files of a client by their path inside its folder, with `/` as the separator. */
export type RenderedClient = ReadonlyMap<string, string>;

// Fixed here and not read from the project, so that an IDL renders to the same bytes wherever it is rendered.
const FORMAT: Options = {
    arrowParens: 'avoid',
    parser: 'typescript',
    printWidth: 120,
    singleQuote: true,
    tabWidth: 4,
    trailingComma: 'all',
};

// `isPaymentChannelsError` is the name, by kit's convention, of the guard for the errors of a package itself, and
// `PaymentChannelsError` of their class: what is about the on-chain program's codes says so.
const NAME_TRANSFORMERS: Partial<NameTransformers> = {
    programErrorConstantPrefix: (name, { snakeCase }) => `${snakeCase(name).toUpperCase()}_PROGRAM_ERROR__`,
    programErrorUnion: (name, { pascalCase }) => `${pascalCase(name)}ProgramErrorCode`,
    programGetErrorMessageFunction: (name, { pascalCase }) => `get${pascalCase(name)}ProgramErrorMessage`,
    programIsErrorFunction: (name, { pascalCase }) => `is${pascalCase(name)}ProgramError`,
};

/** The module, in the renderer's own terms, from which its pages import the codecs of numbers. */
const NUMBERS_MODULE = 'solanaCodecsNumbers';

/** The folders of a client whose pages are for its other pages only. */
const INTERNAL_FOLDERS: ReadonlySet<string> = new Set(['overrides', 'shared']);

/**
 * Renders a Codama root node to a TypeScript client that imports nothing but `@solana/kit`.
 *
 * The pages are those of `@codama/renderers-js`, for a tree that our visitors prepared, with what the renderer lacks
 * added, and what it gets wrong replaced, as whole pages; `codegen/README.md` lists them.
 *
 * Deterministic: the same root node gives the same bytes.
 *
 * @param root An IDL in which the check found no error.
 */
export async function renderClient(root: RootNode): Promise<RenderedClient> {
    const { instructionData, root: tree } = prepare(root);
    const nameTransformers = { ...DEFAULT_NAME_TRANSFORMERS, ...NAME_TRANSFORMERS };
    const renderMap = visit(
        tree,
        getRenderMapVisitor({
            customInstructionData: instructionData,
            dependencyMap: { [NUMBERS_MODULE]: '../shared' },
            kitImportStrategy: 'rootOnly',
            nameTransformers,
        }),
    );
    const pages = new Map([...renderMap].map(([path, page]) => [path as string, page.content]));
    const numbers = new Set(
        [...renderMap.values()].flatMap(({ imports }) => [...(imports.get(NUMBERS_MODULE)?.keys() ?? [])]),
    );

    const nameApi = getNameApi(nameTransformers);
    for (const program of getAllPrograms(tree)) addProgramPages(program, nameApi, pages, numbers);
    addIndexPages(tree, pages, nameApi, numbers);

    const paths = [...pages.keys()].sort();
    const formatted = await Promise.all(
        paths.map(async path => [path, await format(toPrintable(pages.get(path)!), FORMAT)] as const),
    );
    return new Map([[MARKER_FILE, getMarker(paths)], ...formatted]);
}

function addProgramPages(
    program: ProgramNode,
    nameApi: NameApi,
    pages: Map<string, string>,
    numbers: Set<string>,
): void {
    const file = `${program.name}.ts`;
    const constants = getConstantsPage(program, nameApi);
    if (constants !== undefined) pages.set(`constants/${file}`, constants);
    if (program.errors.length > 0) pages.set(`errors/${file}`, getErrorsPage(program, nameApi));
    const events = getEventsPage(program, nameApi);
    if (events !== undefined) pages.set(`events/${file}`, events);
    const seeds = getSeedsPage(program, nameApi);
    if (seeds !== undefined) pages.set(`seeds/${file}`, seeds);
    for (const type of program.definedTypes) {
        const found = getEnumPage(type, nameApi);
        if (found === undefined) continue;
        pages.set(`types/${type.name}.ts`, found.page);
        for (const name of found.numbers) numbers.add(name);
    }
    for (const instruction of getAllInstructionsWithSubs(program, { leavesOnly: true })) {
        pages.set(`overrides/${instruction.name}.ts`, getOverrides(instruction, nameApi).page);
    }
}

function addIndexPages(
    root: RootNode,
    pages: Map<string, string>,
    nameApi: NameApi,
    numbers: ReadonlySet<string>,
): void {
    const filesOf = (folder: string) => [...pages.keys()].filter(path => path.startsWith(`${folder}/`));
    const instructions = getAllPrograms(root).flatMap(program =>
        getAllInstructionsWithSubs(program, { leavesOnly: true }),
    );
    if (instructions.length > 0) {
        pages.set('shared/accountCount.ts', getAccountCountPage());
        const names = instructions.flatMap(instruction => getOverrides(instruction, nameApi).names);
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
