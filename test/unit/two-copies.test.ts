import { describe, expect, it, vi } from 'vitest';

import { encodeVoucher, getFinalizeInstruction } from '../../src';
import { DEPLOYMENT } from '../fixtures/deployment';
import { expectRefusal } from '../fixtures/refusals';
import { CHANNEL } from '../fixtures/vectors';

// An application may have loaded the package twice, as ES modules and as CommonJS.

describe('a deployment of another copy of the package', () => {
    it('is taken as one of this copy is', async () => {
        vi.resetModules();
        const other = await import('../fixtures/deployment');
        expect(other.DEPLOYMENT.voucher).not.toBe(DEPLOYMENT.voucher);
        const voucher = { channelId: CHANNEL, cumulativeAmount: 7n };
        expect(encodeVoucher(voucher, other.DEPLOYMENT)).toEqual(encodeVoucher(voucher, DEPLOYMENT));
        expect(getFinalizeInstruction({ channel: CHANNEL }, other.DEPLOYMENT)).toEqual(
            getFinalizeInstruction({ channel: CHANNEL }, DEPLOYMENT),
        );
    });

    it('is none once a part of it was copied', async () => {
        const copied = { ...DEPLOYMENT, voucher: { ...DEPLOYMENT.voucher } };
        await expectRefusal(
            () => encodeVoucher({ channelId: CHANNEL, cumulativeAmount: 7n }, copied),
            'INPUT_INVALID',
            {
                field: 'deployment.voucher',
            },
        );
    });
});
