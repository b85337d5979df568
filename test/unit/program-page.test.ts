import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createKeyPairSignerFromPrivateKeyBytes, getBase16Decoder } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
    EPOCH_LOCALNET,
    findChannelPdaSync,
    findEscrowPdaSync,
    findEventAuthorityPdaSync,
    getDistributionHash,
    MAINNET_DEPLOYMENT,
    signVoucher,
    TOKEN_2022_PROGRAM_ADDRESS,
    TOMBSTONE_LOCALNET,
    type Deployment,
} from '../../src';
import { AUTHORIZED_SIGNER, MINT, PAYEE, PAYER, SALT } from '../fixtures/parties';
import { VECTOR_OPEN_SLOT } from '../fixtures/revision';
import { SECRET_KEY, SPLITS } from '../fixtures/vectors';

// docs/program.md is what the library cites: every section that is cited has to be there, and what the page has in tables is
// compared with the IDLs and with the library.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/program.md');

/** Sections of the page by their numbers: what stands between a heading and the next. */
const sections = new Map(
    page
        .split(/^(?=#{2,3} )/m)
        .slice(1)
        .map(text => [/^#{2,3} (\d+(?:\.\d+)?)\.? /.exec(text)?.[1] ?? `no number: ${text.slice(0, 40)}`, text]),
);
const anchorOf = (section: string) => `section-${section.replace('.', '-')}`;
const getAnchors = (text: string) => [...text.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id]) => id!);

/** The rows of the tables in a section, without heads. */
function getRows(section: string): string[][] {
    const lines = sections.get(section)!.split('\n');
    const isRule = (line: string | undefined) => /^\|[\s:|-]+\|$/.test(line ?? '');
    return lines
        .filter((line, index) => line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1]))
        .map(line =>
            line
                .split('|')
                .slice(1, -1)
                .map(cell => cell.trim()),
        );
}

function listFiles(folder: string, extension: string): string[] {
    return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile() && entry.name.endsWith(extension))
        .map(entry => join(entry.parentPath, entry.name))
        .filter(path => !path.includes('node_modules') && !path.includes('/target/'));
}

/** The sections that a source names, whatever lines the sentence is on. */
const getCited = (source: string): string[] =>
    [...source.replace(/\s*\n\s*(?:\*|\/\/[/!]?)?\s*/g, ' ').matchAll(/docs\/program\.md(, sections? [\d., and]*\d)?/g)]
        .map(([, cited]) => cited ?? '')
        .flatMap(cited => cited.match(/\d+(?:\.\d+)?/g) ?? []);

describe('the sections of docs/program.md', () => {
    it('have an anchor each, in their order', () => {
        const numbers = [...sections.keys()];
        expect([...sections].map(([, text]) => getAnchors(text))).toEqual(numbers.map(number => [anchorOf(number)]));
        const places = numbers.map(number => number.split('.').map(Number));
        for (const [index, [chapter, part]] of places.entries()) {
            const [before = [0]] = places.slice(index - 1, index || 1);
            const expected = part === undefined ? [before[0]! + 1] : [before[0]!, (before[1] ?? 0) + 1];
            expect(index === 0 ? [1] : expected).toEqual(part === undefined ? [chapter] : [chapter, part]);
        }
    });

    it('are there wherever one is cited', () => {
        const sources = ['src', 'codegen', 'test', 'bench'].flatMap(folder => listFiles(folder, '.ts'));
        const cited = sources.map(path => ({ cited: getCited(readFileSync(path, 'utf8')), path }));
        expect(cited.flatMap(file => file.cited).length).toBeGreaterThan(80);
        const unknown = cited.map(file => ({ ...file, cited: file.cited.filter(section => !sections.has(section)) }));
        expect(unknown.filter(file => file.cited.length > 0)).toEqual([]);
    });

    it('are cited by the name of the page', () => {
        const sources = listFiles('src', '.ts').filter(path => /\bspec sections?\b/.test(readFileSync(path, 'utf8')));
        expect(sources).toEqual([]);
    });
});

