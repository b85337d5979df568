import {
    assertIsSendableTransaction,
    bytesEqual,
    type ReadonlyUint8Array,
    type SendableTransaction,
    type Transaction,
    type TransactionWithLifetime,
} from '@solana/kit';

import { toResult } from '../core/json-form';
import { assertIsOfRevision, getProgramConfig, type DeploymentParts } from '../revision/deployment';
import {
    DEPLOYMENT_MISMATCH,
    SIGNER_INVALID,
    TRANSACTION_MESSAGE_CHANGED,
    TRANSACTION_NOT_INSPECTED,
} from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import { describe, readMembers } from '../core/input';
import { toSignerWait, type SignerWait } from '../runtime/signing';
import { getAccepted, type InspectedTransaction } from './inspected-transaction';
import { assertIsSigned, signWith, toCosigner, type TransactionCosigner } from './transaction-cosigner';
import { toDecodedTransaction } from './wire-transaction';

/** A transaction with every signature, ready to be sent. */
export type CosignedTransaction = SendableTransaction & Transaction & TransactionWithLifetime;

/**
 * Signs an inspected transaction as the operator. It takes the `inspected` that an inspection returned, as it is, and
 * nothing else, so that nothing is signed that nobody looked at: no copy of it (by spreading, `structuredClone` or JSON),
 * and none whose bytes or signatures were changed since. An inspection of the same build of this package counts: the ES
 * module and the CommonJS build, loaded beside each other, don't vouch for one another; the entry points of one build do.
 *
 * @param config Where a deployment is given, the transaction has to have been inspected for it. How long to wait for the
 * operator's signer.
 * @returns The transaction with every signature, for kit's functions that send and confirm.
 * @throws `TRANSACTION_NOT_INSPECTED` for anything else than what an inspection returned; `SIGNER_INVALID` when the signer
 * can't sign, or is not the operator that it was inspected for; `TRANSACTION_SIGNATURE_MISSING` or
 * `TRANSACTION_SIGNATURE_INVALID` for the signature of any signer, the operator's own included;
 * `TRANSACTION_MESSAGE_CHANGED` when the operator's signer changed the message; `TRANSACTION_MALFORMED` for what is no
 * transaction; `DEPLOYMENT_MISMATCH` or `REVISION_MISMATCH` for one that was inspected for another deployment.
 *
 * @example
 * ```ts
 * const inspection = await inspectOpenTransaction(wire, agreement, MAINNET_DEPLOYMENT);
 * if (!inspection.isAccepted) return refuse(inspection.mismatches);
 * const sendable = await cosignTransaction(inspection.inspected, operatorSigner, MAINNET_DEPLOYMENT);
 * ```
 */
export async function cosignTransaction(
    inspected: InspectedTransaction,
    operator: TransactionCosigner,
    deployment: DeploymentParts<'programAddress' | 'revision'>,
    options: SignerWait = {},
): Promise<CosignedTransaction> {
    const signer = toCosigner('operator', operator);
    const wait = toSignerWait('options', options);
    const isObject = typeof inspected === 'object' && (inspected as unknown) !== null;
    const { operator: expected, transaction: input } = isObject
        ? readMembers('inspected', inspected, ['operator', 'transaction'])
        : ({} as Partial<InspectedTransaction>);
    if (signer.address !== expected) {
        const value =
            expected === undefined ? signer.address : `${signer.address}, where ${describe(expected)} was agreed`;
        throw new PaymentChannelsError(SIGNER_INVALID, { field: 'operator', value });
    }
    const { bytes, message, transaction } = toDecodedTransaction(input as Transaction);
    await assertIsSigned(
        transaction,
        message.signers.filter(address => address !== expected),
    );
    assertIsAccepted(inspected, bytes, deployment);

    // Compared with a copy: a signer may change the bytes that it was given in their place.
    const messageBytes = new Uint8Array(transaction.messageBytes);
    const { transaction: signed } = await signWith(signer, transaction, wait);
    if (!bytesEqual(new Uint8Array(signed.messageBytes), messageBytes)) {
        throw new PaymentChannelsError(TRANSACTION_MESSAGE_CHANGED, { signer: expected });
    }
    await assertIsSigned(signed, message.signers);
    const cosigned = toResult({ ...signed, lifetimeConstraint: inspected.transaction.lifetimeConstraint });
    assertIsSendableTransaction(cosigned);
    return cosigned;
}

/** @param bytes Of the transaction as it is now. */
function assertIsAccepted(
    inspected: InspectedTransaction,
    bytes: ReadonlyUint8Array,
    deployment: DeploymentParts<'programAddress' | 'revision'>,
): void {
    const refuse = (reason: string): never => {
        throw new PaymentChannelsError(TRANSACTION_NOT_INSPECTED, { reason });
    };
    const accepted = getAccepted(inspected) ?? refuse('what was given is not what an inspection returned');
    if (!bytesEqual(new Uint8Array(bytes), new Uint8Array(accepted.bytes))) {
        refuse('the transaction was changed after it was inspected');
    }
    const { revision } = accepted.program;
    assertIsOfRevision(revision, deployment);
    const { programAddress } = getProgramConfig(deployment);
    if (programAddress !== accepted.program.address) {
        const context = {
            expected: accepted.program.address,
            field: 'deployment.programAddress',
            given: programAddress,
        };
        throw new PaymentChannelsError(DEPLOYMENT_MISMATCH, context);
    }
}
