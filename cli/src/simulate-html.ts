import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { toLine } from 'solana-payment-channels-codegen/printable';

/** The parts of the page, beside the sources and beside what is built of them. */
const FOLDER = fileURLToPath(new URL('../page/', import.meta.url));
const SCRIPTS = ['tables.js', 'charts.js', 'report.js'];

/**
 * A report as one page that needs nothing else: no network, and nothing in it runs but what its policy names.
 *
 * @param report What `simulate --json` prints.
 */
export function formatHtml(report: Readonly<{ scenario: Readonly<{ name: string }> }>): string {
    const { resolve } = createRequire(import.meta.url);
    const read = (path: string) => readFileSync(path, 'utf8').replaceAll(/\n?\/\/# sourceMappingURL=.*/g, '');
    const beside = (name: string, file: string) => read(join(dirname(resolve(name)), file));
    const scripts = [
        beside('chart.js', 'chart.umd.min.js'),
        beside('chartjs-chart-sankey', 'chartjs-chart-sankey.min.js'),
        `{\n${SCRIPTS.map(name => read(join(FOLDER, name))).join('\n')}}\n`,
    ].map(toInline);
    const style = read(join(FOLDER, 'report.css'));
    const policy = [
        "default-src 'none'",
        `script-src ${scripts.map(getSource).join(' ')}`,
        `style-src ${getSource(style)}`,
        "base-uri 'none'",
        "form-action 'none'",
    ].join('; ');
    return [
        '<!doctype html>',
        '<html lang="en">',
        '<head>',
        '<meta charset="utf-8">',
        `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        `<title>${escapeHtml(toLine(report.scenario.name))}</title>`,
        `<style>${style}</style>`,
        '</head>',
        '<body>',
        '<noscript><p>This page draws its charts and tables with JavaScript, which is part of it.</p></noscript>',
        `<script type="application/json" id="data">${toEmbeddedJson(report)}</script>`,
        ...scripts.map(script => `<script>${script}</script>`),
        '</body>',
        '</html>',
        '',
    ].join('\n');
}

/** JSON that ends neither its element nor its line, with texts as they can be shown. */
function toEmbeddedJson(report: object): string {
    const json = JSON.stringify(report, (_, value: unknown) => (typeof value === 'string' ? toLine(value) : value));
    return json.replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** A script must not hold what would end its element. */
function toInline(script: string): string {
    return script.replaceAll(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '<\\!--');
}

function getSource(content: string): string {
    return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}

function escapeHtml(text: string): string {
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
