/**
 * Rendered from the program's Codama IDL: do not edit, change the IDL and render it again.
 */

import {
    containsBytes,
    SOLANA_ERROR__CODECS__INVALID_BYTE_LENGTH,
    SolanaError,
    type Address,
    type ReadonlyUint8Array,
} from '@solana/kit';
import { PAYMENT_CHANNELS_PROGRAM_ADDRESS } from '../programs';
import { getOpenedDecoder, getPayoutRedirectedDecoder, type Opened, type PayoutRedirected } from '../types';

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

/** Says which event the data of an event is; `undefined` when it is none. */
export function identifyPaymentChannelsEvent(data: ReadonlyUint8Array): PaymentChannelsEvent | undefined {
    if (containsBytes(data, OPENED_EVENT_DISCRIMINATOR, 0)) return PaymentChannelsEvent.Opened;
    if (containsBytes(data, PAYOUT_REDIRECTED_EVENT_DISCRIMINATOR, 0)) return PaymentChannelsEvent.PayoutRedirected;
    return undefined;
}

/**
 * Decodes the data of an event; `undefined` when it is none.
 *
 * @throws A `SolanaError` when the payload is shorter or longer than that of the event.
 */
export function parsePaymentChannelsEvent(data: ReadonlyUint8Array): ParsedPaymentChannelsEvent | undefined {
    const eventType = identifyPaymentChannelsEvent(data);
    switch (eventType) {
        case PaymentChannelsEvent.Opened: {
            const [payload, end] = getOpenedDecoder().read(data, 16);
            assertIsWhole(data, end, 'Opened');
            return { eventType, data: payload };
        }
        case PaymentChannelsEvent.PayoutRedirected: {
            const [payload, end] = getPayoutRedirectedDecoder().read(data, 16);
            assertIsWhole(data, end, 'PayoutRedirected');
            return { eventType, data: payload };
        }
        case undefined:
            return undefined;
    }
}

/**
 * Decodes the event that the program emitted by an inner instruction, a call to itself; `undefined` for an
 * instruction of another program and for one that carries no event.
 *
 * @throws A `SolanaError` when the payload is shorter or longer than that of the event.
 */
export function parsePaymentChannelsEventInstruction(
    instruction: { readonly data?: ReadonlyUint8Array; readonly programAddress: Address },
    config: { programAddress?: Address } = {},
): ParsedPaymentChannelsEvent | undefined {
    const { data, programAddress } = instruction;
    if (data === undefined || programAddress !== (config.programAddress ?? PAYMENT_CHANNELS_PROGRAM_ADDRESS))
        return undefined;
    return parsePaymentChannelsEvent(data);
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
