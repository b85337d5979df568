import { createHash } from 'node:crypto';

import {
    createKeyPairSignerFromPrivateKeyBytes,
    createNoopSigner,
    getAddressDecoder,
    getAddressEncoder,
    getU64Encoder,
    isOffCurveAddress,
    type Address,
    type Instruction,
    type KeyPairSigner,
} from '@solana/kit';

import { getReclaimInstruction } from '../../../generated/epoch';
import { findEventAuthorityPda, getEmitEventInstruction, type ChannelArgs } from '../../../generated/tombstone';
import { findChannelPda, findTokenPda } from '../../../src/channel/find-pdas';
import { type Split } from '../../../src/channel/splits';
import { getDistributeInstructionAsync } from '../../../src/instructions/distribute';
import { getFinalizeInstruction } from '../../../src/instructions/finalize';
import { getOpenInstructionAsync } from '../../../src/instructions/open';
import { getRequestCloseInstruction } from '../../../src/instructions/request-close';
import { getSettleInstructions } from '../../../src/instructions/settle';
import { getSettleAndFinalizeInstructions } from '../../../src/instructions/settle-and-finalize';
import { getTopUpInstructionAsync } from '../../../src/instructions/top-up';
import { getWithdrawPayerInstructionAsync } from '../../../src/instructions/withdraw-payer';
import { type ChannelOf } from '../../../src/revision/revision-types';
import { signVoucher } from '../../../src/voucher/sign-voucher';
import { type SignedVoucher, type VoucherInput } from '../../../src/voucher/voucher';
import { type Arena, type ArenaResult } from '../arena';
import {
    rentFor,
    TOKEN_2022_LENGTH,
    TOKEN_2022_PROGRAM,
    TOKEN_LENGTH,
    TOKEN_PROGRAM,
    type Book,
    type ChannelSeeds,
    type TokenAccount,
} from '../model';
import { type RevisionFacts } from '../revisions';
import { OPENED } from '../../fixtures/deployment';

export type TokenKind = 'spl' | 't22';
/**
 * Where a channel is: each state is reached from the one before it, with 400,000 of 1,000,000 settled. A closed one is
 * paid out and has left a tombstone; of a revision that dates its channels it is there until it can be freed.
 */
export type Given = 'nothing' | 'fresh' | 'open' | 'closing' | 'finalized' | 'closed' | 'freed';

export const NOW = 1_750_000_000n;
/** The slot that it is, and that channels are dated with. */
export const SLOT = 350_000_000n;
export const GRACE_PERIOD = 3600;
export const DEPOSIT = 1_000_000n;
export const SETTLED = 400_000n;
export const PAYER_TOKENS = 5_000_000n;
const PAYER_LAMPORTS = 10_000_000_000n;

/** The parties of one row, whom no other row knows, and the instructions between them as the toolkit builds them. */
export class Stage {
    readonly sponsor: Address;
    readonly payer: Address;
    /** Who pays the rent and gets it back. */
    readonly rentPayer: Address;
    readonly payee: Address;
    readonly mint: Address;
    readonly recipients: readonly [Address, Address];
    readonly splits: readonly Split[];
    readonly tokenProgram: Address;
    seeds!: ChannelSeeds;
    channel!: Address;
    escrow!: Address;
    payerToken!: Address;
    payeeToken!: Address;
    treasuryToken!: Address;
    recipientTokens!: readonly Address[];

    private constructor(
        readonly arena: Arena,
        readonly label: string,
        readonly kind: TokenKind,
        /** Signs the vouchers. */
        readonly session: KeyPairSigner,
        /** Signs vouchers that nobody asked for. */
        readonly intruder: KeyPairSigner,
    ) {
        this.sponsor = this.stranger('sponsor');
        this.payer = this.stranger('payer');
        this.rentPayer = this.facts.rentPayer.open === undefined ? this.payer : this.stranger('rent payer');
        this.payee = this.stranger('payee');
        this.mint = this.stranger('mint');
        this.recipients = [this.stranger('recipient 0'), this.stranger('recipient 1')];
        this.splits = [
            { bps: 2_500, recipient: this.recipients[0] },
            { bps: 3_000, recipient: this.recipients[1] },
        ];
        this.tokenProgram = kind === 'spl' ? TOKEN_PROGRAM : TOKEN_2022_PROGRAM;
    }

