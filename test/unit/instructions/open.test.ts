import { createNoopSigner } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { findChannelPda, getOpenInstructionAsync, type OpenInput } from '../../../src';
import {
    BAD_ADDRESSES,
    BAD_CONFIGS,
    BAD_NON_ZERO_U32,
    BAD_NON_ZERO_U64,
    BAD_SIGNERS,
    BAD_SPLITS,
    BAD_TOKEN_PROGRAMS,
    BAD_U64,
} from '../../fixtures/bad-input';
import { RENT_PAYER } from '../../fixtures/channels';
import { accountsOf, BUILDS, dataOf } from '../../fixtures/instructions';
import {
    addressOf,
    ATA_PROGRAM,
    AUTHORIZED_SIGNER,
    deriveAta,
    deriveChannel,
    deriveEventAuthority,
    MINT,
    OFF_CURVE,
    PAYEE,
    PAYER,
    PAYER_SIGNER,
    RENT_SYSVAR,
    SALT,
    SPL_TOKEN,
    SYSTEM_PROGRAM,
} from '../../fixtures/parties';
import { U64_MAX } from '../../fixtures/random';
import { expectRefusal, given, withBad, type BadInput } from '../../fixtures/refusals';
import { byRevision, ofEpoch, openAt } from '../../fixtures/revision';
import { CHANNEL, DEPOSIT, GRACE_PERIOD, OPEN_DATA_HEX, SPLITS } from '../../fixtures/vectors';
import { DEPLOYMENT, OPENED, deploymentWith } from '../../fixtures/deployment';

/** Who pays the rent, where that is not always the payer, and stands behind the payer then. */
const SPONSOR = ofEpoch(RENT_PAYER);
const RENT_PAYER_SIGNER = createNoopSigner(RENT_PAYER);

const INPUT = {
    ...byRevision<object>({ epoch: { rentPayer: RENT_PAYER_SIGNER }, tombstone: {} }),
    authorizedSigner: AUTHORIZED_SIGNER,
    deposit: DEPOSIT,
    gracePeriodSeconds: GRACE_PERIOD,
    mint: MINT,
    payee: PAYEE,
    payer: PAYER_SIGNER,
    salt: SALT,
    splits: SPLITS,
    tokenProgram: SPL_TOKEN,
} satisfies OpenInput;

describe('getOpenInstructionAsync', () => {
    describe.each(BUILDS)('$title', ({ config, program, tokenProgram }) => {
        it('has the accounts of docs/program.md, section 7.1', async () => {
            const channel = await deriveChannel(program);
            const open = await getOpenInstructionAsync({ ...OPENED, ...INPUT, tokenProgram }, deploymentWith(config));
            expect(open.programAddress).toBe(program);
            expect(accountsOf(open)).toEqual([
                [PAYER, 'S W'],
                ...SPONSOR.map(sponsor => [sponsor, 'S W']),
                [PAYEE, ''],
                [MINT, ''],
                [AUTHORIZED_SIGNER, ''],
                [channel, 'W'],
                [await deriveAta(PAYER, tokenProgram), 'W'],
                [await deriveAta(channel, tokenProgram), 'W'],
                [tokenProgram, ''],
                [SYSTEM_PROGRAM, ''],
                [RENT_SYSVAR, ''],
                [ATA_PROGRAM, ''],
                [await deriveEventAuthority(program), ''],
                [program, ''],
            ]);
        });

        it('has the data of the vectors of the spec, whatever the program', async () => {
            expect(
                dataOf(await getOpenInstructionAsync({ ...OPENED, ...INPUT, tokenProgram }, deploymentWith(config))),
            ).toBe(OPEN_DATA_HEX);
        });

        it('opens the channel that findChannelPda finds', async () => {
            const open = await getOpenInstructionAsync({ ...OPENED, ...INPUT, tokenProgram }, deploymentWith(config));
            const [channel] = await findChannelPda({ ...OPENED, ...INPUT, payer: PAYER }, deploymentWith(config));
            expect(open.accounts[4 + SPONSOR.length]!.address).toBe(channel);
        });
    });

    it('carries the signer of the payer', async () => {
        const { accounts } = await getOpenInstructionAsync({ ...OPENED, ...INPUT }, DEPLOYMENT);
        expect(accounts[0].signer).toBe(PAYER_SIGNER);
        for (const index of SPONSOR.keys()) expect(accounts[1 + index]).toMatchObject({ signer: RENT_PAYER_SIGNER });
    });

    it('is for SPL Token by default', async () => {
        const { tokenProgram: _, ...input } = INPUT;
        expect(await getOpenInstructionAsync({ ...OPENED, ...input }, DEPLOYMENT)).toEqual(
            await getOpenInstructionAsync({ ...OPENED, ...INPUT }, DEPLOYMENT),
        );
    });

    it('lets the payer sign the vouchers by default', async () => {
        // Not PAYER, which is no point of the curve.
        const payer = { ...PAYER_SIGNER, address: AUTHORIZED_SIGNER };
        const open = await getOpenInstructionAsync(
            { ...OPENED, ...INPUT, authorizedSigner: undefined, payer },
            DEPLOYMENT,
        );
        expect(open.accounts[3 + SPONSOR.length]!.address).toBe(AUTHORIZED_SIGNER);
    });

    it.each([
        {
            data: `01${'00'.repeat(8)}01${'00'.repeat(7)}01${'00'.repeat(3)}${byRevision({ epoch: '00'.repeat(8), tombstone: '' })}00000000`,
            input: { ...openAt(0n), deposit: 1, gracePeriodSeconds: 1, salt: 0, splits: [] },
            title: 'the least',
        },
        {
            data: `01${'ff'.repeat(8)}${'ff'.repeat(8)}${'ff'.repeat(4)}${byRevision({ epoch: 'ff'.repeat(8), tombstone: '' })}01000000${'22'.repeat(32)}1027`,
            input: {
                ...openAt(U64_MAX),
                deposit: U64_MAX,
                gracePeriodSeconds: 2 ** 32 - 1,
                salt: U64_MAX,
                splits: [{ bps: 10_000, recipient: addressOf(0x22) }],
            },
            title: 'the most',
        },
    ])('takes $title', async ({ data, input }) => {
        expect(dataOf(await getOpenInstructionAsync({ ...OPENED, ...INPUT, ...input }, DEPLOYMENT))).toBe(data);
    });
});

