import { address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { getElfForTreasuryOwner, readProgramElf } from '../../src/testing/elf';
import { findFirstDifference } from './replay/compare';
import { readdress, type NewPlace } from './replay/readdress';
import {
    getRecordedFolder,
    listRecordedFiles,
    readLabels,
    readRecordedFile,
    type RecordedFile,
} from './replay/recorded-case';
import { REVISIONS } from './revisions';

const ELSEWHERE = address('9HZSBsVj86PrvnT9QGmETwNB6hEYAecjRmKyJXEbJHWW');
const ANOTHER_OWNER = address('7vzEoA6qPLqGXe5rxmMK7iha63znnLfwGppBrUfELajg');
/** Files whose cases have nothing in them that would have to be made anew beside addresses and signatures. */
const FILES = [
    ...['distribute', 'emit-event', 'lifecycle', 'multi', 'open', 'payout', 'prefund', 'reclaim', 'slots', 'treasury'],
    ...['voucher', 'withdraw'],
];

/** Long after the slowest machine is done with the largest file. */
const TIMEOUT_MS = 600_000;

describe.each(REVISIONS)('recorded transactions of the $name program', revision => {
    const elf = readProgramElf(revision.name);
    const files = listRecordedFiles(revision.name).filter(({ name }) => FILES.includes(name));

    /** The freedoms of the reference program; another ELF has its address and its treasury owner compiled in. */
    const isReference = elf.source === 'embedded';

    async function expectNoDifference(file: RecordedFile, program: Uint8Array, place: NewPlace): Promise<void> {
        const label = readLabels(revision.name);
        for (const recorded of readRecordedFile(file)) {
            const difference = await findFirstDifference(await readdress(recorded, revision, place), program, label);
            expect(difference, difference).toBeUndefined();
        }
    }

    describe.skipIf(!isReference || files.length === 0)('at another address', () => {
        it.each(files)('replays $name', { timeout: TIMEOUT_MS }, file =>
            expectNoDifference(file, elf.bytes, { programId: ELSEWHERE }),
        );
    });

    describe.skipIf(!isReference || files.length === 0)('with another treasury owner', () => {
        it.each(files)('replays $name', { timeout: TIMEOUT_MS }, file =>
            expectNoDifference(file, getElfForTreasuryOwner(elf, ANOTHER_OWNER), { treasuryOwner: ANOTHER_OWNER }),
        );
    });

    it.runIf(!isReference)(`skipped: ${elf.source} may lack the freedom to be elsewhere`, context => context.skip());
    it.runIf(isReference && files.length === 0)(
        `nothing to replay: there is no ${getRecordedFolder(revision.name)}`,
        context => context.skip(),
    );

    it.skipIf(!isReference)('holds its treasury owner in exactly one place of the ELF', () => {
        expect(findPlaceholders(elf.bytes)).toHaveLength(1);
    });
});

function findPlaceholders(bytes: Uint8Array): number[] {
    const placeholder = Buffer.from('beef'.repeat(16), 'hex');
    const file = Buffer.from(bytes);
    const places: number[] = [];
    for (let at = file.indexOf(placeholder); at >= 0; at = file.indexOf(placeholder, at + 1)) places.push(at);
    return places;
}
