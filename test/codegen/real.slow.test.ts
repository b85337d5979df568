import {
    address,
    AccountRole,
    createNoopSigner,
    getAddressEncoder,
    getProgramDerivedAddress,
    type Address,
    type Codec,
    type Instruction,
} from '@solana/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseIdl } from '../../codegen/check/check';
import { renderClient } from '../../codegen/render';
import { addressOf } from '../fixtures/parties';
import { compile, importClient, writeClients, type ClientModule } from './compile';
import { OTHER, OWN } from './every-node';
import { IDLS } from './real-idls';

// What the IDLs of real programs hold: each passes the check, compiles as a part of this project, and works.

type Name = keyof typeof IDLS;
const checked = Object.entries(IDLS).map(([name, idl]) => [name, parseIdl(JSON.stringify(idl))] as const);
const findingsOf = (name: Name) => new Map(checked).get(name)!.findings;

let folders: string[];
let remove: () => unknown = () => undefined;
const clients = new Map<string, ClientModule>();

beforeAll(async () => {
    const rendered = await Promise.all(checked.map(([, { root }]) => renderClient(root!)));
    ({ folders, remove } = writeClients(rendered));
    for (const [index, [name]] of checked.entries()) clients.set(name, await importClient(folders[index]!));
});
afterAll(() => remove());

type Build = (input?: object, config?: object) => Instruction & { accounts: { address: Address; role: AccountRole }[] };
/** A function of a client. */
const use = <T = Build>(of: Name, name: string) => clients.get(of)![name] as T;
const codecOf = (of: Name, name: string) => use<() => Codec<unknown>>(of, `get${name}Codec`)();
const bytesOf = (instruction: Instruction) => [...instruction.data!];
const signer = createNoopSigner(addressOf(1));
const [clerk, other] = [addressOf(2), addressOf(3)];

it.each(checked)('passes the check: %s', (_, { findings }) => {
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});

it('compiles', () => {
    expect(compile(folders)).toEqual([]);
});

describe('names', () => {
    it('are those that Codama makes of them, on all pages', () => {
        const built = use('names', 'getRingUpInstruction')({ inCoins: 3, theClerk: clerk });
        expect(bytesOf(built)).toEqual([1, 3]);
        expect(codecOf('names', 'KeptBox').decode(codecOf('names', 'KeptBox').encode({ sum: 4n }))).toEqual({
            sum: 4n,
        });
        expect(Object.keys(clients.get('names')!)).toEqual(
            expect.arrayContaining(['TILL2_PROGRAM_ADDRESS', 'TILL2_PROGRAM_ERROR__NO_CASH', 'parseRingUpInstruction']),
        );
    });

    it('are told where they change, once for each', () => {
        const told = findingsOf('names').filter(({ rule }) => rule === 'shape');
        expect(told.map(({ fix, path, severity }) => [severity, path, /as "(.*)",/.exec(fix)?.[1]])).toEqual([
            ['warning', 'program.name', 'till2'],
            ['warning', 'program.accounts[0].name', 'keptBox'],
            ['warning', 'program.accounts[0].data.fields[0].name', 'sum'],
            ['warning', 'program.instructions[0].name', 'ringUp'],
            ['warning', 'program.instructions[0].accounts[0].name', 'theClerk'],
            ['warning', 'program.instructions[0].arguments[1].name', 'cashBox'],
            ['warning', 'program.definedTypes[0].name', 'cashBox'],
            ['warning', 'program.definedTypes[0].type.fields[0].name', 'inCoins'],
            ['warning', 'program.errors[0].name', 'noCash'],
        ]);
    });
});

it('reads a file of the old standard, and says what to change by hand', () => {
    expect(findingsOf('old').find(({ rule }) => rule === 'standard')).toMatchObject({
        path: 'standard',
        severity: 'warning',
    });
    expect(bytesOf(use('old', 'getRingInstruction')({ clerk }))).toEqual([1]);
});

it('reads a file that starts with a byte order mark', () => {
    expect(parseIdl(`\uFEFF${JSON.stringify(IDLS.lists)}`).root).toEqual(parseIdl(JSON.stringify(IDLS.lists)).root);
});

