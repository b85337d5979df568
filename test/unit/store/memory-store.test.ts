import { describe, it } from 'vitest';

import { getStoreContractCases } from '../../../src/testing';
import { createMemorySubject } from './memory-subject';

describe('the contract of a store, kept by the one in memory', () => {
    const cases = getStoreContractCases({ createStore: options => createMemorySubject(options) });
    it.each(cases.map(({ name, run }) => [name, run] as const))('%s', async (_, run) => {
        await run();
    });
});
