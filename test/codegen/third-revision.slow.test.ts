import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createNoopSigner, lamports, type SignatureBytes } from '@solana/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseIdl } from '../../codegen/check/check';
import { writeClient } from '../../codegen/files';
import { renderClient } from '../../codegen/render';
import type { Deployment } from '../../src';
import { bundle } from '../fixtures/bundled-toolkit';
import type * as toolkit from '../fixtures/toolkit';
import { addressOf, AUTHORIZED_SIGNER, MINT, SPL_TOKEN } from '../fixtures/parties';
import { makeFolder, removeFolders, ROOT } from './project-copy';

// A third revision is a folder of its own and a line in each of a few lists. The one that is made up here is what was
// live between the two: somebody else can pay the rent, channels have no open slot, and a voucher has 48 bytes.

const PROGRAM = addressOf(0x33);
/** What the made-up revision lacks, by the names of the nodes. */
const LACKS = ['distributed', 'magic', 'openSlot', 'openSlotWindow', 'reclaim'];

/** The IDL of the made-up revision: that of mainnet's, without every node of these names. */
function getIdl(): string {
    const text = readFileSync(join(ROOT, 'idl', 'epoch.json'), 'utf8');
    const isLacked = (node: unknown) =>
        typeof node === 'object' && node !== null && 'name' in node && LACKS.includes(String(node.name));
    return JSON.stringify(
        JSON.parse(text, (key, value: unknown) => {
            if (key === 'publicKey') return PROGRAM;
            // The account is as much shorter as its open slot was long.
            if (key === 'size' && value === 256) return 248;
            return Array.isArray(value) ? value.filter(node => !isLacked(node)) : value;
        }),
    );
}

/** The lists that name every revision, and what a third one adds to them. */
const LISTS = [
    {
        additions: [
            ['import type { TombstoneTypes }', "import type { BetweenTypes } from './between/types';\n"],
            ['    epoch: EpochTypes;', '    between: BetweenTypes;\n'],
        ],
        path: 'src/revision/revision-types.ts',
    },
    {
        additions: [
            ['import { EPOCH_MARKS }', "import { BETWEEN_MARKS } from './between/marks';\n"],
            ['epoch: EPOCH_MARKS', 'between: BETWEEN_MARKS, '],
        ],
        path: 'src/revision/detect-other-revision.ts',
    },
    {
        additions: [
            ['import { EPOCH,', "import { BETWEEN, BETWEEN_PUBLISHED } from './between';\n"],
            [
                '/** The program that runs on mainnet,',
                `export const BETWEEN_LOCALNET: Deployment<'between'> = /* @__PURE__ */ Object.freeze<Deployment<'between'>>({
                    ...BETWEEN,
                    programAddress: BETWEEN_PUBLISHED.programAddress,
                    treasuryOwner: PLACEHOLDER_TREASURY_OWNER,
                });\n`,
            ],
        ],
        path: 'src/revision/deployments.ts',
    },
    {
        additions: [["    epoch: 'PAYMENT_CHANNELS_EPOCH_ELF',", "    between: 'PAYMENT_CHANNELS_BETWEEN_ELF',\n"]],
        path: 'src/testing/elf.ts',
    },
] as const;

const USE = `
    import type { TransactionSigner } from '@solana/kit';
    import { getOpenInstructionAsync, signVoucher, verifyVoucher, type OpenInput } from './src';
    import { planBatchSettle } from './src/settlement';
    import { BETWEEN_LOCALNET } from './src/revision/deployments';
    import { BETWEEN_VOUCHER } from './src/revision/between';

    export async function use(input: OpenInput<'between'>, rentPayer: TransactionSigner) {
        const open = await getOpenInstructionAsync({ ...input, rentPayer }, BETWEEN_LOCALNET);
        // @ts-expect-error The revision has no open slot.
        await getOpenInstructionAsync({ ...input, openSlot: 7n }, BETWEEN_LOCALNET);
        return [open.accounts.length, verifyVoucher, signVoucher, planBatchSettle, { voucher: BETWEEN_VOUCHER }];
    }
`;

type Toolkit = typeof toolkit & { BETWEEN_LOCALNET: Deployment };

