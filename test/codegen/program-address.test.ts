import { createNoopSigner, getProgramDerivedAddress, type Address, type Instruction } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import * as client from '../../generated/tombstone';
import { accountsOf } from '../fixtures/instructions';
import {
    addressOf,
    AUTHORIZED_SIGNER,
    deriveAta,
    deriveChannel,
    deriveEventAuthority,
    EVENT_AUTHORITY,
    MINT,
    PAYEE,
    PAYEE_SIGNER,
    PAYER,
    PAYER_SIGNER,
    PROGRAM,
    SALT,
    SPL_TOKEN,
} from '../fixtures/parties';
import { CHANNEL, CHANNEL_BUMP, VOUCHER } from '../fixtures/vectors';

// The classic fault of generated clients: `programAddress` is overridden, and the instruction goes to the other program
// while the addresses that default from the program still are those of the published one. Here every function of the
// rendered client that can be given a program address is called with and without one.

type Config = { programAddress?: Address };

const OTHER_PROGRAM = addressOf(0x77);

const token = { mint: MINT, tokenProgram: SPL_TOKEN };
const openInput = {
    ...token,
    authorizedSigner: AUTHORIZED_SIGNER,
    deposit: 1n,
    gracePeriod: 1,
    payee: PAYEE,
    payer: PAYER_SIGNER,
    recipients: [],
    salt: SALT,
};
const distributeInput = {
    ...token,
    channel: addressOf(0x50),
    payeeTokenAccount: addressOf(0x51),
    payer: PAYER,
    recipientTokenAccounts: [addressOf(0x52)],
    recipients: [],
    treasuryTokenAccount: addressOf(0x53),
};
const payerInput = { ...token, channel: addressOf(0x50), payer: PAYER_SIGNER };
// What functions without Async can't derive and ask for.
const accounts = {
    channelTokenAccount: addressOf(0x54),
    eventAuthority: addressOf(0x55),
    payerTokenAccount: addressOf(0x56),
};

type Default = 'channel' | 'eventAuthority' | 'selfProgram';
type Builder = {
    build: (config?: Config) => Instruction | Promise<Instruction>;
    /** Where in the accounts (docs/program.md, section 7) a default follows from the program address. */
    defaults: Partial<Record<Default, number>>;
};

const BUILDERS: Record<string, Builder> = {
    getDistributeInstruction: {
        build: config => client.getDistributeInstruction({ ...distributeInput, ...accounts }, config),
        defaults: { selfProgram: 9 },
    },
    getDistributeInstructionAsync: {
        build: config => client.getDistributeInstructionAsync(distributeInput, config),
        defaults: { eventAuthority: 8, selfProgram: 9 },
    },
    getEmitEventInstruction: {
        build: config => client.getEmitEventInstruction({ eventAuthority: createNoopSigner(addressOf(0x55)) }, config),
        defaults: {},
    },
    getEmitEventInstructionAsync: {
        build: config => client.getEmitEventInstructionAsync({}, config),
        defaults: { eventAuthority: 0 },
    },
    getFinalizeInstruction: {
        build: config => client.getFinalizeInstruction({ channel: addressOf(0x50) }, config),
        defaults: {},
    },
    getOpenInstruction: {
        build: config => client.getOpenInstruction({ ...openInput, ...accounts, channel: addressOf(0x50) }, config),
        defaults: { selfProgram: 12 },
    },
    getOpenInstructionAsync: {
        build: config => client.getOpenInstructionAsync(openInput, config),
        defaults: { channel: 4, eventAuthority: 11, selfProgram: 12 },
    },
    getRequestCloseInstruction: {
        build: config => client.getRequestCloseInstruction(payerInput, config),
        defaults: {},
    },
    getSettleAndFinalizeInstruction: {
        build: config =>
            client.getSettleAndFinalizeInstruction(
                { channel: addressOf(0x50), hasVoucher: 1, merchant: PAYEE_SIGNER, voucher: VOUCHER },
                config,
            ),
        defaults: {},
    },
    getSettleInstruction: {
        build: config => client.getSettleInstruction({ channel: addressOf(0x50), voucher: VOUCHER }, config),
        defaults: {},
    },
    getTopUpInstruction: {
        build: config => client.getTopUpInstruction({ ...payerInput, ...accounts, amount: 1n }, config),
        defaults: {},
    },
    getTopUpInstructionAsync: {
        build: config => client.getTopUpInstructionAsync({ ...payerInput, amount: 1n }, config),
        defaults: {},
    },
    getWithdrawPayerInstruction: {
        build: config => client.getWithdrawPayerInstruction({ ...payerInput, ...accounts }, config),
        defaults: {},
    },
    getWithdrawPayerInstructionAsync: {
        build: config => client.getWithdrawPayerInstructionAsync(payerInput, config),
        defaults: {},
    },
};

