import { ADDRESS, CHANNEL } from './inspect-channel';
import { ERROR } from './inspect-error-code';
import { EVENT, INSTRUCTION } from './inspect-instruction';
import type { Kind } from './inspect-reading';
import { TRANSACTION } from './inspect-transaction';
import { VOUCHER, VOUCHER_BYTES } from './inspect-voucher';

/** Everything that can be inspected: one more is one more entry. */
export const KINDS: readonly Kind[] = [
    ADDRESS,
    CHANNEL,
    TRANSACTION,
    VOUCHER,
    VOUCHER_BYTES,
    INSTRUCTION,
    EVENT,
    ERROR,
];
