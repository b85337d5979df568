/** What the tests of the program need to know of a revision, as the spec has it: they read neither sources nor client. */

import type { ProgramRevision } from '../../src/testing/elf';

export type RevisionFacts = Readonly<{
    name: ProgramRevision;
    /** Bytes of a channel account (section 3.1). */
    channelLength: number;
    /** Bytes of a voucher, which are the message that the precompile verifies (section 3.4). */
    voucherLength: number;
    /** Where `open` has the accounts that are seeds, in the order of the seeds, and its data the rest of them. */
    open: Readonly<{ accounts: readonly [payer: number, payee: number, mint: number, signer: number] }>;
    /** Seeds behind the salt: where they are in the data of `open` and in the account. */
    extraSeed: Readonly<{ inAccount: number; inOpenData: number; length: number }> | undefined;
}>;

export const REVISIONS: readonly RevisionFacts[] = [
    {
        name: 'tombstone',
        channelLength: 216,
        extraSeed: undefined,
        open: { accounts: [0, 1, 2, 3] },
        voucherLength: 48,
    },
    {
        name: 'epoch',
        channelLength: 256,
        extraSeed: { inAccount: 248, inOpenData: 21, length: 8 },
        open: { accounts: [0, 2, 3, 4] },
        voucherLength: 50,
    },
];
