import {
    isTransactionModifyingSigner,
    isTransactionPartialSigner,
    type Address,
    type Transaction,
    type TransactionModifyingSigner,
    type TransactionPartialSigner,
} from '@solana/kit';

import {
    SIGNER_INVALID,
    TRANSACTION_SIGNATURE_INVALID,
    TRANSACTION_SIGNATURE_MISSING,
} from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { toSigner } from '../core/input';
import { waitForSigner, type CheckedSignerWait } from '../runtime/signing';
import { getSignatureStates } from './signature-states';
import { toDecodedTransaction, type DecodedTransaction } from './wire-transaction';

/** A signer that signs a transaction without sending it. A modifying signer may change the transaction first. */
export type TransactionCosigner = TransactionModifyingSigner | TransactionPartialSigner;

/** A signer that can sign without sending. */
export function toCosigner(field: string, value: unknown): TransactionCosigner {
    const signer = toSigner(field, value);
    if (isTransactionModifyingSigner(signer) || isTransactionPartialSigner(signer)) return signer;
    throw new PaymentChannelsError(SIGNER_INVALID, { field });
}

/**
 * Has one signer sign a transaction, which may come back changed, and checks what comes back.
 *
 * Not kit's function for that: a wallet is another program, and what it returns is looked at as if it came over a wire.
 */
export async function signWith(
    signer: TransactionCosigner,
    transaction: Transaction,
    wait: CheckedSignerWait,
): Promise<DecodedTransaction> {
    const { address } = signer;
    const signed = toDecodedTransaction(await requestSignature(signer, transaction, wait));
    await assertIsSigned(signed.transaction, [address]);
    return signed;
}

async function requestSignature(
    signer: TransactionCosigner,
    transaction: Transaction,
    wait: CheckedSignerWait,
): Promise<Transaction> {
    // Kit's signers take transactions that are known to be small enough and to have a lifetime.
    if (isTransactionModifyingSigner(signer)) {
        type Modifiable = Parameters<typeof signer.modifyAndSignTransactions>[0];
        const results: readonly Transaction[] = await waitForSigner(signer.address, wait, options =>
            signer.modifyAndSignTransactions([transaction] as Modifiable, options),
        );
        return results?.[0] as Transaction;
    }
    type Signable = Parameters<typeof signer.signTransactions>[0];
    const results = await waitForSigner(signer.address, wait, options =>
        signer.signTransactions([transaction] as unknown as Signable, options),
    );
    const signature = results?.[0]?.[signer.address] ?? null;
    return { ...transaction, signatures: { ...transaction.signatures, [signer.address]: signature } };
}

/**
 * Checks that signatures of a transaction are there and good.
 *
 * @throws `TRANSACTION_SIGNATURE_MISSING` or `TRANSACTION_SIGNATURE_INVALID`.
 */
export async function assertIsSigned(transaction: Transaction, signers: readonly Address[]): Promise<void> {
    const states = await getSignatureStates(transaction);
    for (const signer of signers) {
        const state = states.get(signer) ?? 'missing';
        if (state === 'missing') throw new PaymentChannelsError(TRANSACTION_SIGNATURE_MISSING, { signer });
        if (state === 'invalid') throw new PaymentChannelsError(TRANSACTION_SIGNATURE_INVALID, { signer });
    }
}
