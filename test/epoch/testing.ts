// What tests that run for both revisions import in the place of src/testing: the simulator of the epoch revision.

import { LOCALNET_DEPLOYMENT } from '../../src/epoch';
import { createSimulator as createAnySimulator, type SimulatorOptions } from '../../src/testing/index';
import { VECTOR_OPEN_SLOT } from '../fixtures/revision';

export * from '../../src/testing/index';

export const createSimulator = (options: SimulatorOptions<'epoch'> = {}) =>
    createAnySimulator({ deployment: LOCALNET_DEPLOYMENT, slot: VECTOR_OPEN_SLOT, ...options });
