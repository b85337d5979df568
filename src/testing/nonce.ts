import { createHash } from 'node:crypto';

import { bytesEqual, type Address, type Blockhash, type ReadonlyUint8Array } from '@solana/kit';
import {
    getAdvanceNonceAccountDiscriminatorBytes,
    getNonceDecoder,
    getNonceEncoder,
    SYSTEM_PROGRAM_ADDRESS,
} from '@solana-program/system';
import type { LiteSVM } from 'litesvm';

import { decodeAddress, encodeAddress } from '../core/address-bytes';
import { decodeMessage } from '../transactions/decode-message';

/** The prefix that the runtime hashes with a blockhash to a nonce. */
const NONCE_PREFIX = 'DURABLE_NONCE';

/**
 * Advances the nonce of a transaction that has failed, as a cluster does and LiteSVM does not: the fee is charged, and
 * the same transaction never runs again.
 */
export function advanceNonce(svm: LiteSVM, messageBytes: ReadonlyUint8Array): void {
    const address = findNonceAccount(messageBytes);
    const account = address === undefined ? undefined : svm.getAccount(address);
    if (!account?.exists) return;
    const nonce = getNonceDecoder().decode(account.data);
    svm.setAccount({
        ...account,
        data: new Uint8Array(getNonceEncoder().encode({ ...nonce, blockhash: getNextNonce(svm.latestBlockhash()) })),
    });
}

/** The account in the first instruction, where that advances a nonce. */
function findNonceAccount(messageBytes: ReadonlyUint8Array): Address | undefined {
    const { accounts, instructions } = decodeMessage(messageBytes);
    const [first] = instructions;
    if (first?.programAddress !== SYSTEM_PROGRAM_ADDRESS) return undefined;
    const discriminator = getAdvanceNonceAccountDiscriminatorBytes();
    if (!bytesEqual(first.data.slice(0, discriminator.length), discriminator as Uint8Array)) return undefined;
    const account = accounts[first.accountIndexes[0]!];
    return account?.source === 'static' ? account.address : undefined;
}

function getNextNonce(blockhash: Blockhash): Address {
    return decodeAddress(createHash('sha256').update(NONCE_PREFIX).update(encodeAddress(blockhash)!).digest());
}
