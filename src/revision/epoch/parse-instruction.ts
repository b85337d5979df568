export { parsePaymentChannelsInstruction, PaymentChannelsInstruction } from '../../../generated/epoch';
