import type { getNameApi } from '@codama/renderers-js';
import type { Docs } from '@codama/nodes';

/** Names that the renderer gives to what it generates. */
export type NameApi = ReturnType<typeof getNameApi>;

const HEADER = `/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */
`;

/** A page of ours: the header that says where it comes from, then its sections. */
export function getPage(...sections: string[]): string {
    return [HEADER, ...sections.filter(section => section !== '')].join('\n\n');
}

/** Docs as a TSDoc comment; the empty string when there are none. */
export function getDocBlock(docs: Docs | undefined): string {
    if (!docs || docs.length === 0) return '';
    return docs.length === 1
        ? `/** ${docs[0]} */\n`
        : `/**\n${docs.map(line => (line === '' ? ' *' : ` * ${line}`)).join('\n')}\n */\n`;
}
