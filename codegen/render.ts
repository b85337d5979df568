import {
    getNameApi,
    DEFAULT_NAME_TRANSFORMERS,
    getRenderMapVisitor,
    type NameTransformers,
} from '@codama/renderers-js';
import { getAllPrograms, visit, type RootNode } from 'codama';
import { format, type Options } from 'prettier';

import { withSafeDocs } from './docs';
import { getConstantsPage } from './pages/constants';
import { getEnumPage } from './pages/enums';
import { getErrorsPage } from './pages/errors';
import { getEventsPage } from './pages/events';
import { getFolderIndexPage } from './pages/folder-index';
import { getSeedsPage } from './pages/seeds';

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

/**
 * Renders a Codama root node to a TypeScript client that imports nothing but `@solana/kit`.
 *
 * The pages are those of `@codama/renderers-js`, with what it lacks added and what does not run everywhere replaced,
 * as whole pages: constants, events and the seeds of addresses as data (it renders none of these), errors (its page
 * reads `process.env` on import, which throws in a browser, and knows no other program address than the default) and
 * enums with values of their own (it counts from 0 whatever the values).
 *
 * Deterministic: the same root node gives the same bytes.
 */
export async function renderClient(idl: RootNode): Promise<RenderedClient> {
    const root = withSafeDocs(idl);
    const nameTransformers = { ...DEFAULT_NAME_TRANSFORMERS, ...NAME_TRANSFORMERS };
    const renderMap = visit(root, getRenderMapVisitor({ kitImportStrategy: 'rootOnly', nameTransformers }));
    const pages = new Map([...renderMap].map(([path, page]) => [path as string, page.content]));

    const nameApi = getNameApi(nameTransformers);
    for (const program of getAllPrograms(root)) {
        const file = `${program.name}.ts`;
        if (program.constants.length > 0) pages.set(`constants/${file}`, getConstantsPage(program, nameApi));
        if (program.errors.length > 0) pages.set(`errors/${file}`, getErrorsPage(program, nameApi));
        for (const type of program.definedTypes) {
            const page = getEnumPage(type, nameApi);
            if (page !== undefined) pages.set(`types/${type.name}.ts`, page);
        }
        if (program.events.length > 0) pages.set(`events/${file}`, getEventsPage(program, nameApi));
        if (program.pdas.length > 0) pages.set(`seeds/${file}`, getSeedsPage(program, nameApi));
    }
    for (const folder of ['constants', 'events', 'seeds']) {
        const files = [...pages.keys()].filter(path => path.startsWith(`${folder}/`));
        if (files.length > 0) pages.set(`${folder}/index.ts`, getFolderIndexPage(files));
    }
    const folders = [...pages.keys()].filter(path => path.endsWith('/index.ts'));
    pages.set('index.ts', getFolderIndexPage(folders));

    const paths = [...pages.keys()].sort();
    return new Map(await Promise.all(paths.map(async path => [path, await format(pages.get(path)!, FORMAT)] as const)));
}
