import type { Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { readProgramElf } from '../../src/testing/elf';
import { startCase } from '../svm/replay/execute';
import { listRecordedFiles, readRecordedFile, type RecordedStep } from '../svm/replay/recorded-case';
import { placeOf, REVISIONS } from '../svm/revisions';

describe.each(REVISIONS)('any number of accounts: the $name program', facts => {
    const { name: revision } = facts;
    const lifecycle = listRecordedFiles(revision).find(({ name }) => name === 'lifecycle');
    const elf = readProgramElf(revision).bytes;
    /** An instruction names at most 255 accounts. */
    const most = placeOf(facts, 'distribute', 10) === 10 ? 245 : 244;
    const [recorded] = lifecycle === undefined ? [] : readRecordedFile(lifecycle);

    /** Replays the case up to the first step whose instruction starts with `discriminator`, and that step changed. */
    function runChanged(discriminator: number, change: (step: RecordedStep) => RecordedStep) {
        if (recorded === undefined) throw new Error('there are no cases in the file');
        const run = startCase(recorded, elf);
        for (const step of recorded.steps) {
            const { data } = step.instructions.at(-1) ?? { data: '' };
            if (Buffer.from(data, 'base64')[0] === discriminator) return run.runStep(change(step)).error;
            run.runStep(step);
        }
        throw new Error('there is no such step');
    }

    /** The step with more accounts behind those of its last instruction: the last one again, or all of them in turn. */
    function appendAccounts(step: RecordedStep, count: number): RecordedStep {
        const last = step.instructions.at(-1);
        if (last === undefined) return step;
        const more = Array.from({ length: count }, (_, index) => last.accounts[index % last.accounts.length]);
        const accounts = [...last.accounts, ...more.filter(meta => meta !== undefined)];
        return { ...step, instructions: [...step.instructions.slice(0, -1), { ...last, accounts }] };
    }

    function withFreshAccounts(step: RecordedStep, count: number): RecordedStep {
        const last = step.instructions.at(-1);
        if (last === undefined) return step;
        const fresh = Array.from({ length: count }, (_, index) => ({
            address: `Fresh${'1'.repeat(36)}${String.fromCharCode(65 + (index % 8), 65 + (index >> 3))}` as Address,
            signer: false,
            writable: false,
        }));
        return {
            ...step,
            instructions: [...step.instructions.slice(0, -1), { ...last, accounts: [...last.accounts, ...fresh] }],
        };
    }

    it.runIf(lifecycle === undefined)('there is no recorded case to start from', context => context.skip());

    it.skipIf(lifecycle === undefined).each([1, 32, 37, 38, 39, 100, most])(
        'distribute with %i accounts too many',
        count => {
            expect(runChanged(7, step => appendAccounts(step, count))).toEqual({ custom: 2409, instruction: 0 });
        },
    );

    it.skipIf(lifecycle === undefined).each([1, 30, 45])('distribute with %i unknown accounts too many', count => {
        expect(runChanged(7, step => withFreshAccounts(step, count))).toEqual({ custom: 2409, instruction: 0 });
    });

    it.skipIf(lifecycle === undefined).each([1, 46, 47, 100, 250])('settle with %i accounts too many', count => {
        const expected = { builtin: 'NotEnoughAccountKeys', instruction: 1 };
        expect(runChanged(2, step => appendAccounts(step, count))).toEqual(expected);
    });

    it.skipIf(lifecycle === undefined).each([1, 46, 47, 100, 240])('topUp with %i accounts too many', count => {
        expect(runChanged(3, step => appendAccounts(step, count))).toEqual({ custom: 9, instruction: 0 });
    });
});
