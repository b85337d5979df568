import { getChannelSize, getVoucherArgsEncoder, PAYMENT_CHANNELS_PROGRAM_ADDRESS } from '../../../generated/epoch';
import type { RevisionMarks } from '../detect-other-revision';

/** The marks that distinguish this revision from the others. */
export const EPOCH_MARKS: RevisionMarks = /* @__PURE__ */ Object.freeze<RevisionMarks>({
    getChannelSize,
    getVoucherSize: () => getVoucherArgsEncoder().fixedSize,
    kinds: ['absent', 'closing', 'distributed', 'finalized', 'open'],
    ownFields: ['openSlot'],
    programAddress: PAYMENT_CHANNELS_PROGRAM_ADDRESS,
});
