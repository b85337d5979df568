import { describe, expect, it } from 'vitest';

import { EPOCH_LOCALNET, MAINNET_DEPLOYMENT, TOMBSTONE_LOCALNET } from '../../src';
import { EPOCH, makeFile, type RevisionCase, runPlan, TOMBSTONE } from '../fixtures/plan-file';

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
