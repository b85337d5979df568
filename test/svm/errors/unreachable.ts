import { type RevisionFacts } from '../revisions';

/** Codes of the IDL that no transaction gets from this program, and why. */
export const unreachableOf = ({ hasVoucherInData }: RevisionFacts): Readonly<Record<number, string>> =>
    hasVoucherInData ? UNREACHABLE : { ...UNREACHABLE, 236: 'reserved: there is no copy of the message to compare' };

const UNREACHABLE: Readonly<Record<number, string>> = {
    0: 'reserved: the program never returns it. Code 0 of an open is the System program refusing an address in use',
    61: 'defined and unused: a payee account that cannot be read redirects the share',
    262: 'guards the sum of 32 shares of u16, which fits its type',
    264: 'guards a product of u64 and u16, which fits its type',
    265: 'guards the length of a plan, whose count was limited to 32 before',
    2405: 'defined and unused: a recipient account that cannot be read redirects the share',
    2413: 'guards a queue of 35: 32 recipients, payee, payer and treasury are 35',
};
