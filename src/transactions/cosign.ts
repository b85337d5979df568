import {
    assertIsSendableTransaction,
    bytesEqual,
    type SendableTransaction,
    type Transaction,
    type TransactionWithLifetime,
} from '@solana/kit';

import { PaymentChannelsError } from '../errors';
import type { InspectedTransaction } from './inspected';
import { assertIsSigned, signWith, toCosigner, type TransactionCosigner } from './sign';
import { toDecodedTransaction } from './wire';

/** A transaction with every signature, ready to be sent. */
export type CosignedTransaction = SendableTransaction & Transaction & TransactionWithLifetime;

/**
 * Signs an inspected transaction as the operator. It takes what inspection accepted and nothing else, so that nothing
 * is signed that nobody looked at.
 *
 * @returns The transaction with every signature, for kit's functions that send and confirm.
 * @throws `SIGNER_INVALID` when the signer can't sign, or is not the operator; `TRANSACTION_SIGNATURE_MISSING` or
 * `TRANSACTION_SIGNATURE_INVALID` for the signature of any signer, the operator's own included;
 * `TRANSACTION_MESSAGE_CHANGED` when the operator's signer changed the message; `TRANSACTION_MALFORMED` for what is no
 * transaction.
 */
export async function cosignTransaction(
    inspected: InspectedTransaction,
    operator: TransactionCosigner,
): Promise<CosignedTransaction> {
    const { operator: expected, transaction: input } = (inspected ?? {}) as Partial<InspectedTransaction>;
    const signer = toCosigner('operator', operator);
    if (signer.address !== expected) throw new PaymentChannelsError('SIGNER_INVALID', { field: 'operator' });
    const { message, transaction } = toDecodedTransaction(input as Transaction);
    await assertIsSigned(
        transaction,
        message.signers.filter(address => address !== expected),
    );

    const { transaction: signed } = await signWith(signer, transaction);
    if (!bytesEqual(new Uint8Array(signed.messageBytes), new Uint8Array(transaction.messageBytes))) {
        throw new PaymentChannelsError('TRANSACTION_MESSAGE_CHANGED', { signer: expected });
    }
    await assertIsSigned(signed, message.signers);
    const cosigned = Object.freeze({ ...signed, lifetimeConstraint: input!.lifetimeConstraint });
    assertIsSendableTransaction(cosigned);
    return cosigned;
}
