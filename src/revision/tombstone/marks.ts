import { getChannelSize, getVoucherArgsEncoder, PAYMENT_CHANNELS_PROGRAM_ADDRESS } from '../../../generated/tombstone';
import type { RevisionMarks } from '../detect-other-revision';

/** The marks that distinguish this revision from the others. */
export const TOMBSTONE_MARKS: RevisionMarks = /* @__PURE__ */ Object.freeze<RevisionMarks>({
    getChannelSize,
    getVoucherSize: () => getVoucherArgsEncoder().fixedSize,
    kinds: ['absent', 'closed', 'closing', 'finalized', 'open'],
    ownFields: [],
    programAddress: PAYMENT_CHANNELS_PROGRAM_ADDRESS,
});
