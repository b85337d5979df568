import type { BatchJournal } from '../../journal/journal';
import type { ContractTests } from './contract-case';

/** A journal to be tested, new and empty. */
export type JournalUnderTest = Readonly<{
    journal: BatchJournal;
    /**
     * Another journal object over the same place, as another process would have it. What can't be opened twice, because
     * it lives in one object, has `journal` itself here, which is the default.
     */
    other?: BatchJournal | undefined;
    /** Closes both and removes what they stored. */
    close?: (() => Promise<void> | void) | undefined;
}>;

/** The clock that a journal is given, which tests put forward and back; they may also make it fail. */
export type TestClock = { at: number };

/** What a test of the contract gets. */
export type JournalContext = Readonly<{
    journal: BatchJournal;
    other: BatchJournal;
    clock: TestClock;
    close: () => Promise<void>;
}>;

export type JournalTests = ContractTests<JournalContext>;
