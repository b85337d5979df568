import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { createFromJson, type RootNode } from 'codama';

/** One IDL of the `idl/` folder: a revision of the program. */
export type Idl = { revision: string; root: RootNode };

/** Reads the Codama root node in a file. */
export function readIdl(path: string): RootNode {
    return createFromJson(readFileSync(path, 'utf8')).getRoot();
}

/** Reads every IDL of a folder; the name of the file is the name of the revision. */
export function readIdls(folder: string): Idl[] {
    return readdirSync(folder)
        .filter(name => name.endsWith('.json'))
        .sort()
        .map(name => ({ revision: basename(name, '.json'), root: readIdl(join(folder, name)) }));
}