describe('the links of the documentation', () => {
    const pages = [
        'README.md',
        'cli/README.md',
        'codegen/README.md',
        'examples/README.md',
        'program/README.md',
        ...listFiles('docs', '.md').map(path => relative(ROOT, path)),
    ];

    it.each(pages)('%s leads to what is there', path => {
        const text = read(path);
        const slugs = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
            title!.toLowerCase().replace(/[^\w]+/g, '-'),
        );
        const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g)];
        const broken = links.filter(([, file, anchor]) => {
            if (file && !existsSync(join(ROOT, dirname(path), file))) return true;
            if (file || !anchor) return false;
            return ![...getAnchors(text), ...slugs].includes(anchor.slice(1));
        });
        expect(broken.map(([link]) => link)).toEqual([]);
    });

    it('docs/changing.md names files and folders that are there', () => {
        const named = [
            ...read('docs/changing.md').matchAll(/`((?:cli|codegen|docs|idl|program|src|test)\/[\w./-]*)`/g),
        ];
        expect(named.length).toBeGreaterThan(20);
        expect(named.map(([, path]) => path!).filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
    });
});

type Revision = Readonly<{ deployment: Deployment; mark: 'E' | 'T'; name: 'epoch' | 'tombstone' }>;
const REVISIONS: readonly Revision[] = [
    { deployment: EPOCH_LOCALNET, mark: 'E', name: 'epoch' },
    { deployment: TOMBSTONE_LOCALNET, mark: 'T', name: 'tombstone' },
];

type Idl = {
    program: {
        instructions: {
            accounts: { isSigner: boolean; isWritable: boolean; name: string }[];
            arguments: { defaultValue?: { number: number }; name: string }[];
            name: string;
        }[];
        publicKey: string;
    };
};

