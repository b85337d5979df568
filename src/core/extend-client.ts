import { extendClient as extendKitClient, type ExtendedClient } from '@solana/kit';

import { assertIsInput, readDeeply } from './input';

/**
 * Kit's function of this name, for a client that may be anything.
 *
 * @throws `INPUT_INVALID`.
 */
export function extendClient<TClient extends object, TAdditions extends object>(
    client: TClient,
    additions: TAdditions,
): ExtendedClient<TClient, TAdditions> {
    assertIsInput('client', client);
    return readDeeply('client', 'a client of @solana/kit', client, () => extendKitClient(client, additions));
}
