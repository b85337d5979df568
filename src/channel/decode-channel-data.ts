import { lamports, type Address, type ReadonlyUint8Array } from '@solana/kit';

import { isBytes } from '../core/bytes';
import { ACCOUNT_MALFORMED, REVISION_MISMATCH } from '../core/error-definitions';
import { isPaymentChannelsError, PaymentChannelsError } from '../core/errors';
import { refuseInput } from '../core/input';
import { getProgramConfig, type Deployment } from '../revision/deployment';
import type { ChannelOf, RevisionName } from '../revision/revision-types';
import { decodeChannelAccount, isClosedChannelAccount } from './channel-account';
import { findChannelPdaSync } from './find-pdas-sync';
import { getLiveChannelState, type ChannelState } from './channel-state';

/** Stands for the address of an account of which only the data is known. */
const UNKNOWN = '11111111111111111111111111111111' as Address;
/** How errors name such an account. */
const NAME = '(its address is not known)';

/**
 * Decodes the state of a channel from nothing but the data of its account (docs/program.md, section 3).
 *
 * The address follows from the fields, as `open` derives it (docs/program.md, section 2). That is no proof of anything, since
 * anybody can write such data: read the account at its address before money depends on it.
 *
 * @returns The state with the address that follows; the tombstone of a closed channel tells none.
 * @throws `ACCOUNT_MALFORMED` and `REVISION_MISMATCH` as {@link decodeChannelState}; `INPUT_INVALID` for what is no bytes.
 *
 * @example
 * ```ts
 * const state = decodeChannelData(bytes, MAINNET_DEPLOYMENT);
 * console.log(state.kind, state.address);
 * ```
 */
export function decodeChannelData<TRevision extends RevisionName>(
    data: ReadonlyUint8Array,
    deployment: Deployment<TRevision>,
): ChannelData<TRevision> {
    const { programAddress } = getProgramConfig(deployment);
    if (!isBytes(data)) return refuseInput('data', 'bytes, in a Uint8Array', data);
    if (isClosedChannelAccount({ data: data as Uint8Array, programAddress }, deployment)) {
        return Object.freeze({ address: undefined, kind: 'closed' }) as ChannelData<TRevision>;
    }
    const account = {
        address: UNKNOWN,
        data: data as Uint8Array,
        executable: false,
        lamports: lamports(0n),
        programAddress,
    };
    const channel = nameless(() => decodeChannelAccount({ ...account, space: BigInt(data.length) }, deployment).data);
    const [address] = findChannelPdaSync<RevisionName>(channel as ChannelOf<RevisionName>, deployment as Deployment);
    return getLiveChannelState<TRevision>(address, channel, deployment) as ChannelData<TRevision>;
}

/** The errors of an account without saying an address that it does not have. */
function nameless<T>(decode: () => T): T {
    try {
        return decode();
    } catch (cause) {
        if (isPaymentChannelsError(cause, 'ACCOUNT_MALFORMED')) {
            const { reason } = cause.context;
            throw new PaymentChannelsError(ACCOUNT_MALFORMED, { address: NAME, reason }, { cause });
        }
        if (isPaymentChannelsError(cause, 'REVISION_MISMATCH')) {
            throw new PaymentChannelsError(REVISION_MISMATCH, { ...cause.context, field: 'data' }, { cause });
        }
        throw cause;
    }
}

/** The state of a channel of which only the data of its account is known. */
export type ChannelData<TRevision extends RevisionName = RevisionName> =
    | Exclude<ChannelState<TRevision>, Readonly<{ kind: 'absent' | 'closed' }>>
    | (Extract<ChannelState<TRevision>, Readonly<{ kind: 'closed' }>> extends never
          ? never
          : Readonly<{ kind: 'closed'; address: undefined }>);
