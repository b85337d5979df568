import type { Address } from '@solana/kit';

import type { SealInstruction } from '../../generated/epoch';
import type { DeploymentConfig } from '../deployment';
import { getFinalizeInstruction, type FinalizeInput } from '../instructions/finalize';
import {
    getSettleAndFinalizeInstructions,
    type SettleAndFinalizeInput,
    type SettleAndFinalizeInstructions,
} from '../instructions/settle-and-finalize';
import { isFinalizable } from '../channel/state';
import { withEpoch } from './with-epoch';

// What the tombstone revision calls by other names.

/** What {@link getSealInstruction} takes. */
export type SealInput = FinalizeInput;

/** Seals a closing channel once its grace period has passed (spec section 7.6). Needs no signer. */
export const getSealInstruction: (input: SealInput, config?: DeploymentConfig<'epoch'>) => SealInstruction<Address> =
    /* @__PURE__ */ withEpoch(getFinalizeInstruction<'epoch'>, 1);

/** What {@link getSettleAndSealInstructions} takes. */
export type SettleAndSealInput = SettleAndFinalizeInput;

/** One instruction, or the Ed25519 precompile instruction and the instruction that needs it directly before itself. */
export type SettleAndSealInstructions = SettleAndFinalizeInstructions<'epoch'>;

/**
 * Seals a channel at the request of the payee, after settling a last voucher if there is one (spec section 7.4).
 *
 * With a voucher the two instructions are one pair: nothing may come between them.
 */
export const getSettleAndSealInstructions = /* @__PURE__ */ withEpoch(getSettleAndFinalizeInstructions<'epoch'>, 1);

/** Whether anyone can seal the channel at a time: from the deadline on while it is closing (spec section 7.6). */
export const isSealable = isFinalizable;
