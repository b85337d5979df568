import { describe, expect, it } from 'vitest';

import { findTreasuryTokenPda, getDistributeInstructionAsync, type DistributeInput } from '../../../src';
import { BAD_ADDRESSES, BAD_CONFIGS, BAD_SPLITS, BAD_TOKEN_PROGRAMS } from '../../fixtures/bad-input';
import { RENT_PAYER } from '../../fixtures/channels';
import { accountsOf, BUILDS, dataOf } from '../../fixtures/instructions';
import { addressOf, deriveAta, deriveEventAuthority, MINT, PAYEE, PAYER, SPL_TOKEN } from '../../fixtures/parties';
import { expectRefusal, withBad, type BadInput } from '../../fixtures/refusals';
import { byRevision, ofEpoch } from '../../fixtures/revision';
import {
    CHANNEL,
    DISTRIBUTION_HASH_HEX,
    EMPTY_DISTRIBUTION_HASH_HEX,
    PREIMAGE_HEX,
    SPLITS,
    TREASURY_SPL,
    unhex,
} from '../../fixtures/vectors';
import { DEPLOYMENT, deploymentWith } from '../../fixtures/deployment';

/** Who gets the rent back, where that is not always the payer, and stands behind the payer then. */
const SPONSOR = ofEpoch(RENT_PAYER);

const INPUT = {
    ...byRevision<object>({ epoch: { rentPayer: RENT_PAYER }, tombstone: {} }),
    channel: CHANNEL,
    distributionHash: unhex(DISTRIBUTION_HASH_HEX),
    mint: MINT,
    payee: PAYEE,
    payer: PAYER,
    splits: SPLITS,
    tokenProgram: SPL_TOKEN,
} satisfies DistributeInput;

describe('getDistributeInstructionAsync', () => {
    describe.each(BUILDS)('$title', ({ config, program, tokenProgram, treasuryOwner }) => {
        it('has the accounts of docs/program.md, section 7.8, with one for each recipient behind them', async () => {
            const distribute = await getDistributeInstructionAsync({ ...INPUT, tokenProgram }, deploymentWith(config));
            expect(distribute.programAddress).toBe(program);
            expect(accountsOf(distribute)).toEqual([
                [CHANNEL, 'W'],
                [PAYER, 'W'],
                ...SPONSOR.map(sponsor => [sponsor, 'W']),
                [await deriveAta(CHANNEL, tokenProgram), 'W'],
                [await deriveAta(PAYER, tokenProgram), 'W'],
                [await deriveAta(PAYEE, tokenProgram), 'W'],
                [await deriveAta(treasuryOwner, tokenProgram), 'W'],
                [MINT, ''],
                [tokenProgram, ''],
                [await deriveEventAuthority(program), ''],
                [program, ''],
                [await deriveAta(SPLITS[0]!.recipient, tokenProgram), 'W'],
                [await deriveAta(SPLITS[1]!.recipient, tokenProgram), 'W'],
            ]);
        });

        it('has the plan as its data', async () => {
            const distribute = await getDistributeInstructionAsync({ ...INPUT, tokenProgram }, deploymentWith(config));
            expect(dataOf(distribute)).toBe(`07${PREIMAGE_HEX}`);
        });
    });

    it('names the published treasury account by default, that of the given owner otherwise', async () => {
        const treasuryOf = async (config?: object) =>
            accountsOf(await getDistributeInstructionAsync(INPUT, deploymentWith(config)))[5 + SPONSOR.length]![0];
        expect(await treasuryOf()).toBe(TREASURY_SPL);
        const treasuryOwner = addressOf(0x78);
        expect(await treasuryOf({ treasuryOwner })).toBe(await deriveAta(treasuryOwner, SPL_TOKEN));
        // The treasury owner says nothing about the program, nor the other way round.
        expect(await treasuryOf({ programAddress: addressOf(0x77) })).toBe(TREASURY_SPL);
    });

    it.each([0, 1, 32])('has %i accounts behind its own for as many recipients, in their order', async count => {
        const recipients = Array.from({ length: count }, (_, index) => addressOf(0xff - index));
        const splits = recipients.map(recipient => ({ bps: 1, recipient }));
        const distribute = await getDistributeInstructionAsync(
            { ...INPUT, distributionHash: undefined, splits },
            DEPLOYMENT,
        );
        const expected = await Promise.all(recipients.map(recipient => deriveAta(recipient, SPL_TOKEN)));
        expect(accountsOf(distribute).slice(10 + SPONSOR.length)).toEqual(expected.map(address => [address, 'W']));
        expect(distribute.data).toHaveLength(5 + 34 * count);
    });

    it('needs no signer', async () => {
        const flags = accountsOf(await getDistributeInstructionAsync(INPUT, DEPLOYMENT)).map(([, flags]) => flags);
        expect(flags.filter(flag => flag.includes('S'))).toEqual([]);
    });
});

describe('getDistributeInstructionAsync refuses', () => {
    const BAD_INPUTS: BadInput[] = [
        ...withBad(INPUT, 'channel', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }),
        ...withBad(INPUT, 'payer', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }),
        ...withBad(INPUT, 'payee', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }),
        ...ofEpoch(...withBad(INPUT, 'rentPayer' as 'payer', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' })),
        ...withBad(INPUT, 'mint', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }),
        ...withBad(INPUT, 'tokenProgram', BAD_TOKEN_PROGRAMS),
        ...withBad(
            INPUT,
            'distributionHash',
            [
                { title: '31 bytes', value: new Uint8Array(31) },
                { title: 'text', value: DISTRIBUTION_HASH_HEX },
                { title: 'null', value: null },
            ],
            { code: 'BYTES_LENGTH_INVALID' },
        ),
        ...BAD_SPLITS.map(({ code, context, splits, title }) => ({
            code: code as BadInput['code'],
            context,
            input: { ...INPUT, splits } as never,
            title: `${title} as splits`,
        })),
        {
            code: 'SPLITS_HASH_MISMATCH',
            context: { actualHash: EMPTY_DISTRIBUTION_HASH_HEX, expectedHash: DISTRIBUTION_HASH_HEX },
            input: { ...INPUT, splits: [] } as never,
            title: 'a plan that is not the one of the channel',
        },
        {
            code: 'SPLITS_HASH_MISMATCH',
            context: { expectedHash: DISTRIBUTION_HASH_HEX },
            input: { ...INPUT, splits: [...SPLITS].reverse() } as never,
            title: 'the plan of the channel in another order',
        },
    ];
    it.each(BAD_INPUTS)('$title: $code', async ({ code, context, input }) => {
        await expectRefusal(() => getDistributeInstructionAsync(input, DEPLOYMENT), code, context);
    });

    it.each(BAD_CONFIGS)('$title as the program address', async ({ config }) => {
        const field = 'deployment.programAddress';
        await expectRefusal(() => getDistributeInstructionAsync(INPUT, config), 'ADDRESS_INVALID', { field });
    });

    it.each(BAD_ADDRESSES.filter(({ value }) => value !== undefined))('$title as the treasury owner', async bad => {
        const config = deploymentWith({ treasuryOwner: bad.value as never }) as never;
        const field = 'deployment.treasuryOwner';
        await expectRefusal(() => getDistributeInstructionAsync(INPUT, config), 'ADDRESS_INVALID', { field });
        await expectRefusal(() => findTreasuryTokenPda(INPUT, config), 'ADDRESS_INVALID', { field });
    });
});
