import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
    createKeyPairSignerFromPrivateKeyBytes,
    createNoopSigner,
    getBase64Decoder,
    type KeyPairSigner,
} from '@solana/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
    getChannelEncoder,
    planBatchSettle,
    signVoucher,
    toSignedVoucherJson,
    type BatchItem,
    type Channel,
} from '../../src';
import { runCli } from '../../src/cli/cli';
import { BATCH_NOW, makeBatch, nameToAddress } from '../fixtures/batch';
import { SECRET_KEY } from '../fixtures/vectors';

const MERCHANT = createNoopSigner(nameToAddress('the merchant'));
const SYSVAR = 'Sysvar1nstructions1111111111111111111111111';

type PlanJson = {
    leftOut: { channel: string; code: string; message: string; part: string }[];
    options: {
        distribute: string;
        feeLamports: string;
        lamportsPerChannel: string;
        lockedLamports: string;
        lookupTables: string;
        tableFeeLamports: string;
        usesLookupTables: boolean;
        version: number | string;
    }[];
    totals: { channels: number; feeLamports: string; transactions: number; vouchers: number };
    transactions: { bytes: number; channels: { actions: string[]; channel: string }[] }[];
};

let directory: string;
let session: KeyPairSigner;
beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'plan-'));
    session = await createKeyPairSignerFromPrivateKeyBytes(SECRET_KEY);
});
afterAll(() => rm(directory, { recursive: true }));

const run = async (file: unknown, ...flags: string[]) => {
    const path = join(directory, 'batch.json');
    await writeFile(path, typeof file === 'string' ? file : JSON.stringify(file));
    const written = { error: '', output: '' };
    const exitCode = await runCli(['plan', path, '--fee-payer', MERCHANT.address, '--now', `${BATCH_NOW}`, ...flags], {
        isErrorTerminal: false,
        writeError: text => (written.error += text),
        writeOutput: text => (written.output += text),
    });
    return { ...written, exitCode };
};

const base64 = (bytes: Uint8Array) => getBase64Decoder().decode(bytes);

/** A batch as it stands in a file, the first channel by its fields, the others by their data. */
async function makeFile(channels: number, distributes = false) {
    const items = makeBatch({
        channel: () => ({ authorizedSigner: session.address }),
        channels,
        distributes,
        isMissing: owner => owner === nameToAddress('payer 2'),
        payee: MERCHANT,
    });
    const vouchers = await Promise.all(items.map(async ({ voucher }) => await signVoucher(voucher!.voucher, session)));
    const file = { channels: items.map(toChannelJson), vouchers: vouchers.map(toSignedVoucherJson) };
    return { file, items: items.map((item, index) => ({ ...item, voucher: vouchers[index]! })) };
}

type ChannelJson = Readonly<{
    address: string;
    data?: string;
    fields?: Readonly<Record<string, string>>;
}> &
    Readonly<Record<string, unknown>>;

function toChannelJson({ channel: state, distribution, tokenProgram }: BatchItem, index: number): ChannelJson {
    const { address, channel } = state as { address: string; channel: Channel };
    const { authorizedSigner, deposit, mint, payee, payer } = channel;
    const toAccountJson = (account: NonNullable<BatchItem['distribution']>['accounts']['mint']) =>
        account.exists ? { data: base64(account.data as Uint8Array), owner: account.programAddress } : null;
    return {
        address,
        tokenProgram,
        ...(index === 0
            ? {
                  fields: {
                      authorizedSigner,
                      deposit: `${deposit}`,
                      mint,
                      payee,
                      payer,
                      settled: '0',
                      status: 'open',
                  },
              }
            : { data: base64(getChannelEncoder().encode(channel) as Uint8Array) }),
        ...(distribution === undefined
            ? {}
            : {
                  accounts: {
                      ...Object.fromEntries(
                          (['escrow', 'mint', 'payee', 'payer', 'treasury'] as const).map(name => [
                              name,
                              toAccountJson(distribution.accounts[name]),
                          ]),
                      ),
                      recipients: distribution.accounts.recipients.map(toAccountJson),
                  },
                  splits: distribution.splits,
              }),
    };
}

