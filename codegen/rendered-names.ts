import { isMarked, unmark } from './names';
import { INTERNAL_FOLDERS, type Pages } from './pages/client';

/** Two things of one name in a client. */
export type Clash = Readonly<{
    name: string;
    /** The page that the name is exported from; there is no other unless it is exported by two. */
    page: string;
    /** The page that has another thing of that name; `undefined` for a word of the language. */
    other: string | undefined;
    /** Whether both are exported; otherwise the other page needs the name for something that is not of the IDL. */
    isExported: boolean;
}>;

/** What cannot be the name of a function, of the language or of a module that is compiled to CommonJS. */
const RESERVED: ReadonlySet<string> = new Set(
    (
        'arguments await break case catch class const continue debugger default delete do else enum eval export exports ' +
        'extends false finally for function globalThis if implements import in instanceof interface let new null package ' +
        'private protected public require return static super switch this throw true try typeof undefined var void ' +
        'while with yield'
    ).split(' '),
);

/**
 * Finds every name that a client would have twice: exported by two of its pages, declared twice in one, or needed by a
 * page for something else, whether it imports that from kit, has it from the language or calls a variable so.
 *
 * It looks at the pages themselves, rendered with marked names, and knows nothing of what is on them.
 */
export function findClashes(pages: Pages): Clash[] {
    const clashes: Clash[] = [];
    const exportedBy = new Map<string, string>();
    const parsed = [...pages].filter(([path]) => !path.endsWith('index.ts')).map(([path, text]) => parse(path, text));

    for (const { declared, isInternal, path } of parsed) {
        for (const [name, isTwice] of declared) {
            const other = isInternal ? undefined : exportedBy.get(name);
            if (other !== undefined || isTwice)
                clashes.push({ isExported: true, name, other: other ?? path, page: path });
            else if (!isInternal) exportedBy.set(name, path);
            if (RESERVED.has(name)) clashes.push({ isExported: false, name, other: undefined, page: path });
        }
    }
    for (const { needed, path } of parsed) {
        for (const name of needed) {
            clashes.push({ isExported: false, name, other: path, page: exportedBy.get(name) ?? path });
        }
    }
    return clashes;
}

type ParsedPage = Readonly<{
    path: string;
    isInternal: boolean;
    /** What is declared at the top, and whether that is more than once. */
    declared: ReadonlyMap<string, boolean>;
    /** The names of the IDL that the page has for something else, too. */
    needed: readonly string[];
}>;

const COMMENTS_AND_TEXTS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
const ENUM_BODIES = /(\benum\s+[^\s{]+\s*)\{[^}]*\}/g;
const DECLARATIONS = /^[ \t]*(?:export\s+)?(?:async\s+)?(const|let|function|type|enum)\s+([\w$\xaa]+)/gm;
const NAMES = /[A-Za-z_$][\w$\xaa]*/g;
const IMPORTS = /^[ \t]*import \{([^}]*)\} from '([^']*)';/gm;
const USES = /(\.\.\.|\.)?\s*([A-Za-z_$][\w$\xaa]*)(\s*\??:)?/g;

function parse(path: string, text: string): ParsedPage {
    const code = text.replaceAll(COMMENTS_AND_TEXTS, "''").replaceAll(ENUM_BODIES, '$1{}');
    const names = new Set(code.match(NAMES));
    const both = [...names]
        .filter(isMarked)
        .map(unmark)
        .filter(name => names.has(name));
    const used = both.length > 0 ? findUsed(code) : names;
    const declared = findDeclared(code);
    return {
        declared,
        isInternal: INTERNAL_FOLDERS.has(path.slice(0, path.indexOf('/'))),
        needed: [...both.filter(name => used.has(name)), ...findShared(text, declared)],
        path,
    };
}

/** The codecs of numbers that a page imports, and that are called like something else that it declares or imports. */
function findShared(text: string, declared: ReadonlyMap<string, boolean>): string[] {
    // The renderer calls them as it calls the codec of a type of the IDL that has the name of a format, such as `u64`.
    const importedFrom = (module: RegExp) =>
        [...text.matchAll(IMPORTS)].flatMap(([, names, from]) =>
            module.test(from!) ? (names!.match(NAMES) ?? []).map(unmark) : [],
        );
    const others = new Set(importedFrom(/^(?!\.\.\/shared$)/));
    return importedFrom(/^\.\.\/shared$/).filter(name => declared.has(name) || others.has(name));
}

/** All names but those of members. */
function findUsed(code: string): Set<string> {
    const used = new Set<string>();
    for (const [, before, name, after] of code.matchAll(USES)) {
        if (before !== '.' && after === undefined) used.add(name!);
    }
    return used;
}

/** The declarations at the top of a page; a function may stand there several times, once for each way to call it. */
function findDeclared(code: string): Map<string, boolean> {
    const declared = new Map<string, boolean>();
    const kinds = new Set<string>();
    for (const [, kind, marked] of code.matchAll(DECLARATIONS)) {
        if (!isMarked(marked!)) continue;
        const name = unmark(marked!);
        const spaces = kind === 'enum' ? ['type', 'value'] : [kind === 'type' ? 'type' : 'value'];
        const keys = spaces.map(space => `${space} ${name}`);
        const isTwice = kind !== 'function' && keys.some(key => kinds.has(key));
        for (const key of keys) kinds.add(key);
        declared.set(name, isTwice || (declared.get(name) ?? false));
    }
    return declared;
}
