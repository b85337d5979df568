import { readFileSync } from 'node:fs';

import {
    createNoopSigner,
    getAddressEncoder,
    lamports,
    type Address,
    type Instruction,
    type SignatureBytes,
} from '@solana/kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { parseIdl } from '../../codegen/check/check';
import { renderClient } from '../../codegen/render';
import * as current from '../fixtures/toolkit';
import { BATCH_NOW, makeBatch } from '../fixtures/batch';
import { importWith, type BundledToolkit } from '../fixtures/bundled-toolkit';
import { addressOf, AUTHORIZED_SIGNER, MINT, SPL_TOKEN } from '../fixtures/parties';
import { BLOCKHASH, OPERATOR, PAYER_KEY } from '../unit/inspect/stage';

// A change of the IDL reaches every builder, parser and inspection: of a copy of each IDL, every instruction has two
// accounts swapped and an argument more, the seeds are others, two fields of the channel are swapped, and errors and events
// have other codes. The toolkit is bound to what is rendered from the copy, and compared with the toolkit as it is.

type Toolkit = typeof current;
type Deployment = current.Deployment;
type Node = Record<string, unknown> & { name: string };
type Program = {
    instructions: (Node & { accounts: Node[]; arguments: (Node & { defaultValue?: { number: number } })[] })[];
    pdas: (Node & { seeds: { value?: { string?: string } }[] })[];
    accounts: (Node & { data: { fields: Node[] } })[];
    errors: (Node & { code: number })[];
    events: (Node & { discriminators: { constant: { value: { data: string } } }[] })[];
};

const INSERTED = [0xcd, 0xab];
const CODE_SHIFT = 4_000;

/** What is other in the copy of an IDL. */
function alter(program: Program): void {
    for (const { accounts, arguments: args, name } of program.instructions) {
        // The program calls itself with this one.
        if (name === 'emitEvent') continue;
        if (accounts.length > 1) accounts.splice(0, 2, accounts[1]!, accounts[0]!);
        args.splice(1, 0, {
            defaultValue: { kind: 'numberValueNode', number: 0xabcd } as never,
            defaultValueStrategy: 'optional',
            docs: ['Made up.'],
            kind: 'instructionArgumentNode',
            name: 'inserted',
            type: { endian: 'le', format: 'u16', kind: 'numberTypeNode' },
        });
    }
    for (const { seeds } of program.pdas) {
        for (const { value } of seeds) if (value?.string !== undefined) value.string = `other ${value.string}`;
    }
    const { fields } = program.accounts.find(({ name }) => name === 'channel')!.data;
    const [payer, payee] = ['payer', 'payee'].map(name => fields.findIndex(field => field.name === name));
    [fields[payer!], fields[payee!]] = [fields[payee!]!, fields[payer!]!];
    for (const error of program.errors) error.code += CODE_SHIFT;
    for (const { discriminators } of program.events) {
        const { value } = discriminators[1]!.constant;
        value.data = Buffer.from(value.data, 'hex').reverse().toString('hex');
    }
}

const PARTIES = {
    authorizedSigner: AUTHORIZED_SIGNER,
    mint: MINT,
    payee: addressOf(0x21),
    payer: PAYER_KEY,
    salt: 42n,
    tokenProgram: SPL_TOKEN,
};
const PAYEE_SIGNER = createNoopSigner(PARTIES.payee);
const RENT_PAYER = createNoopSigner(addressOf(0x22));
const SPLITS = [{ bps: 2_500, recipient: addressOf(0x23) }];
const CHANNEL = addressOf(0x24);
const VOUCHER = { channelId: CHANNEL, cumulativeAmount: 7n, expiresAt: 9n };
const COMMON = { channel: CHANNEL, mint: MINT, payer: PAYER_KEY, tokenProgram: SPL_TOKEN };

const REVISIONS = [
    { deployment: 'EPOCH_LOCALNET', ending: { openSlot: 5n, rentPayer: RENT_PAYER }, revision: 'epoch' },
    { deployment: 'TOMBSTONE_LOCALNET', ending: {}, revision: 'tombstone' },
] as const;