describe('payment-channels plan', () => {
    it('prints the transactions, and what each option costs per channel', async () => {
        const { file } = await makeFile(8);
        const { error, exitCode, output } = await run(file, '--transaction-version', 'legacy');
        expect({ error, exitCode }).toEqual({ error: '', exitCode: 0 });
        expect(output).toContain('4 settle');
        expect(output).toMatch(/legacy\s+│ no\s+│ never\s+│\s+8 │\s+2 │\s+50,000 │\s+6,250/);
        expect(output.trim().split('\n').at(-1)).toBe(
            '8 vouchers of 8 channels in 2 transactions, 50,000 lamports in fees, 0 token accounts created, 0 left out',
        );
    });

    it('prints the plan that planBatchSettle makes as one JSON object with --json', async () => {
        const { file, items } = await makeFile(30);
        const { exitCode, output } = await run(
            file,
            '--json',
            '--mode',
            'settleAndFinalize',
            '--transaction-version',
            '1',
        );
        expect(exitCode).toBe(0);
        expect(output.trim().split('\n')).toHaveLength(1);
        const json = JSON.parse(output) as PlanJson;
        const plan = planBatchSettle(items, {
            feePayer: MERCHANT.address,
            mode: 'settleAndFinalize',
            unixTimestamp: BATCH_NOW,
            version: 1,
        });
        expect(json.totals).toMatchObject({ channels: 30, feeLamports: '160000', transactions: 2, vouchers: 30 });
        expect(json.transactions.map(({ bytes }) => bytes)).toEqual(plan.transactions.map(({ bytes }) => bytes));
        expect(json.leftOut).toEqual([]);
    });

    it('compares versions, tables, and distributing now, later or never', async () => {
        const { file } = await makeFile(24, true);
        const lookupTables = { [nameToAddress('table')]: [SYSVAR, ...file.channels.map(({ address }) => address)] };
        const flags = ['--json', '--mode', 'settleAndFinalizeAndDistribute', '--create-token-accounts'];
        const { exitCode, output } = await run({ ...file, lookupTables }, ...flags);
        expect(exitCode).toBe(0);
        const { options } = JSON.parse(output) as PlanJson;
        expect(options).toHaveLength(15);
        const costOf = (version: number | string, distribute: string, usesLookupTables = false) =>
            Number(
                options.find(
                    row =>
                        row.version === version &&
                        row.distribute === distribute &&
                        row.usesLookupTables === usesLookupTables,
                )!.lamportsPerChannel,
            );
        expect(costOf(1, 'now')).toBeLessThan(costOf(1, 'later'));
        expect(costOf(1, 'never')).toBeLessThan(costOf('legacy', 'never'));
        expect(costOf(0, 'never', true)).toBeLessThan(costOf(0, 'never'));
        const made = options.filter(row => row.lookupTables === 'made');
        expect(made.map(({ distribute, version }) => [distribute, version])).toEqual([
            ['now', 0],
            ['later', 0],
            ['never', 0],
        ]);
        for (const { feeLamports, lockedLamports, tableFeeLamports } of made) {
            expect(Number(tableFeeLamports)).toBeGreaterThan(0);
            expect(Number(feeLamports)).toBeGreaterThan(Number(tableFeeLamports));
            expect(Number(lockedLamports)).toBeGreaterThan(0);
        }
    });

    it('says what lookup tables that are made for the batch save, and what they lock', async () => {
        const { file } = await makeFile(90, true);
        const { output } = await run(file, '--mode', 'settleAndFinalizeAndDistribute', '--create-token-accounts');
        expect(output).toMatch(
            /Tables made for version 0, distributed now, (save|cost) \d+\.\d lamports per channel in all, and lock [\d,]+ /,
        );
    });

    it('verifies signatures and says why something is left out', async () => {
        const { file } = await makeFile(4, true);
        const [first, second, ...rest] = file.vouchers;
        const vouchers = [{ ...first!, signature: second!.signature }, second!, ...rest];
        const { output } = await run({ ...file, vouchers }, '--json', '--mode', 'settleAndFinalizeAndDistribute');
        const { leftOut } = JSON.parse(output) as PlanJson;
        expect(leftOut.map(({ code, part }) => [code, part])).toEqual([
            ['SIGNATURE_INVALID', 'voucher'],
            ['DISTRIBUTION_FORFEITS', 'channel'],
        ]);
    });

    it('takes a closing channel from its fields', async () => {
        const { file } = await makeFile(1);
        const fields = {
            ...file.channels[0]!.fields,
            closureStartedAt: `${BATCH_NOW}`,
            gracePeriod: '600',
            status: 'closing',
        };
        const { output } = await run(
            { ...file, channels: [{ ...file.channels[0], fields }] },
            '--json',
            '--mode',
            'settleAndFinalize',
        );
        const { transactions } = JSON.parse(output) as PlanJson;
        expect(transactions[0]!.channels[0]!.actions).toEqual(['settleAndFinalize']);
    });

    type File = Awaited<ReturnType<typeof makeFile>>['file'];
    const bad: { name: string; change: (file: File) => unknown; flags?: string[]; message: RegExp }[] = [
        { change: () => '{', message: /file can't be read as JSON/, name: 'no JSON' },
        {
            change: () => '{"channels":[],"channels":[],"vouchers":[]}',
            message: /given twice/,
            name: 'a name given twice',
        },
        {
            change: file => ({ ...file, vouchers: undefined, x: 1 }),
            message: /file\.x/,
            name: 'a field that nobody knows',
        },
        { change: ({ channels }) => ({ channels }), message: /file\.vouchers is missing/, name: 'no vouchers' },
        {
            change: file => ({ ...file, channels: {} }),
            message: /channels has to be a list/,
            name: 'channels that are no list',
        },
        {
            change: file => ({ ...file, channels: [{ ...file.channels[0], address: 'x' }] }),
            message: /channels\[0\]\.address/,
            name: 'a bad address',
        },
        {
            change: file => ({ ...file, channels: [{ ...file.channels[1], data: 'AAAA' }] }),
            message: /has 3 bytes, a channel has 216/,
            name: 'data that is no channel',
        },
        {
            change: file => ({ ...file, channels: [{ ...file.channels[1], data: 'not base64!' }] }),
            message: /channels\[0\]\.data has to be base64/,
            name: 'data that is no base64',
        },
        {
            change: file => ({
                ...file,
                channels: [{ ...file.channels[0], fields: { ...file.channels[0]!.fields, deposit: 5 } }],
            }),
            message: /channels\[0\]\.fields\.deposit has to be a string of decimal digits/,
            name: 'an amount that is a number',
        },
        {
            change: file => ({ ...file, channels: file.channels.slice(1) }),
            message: /vouchers has to be vouchers of the channels in the file/,
            name: 'a voucher of a channel that is not there',
        },
        {
            change: file => ({ ...file, vouchers: [{ ...file.vouchers[0], signature: 'abc' }] }),
            message: /vouchers\[0\].*base58 of 64 bytes/,
            name: 'a bad signature',
        },
        { change: file => file, flags: ['--mode', 'pay'], message: /--mode/, name: 'a mode that nobody knows' },
        { change: file => file, flags: ['--margin', '-1'], message: /whole number/, name: 'a negative margin' },
        {
            change: file => file,
            flags: ['--fee-payer', 'me'],
            message: /feePayer is not a base58 address/,
            name: 'a bad fee payer',
        },
    ];
    it.each(bad)('answers $name with one line and exit code 2', async ({ change, flags = [], message }) => {
        const { file } = await makeFile(2);
        const { error, exitCode, output } = await run(change(file), ...flags);
        expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
        expect(error).toMatch(/^payment-channels: [^\n]+\n$/);
        expect(error).toMatch(message);
    });

    it('answers a file that is not there with one line and exit code 2', async () => {
        const written = { error: '' };
        const io = {
            isErrorTerminal: false,
            writeError: (text: string) => (written.error += text),
            writeOutput: () => 0,
        };
        expect(await runCli(['plan', join(directory, 'none.json'), '--fee-payer', MERCHANT.address], io)).toBe(2);
        expect(written.error).toMatch(/^payment-channels: .*none\.json can't be read: ENOENT\n$/);
    });
});