const seeds = { authorizedSigner: AUTHORIZED_SIGNER, mint: MINT, payee: PAYEE, payer: PAYER, salt: SALT };

/** What follows from a program address, derived without the client. */
async function deriveDefaults(program: Address): Promise<Record<Default, Address>> {
    return {
        channel: await deriveChannel(program),
        eventAuthority: await deriveEventAuthority(program),
        selfProgram: program,
    };
}

const exported = (pattern: RegExp) =>
    Object.keys(client)
        .filter(name => pattern.test(name))
        .sort();

describe('instructions', () => {
    it('has a case for every function that builds one', () => {
        expect(exported(/^get.*Instruction(Async)?$/)).toEqual(Object.keys(BUILDERS).sort());
    });

    describe.each(Object.entries(BUILDERS))('%s', (_, { build, defaults }) => {
        const programs = [
            { config: undefined, program: PROGRAM, title: 'with no config' },
            { config: {}, program: PROGRAM, title: 'with an empty config' },
            { config: { programAddress: OTHER_PROGRAM }, program: OTHER_PROGRAM, title: 'with another program' },
        ];

        it.each(programs)('addresses the program and what follows from it $title', async ({ config, program }) => {
            const instruction = await build(config);
            const derived = await deriveDefaults(program);
            expect(instruction.programAddress).toBe(program);
            for (const [name, index] of Object.entries(defaults)) {
                expect(accountsOf(instruction)[index]![0], name).toBe(derived[name as Default]);
            }
        });

        it('moves nothing else when the program is overridden', async () => {
            const [before, after] = [await deriveDefaults(PROGRAM), await deriveDefaults(OTHER_PROGRAM)];
            const moved = new Map([
                ...(Object.keys(before) as Default[]).map(name => [before[name], after[name]] as const),
                // The escrow follows from the channel.
                [await deriveAta(before.channel, SPL_TOKEN), await deriveAta(after.channel, SPL_TOKEN)],
            ]);
            const expected = accountsOf(await build()).map(([address, flags]) => [
                moved.get(address) ?? address,
                flags,
            ]);
            expect(accountsOf(await build({ programAddress: OTHER_PROGRAM }))).toEqual(expected);
        });
    });
});

describe('addresses', () => {
    it('has a case for every function that finds one', () => {
        expect(exported(/^find.*Pda$/)).toEqual(['findChannelPda', 'findEventAuthorityPda']);
        expect(exported(/FromSeeds$/)).toEqual(['fetchChannelFromSeeds', 'fetchMaybeChannelFromSeeds']);
    });

    it('finds the published addresses and bumps without an override', async () => {
        expect(await client.findEventAuthorityPda()).toEqual([EVENT_AUTHORITY, 251]);
        expect(await client.findEventAuthorityPda({ programAddress: undefined })).toEqual([EVENT_AUTHORITY, 251]);
        expect(await client.findChannelPda(seeds)).toEqual([CHANNEL, CHANNEL_BUMP]);
    });

    it('finds those of another program', async () => {
        const config = { programAddress: OTHER_PROGRAM };
        expect(await client.findEventAuthorityPda(config)).toEqual(
            await getProgramDerivedAddress({ programAddress: OTHER_PROGRAM, seeds: ['event_authority'] }),
        );
        expect((await client.findChannelPda(seeds, config))[0]).toBe(await deriveChannel(OTHER_PROGRAM));
    });

    it.each([
        { config: {}, program: PROGRAM, title: 'the published program' },
        { config: { programAddress: OTHER_PROGRAM }, program: OTHER_PROGRAM, title: 'another program' },
    ])('fetches the channel of $title', async ({ config, program }) => {
        const asked: Address[] = [];
        // An RPC that knows no account, and remembers what it was asked for.
        const rpc = {
            getAccountInfo: (address: Address) => {
                asked.push(address);
                return { send: () => Promise.resolve({ context: { slot: 0n }, value: null }) };
            },
        } as unknown as Parameters<typeof client.fetchChannelFromSeeds>[0];
        const channel = await deriveChannel(program);

        await expect(client.fetchMaybeChannelFromSeeds(rpc, seeds, config)).resolves.toEqual({
            address: channel,
            exists: false,
        });
        await expect(client.fetchChannelFromSeeds(rpc, seeds, config)).rejects.toThrow(channel);
        expect(asked).toEqual([channel, channel]);
    });
});
