import type * as epoch from '../generated/epoch/errors';
import type * as tombstone from '../generated/tombstone/errors';

/** A name in capitals, as constants have it, as the program's errors have it: `VOUCHER_EXPIRED` is `voucherExpired`. */
type CamelCase<T extends string> = T extends `${infer Head}_${infer Tail}`
    ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
    : Lowercase<T>;

type NameOf<TConstant> = TConstant extends `PAYMENT_CHANNELS_PROGRAM_ERROR__${infer Name}` ? CamelCase<Name> : never;

/** The name of an error of the program, in any revision, as the rendered clients list them. */
export type ProgramErrorName = NameOf<keyof typeof epoch | keyof typeof tombstone>;
