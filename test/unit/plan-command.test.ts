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
    signVoucher,
    toSignedVoucherJson,
    TOMBSTONE_LOCALNET,
    type ChannelOf,
    EPOCH_LOCALNET,
    MAINNET_DEPLOYMENT,
    type ChannelState,
} from '../../src';
import { planBatchSettle, type BatchItem, type BatchMode, planBatchReclaim } from '../../src/settlement';
import { runCli } from '../../cli/src/cli';
import type { Deployment } from '../../src/revision/deployment';
import type { RevisionName } from '../../src/revision/revision-types';
import { BATCH_NOW, makeBatch, nameToAddress } from '../fixtures/batch';
import { SECRET_KEY } from '../fixtures/vectors';

const MERCHANT = createNoopSigner(nameToAddress('the merchant'));
const SYSVAR = 'Sysvar1nstructions1111111111111111111111111';

/** What differs by revision: its name for settleAndFinalize, and the fields of a channel that it alone has. */
type RevisionCase = Readonly<{
    deployment: Deployment;
    flags: readonly string[];
    channelLength: number;
    ownFields: Readonly<Record<string, string>>;
    revision: RevisionName;
    /** The most channels in a transaction of version 1. */
    mostPerTransaction: number;
    statuses: string;
}>;

const TOMBSTONE: RevisionCase = {
    channelLength: 216,
    deployment: TOMBSTONE_LOCALNET,
    flags: ['--revision', 'tombstone'],
    mostPerTransaction: 15,
    ownFields: {},
    revision: 'tombstone',
    statuses: "'open' or 'finalized' or 'closing'",
};
const EPOCH: RevisionCase = {
    channelLength: 256,
    deployment: MAINNET_DEPLOYMENT,
    flags: [],
    mostPerTransaction: 18,
    ownFields: { openSlot: '1000', rentPayer: nameToAddress('rent payer') },
    revision: 'epoch',
    statuses: "'open' or 'finalized' or 'closing' or 'distributed'",
};

