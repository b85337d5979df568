import { describe, expect, it } from 'vitest';

import { readProgramElf } from '../../src/testing/elf';
import { findFirstDifference } from './replay/compare';
import { getRecordedFolder, listRecordedFiles, readLabels, readRecordedFile } from './replay/recorded-case';
import { REVISIONS } from './revisions';
import { sample } from '../fixtures/depth';

/** Differences that one file's report shows; the rest is counted. */
const SHOWN = 5;

describe.each(REVISIONS)('recorded transactions of the $name program', ({ name: revision }) => {
    const files = listRecordedFiles(revision);
    const elf = readProgramElf(revision).bytes;
    const label = readLabels(revision);

    it.skipIf(files.length === 0).each(files)('replays $name', { timeout: 600_000 }, async file => {
        const cases = sample(readRecordedFile(file), 8);
        const differences: string[] = [];
        for (const recorded of cases) {
            const difference = await findFirstDifference(recorded, elf, label);
            if (difference !== undefined) differences.push(difference);
        }
        const report = [
            `${differences.length} of ${cases.length} cases differ`,
            ...differences.slice(0, SHOWN),
            ...(differences.length > SHOWN ? [`and ${differences.length - SHOWN} more`] : []),
        ];
        expect(differences.length, report.join('\n')).toBe(0);
    });

    it.runIf(files.length === 0)(`nothing to replay: there is no ${getRecordedFolder(revision)}`, context => {
        context.skip();
    });
});
