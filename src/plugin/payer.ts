import { type ClientWithPayer, type ExtendedClient, type TransactionSigner } from '@solana/kit';

import { extendClient } from '../core/extend-client';
import { toSigner } from '../core/input';

/**
 * A client plugin that sets the payer: the default payer of channels, and who pays the fees.
 *
 * @throws `SIGNER_INVALID` for anything that can't sign a transaction.
 *
 * @example
 * ```ts
 * import { payer } from 'solana-payment-channels/kit';
 *
 * const client = createClient().use(payer(signer));
 * ```
 */
export function payer(signer: TransactionSigner) {
    const additions: ClientWithPayer = { payer: toSigner('payer', signer) };
    return <TClient extends object>(client: TClient): ExtendedClient<TClient, ClientWithPayer> =>
        extendClient(client, additions);
}
