import { getBase64Encoder, type Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { findTokenPdaSync } from '../../src';
import { getDistributeComputeUnits } from '../../src/instructions/distribute-compute';
import { EPOCH } from '../../src/revision/epoch';
import type { Revision } from '../../src/revision/parts';
import { TOMBSTONE } from '../../src/revision/tombstone';
import { SPL_TOKEN, TOKEN_2022, TREASURY_OWNER } from '../fixtures/parties';
import {
    getRecordedFolder,
    listRecordedFiles,
    readRecordedFile,
    type RecordedAccount,
    type RecordedCase,
} from '../svm/replay/recorded-case';
import { rendered } from '../fixtures/rendered';

const { CHANNEL_DISCRIMINATOR, DISTRIBUTE_DISCRIMINATOR, getDistributeInstructionDataDecoder } = rendered;

/** A distribute of the deployed program that succeeded: what it took, and the bound for it. */
type Recorded = Readonly<{ id: string; tokenProgram: Address; recipientCount: number; actual: number; bound: number }>;

function* getRecorded({ accounts, id, programId, steps }: RecordedCase, revision: Revision): Generator<Recorded> {
    const state = new Map<string, RecordedAccount | null>(accounts.map(account => [account.address, account]));
    for (const [index, { expect: outcome, instructions }] of steps.entries()) {
        const [instruction, ...others] = instructions;
        const data = getBase64Encoder().encode(instruction!.data);
        const isDistribute = instruction!.program === programId && data[0] === DISTRIBUTE_DISCRIMINATOR;
        if (others.length === 0 && isDistribute && outcome.error === null) {
            const addresses = instruction!.accounts.map(({ address }) => address);
            const channelAddress = addresses[0]!;
            const [mint, tokenProgram] = addresses.slice(MINT_INDEX[revision.revision]) as [Address, Address];
            const channel = revision.channel.decode(getBase64Encoder().encode(state.get(channelAddress)!.data));
            expect(channel.discriminator).toBe(CHANNEL_DISCRIMINATOR);
            const { recipients } = getDistributeInstructionDataDecoder().decode(data);
            const owners = [channelAddress, TREASURY_OWNER, channel.payee, channel.payer];
            const bumpSteps = [...owners, ...recipients.map(({ recipient }) => recipient)]
                .map(owner => 255 - findTokenPdaSync({ mint, owner, tokenProgram })[1])
                .reduce((sum, bumps) => sum + bumps, 0);
            yield {
                actual: outcome.computeUnits,
                bound: getDistributeComputeUnits({
                    bumpSteps,
                    recipientCount: recipients.length,
                    redirectCount: outcome.innerInstructionData.length,
                    tokenProgram,
                }),
                id: `${id}#${index}`,
                recipientCount: recipients.length,
                tokenProgram,
            };
        }
        for (const [address, account] of Object.entries(outcome.after)) state.set(address, account);
    }
}

/** Where the mint stands among the accounts of `distribute`; the token program follows it. */
const MINT_INDEX = { epoch: 7, tombstone: 6 };

describe.each([TOMBSTONE, EPOCH])('the bound for the compute units of a distribute, $revision', revision => {
    const files = listRecordedFiles(revision.revision);
    if (files.length === 0) {
        it.skip(`there is no ${getRecordedFolder(revision.revision)} to compare with`, () => undefined);
        return;
    }
    const recorded = files.flatMap(readRecordedFile).flatMap(recordedCase => [...getRecorded(recordedCase, revision)]);

    it('holds for every recorded transaction of the deployed program', () => {
        expect(recorded.length).toBeGreaterThan(100);
        expect(recorded.filter(({ actual, bound }) => actual > bound)).toEqual([]);
    });

    it.each([
        // Two recipients, and the most that were recorded: the base and the part of a recipient.
        { recipientCount: 2, share: 0.85, title: 'SPL Token', tokenProgram: SPL_TOKEN },
        { recipientCount: 'most', share: 0.85, title: 'SPL Token', tokenProgram: SPL_TOKEN },
        // The bound is for the dearest mint, the recorded one is the cheapest.
        { recipientCount: 2, share: 0.7, title: 'Token-2022', tokenProgram: TOKEN_2022 },
    ])('is near: $title, $recipientCount recipients', ({ recipientCount, share, tokenProgram }) => {
        const rows = recorded.filter(row => row.tokenProgram === tokenProgram);
        const most = Math.max(...rows.map(row => row.recipientCount));
        const shares = rows
            .filter(row => row.recipientCount === (recipientCount === 'most' ? most : recipientCount))
            .map(({ actual, bound }) => actual / bound);
        expect(Math.max(...shares)).toBeGreaterThan(share);
    });
});
