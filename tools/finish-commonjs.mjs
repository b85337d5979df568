// Finishes the CommonJS builds: the declarations are those of the ES modules, which say the same, under the names that
// TypeScript looks for. Making them a second time takes minutes and gigabytes. Part of `npx just build`.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { transformSync } from 'esbuild';

for (const folder of ['dist', 'codegen/dist']) {
    for (const name of readdirSync(folder).filter(name => name.endsWith('.d.ts'))) {
        const types = readFileSync(join(folder, name), 'utf8');
        // Of one's own files only: './chunk.js' is an ES module, './chunk.cjs' is CommonJS.
        const common = types.replaceAll(/(from '\.\/[^']*)\.js'/g, "$1.cjs'");
        writeFileSync(join(folder, name.replace(/\.d\.ts$/, '.d.cts')), common);
    }
}

// The CommonJS build has no source maps and is a third of what is installed: without white space it is half as big. Only
// now, because tsup makes it of ES modules by changing their text line by line.
for (const name of readdirSync('dist').filter(name => name.endsWith('.cjs'))) {
    const file = join('dist', name);
    const { code } = transformSync(readFileSync(file, 'utf8'), {
        charset: 'utf8',
        minifySyntax: true,
        minifyWhitespace: true,
    });
    writeFileSync(file, code);
}