it('knows an account without data', () => {
    expect(codecOf('empty', 'Treasury').encode({})).toEqual(new Uint8Array());
});

it('writes what tells an instruction although no argument does', () => {
    expect(bytesOf(use('constants', 'getRingInstruction')())).toEqual([1, 2]);
    const built = use('constants', 'getVoidInstruction')({ clerk });
    expect(bytesOf(built)).toEqual([1, 3]);
    expect(use('constants', 'identifyTillInstruction')(built)).toBe(
        use<object[]>('constants', 'TillInstruction')['Void' as never],
    );
});

it('has the sub-instructions, each told from the others, and not what stands for them', () => {
    const [fast, slow] = [
        use('subs', 'getCloseFastInstruction')({ clerk }),
        use('subs', 'getCloseSlowInstruction')({ clerk, clock: other }),
    ];
    expect([fast, slow].map(bytesOf)).toEqual([
        [7, 0],
        [7, 1],
    ]);
    const parse = use<(built: Instruction) => { instructionType: number }>('subs', 'parseTillInstruction');
    const kinds = use<Record<string, number>>('subs', 'TillInstruction');
    expect([fast, slow].map(built => kinds[parse(built).instructionType])).toEqual(['CloseFast', 'CloseSlow']);
    expect(clients.get('subs')).not.toHaveProperty('getCloseInstruction');
});

describe('types', () => {
    it.each([
        ['Lists', { inPlace: [{}, {}], linked: [{}] }, [1, 2]],
        ['Door', { bell: 2, state: 1 }, [1, 2]],
        ['Tree', { branches: [{ length: 2, tree: { branches: [], leaf: 3 } }], leaf: 1 }, [1, 1, 2, 3, 0]],
        ['Near', { coin: { worth: 1n } }, [1, 0, 0, 0, 0, 0, 0, 0]],
    ])('come back as they were written: %s', (name, given, bytes) => {
        expect([...codecOf('types', name).encode(given)]).toEqual(bytes);
        expect(codecOf('types', name).decode(Uint8Array.from(bytes))).toEqual(given);
    });

    it('may always take as many bytes, and stand elsewhere than they are written', () => {
        const bytes = Uint8Array.from([...new Array<number>(32).fill(255), 1, 1, 2]);
        const codec = codecOf('types', 'Held');
        expect(codec.encode({ early: 1, late: 2, none: [{}], owner: null })).toEqual(bytes);
        expect(codec.decode(bytes)).toMatchObject({ early: 1, late: 2, none: [{}], owner: { __option: 'None' } });
        expect(codec).toMatchObject({ fixedSize: 35 });
    });

    it('may hold themselves, many times over', () => {
        const codec = codecOf('types', 'Chain');
        let chain: object | null = null;
        for (let index = 0; index < 500; index++) chain = { next: chain, sum: BigInt(index) };
        const bytes = codec.encode(chain);
        expect(bytes).toHaveLength(500 * 9);
        expect(codec.encode(codec.decode(bytes))).toEqual(bytes);
    });
});

