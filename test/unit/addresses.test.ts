import { describe, expect, it } from 'vitest';

import { findChannelPda, findEscrowPda, findTreasuryTokenPda, type ChannelSeedsInput } from '../../src';
import { BAD_ADDRESSES, BAD_CONFIGS, BAD_TOKEN_PROGRAMS, BAD_U64 } from '../fixtures/bad-input';
import { BUILDS } from '../fixtures/instructions';
import { addressOf, AUTHORIZED_SIGNER, deriveAta, deriveChannel, MINT, PAYEE, PAYER, SALT } from '../fixtures/parties';
import { U64_MAX } from '../fixtures/random';
import { expectRefusal, withBad, type BadInput } from '../fixtures/refusals';
import { CHANNEL, CHANNEL_BUMP } from '../fixtures/vectors';
import { DEPLOYMENT, OPENED, deploymentWith } from '../fixtures/deployment';

const SEEDS = { authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: PAYEE, payer: PAYER, salt: SALT };
const ESCROW = { channel: CHANNEL, mint: MINT };

describe.each(BUILDS)('$title', ({ config, program, tokenProgram, treasuryOwner }) => {
    it('finds the channel of the program', async () => {
        const [channel] = await findChannelPda({ ...OPENED, ...SEEDS }, deploymentWith(config));
        expect(channel).toBe(await deriveChannel(program));
    });

    it('finds the escrow of the token program and the treasury of the deployment', async () => {
        const [escrow] = await findEscrowPda({ ...ESCROW, tokenProgram });
        const [treasury] = await findTreasuryTokenPda({ mint: MINT, tokenProgram }, deploymentWith(config));
        expect(escrow).toBe(await deriveAta(CHANNEL, tokenProgram));
        expect(treasury).toBe(await deriveAta(treasuryOwner, tokenProgram));
    });
});

describe('findChannelPda', () => {
    const changes: Partial<ChannelSeedsInput>[] = [
        { payer: addressOf(9) },
        { payee: addressOf(9) },
        { mint: addressOf(9) },
        { authorizedSigner: addressOf(9) },
        { salt: 43n },
        { salt: 0n },
        { salt: U64_MAX },
        // Equal parts in other places make another channel.
        { payee: PAYER, payer: PAYEE },
    ];
    it('finds another channel for another value of any seed', async () => {
        const pdas = await Promise.all(
            changes.map(change => findChannelPda({ ...OPENED, ...SEEDS, ...change }, DEPLOYMENT)),
        );
        const channels = pdas.map(([channel]) => channel);
        expect(new Set([CHANNEL, ...channels]).size).toBe(changes.length + 1);
    });

    it('takes a safe integer for a bigint as the salt', async () => {
        expect(await findChannelPda({ ...OPENED, ...SEEDS, salt: 42 }, DEPLOYMENT)).toEqual([CHANNEL, CHANNEL_BUMP]);
    });

    const BAD_INPUTS: BadInput[] = [
        ...(['payer', 'payee', 'mint', 'authorizedSigner'] as const).flatMap(name =>
            withBad(SEEDS, name, BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }),
        ),
        ...withBad(SEEDS, 'salt', BAD_U64),
    ];
    it.each(BAD_INPUTS)('refuses $title: $code', async ({ code, context, input }) => {
        await expectRefusal(() => findChannelPda(input as never, DEPLOYMENT), code, context);
    });

    it.each(BAD_CONFIGS)('refuses $title as the program address', async ({ config }) => {
        const field = 'deployment.programAddress';
        await expectRefusal(() => findChannelPda({ ...OPENED, ...SEEDS }, config), 'ADDRESS_INVALID', { field });
    });
});

describe.each<[name: string, find: (input: never) => unknown, badInputs: BadInput[]]>([
    [
        'findEscrowPda',
        input => findEscrowPda(input),
        withBad(ESCROW, 'channel', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }),
    ],
    ['findTreasuryTokenPda', input => findTreasuryTokenPda(input, DEPLOYMENT), []],
])('%s', (_, find, badInputs) => {
    it.each([
        ...badInputs,
        ...withBad(ESCROW, 'mint', BAD_ADDRESSES, { code: 'ADDRESS_INVALID' }),
        ...withBad({ ...ESCROW, tokenProgram: undefined }, 'tokenProgram', BAD_TOKEN_PROGRAMS),
    ])('refuses $title: $code', async ({ code, context, input }) => {
        await expectRefusal(() => find(input), code, context);
    });
});
