import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import {
    createNoopSigner,
    getAddressEncoder,
    getProgramDerivedAddress,
    lamports,
    type Address,
    type Instruction,
} from '@solana/kit';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkIdl } from '../../codegen/check/check';
import { diffIdl } from '../../codegen/diff/diff';
import { writeClient } from '../../codegen/files';
import { renderClient } from '../../codegen/render';
import { getForeignIdl } from '../fixtures/foreign-idl';
import { addressOf } from '../fixtures/parties';
import { makeFolder, removeFolders, ROOT } from './project-copy';

// What other programs' IDLs hold and ours do not: it passes, renders, type-checks and does what it should.

type Builder = (input: object, config?: object) => Instruction | Promise<Instruction>;
type Client = Record<string, Builder> & { parseTransferInstruction: (instruction: Instruction) => unknown };

let folder: string;
let client: Client;
const idl = getForeignIdl();

beforeAll(async () => {
    const parent = makeFolder();
    folder = join(parent, 'client');
    symlinkSync(join(ROOT, 'node_modules'), join(parent, 'node_modules'));
    writeClient(folder, await renderClient(idl));
    client = (await import(pathToFileURL(join(folder, 'index.ts')).href)) as Client;
});
afterAll(removeFolders);

const PROGRAM = 'Reg1stry11111111111111111111111111111111111' as Address;
const accountsOf = async (instruction: Instruction | Promise<Instruction>) =>
    ((await instruction).accounts ?? []).map(({ address, role }) => `${address} ${role}`);

describe('an IDL with what ours do not hold', () => {
    it('passes the check, with warnings', () => {
        const findings = checkIdl(idl);
        expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(new Set(findings.map(({ rule }) => rule))).toEqual(
            new Set(['indistinguishable', 'undocumented', 'unsupported']),
        );
        expect(findings.filter(({ rule }) => rule === 'unsupported').map(({ path }) => path)).toEqual([
            'program.instructions[0].byteDeltas[0].value',
            'program.instructions[1].accounts[1].defaultValue',
            'program.instructions[2].remainingAccounts[0].value',
            'program.constants[0]',
        ]);
    });

    it('has no difference to itself', () => {
        expect(diffIdl(idl, getForeignIdl())).toEqual([]);
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
            .map(
                ({ file, messageText }) =>
                    `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
            );
        expect(messages).toEqual([]);
    });

    const input = {
        authority: createNoopSigner(addressOf(1)),
        index: 7,
        payer: createNoopSigner(addressOf(2)),
        program: addressOf(3),
        seed: 'seed',
    };

    it.each([PROGRAM, addressOf(0x77)])(
        'derives conditional, linked PDAs for the program addressed: %s',
        async program => {
            const config = { programAddress: program };
            const addresses = [program, addressOf(3), addressOf(1)];
            const [entry, bump] = await getProgramDerivedAddress({
                programAddress: program,
                seeds: [...addresses.map(getAddressEncoder().encode), new Uint8Array([0, 7])],
            });
            const instruction = await client.getInitializeInstructionAsync!(input, config);
            expect(instruction.accounts![0]!.address).toBe(entry);
            expect(instruction.accounts![6]!.address).toBe(program);
            expect([...instruction.data!].slice(0, 20)).toEqual([
                0,
                ...Buffer.from('seed'),
                ...new Array<number>(12).fill(0),
                0,
                7,
                bump,
            ]);
        },
    );

    it('leaves to the caller what only a hand-written function could compute', async () => {
        const transfer = {
            amount: lamports(1n),
            authority: addressOf(3),
            authorityArg: addressOf(9),
            multiSigners: [],
            source: addressOf(1),
        };
        const accounts = await accountsOf(client.getTransferInstruction!({ ...transfer, destination: addressOf(2) }));
        expect(accounts).toEqual([`${addressOf(1)} 1`, `${addressOf(2)} 1`, `${addressOf(3)} 0`]);
        const witnesses = await accountsOf(
            client.getLogInstruction!({ message: 'x', resolveWitnesses: [addressOf(4)] }),
        );
        expect(witnesses).toEqual([`${addressOf(4)} 0`]);
    });

    it('takes as many accounts as can be, with those that may be left out', async () => {
        const input = {
            amount: lamports(1n),
            authority: addressOf(3),
            authorityArg: addressOf(9),
            destination: addressOf(2),
            multiSigners: [],
            source: addressOf(1),
        };
        const parse = (instruction: Instruction) => client.parseTransferInstruction(instruction);
        const instruction = await client.getTransferInstruction!(input);
        expect(() => parse(instruction)).not.toThrow();
        expect(() => parse({ ...instruction, accounts: instruction.accounts!.slice(1) })).toThrow(
            'missing some accounts',
        );
        // The IDL says that more may follow.
        expect(() =>
            parse({ ...instruction, accounts: [...instruction.accounts!, ...instruction.accounts!] }),
        ).not.toThrow();
    });
});
