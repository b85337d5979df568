import type { EncodedAccount, MaybeEncodedAccount } from '@solana/kit';

import { isBytes } from '../core/bytes';
import { readMembers, refuseInput, toAddress } from '../core/input';

/** Checks what of an account is looked at to say what could be done with it. One that is not there has to say so. */
export function assertIsMaybeAccount(field: string, account: MaybeEncodedAccount): void {
    const { exists } = readMembers(field, account, ['exists']);
    if (exists === false) return;
    if (exists !== true) refuseInput(`${field}.exists`, 'true or false', exists);
    const { data, programAddress } = readMembers(field, account as EncodedAccount, ['data', 'programAddress']);
    if (!isBytes(data)) refuseInput(`${field}.data`, 'the bytes of the account, in a Uint8Array', data);
    if (typeof programAddress !== 'string') toAddress(`${field}.programAddress`, programAddress);
}
