// Random sequences of instructions, run in LiteSVM and in the model of test/svm/model: the two have to agree on the
// outcome of every step, on every account it names and on every call the program makes.
//
// A failure prints a seed and a path. To run that one (shrunk) sequence again:
//
//     PROPERTY_SEED=… PROPERTY_PATH=… npx vitest run test/svm/properties.test.ts
//
// PROPERTY_SEED alone runs the sequences of that seed again; PROPERTY_RUNS says how many. TEST_DEPTH=deep runs thousands,
// from a new seed every time, and prints what came out of them.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { Arena } from './arena';
import { findFutileInstructions, findMissingOutcomes } from './properties/expected';
import { runInLockstep } from './properties/lockstep';
import { sequenceArbitrary, STEPS_PER_SEQUENCE } from './properties/scenario';
import { Tally } from './properties/tally';
import { Universe } from './properties/universe';
import { REVISIONS } from './revisions';
import { byDepth, IS_DEEP } from '../fixtures/depth';

const path = process.env['PROPERTY_PATH'];
const seed = Number(process.env['PROPERTY_SEED'] ?? (IS_DEEP ? Date.now() & 0x7fff_ffff : 20260602));
const DEEP_RUNS = 2_000;
const SHALLOW_RUNS = 80;
const QUICK_RUNS = 25;
const runs = Number(process.env['PROPERTY_RUNS'] ?? byDepth({ all: SHALLOW_RUNS, deep: DEEP_RUNS, quick: QUICK_RUNS }));

describe.each(REVISIONS)('random sequences of instructions of the $name program', facts => {
    let arena: Arena;
    let universe: Universe;
    const tally = new Tally();

    beforeAll(async () => {
        arena = new Arena(facts);
        universe = await Universe.create(facts);
    });

    it(
        `agree with the model: ${runs} sequences of ${STEPS_PER_SEQUENCE} steps from seed ${seed}`,
        { timeout: IS_DEEP ? 3_600_000 : 300_000 },
        async () => {
            const property = fc.asyncProperty(sequenceArbitrary(facts), async generated => {
                await runInLockstep(arena, universe, generated, tally);
            });
            const details = await fc.check(property, { numRuns: runs, seed, ...(path && { path }) });
            if (details.failed) {
                const reason = details.errorInstance instanceof Error ? details.errorInstance.message : 'no reason';
                const again = `PROPERTY_SEED=${details.seed} PROPERTY_PATH=${details.counterexamplePath}`;
                throw new Error(
                    `LiteSVM and the model differ (sequence ${details.numRuns}, shrunk ${details.numShrinks} times). ` +
                        `Run it again with\n  ${again}\n${reason}`,
                );
            }
            // eslint-disable-next-line no-console
            if (IS_DEEP) console.log(`${facts.name}: ${runs} sequences from seed ${seed}:\n${tally.toString()}`);
            if (runs >= SHALLOW_RUNS && !path) expect(findFutileInstructions(tally, facts)).toEqual([]);
            if (runs >= DEEP_RUNS && !path) expect(findMissingOutcomes(tally, facts)).toEqual([]);
        },
    );
});
