import { getRevisionPart, type DeploymentConfig } from '../deployment';
import type { LiveChannelKind } from '../revision/revision';
import { TOMBSTONE_CHANNEL, TOMBSTONE_SETTLE_AND_FINALIZE } from '../revision/tombstone';
import type { RevisionName } from '../revision/types';

/** What the revision of a config calls the instructions that end a channel, of the payee and of anybody. */
export function getEndingNames(config: DeploymentConfig<RevisionName>) {
    const { name } = getRevisionPart(config, 'settleAndFinalize', TOMBSTONE_SETTLE_AND_FINALIZE);
    return { finalize: name === 'settleAndSeal' ? 'seal' : 'finalize', settleAndFinalize: name } as const;
}

/** Whether nothing more can be settled in a channel, and it has not been paid out for good yet. */
export function isFinal(kind: LiveChannelKind): boolean {
    return kind === 'finalized' || kind === 'sealed';
}

/** The status byte of a channel that is finalized; sealed in the epoch revision. */
export function getFinalStatus(config: DeploymentConfig<RevisionName>): number {
    const { kinds } = getRevisionPart(config, 'channel', TOMBSTONE_CHANNEL);
    return Number(Object.keys(kinds).find(status => isFinal(kinds[Number(status)]!)));
}
