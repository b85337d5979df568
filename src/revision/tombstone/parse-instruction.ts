export { parsePaymentChannelsInstruction, PaymentChannelsInstruction } from '../../../generated/tombstone';
