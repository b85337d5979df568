import { extendClient, type ClientWithRpc, type ExtendedClient, type Rpc } from '@solana/kit';

/** A client plugin that sets the RPC: a cluster's, from kit's `createSolanaRpc`, or a simulator's. */
export function rpc<TApi>(connection: Rpc<TApi>) {
    const additions: ClientWithRpc<TApi> = { rpc: connection };
    return <TClient extends object>(client: TClient): ExtendedClient<TClient, ClientWithRpc<TApi>> =>
        extendClient(client, additions);
}
