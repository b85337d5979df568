import { type Address } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { getMemoInstruction } from '../../src';
import { TO, useClusterLab } from './fixtures/cluster';

// Programs and the RPC are told the same slot, epoch and height.

const EPOCH = 432_000n;
const lab = useClusterLab();

describe('the clock', () => {
    it.each([0n, 1n, EPOCH - 1n, EPOCH, 2n ** 40n, 2n ** 63n, 2n ** 64n - 1n])(
        'at slot %s is the same for programs and for the RPC',
        async slot => {
            for (const start of [10n * EPOCH, 5n]) {
                lab.simulator.setClock({ slot: start });
                lab.simulator.setClock({ slot });
                const { epoch, epochStartTimestamp, leaderScheduleEpoch, unixTimestamp } = lab.simulator.svm.getClock();
                expect([epoch, leaderScheduleEpoch]).toEqual([slot / EPOCH, slot / EPOCH + 1n]);
                expect(epochStartTimestamp).toBeLessThanOrEqual(unixTimestamp);
                expect(await lab.rpc.getEpochInfo().send()).toMatchObject({
                    absoluteSlot: slot,
                    blockHeight: slot,
                    epoch,
                    slotIndex: slot % EPOCH,
                    slotsInEpoch: EPOCH,
                });
                expect([await lab.rpc.getSlot().send(), await lab.rpc.getBlockHeight().send()]).toEqual([slot, slot]);
                const schedule = lab.simulator.svm.getEpochSchedule();
                expect([schedule.slotsPerEpoch, schedule.warmup, schedule.firstNormalSlot]).toEqual([EPOCH, false, 0n]);
                const { lastValidBlockHeight } = (await lab.rpc.getLatestBlockhash().send()).value;
                expect(lastValidBlockHeight).toBe(slot + 150n < 2n ** 64n ? slot + 150n : 2n ** 64n - 1n);
                const result = await lab.simulator.sendOrThrow([getMemoInstruction(`slot ${slot} from ${start}`)]);
                expect(await lab.getStatus(result.signature)).toMatchObject({ slot });
            }
        },
    );

    it('says when its epoch began, also when the time goes back', () => {
        lab.simulator.setClock({ slot: 7n * EPOCH, unixTimestamp: 1_000_000n });
        expect(lab.simulator.svm.getClock().epochStartTimestamp).toBe(1_000_000n);
        lab.simulator.advanceClock({ seconds: 100, slots: 250 });
        expect(lab.simulator.svm.getClock().epochStartTimestamp).toBe(1_000_000n);
        for (const unixTimestamp of [999n, -(2n ** 63n), 2n ** 63n - 1n]) {
            lab.simulator.setClock({ unixTimestamp });
            expect(lab.simulator.svm.getClock().epochStartTimestamp).toBeLessThanOrEqual(unixTimestamp);
        }
    });

    it('takes no longer for many slots than for one, and forgets what has aged', async () => {
        for (let index = 0; index < 2_000; index++) {
            lab.simulator.advanceClock({ slots: 2n ** 40n });
            await lab.rpc.getLatestBlockhash().send();
        }
        expect((await lab.simulator.send([getMemoInstruction('still here')])).ok).toBe(true);
    });

    it('tells of the slots before this one', async () => {
        const read = async () => {
            const address = 'SysvarS1otHashes111111111111111111111111111' as Address;
            const { value } = await lab.rpc.getAccountInfo(address, { encoding: 'base64' }).send();
            const data = Buffer.from(value!.data[0], 'base64');
            const count = Number(data.readBigUInt64LE(0));
            return [
                count,
                ...(count === 0 ? [] : [data.readBigUInt64LE(8), data.readBigUInt64LE(8 + (count - 1) * 40)]),
            ];
        };
        lab.simulator.setClock({ slot: 5_000n });
        expect(await read()).toEqual([512, 4_999n, 4_488n]);
        lab.simulator.setClock({ slot: 3n });
        expect(await read()).toEqual([3, 2n, 0n]);
        // What a test writes itself is not written over.
        lab.simulator.setClock({ slot: 7_000n });
        lab.simulator.svm.setSlotHashes([{ hash: TO, slot: 6_990n } as never]);
        expect(await read()).toEqual([1, 6_990n, 6_990n]);
    });
});