type PlanJson = {
    programAddress: string;
    revision: string;
    treasuryOwner: string;
    skipped: { channel: string; code: string; message: string; part: string }[];
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

const runPlan = async (file: unknown, ...flags: string[]) => {
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
async function makeFile({ deployment, ownFields }: RevisionCase, channels: number, distributes = false) {
    const items = makeBatch({
        channel: () => ({ authorizedSigner: session.address }),
        channels,
        deployment,
        distributes,
        isMissing: owner => owner === nameToAddress('payer 2'),
        payee: MERCHANT,
    });
    const vouchers = await Promise.all(
        items.map(async ({ voucher }) => await signVoucher(voucher!.voucher, session, deployment)),
    );
    const toJson = (item: BatchItem, index: number) => toChannelJson(item, index, deployment, ownFields);
    const file = { channels: items.map(toJson), vouchers: vouchers.map(toSignedVoucherJson) };
    return { file, items: items.map((item, index) => ({ ...item, voucher: vouchers[index]! })) };
}

type ChannelJson = Readonly<{
    address: string;
    data?: string;
    fields?: Readonly<Record<string, string>>;
}> &
    Readonly<Record<string, unknown>>;

function toChannelJson(
    { channel: state, distribution, tokenProgram }: BatchItem,
    index: number,
    { channel: layout }: Deployment,
    ownFields: RevisionCase['ownFields'],
): ChannelJson {
    const { address, channel } = state as { address: string; channel: ChannelOf<RevisionName> };
    const { authorizedSigner, deposit, mint, payee, payer } = channel;
    const toAccountJson = (account: NonNullable<BatchItem['distribution']>['accounts']['mint']) =>
        account.exists ? { data: base64(account.data as Uint8Array), owner: account.programAddress } : null;
    return {
        address,
        tokenProgram,
        ...(index === 0
            ? {
                  fields: {
                      ...ownFields,
                      authorizedSigner,
                      deposit: `${deposit}`,
                      mint,
                      payee,
                      payer,
                      settled: '0',
                      status: 'open',
                  },
              }
            : { data: base64(layout.encode(channel) as Uint8Array) }),
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

describe.each([TOMBSTONE, EPOCH])('payment-channels plan, $revision', facts => {
    const { channelLength, deployment, mostPerTransaction, revision, statuses } = facts;
    const run = async (file: unknown, ...flags: string[]) => await runPlan(file, ...facts.flags, ...flags);

    it('says which revision and which program it plans for', async () => {
        const { file } = await makeFile(facts, 1);
        const { programAddress, treasuryOwner } = deployment;
        const { output } = await run({ ...file, revision });
        expect(output.split('\n')[0]).toBe(`Revision ${revision}, program ${programAddress}`);
        const json = JSON.parse((await run(file, '--json')).output) as PlanJson;
        expect(json).toMatchObject({ programAddress, revision, treasuryOwner });
    });

    it('reads a file with a byte order mark in front', async () => {
        const { file } = await makeFile(facts, 1);
        const plain = await run(file);
        expect(plain.exitCode).toBe(0);
        expect(await run(`\uFEFF${JSON.stringify(file)}`)).toEqual(plain);
    });

    it('prints the transactions, and what each option costs per channel', async () => {
        const { file } = await makeFile(facts, 8);
        const { error, exitCode, output } = await run(file, '--transaction-version', 'legacy');
        expect({ error, exitCode }).toEqual({ error: '', exitCode: 0 });
        expect(output).toContain('4 settle');
        expect(output).toMatch(/legacy\s+│ no\s+│ never\s+│\s+8 │\s+2 │\s+50,000 │\s+6,250/);
        expect(output.trim().split('\n').at(-1)).toBe(
            '8 vouchers of 8 channels in 2 transactions, 50,000 lamports in fees, 0 token accounts created, 0 skipped',
        );
    });

    it('prints the plan that planBatchSettle makes as one JSON object with --json', async () => {
        const { file, items } = await makeFile(facts, 30);
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
        const mode: BatchMode = 'settleAndFinalize';
        const options = { feePayer: MERCHANT.address, mode, unixTimestamp: BATCH_NOW, version: 1 } as const;
        const plan = planBatchSettle(items, options, deployment as Deployment);
        expect(json.transactions[0]!.channels).toHaveLength(mostPerTransaction);
        expect(json.totals).toMatchObject({ channels: 30, feeLamports: '160000', transactions: 2, vouchers: 30 });
        expect(json.transactions.map(({ bytes }) => bytes)).toEqual(plan.transactions.map(({ bytes }) => bytes));
        expect(json.skipped).toEqual([]);
    });

    it('compares versions, tables, and distributing now, later or never', async () => {
        const { file } = await makeFile(facts, 24, true);
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
        const { file } = await makeFile(facts, 90, true);
        const { output } = await run(file, '--mode', 'settleAndFinalizeAndDistribute', '--create-token-accounts');
        expect(output).toMatch(
            /Tables made for version 0, distributed now, (save|cost) \d+\.\d lamports per channel in all, and lock [\d,]+ /,
        );
    });

    it('verifies signatures and says why something is skipped', async () => {
        const { file } = await makeFile(facts, 4, true);
        const [first, second, ...rest] = file.vouchers;
        const vouchers = [{ ...first!, signature: second!.signature }, second!, ...rest];
        const { output } = await run({ ...file, vouchers }, '--json', '--mode', 'settleAndFinalizeAndDistribute');
        const { skipped } = JSON.parse(output) as PlanJson;
        expect(skipped.map(({ code, part }) => [code, part])).toEqual([
            ['SIGNATURE_INVALID', 'voucher'],
            ['DISTRIBUTION_FORFEITS', 'distribution'],
        ]);
    });

    it('takes a closing channel from its fields', async () => {
        const { file } = await makeFile(facts, 1);
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
            message: new RegExp(`has 3 bytes, a channel has ${channelLength}`),
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
        {
            change: file => ({
                ...file,
                channels: [{ ...file.channels[0], fields: { ...file.channels[0]!.fields, status: 'paid' } }],
            }),
            message: new RegExp(`status has to be ${statuses}; got "paid"`),
            name: 'a status that the revision does not know',
        },
        {
            change: file => ({ ...file, revision: 'v2' }),
            message: /file\.revision has to be 'epoch' or 'tombstone'; got "v2"/,
            name: 'a revision that there is not',
        },
        { change: file => file, flags: ['--program', 'x'], message: /--program is not/, name: 'a bad program address' },
        {
            change: file => file,
            flags: ['--deployment', 'localnet', '--treasury-owner', nameToAddress('somebody')],
            message: /--treasury-owner is of another deployment/,
            name: 'a treasury owner that the deployment does not have',
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
        const { file } = await makeFile(facts, 2);
        const { error, exitCode, output } = await run(change(file), ...flags);
        expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
        expect(error).toMatch(/^payment-channels: [^\n]+\n$/);
        expect(error).toMatch(message);
    });
});

describe('payment-channels plan, revisions that meet', () => {
    const cases: { name: string; file: RevisionCase; flags: readonly string[]; message: RegExp; place?: number }[] = [
        [TOMBSTONE, EPOCH, { place: 216 }] as const,
        [EPOCH, TOMBSTONE, { place: 256 }] as const,
    ].flatMap(([of, due]) => {
        const mismatch = (field: string) =>
            new RegExp(
                `${field} is of the ${of.revision} revision of the program, but the ${due.revision} revision is expected`,
            );
        const { flags } = due;
        const to = `${of.revision} to ${due.revision}`;
        return [
            { file: of, flags, message: mismatch(String.raw`channels\[0\]\.fields`), name: `fields, ${to}`, place: 0 },
            { file: of, flags, message: mismatch('.*'), name: `the data of a channel, ${to}`, place: 1 },
            {
                file: due,
                flags: [...flags, '--program', of.deployment.programAddress],
                message: mismatch('--program'),
                name: `the address of the program, ${to}`,
            },
        ];
    });
    it.each(cases)('refuses $name', async ({ file: facts, flags, message, place }) => {
        const { file } = await makeFile(facts, 2);
        const channels = place === undefined ? file.channels : [file.channels[place]];
        const vouchers = place === undefined ? file.vouchers : [file.vouchers[place]];
        const { error, exitCode, output } = await runPlan({ channels, vouchers }, ...flags);
        expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
        expect(error).toMatch(/^payment-channels: [^\n]+\n$/);
        expect(error).toMatch(message);
    });

    it.each([
        [['--revision', 'tombstone', '--deployment', 'mainnet'], /--deployment mainnet is of the epoch revision/],
        [
            ['--revision', 'tombstone', '--treasury-owner', MAINNET_DEPLOYMENT.treasuryOwner],
            /--treasury-owner is of the epoch revision/,
        ],
        [['--revision', 'tombstone', '--mode', 'reclaim'], /--mode reclaim is of the epoch revision/],
        [
            ['--deployment', 'mainnet', '--treasury-owner', EPOCH_LOCALNET.treasuryOwner],
            /--treasury-owner is of another deployment/,
        ],
    ])('refuses %j for the tombstone revision or another deployment', async (flags, message) => {
        const { error, exitCode } = await runPlan({ channels: [], vouchers: [] }, ...flags);
        expect(exitCode).toBe(2);
        expect(error).toMatch(message);
    });

    it('refuses a file that says it is of the other revision', async () => {
        for (const [given, due] of [
            [EPOCH, TOMBSTONE],
            [TOMBSTONE, EPOCH],
        ] as const) {
            const { revision } = given;
            const { error, exitCode } = await runPlan({ channels: [], revision, vouchers: [] }, ...due.flags);
            expect(exitCode).toBe(2);
            expect(error).toMatch(
                new RegExp(
                    `file\\.revision is of the ${revision} revision .* but the ${due.revision} revision is expected`,
                ),
            );
        }
    });

    it.each(['openSlot', 'rentPayer'])('misses %s in the fields of a channel of the epoch revision', async name => {
        const { file } = await makeFile(EPOCH, 1);
        const { [name]: _, ...fields } = file.channels[0]!.fields!;
        const { error } = await runPlan({ ...file, channels: [{ ...file.channels[0], fields }] }, ...EPOCH.flags);
        expect(error).toMatch(new RegExp(`channels\\[0\\]\\.fields\\.${name} is missing`));
    });

    it.each([
        ['mainnet', MAINNET_DEPLOYMENT, EPOCH, []],
        ['mainnet', MAINNET_DEPLOYMENT, EPOCH, ['--revision', 'epoch']],
        ['mainnet', MAINNET_DEPLOYMENT, EPOCH, ['--deployment', 'mainnet']],
        ['a localnet', EPOCH_LOCALNET, EPOCH, ['--deployment', 'localnet']],
        ['a localnet', EPOCH_LOCALNET, EPOCH, ['--deployment', 'localnet', '--revision', 'epoch']],
        ['a localnet', TOMBSTONE_LOCALNET, TOMBSTONE, ['--revision', 'tombstone']],
        ['a localnet', TOMBSTONE_LOCALNET, TOMBSTONE, ['--deployment', 'localnet', '--revision', 'tombstone']],
    ])('plans for %s without more being said, %#', async (_, deployment, facts, flags) => {
        const { file } = await makeFile(facts, 1);
        const { output } = await runPlan(file, '--json', ...flags);
        const { programAddress, revision, treasuryOwner } = deployment;
        expect(JSON.parse(output)).toMatchObject({ programAddress, revision, treasuryOwner });
    });
});

describe('payment-channels plan --mode reclaim', () => {
    const OPEN_SLOT = 1_000n;
    const flags = ['--mode', 'reclaim', '--slot', '2501'];

    /** Distributed channels, but for the second, which is too young, and the third, which is open. */
    const makeReclaimFile = async (channels: number) => {
        const { file } = await makeFile(EPOCH, 1);
        const { fields } = file.channels[0]!;
        const change = (index: number) => ({
            ...(index === 1 ? { openSlot: `${OPEN_SLOT + 1n}` } : {}),
            ...(index === 2 ? {} : { status: 'distributed' }),
        });
        return {
            channels: Array.from({ length: channels }, (_, index) => ({
                address: nameToAddress(`channel ${index}`),
                fields: { ...fields, ...change(index) },
            })),
            vouchers: [],
        };
    };

    it('prints what planBatchReclaim plans, what is skipped, and what each version costs', async () => {
        const { error, exitCode, output } = await runPlan(await makeReclaimFile(42), ...flags, '--json');
        expect({ error, exitCode }).toEqual({ error: '', exitCode: 0 });
        const json = JSON.parse(output) as PlanJson & { mode: string };
        expect(json.mode).toBe('reclaim');
        const states = Array.from({ length: 40 }, (_, index) => ({
            address: nameToAddress(`channel ${index + 2}`),
            channel: { openSlot: OPEN_SLOT, payee: MERCHANT.address, rentPayer: EPOCH.ownFields['rentPayer'] },
            kind: 'distributed',
        })) as unknown as ChannelState<'epoch'>[];
        const plan = planBatchReclaim(states, { feePayer: MERCHANT.address, slot: 2_501n }, MAINNET_DEPLOYMENT);
        expect(json.transactions.map(({ bytes }) => bytes)).toEqual(plan.transactions.map(({ bytes }) => bytes));
        expect(json.totals).toMatchObject({
            channels: 40,
            feeLamports: `${plan.feeLamports}`,
            transactions: plan.transactions.length,
        });
        expect(json.skipped.map(({ code }) => code)).toEqual(['RECLAIM_TOO_EARLY', 'NOTHING_TO_DO']);
        expect(json.options.map(({ version }) => version)).toEqual(['legacy', 0, 1]);
        const [legacy, , one] = json.options;
        expect(Number(one!.lamportsPerChannel)).toBeLessThan(Number(legacy!.lamportsPerChannel));
    });

    it('prints a table, and uses lookup tables where they are given', async () => {
        const file = await makeReclaimFile(42);
        const lookupTables = { [nameToAddress('table')]: file.channels.map(({ address }) => address) };
        const { output } = await runPlan({ ...file, lookupTables }, ...flags);
        expect(output).toMatch(/│ 40 reclaim │/);
        expect(output).toMatch(/│ 0\s+│ given\s+│/);
        expect(output.trim().split('\n').at(-1)).toMatch(/^0 vouchers of 40 channels in 1 transactions/);
    });

    it('needs a slot', async () => {
        const { error, exitCode } = await runPlan(await makeReclaimFile(1), ...flags.slice(0, -2));
        expect({ error, exitCode }).toEqual({
            error: 'payment-channels: --mode reclaim needs --slot, a slot that the cluster has reached\n',
            exitCode: 2,
        });
    });
});

describe('payment-channels plan', () => {
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