describe('a third revision', () => {
    let project: string;
    let extended: Toolkit;
    let deployment: Deployment;
    afterAll(removeFolders);
    beforeAll(async () => {
        project = makeFolder();
        for (const name of ['generated', 'package.json', 'src', 'tsconfig.json']) {
            cpSync(join(ROOT, name), join(project, name), { recursive: true });
        }
        cpSync(join(ROOT, 'test', 'fixtures', 'toolkit.ts'), join(project, 'test', 'fixtures', 'toolkit.ts'));
        cpSync(join(ROOT, 'test', 'fixtures', 'third-revision'), join(project, 'src', 'revision'), { recursive: true });
        symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
        const { findings, root } = parseIdl(getIdl());
        expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
        writeClient(join(project, 'generated', 'between'), await renderClient(root!));
        for (const { additions, path } of LISTS) {
            let text = readFileSync(join(project, path), 'utf8');
            for (const [before, addition] of additions) {
                expect(text, `${path}: ${before}`).toContain(before);
                text = text.replace(before, () => `${addition}${before}`);
            }
            writeFileSync(join(project, path), text);
        }
        extended = (await bundle({
            contents: `export * from './toolkit'; export { BETWEEN_LOCALNET } from '../../src/revision/deployments';`,
            resolveDir: join(project, 'test', 'fixtures'),
        })) as Toolkit;
        deployment = extended.BETWEEN_LOCALNET;
    });

    it('is type-checked with one folder more and a line in each of four lists', () => {
        writeFileSync(join(project, 'use.ts'), USE);
        const config = JSON.parse(readFileSync(join(project, 'tsconfig.json'), 'utf8')) as object;
        writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ ...config, include: ['src', 'use.ts'] }));
        const { status, stdout } = spawnSync(
            process.execPath,
            [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project],
            { cwd: project, encoding: 'utf8' },
        );
        expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    }, 600_000);

    const payer = createNoopSigner(addressOf(1));
    const rentPayer = createNoopSigner(addressOf(4));
    const parties = { authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: addressOf(2), tokenProgram: SPL_TOKEN };
    const seeds = { ...parties, payer: payer.address, salt: 42n };

    it('has its builders, with a rent payer and without an open slot', async () => {
        const [channel] = await extended.findChannelPda(seeds, deployment);
        const open = await extended.getOpenInstructionAsync(
            { ...seeds, deposit: 1_000n, gracePeriodSeconds: 60, payer, rentPayer, splits: [] } as never,
            deployment,
        );
        expect(open.programAddress).toBe(PROGRAM);
        expect(open.accounts.slice(0, 2)).toMatchObject([{ address: payer.address }, { address: rentPayer.address }]);
        expect(open.accounts.map(({ address }) => address)).toContain(channel);
        // Discriminator, salt, deposit, grace period and the number of recipients.
        expect(open.data).toHaveLength(1 + 8 + 8 + 4 + 4);
        const distribute = await extended.getDistributeInstructionAsync(
            { ...seeds, channel, rentPayer: rentPayer.address, splits: [] } as never,
            deployment,
        );
        expect(distribute.accounts.map(({ address }) => address)).toContain(rentPayer.address);
    });

    it('has vouchers of 48 bytes', () => {
        const voucher = { channelId: addressOf(7), cumulativeAmount: 5n, expiresAt: 9n };
        expect(extended.encodeVoucher(voucher, deployment)).toHaveLength(48);
        const signed = { signature: new Uint8Array(64) as SignatureBytes, signer: AUTHORIZED_SIGNER, voucher };
        const [verify, settle] = extended.getSettleInstructions({ voucher: signed }, deployment);
        expect(verify.data).toHaveLength(112 + 48);
        expect(settle).toMatchObject({ data: Uint8Array.of(2), programAddress: PROGRAM });
    });

    it('has its account, whose channels are told from those of the others', () => {
        const fields = {
            authorizedSigner: AUTHORIZED_SIGNER,
            bump: 255,
            closureStartedAt: 0n,
            deposit: 1_000n,
            distributionHash: new Uint8Array(32),
            gracePeriod: 60,
            mint: MINT,
            payee: addressOf(2),
            payer: payer.address,
            payerWithdrawnAt: 0n,
            rentPayer: rentPayer.address,
            salt: 42n,
            settlement: { payoutWatermark: 0n, settled: 0n },
            status: 0,
            version: 1,
        };
        const toAccount = (data: Uint8Array, { programAddress }: Deployment) => ({
            address: addressOf(7),
            data,
            executable: false,
            exists: true,
            lamports: lamports(1n),
            programAddress,
            space: BigInt(data.length),
        });
        const account = toAccount(deployment.channel.encode(fields) as Uint8Array, deployment);
        expect(account.data).toHaveLength(248);
        expect(extended.decodeChannelState(account as never, deployment)).toMatchObject({
            channel: fields,
            kind: 'open',
        });
        const epoch: Deployment = extended.EPOCH_LOCALNET;
        const other = toAccount(epoch.channel.encode({ ...fields, openSlot: 1n }) as Uint8Array, deployment);
        expect(() => extended.decodeChannelState(other as never, deployment)).toThrow(
            expect.objectContaining({ code: 'REVISION_MISMATCH' }),
        );
        expect(() => extended.getReclaimInstruction({} as never, deployment as never)).toThrow(
            expect.objectContaining({ code: 'OPERATION_UNSUPPORTED' }),
        );
    });
});
