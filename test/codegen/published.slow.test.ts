import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { createNoopSigner, type Address } from '@solana/kit';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as tombstone from '../../generated/tombstone';
import { checkIdl } from '../../codegen/check/check';
import { writeClient } from '../../codegen/files';
import { renderClient } from '../../codegen/render';
import { addressOf } from '../fixtures/parties';
import { getPublishedIdl } from '../fixtures/published-idl';
import { makeFolder, removeFolders, ROOT } from './project-copy';

// An IDL as others publish them gets through, and renders to a client that does the same as that of our own IDL.

const idl = getPublishedIdl();
type Client = typeof tombstone;
let client: Client;
let folder: string;

beforeAll(async () => {
    folder = join(makeFolder(), 'client');
    writeClient(folder, await renderClient(idl));
    mkdirSync(join(folder, '..'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, '../node_modules'));
    writeFileSync(join(folder, '../package.json'), JSON.stringify({ type: 'module' }));
    client = (await import(pathToFileURL(join(folder, 'index.ts')).href)) as Client;
});
afterAll(() => {
    rmSync(join(folder, '../node_modules'));
    removeFolders();
});

describe('an IDL in the published shape', () => {
    it('passes the check: what is not as in this house is a warning', () => {
        const findings = checkIdl(idl);
        expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['indistinguishable', 'undocumented']));
        expect(findings.filter(({ rule }) => rule === 'indistinguishable').map(({ path }) => path)).toEqual([
            'program.accounts[0]',
            'program.accounts[1]',
        ]);
    });

    it('renders to a client that type-checks', () => {
        const program = ts.createProgram([join(folder, 'index.ts')], {
            lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
            module: ts.ModuleKind.ESNext,
            moduleResolution: ts.ModuleResolutionKind.Bundler,
            noEmit: true,
            skipLibCheck: true,
            strict: true,
            target: ts.ScriptTarget.ES2022,
            types: [],
        });
        const messages = ts
            .getPreEmitDiagnostics(program)
            .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
        expect(messages).toEqual([]);
    });

    const seeds = {
        authorizedSigner: addressOf(4),
        mint: addressOf(3),
        payee: addressOf(2),
        payer: addressOf(1),
        salt: 42n,
    };
    const input = {
        ...seeds,
        associatedTokenProgram: addressOf(8),
        channel: addressOf(5),
        channelTokenAccount: addressOf(6),
        deposit: 1n,
        gracePeriod: 60,
        payer: createNoopSigner(addressOf(1)),
        payerTokenAccount: addressOf(7),
        recipients: [{ bps: 1, recipient: addressOf(9) }],
        rent: addressOf(10),
        tokenProgram: addressOf(11),
    };

    it('spreads the struct argument of an instruction', async () => {
        const published = await client.getOpenInstructionAsync(input);
        expect(published).toEqual(await tombstone.getOpenInstructionAsync(input));
    });

    it('follows the address of another program in linked PDAs and in its own address', async () => {
        const config = { programAddress: addressOf(0x77) };
        const published = await client.getOpenInstructionAsync(input, config);
        expect(published).toEqual(await tombstone.getOpenInstructionAsync(input, config));
        const addresses = published.accounts.map(({ address }) => address as Address);
        expect(addresses.at(-1)).toBe(config.programAddress);
        expect(addresses).not.toContain((await client.findEventAuthorityPda())[0]);
    });

    it('types a status byte by the enum that is named after it', () => {
        const data = new Uint8Array(216);
        data[3] = 2;
        expect(client.getChannelDecoder().decode(data).status).toBe(tombstone.ChannelStatus.Closing);
        data[3] = 3;
        expect(() => client.getChannelDecoder().decode(data)).toThrow();
    });

    it('parses events that hold their discriminator, in an inner instruction after the tag', () => {
        const event = Buffer.concat([Buffer.from('a6ac61094d4cbd6d', 'hex'), Buffer.alloc(32, 5)]);
        const parsed = { data: { channel: addressOf(5) }, eventType: client.PaymentChannelsEvent.Opened };
        const programAddress = client.PAYMENT_CHANNELS_PROGRAM_ADDRESS;
        expect(client.parsePaymentChannelsEvent(event)).toEqual(parsed);
        const data = Buffer.concat([Buffer.from('e445a52e51cb9a1d', 'hex'), event]);
        expect(client.parsePaymentChannelsEventInstruction({ data, programAddress })).toEqual(parsed);
        expect(client.parsePaymentChannelsEvent(data)).toBeUndefined();
    });
});