describe.each(REVISIONS)('the tables of docs/program.md, for $name', ({ deployment, mark, name }) => {
    const { program } = JSON.parse(read(`idl/${name}.json`)) as Idl;
    const other = mark === 'E' ? '[T]' : '[E]';
    /** The cell of a table with one column for each revision: tombstone first. */
    const cellOf = (section: string, title: string) =>
        getRows(section).find(([first]) => first === title)![mark === 'T' ? 1 : 2]!;
    /** A text without what is of the other revision. */
    const pick = (text: string) => {
        const both = new RegExp(`^(.*) \\[T\\], (.*) \\[E\\]$`).exec(text);
        return both ? both[mark === 'T' ? 1 : 2]! : text.replace(` [${mark}]`, '');
    };

    it('have the addresses of the program', () => {
        expect(cellOf('1', 'Program address')).toBe(`\`${program.publicKey}\``);
        expect(deployment.programAddress).toBe(program.publicKey);
        const [eventAuthority, bump] = findEventAuthorityPdaSync(deployment);
        expect(cellOf('1', 'Event authority')).toBe(`\`${eventAuthority}\`, bump ${bump}`);
        expect(sections.get('1')).toContain(MAINNET_DEPLOYMENT.treasuryOwner);
        expect(sections.get('1')).toContain(deployment.treasuryOwner);
    });

    it('have the fields of a channel', () => {
        const sizes: Record<string, number> = { '32 bytes': 32, address: 32, i64: 8, u32: 4, u64: 8, u8: 1 };
        const rows = getRows('3.1').filter(([, field]) => !field!.endsWith(other));
        let end = 0;
        for (const [offset, , type] of rows) {
            expect(Number(offset)).toBe(end);
            end += sizes[type!]!;
        }
        const { channel } = deployment;
        expect(end).toBe(channel.getSize());
        expect(cellOf('1', 'Channel account')).toBe(`${end} bytes`);
        expect(cellOf('1', 'Rent of a channel')).toBe(`${((128 + end) * 6_960).toLocaleString('en')} lamports`);
        const decoded = channel.decode(new Uint8Array(end)) as unknown as Record<string, object>;
        const fields = Object.entries(decoded).flatMap(([key, value]) =>
            key === 'settlement' ? Object.keys(value).map(part => `${key}.${part}`) : [key],
        );
        expect(rows.map(([, field]) => field!.replace(' [E]', ''))).toEqual(fields);
    });

    it('have the instructions, with their accounts', () => {
        const rows = getRows('5').filter(([, title]) => !title!.endsWith(other));
        const own: Record<string, string> = { seal: 'finalize', settleAndSeal: 'settleAndFinalize' };
        expect(rows.map(([byte, title, , , accounts]) => [Number(byte), pick(title!), pick(accounts!)])).toEqual(
            program.instructions.map(instruction => [
                instruction.arguments.find(({ name: argument }) => argument === 'discriminator')!.defaultValue!.number,
                own[instruction.name] ?? instruction.name,
                `${instruction.name === 'distribute' ? 'at least ' : ''}${instruction.accounts.length}`,
            ]),
        );
        const chapters = ['7.1', '7.2', '7.3', '7.4', '7.5', '7.6', '7.8', '7.7', '7.9', '7.10'];
        for (const [index, { accounts, name: instruction }] of program.instructions.entries()) {
            const chapter = chapters.filter(number => mark === 'E' || number !== '7.9')[index]!;
            const list = /(?:Accounts:|the accounts) (.*?)(?:\. |, then | and no )/.exec(sections.get(chapter)!)![1]!;
            const listed = list
                .split(', ')
                .filter(account => !account.startsWith(other))
                .map(account => (mark === 'T' ? account.replace(/^payee \(S; \[T\] calls it (\w+)/, '$1 (S') : account))
                .map(account => account.replace(`[${mark}] `, ''))
                .map(account => account.replace(/; [^)]*/, ''));
            const expected = accounts.map(({ isSigner, isWritable, name: account }) => {
                const flags = [isSigner ? 'S' : '', isWritable ? 'W' : ''].filter(Boolean).join(' ');
                return flags ? `${account} (${flags})` : account;
            });
            expect({ instruction, listed }).toEqual({ instruction, listed: expected });
        }
    });

    it('have the errors', () => {
        const names = getRows('11').flatMap(([code, cell]) => {
            const titles = cell!.split(', ');
            const own = titles.length === 1 ? titles : titles.filter(title => title.endsWith('[E]') === (mark === 'E'));
            return own.filter(title => !title.endsWith(other)).map(title => [Number(code), title.replace(' [E]', '')]);
        });
        expect(names).toEqual(Object.entries(deployment.errors).map(([code, error]) => [Number(code), error.name]));
    });

    it('have values to test against', async () => {
        const opened: object = { openSlot: VECTOR_OPEN_SLOT };
        const parties = { authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: PAYEE, payer: PAYER };
        const [channel, bump] = findChannelPdaSync({ ...opened, ...parties, salt: SALT }, deployment);
        expect(cellOf('13', 'Channel')).toBe(`\`${channel}\`, bump ${bump}`);
        const escrows = [undefined, TOKEN_2022_PROGRAM_ADDRESS].map(
            tokenProgram => `\`${findEscrowPdaSync({ channel, mint: MINT, tokenProgram })[0]}\``,
        );
        expect([cellOf('13', 'Escrow, SPL Token'), cellOf('13', 'Escrow, Token-2022')]).toEqual(escrows);
        const hex = (bytes: Parameters<ReturnType<typeof getBase16Decoder>['decode']>[0]) =>
            getBase16Decoder().decode(bytes);
        expect(cellOf('13', 'Hash of no splits')).toBe(`\`${hex(getDistributionHash([], deployment))}\``);
        expect(cellOf('13', 'Hash of the splits')).toBe(`\`${hex(getDistributionHash(SPLITS, deployment))}\``);
        const signer = await createKeyPairSignerFromPrivateKeyBytes(SECRET_KEY);
        const { signature } = await signVoucher({ channelId: channel, cumulativeAmount: 500_000n }, signer, deployment);
        expect(cellOf('13', "Voucher's signature, first bytes")).toBe(`\`${hex(signature.slice(0, 16))}\``);
    });
});
