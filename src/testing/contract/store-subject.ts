import type { Address } from '@solana/kit';

import type { RowKind } from '../../ledger/rows';
import type { ChannelStore } from '../../store/store';
import type { ContractTests } from './contract-case';
import type { TestClock } from './journal-subject';

/** A store to be tested, over a database that is new and empty. */
// An interface is shown by its name, where it is hovered.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export interface StoreUnderTest {
    readonly store: ChannelStore;
    /**
     * Another store object over the same database, as another process would have it. What can't be opened twice, because it
     * lives in one object, has `store` itself here, which is the default.
     */
    readonly other?: ChannelStore | undefined;
    /**
     * A store of another network over the same database, where it can have several. Without it, that their channels are
     * apart is not looked at.
     */
    readonly openNetwork?: ((network: string) => ChannelStore | Promise<ChannelStore>) | undefined;
    /**
     * Puts another text, and another version of its form, in the place of the record of a channel: as damage does, or a newer
     * version of this package. Without it, damaged and newer records are not looked at.
     */
    readonly overwrite?: ((channel: Address, schema: number, text: string) => Promise<void> | void) | undefined;
    /** The same for a row. */
    readonly overwriteRow?: ((kind: RowKind, key: string, text: string) => Promise<void> | void) | undefined;
    /** Closes what is left open, and removes what was stored. */
    readonly close?: (() => Promise<void> | void) | undefined;
}

/** What a test of the contract gets. */
export type StoreContext = Readonly<{
    store: ChannelStore;
    other: ChannelStore;
    clock: TestClock;
    /** The time in unix seconds, by the clock of the store. */
    now: () => bigint;
    openNetwork: StoreUnderTest['openNetwork'];
    overwrite: StoreUnderTest['overwrite'];
    overwriteRow: StoreUnderTest['overwriteRow'];
    close: () => Promise<void>;
}>;

export type StoreTests = ContractTests<StoreContext>;

/** The network of the stores that are tested. */
export const NETWORK = 'localnet';