describe('inputs', () => {
    const build = (input: object) => use('inputs', 'getRingInstruction')({ clerk, sum: 7n, ...input });

    it('take what is given for a value, whatever it is', () => {
        expect(bytesOf(build({}))).toEqual([
            1, 7, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 1, 5, 0, 0, 0, 0, 0, 0, 0,
        ]);
        expect(bytesOf(build({ limit: 0n, loud: false, sum: 0, tip: null }))).toEqual([
            1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ]);
        expect(bytesOf(build({ limit: 0 })).slice(9, 17)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    });

    it.each([
        ['an address', clerk, clerk, AccountRole.READONLY],
        ['a signer', signer, signer.address, AccountRole.READONLY_SIGNER],
    ])('follow an account that is %s', (_, given, expected, role) => {
        const { accounts } = build({ clerk: given });
        expect(accounts.map(({ address, role }) => [address, role])).toEqual([
            [expected, role],
            [expected, AccountRole.READONLY],
        ]);
    });

    it('may leave accounts out', () => {
        expect(build({}).accounts).toHaveLength(2);
        expect(build({ boss: signer }).accounts).toHaveLength(3);
        const parse = use<(built: Instruction) => { accounts: { boss?: unknown } }>('inputs', 'parseRingInstruction');
        expect(parse(build({})).accounts.boss).toBeUndefined();
        expect(parse(build({ boss: signer })).accounts.boss).toMatchObject({ address: signer.address });
    });
});

describe('inputs with the names of accounts', () => {
    const swap = (input: object) =>
        use('inputs', 'getSwapInstruction')({ limit: 0n, sum: clerk, sumArg: 7n, tag: other, tip: null, ...input });

    it('are told from those, and an argument that nobody gives is none', () => {
        const built = swap({});
        expect(built.accounts.map(({ address }) => address)).toEqual([other, clerk, clerk]);
        expect(bytesOf(built)).toEqual([3, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    });

    it.each([1, 1n])('are compared as the numbers that they are: %s', limit => {
        expect(swap({ limit }).accounts[2]!.address).toBe(other);
    });

    it('follow each other when they are nothing, too', () => {
        expect(bytesOf(swap({ tip: 9 })).slice(17)).toEqual([1, 9, 1, 9]);
        expect(bytesOf(swap({ echo: null, tip: 9 })).slice(17)).toEqual([1, 9, 0]);
    });
});

it('knows what is there, and what more than the data is made from', () => {
    const build = (input: object) =>
        use('hidden', 'getRingInstruction')({ clerk, payees: [other], space: 4, ...input });
    expect(build({ loud: false }).accounts.map(({ address }) => address)).toEqual([clerk, clerk, other]);
    expect(build({ loud: true })).toMatchObject({ byteDelta: 4 });
    expect(bytesOf(build({ loud: true })).slice(0, 4)).toEqual([1, 1, 4, 1]);
});

it('fetches an account that is called config from its seeds', async () => {
    const fetchMaybe = use<(rpc: object, seeds: object) => Promise<{ exists: boolean }>>(
        'config',
        'fetchMaybeConfigFromSeeds',
    );
    const rpc = { getAccountInfo: () => ({ send: () => Promise.resolve({ context: {}, value: null }) }) };
    expect(await fetchMaybe(rpc, { owner: clerk })).toMatchObject({ exists: false });
});

describe('more accounts than are named', () => {
    const withMore = (built: ReturnType<Build>) => ({
        ...built,
        accounts: [...built.accounts, { address: other, role: AccountRole.READONLY }],
    });

    it('are taken where the IDL says of no instruction whether there are any', () => {
        const built = use('inputs', 'getVoidInstruction')({ clerk });
        expect(() => use('inputs', 'parseVoidInstruction')(withMore(built))).not.toThrow();
        expect(() => use('inputs', 'parseVoidInstruction')({ ...built, accounts: [] })).toThrow(
            'missing some accounts',
        );
    });

    it('are refused where it says so of others', () => {
        const ring = use('following', 'getRingInstruction')({ clerk });
        expect(() => use('following', 'parseRingInstruction')(withMore(ring))).toThrow('accounts of ring');
        const split = use('following', 'getSplitInstruction')({ clerk, payees: [other] });
        expect(split.accounts.at(-1)).toEqual({ address: other, role: AccountRole.WRITABLE });
        expect(() => use('following', 'parseSplitInstruction')(withMore(split))).not.toThrow();
    });
});

describe('addresses that are derived', () => {
    const derive = async (programAddress: string) =>
        (
            await getProgramDerivedAddress({
                programAddress: address(programAddress),
                seeds: [getAddressEncoder().encode(clerk)],
            })
        )[0];

    it.each([OWN, other])('follow the program that is addressed: %s', async programAddress => {
        const built = await use('pdas', 'getDepositInstructionAsync')({ owner: clerk }, { programAddress });
        expect(built.accounts[1]!.address).toBe(await derive(programAddress));
    });

    it('are those of another program where the IDL says so', async () => {
        const built = await use('pdas', 'getHostInstructionAsync')({ host: other, owner: clerk });
        expect(built.accounts[2]!.address).toBe(await derive(other));
        expect(built.accounts[3]!.address).toBe(await derive(OTHER));
    });
});