describe.each(REVISIONS)('a change of idl/$revision.json', ({ deployment: name, ending: own, revision }) => {
    const before = current[name] as Deployment;
    const idl = JSON.parse(readFileSync(new URL(`../../idl/${revision}.json`, import.meta.url), 'utf8')) as {
        program: Program;
    };
    alter(idl.program);
    let altered: BundledToolkit;
    let after: Deployment;
    beforeAll(async () => {
        altered = await importWith(revision, await renderClient(parseIdl(JSON.stringify(idl)).root!));
        after = altered[name];
    });

    const terms = { ...PARTIES, deposit: 1_000n, gracePeriodSeconds: 60, splits: SPLITS, ...own };
    const seeds = { ...PARTIES, ...own };

    /** What every builder builds, by the name of the operation. */
    async function buildAll(toolkit: Toolkit, deployment: Deployment) {
        const signed = { signature: new Uint8Array(64) as SignatureBytes, signer: AUTHORIZED_SIGNER, voucher: VOUCHER };
        const payout = { ...COMMON, payee: PARTIES.payee, payer: PAYER_KEY.address, rentPayer: RENT_PAYER.address };
        const settling = { channel: CHANNEL, payee: PAYEE_SIGNER };
        return {
            distribute: [await toolkit.getDistributeInstructionAsync({ ...payout, splits: SPLITS }, deployment)],
            distributeWithAccounts: await toolkit.getDistributeInstructionsAsync(
                {
                    ...payout,
                    createTokenAccounts: { funder: PAYER_KEY, owners: [PARTIES.payee] },
                    splits: SPLITS,
                },
                deployment,
            ),
            finalize: [toolkit.getFinalizeInstruction({ channel: CHANNEL }, deployment)],
            finalizeByPayee: toolkit.getSettleAndFinalizeInstructions(settling, deployment),
            open: [await toolkit.getOpenInstructionAsync(terms, deployment)],
            openWithAccounts: await toolkit.getOpenInstructionsAsync({ ...terms, createTokenAccounts: {} }, deployment),
            ...(deployment.reclaim === undefined
                ? {}
                : {
                      reclaim: [
                          toolkit.getReclaimInstruction(
                              { channel: CHANNEL, rentPayer: RENT_PAYER.address },
                              deployment as current.Deployment<'epoch'>,
                          ),
                      ],
                  }),
            requestClose: [toolkit.getRequestCloseInstruction({ channel: CHANNEL, payer: PAYER_KEY }, deployment)],
            settle: toolkit.getSettleInstructions({ voucher: signed }, deployment),
            settleAndFinalize: toolkit.getSettleAndFinalizeInstructions({ ...settling, voucher: signed }, deployment),
            topUp: [await toolkit.getTopUpInstructionAsync({ ...COMMON, amount: 5n }, deployment)],
            withdrawPayer: [await toolkit.getWithdrawPayerInstructionAsync(COMMON, deployment)],
        } satisfies Record<string, readonly Instruction[]>;
    }

    /** The addresses that follow from seeds, by those that they take the place of. */
    async function getMoved(): Promise<ReadonlyMap<Address, Address>> {
        const find = async (toolkit: Toolkit, deployment: Deployment) => {
            const [channel] = await toolkit.findChannelPda(seeds, deployment);
            const [escrow] = await toolkit.findEscrowPda({ ...PARTIES, channel });
            return [channel, escrow, toolkit.findEventAuthorityPdaSync(deployment)[0]];
        };
        const [from, to] = [await find(current, before), await find(altered, after)];
        return new Map(from.map((address, index) => [address, to[index]!]));
    }

    /** An instruction as it has to be after the change of the IDL, made of what it was before. */
    function change(instruction: Instruction, moved: ReadonlyMap<Address, Address>): Instruction {
        const accounts = instruction.accounts?.map(meta => ({
            ...meta,
            address: moved.get(meta.address) ?? meta.address,
        }));
        if (instruction.programAddress !== before.programAddress)
            return { ...instruction, ...(accounts && { accounts }) };
        const [first, second, ...others] = accounts!;
        const [discriminator, ...data] = instruction.data!;
        return {
            accounts: second === undefined ? [first!] : [second, first!, ...others],
            data: Uint8Array.from([discriminator!, ...INSERTED, ...data]),
            programAddress: instruction.programAddress,
        };
    }

    /** What kit makes of the same instruction, whatever class or frozen object its parts are. */
    const toPlain = ({ accounts, data, programAddress }: Instruction) => ({
        accounts: accounts?.map(({ address, role }) => ({ address, role })),
        data: data && [...data],
        programAddress,
    });

    it('moves every address that has other seeds', async () => {
        for (const [from, to] of await getMoved()) expect(to).not.toBe(from);
    });

    it('reaches every builder', async () => {
        const [was, is, moved] = [await buildAll(current, before), await buildAll(altered, after), await getMoved()];
        expect(Object.keys(is)).toEqual(Object.keys(was));
        const changed = new Set<number>();
        for (const [operation, instructions] of Object.entries(is) as [keyof typeof is, readonly Instruction[]][]) {
            const expected = was[operation]!.map(instruction => toPlain(change(instruction, moved)));
            expect(instructions.map(toPlain), operation).toEqual(expected);
            for (const { data, programAddress } of instructions) {
                if (programAddress === after.programAddress) changed.add(data![0]!);
            }
        }
        // Every instruction of the IDL is among them.
        const all = idl.program.instructions.filter(node => node.name !== 'emitEvent');
        const discriminators = all.map(node => node.arguments[0]!.defaultValue!.number);
        expect([...changed].sort()).toEqual(discriminators.sort());
    });

    it.each(['settleAndDistribute', 'settleAndFinalizeAndDistribute'] as const)('reaches batches: %s', async mode => {
        const items = makeBatch({ channels: 3, deployment: before, distributes: true, payee: PAYEE_SIGNER });
        const plan = (toolkit: Toolkit, deployment: Deployment) => {
            const options = { feePayer: PAYEE_SIGNER, mode, unixTimestamp: BATCH_NOW };
            const { skipped, transactions } = toolkit.planBatchSettle(items, options, deployment);
            expect(skipped).toEqual([]);
            return transactions.flatMap(({ instructions }) => instructions);
        };
        const moved = await getMoved();
        expect(plan(altered, after).map(toPlain)).toEqual(
            plan(current, before).map(instruction => toPlain(change(instruction, moved))),
        );
    });

    const parties = { mint: MINT, operator: OPERATOR, tokenProgram: SPL_TOKEN };
    const agreed = { ...parties, blockhashes: [BLOCKHASH], maxFeeLamports: 100_000n, payer: PAYER_KEY.address };

    it('reaches transactions of open, their assembly and their inspection', async () => {
        const agreement = {
            ...agreed,
            authorizedSigner: AUTHORIZED_SIGNER,
            deposit: { max: 2_000n, min: 500n },
            gracePeriodSeconds: 60,
            payee: PARTIES.payee,
            salt: 42n,
            splits: SPLITS,
            ...(revision === 'epoch' ? { currentSlot: 5n, rentLamports: 4_711_920n, rentPayer: OPERATOR } : {}),
        };
        const assemble = (toolkit: Toolkit, deployment: Deployment) =>
            toolkit.assembleOpenTransaction(
                {
                    ...terms,
                    ...parties,
                    ...(revision === 'epoch' ? { rentPayer: OPERATOR } : {}),
                    blockhash: BLOCKHASH,
                    payer: PAYER_KEY,
                },
                deployment,
            );
        const [was, is] = [await assemble(current, before), await assemble(altered, after)];
        const inspection = await altered.inspectOpenTransaction(is.wire, agreement as never, after);
        expect(inspection).toMatchObject({ isAccepted: true });
        expect(inspection.isAccepted && inspection.inspected).toMatchObject({
            channel: (await altered.findChannelPda({ ...seeds }, after))[0],
            deposit: 1_000n,
            payee: PARTIES.payee,
        });
        // Either refuses what was built for the other interface.
        expect(await altered.inspectOpenTransaction(was.wire, agreement as never, after)).toMatchObject({
            isAccepted: false,
        });
        expect(await current.inspectOpenTransaction(is.wire, agreement as never, before)).toMatchObject({
            isAccepted: false,
        });
    });

    it('reaches transactions of topUp, their assembly and their inspection', async () => {
        const agreement = { ...agreed, amount: { max: 2_000n, min: 500n }, channel: CHANNEL };
        const assemble = (toolkit: Toolkit, deployment: Deployment) =>
            toolkit.assembleTopUpTransaction(
                { ...parties, amount: 700n, blockhash: BLOCKHASH, channel: CHANNEL, payer: PAYER_KEY },
                deployment,
            );
        const [was, is] = [await assemble(current, before), await assemble(altered, after)];
        const inspection = await altered.inspectTopUpTransaction(is.wire, agreement, after);
        expect(inspection).toMatchObject({ inspected: { amount: 700n, channel: CHANNEL }, isAccepted: true });
        expect(await altered.inspectTopUpTransaction(was.wire, agreement, after)).toMatchObject({
            isAccepted: false,
        });
        expect(await current.inspectTopUpTransaction(is.wire, agreement, before)).toMatchObject({
            isAccepted: false,
        });
    });

    it('reaches the account of a channel and the filters for it', () => {
        const fields = {
            authorizedSigner: AUTHORIZED_SIGNER,
            bump: 255,
            closureStartedAt: 0n,
            deposit: 1_000n,
            distributionHash: new Uint8Array(32).fill(7),
            gracePeriod: 60,
            mint: MINT,
            payee: PARTIES.payee,
            payer: PAYER_KEY.address,
            payerWithdrawnAt: 0n,
            salt: 42n,
            settlement: { payoutWatermark: 0n, settled: 0n },
            status: 0,
            version: 1,
            ...(revision === 'epoch' ? { openSlot: 5n, rentPayer: RENT_PAYER.address } : {}),
        };
        const data = after.channel.encode(fields) as Uint8Array;
        expect(data).not.toEqual(before.channel.encode(fields));
        const account = {
            address: CHANNEL,
            data,
            executable: false,
            lamports: lamports(1n),
            programAddress: after.programAddress,
            space: BigInt(data.length),
        };
        expect(altered.decodeChannelAccount(account, after).data).toMatchObject(fields);
        const at = data.findIndex((_, index) => isAt(data, index, PAYER_KEY.address));
        const filters = altered.getChannelFilters({ payer: PAYER_KEY.address }, after);
        expect(filters).toContainEqual({
            memcmp: expect.objectContaining({ bytes: PAYER_KEY.address, offset: BigInt(at) }),
        });
        expect(current.getChannelFilters({ payer: PAYER_KEY.address }, before)).not.toEqual(filters);
    });

    it('reaches the events of the program', () => {
        const { discriminators } = idl.program.events.find(node => node.name === 'opened')!;
        const head = Buffer.from(discriminators.map(({ constant }) => constant.value.data).join(''), 'hex');
        const payload = [
            ...getAddressEncoder().encode(CHANNEL),
            ...(revision === 'epoch' ? [5, 0, 0, 0, 0, 0, 0, 0] : []),
        ];
        const data = Uint8Array.from([...head, ...payload]);
        const executed = [{ data, programAddress: after.programAddress }];
        expect(altered.parseEvents(executed, after)).toMatchObject([{ data: { channel: CHANNEL } }]);
        expect(current.parseEvents(executed, before)).toMatchObject([{ eventType: 'unknown' }]);
    });

    it('reaches the errors of the program', () => {
        const code = Number(
            Object.keys(before.errors).find(key => before.errors[Number(key)]!.name === 'voucherExpired'),
        );
        const failed = { InstructionError: [0, { Custom: code + CODE_SHIFT }] };
        const instructions = [{ programAddress: after.programAddress }];
        expect(altered.getProgramFailure(failed, after, { instructions })).toMatchObject({ name: 'voucherExpired' });
        expect(current.getProgramFailure(failed, before, { instructions })).toMatchObject({ name: undefined });
    });
});

function isAt(data: Uint8Array, index: number, address: Address): boolean {
    return getAddressEncoder()
        .encode(address)
        .every((byte, position) => data[index + position] === byte);
}
