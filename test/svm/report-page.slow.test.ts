import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { formatHtml } from '../../cli/src/simulate-html';
import { HOSTILE } from '../fixtures/hostile-text';
import { run } from '../fixtures/run-cli';

// The page of a report in a real browser: what it shows is what --json says, at any width, in both colour schemes.

const CHROMIUM = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
    path => path !== undefined && existsSync(path),
);
/** Where CI runs, the test has to run. */
const isSkipped = CHROMIUM === undefined && !process.env['CI'];
const TITLE = `the page of a report${isSkipped ? " (there is no Chromium: install Debian's package chromium)" : ''}`;

type Balance = { amount: string; asset: string; party: string };
type Moment = Record<'authorized' | 'deposit' | 'paidOut' | 'refunded' | 'settled' | 'atSeconds', string> & {
    actions: string[];
    vouchers: number;
};
type Json = {
    balances: Record<'after' | 'before', Balance[]>;
    channels: number;
    flows: { amount: string; channel: string; kind: string; party: string; token: string }[];
    lives: { moments: Moment[]; name: string; token: string }[];
    scenario: { name: string };
    steps: unknown[];
    tokens: { decimals: number; mint: string; name: string }[];
    transactions: { bytes: number; computeUnits: number; feeLamports: string; label: string; signature: string }[];
    vouchers: number;
};

const scenarioFile = (name: string) => fileURLToPath(new URL(`../../examples/scenarios/${name}.json`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'report-page-'));

async function write(name: string, ...args: string[]): Promise<Json> {
    const { exitCode, output } = await run('simulate', ...args, '--html', join(folder, name), '--json');
    expect(exitCode).toBe(0);
    return JSON.parse(output) as Json;
}

