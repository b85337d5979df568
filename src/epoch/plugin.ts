import { type ClientWithRpc, type ExtendedClient, type GetSlotApi } from '@solana/kit';

import { fetchChannel } from '../channel/fetch';
import { fetchCurrentSlot } from '../channel/fetch-open-slot';
import { assertIsOpenSlotInWindow, chooseOpenSlot } from '../revision/open-slot';
import { extendClient } from '../extend-client';
import { assertHasNoMisspelt, assertIsInput, readTerms, toAddress, toU64 } from '../input';
import { getFinalizeInstruction } from '../instructions/finalize';
import { getSettleAndFinalizeInstructions } from '../instructions/settle-and-finalize';
import {
    createPaymentChannels,
    withPayee,
    type PaymentChannelsPlugin,
    type PaymentChannelsPluginConfig,
    type PaymentChannelsPluginRequirements as SharedRequirements,
} from '../plugin/payment-channels';
import { LOCALNET_DEPLOYMENT } from './deployment';
import { getReclaimInstruction } from './reclaim';

/** What the plugin stands on. */
export type PaymentChannelsPluginRequirements = ClientWithRpc<GetSlotApi> & SharedRequirements;

/**
 * A client plugin that adds the program as `client.paymentChannels`.
 *
 * @throws When a client is extended: `DEPLOYMENT_MISMATCH` or `REVISION_MISMATCH` when it says that it is for another
 * deployment than the given one, as that of a simulator does.
 *
 * @example
 * ```ts
 * const client = createClient()
 *     .use(payer(signer))
 *     .use(rpc(createSolanaRpc(url)))
 *     .use(transactionSending())
 *     .use(paymentChannels({ deployment: MAINNET_DEPLOYMENT }));
 * await client.paymentChannels.instructions.reclaim({ channel }).sendTransaction();
 * ```
 */
export function paymentChannels(config: PaymentChannelsPluginConfig<'epoch'> = {}) {
    assertIsInput('config', config);
    return <TClient extends PaymentChannelsPluginRequirements>(
        client: TClient,
    ): ExtendedClient<TClient, { paymentChannels: PaymentChannelsPlugin<'epoch'> }> =>
        extendClient(client, {
            paymentChannels: createPaymentChannels<'epoch'>(client, config, LOCALNET_DEPLOYMENT, {
                getEnding: ({ deployment, send, withDefaults }) => ({
                    reclaim: input =>
                        send(async () => {
                            const { channel, rentPayer: given } = readTerms(
                                'input',
                                input,
                                ['channel', 'rentPayer'],
                                ['rentPayer'],
                            );
                            const address = toAddress('channel', channel);
                            const read = async () =>
                                (await fetchChannel<string, 'epoch'>(client.rpc, address, withDefaults())).data;
                            const rentPayer = given ?? (await read()).rentPayer;
                            return [getReclaimInstruction({ channel, rentPayer }, deployment)];
                        }),
                    seal: input => send(() => [getFinalizeInstruction(input, deployment)]),
                    settleAndSeal: input =>
                        send(() =>
                            getSettleAndFinalizeInstructions<'epoch'>(withPayee(input, client.payer), deployment),
                        ),
                }),
                prepareOpen: async (terms, { withDefaults }) => {
                    const { landingSlots, openSlot: given, ...input } = terms;
                    const names = ['landingSlots', 'openSlot'] as const;
                    assertHasNoMisspelt(
                        'input',
                        input,
                        names.filter(name => terms[name] === undefined),
                    );
                    const currentSlot = await fetchCurrentSlot(client.rpc, withDefaults());
                    if (given === undefined) {
                        return { ...input, currentSlot, openSlot: chooseOpenSlot({ currentSlot, landingSlots }) };
                    }
                    const openSlot = toU64('openSlot', given);
                    assertIsOpenSlotInWindow({ currentSlot, landingSlots, openSlot });
                    return { ...input, currentSlot, openSlot };
                },
            }),
        });
}
