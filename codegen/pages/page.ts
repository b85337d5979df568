import type { getNameApi } from '@codama/renderers-js';
import type { Docs } from 'codama';

/** Names that the renderer gives to what it generates. */
export type NameApi = ReturnType<typeof getNameApi>;

const HEADER = `/**
 * Rendered from the program's Codama IDL by \`just generate\`: do not edit, change the IDL or codegen/ instead.
 */
`;

/** A page of ours: the header that says where it comes from, then its sections. */
export function getPage(...sections: string[]): string {
    return [HEADER, ...sections.filter(section => section !== '')].join('\n\n');
}

/** The docs of a node as a TSDoc comment; the empty string when it has none. */
export function getDocBlock(lines: Docs | undefined): string {
    if (!lines || lines.length === 0) return '';
    return lines.length === 1 ? `/** ${lines[0]} */\n` : `/**\n${lines.map(line => ` * ${line}`).join('\n')}\n */\n`;
}
