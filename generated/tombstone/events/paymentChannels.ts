/**
 * Rendered from the program's Codama IDL by `just generate`: do not edit, change the IDL or codegen/ instead.
 */

import {
    containsBytes,
    SOLANA_ERROR__CODECS__INVALID_BYTE_LENGTH,
    SolanaError,
    type ReadonlyUint8Array,
} from '@solana/kit';
import { getOpenedDecoder, type Opened, getPayoutRedirectedDecoder, type PayoutRedirected } from '../types';

/** The events of the program. */
export enum PaymentChannelsEvent {
    /** A channel was opened. */
    Opened,
    /** A payout went to the treasury because its token account could not receive it. The loss is final. */
    PayoutRedirected,
}

/** The bytes that stand before the payload of `Opened`. */
export const OPENED_EVENT_DISCRIMINATOR: ReadonlyUint8Array = /* @__PURE__ */ new Uint8Array([
    228, 69, 165, 46, 81, 203, 154, 29, 166, 172, 97, 9, 77, 76, 189, 109,
]);

/** The bytes that stand before the payload of `PayoutRedirected`. */
export const PAYOUT_REDIRECTED_EVENT_DISCRIMINATOR: ReadonlyUint8Array = /* @__PURE__ */ new Uint8Array([
    228, 69, 165, 46, 81, 203, 154, 29, 209, 22, 185, 215, 84, 167, 84, 80,
]);

/** An event with its decoded payload. */
export type ParsedPaymentChannelsEvent =
    | { eventType: PaymentChannelsEvent.Opened; data: Opened }
    | { eventType: PaymentChannelsEvent.PayoutRedirected; data: PayoutRedirected };

/** Says which event the data of an inner instruction carries; `undefined` when it carries none. */
export function identifyPaymentChannelsEvent(data: ReadonlyUint8Array): PaymentChannelsEvent | undefined {
    if (containsBytes(data, OPENED_EVENT_DISCRIMINATOR, 0)) return PaymentChannelsEvent.Opened;
    if (containsBytes(data, PAYOUT_REDIRECTED_EVENT_DISCRIMINATOR, 0)) return PaymentChannelsEvent.PayoutRedirected;
    return undefined;
}

/**
 * Decodes the event that the data of an inner instruction carries; `undefined` when it carries none.
 *
 * @throws A `SolanaError` when the payload is shorter or longer than that of the event.
 */
export function parsePaymentChannelsEvent(data: ReadonlyUint8Array): ParsedPaymentChannelsEvent | undefined {
    const eventType = identifyPaymentChannelsEvent(data);
    switch (eventType) {
        case PaymentChannelsEvent.Opened: {
            const [payload, end] = getOpenedDecoder().read(data, OPENED_EVENT_DISCRIMINATOR.length);
            assertIsWhole(data, end, 'Opened');
            return { eventType, data: payload };
        }
        case PaymentChannelsEvent.PayoutRedirected: {
            const [payload, end] = getPayoutRedirectedDecoder().read(
                data,
                PAYOUT_REDIRECTED_EVENT_DISCRIMINATOR.length,
            );
            assertIsWhole(data, end, 'PayoutRedirected');
            return { eventType, data: payload };
        }
        case undefined:
            return undefined;
    }
}

function assertIsWhole(data: ReadonlyUint8Array, end: number, codecDescription: string): void {
    if (data.length !== end) {
        throw new SolanaError(SOLANA_ERROR__CODECS__INVALID_BYTE_LENGTH, {
            bytesLength: data.length,
            codecDescription,
            expected: end,
        });
    }
}