    static async create(arena: Arena, label: string, kind: TokenKind, given: Given): Promise<Stage> {
        const stage = new Stage(arena, label, kind, await SESSION, await INTRUDER);
        await stage.#prepare();
        await stage.#advanceTo(given);
        return stage;
    }

    async #prepare(): Promise<void> {
        const { arena, mint, payee, payer, session } = this;
        const { treasuryOwner } = arena.deployment;
        arena.setClock(NOW, SLOT);
        const openSlot = this.facts.openSlotWindow === undefined ? 0n : SLOT;
        this.seeds = { authorizedSigner: session.address, mint, openSlot, payee, payer, salt: 0n };
        [this.channel] = await findChannelPda({ ...OPENED, ...this.seeds }, arena.deployment);
        [this.escrow, this.payerToken, this.payeeToken, this.treasuryToken] = await Promise.all([
            this.tokenOf(this.channel),
            this.tokenOf(payer),
            this.tokenOf(payee),
            this.tokenOf(treasuryOwner),
        ]);
        this.recipientTokens = await Promise.all(this.recipients.map(recipient => this.tokenOf(recipient)));

        for (const wallet of [this.sponsor, payer, payee, this.rentPayer]) {
            arena.set(wallet, { kind: 'wallet', lamports: PAYER_LAMPORTS });
        }
        const { tokenProgram } = this;
        arena.set(mint, { decimals: 6, kind: 'mint', lamports: rentFor(234), tokenProgram, trailer: 'none' });
        arena.set(this.payerToken, this.token(payer, PAYER_TOKENS));
        arena.set(this.payeeToken, this.token(payee));
        arena.set(this.treasuryToken, this.token(treasuryOwner));
        this.recipientTokens.forEach((address, i) => arena.set(address, this.token(this.recipients[i]!)));
    }

    async #advanceTo(given: Given): Promise<void> {
        const steps: Record<Given, readonly (() => Promise<readonly Instruction[]>)[]> = {
            nothing: [],
            fresh: [() => this.open()],
            open: [() => this.open(), () => this.settle(SETTLED)],
            closing: [() => this.open(), () => this.settle(SETTLED), () => this.requestClose()],
            finalized: [() => this.open(), () => this.settle(SETTLED), () => this.settleAndFinalize()],
            closed: [
                () => this.open(),
                () => this.settle(SETTLED),
                () => this.settleAndFinalize(),
                () => this.distribute(),
            ],
            freed: [() => this.open(), () => this.settle(SETTLED), () => this.settleAndFinalize()],
        };
        for (const build of steps[given]) await this.do(build());
        if (given !== 'freed') return;
        this.passWindow();
        await this.do(this.distribute());
    }

    // What a row needs to know.

    get facts(): RevisionFacts {
        return this.arena.facts;
    }

    get book(): Pick<Book, 'programAddress' | 'treasuryOwner'> {
        return this.arena.deployment;
    }

    /** An address of this row alone. It stands for whatever nobody expects. */
    stranger(name = 'stranger'): Address {
        return getAddressDecoder().decode(hash(`${this.label}/${name}`));
    }

    async tokenOf(owner: Address): Promise<Address> {
        const { mint, tokenProgram } = this;
        return (await findTokenPda('owner', owner, { mint, tokenProgram }))[0];
    }

    /** A token account with nothing wrong with it, as the associated-token program makes it. */
    token(owner: Address, amount = 0n): TokenAccount {
        const { kind, mint, tokenProgram } = this;
        return {
            amount,
            kind: 'token',
            lamports: rentFor(kind === 'spl' ? TOKEN_LENGTH : TOKEN_2022_LENGTH),
            mint,
            owner,
            state: 1,
            tokenProgram,
            trailer: kind === 'spl' ? 'none' : 'immutableOwner',
        };
    }

    // Instructions, all valid.

    async open(changes: Readonly<{ deposit?: bigint; splits?: readonly Split[] }> = {}): Promise<Instruction[]> {
        const { arena, mint, payee, rentPayer, seeds, session, splits, tokenProgram } = this;
        const input = {
            authorizedSigner: session.address,
            deposit: DEPOSIT,
            gracePeriodSeconds: GRACE_PERIOD,
            mint,
            openSlot: seeds.openSlot,
            payee,
            payer: this.#payerSigner,
            rentPayer: createNoopSigner(rentPayer),
            salt: 0n,
            splits,
            tokenProgram,
            ...changes,
        };
        return [await getOpenInstructionAsync({ ...OPENED, ...input }, arena.deployment)];
    }

    async sign(voucher: Partial<VoucherInput> = {}, signer = this.session): Promise<SignedVoucher> {
        return await signVoucher(
            { channelId: this.channel, cumulativeAmount: 500_000n, ...voucher },
            signer,
            this.arena.deployment,
        );
    }

    async settle(cumulativeAmount: bigint): Promise<Instruction[]> {
        return this.settleSigned(await this.sign({ cumulativeAmount }));
    }

    settleSigned(voucher: SignedVoucher): Instruction[] {
        return [...getSettleInstructions({ voucher }, this.arena.deployment)];
    }

    async settleAndFinalize(cumulativeAmount?: bigint): Promise<Instruction[]> {
        return this.settleAndFinalizeSigned(
            cumulativeAmount === undefined ? undefined : await this.sign({ cumulativeAmount }),
        );
    }

    settleAndFinalizeSigned(voucher?: SignedVoucher): Instruction[] {
        const input = {
            channel: voucher?.voucher.channelId ?? this.channel,
            payee: createNoopSigner(this.payee),
            voucher,
        };
        return [...getSettleAndFinalizeInstructions(input, this.arena.deployment)];
    }

    async topUp(amount = 1_000n): Promise<Instruction[]> {
        return [await getTopUpInstructionAsync({ ...this.#common, amount }, this.arena.deployment)];
    }

    async requestClose(): Promise<Instruction[]> {
        return [getRequestCloseInstruction(this.#common, this.arena.deployment)];
    }

    async finalize(): Promise<Instruction[]> {
        return [getFinalizeInstruction(this.#common, this.arena.deployment)];
    }

    async distribute(splits = this.splits): Promise<Instruction[]> {
        const input = { ...this.#common, payee: this.payee, payer: this.payer, rentPayer: this.rentPayer, splits };
        return [await getDistributeInstructionAsync(input, this.arena.deployment)];
    }

    async withdrawPayer(): Promise<Instruction[]> {
        return [await getWithdrawPayerInstructionAsync(this.#common, this.arena.deployment)];
    }

    async reclaim(): Promise<Instruction[]> {
        return [getReclaimInstruction({ channel: this.channel, rentPayer: this.rentPayer }, this.arena.deployment)];
    }

    async emitEvent(): Promise<Instruction[]> {
        const [address] = await findEventAuthorityPda(this.arena.deployment);
        const eventAuthority = createNoopSigner(address);
        return [getEmitEventInstruction({ eventAuthority }, this.arena.deployment)];
    }

    get #payerSigner() {
        return createNoopSigner(this.payer);
    }

    get #common() {
        const { channel, mint, tokenProgram } = this;
        return { channel, mint, payer: this.#payerSigner, tokenProgram };
    }

    // What can be done to the world.

    send(instructions: readonly Instruction[]): ArenaResult {
        return this.arena.send({ feePayer: this.sponsor, instructions });
    }

    /** Makes it the first slot in which the channel can be freed, or another one that far from it. */
    passWindow(by = 0n): void {
        this.arena.setClock(NOW, this.seeds.openSlot + (this.facts.openSlotWindow ?? 0n) + 1n + by);
    }

    /** Sends a transaction that has to succeed. */
    async do(instructions: Promise<readonly Instruction[]> | readonly Instruction[]): Promise<void> {
        const result = this.send(await instructions);
        if (!result.ok) throw new Error(`${this.label}: ${result.failure.message}\n${result.logs.join('\n')}`);
    }

    /** Writes into the data of an account, which may also become longer or shorter. */
    forge(address: Address, change: (data: Uint8Array) => Uint8Array | undefined, lamports?: bigint): void {
        const account = this.arena.get(address);
        if (!account.exists) throw new Error(`${this.label}: ${address} does not exist`);
        const data = Uint8Array.from(account.data);
        this.arena.setRaw(address, account.programAddress, change(data) ?? data, lamports ?? account.lamports);
    }

    /** Writes fields of the channel that no instruction would. */
    forgeChannel(
        change: (channel: ChannelOf<RevisionFacts['name']>) => Partial<ChannelArgs> & Readonly<{ openSlot?: bigint }>,
    ): void {
        const { channel: layout } = this.arena.deployment;
        this.forge(this.channel, data => {
            const channel = layout.decode(data);
            return new Uint8Array(layout.encode({ ...channel, ...change(channel) }));
        });
    }

    /** A copy of the channel as it is, at the address that it would have with another open slot. */
    async plantChannel(openSlot: bigint): Promise<Address> {
        const { channel: layout } = this.arena.deployment;
        const account = this.arena.get(this.channel);
        if (!account.exists) throw new Error(`${this.label}: the channel does not exist`);
        const seeds = { ...this.seeds, openSlot };
        const [address, bump] = await findChannelPda({ ...OPENED, ...seeds }, this.arena.deployment);
        const data = layout.encode({ ...layout.decode(account.data), bump, openSlot });
        this.arena.setRaw(address, account.programAddress, new Uint8Array(data), account.lamports);
        return address;
    }

    /** Stores a bump that is not the channel's: one of another address, or one of a point on the curve. */
    forgeBump(isOffCurve: boolean): void {
        this.forgeChannel(channel => {
            for (let bump = 255; bump >= 0; bump--) {
                const address = derive(this.seeds, bump, this.facts);
                if (bump !== channel.bump && isOffCurveAddress(address) === isOffCurve) return { bump };
            }
            throw new Error(`${this.label}: no such bump`);
        });
    }
}

/** What a program derives for seeds and a bump, whether or not it is an address that a program may sign for. */
function derive(seeds: ChannelSeeds, bump: number, { deployment, extraSeed }: RevisionFacts): Address {
    const { authorizedSigner, mint, openSlot, payee, payer, salt } = seeds;
    const encoder = getAddressEncoder();
    const hasher = createHash('sha256').update('channel');
    for (const seed of [payer, payee, mint, authorizedSigner]) hasher.update(Uint8Array.from(encoder.encode(seed)));
    hasher.update(Uint8Array.from(getU64Encoder().encode(salt)));
    if (extraSeed !== undefined) hasher.update(Uint8Array.from(getU64Encoder().encode(openSlot)));
    hasher.update(Uint8Array.of(bump));
    hasher.update(Uint8Array.from(encoder.encode(deployment.programAddress))).update('ProgramDerivedAddress');
    return getAddressDecoder().decode(hasher.digest());
}

const hash = (label: string) => createHash('sha256').update(`errors/${label}`).digest();

async function keyPair(label: string): Promise<KeyPairSigner> {
    return await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(hash(label)));
}

// The only keys there are: whoever else signs, nobody checks it.
const SESSION = keyPair('session');
const INTRUDER = keyPair('intruder');
