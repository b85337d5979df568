/** What the tests of the program need to know of each revision: a second reading of the spec, as data. */

import { blake3 } from '@noble/hashes/blake3.js';
import { sha256 } from '@noble/hashes/sha2.js';

import { type Deployment } from '../../src/revision/deployment';
import { EPOCH_LOCALNET, TOMBSTONE_LOCALNET } from '../../src/revision/deployments';
import { type ProgramRevision } from '../../src/testing/elf';

/** The instructions by what they do. The epoch revision calls two of them settleAndSeal and seal. */
export type InstructionName =
    | 'open'
    | 'settle'
    | 'topUp'
    | 'settleAndFinalize'
    | 'requestClose'
    | 'finalize'
    | 'distribute'
    | 'withdrawPayer'
    | 'reclaim'
    | 'emitEvent';

export type RevisionFacts = Readonly<{
    name: ProgramRevision;
    /** The program at its published address, with the placeholder for the treasury owner. */
    deployment: Deployment<ProgramRevision>;
    /** Bytes of a channel account (docs/program.md, section 3.1). */
    channelLength: number;
    /** Bytes of a voucher, which are the message that the precompile verifies (docs/program.md, section 3.4). */
    voucherLength: number;
    /** What a voucher starts with, before its fields (epoch 3.3). */
    voucherMagic: readonly number[];
    /** Whether the instruction data holds a copy of the voucher (docs/program.md, section 5). */
    hasVoucherInData: boolean;
    /** Where `open` has the accounts that are seeds, in the order of the seeds. */
    open: Readonly<{ accounts: readonly [payer: number, payee: number, mint: number, signer: number] }>;
    /** A seed behind the salt: where it is in the account and in the data of `open`. */
    extraSeed: Readonly<{ inAccount: number; inOpenData: number; length: number }> | undefined;
    /** Where the wallet stands that pays the rent and gets it back, where that is not the payer. */
    rentPayer: Readonly<Partial<Record<InstructionName, number>>>;
    /** The commitment to a distribution plan. */
    hash: (preimage: Uint8Array) => Uint8Array;
    /** What finalize answers before the deadline (docs/program.md, section 7.6). */
    beforeDeadline: number;
    /** The open-slot window (epoch 1): in this revision a channel is dated, and leaves no tombstone. */
    openSlotWindow: bigint | undefined;
    /** Whether an address with lamports can be opened, and an escrow may be there already (epoch 7.1). */
    toleratesPrefunding: boolean;
}>;

export const REVISIONS: readonly RevisionFacts[] = [
    {
        beforeDeadline: 2,
        channelLength: 216,
        deployment: TOMBSTONE_LOCALNET,
        extraSeed: undefined,
        hasVoucherInData: true,
        hash: blake3,
        name: 'tombstone',
        open: { accounts: [0, 1, 2, 3] },
        openSlotWindow: undefined,
        rentPayer: {},
        toleratesPrefunding: false,
        voucherLength: 48,
        voucherMagic: [],
    },
    {
        beforeDeadline: 2201,
        channelLength: 256,
        deployment: EPOCH_LOCALNET,
        extraSeed: { inAccount: 248, inOpenData: 21, length: 8 },
        hasVoucherInData: false,
        hash: sha256,
        name: 'epoch',
        open: { accounts: [0, 2, 3, 4] },
        openSlotWindow: 1500n,
        rentPayer: { distribute: 2, open: 1, reclaim: 1 },
        toleratesPrefunding: true,
        voucherLength: 50,
        voucherMagic: [0x56, 0x01],
    },
];

/** The instructions that a revision has. */
export function instructionsOf({ openSlotWindow }: RevisionFacts): readonly InstructionName[] {
    const shared: InstructionName[] = [
        ...(['open', 'settle', 'topUp', 'settleAndFinalize', 'requestClose', 'finalize'] as const),
        ...(['distribute', 'withdrawPayer', 'emitEvent'] as const),
    ];
    return openSlotWindow === undefined ? shared : [...shared, 'reclaim'];
}

/** Where an account of the tombstone revision's list stands in that of another, which may have a rent payer in it. */
export function placeOf({ rentPayer }: RevisionFacts, name: InstructionName, index: number): number {
    const inserted = rentPayer[name];
    return inserted !== undefined && index >= inserted ? index + 1 : index;
}

/** Bytes of `open` before its plan: discriminator, salt, deposit, grace period and what is a seed besides. */
export const openHeadLength = ({ extraSeed }: RevisionFacts): number => 21 + (extraSeed?.length ?? 0);
