import type { RootNode } from '@codama/nodes';
import { format, type Options } from 'prettier';

import { assertIsNotTooDeep, isStackOverflow, TooDeepError } from './depth';
import { getMarker, MARKER_FILE } from './folder';
import { NAMES } from './names';
import { getClientPages, type Pages } from './pages/client';
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

/**
 * Renders a Codama root node to a TypeScript client that imports nothing but `@solana/kit`.
 *
 * The pages are those of `@codama/renderers-js`, for a tree that our visitors prepared, with what the renderer lacks
 * added, and what it gets wrong replaced, as whole pages; `codegen/README.md` lists them.
 *
 * Deterministic: the same root node gives the same bytes.
 *
 * @param root An IDL in which the check found no error.
 * @throws {@link TooDeepError} for an IDL that the check would have refused as too deep.
 */
export async function renderClient(root: RootNode): Promise<RenderedClient> {
    const pages = getPages(root);
    const paths = [...pages.keys()].sort();
    const formatted = await Promise.all(
        paths.map(async path => [path, await format(toPrintable(pages.get(path)!), FORMAT)] as const),
    );
    return new Map([[MARKER_FILE, getMarker(paths)], ...formatted]);
}

function getPages(root: RootNode): Pages {
    assertIsNotTooDeep(root);
    try {
        return getClientPages(prepare(root), NAMES);
    } catch (cause) {
        // The renderer calls itself for each type that another holds.
        if (isStackOverflow(cause)) throw new TooDeepError(undefined, { cause });
        throw cause;
    }
}
