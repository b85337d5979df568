import { describe } from '../core/describe';
import { CHANNEL_STATUS_INVALID } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { getPart, type DeploymentParts } from '../revision/deployment';
import type { LiveChannelKind } from '../revision/parts';

/**
 * The status byte of the channels of a kind.
 *
 * @throws `CHANNEL_STATUS_INVALID` for a kind that no channel of the revision is of.
 */
export function getStatusOf(kind: LiveChannelKind, deployment: DeploymentParts<'channel'>): number {
    const { kinds } = getPart(deployment, 'channel');
    const status = Object.keys(kinds).find(key => kinds[Number(key)] === kind);
    if (status === undefined) {
        const expected = Object.values(kinds)
            .map(name => `'${name}'`)
            .sort();
        throw new PaymentChannelsError(CHANNEL_STATUS_INVALID, { expected, value: describe(kind) });
    }
    return Number(status);
}