describe.skipIf(isSkipped)(TITLE, { timeout: 600_000 }, () => {
    let browser: Browser;
    beforeAll(async () => {
        if (CHROMIUM === undefined) throw new Error("there is no Chromium: install Debian's package `chromium`");
        browser = await chromium.launch({ args: ['--no-sandbox'], executablePath: CHROMIUM, timeout: 300_000 });
    }, 300_000);
    afterAll(async () => {
        await browser?.close();
        rmSync(folder, { recursive: true });
    });

    /** Opens a page, without a network, and fails for anything that the browser complains about. */
    async function open(name: string, options: { colorScheme?: 'dark' | 'light'; width?: number } = {}) {
        const { colorScheme = 'light', width = 1_200 } = options;
        const context = await browser.newContext({ colorScheme, offline: true, viewport: { height: 900, width } });
        context.setDefaultTimeout(300_000);
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on('console', message => complaints.push(`${message.type()}: ${message.text()}`));
        page.on('pageerror', error => complaints.push(String(error)));
        page.on('request', request => {
            if (!request.url().startsWith('file:')) complaints.push(`request: ${request.url()}`);
        });
        await page.goto(pathToFileURL(join(folder, name)).href);
        await page.waitForSelector('footer');
        return { complaints, page };
    }

    /** The cells of a table: the exact values of numbers, and the texts. */
    const readTable = async (page: Page, selector: string): Promise<string[][]> =>
        await page.$$eval(`${selector} tbody tr`, rows =>
            rows.map(row =>
                [...row.children].map(
                    cell => cell.querySelector('data')?.getAttribute('value') ?? cell.textContent ?? '',
                ),
            ),
        );
    /** Whether what is shown of each number is the number. */
    const findInexact = async (page: Page): Promise<string[]> =>
        await page.$$eval('data:not([title])', all =>
            all
                .map(one => [one.getAttribute('value')!, one.textContent] as const)
                .filter(([value, shown]) => BigInt(shown.replace(/[,.+]/g, '')) !== BigInt(value))
                .map(([value, shown]) => `${shown} for ${value}`),
        );
    const getOverflow = async (page: Page): Promise<number> =>
        await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    /** How many pixels of each chart are drawn. */
    const countDrawn = async (page: Page): Promise<number[]> =>
        await page.$$eval('canvas', all =>
            all.map(canvas => {
                const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
                let count = 0;
                for (let index = 3; index < data.length; index += 4) if (data[index] !== 0) count++;
                return count;
            }),
        );

    it('shows the numbers of the JSON', async () => {
        const json = await write('poisoned.html', scenarioFile('poisoned-payout'));
        const { complaints, page } = await open('poisoned.html');
        expect(await page.title()).toBe(json.scenario.name);
        expect(await page.textContent('h1')).toBe(json.scenario.name);
        const tiles = await page.$$eval('.tiles data', all => all.map(one => one.getAttribute('value')));
        const sum = (values: (number | string)[]) =>
            values.reduce((total, value) => total + BigInt(value), 0n).toString();
        const { flows, lives, transactions } = json;
        expect(tiles).toEqual([
            ...[String(json.channels), String(json.vouchers), String(transactions.length)],
            sum(transactions.map(({ computeUnits }) => computeUnits)),
            sum(transactions.map(({ bytes }) => bytes)),
            sum(transactions.map(({ feeLamports }) => feeLamports)),
        ]);

        for (const summary of await page.$$('summary')) await summary.click();
        await page.waitForFunction(() =>
            [...document.querySelectorAll('details')].every(one => one.querySelector('table')),
        );
        expect(
            (await readTable(page, '#transactions')).map(([label, bytes, units, fee, , , signature]) => ({
                bytes: Number(bytes),
                computeUnits: Number(units),
                feeLamports: fee,
                label,
                signature,
            })),
        ).toEqual(
            transactions.map(({ bytes, computeUnits, feeLamports, label, signature }) => {
                return { bytes, computeUnits, feeLamports, label, signature };
            }),
        );
        for (const [index, { moments }] of lives.entries()) {
            expect(await readTable(page, `.channel:nth-child(${index + 1})`)).toEqual(
                moments.map(({ actions, atSeconds, authorized, deposit, paidOut, refunded, settled, vouchers }) => [
                    ...[actions.join(' + '), atSeconds, `${vouchers}`, deposit, authorized, settled, paidOut, refunded],
                ]),
            );
        }
        const ofFlows = await readTable(page, '.flow details:last-child');
        expect(ofFlows).toEqual(flows.map(({ amount, channel, kind, party }) => [channel, kind, party, amount]));
        expect(await readTable(page, '#steps')).toHaveLength(json.steps.length);

        const { mint } = json.tokens[0]!;
        const channels = new Set(lives.map(({ name }) => name));
        for (const [party, asset, before, after, change] of await readTable(page, '#balances')) {
            const total = (when: 'after' | 'before') =>
                json.balances[when]
                    .filter(one => one.asset === (asset === 'USDC' ? mint : asset))
                    .filter(one => (channels.has(one.party) ? 'channels and escrows together' : one.party) === party)
                    .reduce((all, { amount }) => all + BigInt(amount), 0n);
            const expected = [total('before'), total('after'), total('after') - total('before')];
            expect([party, asset, before, after, change]).toEqual([party, asset, ...expected.map(String)]);
        }
        expect(await findInexact(page)).toEqual([]);
        expect(await page.textContent('.flow details:last-child')).toContain('0.150000');
        expect(Math.min(...(await countDrawn(page)))).toBeGreaterThan(500);
        // Whoever does not see a chart has its text, and tables with headings.
        expect(
            await page.$$eval('canvas', all =>
                all.every(one => one.getAttribute('role') === 'img' && one.ariaLabel!.length > 20),
            ),
        ).toBe(true);
        expect(
            await page.$$eval('table', all =>
                all.every(one => one.caption && one.tHead!.querySelector('th[scope=col]')),
            ),
        ).toBe(true);
        expect(complaints).toEqual([]);
    });

    it.each([
        ['light', 400],
        ['dark', 400],
        ['dark', 1_200],
    ] as const)('is readable in %s at %i px', async (colorScheme, width) => {
        await write('default.html', '--channels', '7');
        const { complaints, page } = await open('default.html', { colorScheme, width });
        for (const summary of await page.$$('summary')) await summary.click();
        expect(await getOverflow(page)).toBeLessThanOrEqual(0);
        const luminance = async (property: 'backgroundColor' | 'color') =>
            await page.evaluate(name => {
                const [red = 0, green = 0, blue = 0] = getComputedStyle(document.body)[name].match(/\d+/g)!.map(Number);
                return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
            }, property);
        const [paper, ink] = [await luminance('backgroundColor'), await luminance('color')];
        expect(colorScheme === 'dark' ? ink - paper : paper - ink).toBeGreaterThan(0.7);
        expect(Math.min(...(await countDrawn(page)))).toBeGreaterThan(200);
        // The charts follow when the scheme changes.
        const before = await page.$eval('canvas', canvas => canvas.toDataURL());
        await page.emulateMedia({ colorScheme: colorScheme === 'dark' ? 'light' : 'dark' });
        await page.waitForFunction(last => document.querySelector('canvas')!.toDataURL() !== last, before);
        expect(complaints).toEqual([]);
    });

    it('shows hostile names as text', async () => {
        const name = `${HOSTILE.slice(0, 40)}</script><script>alert(1)</script><!--`.slice(0, 80);
        const scenario = JSON.parse(
            readFileSync(scenarioFile('poisoned-payout'), 'utf8').replaceAll('"merchant"', JSON.stringify(name)),
        ) as object;
        const file = join(folder, 'hostile.json');
        writeFileSync(file, JSON.stringify({ ...scenario, description: HOSTILE, name }));
        await write('hostile.html', file);
        expect(readFileSync(join(folder, 'hostile.html'), 'utf8').match(/<\/script>/g)).toHaveLength(4);
        const { complaints, page } = await open('hostile.html', { width: 400 });
        expect(await page.textContent('h1')).toContain('<script>alert(1)</script>');
        expect(await page.$$('img, iframe, a')).toEqual([]);
        expect(await getOverflow(page)).toBeLessThanOrEqual(0);
        expect(complaints).toEqual([]);
    });

    it('shows what is wrong', async () => {
        const json = await write('wrong.html', '--channels', '1');
        const discrepancies = [{ actual: '1', asset: 'lamports', expected: '2', what: 'of nobody' }];
        const unmet = [{ actual: 'open', expected: 'closed', what: 'channel 1 in the end' }];
        writeFileSync(join(folder, 'wrong.html'), formatHtml({ ...json, discrepancies, unmet } as Json));
        const { complaints, page } = await open('wrong.html');
        expect(await readTable(page, '#problems')).toEqual([
            ['of nobody', 'lamports', '2', '1'],
            ['channel 1 in the end', 'closed', 'open'],
        ]);
        expect(await page.$$eval('.badge.bad', all => all.map(one => one.textContent))).toEqual([
            ...['1 amount not accounted for', '1 expectation not met'],
        ]);
        expect(complaints).toEqual([]);
    });

    it('renders a thousand channels at once, and pages what is long', async () => {
        const json = await write('base.html', '--channels', '7');
        const [life] = json.lives;
        const times = <T>(count: number, make: (index: number) => T) =>
            Array.from({ length: count }, (_, index) => make(index));
        const many = {
            ...json,
            channels: 1_000,
            flows: times(5_000, index => ({ ...json.flows[0]!, channel: `channel ${(index % 1_000) + 1}` })),
            lives: times(1_000, index => ({ ...life!, name: `channel ${index + 1}` })),
            transactions: times(6_000, index => json.transactions[index % json.transactions.length]!),
        };
        writeFileSync(join(folder, 'many.html'), formatHtml(many));
        const { complaints, page } = await open('many.html');
        const elapsed = await page.evaluate(() => performance.now());
        expect(elapsed).toBeLessThan(60_000);
        expect(await page.$$('.channel')).toHaveLength(6);
        expect(await page.textContent('#timelines .pager')).toContain('channels 1–6 of 1,000');
        await page.fill('#timelines input', 'channel 999');
        expect(await page.$$eval('.channel h3', all => all.map(one => one.textContent))).toEqual(['channel 999']);
        expect(await page.textContent('#transactions .pager')).toContain('transactions 1–25 of 6,000');
        await page.click('#transactions button:text("Next")');
        expect(await page.textContent('#transactions .pager')).toContain('transactions 26–50 of 6,000');
        expect(await page.textContent('.flow')).toContain('There are too many channels for a picture');
        expect(complaints).toEqual([]);
    });
});
