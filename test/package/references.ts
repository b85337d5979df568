import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

/**
 * What declarations refer to, and those that they import in turn: packages, modules of Node among them, and the names of
 * `/// <reference types>`.
 */
export function getReferences(file: string): Readonly<{ packages: string[]; references: string[] }> {
    const packages = new Set<string>();
    const references = new Set<string>();
    const files = new Set([file]);
    for (const path of files) {
        const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(readFileSync(path, 'utf8'), true, true);
        for (const { fileName } of typeReferenceDirectives) references.add(fileName);
        for (const { fileName } of importedFiles) {
            if (!fileName.startsWith('.')) packages.add(fileName);
            else {
                const declarations = join(path, '..', fileName).replace(/\.(c?)js$/, '.d.$1ts');
                if (!existsSync(declarations))
                    throw new Error(`${path} imports ${fileName}, which has no declarations`);
                files.add(declarations);
            }
        }
    }
    return { packages: [...packages], references: [...references] };
}
