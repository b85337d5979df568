import { type ClientWithRpc, type ExtendedClient, type Rpc } from '@solana/kit';

import { extendClient } from '../core/extend-client';
import { assertHasMethods } from '../core/input';

/**
 * A client plugin that sets the RPC: a cluster's, from kit's `createSolanaRpc`, or a simulator's.
 *
 * @throws `INPUT_INVALID` for no RPC, or the URL of one.
 *
 * @example
 * ```ts
 * import { rpc } from 'solana-payment-channels/kit';
 *
 * const client = createClient().use(rpc(createSolanaRpc(url)));
 * ```
 */
export function rpc<TApi>(connection: Rpc<TApi>) {
    assertHasMethods('connection', connection, []);
    const additions: ClientWithRpc<TApi> = { rpc: connection };
    return <TClient extends object>(client: TClient): ExtendedClient<TClient, ClientWithRpc<TApi>> =>
        extendClient(client, additions);
}
