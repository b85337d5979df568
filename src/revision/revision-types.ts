import type { AccountMeta } from '@solana/kit';

import type { EpochTypes } from './epoch/types';
import type { TombstoneTypes } from './tombstone/types';

/** The types that differ between revisions of the program's interface. */
export type RevisionTypes = {
    epoch: EpochTypes;
    tombstone: TombstoneTypes;
};

/** An interface of the program, by its name in docs/program.md. */
export type RevisionName = keyof RevisionTypes;

/** A revision in which the rent of a channel comes back by an instruction of its own (docs/program.md, section 7.9). */
export type RevisionWithReclaim = {
    [K in RevisionName]: RevisionTypes[K]['reclaim'] extends undefined ? never : K;
}[RevisionName];

/** The decoded account of a channel. */
export type ChannelOf<TRevision extends RevisionName> = RevisionTypes[TRevision]['channel'];

/** The name of an error of the program, in any revision. */
export type ProgramErrorName = RevisionTypes[RevisionName]['errorName'];

/** An error code of the program. */
export type ProgramErrorCodeOf<TRevision extends RevisionName> = RevisionTypes[TRevision]['errorCode'];

/** An instruction with writable accounts behind its own. */
export type WithRemainingAccounts<TInstruction extends { accounts: readonly unknown[] }> = TInstruction extends unknown
    ? Omit<TInstruction, 'accounts'> & Readonly<{ accounts: readonly [...TInstruction['accounts'], ...AccountMeta[]] }>
    : never;