describe('getOpenInstructionAsync refuses', () => {
    const NOT_A_SIGNER_ADDRESS = { ...PAYER_SIGNER, address: 'payer' };
    const splitsWith = (recipient: string) => ({ ...INPUT, splits: [SPLITS[0], { bps: 1, recipient }] }) as never;

    const BAD_INPUTS: BadInput[] = [
        ...withBad(INPUT, 'payer', BAD_SIGNERS, { code: 'SIGNER_INVALID' }),
        ...withBad(INPUT, 'payer', [{ title: 'a signer without an address', value: NOT_A_SIGNER_ADDRESS }], {
            code: 'ADDRESS_INVALID',
            field: 'payer.address',
        }),
        ...withBad(INPUT, 'payee', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }),
        ...withBad(INPUT, 'mint', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }),
        ...withBad(INPUT, 'authorizedSigner', given(BAD_ADDRESSES), { code: 'ADDRESS_INVALID' }),
        ...withBad(INPUT, 'tokenProgram', BAD_TOKEN_PROGRAMS),
        ...withBad(INPUT, 'salt', BAD_U64),
        ...ofEpoch(
            ...withBad(INPUT, 'openSlot' as 'salt', BAD_U64),
            ...withBad(INPUT, 'rentPayer' as 'payer', given(BAD_SIGNERS), { code: 'SIGNER_INVALID' }),
        ),
        ...withBad(INPUT, 'deposit', BAD_NON_ZERO_U64),
        ...withBad(INPUT, 'gracePeriodSeconds', BAD_NON_ZERO_U32),
        ...BAD_SPLITS.map(({ code, context, splits, title }) => ({
            code: code as BadInput['code'],
            context,
            input: { ...INPUT, splits } as never,
            title: `${title} as splits`,
        })),
        {
            code: 'PAYER_IS_PAYEE',
            context: { address: PAYER },
            input: { ...INPUT, payee: PAYER } as never,
            title: 'the payer as the payee',
        },
        {
            code: 'ADDRESS_OFF_CURVE',
            context: { address: OFF_CURVE, field: 'authorizedSigner' },
            input: { ...INPUT, authorizedSigner: OFF_CURVE } as never,
            title: 'an authorized signer that nobody can sign for',
        },
        {
            code: 'SPLITS_RECIPIENT_IS_CHANNEL',
            context: { channel: CHANNEL, field: 'splits[1].recipient' },
            input: splitsWith(CHANNEL),
            title: 'the channel as a recipient of itself',
        },
    ];

    it.each(BAD_INPUTS)('$title: $code', async ({ code, context, input }) => {
        await expectRefusal(
            () => getOpenInstructionAsync({ ...OPENED, ...(input as object) } as never, DEPLOYMENT),
            code,
            context,
        );
    });

    it('an authorized signer off the curve also when that is the payer by default', async () => {
        const payer = { ...PAYER_SIGNER, address: OFF_CURVE };
        const input = { ...INPUT, authorizedSigner: undefined, payer };
        await expectRefusal(() => getOpenInstructionAsync({ ...OPENED, ...input }, DEPLOYMENT), 'ADDRESS_OFF_CURVE', {
            address: OFF_CURVE,
        });
    });

    it('the channel as a recipient, by the address it has in the deployment', async () => {
        const config = { programAddress: addressOf(0x77) };
        const channel = await deriveChannel(config.programAddress);
        await expect(
            getOpenInstructionAsync({ ...OPENED, ...(splitsWith(CHANNEL) as OpenInput) }, { ...DEPLOYMENT, ...config }),
        ).resolves.toBeDefined();
        await expectRefusal(
            () =>
                getOpenInstructionAsync(
                    { ...OPENED, ...(splitsWith(channel) as OpenInput) },
                    { ...DEPLOYMENT, ...config },
                ),
            'SPLITS_RECIPIENT_IS_CHANNEL',
            {
                channel,
            },
        );
    });

    it.each(BAD_CONFIGS)('$title as the program address', async ({ config }) => {
        await expectRefusal(() => getOpenInstructionAsync({ ...OPENED, ...INPUT }, config), 'ADDRESS_INVALID', {
            field: 'deployment.programAddress',
        });
    });
});
