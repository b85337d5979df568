import type { SignatureBytes } from '@solana/kit';

import { getPart, type DeploymentParts } from '../revision/deployment';
import { REVISION_MISMATCH } from '../core/error-definitions';
import { PaymentChannelsError } from '../core/errors';
import type { RevisionName } from '../revision/revision-types';

// A voucher does not say which revision it is of: that is in the bytes that were signed. What was signed here is remembered
// with its signature, so that copies of the voucher, by spreading too, are named and not taken for forged ones. JSON and
// structuredClone lose it.

const revisions = /* @__PURE__ */ new WeakMap<object, RevisionName>();

/** Remembers for which revision a signature was made. */
export function rememberSignedFor(signature: SignatureBytes, revision: RevisionName): SignatureBytes {
    revisions.set(signature, revision);
    return signature;
}

/** Remembers of a copy what is known of the signature that it was copied from. */
export function copySignedFor(from: unknown, copy: SignatureBytes): SignatureBytes {
    const revision = typeof from === 'object' && from !== null ? revisions.get(from) : undefined;
    return revision === undefined ? copy : rememberSignedFor(copy, revision);
}

/** The revision that a signature is known to have been made for, where that is another one than that of a deployment. */
export function findOtherRevision(
    signature: unknown,
    deployment: DeploymentParts<'voucher'>,
): Readonly<{ expected: RevisionName; given: RevisionName }> | undefined {
    const given = typeof signature === 'object' && signature !== null ? revisions.get(signature) : undefined;
    if (given === undefined) return undefined;
    const expected = getPart(deployment, 'voucher').revision;
    return given === expected ? undefined : { expected, given };
}

/**
 * Throws for the signature of a voucher that is known to have been signed for another revision.
 *
 * @throws `REVISION_MISMATCH`.
 */
export function assertIsSignedFor(field: string, signature: unknown, deployment: DeploymentParts<'voucher'>): void {
    const other = findOtherRevision(signature, deployment);
    if (other !== undefined) throw new PaymentChannelsError(REVISION_MISMATCH, { ...other, field });
}
