import { join } from 'node:path';

import ts from 'typescript';

import { PROJECT } from './consumer';

/** What an editor shows of one name: that of an export, or of a member of what a function takes. */
export type Hover = Readonly<{ docs: string; entryPoint: string; name: string; text: string }>;

type Options = Readonly<{
    /** Where an import of an entry point leads to; by default to what is installed. */
    paths?: Record<string, string[]>;
}>;

const PRINT = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/** Asks the language service what it shows of every export, in a file that imports it by name, as a user's would. */
export function getHovers(entryPoints: readonly string[], { paths }: Options = {}): Hover[] {
    const files = new Map(
        entryPoints.map((name, index) => [join(PROJECT, `hover-${index}.ts`), `import * as all from '${name}';\n`]),
    );
    const options: ts.CompilerOptions = {
        lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        // Everything is shown that there is: an editor would cut it, and a reader could not read on.
        noErrorTruncation: true,
        skipLibCheck: true,
        strict: true,
        target: ts.ScriptTarget.ES2022,
        types: [],
        ...(paths === undefined ? {} : { paths, pathsBasePath: PROJECT }),
    };
    let version = 0;
    const service = ts.createLanguageService({
        directoryExists: ts.sys.directoryExists,
        fileExists: path => files.has(path) || ts.sys.fileExists(path),
        getCompilationSettings: () => options,
        getCurrentDirectory: () => PROJECT,
        getDefaultLibFileName: ts.getDefaultLibFilePath,
        getDirectories: ts.sys.getDirectories,
        getScriptFileNames: () => [...files.keys()],
        getScriptSnapshot: path => {
            const text = files.get(path) ?? ts.sys.readFile(path);
            return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
        },
        getScriptVersion: path => (files.has(path) ? `${version}` : '0'),
        readFile: path => files.get(path) ?? ts.sys.readFile(path),
        realpath: ts.sys.realpath,
    });
    const readExports = (path: string) => {
        const program = service.getProgram()!;
        const checker = program.getTypeChecker();
        const [statement] = program.getSourceFile(path)!.statements;
        const module = checker.getSymbolAtLocation((statement as ts.ImportDeclaration).moduleSpecifier);
        return module === undefined ? [] : checker.getExportsOfModule(module).map(symbol => symbol.name);
    };
    const exported = [...files.keys()].map(readExports);
    // The exports by their names: what is shown of them is then what is shown in anybody's import.
    [...files.keys()].forEach((path, index) => {
        files.set(path, `import { ${exported[index]!.join(', ')} } from '${entryPoints[index]!}';\n`);
    });
    version++;
    return [...files.keys()].flatMap((path, index) =>
        getHoversOf(service, path).map(hover => ({ ...hover, entryPoint: entryPoints[index]! })),
    );
}

function getHoversOf(service: ts.LanguageService, path: string): Omit<Hover, 'entryPoint'>[] {
    const program = service.getProgram()!;
    const checker = program.getTypeChecker();
    const file = program.getSourceFile(path)!;
    const { importClause } = file.statements[0] as ts.ImportDeclaration;
    return (importClause!.namedBindings as ts.NamedImports).elements.flatMap(element => {
        const info = service.getQuickInfoAtPosition(path, element.getStart(file))!;
        const shown = ts.displayPartsToString(info.displayParts).replace(/\nimport \w+$/, '');
        const alias = checker.getSymbolAtLocation(element.name)!;
        const symbol = checker.getAliasedSymbol(alias);
        const own = { docs: ts.displayPartsToString(info.documentation), name: element.name.text, text: shown };
        return [own, ...getMembersTaken(checker, symbol, element)];
    });
}

/** The members of each parameter of a function, as they are shown where an object with them is written. */
function getMembersTaken(checker: ts.TypeChecker, symbol: ts.Symbol, at: ts.Node): Omit<Hover, 'entryPoint'>[] {
    if ((symbol.flags & ts.SymbolFlags.Value) === 0) return [];
    const signatures = checker.getTypeOfSymbolAtLocation(symbol, at).getCallSignatures();
    return signatures.flatMap(signature =>
        signature.parameters.flatMap(parameter =>
            checker
                .getTypeOfSymbolAtLocation(parameter, at)
                .getApparentProperties()
                .filter(member => member.declarations?.some(declaration => isOwn(declaration)))
                .map(member => ({
                    docs: '',
                    name: `${symbol.name}(${parameter.name}.${member.name})`,
                    text: checker.typeToString(checker.getTypeOfSymbolAtLocation(member, at), at, PRINT),
                })),
        ),
    );
}

/** Whether it is declared here, rather than by kit or the language. */
function isOwn(declaration: ts.Declaration): boolean {
    return !declaration.getSourceFile().fileName.includes('/node_modules/');
}
