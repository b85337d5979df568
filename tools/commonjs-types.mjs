// The declarations of the CommonJS builds: those of the ES modules, which say the same, under the names that TypeScript
// looks for. Making them a second time takes minutes and gigabytes. Part of `npx just build`.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

for (const folder of ['dist', 'codegen/dist']) {
    for (const name of readdirSync(folder).filter(name => name.endsWith('.d.ts'))) {
        const types = readFileSync(join(folder, name), 'utf8');
        // Of one's own files only: './chunk.js' is an ES module, './chunk.cjs' is CommonJS.
        const common = types.replaceAll(/(from '\.\/[^']*)\.js'/g, "$1.cjs'");
        writeFileSync(join(folder, name.replace(/\.d\.ts$/, '.d.cts')), common);
    }
}
